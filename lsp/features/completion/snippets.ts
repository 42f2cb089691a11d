/** Whole blocks to fill in, by the word that begins them; in the protocol's snippet syntax. */

export interface BlockSnippet {
  readonly word: string;
  readonly detail: string;
  readonly text: string;
}

const block = (head: string, body: string): string => `${head} {\n  ${body}\n}`;

export const blockSnippets: readonly BlockSnippet[] = [
  { word: "tenant", detail: "a tenant", text: block("tenant ${1:name}", "$0") },
  { word: "network", detail: "a network with its subnet", text: block("network ${1:name}", "subnet ${2:10.1.1.0/24}\n  gateway ${3:10.1.1.254}") },
  { word: "group", detail: "workloads by label", text: "group ${1:name} { match ${2:app} = ${3:value} }" },
  { word: "policy", detail: "an ordered list of rules", text: block("policy ${1:name}", "allow ${2:source} -> ${3:destination} : ${4:service}") },
  { word: "service", detail: "what is spoken", text: "service ${1:name} = ${2:tcp}/${3:80}" },
  { word: "external", detail: "addresses outside every network", text: "external ${1:name} = ${2:198.51.100.0/24}" },
  { word: "set", detail: "a union of peers", text: "set ${1:name} = ${2:peer}" },
  { word: "test", detail: "a claim to prove", text: block('test "${1:what holds}"', "expect ${2|allow,deny|} ${3:source} -> ${4:destination}") },
  {
    word: "param",
    detail: "a value set per environment",
    text: "param ${1:name}: ${2|cidrs,port,int,string,bool,bandwidth,cidr,address|} = ${3:value}",
  },
  { word: "qos", detail: "a traffic profile", text: block("qos ${1:name}", "bandwidth ${2:10Mbps}") },
  {
    word: "loadbalancer",
    detail: "a virtual address",
    text: block("loadbalancer ${1:name} in ${2:network}", "match ${3:app} = ${4:value}\n  port tcp/${5:80} -> ${6:8080}"),
  },
  { word: "allow", detail: "a rule", text: "allow ${1:source} -> ${2:destination} : ${3:service}" },
  { word: "deny", detail: "a rule", text: "deny ${1:source} -> ${2:destination}" },
  { word: "expect", detail: "an expectation", text: "expect ${1|allow,deny|} ${2:source} -> ${3:destination}" },
];
