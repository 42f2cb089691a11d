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
import { containsService, familyServices, isIcmp, protocolNumber, servicePoint } from "../space/service.js";
import type { ProtocolName } from "../space/service.js";
import { describeService } from "./describe.js";

function formatEnd(end: End): string {
  const labels = Object.entries(end.labels).map(([key, value]) => `${word(key)}=${value === "" ? "" : word(value)}`);
  return `${end.namespace === undefined ? "" : word(end.namespace)}${labels.length === 0 ? "" : `[${labels.join(",")}]`}@${formatAddress(end.address)}`;
}

/** What stands for itself: names, label keys and values as Kubernetes takes them. All else is quoted as in JSON. */
const plainWord = /^[A-Za-z0-9_./-]+$/;

function word(text: string): string {
  return plainWord.test(text) ? text : JSON.stringify(text);
}

export function formatFlow(flow: Flow): string {
  return `${formatEnd(flow.source)} -> ${formatEnd(flow.destination)} : ${describeService(flow)}`;
}

const wordPattern = String.raw`(?:[A-Za-z0-9_./-]+|"(?:[^"\\]|\\.)*")`;
const pairPattern = String.raw`\s*(${wordPattern})\s*=\s*(${wordPattern})?\s*`;
const endPattern = new RegExp(String.raw`^(${wordPattern})?(?:\[((?:${pairPattern},)*(?:${pairPattern})?)\])?@([0-9A-Fa-f.:]+)$`);

/** The end that `text` writes in the form of `formatEnd`, or nothing. */
export function parseEnd(text: string): End | undefined {
  const found = endPattern.exec(text.trim());
  const address = found === null ? undefined : parseAddress(found[found.length - 1]);
  if (found === null || address === undefined) return undefined;
  const [, written, list = ""] = found;
  const pairs = [...list.matchAll(new RegExp(pairPattern, "g"))].map(([, key, value]) => [wordOf(key), wordOf(value)] as const);
  const namespace = wordOf(written);
  if (namespace === undefined) return pairs.length > 0 ? undefined : { labels: {}, address };
  return { namespace, labels: Object.fromEntries(pairs.map(([key, value]) => [key ?? "", value ?? ""])), address };
}

function wordOf(written: string | undefined): string | undefined {
  if (written === undefined || !written.startsWith('"')) return written;
  try {
    const text: unknown = JSON.parse(written);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text means one flow and no set: `@` stands in no question about sets. */
export function looksConcrete(text: string): boolean {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, "").includes("@");
}

/** The flow that `text` writes in the form of `formatFlow`, or nothing; also when its ends are of two families, or ICMP of the other one. */
export function parseFlow(text: string): Flow | undefined {
  const [, from, to, service] = /^(.*?)\s*->\s*(.*?)\s*:\s*([a-z0-9]+\/[0-9]+)$/.exec(text.trim()) ?? [];
  if (from === undefined) return undefined;
  const source = parseEnd(from);
  const destination = parseEnd(to);
  const point = parseService(service);
  if (source === undefined || destination === undefined || point === undefined) return undefined;
  const { family } = source.address;
  const possible = destination.address.family === family && containsService(familyServices(family), servicePoint(point.protocol, point.detail));
  return possible ? { source, destination, ...point } : undefined;
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
