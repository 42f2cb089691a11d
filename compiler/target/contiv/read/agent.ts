/**
 * What netmaster and its agents make of the rule objects (contiv.md §3.2 to §3.4): each rule of each policy of each group becomes
 * one or two rules of the agent, which become flows of one table.
 */
import { parseAddress, parsePrefix, prefixBounds } from "../../../space/address.js";
import type { Ranges } from "../../../space/intervals.js";
import type { ServiceSet } from "../../../space/service.js";
import type { Body } from "../model.js";
import type { ReadingProblem } from "../../target.js";
import { bundleRules, portsOf } from "./bundles.js";
import type { AgentSeries, RuleBundle } from "./bundles.js";
import { listField, numberField, textField } from "./documents.js";
import type { Document } from "./documents.js";
import type { Objects, RuleSeries } from "./series.js";

/** What one side of an agent's rule matches: one object for all rules that match the same. */
export interface Side {
  readonly id: number;
  readonly tenant: string;
  /** A group's name; absent: group 0, which matches any. */
  readonly group?: string;
  /** Masked, as the switch sees them; absent: every address. */
  readonly addresses?: Ranges<number>;
}

export interface AgentRule {
  readonly tenant: string;
  readonly source: Side;
  readonly destination: Side;
  /** 0: every protocol. */
  readonly protocol: number;
  /** 0: every port. Not looked at but for TCP and UDP. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Only packets with SYN and without ACK. */
  readonly opening: boolean;
  readonly allow: boolean;
  readonly priority: number;
  /** File of the rule object. */
  readonly path: string;
}

export interface AgentRules {
  /** All rules, those together that differ in ports alone, highest priority first. */
  readonly bundles: readonly RuleBundle[];
  readonly problems: readonly ReadingProblem[];
}

type MakeSide = (parts: Omit<Side, "id">) => Side;

function makeSides(): MakeSide {
  const known = new Map<string, Side>();
  return (parts) => {
    const key = `${parts.tenant}|${parts.group ?? ""}|${parts.addresses?.join("-") ?? ""}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const side: Side = { ...parts, id: known.size };
    known.set(key, side);
    return side;
  };
}

/** The agent parses an address or a CIDR; anything else is only logged there, and the rule is not enforced. */
function parseIp(text: string): Ranges<number> | undefined {
  const address = parseAddress(text);
  if (address?.family === 4) return [address.value, address.value];
  const prefix = parsePrefix(text);
  if (prefix?.address.family !== 4) return undefined;
  const { first, last } = prefixBounds(prefix);
  return first.family === 4 && last.family === 4 ? [first.value, last.value] : undefined;
}

const protocols: Readonly<Record<string, number>> = { "": 0, icmp: 1, tcp: 6, udp: 17 };

function protocolOf(text: string): number {
  const number = protocols[text] ?? Number(text);
  return number > 255 ? 0 : number;
}

interface Context {
  readonly networks: ReadonlyMap<string, Document>;
  readonly groups: ReadonlyMap<string, Document>;
  readonly policies: ReadonlyMap<string, Document>;
  readonly side: MakeSide;
  /** What `remoteOf` found for the texts of a side. */
  readonly remotes: Map<string, Side | string>;
}

/** A rule's fields about one side. */
interface SideFields {
  readonly name: "from" | "to";
  readonly network: string;
  readonly group: string;
  readonly address: string;
}

const from: SideFields = { name: "from", network: "fromNetwork", group: "fromEndpointGroup", address: "fromIpAddress" };
const to: SideFields = { name: "to", network: "toNetwork", group: "toEndpointGroup", address: "toIpAddress" };

/** netmaster's checks when a rule is created; a text when it refuses. */
function refusal(context: Context, { body, policy }: RuleSeries): string | undefined {
  const has = (field: string): boolean => textField(body, field) !== "";
  const tenant = textField(body, "tenantName");
  const [side, other] = textField(body, "direction") === "in" ? [from, to] : [to, from];
  if (has(other.network) || has(other.group) || (side === to && has("fromIpAddress")))
    return `can not specify '${other.name}' parameters in ${side === from ? "incoming" : "outgoing"} rule`;
  if (has(side.network) && (has(side.address) || has(side.group))) return `can not specify ${side.network} and another selector`;
  const group = textField(body, side.group);
  if (group !== "" && !context.groups.has(`${tenant}:${group}`)) return "endpoint group not found";
  const network = textField(body, side.network);
  if (network !== "" && !context.networks.has(`${tenant}:${network}`)) return `${side.name} Network not found`;
  if (!context.policies.has(policy)) return "Policy not found";
  if (side === from && has("toIpAddress")) return "an incoming rule with toIpAddress needs an endpoint with that address";
  return undefined;
}

/** The remote side of a rule, or a problem where the agent could not install it. */
function remoteOf(context: Context, body: Body, side: SideFields): Side | string {
  const tenant = textField(body, "tenantName");
  const group = textField(body, side.group);
  const network = textField(body, side.network);
  const address = textField(body, side.address);
  const key = `${tenant}|${group}|${network}|${address}`;
  const known = context.remotes.get(key);
  if (known !== undefined) return known;
  const ip = network === "" ? address : textField(context.networks.get(`${tenant}:${network}`)?.body ?? {}, "subnet");
  const made = remoteSide(context, group === "" ? { tenant } : { tenant, group }, ip);
  context.remotes.set(key, made);
  return made;
}

function remoteSide(context: Context, named: Omit<Side, "id" | "addresses">, ip: string): Side | string {
  if (ip === "") return context.side(named);
  const addresses = parseIp(ip);
  if (addresses === undefined) return `the agent cannot read "${ip}", so the rule is not enforced`;
  return context.side({ ...named, addresses });
}

/** Rule objects that the agents install, whichever groups have their policy. */
interface Installed {
  readonly series: RuleSeries;
  readonly remote: Side;
  readonly ports: ServiceSet;
}

/** The rules of a series for one group that has their policy. */
function instantiate(own: Side, { series, remote, ports }: Installed): readonly AgentSeries[] {
  const { body, files } = series;
  const protocolText = textField(body, "protocol");
  const port = numberField(body, "port");
  const incoming = textField(body, "direction") === "in";
  const [source, destination] = incoming ? [remote, own] : [own, remote];
  const first: AgentRule = {
    tenant: own.tenant,
    source,
    destination,
    protocol: protocolOf(protocolText),
    sourcePort: 0,
    destinationPort: port,
    opening: protocolText === "tcp" && port === 0,
    allow: textField(body, "action") === "allow",
    priority: Math.max(1, numberField(body, "priority")),
    path: files[0].path,
  };
  const forth: AgentSeries = { first, objects: series, ports };
  const both = (protocolText === "tcp" || protocolText === "udp") && port !== 0;
  return both ? [forth, { ...forth, first: { ...first, source: destination, destination: source, sourcePort: port, destinationPort: 0 } }] : [forth];
}

/** All rules of the agents: a switch asks them by priority alone. */
export function agentRules({ documents, series }: Objects): AgentRules {
  const of = (kind: Document["kind"]): ReadonlyMap<string, Document> =>
    new Map(documents.filter((document) => document.kind === kind).map((document) => [document.key, document]));
  const context: Context = { networks: of("network"), groups: of("endpointGroup"), policies: of("policy"), side: makeSides(), remotes: new Map() };
  const problems: ReadingProblem[] = [];
  const byPolicy = new Map<string, Installed[]>();
  for (const each of series) {
    const { body, policy, files } = each;
    const refused = refusal(context, each);
    const remote =
      refused === undefined ? remoteOf(context, body, textField(body, "direction") === "in" ? from : to) : `netmaster refuses it: ${refused}`;
    if (typeof remote === "string") {
      problems.push(...files.map(({ path }) => ({ path, message: remote })));
      continue;
    }
    const installed: Installed = { series: each, remote, ports: portsOf(protocolOf(textField(body, "protocol")), each.ports) };
    const list = byPolicy.get(policy);
    if (list === undefined) byPolicy.set(policy, [installed]);
    else list.push(installed);
  }
  const all = [...context.groups.values()].flatMap((group) => {
    const tenant = textField(group.body, "tenantName");
    const own = context.side({ tenant, group: textField(group.body, "groupName") });
    if (!context.networks.has(`${tenant}:${textField(group.body, "networkName")}`))
      problems.push({ path: group.path, message: "netmaster refuses it: its network is not there" });
    return listField(group.body, "policies").flatMap((policy) => {
      if (!context.policies.has(`${tenant}:${policy}`))
        problems.push({ path: group.path, message: `netmaster refuses it: policy ${policy} is not there` });
      return (byPolicy.get(`${tenant}:${policy}`) ?? []).flatMap((installed) => instantiate(own, installed));
    });
  });
  const { bundles, problems: collisions } = bundleRules(all);
  return { bundles, problems: [...problems, ...collisions] };
}
