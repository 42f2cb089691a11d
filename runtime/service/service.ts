/**
 * A node's agent as a service: the store, the sources of endpoints and the loop (`runtime/agent/`) put together by a configuration, with
 * reports, counters, logs, metrics and health around them.
 */
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startAgent } from "../agent/agent.js";
import type { Agent } from "../agent/agent.js";
import type { OwnNode } from "../agent/inventory.js";
import { folderKeeper } from "../agent/keep.js";
import type { Keeper } from "../agent/keep.js";
import type { EndpointSource, InventoryPart, ProgramSource, PublishedProgram } from "../agent/sources.js";
import type { AgentSettings } from "../config/settings.js";
import { COMBINED, combinedSource } from "../endpoints/combine.js";
import { fileSource } from "../endpoints/file.js";
import { kubernetesSource } from "../endpoints/kubernetes.js";
import { announcer } from "../endpoints/announce.js";
import type { Announcer } from "../endpoints/announce.js";
import { LONGEST_GRACE, memberSource } from "../endpoints/members.js";
import { ovsdbSource } from "../endpoints/ovsdb.js";
import { partOfOthers, partWithoutPorts, remembered } from "../endpoints/remembered.js";
import { parseServerAddress } from "../openflow/transport.js";
import type { ServerAddress, TlsIdentity } from "../openflow/transport.js";
import { OVSDB_PORT } from "../ovsdb/client.js";
import type { BridgeSetup } from "../ovsdb/setup.js";
import { accept } from "../signing/accept.js";
import type { InForce } from "../signing/accept.js";
import { programDigest, readHeader } from "../signing/envelope.js";
import type { TrustedKey } from "../signing/keys.js";
import { programSource } from "../store/generations.js";
import type { KeyValues } from "../store/keyvalue.js";
import { openStore } from "../store/open.js";
import { reasonOf } from "../store/reason.js";
import { reportSink } from "../store/reports.js";
import { startCounting } from "./counting.js";
import { readiness } from "./health.js";
import { serveHttp } from "./http.js";
import type { Routes } from "./http.js";
import { ServiceError, textAt, trustedKey } from "./keyfiles.js";
import type { ServiceLog } from "./log.js";
import { makeMetrics } from "./metrics.js";
import { nodeKeys } from "./nodekeys.js";
import { packetLog } from "./packets.js";
import { questionRoutes } from "./questions.js";

export { ServiceError } from "./keyfiles.js";

export interface Service {
  /** Where metrics and health are. */
  readonly address: string;
  readonly agent: Agent;
  /** Ends everything that the agent does. The switch keeps what it has. */
  readonly stop: () => Promise<void>;
}

/** OpenFlow's port (IANA). */
const OPENFLOW_PORT = 6653;

/** Starts a node's agent. Relative paths start at `folder`. @throws ServiceError and StoreError for what keeps it from starting. */
export async function startService(settings: AgentSettings, folder: string, log: ServiceLog): Promise<Service> {
  const node = settings.node ?? hostname();
  const trusted = await Promise.all(settings.trust.map((path) => trustedKey(path, folder)));
  const keeper = folderKeeper(resolve(folder, settings.state), (bytes) => opened(bytes, trusted));
  const store = await openStore(settings.store, folder);
  const ends: (() => Promise<unknown>)[] = [() => store.close()];
  const end = async (): Promise<void> => {
    for (const each of [...ends].reverse()) await each().catch((error: unknown) => log.warn(`while stopping: ${textOf(error)}`));
  };
  try {
    const warn = (error: Error): void => log.warn(error.message);
    const lease = store.lease(settings.lease, warn);
    const { signer, heard, close } = await nodeKeys(settings, folder, node, store, warn);
    ends.push(close);
    const programs = noticing(programSource(store, trusted, await inForce(keeper.program)));
    const reports = reportSink(store, lease, Date.now, signer === undefined ? {} : { key: signer.key });
    // What cannot be read is told by the agent, which reads it as well.
    const kept = (await keeper.inventory().catch(() => undefined))?.get(COMBINED);
    const known: Known = { part: kept ?? { endpoints: [] } };
    // Packets may come before the agent is told of.
    const held: { agent?: Agent } = {};
    const lines = packetLog({ program: () => held.agent?.program()?.program, write: log.connection, now: () => performance.now() });
    const surroundings = await reach(settings, folder);
    const agent = await startAgent({
      own: ownNode(settings, node),
      bridge: settings.bridge,
      setup: setupOf(settings),
      ...surroundings,
      programs: programs.source,
      endpoints: [endpointsOf(settings, node, folder, { heard, announce: announcer(lease, node, signer).announce }, surroundings, known, kept, warn)],
      reports,
      keeper,
      unknownPolicy: settings.untilKnown,
      log,
      onPacket: lines.take,
    });
    held.agent = agent;
    ends.push(agent.stop);
    // The agent reports when something changes; that may have been while the store was away.
    const repeat = setInterval(() => void reports.report(agent.report()).catch(() => undefined), settings.reportEvery * 1000);
    ends.push(() => Promise.resolve(clearInterval(repeat)));
    const counting = startCounting({ agent, store, node, every: settings.reportEvery * 1000, onError: warn });
    ends.push(counting.stop);
    const metrics = await makeMetrics({
      report: agent.report,
      newestSeen: programs.newest,
      droppedLines: lines.dropped,
      problems: () => log.problems(),
    });
    const questions = questionRoutes({ agent, node, bridge: settings.bridge, control: surroundings.control, endpoints: () => known.part.endpoints });
    const routes: Routes = {
      ...questions,
      "/healthz": () => Promise.resolve({ status: 200, body: { alive: true } }),
      "/readyz": () => {
        const state = readiness(agent.report());
        return Promise.resolve({ status: state.ready ? 200 : 503, body: state });
      },
      "/metrics": async () => ({ status: 200, type: metrics.type, body: await metrics.text() }),
      "/report": () => Promise.resolve({ status: 200, body: agent.report() }),
    };
    const http = await serveHttp(settings.listen, routes).catch((error: unknown) => {
      throw new ServiceError(`cannot listen on ${settings.listen}: ${reasonOf(error)}`);
    });
    ends.push(http.close);
    log.info("the agent has started", { store: store.name, bridge: settings.bridge, listen: http.address });
    return { address: http.address, agent, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A program from disk. Throws with why it is not taken. */
function opened(bytes: Uint8Array, trusted: readonly TrustedKey[]): PublishedProgram {
  const header = readHeader(bytes);
  const accepted = "refused" in header ? header : accept(bytes, header.generation, trusted);
  if ("refused" in accepted) throw new Error(accepted.refused);
  const { envelope, program } = accepted;
  return { generation: envelope.generation, program, text: envelope.program, signature: envelope.signature, envelope: bytes };
}

/** What the node had before it was started. What cannot be read is told by the agent, which reads it as well. */
async function inForce(kept: Keeper["program"]): Promise<InForce | undefined> {
  const program = await kept().catch(() => undefined);
  return program === undefined ? undefined : { generation: program.generation, digest: programDigest(program.text) };
}

/** The source, and the newest generation it has delivered. */
function noticing(source: ProgramSource): { readonly source: ProgramSource; readonly newest: () => number } {
  let newest = 0;
  return {
    newest: () => newest,
    source: {
      ...source,
      watch: (onProgram, onError) =>
        source.watch((published) => {
          newest = published.generation;
          onProgram(published);
        }, onError),
    },
  };
}

function ownNode({ address, tunnel, uplink, nextHop, forwarding }: AgentSettings, name: string): OwnNode {
  return { name, address, tunnel, uplink, nextHop, forwarding };
}

function setupOf({ create, tunnel, uplink }: AgentSettings): BridgeSetup | undefined {
  if (create === undefined) return undefined;
  const { bridge, tunnelPort } = create;
  return { bridge, tunnelPort, ...(create.tunnel === true ? { tunnel } : {}), ...(create.uplink === true ? { uplink } : {}) };
}

interface Surroundings {
  readonly openflow: ServerAddress;
  readonly ovsdb: ServerAddress;
  readonly control?: string;
  readonly identity?: TlsIdentity;
}

/** How to reach the switch. */
async function reach(settings: AgentSettings, folder: string): Promise<Surroundings> {
  const ovsdb = addressOf(settings.ovsdb, OVSDB_PORT);
  const run = ovsdb.kind === "unix" ? dirname(ovsdb.path) : undefined;
  const openflow = settings.openflow ?? (run === undefined ? undefined : `unix:${join(run, `${settings.bridge}.mgmt`)}`);
  if (openflow === undefined) throw new ServiceError("`openflow` is needed where `ovsdb` is not a socket on this machine");
  const control = settings.control ?? run;
  const { ca, certificate, key } = settings.tls ?? {};
  if (ca === undefined || certificate === undefined || key === undefined) {
    if (settings.tls !== undefined) throw new ServiceError("`tls` needs all of `ca`, `certificate` and `key`");
    return { openflow: addressOf(openflow, OPENFLOW_PORT), ovsdb, ...(control === undefined ? {} : { control }) };
  }
  const [authority, shown, secret] = await Promise.all([ca, certificate, key].map((path) => textAt(path, folder)));
  const identity = { authority, certificate: shown, key: secret };
  return { openflow: addressOf(openflow, OPENFLOW_PORT), ovsdb, identity, ...(control === undefined ? {} : { control }) };
}

function addressOf(text: string, port: number): ServerAddress {
  const address = parseServerAddress(text, port);
  if (address === undefined) throw new ServiceError(`"${text}" is not the address of a switch`);
  return address;
}

/** What the sources of endpoints said last. */
interface Known {
  part: InventoryPart;
}

/** How this node hears of others, and tells them. */
interface OtherNodes extends Announcer {
  readonly heard: Pick<KeyValues, "watch">;
}

/** What comes first counts where sources disagree: what an operator writes, then the orchestrator, then the switch, then other nodes. */
function endpointsOf(
  { endpoints, bridge, address, lease: seconds }: AgentSettings,
  node: string,
  folder: string,
  { heard, announce }: OtherNodes,
  { ovsdb, identity }: Surroundings,
  known: Known,
  kept: InventoryPart | undefined,
  warn: (error: Error) => void,
): EndpointSource {
  const sources: readonly EndpointSource[] = [
    ...(endpoints.file === undefined ? [] : [fileSource(resolve(folder, endpoints.file))]),
    ...(endpoints.kubernetes === undefined
      ? []
      : [remembered(kubernetesSource(withPath(endpoints.kubernetes, folder)), kept && partWithoutPorts(kept, node))]),
    ...(endpoints.ovsdb ? [ovsdbSource(ovsdb, bridge, node, identity)] : []),
    ...(endpoints.nodes ? [memberSource(heard, node, Math.min(seconds * 1000, LONGEST_GRACE), kept && partOfOthers(kept, node))] : []),
  ];
  if (sources.length === 0) throw new ServiceError("`endpoints` names no source, so no endpoint would ever be known");
  const tell = (part: InventoryPart): void => {
    known.part = part;
    if (endpoints.nodes) announce({ name: node, ...(address === undefined ? {} : { address }) }, part.endpoints).catch(warn);
  };
  return combinedSource(sources, tell);
}

function withPath<T extends { readonly kubeconfig?: string }>(settings: T, folder: string): T {
  return settings.kubeconfig === undefined ? settings : { ...settings, kubeconfig: resolve(folder, settings.kubeconfig) };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
