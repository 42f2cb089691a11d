/**
 * The table that the agents make of rules (contiv.md §3.3 and §3.6): a flow is added when a rule meets a group that has its policy, an
 * equal one is refused and only logged, and a removal takes away whatever flow has the match. So what is here depends on the order of
 * requests, as it does on a switch.
 */
import type { Json } from "./model.js";

export interface Flow {
  readonly match: string;
  readonly action: string;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const protocols: Readonly<Record<string, number>> = { "": 0, icmp: 1, tcp: 6, udp: 17 };

function ip(address: string): string | undefined {
  if (address === "") return "";
  return /^[0-9.]+(\/[0-9]+)?$/.test(address) ? address : undefined;
}

/** Flows of one rule for one group; nothing where the agent cannot parse the rule. */
export function flowsOf(group: string, rule: Json, addressOf: (rule: Json) => string): readonly Flow[] {
  const tenant = text(rule.tenantName);
  const name = text(rule.protocol);
  const number = protocols[name] ?? Number(name);
  const protocol = number > 255 ? 0 : number;
  const port = typeof rule.port === "number" ? rule.port : 0;
  const ported = protocol === 6 || protocol === 17;
  const remote = text(rule.direction === "in" ? rule.fromEndpointGroup : rule.toEndpointGroup);
  const address = ip(addressOf(rule));
  if (address === undefined) return [];
  const priority = 10 + (typeof rule.priority === "number" && rule.priority > 0 ? rule.priority : 1);
  const flag = name === "tcp" && port === 0 ? "syn,!ack" : "";
  const match = (source: string, sourceIp: string, target: string, targetIp: string, ports: string, flags: string): Flow => ({
    match: `${tenant}|${source}|${sourceIp}|${target}|${targetIp}|${protocol}|${ported ? ports : ""}|${flags}|${priority}`,
    action: text(rule.action),
  });
  const incoming = rule.direction === "in";
  const forth = incoming ? match(remote, address, group, "", `:${port}`, flag) : match(group, "", remote, address, `:${port}`, flag);
  if ((name !== "tcp" && name !== "udp") || port === 0) return [forth];
  const back = incoming ? match(group, "", remote, address, `${port}:`, "") : match(remote, address, group, "", `${port}:`, "");
  return [forth, back];
}

export class AgentTable {
  private readonly table = new Map<string, string>();
  /** What the agents would have logged: each line is a rule that is not enforced as it stands. */
  readonly log: string[] = [];

  install(flows: readonly Flow[]): void {
    for (const { match, action } of flows) {
      if (this.table.has(match)) this.log.push(`Flow ${match} already exists`);
      else this.table.set(match, action);
    }
  }

  remove(flows: readonly Flow[]): void {
    for (const { match } of flows) if (!this.table.delete(match)) this.log.push(`no flow ${match} to remove`);
  }

  /** Sorted, for comparing. */
  lines(): readonly string[] {
    return [...this.table].map(([match, action]) => `${match} ${action}`).sort();
  }
}
