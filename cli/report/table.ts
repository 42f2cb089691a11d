/** Tables for people: a head and rows of cells, each column as wide as it needs to be. What is in a cell may come from anywhere. */
import { displayWidth, printable } from "./columns.js";

/** Columns whose head begins with `>` stand to the right, as numbers do. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((name) => name.startsWith(">"));
  const cells = [head.map((name) => name.replace(/^>/, "")), ...rows.map((row) => row.map(printable))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)));
        return right[column] === true ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return cells.map((row) => `${line(row)}\n`).join("");
}

/** How long something took or is ago, shortly: `3 s`, `12 min`, `5 h`, `2 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
