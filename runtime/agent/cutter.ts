/**
 * When connections are cut that the policy in force denies: soon after it is asked for, one sweep at a time, and never while a change is
 * under way, as nobody knows then what is in force.
 */
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { sharedZone } from "../../compiler/target/openflow/registers.js";
import { openControl } from "../conntrack/control.js";
import { cutConnections } from "../conntrack/cut.js";
import type { Enforced } from "../conntrack/cut.js";
import { connectionJudge } from "../conntrack/decide.js";
import type { Timers } from "./timers.js";

export interface CutterOptions {
  /** The switch's run folder, or the path of its control socket. */
  readonly control: string;
  readonly timers: Timers;
  readonly datapathType: () => string;
  /** The program that the switch holds; nothing while a change is under way. */
  readonly inForce: () => Program | undefined;
  readonly endpointsAt: (address: string) => readonly ResolvedEndpoint[];
  readonly onCut: (connections: number) => void;
  readonly onFailure: (error: Error) => void;
}

/** Long enough for a burst of changes to be one sweep, short enough for a cut to be at once. */
const DELAY = 20;
/** Before a failed sweep is tried again. */
const AGAIN = 1000;

/** A call of the result asks for a sweep. */
export function makeCutter({ control, timers, datapathType, inForce, endpointsAt, onCut, onFailure }: CutterOptions): () => void {
  let cutting = false;

  const soon = timers.soon(DELAY, () => {
    if (cutting || inForce() === undefined) soon();
    else void cut();
  });

  const cut = async (): Promise<void> => {
    cutting = true;
    try {
      const opened = await openControl(control);
      onCut(await cutConnections(opened, datapathType(), enforced).finally(opened.close));
    } catch (error) {
      // A sweep that a change came in the way of has not failed.
      if (inForce() !== undefined) onFailure(new Error(`they cannot be cut: ${error instanceof Error ? error.message : String(error)}`));
      timers.later(AGAIN, soon);
    } finally {
      cutting = false;
    }
  };

  const enforced = (): Enforced => {
    const program = inForce();
    if (program === undefined) throw new Error("a change is under way");
    return { zones: new Set([sharedZone, ...program.tenants.map(({ id }) => id)]), judge: connectionJudge(program, endpointsAt) };
  };

  return soon;
}
