/**
 * Random valid `.ctv` texts: every declaration of the language, names that resolve, and the spacing, quoting, line breaks and
 * comments that people and tools leave behind. Each comment carries a number of its own, ascending through the text.
 */
import fc from "fast-check";
import { type Statement, render } from "./sourcerender.js";

/** Where the choices come from: fast-check in properties, a seed elsewhere. */
export interface Choices {
  /** A whole number from 0 to `bound - 1`. */
  readonly below: (bound: number) => number;
}

export interface SourceOptions {
  /** Whether comments are sprinkled in. */
  readonly comments?: boolean;
  /** Whether spacing, quoting and line breaks vary; otherwise one space and one line a statement. */
  readonly untidy?: boolean;
}

/** Texts that parse and check without errors, for properties. */
export function sourceText(options: SourceOptions = {}): fc.Arbitrary<string> {
  return fc.gen().map((value) => randomSource({ below: (bound) => value(fc.nat, bound - 1) }, options));
}

/** The text that `seed` stands for. */
export function sourceFromSeed(seed: number, options: SourceOptions = {}): string {
  let state = (seed ^ 0x9e37_79b9) | 1;
  const below = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  for (let round = 0; round < 8; round++) below(2);
  return randomSource({ below }, options);
}

/** A text with one or two tenants, made from `choices`. */
export function randomSource(choices: Choices, options: SourceOptions = {}): string {
  return render(file(choices), choices, { comments: options.comments ?? true, untidy: options.untidy ?? true });
}

/** Names as the text spells them; the ones in quotes need them. */
const groupNames = ["frontend", "backend", "redis-master", "v1.2", '"3tier"', '"policy"', '"b-1"', "quarantined", '"log"', "b"];
const labelValues = ["guestbook", "redis", '"true"', '"8080"', "web-1", '"tier"', '"as"'];
const labelKeys = ["app", "tier", "role", '"app.kubernetes.io/name"', "security", '"in"'];
const cidrs = ["198.51.100.0/24", "203.0.113.7", "203.0.113.16/28", "2001:db8::/32", "2001:db8:1::7", "203.0.113.40-203.0.113.50"];
const ports = ["80", "443", "8000-8100", "metrics-port", "53", "6379", "30000-32767"];
const builtInServices = ["http", "https", "dns", "ssh", "redis"];

interface Scope {
  readonly peers: readonly string[];
  readonly services: readonly string[];
}

function file(choices: Choices): Statement[] {
  const statements: Statement[] = [
    line("param", "jump-hosts", ":", "cidrs", "=", ...commas(some(choices, cidrs, 1))),
    line("param", "metrics-port", ":", "port", "=", String(9000 + choices.below(100))),
  ];
  if (chance(choices, 30)) statements.push(line("param", "label", ":", "string", "=", '"a, b"'));
  const outer: string[] = ["jump-hosts"];
  if (chance(choices, 50)) {
    statements.push(line("external", "office", "=", ...commas(some(choices, cidrs, 1))));
    outer.push("office");
  }
  if (chance(choices, 40)) statements.push(line("service", "metrics", "=", "tcp/metrics-port"));
  if (chance(choices, 20)) statements.push({ words: ["fabric"], body: [line("mode", "default"), line("vlans", "100-200")], short: true });
  if (chance(choices, 20)) statements.push({ words: ["bgp", "node-1"], body: [line("router-ip", "192.0.2.1/24"), line("as", "65001")], short: true });
  const tenants = 1 + choices.below(2);
  for (let index = 0; index < tenants; index++) statements.push(tenant(choices, index, outer));
  return statements;
}

function tenant(choices: Choices, index: number, outer: readonly string[]): Statement {
  const name = ["guestbook", "shop"][index];
  const body: Statement[] = [];
  if (chance(choices, 40)) body.push(line("namespaces", ...commas([name, `${name}-jobs`])));
  if (chance(choices, 40)) body.push(line("default", pick(choices, ["deny", "allow"])));
  const networks = ["app-net", '"2nd-net"'].slice(0, 1 + choices.below(2));
  networks.forEach((network, at) => body.push(networkBlock(choices, network, `10.${index}.${at}`)));
  if (chance(choices, 40)) body.push({ words: ["qos", "gold"], body: [line("bandwidth", "10Mbps"), line("dscp", "10")], short: true });
  const groups = some(choices, groupNames, 2);
  groups.forEach((group, at) => body.push(groupBlock(choices, group, networks, `192.0.2.${16 * at + 100 * index}`)));
  const peers = ["any", "world", ...groups, ...groups, ...outer, ...networks, pick(choices, cidrs)];
  if (chance(choices, 60)) {
    body.push(line("set", "insiders", "=", ...peerWords(choices, groups)));
    peers.push("insiders");
  }
  const services = ["metrics-port-alone", "web"].slice(0, 1 + choices.below(2));
  for (const service of services) body.push(line("service", service, "=", ...commas(several(choices, () => serviceLiteral(choices), 3))));
  if (chance(choices, 30)) body.push(line("app", "stack", "=", ...commas(groups)));
  if (chance(choices, 30))
    body.push(
      line("contracts", "outside", pick(choices, ["provided", "consumed"]), "=", ...commas(['"uni/tn-common/brc-a"', '"uni/tn-common/brc-b"'])),
    );
  if (chance(choices, 30)) body.push(line("export", ...commas(groups), ...(chance(choices, 50) ? ["to", "elsewhere"] : [])));
  const scope: Scope = { peers, services: [...services, ...builtInServices] };
  const policies = 1 + choices.below(3);
  for (let at = 0; at < policies; at++) body.push(policy(choices, at, scope));
  if (chance(choices, 40)) {
    const expectations = several(choices, () => line("expect", ...flow(choices, scope)), 3);
    body.push({ words: ["test", '"what holds: a -> b, even // here"'], body: expectations });
  }
  return { words: ["tenant", name], body: shuffle(choices, body) };
}

function networkBlock(choices: Choices, name: string, prefix: string): Statement {
  const body = [line("subnet", `${prefix}.0/24`), line("gateway", `${prefix}.254`)];
  if (chance(choices, 40)) body.push(line("encap", pick(choices, ["vlan", "vxlan"])));
  return { words: ["network", name], body: shuffle(choices, body), short: true };
}

function groupBlock(choices: Choices, name: string, networks: readonly string[], host: string): Statement {
  const place = chance(choices, 60) ? ["in", pick(choices, networks)] : [];
  const body: Statement[] = [];
  if (chance(choices, 80)) body.push(line("match", ...commas(several(choices, () => requirement(choices), 3))));
  if (chance(choices, 30)) body.push(line("hosts", ...commas([`${host}/28`, `${host}`.replace(/\d+$/, "15")].slice(0, 1 + choices.below(2)))));
  return { words: ["group", name, ...place], body, short: true };
}

function requirement(choices: Choices): string[] {
  const key = pick(choices, labelKeys);
  switch (choices.below(5)) {
    case 0:
      return [key, "in", "(", ...commas(some(choices, labelValues, 1)), ")"];
    case 1:
      return [key, "not", "in", "(", ...commas(some(choices, labelValues, 1)), ")"];
    case 2:
      return ["has", key];
    case 3:
      return ["not", key];
    default:
      return [key, "=", pick(choices, labelValues)];
  }
}

function policy(choices: Choices, at: number, scope: Scope): Statement {
  const rules = several(
    choices,
    () => {
      const words = flow(choices, scope);
      if (chance(choices, 20)) words.push("log");
      if (chance(choices, 20)) words.push("as", `rule-${choices.below(1000)}`);
      return line(...words);
    },
    8,
  );
  const body = chance(choices, 5) ? [] : rules;
  return { words: ["policy", `policy-${at}`, ...(at === 0 ? [] : ["priority", String(at * 100)])], body };
}

function flow(choices: Choices, scope: Scope): string[] {
  const words = [pick(choices, ["allow", "allow", "deny"]), ...peerWords(choices, scope.peers), "->", ...peerWords(choices, scope.peers)];
  if (!chance(choices, 70)) return words;
  const services = several(choices, () => (chance(choices, 50) ? [pick(choices, scope.services)] : serviceLiteral(choices)), 3);
  return [...words, ":", ...commas(services)];
}

function peerWords(choices: Choices, peers: readonly string[]): string[] {
  const include = commas(several(choices, () => pick(choices, peers), chance(choices, 10) ? 12 : 2));
  return chance(choices, 15) ? [...include, "except", ...commas(several(choices, () => pick(choices, peers), 2))] : include;
}

function serviceLiteral(choices: Choices): string[] {
  const protocol = pick(choices, ["tcp", "udp", "sctp"]);
  if (chance(choices, 15)) return [pick(choices, ["icmp/8", "icmp6/128", "ip/47"])];
  if (chance(choices, 50)) return [`${protocol}/${pick(choices, ports)}`];
  return [`${protocol}/{`, ...commas(some(choices, ports, 1)), "}"];
}

function line(...words: readonly string[]): Statement {
  return { words };
}

/** The items with commas between them. */
function commas(items: readonly (string | readonly string[])[]): string[] {
  return items.flatMap((item, index) => [...(index === 0 ? [] : [","]), ...(typeof item === "string" ? [item] : item)]);
}

function chance(choices: Choices, percent: number): boolean {
  return choices.below(100) >= 100 - percent;
}

function pick<T>(choices: Choices, items: readonly T[]): T {
  return items[choices.below(items.length)];
}

/** At least `least` of the items, in their order. */
function some<T>(choices: Choices, items: readonly T[], least: number): T[] {
  const start = choices.below(items.length - least + 1);
  return items.slice(start, start + least + choices.below(items.length - start - least + 1));
}

function several<T>(choices: Choices, make: () => T, most: number): T[] {
  return Array.from({ length: 1 + choices.below(most) }, make);
}

function shuffle<T>(choices: Choices, items: readonly T[]): T[] {
  const left = [...items];
  return items.map(() => left.splice(chance(choices, 80) ? 0 : choices.below(left.length), 1)[0]);
}
