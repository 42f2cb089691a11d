/**
 * A bridge as OVSDB describes it, and the few things that we set on one (ovs-vswitchd.conf.db(5)).
 */
import type { Operation } from "./client.js";
import { mapOf, numberOf, setOf, textOf } from "./values.js";
import type { Row, Tables } from "./values.js";

export interface BridgeInterface {
  readonly name: string;
  /** Id of the row of its port; interfaces of a bond have one port. */
  readonly portId: string;
  /** OpenFlow port number; absent while the switch has not taken the interface. */
  readonly port?: number;
  /** Such as `vxlan`, `internal`; empty for a network device. */
  readonly type: string;
  readonly mac?: string;
  readonly externalIds: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** What the switch has against the interface, in its words. */
  readonly error?: string;
  readonly policing: Policing;
}

/** Limits for what an interface sends into the switch; 0: none. */
export interface Policing {
  /** Kilobits a second. */
  readonly rate: number;
  /** Kilobits. */
  readonly burst: number;
}

export interface BridgeView {
  readonly name: string;
  /** `system`, `netdev` (in user space) or `dummy` (for tests). */
  readonly datapathType: string;
  readonly failMode?: string;
  readonly protocols: readonly string[];
  readonly externalIds: Readonly<Record<string, string>>;
  /** In order of name. */
  readonly interfaces: readonly BridgeInterface[];
}

/** The columns that `bridgeView` reads. */
export const bridgeColumns = {
  Bridge: ["name", "ports", "datapath_type", "fail_mode", "protocols", "external_ids"],
  Port: ["name", "interfaces"],
  Interface: ["name", "type", "ofport", "mac_in_use", "external_ids", "options", "error", "ingress_policing_rate", "ingress_policing_burst"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

function interfaceView(portId: string, row: Row): BridgeInterface {
  const port = numberOf(row.ofport);
  const mac = textOf(row.mac_in_use);
  const error = textOf(row.error);
  return {
    name: textOf(row.name) ?? "",
    portId,
    type: textOf(row.type) ?? "",
    externalIds: mapOf(row.external_ids),
    options: mapOf(row.options),
    policing: { rate: numberOf(row.ingress_policing_rate) ?? 0, burst: numberOf(row.ingress_policing_burst) ?? 0 },
    // The switch writes -1 for an interface that it could not open.
    ...(port === undefined || port < 0 ? {} : { port }),
    ...(mac === undefined ? {} : { mac }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The bridge of that name, or nothing where there is none. */
export function bridgeView(tables: Tables, name: string): BridgeView | undefined {
  const bridge = [...(tables.get("Bridge")?.values() ?? [])].find((row) => row.name === name);
  if (bridge === undefined) return undefined;
  const rowsOf = (table: string, ids: unknown): readonly (readonly [string, Row])[] =>
    setOf(ids).flatMap((id): readonly (readonly [string, Row])[] => {
      const row = tables.get(table)?.get(String(id));
      return row === undefined ? [] : [[String(id), row]];
    });
  const interfaces = rowsOf("Port", bridge.ports).flatMap(([portId, port]) =>
    rowsOf("Interface", port.interfaces).map(([, row]) => interfaceView(portId, row)),
  );
  const failMode = textOf(bridge.fail_mode);
  return {
    name,
    datapathType: textOf(bridge.datapath_type) || "system",
    protocols: setOf(bridge.protocols).map(String),
    externalIds: mapOf(bridge.external_ids),
    interfaces: interfaces.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    ...(failMode === undefined ? {} : { failMode }),
  };
}

const named = (name: string): readonly unknown[] => [["name", "==", name]];

/**
 * `secure`: a bridge without a controller forwards nothing by itself. With the other mode it would let everything pass until its
 * tables are there.
 */
export function secureBridge(bridge: string): Operation {
  return { op: "update", table: "Bridge", where: named(bridge), row: { fail_mode: "secure" } };
}

export function setPolicing(name: string, policing: Policing): Operation {
  return {
    op: "update",
    table: "Interface",
    where: named(name),
    row: { ingress_policing_rate: policing.rate, ingress_policing_burst: policing.burst },
  };
}
