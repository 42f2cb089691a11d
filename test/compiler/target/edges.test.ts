/**
 * Edges of what a rule can say, on every target: whole and single addresses of both families, the first and the last port, protocols without ports,
 * ICMP, and policies of equal priority. What a rule decides is written down by hand here; for each target the text that says it is too, so that an
 * emitter and a reader that are wrong together show.
 */
import { describe, expect, it } from "@jest/globals";
import type { Universe } from "../../../compiler/policy/universe.js";
import { flowInSet } from "../../../compiler/space/flows.js";
import type { Flow } from "../../../compiler/space/flows.js";
import type { TargetOptions } from "../../../compiler/source/project.js";
import { targets } from "../../../compiler/target/index.js";
import type { Reading } from "../../../compiler/target/target.js";
import { parseFlow } from "../../../compiler/verdict/format.js";
import { verify } from "../../../compiler/verify/verify.js";
import { checkTexts } from "../../support/diagnose.js";
import { isLost } from "../../support/losses.js";

interface Edge {
  readonly name: string;
  /** Rules of one policy, or whole policies. */
  readonly rules: string;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  /** Texts that stand in the output, blanks and ends of lines as one blank: what a reader that is wrong too would not miss. */
  readonly says: Readonly<Partial<Record<TargetName, readonly string[]>>>;
  /** Texts that must not: they would be about flows that cannot exist, so that no decision shows them. */
  readonly lacks?: Readonly<Partial<Record<TargetName, readonly string[]>>>;
  /** Flows that a target decides otherwise, by the finding that tells of it. */
  readonly told?: Readonly<Partial<Record<TargetName, Readonly<Record<string, readonly string[]>>>>>;
}

type TargetName = "network-policy" | "cluster-policy" | "contiv" | "openflow";

const settings: Readonly<Record<TargetName, { readonly target: string; readonly options: TargetOptions }>> = {
  "network-policy": { target: "kubernetes", options: { kubernetes: { flavour: "network-policy", podCidrs: [] } } },
  "cluster-policy": { target: "kubernetes", options: { kubernetes: { flavour: "cluster-policy", podCidrs: [] } } },
  contiv: { target: "contiv", options: {} },
  openflow: { target: "openflow", options: {} },
};

const web = "shop[app=web]@10.1.0.1";
const web6 = "shop[app=web]@fd00:1::1";
const db = "shop[app=db]@10.1.0.2";

const outside = "@198.51.100.7";
const to = (source: string, destination: string, service: string): string => `${source} -> ${destination} : ${service}`;
/** In Contiv, what comes from outside is not asked about, and replies over TCP are; nothing over IPv6 is. */
const overIpv6 = (...flows: readonly string[]) => ({ CTV5203: flows });

const edges: readonly Edge[] = [
  {
    name: "every IPv4 address",
    rules: "allow 0.0.0.0/0 -> web : tcp/80",
    allowed: [to("@0.0.0.1", web, "tcp/80"), to("@255.255.255.254", web, "tcp/80"), to(outside, web, "tcp/80")],
    denied: [to(outside, web, "tcp/79"), to(outside, web, "tcp/81"), to("@2001:db8::7", web6, "tcp/80")],
    says: {
      "network-policy": ["- ipBlock: cidr: 0.0.0.0/0 ports: - protocol: TCP port: 80"],
      contiv: ['"direction": "in", "priority": 4, "protocol": "6", "port": 80, "action": "allow"'],
      openflow: [",tcp,reg2=", "reg8=0x1/0x1,tp_dst=80 "],
    },
    told: { contiv: overIpv6(to("@2001:db8::7", web6, "tcp/80")) },
  },
  {
    name: "every IPv6 address",
    rules: "allow ::/0 -> web : tcp/80",
    allowed: [to("@::1", web6, "tcp/80"), to("@2001:db8::7", web6, "tcp/80"), to("@ffff::1", web6, "tcp/80")],
    denied: [to(outside, web, "tcp/80"), to("@2001:db8::7", web6, "tcp/81")],
    says: {
      "network-policy": ['- ipBlock: cidr: "::/0" ports: - protocol: TCP port: 80'],
      openflow: [",tcp6,reg2=", "reg8=0x1/0x1,tp_dst=80 "],
    },
    told: { contiv: overIpv6(to("@2001:db8::7", web6, "tcp/81")) },
  },
  {
    name: "one IPv4 address as a source",
    rules: "allow 198.51.100.7/32 -> web : tcp/80",
    allowed: [to(outside, web, "tcp/80")],
    denied: [to("@198.51.100.6", web, "tcp/80"), to("@198.51.100.8", web, "tcp/80"), to(db, web, "tcp/80")],
    says: {
      "network-policy": ["- from: - ipBlock: cidr: 198.51.100.7/32"],
      // netmaster takes no /32.
      contiv: ['"fromIpAddress": "198.51.100.7", "protocol": "6"', '"fromIpAddress": "198.51.100.7", "protocol": "tcp"'],
      openflow: ["nw_src=198.51.100.7,tp_dst=80 "],
    },
  },
  {
    name: "one IPv4 address as a destination",
    rules: "allow web -> 198.51.100.7/32 : tcp/80",
    allowed: [to(web, outside, "tcp/80")],
    denied: [to(web, "@198.51.100.6", "tcp/80"), to(web, "@198.51.100.8", "tcp/80"), to(web, db, "tcp/80")],
    says: {
      "network-policy": ["- to: - ipBlock: cidr: 198.51.100.7/32"],
      "cluster-policy": ["to: - networks: - 198.51.100.7/32"],
      contiv: ['"direction": "out", "priority": 4, "toIpAddress": "198.51.100.7"'],
      openflow: ["nw_dst=198.51.100.7,tp_dst=80 "],
    },
  },
  {
    name: "one IPv6 address as a source",
    rules: "allow 2001:db8::7/128 -> web : tcp/80",
    allowed: [to("@2001:db8::7", web6, "tcp/80")],
    denied: [to("@2001:db8::6", web6, "tcp/80"), to("@2001:db8::8", web6, "tcp/80")],
    says: {
      "network-policy": ['- ipBlock: cidr: "2001:db8::7/128"'],
      openflow: ["ipv6_src=2001:db8::7,tp_dst=80 "],
    },
    told: { contiv: overIpv6(to("@2001:db8::6", web6, "tcp/80"), to("@2001:db8::8", web6, "tcp/80")) },
  },
  {
    name: "one IPv6 address as a destination",
    rules: "allow web -> 2001:db8::7/128 : udp/53",
    allowed: [to(web6, "@2001:db8::7", "udp/53")],
    denied: [to(web6, "@2001:db8::6", "udp/53"), to(web6, "@2001:db8::8", "udp/53")],
    says: {
      "network-policy": ['- to: - ipBlock: cidr: "2001:db8::7/128"'],
      "cluster-policy": ['to: - networks: - "2001:db8::7/128"'],
      openflow: ["ipv6_dst=2001:db8::7,tp_dst=53 "],
    },
    told: { contiv: overIpv6(to(web6, "@2001:db8::6", "udp/53"), to(web6, "@2001:db8::8", "udp/53")) },
  },
  {
    name: "the last port",
    rules: "allow web -> db : tcp/65535",
    allowed: [to(web, db, "tcp/65535")],
    denied: [to(web, db, "tcp/65534"), to(web, db, "tcp/1"), to(web, db, "udp/65535")],
    says: {
      "network-policy": ["- protocol: TCP port: 65535"],
      "cluster-policy": ["destinationPort: number: 65535"],
      contiv: ['"protocol": "6", "port": 65535'],
      openflow: ["tp_dst=65535 "],
    },
  },
  {
    name: "a range up to the last port",
    rules: "allow web -> db : tcp/65533-65535",
    allowed: [to(web, db, "tcp/65533"), to(web, db, "tcp/65534"), to(web, db, "tcp/65535")],
    denied: [to(web, db, "tcp/65532")],
    says: {
      "network-policy": ["- protocol: TCP port: 65533 endPort: 65535"],
      "cluster-policy": ["destinationPort: range: start: 65533 end: 65535"],
      contiv: ['"port": 65533', '"port": 65534', '"port": 65535'],
      openflow: ["tp_dst=65533 ", "tp_dst=0xfffe/0xfffe "],
    },
  },
  {
    name: "the first port that every target has",
    rules: "allow web -> db : tcp/1",
    allowed: [to(web, db, "tcp/1")],
    denied: [to(web, db, "tcp/2"), to(web, db, "tcp/0")],
    says: {
      "network-policy": ["- protocol: TCP port: 1"],
      "cluster-policy": ["destinationPort: number: 1"],
      contiv: ['"port": 1,'],
      openflow: ["tp_dst=1 "],
    },
  },
  {
    name: "port 0",
    rules: "allow web -> db : tcp/0",
    allowed: [to(web, db, "tcp/0")],
    denied: [to(web, db, "tcp/1"), to(web, db, "tcp/65535")],
    says: { openflow: ["tp_dst=0 "] },
    told: {
      "network-policy": { CTV5108: [to(web, db, "tcp/0")] },
      "cluster-policy": { CTV5108: [to(web, db, "tcp/0")] },
      contiv: { CTV5213: [to(web, db, "tcp/0")] },
    },
  },
  {
    name: "every port but 0",
    rules: "allow web -> db : tcp/1-65535",
    allowed: [to(web, db, "tcp/1"), to(web, db, "tcp/65535")],
    denied: [to(web, db, "tcp/0"), to(web, db, "udp/1")],
    says: {
      "cluster-policy": ["- tcp: destinationPort: range: start: 1 end: 65535"],
      contiv: ['"fromEndpointGroup": "web", "protocol": "6", "action": "allow"'],
    },
    told: { contiv: { CTV5213: [to(web, db, "tcp/0")] } },
  },
  {
    name: "every port of a protocol",
    rules: "allow web -> db : udp/0-65535",
    allowed: [to(web, db, "udp/0"), to(web, db, "udp/1"), to(web, db, "udp/65535")],
    denied: [to(web, db, "tcp/1"), to(db, web, "udp/53")],
    says: {
      "network-policy": ["- protocol: UDP "],
      "cluster-policy": ["- udp: destinationPort: range: start: 1 end: 65535"],
      contiv: ['"fromEndpointGroup": "web", "protocol": "udp", "action": "allow"', '"toEndpointGroup": "web", "protocol": "udp", "action": "allow"'],
      openflow: [",udp,reg2=", ",udp6,reg2="],
    },
    lacks: { openflow: ["tp_dst="] },
    told: { "cluster-policy": { CTV5108: [to(web, db, "udp/0")] }, contiv: { CTV5209: [to(db, web, "udp/53")] } },
  },
  {
    name: "SCTP's last port",
    rules: "allow web -> db : sctp/65535",
    allowed: [to(web, db, "sctp/65535")],
    denied: [to(web, db, "sctp/65534"), to(web, db, "tcp/65535")],
    says: {
      "network-policy": ["- protocol: SCTP port: 65535"],
      "cluster-policy": ["- sctp: destinationPort: number: 65535"],
      contiv: ['"protocol": "132", "action": "allow"'],
      openflow: [",sctp,reg2=", "tp_dst=65535 "],
    },
    told: { contiv: { CTV5208: [to(web, db, "sctp/65534")] } },
  },
  {
    name: "a protocol without ports",
    rules: "allow web -> db : ip/47",
    allowed: [to(web, db, "ip/47")],
    denied: [to(web, db, "ip/46"), to(web, db, "ip/48"), to(db, web, "ip/47")],
    says: { contiv: ['"protocol": "47", "action": "allow"'], openflow: [",ip,nw_proto=47,", ",ipv6,nw_proto=47,"] },
    told: {
      "network-policy": { CTV5101: [to(web, db, "ip/47")] },
      "cluster-policy": { CTV5101: [to(web, db, "ip/47")] },
      contiv: { CTV5209: [to(db, web, "ip/47")] },
    },
  },
  {
    name: "IP protocol 0",
    rules: "allow web -> db : ip/0",
    allowed: [to(web, db, "ip/0")],
    denied: [to(web, db, "ip/1"), to(web, db, "ip/255"), to(web, db, "tcp/80")],
    says: { openflow: [",ip,nw_proto=0,", ",ipv6,nw_proto=0,"] },
    told: {
      "network-policy": { CTV5101: [to(web, db, "ip/0")] },
      "cluster-policy": { CTV5101: [to(web, db, "ip/0")] },
      contiv: { CTV5213: [to(web, db, "ip/0")] },
    },
  },
  {
    name: "one type of ICMP",
    rules: "allow web -> db : icmp/8",
    allowed: [to(web, db, "icmp/8")],
    denied: [to(web, db, "icmp/0"), to(web, db, "icmp/7"), to(web, db, "icmp/9"), to(db, web, "icmp/8")],
    says: { contiv: ['"protocol": "icmp", "action": "allow"'], openflow: [",icmp,reg2=", "icmp_type=8 "] },
    lacks: { openflow: ["ipv6,nw_proto=1,"] },
    told: {
      "network-policy": { CTV5101: [to(web, db, "icmp/8")] },
      "cluster-policy": { CTV5101: [to(web, db, "icmp/8")] },
      contiv: { CTV5208: [to(web, db, "icmp/0"), to(web, db, "icmp/7"), to(web, db, "icmp/9")], CTV5209: [to(db, web, "icmp/8")] },
    },
  },
  {
    name: "one type of ICMPv6",
    rules: "allow web -> db : icmp6/128",
    allowed: [to(web6, "shop[app=db]@fd00:1::2", "icmp6/128")],
    denied: [to(web6, "shop[app=db]@fd00:1::2", "icmp6/127"), to(web6, "shop[app=db]@fd00:1::2", "icmp6/129")],
    says: { openflow: [",icmp6,reg2=", "icmp_type=128 "] },
    lacks: { contiv: ['"protocol": "58"'], openflow: ["ip,nw_proto=58,"] },
    told: {
      "network-policy": { CTV5101: [to(web6, "shop[app=db]@fd00:1::2", "icmp6/128")] },
      "cluster-policy": { CTV5101: [to(web6, "shop[app=db]@fd00:1::2", "icmp6/128")] },
      contiv: overIpv6(to(web6, "shop[app=db]@fd00:1::2", "icmp6/127"), to(web6, "shop[app=db]@fd00:1::2", "icmp6/129")),
    },
  },
  {
    name: "two policies of one priority, one of which denies beside the other",
    rules:
      "policy second priority 5 { allow web -> db : tcp/80-82 }\npolicy first priority 5 { deny web -> db : tcp/83 ; allow web -> db : tcp/81-84 }",
    allowed: [to(web, db, "tcp/80"), to(web, db, "tcp/81"), to(web, db, "tcp/82"), to(web, db, "tcp/84")],
    denied: [to(web, db, "tcp/79"), to(web, db, "tcp/83"), to(web, db, "tcp/85")],
    says: { openflow: ["tp_dst=83 "] },
  },
  {
    name: "a policy of higher priority that comes later",
    rules: "policy low priority 1 { allow web -> db : tcp/80 }\npolicy high priority 2 { deny web -> db : tcp }",
    allowed: [],
    denied: [to(web, db, "tcp/80"), to(web, db, "tcp/1"), to(web, db, "tcp/65535")],
    says: { "cluster-policy": ["action: Deny"] },
  },
];

function universeOf({ rules }: Edge): Universe {
  const policies = rules.startsWith("policy") ? rules : `policy edge {\n${rules}\n}`;
  const text = `tenant shop {
  network net { subnet 10.1.0.0/24 ; subnet6 fd00:1::/64 }
  group web in net { match app = web }
  group db in net { match app = db }
  ${policies}
}
`;
  const { universe, diagnostics } = checkTexts({ "main.ctv": text });
  if (universe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return universe;
}

function flowOf(text: string): Flow {
  const flow = parseFlow(text);
  if (flow === undefined) throw new Error(`not a flow: ${text}`);
  return flow;
}

function allows({ checkpoints, replies }: Reading, flow: Flow): boolean {
  return [...checkpoints, ...replies].every(
    ({ entries, otherwise }) => (entries.find(({ flows }) => flowInSet(flows, flow))?.action ?? otherwise) === "allow",
  );
}
describe.each(["network-policy", "cluster-policy", "contiv", "openflow"] as const)("edges on %s", (name) => {
  const { target: targetName, options } = settings[name];
  const target = targets.find((row) => row.name === targetName);
  if (target === undefined) throw new Error(`there is no target ${targetName}`);

  it.each(edges.map((edge) => [edge.name, edge] as const))("%s", (_, edge) => {
    const universe = universeOf(edge);
    const { artefacts, losses = [] } = target.emit(universe, { options });
    const [first] = target.readings(artefacts, universe);
    const texts = artefacts.map(({ text }) => text.replaceAll(/\s+/g, " "));
    for (const part of edge.says[name] ?? []) expect([part, texts.some((text) => text.includes(part))]).toEqual([part, true]);
    for (const part of edge.lacks?.[name] ?? []) expect([part, texts.some((text) => text.includes(part))]).toEqual([part, false]);

    const told = new Map(Object.entries(edge.told?.[name] ?? {}).flatMap(([code, flows]) => flows.map((flow) => [flow, code] as const)));
    const asked = [...edge.allowed.map((flow) => ({ flow, allowed: true })), ...edge.denied.map((flow) => ({ flow, allowed: false }))];
    const decided = asked.map(({ flow, allowed }) => {
      const meant = flowOf(flow);
      const passes = allows(first.reading, meant);
      const findings = losses.filter((loss) => loss.outcome !== (allowed ? "allow" : "deny") && isLost(loss, meant));
      return {
        flow,
        passes,
        code: passes === allowed ? undefined : findings.find(({ diagnostic }) => diagnostic.code === told.get(flow))?.diagnostic.code,
      };
    });
    expect(decided).toEqual(asked.map(({ flow, allowed }) => ({ flow, passes: told.has(flow) ? !allowed : allowed, code: told.get(flow) })));
    expect([...told.keys()].filter((flow) => !asked.some((one) => one.flow === flow))).toEqual([]);
    expect(verify(targetName, universe, target.readings(artefacts, universe), losses).map(({ message }) => message)).toEqual([]);
  });
});
