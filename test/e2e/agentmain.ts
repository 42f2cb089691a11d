/**
 * The agent as a process of the lab: `node agentmain.mjs SETTINGS.json`. It has the parts that an operator's agent has (etcd, OVSDB, the
 * other nodes' endpoints, signatures), with settings as the lab lays them out.
 */
import { readFileSync } from "node:fs";
import { startAgent } from "../../runtime/agent/agent.js";
import { folderKeeper } from "../../runtime/agent/keep.js";
import { combinedSource } from "../../runtime/endpoints/combine.js";
import { announcer, memberSource } from "../../runtime/endpoints/members.js";
import { ovsdbSource } from "../../runtime/endpoints/ovsdb.js";
import { accept } from "../../runtime/signing/accept.js";
import { readHeader } from "../../runtime/signing/envelope.js";
import { readTrustedKey } from "../../runtime/signing/keys.js";
import { etcdStore } from "../../runtime/store/etcd.js";
import { programSource } from "../../runtime/store/generations.js";
import { reportSink } from "../../runtime/store/reports.js";

/** The settings file. */
export interface LabAgentSettings {
  readonly node: string;
  readonly address: string;
  readonly uplink?: string;
  /** The run folder of the node's switch. */
  readonly run: string;
  readonly etcd: string;
  readonly trust: string;
  readonly state: string;
}

const settings: LabAgentSettings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const say = (level: string, message: string, more: object): void =>
  void process.stdout.write(`${JSON.stringify({ time: Date.now(), level, message, ...more })}\n`);
const store = await etcdStore({ endpoints: [settings.etcd], prefix: "/ctv" });
const trusted = [readTrustedKey(settings.trust)];
const ovsdb = { kind: "unix", path: `${settings.run}/db.sock` } as const;
const complain = (error: Error): void => say("warn", error.message, {});
const lease = store.lease(5, complain);
const announce = announcer(lease, settings.node);
const own = { name: settings.node, address: settings.address, tunnel: "tun0", ...(settings.uplink === undefined ? {} : { uplink: settings.uplink }) };

const agent = await startAgent({
  own,
  bridge: "br-int",
  openflow: { kind: "unix", path: `${settings.run}/br-int.mgmt` },
  ovsdb,
  control: `${settings.run}/vswitchd.ctl`,
  programs: programSource(store, trusted),
  endpoints: [
    combinedSource([ovsdbSource(ovsdb, "br-int", settings.node), memberSource(store, settings.node)], ({ endpoints }) => {
      announce.announce({ name: own.name, address: own.address }, endpoints).catch(complain);
    }),
  ],
  reports: reportSink(store, lease, Date.now),
  keeper: folderKeeper(settings.state, (bytes) => {
    const header = readHeader(bytes);
    const accepted = "refused" in header ? header : accept(bytes, header.generation, trusted);
    if ("refused" in accepted) throw new Error(accepted.refused);
    const { envelope, program } = accepted;
    return { generation: envelope.generation, program, text: envelope.program, signature: envelope.signature, envelope: bytes };
  }),
  unknownPolicy: "deny",
  log: { info: (message, more) => say("info", message, more ?? {}), warn: (message, more) => say("warn", message, more ?? {}) },
});
process.once("SIGTERM", () => {
  void agent.stop().then(() => store.close());
});
