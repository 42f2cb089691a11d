/**
 * One concrete flow as a text that a command line takes back, such as
 * `guestbook[app=guestbook,tier=frontend]@10.1.1.1 -> @198.51.100.7 : tcp/6379`.
 *
 * A workload is `NAMESPACE[labels]@ADDRESS`, the brackets only where it has labels; a machine that is no workload is `@ADDRESS`.
 * An address without `@` is a set in the language (whatever has it), so the forms cannot be mistaken for each other.
 */
import { formatAddress, parseAddress } from "../space/address.js";
import type { End } from "../space/ends.js";
import type { Flow } from "../space/flows.js";
import { isIcmp, protocolNumber } from "../space/service.js";
import type { ProtocolName } from "../space/service.js";
import { describeService } from "./describe.js";

export function formatEnd(end: End): string {
  const labels = Object.entries(end.labels).map(([key, value]) => `${key}=${value}`);
  return `${end.namespace ?? ""}${labels.length === 0 ? "" : `[${labels.join(",")}]`}@${formatAddress(end.address)}`;
}

export function formatFlow(flow: Flow): string {
  return `${formatEnd(flow.source)} -> ${formatEnd(flow.destination)} : ${describeService(flow)}`;
}

/** The end that `text` writes in the form of `formatEnd`, or nothing. */
export function parseEnd(text: string): End | undefined {
  const [, namespace, , list, at] = /^([^[\]@\s]*)(\[([^\]]*)\])?@(\S+)$/.exec(text.trim()) ?? [];
  const address = at === undefined ? undefined : parseAddress(at);
  if (address === undefined) return undefined;
  const pairs = (list ?? "")
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()] as const);
  if (pairs.some(([key]) => key === "") || (namespace === "" && pairs.length > 0)) return undefined;
  const labels = Object.fromEntries(pairs);
  return namespace === "" ? { labels, address } : { namespace, labels, address };
}

/** The flow that `text` writes in the form of `formatFlow`, or nothing; also when its ends are of two families. */
export function parseFlow(text: string): Flow | undefined {
  const [, from, to, service] = /^(.*?)\s+->\s+(.*)\s+:\s+(\S+)$/.exec(text.trim()) ?? [];
  if (from === undefined) return undefined;
  const source = parseEnd(from);
  const destination = parseEnd(to);
  const point = parseService(service);
  if (source === undefined || destination === undefined || point === undefined || source.address.family !== destination.address.family)
    return undefined;
  return { source, destination, ...point };
}

function isProtocolName(name: string): name is ProtocolName {
  return name in protocolNumber;
}

function parseService(text: string): Pick<Flow, "protocol" | "detail"> | undefined {
  const [, name, digits] = /^([a-z0-9]+)\/([0-9]{1,5})$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const number = Number(digits);
  if (name === "ip") return number < 256 ? { protocol: number, detail: 0 } : undefined;
  if (!isProtocolName(name) || number > 65_535) return undefined;
  const protocol = protocolNumber[name];
  if (!isIcmp(protocol)) return { protocol, detail: number };
  return number < 256 ? { protocol, detail: number * 256 } : undefined;
}
