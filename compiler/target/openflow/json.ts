/**
 * The program's JSON form: one line a tenant, class, condition or rule, so that a text difference shows what changed. IPv6
 * numbers, which JSON cannot hold, and sets of ends are written as text.
 */
import {
  addressRange,
  formatAddress,
  formatPrefix,
  isAllAddresses,
  parseAddress,
  parsePrefix,
  prefixSet,
  toPrefixes,
  unionAllAddresses,
} from "../../space/address.js";
import type { Address, AddressSet } from "../../space/address.js";
import { endBox } from "../../space/ends.js";
import type { EndBox, EndSet } from "../../space/ends.js";
import type { ValueSet } from "../../space/values.js";
import type { Digest } from "./hash.js";
import { PROGRAM_FORMAT, PROGRAM_VERSION } from "./program.js";
import type { Program } from "./program.js";

/** A box: absent parts are unconstrained. */
interface BoxJson {
  readonly namespace?: ValueSet;
  readonly labels?: Readonly<Record<string, ValueSet>>;
  readonly addresses?: readonly string[];
}

type RegionJson = { readonly include: readonly BoxJson[]; readonly except?: readonly BoxJson[] };
type ClassJson = Omit<Program["classes"][number], "include" | "except"> & RegionJson;
type ProfileJson = Omit<Program["profiles"][number], "include" | "except"> & RegionJson;
type BalancerJson = Omit<Program["loadBalancers"][number], "region"> & { readonly region: RegionJson };
type ProgramJson = Omit<Program, "classes" | "impossible" | "loadBalancers" | "profiles"> & {
  readonly classes: readonly ClassJson[];
  readonly impossible: readonly BoxJson[];
  readonly loadBalancers: readonly BalancerJson[];
  readonly profiles: readonly ProfileJson[];
};

const freeValue = (set: ValueSet): boolean => set.kind === "notIn" && set.values.length === 0 && set.absent;

/** Many boxes share an address set. */
const textsOf = new WeakMap<AddressSet, readonly string[]>();

/** One text a range: a prefix where it is one, else `first-last`. */
function addressTexts(set: AddressSet): readonly string[] {
  const known = textsOf.get(set);
  if (known !== undefined) return known;
  const range = (first: Address, last: Address): string => {
    const prefixes = toPrefixes(addressRange(first, last));
    return prefixes.length === 1 ? formatPrefix(prefixes[0]) : `${formatAddress(first)}-${formatAddress(last)}`;
  };
  const out: string[] = [];
  for (let at = 0; at < set.v4.length; at += 2) out.push(range({ family: 4, value: set.v4[at] }, { family: 4, value: set.v4[at + 1] }));
  for (let at = 0; at < set.v6.length; at += 2) out.push(range({ family: 6, value: set.v6[at] }, { family: 6, value: set.v6[at + 1] }));
  textsOf.set(set, out);
  return out;
}

function readAddresses(text: string): AddressSet {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return prefixSet(prefix);
  const [first, last] = text.split("-").map(parseAddress);
  if (first === undefined || last === undefined) throw new ProgramError(`"${text}" is neither a prefix nor a range`);
  return addressRange(first, last);
}

function boxJson(box: EndBox): BoxJson {
  return {
    ...(freeValue(box.namespace) ? {} : { namespace: box.namespace }),
    ...(box.labels.size === 0 ? {} : { labels: Object.fromEntries([...box.labels].sort(([a], [b]) => (a < b ? -1 : 1))) }),
    ...(isAllAddresses(box.addresses) ? {} : { addresses: addressTexts(box.addresses) }),
  };
}

function regionJson(region: { readonly include: EndSet; readonly except: EndSet }): RegionJson {
  return { include: region.include.map(boxJson), ...(region.except.length === 0 ? {} : { except: region.except.map(boxJson) }) };
}

/** Equal address sets become one object, which is what indexes tell them by. */
type AddressPool = Map<string, AddressSet>;

function pooledAddresses(texts: readonly string[], pool: AddressPool): AddressSet {
  const key = texts.join();
  const known = pool.get(key) ?? unionAllAddresses(texts.map(readAddresses));
  pool.set(key, known);
  return known;
}

function readBoxes(boxes: readonly BoxJson[] | undefined, pool: AddressPool): EndSet {
  return (boxes ?? []).flatMap((box) => {
    const made = endBox({
      ...(box.namespace === undefined ? {} : { namespace: box.namespace }),
      ...(box.labels === undefined ? {} : { labels: new Map(Object.entries(box.labels)) }),
      ...(box.addresses === undefined ? {} : { addresses: pooledAddresses(box.addresses, pool) }),
    });
    return made === undefined ? [] : [made];
  });
}

function readRegion(region: RegionJson, pool: AddressPool): { readonly include: EndSet; readonly except: EndSet } {
  return { include: readBoxes(region.include, pool), except: readBoxes(region.except, pool) };
}

/** Why a text is no program that this version can use. */
export class ProgramError extends Error {}

/** Lists have a line for each entry. Joined once, since a digest reads a text that was put together pair by pair five times as slowly. */
function lines(program: ProgramJson): string {
  const pieces: string[] = [];
  for (const [key, value] of Object.entries(program)) {
    pieces.push(pieces.length === 0 ? "{\n  " : ",\n  ", JSON.stringify(key));
    if (!Array.isArray(value) || value.length === 0) pieces.push(": ", JSON.stringify(value));
    else {
      value.forEach((entry, at) => pieces.push(at === 0 ? ": [\n    " : ",\n    ", JSON.stringify(entry)));
      pieces.push("\n  ]");
    }
  }
  pieces.push("\n}\n");
  return pieces.join("");
}

function toText(program: Program, digest: Program["digest"]): string {
  return lines({
    ...program,
    digest,
    classes: program.classes.map(({ include, except, ...rest }) => ({ ...rest, ...regionJson({ include, except }) })),
    impossible: program.impossible.map(boxJson),
    loadBalancers: program.loadBalancers.map((balancer) => ({ ...balancer, region: regionJson(balancer.region) })),
    profiles: program.profiles.map(({ include, except, ...rest }) => ({ ...rest, ...regionJson({ include, except }) })),
  });
}

/** The program with its digest, and its text. */
export function sealProgram(program: Program, digest: Digest): { readonly program: Program; readonly text: string } {
  const open = toText(program, { algorithm: digest.algorithm, value: "" });
  const sealed = { algorithm: digest.algorithm, value: digest.of(open) };
  const seal = (value: string): string => `  "digest": ${JSON.stringify({ algorithm: digest.algorithm, value })}`;
  return { program: { ...program, digest: sealed }, text: open.replace(seal(""), () => seal(sealed.value)) };
}

/** Whether a program's text is what was sealed. No for another algorithm, which proves nothing. */
export function verifyDigest(text: string, digest: Digest): boolean {
  const written = /^ {2}"digest": (\{.*\})(?=,$)/m.exec(text);
  if (written === null) return false;
  const empty = `  "digest": ${JSON.stringify({ algorithm: digest.algorithm, value: "" })}`;
  const open = text.slice(0, written.index) + empty + text.slice(written.index + written[0].length);
  return written[1] === JSON.stringify({ algorithm: digest.algorithm, value: digest.of(open) });
}

/** Reads a program's text. Throws `ProgramError` for a text that is none, or is of a version that is not known here. */
export function parseProgram(text: string): Program {
  const json = parseJson(text);
  const pool: AddressPool = new Map();
  return {
    ...json,
    classes: json.classes.map(({ include, except, ...rest }) => ({ ...rest, ...readRegion({ include, except }, pool) })),
    impossible: readBoxes(json.impossible, pool),
    loadBalancers: json.loadBalancers.map((balancer) => ({ ...balancer, region: readRegion(balancer.region, pool) })),
    profiles: json.profiles.map(({ include, except, ...rest }) => ({ ...rest, ...readRegion({ include, except }, pool) })),
  };
}

function parseJson(text: string): ProgramJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProgramError(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const problem = shapeProblem(value);
  if (problem !== undefined || !isProgramJson(value)) throw new ProgramError(problem ?? "not a policy program");
  return value;
}

function isProgramJson(value: unknown): value is ProgramJson {
  return shapeProblem(value) === undefined;
}

const lists = [
  "tenants",
  "memberships",
  "networks",
  "dimensions",
  "classes",
  "places",
  "impossible",
  "conditions",
  "services",
  "rules",
  "loadBalancers",
  "profiles",
];

/** What is wrong with the outline. The inside of the lists is covered by the digest. */
function shapeProblem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "not a JSON object";
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.get("format") !== PROGRAM_FORMAT) return `"format" is not "${PROGRAM_FORMAT}"`;
  if (fields.get("version") !== PROGRAM_VERSION)
    return `version ${String(fields.get("version"))} of the program is not known here (this is for version ${PROGRAM_VERSION})`;
  const missing = lists.find((name) => !Array.isArray(fields.get(name)));
  return missing === undefined ? undefined : `"${missing}" is not a list`;
}
