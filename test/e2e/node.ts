/** One node of the lab: `ovsdb-server`, `ovs-vswitchd` in user space in a network namespace of its own, and `ctv agent`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/agent.js";
import { clockEnvironment } from "./clock.js";
import type { Daemon, Machine } from "./machine.js";

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

export type NodeName = "n1" | "n2";
export const nodeNames: readonly NodeName[] = ["n1", "n2"];

/** What all agents of a lab have in common, and where their program is. */
export interface AgentSetting {
  /** The bundle of `ctv`. */
  readonly program: string;
  /** What the configuration says besides the node's own part. */
  readonly settings: (node: NodeName) => object;
  /** The file with the time of day that the node's processes live by. */
  readonly clock: string;
}

export interface LabNode {
  readonly folder: string;
  readonly controlSocket: string;
  /** `ovs-vsctl` and `ovs-ofctl` on the node. */
  readonly configure: (...words: readonly string[]) => string;
  readonly openflow: (...words: readonly string[]) => string;
  readonly startSwitch: () => Promise<void>;
  readonly switch: () => Daemon;
  readonly startAgent: () => void;
  readonly agent: () => Daemon;
  /** What its agents have said, a line of JSON each. */
  readonly said: readonly string[];
  /** The node's address between the nodes. */
  readonly address: string;
  /** Gives the node its address again, after the switch made its bridges anew. */
  readonly join: () => void;
}

/** Starts a node whose side of the cable between the nodes is `fabric<index>`. Its agent makes `br-int`. */
export async function startNode(machine: Machine, node: NodeName, setting: AgentSetting): Promise<LabNode> {
  const { run, space, daemon } = machine;
  const index = nodeNames.indexOf(node) + 1;
  const address = `192.0.2.${index}`;
  const folder = join(machine.folder, node);
  const environment = { OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
  const controlSocket = join(folder, "vswitchd.ctl");
  const said: string[] = [];
  const running: { switch?: Daemon; agent?: Daemon } = {};
  const configure: LabNode["configure"] = (...words) => run("ovs-vsctl", ["--timeout=10", `--db=unix:${folder}/db.sock`, ...words], environment);
  const known = (what: "switch" | "agent"): Daemon => {
    const found = running[what];
    if (found === undefined) throw new Error(`${node} has no ${what}`);
    return found;
  };

  const startDatabase = async (): Promise<void> => {
    run("ovsdb-tool", ["create", `${folder}/conf.db`, SCHEMA]);
    const words = ["ovsdb-server", `${folder}/conf.db`, `--remote=punix:${folder}/db.sock`, `--unixctl=${folder}/db.ctl`, "-vconsole:off"];
    daemon(`${node}-ovsdb`, words, { environment });
    const answers = (): boolean => {
      try {
        configure("--no-wait", "init");
        return true;
      } catch {
        return false;
      }
    };
    await eventually(answers, () => "ovsdb-server");
  };

  const startSwitch = async (): Promise<void> => {
    const words = ["ovs-vswitchd", `unix:${folder}/db.sock`, "--disable-system", `--unixctl=${controlSocket}`, "-vconsole:off"];
    running.switch = daemon(`${node}-vswitchd`, [...words, `--log-file=${folder}/vswitchd.log`], {
      space: node,
      environment: { ...environment, ...clockEnvironment(setting.clock) },
    });
    await eventually(
      () => configure("get", "Open_vSwitch", ".", "datapath_types").includes("netdev"),
      () => "the switch",
    );
  };

  const joinFabric = (): void => {
    const within = (...words: readonly string[]): string => run("ip", ["-n", space(node), ...words]);
    if (!within("addr", "show", "dev", "br-phy").includes(`${address}/`)) within("addr", "add", `${address}/24`, "dev", "br-phy");
    within("link", "set", "br-phy", "up");
  };

  const startAgent = (): void => {
    const file = join(machine.folder, `${node}.yaml`);
    const settings = {
      node,
      state: join(folder, "state"),
      bridge: "br-int",
      ovsdb: `unix:${folder}/db.sock`,
      control: controlSocket,
      address,
      ...setting.settings(node),
    };
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(settings));
    running.agent = daemon(`${node}-agent`, [process.execPath, setting.program, "agent", "--config", file], {
      environment: clockEnvironment(setting.clock),
      onLine: (line) => said.push(line),
    });
  };

  mkdirSync(join(folder, "state"), { recursive: true });
  await startDatabase();
  await startSwitch();
  run("ip", ["-n", space(node), "link", "set", `fabric${index}`, "up"]);
  configure("--", "add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev", "--", "add-port", "br-phy", `fabric${index}`);
  joinFabric();
  return {
    folder,
    controlSocket,
    configure,
    openflow: (...words) => run("ovs-ofctl", ["-O", "OpenFlow14", ...words], environment),
    startSwitch,
    switch: () => known("switch"),
    startAgent,
    agent: () => known("agent"),
    said,
    address,
    join: joinFabric,
  };
}
