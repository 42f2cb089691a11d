/**
 * What an agent makes on a switch where its configuration asks for it: the bridge, its tunnel port, and the uplink's port. Pure.
 *
 * INVARIANT: what somebody else made stays as it is. Rows of ours say so in their external ids; only these are changed or removed, and a bridge
 * never is, because pods hang on it.
 */
import type { Operation } from "./client.js";
import type { BridgeInterface, BridgeView } from "./bridge.js";
import { mapValue, namedUuid, setValue, uuid } from "./values.js";

export interface BridgeSetup {
  /** Makes the bridge where there is none, with this datapath: in the kernel (`system`) or in user space (`netdev`). */
  readonly bridge?: "system" | "netdev";
  /** Makes the VXLAN port of this name. */
  readonly tunnel?: string;
  /** The tunnel's UDP port; Open vSwitch takes 4789 without. */
  readonly tunnelPort?: number;
  /** Attaches the network device of this name. */
  readonly uplink?: string;
}

/** The key in external ids. */
const createdKey = "ctv-created";

const mark = { external_ids: mapValue({ [createdKey]: "true" }) };
const isOurs = ({ externalIds }: { readonly externalIds: Readonly<Record<string, string>> }): boolean => externalIds[createdKey] !== undefined;

interface WantedPort {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
}

function wantedPorts({ tunnel, tunnelPort, uplink }: BridgeSetup): readonly WantedPort[] {
  // Its far end and network id (VNI) are chosen by flows.
  const options: Readonly<Record<string, string>> = {
    remote_ip: "flow",
    key: "flow",
    ...(tunnelPort === undefined ? {} : { dst_port: String(tunnelPort) }),
  };
  return [
    ...(tunnel === undefined ? [] : [{ name: tunnel, type: "vxlan", options }]),
    ...(uplink === undefined ? [] : [{ name: uplink, type: "", options: {} }]),
  ];
}

/**
 * The operations of one transaction after which the switch has what is asked for; none when it has. `view` is absent where there is
 * no bridge of that name.
 */
export function setupChanges(name: string, view: BridgeView | undefined, setup: BridgeSetup): readonly Operation[] {
  if (view === undefined) return setup.bridge === undefined ? [] : addBridge(name, setup.bridge, wantedPorts(setup));
  const wanted = wantedPorts(setup);
  const present = new Map(view.interfaces.map((entry) => [entry.name, entry]));
  const gone = view.interfaces.filter((entry) => isOurs(entry) && entry.name !== name && !wanted.some((port) => port.name === entry.name));
  const missing = wanted.filter((port) => !present.has(port.name));
  return [
    ...gone.map((entry) => removePort(name, entry)),
    ...missing.flatMap((port, index) => addPort(name, port, index)),
    ...wanted.flatMap((port) => {
      const entry = present.get(port.name);
      return entry === undefined || !isOurs(entry) || isLike(entry, port) ? [] : [setPort(port)];
    }),
  ];
}

function isLike({ type, options }: BridgeInterface, port: WantedPort): boolean {
  const [has, wants] = [options, port.options].map((map) => JSON.stringify(Object.entries(map).sort()));
  return type === port.type && has === wants;
}

/** As `ovs-vsctl add-br` does it, but `secure` from its first moment: it never forwards by itself. */
function addBridge(name: string, datapath: string, ports: readonly WantedPort[]): readonly Operation[] {
  const local = { name, type: "internal", options: {} };
  const rows = [local, ...ports].map((port, index) => portRows(port, index));
  const members = rows.map(({ id }) => namedUuid(id));
  const row = { name, datapath_type: datapath, fail_mode: "secure", ports: setValue(members), ...mark };
  return [
    ...rows.flatMap(({ operations }) => operations),
    { op: "insert", table: "Bridge", "uuid-name": "bridge", row },
    { op: "mutate", table: "Open_vSwitch", where: [], mutations: [["bridges", "insert", setValue([namedUuid("bridge")])]] },
  ];
}

function addPort(bridge: string, port: WantedPort, index: number): readonly Operation[] {
  const { id, operations } = portRows(port, index);
  return [...operations, changePorts(bridge, "insert", namedUuid(id))];
}

function portRows({ name, type, options }: WantedPort, index: number): { readonly id: string; readonly operations: readonly Operation[] } {
  const id = `port${index}`;
  const row = { name, type, options: mapValue(options), ...mark };
  return {
    id,
    operations: [
      { op: "insert", table: "Interface", "uuid-name": `interface${index}`, row },
      { op: "insert", table: "Port", "uuid-name": id, row: { name, interfaces: namedUuid(`interface${index}`), ...mark } },
    ],
  };
}

/** Rows that nothing refers to go by themselves (RFC 7047 §3.2, `isRoot`). */
const removePort = (bridge: string, entry: BridgeInterface): Operation => changePorts(bridge, "delete", uuid(entry.portId));

function changePorts(bridge: string, change: "insert" | "delete", port: unknown): Operation {
  return { op: "mutate", table: "Bridge", where: [["name", "==", bridge]], mutations: [["ports", change, setValue([port])]] };
}

function setPort({ name, type, options }: WantedPort): Operation {
  const where = [
    ["name", "==", name],
    ["external_ids", "includes", mapValue({ [createdKey]: "true" })],
  ];
  return { op: "update", table: "Interface", where, row: { type, options: mapValue(options) } };
}
