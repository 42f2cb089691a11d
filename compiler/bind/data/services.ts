/**
 * Names of common services: facts of IANA's "Service Name and Transport Protocol Port Number Registry", for the transports
 * that the services use today, with the aliases that engineers write (`dns`, `postgres`).
 * One service a line: name, then ports.
 */
export const serviceNames = `
amqp tcp/5672
amqps tcp/5671
bgp tcp/179
bootpc udp/68
bootps udp/67
cassandra tcp/9042
consul tcp/8500
couchdb tcp/5984
dhcp udp/67-68
dhcpv6 udp/546-547
dns tcp/53 udp/53
dns-over-tls tcp/853
docker tcp/2375
docker-s tcp/2376
domain tcp/53 udp/53
domain-s tcp/853
elasticsearch tcp/9200
epmd tcp/4369
etcd-client tcp/2379
etcd-server tcp/2380
ftp tcp/21
ftp-data tcp/20
ftps tcp/990
git tcp/9418
gre ip/47
grpc tcp/50051
http tcp/80
http-alt tcp/8080
https tcp/443
https-alt tcp/8443
http3 udp/443
imap tcp/143
imaps tcp/993
influxdb tcp/8086
ipp tcp/631
ipsec-nat-t udp/4500
iscsi-target tcp/3260
isakmp udp/500
kafka tcp/9092
kerberos tcp/88 udp/88
kubernetes-api tcp/6443
kubelet tcp/10250
ldap tcp/389
ldaps tcp/636
mdns udp/5353
memcache tcp/11211 udp/11211
memcached tcp/11211 udp/11211
microsoft-ds tcp/445
mongodb tcp/27017
mqtt tcp/1883
ms-sql-s tcp/1433
mssql tcp/1433
mysql tcp/3306
nats tcp/4222
netbios-ns udp/137
netbios-dgm udp/138
netbios-ssn tcp/139
nfs tcp/2049
ntp udp/123
openvpn udp/1194
oracle tcp/1521
ospf ip/89
pop3 tcp/110
pop3s tcp/995
postgres tcp/5432
postgresql tcp/5432
prometheus tcp/9090
quic udp/443
radius udp/1812
radius-acct udp/1813
rdp tcp/3389 udp/3389
redis tcp/6379
rsync tcp/873
rtsp tcp/554
sftp tcp/22
sip tcp/5060 udp/5060
sips tcp/5061
smb tcp/445
smtp tcp/25
smtps tcp/465
snmp udp/161
snmp-trap udp/162
ssh tcp/22
submission tcp/587
submissions tcp/465
sunrpc tcp/111 udp/111
syslog udp/514
syslog-tls tcp/6514
tacacs tcp/49
telnet tcp/23
tftp udp/69
vnc tcp/5900
vrrp ip/112
vxlan udp/4789
whois tcp/43
wireguard udp/51820
xmpp-client tcp/5222
xmpp-server tcp/5269
zookeeper tcp/2181
`;
