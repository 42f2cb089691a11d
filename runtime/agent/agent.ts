/**
 * The agent's loop: events in, `step`, effects out. All that waits, reads or writes is here; what is to be done is decided in `core.ts`.
 */
import { greetSwitch } from "../openflow/connection.js";
import type { ConnectionOptions, SwitchConnection } from "../openflow/connection.js";
import type { PacketLimit } from "../openflow/meter.js";
import type { PacketIn } from "../openflow/packetin.js";
import { SwitchRefusal } from "../openflow/questions.js";
import { openStream } from "../openflow/transport.js";
import type { ServerAddress, TlsIdentity } from "../openflow/transport.js";
import { secureBridge } from "../ovsdb/bridge.js";
import type { BridgeView } from "../ovsdb/bridge.js";
import { setupChanges } from "../ovsdb/setup.js";
import type { BridgeSetup } from "../ovsdb/setup.js";
import { watchBridge } from "../ovsdb/watch.js";
import { retrying } from "../retry.js";
import type { UnknownPolicy } from "./bare.js";
import { makeBinder } from "./binder.js";
import type { BindInput } from "./binder.js";
import { makeChanger } from "./change.js";
import type { Changed } from "./change.js";
import { firstState, reportOf, step } from "./core.js";
import type { AgentEffect, AgentEvent, AgentState } from "./core.js";
import { makeCutter } from "./cutter.js";
import { bridgeProblem, nodeInventory } from "./inventory.js";
import type { OwnNode } from "./inventory.js";
import type { Keeper } from "./keep.js";
import { policingChanges } from "./policing.js";
import { makeShadow } from "./shadow.js";
import type { AgentReport, EndpointSource, InventoryPart, ProgramSource, PublishedProgram, ReportSink, Stop } from "./sources.js";
import { makeTimers } from "./timers.js";

export interface AgentOptions {
  readonly own: OwnNode;
  readonly bridge: string;
  /** The bridge's OpenFlow address; `unix:<run folder>/<bridge>.mgmt` needs no configuration of the switch. */
  readonly openflow: ServerAddress;
  readonly ovsdb: ServerAddress;
  /** What the agent makes on the switch; nothing without. */
  readonly setup?: BridgeSetup;
  /** The switch's run folder, or the path of its control socket: for cutting connections. Without it none are cut. */
  readonly control?: string;
  readonly identity?: TlsIdentity;
  readonly programs: ProgramSource;
  readonly endpoints: readonly EndpointSource[];
  readonly reports?: ReportSink;
  readonly keeper?: Keeper;
  /** What an empty switch lets pass while no policy is known. */
  readonly unknownPolicy: UnknownPolicy;
  readonly log: AgentLog;
  /** Gets packets of logged, denied and audited connections. */
  readonly onPacket?: (packet: PacketIn) => void;
  /** How often the switch's flows are read and compared, in milliseconds; 60,000 without. */
  readonly auditEvery?: number;
}

export interface AgentLog {
  readonly info: (message: string, more?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, more?: Readonly<Record<string, unknown>>) => void;
}

export interface Agent {
  readonly report: () => AgentReport;
  /** The program in force, for those who explain flows. */
  readonly program: () => PublishedProgram | undefined;
  /** The open connection to the switch, while there is one. */
  readonly connection: () => SwitchConnection | undefined;
  /** Ends watching and changing. The switch keeps what it has. */
  readonly stop: Stop;
}

const KEEP_DELAY = 1000;
const REPORT_DELAY = 10;
/** Before what the switch's database did not take is tried again. */
const SETUP_AGAIN = 5000;
/** Before what the disk did not take is written again. */
const KEEP_AGAIN = 10_000;
/** Several packets can belong to one line of the log, of which there are a hundred a second. */
const PACKET_LIMIT: PacketLimit = { rate: 1000, burst: 1000 };
const SWITCH = "switch";
const CONNECTIONS = "connections";
const DISK = "disk";

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { own, log, keeper } = options;
  const parts = new Map<string, InventoryPart>();
  const stops: Stop[] = [];
  const timers = makeTimers();
  const binder = makeBinder();
  const shadow = makeShadow();
  const openSwitch = async (more: ConnectionOptions = {}): Promise<SwitchConnection> =>
    greetSwitch(await openStream(options.openflow, options.identity), more);
  const changer = makeChanger(binder, shadow, openSwitch);
  let bridge: BridgeView | undefined;
  let connection: SwitchConnection | undefined;
  /** The program that the binder and the switch agree on; none while a change is under way, or was refused. */
  let agreed: PublishedProgram | undefined;
  let stopped = false;

  const kept = await readKept(options);
  for (const [name, part] of kept.parts) parts.set(name, part);
  let state: AgentState = firstState(
    own.name,
    options.endpoints.map(({ name }) => name).filter((name) => !parts.has(name)),
    kept.program,
  );

  const send = (event: AgentEvent): void => {
    if (stopped) return;
    const next = step(state, event);
    state = next.state;
    for (const effect of next.effects) carryOut(effect);
  };

  const trouble = (about: string): ((error: Error) => void) => {
    return (error) => {
      log.warn(`${about}: ${error.message}`);
      send({ kind: "trouble", about, message: error.message });
    };
  };

  const carryOut = (effect: AgentEffect): void => {
    switch (effect.kind) {
      case "adopt":
        return void adopt();
      case "change":
        return void change(effect.published);
      case "keep":
        return void keep(effect.published);
      case "cut":
        return cutSoon();
      case "retryAfter":
        timers.later(effect.milliseconds, () => send({ kind: "retry" }));
        return;
      case "report":
        return reportSoon();
    }
  };

  const adopt = async (): Promise<void> => {
    const from = connection;
    if (from === undefined) return;
    try {
      const read = await changer.read(from);
      if (from === connection) send({ kind: "adopted", ...read });
    } catch (error) {
      // A switch that does not list its flows is of no use; a new connection may be.
      log.warn(`the switch's flows cannot be read: ${textOf(error)}`);
      from.close();
    }
  };

  /** What is sent is of one state of things: that at the moment of the call. */
  const change = async (published: PublishedProgram | undefined): Promise<void> => {
    const to = connection;
    if (to === undefined) return;
    agreed = undefined;
    try {
      const changed = published === undefined ? await changer.bare(to, options.unknownPolicy) : await bind(to, published);
      agreed = published;
      if (published !== undefined) limitPorts();
      if (changed.changes > 0) {
        log.info("the switch has changed", {
          generation: published?.generation ?? 0,
          changes: changed.changes,
          flows: shadow.count(),
          bindMilliseconds: round(changed.making),
          switchMilliseconds: round(changed.switch),
        });
      }
      send({ kind: "changed", published, changes: changed.changes, flows: shadow.count(), endpoints: binder.endpointCount(), at: Date.now() });
    } catch (error) {
      if (!(error instanceof SwitchRefusal)) log.warn(`a change failed: ${textOf(error)}`);
      send({ kind: "failed", published, reason: textOf(error) });
    }
  };

  const bind = (to: SwitchConnection, published: PublishedProgram): Promise<Changed> => {
    if (bridge === undefined) throw new Error("there is no bridge");
    const inventory = nodeInventory(own, parts.values(), bridge);
    const homeless = inventory.homeless.map((name) => `endpoint ${name} has no port on ${options.bridge}`);
    const input: BindInput = { ...inventory, program: published.program, generation: published.generation, node: own.name };
    return changer.bind(to, input, ({ problems }) => {
      send({ kind: "trouble", about: "endpoints", message: summary([...homeless, ...problems.map(({ message }) => message)]) });
    });
  };

  const limitPorts = (): void => {
    const operations = bridge === undefined ? [] : policingChanges(bridge, binder.policing());
    if (operations.length > 0) watch.transact(operations).catch(trouble("ovsdb"));
  };

  const keep = async (published: PublishedProgram): Promise<void> => {
    try {
      await keeper?.keepProgram(published);
      send({ kind: "trouble", about: DISK, message: "" });
    } catch (error) {
      const message = `generation ${published.generation} cannot be kept: ${textOf(error)}`;
      if (!reportOf(state).errors.includes(`${DISK}: ${message}`)) trouble(DISK)(new Error(message));
      timers.later(KEEP_AGAIN, () => {
        if (state.good === published) void keep(published);
      });
    }
  };

  const keepInventorySoon = timers.soon(KEEP_DELAY, () => {
    keeper?.keepInventory(parts).catch((error: unknown) => {
      send({ kind: "trouble", about: DISK, message: `endpoints cannot be kept: ${textOf(error)}` });
    });
  });

  const cutSoon =
    options.control === undefined
      ? (): void => undefined
      : makeCutter({
          control: options.control,
          timers,
          datapathType: () => bridge?.datapathType ?? "system",
          inForce: () => agreed?.program,
          endpointsAt: binder.endpointsAt,
          onCut: (connections) => {
            if (connections > 0) log.info("connections that the policy denies now were cut", { connections });
            send({ kind: "trouble", about: CONNECTIONS, message: "" });
          },
          onFailure: trouble(CONNECTIONS),
        });

  const reportSoon = timers.soon(REPORT_DELAY, () => {
    options.reports?.report(reportOf(state)).catch((error: unknown) => log.warn(`the report was not taken: ${textOf(error)}`));
  });

  // Several sources of endpoints in one turn of the event loop become one change.
  let inventoryTold: Set<string> | undefined;
  const tellInventory = (source: string): void => {
    if (inventoryTold !== undefined) {
      inventoryTold.add(source);
      return;
    }
    inventoryTold = new Set([source]);
    queueMicrotask(() => {
      const told = inventoryTold ?? new Set<string>();
      inventoryTold = undefined;
      for (const name of told) send({ kind: "inventory", source: name });
    });
  };

  let settingUp = false;
  const setUp = (): void => {
    const operations = options.setup === undefined || settingUp ? [] : setupChanges(options.bridge, bridge, options.setup);
    if (operations.length === 0) return;
    settingUp = true;
    watch
      .transact(operations)
      .then(
        () => log.info("the switch is set up as the configuration asks", { bridge: options.bridge }),
        (error: unknown) => {
          trouble("ovsdb")(new Error(`the switch cannot be set up: ${textOf(error)}`));
          timers.later(SETUP_AGAIN, setUp);
        },
      )
      .finally(() => {
        settingUp = false;
      });
  };

  /** The switch drops what is too much, and where it cannot, whoever gets the packets does. */
  const limitPackets = async (to: SwitchConnection): Promise<void> => {
    if (await to.limitPackets(PACKET_LIMIT)) log.info("packets of logged connections are bounded by the switch", { perSecond: PACKET_LIMIT.rate });
    else log.info("the switch has no meters: packets of logged connections are bounded by the agent alone");
  };

  const watch = watchBridge(
    options.ovsdb,
    options.bridge,
    (view) => {
      bridge = view;
      send({ kind: "trouble", about: "ovsdb", message: "" });
      setUp();
      if (view !== undefined && view.failMode !== "secure") watch.transact([secureBridge(view.name)]).catch(trouble("ovsdb"));
      send({ kind: "bridge", problem: bridgeProblem(own, options.bridge, view) });
    },
    trouble("ovsdb"),
    options.identity,
  );
  stops.push(watch.stop);

  const link = retrying(
    async (signal) => {
      const opened = await openSwitch(options.onPacket === undefined ? {} : { onPacket: options.onPacket });
      const close = (): void => opened.close();
      signal.addEventListener("abort", close, { once: true });
      if (signal.aborted) return close();
      if (options.onPacket !== undefined) await limitPackets(opened);
      connection = opened;
      log.info("connected to the switch", { datapath: opened.features.datapathId });
      send({ kind: "connected" });
      const reason = await opened.closed;
      signal.removeEventListener("abort", close);
      connection = undefined;
      send({ kind: "disconnected", ...(reason === undefined ? {} : { reason: reason.message }) });
      if (reason !== undefined) throw reason;
    },
    trouble(SWITCH),
    { first: 20, longest: 1000, settled: 2000 },
  );
  stops.push(link.stop);

  for (const source of options.endpoints) {
    stops.push(
      source.watch((part) => {
        parts.set(source.name, part);
        keepInventorySoon();
        tellInventory(source.name);
      }, trouble(source.name)),
    );
  }
  stops.push(
    options.programs.watch((published) => {
      log.info("a program has come", { generation: published.generation });
      send({ kind: "trouble", about: options.programs.name, message: "" });
      send({ kind: "program", published });
    }, trouble(options.programs.name)),
  );
  const audit = setInterval(() => send({ kind: "audit" }), options.auditEvery ?? 60_000);

  return {
    report: () => reportOf(state),
    program: () => state.good,
    connection: () => connection,
    stop: async () => {
      if (stopped) return;
      stopped = true;
      clearInterval(audit);
      timers.stop();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** What the disk has of an earlier life. What cannot be read is logged, and the agent starts without. */
async function readKept({ keeper, endpoints, log }: AgentOptions): Promise<{
  readonly program?: PublishedProgram;
  readonly parts: ReadonlyMap<string, InventoryPart>;
}> {
  const attempt = async <Value>(what: string, read: (() => Promise<Value>) | undefined): Promise<Value | undefined> => {
    try {
      return await read?.();
    } catch (error) {
      log.warn(`the ${what} on disk cannot be used: ${textOf(error)}`);
      return undefined;
    }
  };
  const program = await attempt("program", keeper?.program);
  const parts = (await attempt("inventory", keeper?.inventory)) ?? new Map<string, InventoryPart>();
  const names = new Set(endpoints.map(({ name }) => name));
  return { ...(program === undefined ? {} : { program }), parts: new Map([...parts].filter(([name]) => names.has(name))) };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

/** A few of many messages. */
function summary(messages: readonly string[]): string {
  const shown = messages.slice(0, 3).join("; ");
  return messages.length <= 3 ? shown : `${shown}; and ${messages.length - 3} more`;
}
