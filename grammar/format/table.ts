/**
 * The columns of a policy's rules, and of a test's expectations. Widths depend on the rules alone, never on the spacing that the author used, so that the
 * same rules are always set the same way.
 */

/** Widths of a rule's parts in columns; absent parts have none. `action` is `allow` or `deny`, behind `expect` in a test. */
export interface Row {
  readonly action: number;
  readonly source: number;
  readonly destination: number;
  readonly services?: number;
  /** `log`, `as NAME`, or both. */
  readonly tail?: number;
}

/** Widths of the columns; `services` is 0 where no rule of the table names a service. */
export interface Columns {
  readonly action: number;
  readonly source: number;
  readonly destination: number;
  readonly services: number;
}

const arrow = " -> ".length;
const colon = " : ".length;

/**
 * Sets out the rows in columns. A rule that is too long for `limit`, or that would be in a table with the rules shorter than
 * it, stays out of the table and is undefined in `aligned`.
 */
export function setOut(rows: readonly (Row | undefined)[], limit: number): { readonly columns: Columns; readonly aligned: readonly boolean[] } {
  const byLength = rows
    .flatMap((row, index) => (row === undefined ? [] : [{ row, index }]))
    .sort((a, b) => lineWidth(a.row, a.row) - lineWidth(b.row, b.row) || a.index - b.index);
  let low = 0;
  let high = byLength.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const shortest = byLength.slice(0, middle).map(({ row }) => row);
    const columns = columnsOf(shortest);
    if (shortest.every((row) => lineWidth(row, columns) <= limit)) low = middle;
    else high = middle - 1;
  }
  const table = byLength.slice(0, low);
  const aligned = rows.map(() => false);
  for (const { index } of table) aligned[index] = true;
  return { columns: columnsOf(table.map(({ row }) => row)), aligned };
}

function columnsOf(rows: readonly Row[]): Columns {
  const columns = { action: 0, source: 0, destination: 0, services: 0 };
  for (const row of rows) {
    columns.action = Math.max(columns.action, row.action);
    columns.source = Math.max(columns.source, row.source);
    columns.destination = Math.max(columns.destination, row.destination);
    columns.services = Math.max(columns.services, row.services ?? 0);
  }
  return columns;
}

/** Width of a rule's line in a table with these columns. */
function lineWidth(row: Row, columns: Omit<Columns, "services"> & { readonly services?: number }): number {
  const start = columns.action + 1 + columns.source + arrow;
  const services = columns.services ?? 0;
  if (row.tail !== undefined) return start + columns.destination + (services === 0 ? 0 : colon + services) + 1 + row.tail;
  if (row.services !== undefined) return start + columns.destination + colon + row.services;
  return start + row.destination;
}
