/** Does something for many items, a few at a time: a server answers a thousand requests at once later than it may. */

const AT_ONCE = 64;

/** Begins with the items in their order, and with all of them whatever fails. Rejects with the first failure when all have ended. */
export async function inChunks<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const ended: PromiseSettledResult<void>[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) ended.push(...(await Promise.allSettled(items.slice(at, at + AT_ONCE).map(work))));
  const failed = ended.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
