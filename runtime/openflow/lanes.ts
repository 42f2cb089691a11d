/**
 * Several connections to one bridge. `ovs-vswitchd` takes at most fifty messages of a connection before it looks after everything else it
 * has to do (`ofconn_run` in its `ofproto/connmgr.c`), so what need not come in one order goes in faster over a few of them.
 */
import type { Modification, Pieces } from "./bundle.js";
import type { SwitchConnection } from "./connection.js";

/** More do not make it faster: four keep `ovs-vswitchd` at work without a pause. */
const LANES = 4;

/**
 * Makes changes one by one, in no order but within a piece, over connections that `open` opens and that are closed again; a few of them are enough. Rejects
 * when the switch refuses a change or a connection breaks: it has made some of the others then, and makes none after that.
 */
export async function loadInLanes(open: () => Promise<SwitchConnection>, pieces: Pieces): Promise<void> {
  const shared = inTurn(pieces);
  const failures: unknown[] = [];
  let loaded = false;
  const lane = async (): Promise<void> => {
    const connection = await open();
    try {
      await connection.load(shared);
      loaded = true;
    } catch (error) {
      failures.push(error);
    } finally {
      connection.close();
    }
  };
  const opened = await Promise.allSettled(Array.from({ length: LANES }, lane));
  if (failures.length === 0 && !loaded) for (const attempt of opened) if (attempt.status === "rejected") failures.push(attempt.reason);
  const [failure] = failures;
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error(String(failure));
}

/** One generator for all lanes: each piece goes to the lane that asks next. When a lane gives up, it is over for all. */
function* inTurn(pieces: Pieces): Generator<readonly Modification[]> {
  yield* pieces;
}
