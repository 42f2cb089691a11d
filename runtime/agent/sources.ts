/**
 * What the agent is told, and whom it tells: the only ways between the loop of `runtime/agent/` and stores, endpoint sources and
 * reports. Sources deliver whole values, never differences, so a value that is lost or comes twice does no harm.
 */
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import type { Program } from "../../compiler/target/openflow/program.js";

/** Ends a watch. After the promise is settled nothing is delivered any more; a second call does nothing. */
export type Stop = () => Promise<void>;

/** A policy program as a store holds it, its digest and signature verified by the store. */
export interface PublishedProgram {
  /** From 1; each publication (a rollback too) has a higher one. */
  readonly generation: number;
  readonly program: Program;
  /** The program's JSON text as it was verified, byte for byte: what the agent keeps on disk. */
  readonly text: string;
  /** The publisher's signature over the text, in base64, where the store has one: kept with the text, and verified again when read. */
  readonly signature?: string;
  /**
   * The signed form as the store holds it (`runtime/signing/envelope.ts`), which the signature can be checked from again: `accept` in
   * `runtime/signing/accept.ts` does it for an envelope kept on disk.
   */
  readonly envelope?: Uint8Array;
}

/** Called for whatever keeps a source from delivering. The source keeps trying by itself; what was delivered last stays good. */
export type OnError = (error: Error) => void;

export interface ProgramSource {
  /** What the source is, for logs: `etcd https://10.0.0.1:2379`, `folder /var/lib/ctv`. */
  readonly name: string;
  /** Delivers the newest program that verifies, at once if there is one, and then each newer one. What does not verify is an error. */
  readonly watch: (onProgram: (published: PublishedProgram) => void, onError: OnError) => Stop;
}

/** Everything that one source knows. The agent puts the parts of all its sources together. */
export interface InventoryPart {
  /**
   * An endpoint of the agent's own node whose source does not know its port has port 0: the agent finds it by the bridge's interfaces
   * (`nodeInventory`).
   */
  readonly endpoints: readonly Endpoint[];
  /** Nodes other than the agent's own, and where their tunnels end. The agent knows its own node from its configuration and OVSDB. */
  readonly nodes?: readonly InventoryNode[];
}

export interface EndpointSource {
  /** For logs and metrics: `ovsdb`, `file /etc/ctv/endpoints.yaml`, `kubernetes`, `nodes`. */
  readonly name: string;
  /**
   * Delivers all that the source knows: as soon as it knows anything, and again after every change. Endpoints that did not change
   * should be the same objects as before: the agent then need not look at them again.
   */
  readonly watch: (onInventory: (part: InventoryPart) => void, onError: OnError) => Stop;
}

/** What a node says about itself. */
export interface AgentReport {
  readonly node: string;
  /** The generation that the switch holds; 0: none yet. */
  readonly generation: number;
  /** How many flows of ours the switch has. */
  readonly flows: number;
  readonly endpoints: number;
  /** What is wrong at present, in words; empty: nothing. */
  readonly errors: readonly string[];
  /** Whether the agent has a connection to its switch. */
  readonly connected: boolean;
  /** When the switch's flows last changed, in milliseconds since 1970. */
  readonly lastChange?: number;
}

export interface ReportSink {
  /** Takes the node's report in place of its last. May fail; the agent then logs it and sends the next one all the same. */
  readonly report: (report: AgentReport) => Promise<void>;
}
