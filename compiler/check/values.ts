/** Property values by their types in the table, params filled in. Each reader answers with nothing after a message. */
import type { Name, PortMapping, Value } from "../../grammar/syntax.js";
import { describeType } from "../bind/properties.js";
import type { ValueType } from "../bind/properties.js";
import type { Place } from "../bind/lookup.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import { describeKind, nameSpaceOf } from "../bind/symbols.js";
import type { PolicySymbol } from "../bind/symbols.js";
import { emptyText, outOfRange, reversedRange, valueCount, wrongFamily, wrongValue } from "../diagnostics/values.js";
import * as address from "../space/address.js";
import type { Address, Family, Prefix } from "../space/address.js";
import { parseBandwidth } from "./bandwidth.js";
import type { PropertyUse } from "./blocks.js";
import type { Context } from "./context.js";
import { describeValue } from "./describe.js";
import { readAddress, readPrefix, readRange } from "./literals.js";
import type { AddressBounds } from "./literals.js";
import { parseBool } from "./params.js";
import type { ParamValue } from "./params.js";
import { checkRepeats } from "./repeats.js";

type Reader<T> = (context: Context, place: Place, use: PropertyUse) => T | undefined;

function typeOf<K extends ValueType["kind"]>(use: PropertyUse, kind: K): Extract<ValueType, { kind: K }> | undefined {
  const type = use.row.type;
  return isOfKind(type, kind) ? type : undefined;
}

function isOfKind<K extends ValueType["kind"]>(type: ValueType, kind: K): type is Extract<ValueType, { kind: K }> {
  return type.kind === kind;
}

/** The only value of a property. */
function single(context: Context, use: PropertyUse): Value | undefined {
  const { values, span } = use.property;
  if (values.length === 1) return values[0];
  context.report(valueCount.make({ where: use.where, found: values.length }, { span: values.at(1)?.span ?? span }));
  return undefined;
}

function wrong(context: Context, use: PropertyUse, value: Value): undefined {
  context.report(wrongValue.make({ where: use.where, found: describeValue(value), needed: describeType(use.row.type) }, { span: value.span }));
  return undefined;
}

/** The value of a param that stands for a literal: `"none"` where the value is no bare name, nothing after a message. */
function paramOf(
  context: Context,
  place: Place,
  use: PropertyUse,
  value: Value,
  types: readonly ParamValue["type"][],
): ParamValue | "none" | undefined {
  if (value.kind !== "name" || value.quoted) return "none";
  if (context.lookup.peek(place, "peer", value.text) === undefined) {
    return wrong(context, use, value);
  }
  const symbol = context.lookup.find(place, value, {
    space: "peer",
    kinds: new Set(["param"]),
    text: describeType(use.row.type),
    where: `in ${use.where}`,
  });
  const param = symbol === undefined ? undefined : context.paramOf(symbol);
  if (param === undefined) return undefined;
  if (types.includes(param.type)) return param;
  const found = `param "${value.text}" of type ${param.type}`;
  context.report(wrongValue.make({ where: use.where, found, needed: describeType(use.row.type) }, { span: value.span }));
  return undefined;
}

function ofFamily<T extends { readonly family: Family }>(
  context: Context,
  use: PropertyUse,
  value: Value,
  family: Family | undefined,
  text: string,
  parsed: T,
): T | undefined {
  if (family === undefined || parsed.family === family) return parsed;
  context.report(wrongFamily.make({ where: use.where, text, family }, { span: value.span }));
  return undefined;
}

export const readAddressValue: Reader<Address> = (context, place, use) => {
  const type = typeOf(use, "address");
  const value = single(context, use);
  if (value === undefined || type === undefined) return undefined;
  if (value.kind === "address") {
    const parsed = readAddress(value.text, value.span, context.report);
    return parsed === undefined ? undefined : ofFamily(context, use, value, type.family, value.text, parsed);
  }
  const param = paramOf(context, place, use, value, ["address"]);
  if (param === "none") return wrong(context, use, value);
  return param?.type === "address" ? ofFamily(context, use, value, type.family, address.formatAddress(param.value), param.value) : undefined;
};

export const readPrefixValue: Reader<Prefix> = (context, place, use) => {
  const value = single(context, use);
  return value === undefined ? undefined : prefixOf(context, place, use, value);
};

function prefixOf(context: Context, place: Place, use: PropertyUse, value: Value): Prefix | undefined {
  const type = use.row.type;
  const family = type.kind === "prefix" ? type.family : 4;
  const check = (prefix: Prefix): Prefix | undefined =>
    ofFamily(context, use, value, family, address.formatPrefix(prefix), prefix.address) === undefined ? undefined : prefix;
  if (value.kind === "prefix") {
    const options = { keepHostBits: type.kind === "prefix" && type.hostBits === true, wholeBlock: true };
    const prefix = readPrefix(value, context.report, options);
    return prefix === undefined ? undefined : check(prefix);
  }
  const param = paramOf(context, place, use, value, ["cidr"]);
  if (param === "none") return wrong(context, use, value);
  return param?.type === "cidr" ? check(param.value) : undefined;
}

export interface SubnetValue {
  readonly subnet: Prefix;
  readonly range?: AddressBounds;
}

/** A prefix, or the usable range of one (`first-last/length`). */
export const readSubnetValue: Reader<SubnetValue> = (context, place, use) => {
  const value = single(context, use);
  if (value === undefined) return undefined;
  if (value.kind !== "addressRange") {
    const subnet = prefixOf(context, place, use, value);
    return subnet === undefined ? undefined : { subnet };
  }
  if (value.length === undefined) return wrong(context, use, value);
  const range = readRange(value, context.report);
  if (range === undefined) return undefined;
  if (ofFamily(context, use, value, 4, value.first, range.first) === undefined) return undefined;
  if (value.length > 32) {
    context.report(outOfRange.make({ what: "a prefix length", value: String(value.length), min: 0, max: 32 }, { span: value.span }));
    return undefined;
  }
  const subnet = address.canonicalPrefix({ address: range.first, length: value.length });
  if (address.containsAddress(address.prefixSet(subnet), range.last)) return { subnet, range };
  const found = `${describeValue(value)}, which leaves the block ${address.formatPrefix(subnet)}`;
  context.report(wrongValue.make({ where: use.where, found, needed: "a range inside one block" }, { span: value.span }));
  return undefined;
};

export const readRangeValue: Reader<AddressBounds> = (context, _place, use) => {
  const value = single(context, use);
  if (value === undefined) return undefined;
  if (value.kind !== "addressRange" || value.length !== undefined) return wrong(context, use, value);
  return readRange(value, context.report);
};

export const readIntegerValue: Reader<number> = (context, place, use) => {
  const type = typeOf(use, "integer");
  const value = single(context, use);
  if (value === undefined || type === undefined) return undefined;
  const check = (found: number): number | undefined => {
    if (found >= type.min && found <= type.max) return found;
    context.report(outOfRange.make({ what: use.where, value: String(found), min: type.min, max: type.max }, { span: value.span }));
    return undefined;
  };
  if (value.kind === "integer") return check(value.value);
  const param = paramOf(context, place, use, value, ["int", "port"]);
  if (param === "none") return wrong(context, use, value);
  return param?.type === "int" || param?.type === "port" ? check(param.value) : undefined;
};

export const readIntegerRangeValue: Reader<readonly [number, number]> = (context, _place, use) => {
  const type = typeOf(use, "integerRange");
  const value = single(context, use);
  if (value === undefined || type === undefined) return undefined;
  if (value.kind !== "integerRange") return wrong(context, use, value);
  const outside = [value.first, value.last].find((end) => end < type.min || end > type.max);
  if (outside !== undefined) {
    context.report(outOfRange.make({ what: use.where, value: String(outside), min: type.min, max: type.max }, { span: value.span }));
    return undefined;
  }
  if (value.first <= value.last) return [value.first, value.last];
  const text = `${value.last}-${value.first}`;
  const fixes = [{ title: `write ${text}`, safe: false, edits: [{ span: value.span, text }] }];
  context.report(reversedRange.make({ text: `${value.first}-${value.last}`, what: use.row.name }, { span: value.span, fixes }));
  return undefined;
};

/** One of a few words; the answer is one of `words`, which are the table's. */
export function readWordValue<W extends string>(context: Context, use: PropertyUse, words: readonly W[]): W | undefined {
  const value = single(context, use);
  if (value === undefined) return undefined;
  const found = value.kind === "name" ? words.find((word) => word === value.text) : undefined;
  if (found !== undefined || value.kind !== "name") return found ?? wrong(context, use, value);
  const near = suggest(value.text, words);
  const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: value.span, text }] }));
  const fields = { where: use.where, found: describeValue(value), needed: describeType(use.row.type) };
  context.report(wrongValue.make(fields, { span: value.span, help: didYouMean(near), fixes }));
  return undefined;
}

export const readBoolValue: Reader<boolean> = (context, place, use) => {
  const value = single(context, use);
  if (value === undefined) return undefined;
  const literal = value.kind === "name" ? parseBool(value.text) : undefined;
  if (literal !== undefined) return literal;
  const param = paramOf(context, place, use, value, ["bool"]);
  if (param === "none") return wrong(context, use, value);
  return param?.type === "bool" ? param.value : undefined;
};

/** Bits per second. */
export const readBandwidthValue: Reader<number> = (context, place, use) => {
  const value = single(context, use);
  if (value === undefined) return undefined;
  if (value.kind === "bandwidth") return parseBandwidth(value.text) ?? wrong(context, use, value);
  const param = paramOf(context, place, use, value, ["bandwidth"]);
  if (param === "none") return wrong(context, use, value);
  return param?.type === "bandwidth" ? param.value : undefined;
};

/** Texts are written quoted, or bare where they are names; a bare name that a string param has stands for its value. */
export const readTextsValue: Reader<readonly string[]> = (context, place, use) => {
  checkRepeats(use.property.values, context.report);
  const texts = use.property.values.map((value) => {
    if (value.kind !== "name") return wrong(context, use, value);
    if (value.text.trim() === "") context.report(emptyText.make({ what: use.where }, { span: value.span }));
    const symbol = value.quoted ? undefined : context.lookup.peek(place, "peer", value.text);
    const param = symbol === undefined ? undefined : context.paramOf(symbol);
    if (symbol === undefined || param?.type !== "string") return value.text;
    context.facts.record(value.span, symbol);
    return param.value;
  });
  if (texts.length === 0) {
    context.report(valueCount.make({ where: use.where, found: 0 }, { span: use.property.span }));
    return undefined;
  }
  return texts.every((text) => text !== undefined) ? texts : undefined;
};

export const readTextValue: Reader<string> = (context, place, use) => {
  if (use.property.values.length > 1) single(context, use);
  return use.property.values.length > 1 ? undefined : readTextsValue(context, place, use)?.at(0);
};

/** The names of a list, such as `namespaces a, b`. */
export const readNamesValue: Reader<readonly Name[]> = (context, _place, use) => {
  checkRepeats(use.property.values, context.report);
  const names = use.property.values.map((value) => (value.kind === "name" ? value : wrong(context, use, value)));
  if (names.length === 0) context.report(valueCount.make({ where: use.where, found: 0 }, { span: use.property.span }));
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
};

export const readReferencesValue: Reader<readonly PolicySymbol[]> = (context, place, use) => {
  const type = use.row.type;
  if (type.kind !== "references" && type.kind !== "reference") return undefined;
  if (type.kind === "reference" && single(context, use) === undefined) return undefined;
  const names = readNamesValue(context, place, use);
  if (names === undefined) return undefined;
  const need = { space: nameSpaceOf(type.to), kinds: new Set([type.to]), text: describeKind(type.to), where: `as ${use.where}` };
  const symbols = names.map((name) => context.lookup.find(place, name, need));
  return symbols.every((symbol) => symbol !== undefined) ? symbols : undefined;
};

export const readPortMappingValue: Reader<PortMapping> = (context, _place, use) => {
  const value = single(context, use);
  if (value === undefined) return undefined;
  return value.kind === "portMapping" ? value : wrong(context, use, value);
};
