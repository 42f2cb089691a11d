/** Names, labels, addresses and services in the language's own words. */
import { builtinServices } from "../bind/builtins.js";
import { isName } from "../bind/names.js";
import { isPlainName } from "../../grammar/format/names.js";
import { bits, canonicalPrefix, formatAddress, formatPrefix, toPrefixes } from "../space/address.js";
import type { AddressSet, Prefix } from "../space/address.js";
import { byProtocol, isEveryService, isIcmp, protocolNumber, servicesEqual, servicesWithin, subtractServices } from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import type { ValueSet } from "../space/values.js";

export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

export function nameText(name: string): string {
  return isPlainName(name) ? name : quoted(name);
}

/** A name made from any text: what names cannot have becomes a hyphen, and long ones are cut. */
export function asName(text: string): string {
  const made = text
    .replace(/[^A-Za-z0-9.-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .slice(0, 60)
    .replace(/^[-.]+|[-.]+$/g, "");
  return isName(made) ? made : "unnamed";
}

/** The name, or the first of `name-2`, `name-3` and so on that is free. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? wanted : `${wanted}-${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** A word of a `match`: any but those that say how a label is matched, and those that would read as numbers. */
function labelWord(text: string): string {
  const plain = text.split("/").every((part) => /^[A-Za-z](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(part));
  return plain && !["in", "not", "has"].includes(text) ? text : quoted(text);
}

/** The requirements of a `match` that say what a set of values of a label says. Sets that hold "absent" beside listed values have none. */
export function requirementTexts(key: string, { kind, values, absent }: ValueSet): readonly string[] {
  const name = labelWord(key);
  const listed = values.length === 1 && kind === "in" ? ` = ${labelWord(values[0])}` : ` in (${values.map(labelWord).join(", ")})`;
  if (kind === "in") return values.length === 0 ? [`not ${name}`] : [`${name}${listed}`];
  return [...(absent ? [] : [`has ${name}`]), ...(values.length === 0 ? [] : [`${name} not in (${values.map(labelWord).join(", ")})`])];
}

function prefixText(prefix: Prefix): string {
  const { address, length } = canonicalPrefix(prefix);
  return length === bits(address.family) ? formatAddress(address) : formatPrefix({ address, length });
}

/** The fewest CIDRs and addresses that are the set. */
export function addressTexts(addresses: AddressSet): readonly string[] {
  return toPrefixes(addresses).map(prefixText);
}

/** Everyone's services, those with several ports first, so that `dns` is found before one of its ports is named apart. */
const namedServices = [...builtinServices]
  .filter(([, { services }]) => byProtocol(services).every(([, [low, high]]) => low > 0 || high < 65535))
  .sort(([, a], [, b]) => b.services.length - a.services.length);

/** Names for which readers have more than one, with the one to write. */
const preferred: Readonly<Record<string, string>> = { domain: "dns", postgresql: "postgres", sftp: "ssh", webdav: "http" };

/** Nothing for every service; else such as `dns, tcp/{3000, 8000-8100}`. */
export function servicesText(services: ServiceSet): string | undefined {
  if (isEveryService(services)) return undefined;
  const names: string[] = [];
  let rest = services;
  for (const [name, { services: known }] of namedServices) {
    // A port inside a range is no service of its own here.
    if (!servicesWithin(known, rest) || !servicesEqual(subtractServices(rest, subtractServices(rest, known)), known) || !standsAlone(known, rest))
      continue;
    names.push(preferred[name] ?? name);
    rest = subtractServices(rest, known);
  }
  return [...names, ...literalTexts(rest)].join(", ");
}

/** Whether each range of `part` is a whole range of the set. */
function standsAlone(part: ServiceSet, whole: ServiceSet): boolean {
  return Array.from({ length: part.length / 2 }, (_, at) => at).every((at) =>
    whole.some((bound, position) => position % 2 === 0 && bound === part[2 * at] && whole[position + 1] === part[2 * at + 1]),
  );
}

function literalTexts(services: ServiceSet): readonly string[] {
  const whole: number[] = [];
  const texts = byProtocol(services).flatMap(([protocol, details]): readonly string[] => {
    const name = Object.entries(protocolNumber).find(([, number]) => number === protocol)?.[0];
    const everything = details[0] === 0 && details[1] === 0xffff;
    if (name === undefined) {
      whole.push(protocol);
      return [];
    }
    if (everything) return [name];
    const ranges = Array.from({ length: details.length / 2 }, (_, at) => {
      const [first, last] = [details[2 * at], details[2 * at + 1]].map((detail) => (isIcmp(protocol) ? detail >> 8 : detail));
      return first === last ? `${first}` : `${first}-${last}`;
    });
    return [ranges.length === 1 ? `${name}/${ranges[0]}` : `${name}/{${ranges.join(", ")}}`];
  });
  return [...texts, ...protocolRanges(whole)];
}

function protocolRanges(protocols: readonly number[]): readonly string[] {
  const ranges: [number, number][] = [];
  for (const protocol of protocols) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === protocol - 1) last[1] = protocol;
    else ranges.push([protocol, protocol]);
  }
  if (ranges.length === 0) return [];
  const texts = ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`));
  return [texts.length === 1 ? `ip/${texts[0]}` : `ip/{${texts.join(", ")}}`];
}
