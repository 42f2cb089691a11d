/** Params: their types, and their values from the source or from outside. */
import type { Span } from "../../grammar/span.js";
import type * as syntax from "../../grammar/syntax.js";
import { describeType } from "../bind/properties.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import type { PolicySymbol } from "../bind/symbols.js";
import type { Declared } from "../bind/declare.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { missingParam, unknownParam, unknownType } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";
import { invalidParamValue, valueCount, wrongValue } from "../diagnostics/values.js";
import * as address from "../space/address.js";
import type { Address, AddressSet, Prefix } from "../space/address.js";
import { formatBandwidth, parseBandwidth } from "./bandwidth.js";
import { addressProblem, formatAddresses, mappedProblem, readAddress, readAddresses, readPrefix } from "./literals.js";
import { describeValue } from "./describe.js";

const paramTypes = ["string", "int", "port", "bool", "bandwidth", "cidr", "cidrs", "address"] as const;
export type ParamType = (typeof paramTypes)[number];

export type ParamValue =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "port"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  /** Bits per second. */
  | { readonly type: "bandwidth"; readonly value: number }
  | { readonly type: "cidr"; readonly value: Prefix }
  | { readonly type: "cidrs"; readonly value: AddressSet }
  | { readonly type: "address"; readonly value: Address };

/** A value from outside the source: a list only for `cidrs`. */
export type ParamInput = string | number | boolean | readonly (string | number)[];

export interface GivenParam {
  readonly value: ParamInput;
  /** Who gives it, for messages, such as `--param` or `environment "production"`. */
  readonly from: string;
  /** Where it is written, when that is a file. */
  readonly span?: Span;
}

/** What a param's value can stand for. */
export function paramAddresses(value: ParamValue): AddressSet | undefined {
  switch (value.type) {
    case "cidrs":
      return value.value;
    case "cidr":
      return address.prefixSet(value.value);
    case "address":
      return address.singleAddress(value.value);
    default:
      return undefined;
  }
}

/** A value as the language writes it, for hover and messages. */
export function formatParam(value: ParamValue): string {
  switch (value.type) {
    case "string":
      return `"${value.value}"`;
    case "int":
    case "port":
      return String(value.value);
    case "bool":
      return value.value ? "yes" : "no";
    case "bandwidth":
      return formatBandwidth(value.value);
    case "cidr":
      return address.formatPrefix(value.value);
    case "cidrs":
      return formatAddresses(value.value);
    case "address":
      return address.formatAddress(value.value);
  }
}

function isParamType(text: string): text is ParamType {
  return paramTypes.some((type) => type === text);
}

/** The params of one scope, evaluated: one without a usable value is missing, and has had its message. */
export interface EvaluatedParams {
  readonly values: ReadonlyMap<PolicySymbol, ParamValue>;
  /** The names by which their values can be given. */
  readonly names: readonly string[];
  /** What is wrong with values from outside, by value: several scopes may read one. */
  readonly unfit: ReadonlyMap<GivenParam, Diagnostic>;
}

const noParams: EvaluatedParams = { values: new Map(), names: [], unfit: new Map() };

export function evaluateParams({ symbolOfNode }: Declared, given: ReadonlyMap<string, GivenParam>, report: Report): EvaluatedParams {
  const values = new Map<PolicySymbol, ParamValue>();
  const names: string[] = [];
  const unfit = new Map<GivenParam, Diagnostic>();
  const tell: Tell = (input, diagnostic) => {
    if (!unfit.has(input)) unfit.set(input, diagnostic);
  };
  for (const [node, symbol] of symbolOfNode) {
    if (node.kind !== "param") continue;
    const qualified = symbol.tenant === undefined ? symbol.name : `${symbol.tenant}/${symbol.name}`;
    names.push(symbol.name, qualified);
    const value = evaluateParam(node, given.get(qualified) ?? given.get(symbol.name), report, tell);
    if (value !== undefined) values.set(symbol, value);
  }
  return names.length === 0 ? noParams : { values, names, unfit };
}

/** What is wrong with values from outside, in all `scopes`: each is told once, however many params read it, and so is one that none reads. */
export function paramsFromOutside(scopes: () => readonly EvaluatedParams[], given: ReadonlyMap<string, GivenParam>): readonly Diagnostic[] {
  if (given.size === 0) return [];
  const all = scopes().filter(({ names }) => names.length > 0);
  const unfit = new Map<GivenParam, Diagnostic>();
  for (const params of all) for (const [input, diagnostic] of params.unfit) if (!unfit.has(input)) unfit.set(input, diagnostic);
  const declared = new Set(all.flatMap(({ names }) => names));
  const unread = [...given].flatMap(([name, { from, span }]): readonly Diagnostic[] => {
    if (declared.has(name)) return [];
    return [unknownParam.make({ name, from }, { span: span ?? outsideSpan(from), help: didYouMean(suggest(name, declared)) })];
  });
  return [...unfit.values(), ...unread];
}

type Tell = (input: GivenParam, diagnostic: Diagnostic) => void;

/** Values from the command line are in no file; their messages carry this in place of one. */
function outsideSpan(from: string): Span {
  return { file: `<${from}>`, start: 0, end: 0 };
}

function evaluateParam(node: syntax.Param, input: GivenParam | undefined, report: Report, tell: Tell): ParamValue | undefined {
  const type = node.type.text;
  if (!isParamType(type)) {
    const help = didYouMean(suggest(type, paramTypes));
    report(unknownType.make({ name: type, possible: paramTypes }, { span: node.type.span, help }));
    return undefined;
  }
  const name = node.name.text;
  const fallback = node.value === undefined ? undefined : readDefault(name, type, node.value, node.name.span, report);
  if (input === undefined) {
    if (node.value === undefined) report(missingParam.make({ name, type }, { span: node.name.span }));
    return fallback;
  }
  const read = readInput(type, input.value);
  if (typeof read !== "string") return read;
  const related = input.span === undefined ? [] : [{ span: node.name.span, message: "declared here" }];
  tell(input, invalidParamValue.make({ name, type, from: input.from, reason: read }, { span: input.span ?? node.name.span, related }));
  return undefined;
}

/** A param's default, from the source. */
function readDefault(name: string, type: ParamType, values: readonly syntax.Value[], span: Span, report: Report): ParamValue | undefined {
  const where = `param "${name}" (type ${type})`;
  if (type === "cidrs") {
    const sets = values.map((value) => {
      if (value.kind === "address" || value.kind === "prefix" || value.kind === "addressRange") return readAddresses(value, report)?.addresses;
      report(wrongValue.make({ where, found: describeValue(value), needed: "addresses, prefixes or address ranges" }, { span: value.span }));
      return undefined;
    });
    return sets.every((set) => set !== undefined) ? { type, value: address.unionAllAddresses(sets) } : undefined;
  }
  const value = values.at(0);
  if (value === undefined || values.length > 1) {
    report(valueCount.make({ where, found: values.length }, { span: values.at(1)?.span ?? span }));
    return undefined;
  }
  const wrong = (needed: string): undefined => {
    report(wrongValue.make({ where, found: describeValue(value), needed }, { span: value.span }));
    return undefined;
  };
  switch (type) {
    case "string":
      return value.kind === "name" ? { type, value: value.text } : wrong("a quoted text");
    case "int":
      return value.kind === "integer" ? { type, value: value.value } : wrong("a whole number");
    case "port":
      return value.kind === "integer" && value.value <= 65535 ? { type, value: value.value } : wrong("a port from 0 to 65535");
    case "bool": {
      const flag = value.kind === "name" ? parseBool(value.text) : undefined;
      return flag === undefined ? wrong("yes or no") : { type, value: flag };
    }
    case "bandwidth": {
      const bits = value.kind === "bandwidth" ? parseBandwidth(value.text) : undefined;
      return bits === undefined ? wrong(describeType({ kind: "bandwidth" })) : { type, value: bits };
    }
    case "cidr": {
      if (value.kind !== "prefix") return wrong("a prefix such as 10.1.1.0/24");
      const prefix = readPrefix(value, report);
      return prefix === undefined ? undefined : { type, value: prefix };
    }
    case "address": {
      if (value.kind !== "address") return wrong("an address");
      const parsed = readAddress(value.text, value.span, report);
      return parsed === undefined ? undefined : { type, value: parsed };
    }
  }
}

export function parseBool(text: string): boolean | undefined {
  if (text === "yes" || text === "true") return true;
  if (text === "no" || text === "false") return false;
  return undefined;
}

/** A value from outside, read by the param's type; a text that says what is wrong with it. */
function readInput(type: ParamType, input: ParamInput): ParamValue | string {
  if (type === "cidrs") return readCidrs(typeof input === "object" ? input.map(String) : String(input).split(","));
  if (typeof input === "object") return "it is a list, and one value is needed";
  const text = String(input).trim();
  switch (type) {
    case "string":
      return { type, value: text };
    case "int":
      return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? { type, value: Number(text) } : `"${text}" is not a whole number`;
    case "port":
      return /^\d+$/.test(text) && Number(text) <= 65535 ? { type, value: Number(text) } : `"${text}" is not a number from 0 to 65535`;
    case "bool": {
      const flag = parseBool(text);
      return flag === undefined ? `"${text}" is neither yes nor no` : { type, value: flag };
    }
    case "bandwidth": {
      const bits = parseBandwidth(text);
      return bits === undefined ? `"${text}" is not ${describeType({ kind: "bandwidth" })}` : { type, value: bits };
    }
    case "cidr": {
      const prefix = address.parsePrefix(text);
      if (prefix === undefined) return `"${text}" is not a prefix such as 10.1.1.0/24`;
      return prefixInput(prefix) ?? { type, value: prefix };
    }
    case "address": {
      const parsed = address.parseAddress(text);
      const reason = parsed === undefined ? addressProblem(text) : mappedProblem(parsed);
      return parsed === undefined || reason !== undefined ? `"${text}" is not an address: ${reason ?? ""}` : { type, value: parsed };
    }
  }
}

function prefixInput(prefix: Prefix): string | undefined {
  const mapped = mappedProblem(prefix.address, prefix.length);
  if (mapped !== undefined) return `${address.formatPrefix(prefix)} is not a prefix: ${mapped}`;
  const canonical = address.canonicalPrefix(prefix);
  return canonical.address.value === prefix.address.value
    ? undefined
    : `${address.formatPrefix(prefix)} has host bits set: the block is ${address.formatPrefix(canonical)}`;
}

function readCidrs(texts: readonly string[]): ParamValue | string {
  const sets: AddressSet[] = [];
  for (const raw of texts) {
    const text = raw.trim();
    if (text === "") continue;
    const prefix = address.parsePrefix(text);
    const single = address.parseAddress(text);
    const [first, last] = text.split("-").map((part) => address.parseAddress(part.trim()));
    if (prefix !== undefined) {
      const problem = prefixInput(prefix);
      if (problem !== undefined) return problem;
      sets.push(address.prefixSet(prefix));
    } else if (single !== undefined) {
      const mapped = mappedProblem(single);
      if (mapped !== undefined) return `"${text}" is not an address: ${mapped}`;
      sets.push(address.singleAddress(single));
    } else if (first !== undefined && last !== undefined && !address.isEmptyAddresses(address.addressRange(first, last)))
      sets.push(address.addressRange(first, last));
    else return `"${text}" is not an address, prefix or address range`;
  }
  return { type: "cidrs", value: address.unionAllAddresses(sets) };
}
