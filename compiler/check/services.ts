/** Services: from names and `protocol/port` literals to sets of flows' protocols and ports. */
import type { IntegerLiteral, IntegerRange, Name, ServiceLiteral, ServiceTerm as SyntaxTerm } from "../../grammar/syntax.js";
import { builtinServices, isProtocolName, literalProtocols } from "../bind/builtins.js";
import type { Need, Place } from "../bind/lookup.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import type { PolicySymbol } from "../bind/symbols.js";
import { definitionCycle, unknownProtocol } from "../diagnostics/names.js";
import { outOfRange, reversedRange, wrongValue } from "../diagnostics/values.js";
import type { ServiceExpression, ServiceTerm } from "../policy/model.js";
import { serviceText } from "../policy/text.js";
import * as service from "../space/service.js";
import type { ServiceSet } from "../space/service.js";
import { namesAtHand } from "./athand.js";
import { placeOf } from "./context.js";
import type { Context } from "./context.js";
import { checkRepeats } from "./repeats.js";

export interface Services {
  /** What a declared or builtin service stands for; nothing after a message. */
  readonly ofSymbol: (symbol: PolicySymbol) => ServiceSet | undefined;
  /** The services of a rule. `undefined` terms mean every service; the answer is the same object for the same text and place. */
  readonly ofTerms: (place: Place, terms: readonly SyntaxTerm[] | undefined) => ServiceExpression | undefined;
  /** A port, written as a number or a param. */
  readonly port: (place: Place, value: IntegerLiteral | Name, what: string) => number | undefined;
}

const everything: ServiceExpression = { services: service.everyService, terms: [] };

export function makeServices(context: Context): Services {
  const { report } = context;
  const open: PolicySymbol[] = [];
  const expressions = new Map<Place["tenant"] | Place["file"], Map<string, ServiceExpression>>();

  const ofSymbol = (symbol: PolicySymbol): ServiceSet | undefined => {
    const builtin = symbol.declarations.length === 0 ? builtinServices.get(symbol.name) : undefined;
    if (builtin !== undefined) return builtin.services;
    const { services: values } = context.valuesOf(symbol);
    if (values.has(symbol)) return values.get(symbol);
    const at = open.indexOf(symbol);
    const declaration = symbol.declarations.at(0);
    if (at >= 0 && declaration !== undefined) {
      const loop = open.slice(at);
      report(definitionCycle.make({ cycle: [...loop, symbol].map((entry) => entry.name) }, { span: declaration.nameSpan }));
      for (const entry of loop) context.valuesOf(entry).services.set(entry, undefined);
      return undefined;
    }
    const place = placeOf(context.program, symbol);
    if (declaration?.node.kind !== "service" || place === undefined) return undefined;
    open.push(symbol);
    checkRepeats(declaration.node.terms, report);
    const sets = declaration.node.terms.map((term) => ofTerm(place, term));
    open.pop();
    if (values.has(symbol)) return values.get(symbol);
    const value = sets.length > 0 && sets.every((set) => set !== undefined) ? service.unionAllServices(sets) : undefined;
    values.set(symbol, value);
    return value;
  };

  const need: Need = { space: "service", text: "a service", where: "here" };
  const ofTerm = (place: Place, term: SyntaxTerm): ServiceSet | undefined => {
    if (term.kind === "service") return ofLiteral(place, term);
    const symbol = context.lookup.find(place, term, need);
    return symbol === undefined ? undefined : ofSymbol(symbol);
  };

  const ofLiteral = (place: Place, literal: ServiceLiteral): ServiceSet | undefined => {
    const name = literal.protocol.text;
    if (!isProtocolName(name) && name !== "ip") {
      const near = suggest(name, literalProtocols);
      const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: literal.protocol.span, text }] }));
      report(unknownProtocol.make({ name, possible: literalProtocols }, { span: literal.protocol.span, help: didYouMean(near), fixes }));
      return undefined;
    }
    const what = name === "ip" ? "an IP protocol" : name === "icmp" || name === "icmp6" ? `a type of ${name}` : "a port";
    const last = what === "a port" ? 65535 : 255;
    checkRepeats(literal.ports, report);
    const sets = literal.ports.map((entry) => {
      const range = bounds(place, entry, what, last);
      if (range === undefined) return undefined;
      if (name === "ip") return service.unionAllServices(protocolsBetween(range[0], range[1]));
      const protocol = service.protocolNumber[name];
      if (!service.isIcmp(protocol)) return service.portService(protocol, range[0], range[1]);
      return [service.icmpService(protocol, range[0])[0], service.icmpService(protocol, range[1])[1]];
    });
    return sets.length > 0 && sets.every((set) => set !== undefined) ? service.unionAllServices(sets) : undefined;
  };

  const bounds = (place: Place, entry: IntegerLiteral | IntegerRange | Name, what: string, max: number): readonly [number, number] | undefined => {
    if (entry.kind !== "integerRange") {
      const value = number(place, entry, what, max);
      return value === undefined ? undefined : [value, value];
    }
    if (!within(entry.first, entry, what, max) || !within(entry.last, entry, what, max)) return undefined;
    if (entry.first <= entry.last) return [entry.first, entry.last];
    const text = `${entry.last}-${entry.first}`;
    const fixes = [{ title: `write ${text}`, safe: false, edits: [{ span: entry.span, text }] }];
    report(reversedRange.make({ text: `${entry.first}-${entry.last}`, what: what.replace(/^an? /, "") }, { span: entry.span, fixes }));
    return undefined;
  };

  const within = (value: number, entry: IntegerLiteral | IntegerRange | Name, what: string, max: number): boolean => {
    if (value <= max) return true;
    report(outOfRange.make({ what, value: String(value), min: 0, max }, { span: entry.span }));
    return false;
  };

  const number = (place: Place, entry: IntegerLiteral | Name, what: string, max: number): number | undefined => {
    if (entry.kind === "integer") return within(entry.value, entry, what, max) ? entry.value : undefined;
    const symbol = context.lookup.find(place, entry, {
      space: "peer",
      kinds: new Set(["param"]),
      text: "a number or a param of type port or int",
      where: `as ${what}`,
    });
    const value = symbol === undefined ? undefined : context.paramOf(symbol);
    if (value === undefined) return undefined;
    if (value.type === "port" || value.type === "int") return within(value.value, entry, what, max) ? value.value : undefined;
    report(wrongValue.make({ where: what, found: `param "${entry.text}" of type ${value.type}`, needed: "a number" }, { span: entry.span }));
    return undefined;
  };

  const ofTerms: Services["ofTerms"] = (place, terms) => {
    if (terms === undefined) return everything;
    // Most rules name one service.
    if (terms.length === 1) return terms[0].kind === "name" ? ofName(place, terms[0]) : ofPort(place, terms[0]);
    checkRepeats(terms, report);
    const sets = terms.map((term) => ofTerm(place, term));
    if (sets.length === 0 || !sets.every((set) => set !== undefined)) return undefined;
    const texts = terms.map(serviceText);
    return knownAs(place, texts.join(", "), service.unionAllServices(sets), () => sets.map((set, index) => ({ text: texts[index], services: set })));
  };

  const namesAt = namesAtHand<ServiceExpression>();
  const ofName = (place: Place, term: Name): ServiceExpression | undefined => {
    const found = namesAt(place).get(term.text);
    if (found !== undefined) {
      context.facts.record(term.span, found.symbol);
      return found.expression;
    }
    const expression = ofOne(place, term);
    const symbol = expression === undefined ? undefined : context.lookup.only(place, "service", term.text);
    if (expression !== undefined && symbol !== undefined) namesAt(place).set(term.text, { symbol, expression });
    return expression;
  };

  const ports = new Map<string, Map<number, ServiceExpression>>();
  /** One number means the same in every place, and its text need not be made to know it. One that had a message gets it each time. */
  const ofPort = (place: Place, literal: ServiceLiteral): ServiceExpression | undefined => {
    const [port] = literal.ports;
    if (literal.ports.length !== 1 || port.kind !== "integer") return ofOne(place, literal);
    const ofProtocol = ports.get(literal.protocol.text) ?? new Map<number, ServiceExpression>();
    const known = ofProtocol.get(port.value);
    if (known !== undefined) return known;
    const services = ofLiteral(place, literal);
    if (services === undefined) return undefined;
    if (ofProtocol.size === 0) ports.set(literal.protocol.text, ofProtocol);
    const made: ServiceExpression = { services, terms: [{ text: serviceText(literal), services }] };
    ofProtocol.set(port.value, made);
    return made;
  };

  const ofOne = (place: Place, term: SyntaxTerm): ServiceExpression | undefined => {
    const services = ofTerm(place, term);
    if (services === undefined) return undefined;
    const text = serviceText(term);
    return knownAs(place, text, services, () => [{ text, services }]);
  };

  const knownAs = (place: Place, text: string, services: ServiceSet, terms: () => readonly ServiceTerm[]): ServiceExpression => {
    const scope = place.tenant ?? place.file;
    const known = expressions.get(scope) ?? new Map<string, ServiceExpression>();
    if (known.size === 0) expressions.set(scope, known);
    const cached = known.get(text);
    // A tenant opened in two files can see two outer services of one name: the text alone does not decide.
    if (cached !== undefined && service.servicesEqual(cached.services, services)) return cached;
    const made: ServiceExpression = { services, terms: terms() };
    known.set(text, made);
    return made;
  };

  return { ofSymbol, ofTerms, port: (place, value, what) => number(place, value, what, 65535) };
}

function protocolsBetween(first: number, last: number): readonly ServiceSet[] {
  return Array.from({ length: last - first + 1 }, (_, index) => service.protocolService(first + index));
}
