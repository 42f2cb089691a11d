/** What is declared without declaring: services by their common names, and whole protocols. */
import { formatServices, portService, protocolNumber, protocolService, unionAllServices } from "../space/service.js";
import type { ProtocolName, ServiceSet } from "../space/service.js";
import { serviceNames } from "./data/services.js";
import type { PolicySymbol } from "./symbols.js";

export interface BuiltinService {
  readonly symbol: PolicySymbol;
  readonly services: ServiceSet;
}

export const reservedPeers: Readonly<Record<"any" | "world", string>> = {
  any: "every address there is",
  world: "whatever belongs to no tenant",
};

export function isReservedPeer(name: string): name is "any" | "world" {
  return name === "any" || name === "world";
}

export function isProtocolName(name: string): name is ProtocolName {
  return Object.hasOwn(protocolNumber, name);
}

/** Protocols that a service literal may begin with. */
export const literalProtocols: readonly string[] = [...Object.keys(protocolNumber), "ip"];

function readPorts(text: string): ServiceSet {
  const [protocol, ports = ""] = text.split("/");
  if (protocol === "ip") return protocolService(Number(ports));
  const [first, last = first] = ports.split("-");
  return isProtocolName(protocol) ? portService(protocolNumber[protocol], Number(first), Number(last)) : [];
}

function builtin(name: string, services: ServiceSet, doc: string): readonly [string, BuiltinService] {
  return [name, { services, symbol: { kind: "service", name, declarations: [], doc, misplaced: false } }];
}

/** Services that need no declaration, by name. */
export const builtinServices: ReadonlyMap<string, BuiltinService> = new Map([
  ...serviceNames
    .trim()
    .split("\n")
    .map((line) => {
      const [name, ...ports] = line.split(" ");
      const services = unionAllServices(ports.map(readPorts));
      return builtin(name, services, `Well-known service: ${formatServices(services)}.`);
    }),
  ...Object.entries(protocolNumber).map(([name, number]) =>
    builtin(name, protocolService(number), `Everything that IP protocol ${number} (${name}) carries.`),
  ),
]);
