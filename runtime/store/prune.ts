/**
 * Takes old generations out of a store. Never the newest ones that are to be kept, the one that a rollback would go back to, or one that a
 * node says it has in force.
 */
import { readHeader } from "../signing/envelope.js";
import { generationNumbers, readGeneration, removeGeneration } from "./generations.js";
import type { KeyValues } from "./keyvalue.js";
import { nodeStatuses } from "./reports.js";
import type { ReportTrust } from "./reports.js";
import { StoreError } from "./keyvalue.js";

/**
 * Keeps the newest `keep` generations, at least one, and those that somebody needs. Gives the numbers of those that it has removed, ascending.
 *
 * @throws StoreError when a node's report cannot be read, or is not the node's where that is asked for (`trust`): what it has in force is not known then, and nothing is removed.
 */
export async function pruneGenerations(store: KeyValues, keep: number, trust?: ReportTrust): Promise<readonly number[]> {
  const numbers = await generationNumbers(store);
  const old = numbers.slice(0, -Math.max(1, keep));
  if (old.length === 0) return [];
  const needed = await reportedGenerations(store, trust);
  const back = await lastOther(store, numbers);
  if (back !== undefined) needed.add(back);
  const removed = old.filter((generation) => !needed.has(generation));
  for (const generation of removed) await removeGeneration(store, generation);
  return removed;
}

async function reportedGenerations(store: KeyValues, trust: ReportTrust | undefined): Promise<Set<number>> {
  const found = new Set<number>();
  for (const { node, report, problem } of await nodeStatuses(store, trust)) {
    if (problem !== undefined) throw new StoreError(`no generation is removed: of node ${node} it is not known which it has in force: ${problem}`);
    if (report !== undefined) found.add(report.generation);
  }
  return found;
}

/** The newest generation with another policy than the newest of all. What cannot be read is no policy to go back to. */
async function lastOther(store: KeyValues, numbers: readonly number[]): Promise<number | undefined> {
  const digestOf = async (generation: number): Promise<string | undefined> => {
    const header = readHeader((await readGeneration(store, generation)).bytes);
    return "refused" in header ? undefined : header.digest;
  };
  const newest = numbers.at(-1);
  if (newest === undefined) return undefined;
  const digest = await digestOf(newest);
  for (const generation of numbers.slice(0, -1).reverse()) {
    const other = await digestOf(generation);
    if (other !== undefined && other !== digest) return generation;
  }
  return undefined;
}
