/** Ports of NetworkPolicy, of ClusterNetworkPolicy, and of the older AdminNetworkPolicy. */
import { badEndPort, badPort, badPortName, wrongCombination } from "../diagnostics/manifests.js";
import { portService, protocolNumber, protocolService } from "../space/service.js";
import type { PortTerm } from "./model.js";
import { checkFields, field, isPresent, numberIn, oneOf, reportMissing, reportWrong, textIn } from "./yaml.js";
import type { Cursor } from "./yaml.js";

const protocols = ["TCP", "UDP", "SCTP"] as const;
const numbers = { TCP: protocolNumber.tcp, UDP: protocolNumber.udp, SCTP: protocolNumber.sctp } as const;

/** The IP protocol number of a `protocol` field; TCP where there is none. */
export function readProtocol(at: Cursor): number | undefined {
  if (!isPresent(at)) return numbers.TCP;
  const name = oneOf(at, protocols);
  return name === undefined ? undefined : numbers[name];
}

export function readPortNumber(at: Cursor): number | undefined {
  const port = numberIn(at);
  if (port === undefined) return reportWrong(at, "a port number");
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  at.source.report(badPort.make({ port }, { span: at.span }));
  return undefined;
}

/** Kubernetes' `IsValidPortName` (RFC 6335 §5.1): at most 15 characters, lower case, at least one letter. */
function portNameProblem(name: string): string | undefined {
  if (name.length > 15) return `it has ${name.length} characters, at most 15 are allowed`;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) || name.includes("--"))
    return "it takes lower case letters, digits, and single hyphens between them";
  return /[a-z]/.test(name) ? undefined : "it needs a letter";
}

function named(at: Cursor, name: string, protocol: number | undefined): PortTerm | undefined {
  const reason = portNameProblem(name);
  if (reason === undefined) return { kind: "named", name, span: at.span, ...(protocol === undefined ? {} : { protocol }) };
  at.source.report(badPortName.make({ name, reason }, { span: at.span }));
  return undefined;
}

/** An item of `ports` of a NetworkPolicy. */
export function readPort(at: Cursor): PortTerm | undefined {
  checkFields(at, ["protocol", "port", "endPort"]);
  const protocol = readProtocol(field(at, "protocol"));
  const portAt = field(at, "port");
  const endAt = field(at, "endPort");
  const wrongEnd = (reason: string): undefined => {
    at.source.report(badEndPort.make({ reason }, { span: endAt.span }));
    return undefined;
  };
  if (protocol === undefined) return undefined;
  if (!isPresent(portAt)) return isPresent(endAt) ? wrongEnd("it needs a port before it") : { kind: "services", services: protocolService(protocol) };
  const name = textIn(portAt);
  if (name !== undefined) return isPresent(endAt) ? wrongEnd("it cannot follow a port with a name") : named(portAt, name, protocol);
  const first = readPortNumber(portAt);
  if (first === undefined) return undefined;
  if (!isPresent(endAt)) return { kind: "services", services: portService(protocol, first, first) };
  const last = readPortNumber(endAt);
  if (last === undefined) return undefined;
  return last < first ? wrongEnd(`${last} is below the port ${first}`) : { kind: "services", services: portService(protocol, first, last) };
}

/** The one field of several that is there; reported where there is none, or more than one. */
export function exactlyOne(at: Cursor, names: readonly string[]): { readonly name: string; readonly value: Cursor } | undefined {
  checkFields(at, names);
  const present = names.map((name) => ({ name, value: field(at, name) })).filter(({ value }) => isPresent(value));
  if (present.length === 1) return present[0];
  const help = present.length > 1 ? `it has ${present.map(({ name }) => name).join(" and ")}` : undefined;
  at.source.report(wrongCombination.make({ where: at.path, possible: names }, { span: at.span, ...(help === undefined ? {} : { help }) }));
  return undefined;
}

/** An item of `protocols` of a ClusterNetworkPolicy (v1alpha2). */
export function readClusterProtocol(at: Cursor): PortTerm | undefined {
  const chosen = exactlyOne(at, ["tcp", "udp", "sctp", "destinationNamedPort"]);
  if (chosen === undefined) return undefined;
  const { name, value } = chosen;
  if (name === "destinationNamedPort") {
    const text = textIn(value);
    return text === undefined ? reportWrong(value, "the name of a port") : named(value, text, undefined);
  }
  checkFields(value, ["destinationPort"]);
  const portAt = field(value, "destinationPort");
  const protocol = name === "tcp" ? numbers.TCP : name === "udp" ? numbers.UDP : numbers.SCTP;
  if (!isPresent(portAt)) return reportMissing(value, "destinationPort");
  const port = exactlyOne(portAt, ["number", "range"]);
  return port === undefined ? undefined : port.name === "number" ? single(port.value, protocol) : range(port.value, protocol);
}

function single(at: Cursor, protocol: number): PortTerm | undefined {
  const number = readPortNumber(at);
  return number === undefined ? undefined : { kind: "services", services: portService(protocol, number, number) };
}

function range(at: Cursor, protocol: number): PortTerm | undefined {
  const start = isPresent(field(at, "start")) ? readPortNumber(field(at, "start")) : reportMissing(at, "start");
  const end = isPresent(field(at, "end")) ? readPortNumber(field(at, "end")) : reportMissing(at, "end");
  if (start === undefined || end === undefined) return undefined;
  if (end > start) return { kind: "services", services: portService(protocol, start, end) };
  at.source.report(badEndPort.make({ reason: `the end ${end} is not above the start ${start}` }, { span: field(at, "end").span }));
  return undefined;
}

/** An item of `ports` of an AdminNetworkPolicy (v1alpha1). */
export function readAdminPort(at: Cursor): PortTerm | undefined {
  const chosen = exactlyOne(at, ["portNumber", "portRange", "namedPort"]);
  if (chosen === undefined) return undefined;
  const { name, value } = chosen;
  if (name === "namedPort") {
    const text = textIn(value);
    return text === undefined ? reportWrong(value, "the name of a port") : named(value, text, undefined);
  }
  checkFields(value, name === "portNumber" ? ["protocol", "port"] : ["protocol", "start", "end"]);
  const protocol = readProtocol(field(value, "protocol"));
  if (protocol === undefined) return undefined;
  if (name === "portRange") return range(value, protocol);
  return isPresent(field(value, "port")) ? single(field(value, "port"), protocol) : reportMissing(value, "port");
}
