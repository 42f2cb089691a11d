/** The matrix as text: for a terminal, a spreadsheet, a pull request, a program, and Graphviz. */
import { foldPairs } from "./fold.js";
import type { NamedWay } from "./fold.js";
import { cellText, gridOf, isDecided } from "./table.js";
import type { MatrixTable } from "./table.js";

/** A wider table than this is broken by terminals. */
const mostColumns = 150;

/** Columns in spaces, a dot where nothing may pass; where that would be too wide, a line for each source and what it may. */
export function matrixText(table: MatrixTable): string {
  const columns = table.names.length * 3 > mostColumns ? undefined : columnsText(table);
  return columns === undefined || columns.split("\n").some((line) => line.length > mostColumns) ? linesText(table) : columns;
}

function linesText(table: MatrixTable): string {
  const ways = table.names.map((): NamedWay[] => []);
  for (const cell of table.cells) ways[cell.row].push({ name: table.names[cell.column].name, what: cellText(cell) });
  const lines = foldPairs(ways.flatMap((to, row) => (to.length === 0 ? [] : [{ name: table.names[row].name, to }])));
  const width = lines.reduce((widest, { who }) => Math.max(widest, who.length), 0);
  return lines.map(({ who, what }) => `${who.padEnd(width)}  ${what}\n`).join("");
}

function columnsText(table: MatrixTable): string {
  const rows = [
    ["from \\ to", ...table.names.map(({ name }) => name)],
    ...gridOf(table).map((row, index) => [
      table.names[index].name,
      ...row.map((cell, column) => (cell !== undefined ? cellText(cell) : isDecided(table, index, column) ? "." : "")),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column]))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** RFC 4180, one line a pair between which something may pass. */
export function matrixCsv(table: MatrixTable): string {
  const lines = [
    ["from", "to", "services", "services for some flows"],
    ...table.cells.map((cell) => [table.names[cell.row].name, table.names[cell.column].name, cell.always, cell.sometimes]),
  ];
  return lines.map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function matrixMarkdown(table: MatrixTable): string {
  const escape = (text: string): string => text.replaceAll("|", "\\|");
  const rows = gridOf(table).map(
    (row, index) =>
      `| **${escape(table.names[index].name)}** | ${row.map((cell) => (cell === undefined ? "" : escape(cellText(cell)))).join(" | ")} |\n`,
  );
  const head = `| from \\ to | ${table.names.map(({ name }) => escape(name)).join(" | ")} |\n`;
  const line = `|---|${table.names.map(() => "---|").join("")}\n`;
  return head + line + rows.join("");
}

/** One line a pair: a large matrix has a million. */
export function matrixJson(table: MatrixTable): string {
  const names = table.names.map(({ name }) => JSON.stringify(name));
  const connections = table.cells.map(
    ({ row, column, always, sometimes }) =>
      `{ "from": ${names[row]}, "to": ${names[column]}, "services": ${JSON.stringify(always)}, "servicesForSomeFlows": ${JSON.stringify(sometimes)} }`,
  );
  const list = (lines: readonly string[]): string => (lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`);
  const described = table.names.map((name) => JSON.stringify(name));
  return `{\n  "version": 1,\n  "command": "matrix",\n  "names": ${list(described)},\n  "connections": ${list(connections)}\n}\n`;
}

const shapes = { group: "box", rest: "box, style=dashed", external: "ellipse", world: "ellipse" } as const;

/** A graph in Graphviz's language: an edge for each pair, labelled with its services; dashed where only some flows pass. */
export function matrixDot(table: MatrixTable): string {
  const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const nodes = table.names.map(({ name, kind }) => `  ${quoted(name)} [shape=${shapes[kind]}];\n`);
  const edges = table.cells.map((cell) => {
    const style = cell.always === "" ? ", style=dashed" : "";
    return `  ${quoted(table.names[cell.row].name)} -> ${quoted(table.names[cell.column].name)} [label=${quoted(cellText(cell))}${style}];\n`;
  });
  return `digraph connectivity {\n  rankdir=LR;\n  node [fontname="sans-serif"];\n  edge [fontname="sans-serif", fontsize=10];\n${nodes.join("")}${edges.join("")}}\n`;
}
