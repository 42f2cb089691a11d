/**
 * The matrix as a picture: a self-contained SVG document, readable on light and dark grounds, in which a cell says what may pass and its
 * tooltip says all of it.
 */
import { cellText, gridOf, isDecided } from "./table.js";
import type { MatrixCell, MatrixTable } from "./table.js";

const rowHeight = 30;
const gap = 3;
/** More room between the names of two tenants. */
const sectionGap = 8;
const margin = 16;
/** Average width of a letter of the 12 pixel font; SVG has no text layout to ask. */
const letter = 6.6;
const longestName = 30;
const longestCell = 16;
const swatch = 14;
const legendGap = 18;
const legendEntries = [
  { kind: "always", text: "allowed" },
  { kind: "sometimes", text: "allowed for some flows only" },
  { kind: "none", text: "denied" },
].map((entry) => ({ ...entry, width: swatch + 6 + entry.text.length * letter }));
const legendWidth = legendEntries.reduce((total, { width }) => total + width + legendGap, -legendGap);

const style = `
text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #24292f; }
.axis { fill: #57606a; font-size: 11px; }
.world { font-style: italic; }
.ground { fill: #ffffff; }
.none { fill: #f3f4f6; }
.always { fill: #c9efd4; stroke: #4ac26b; }
.sometimes { fill: #fff1c2; stroke: #d4a72c; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .axis { fill: #9198a1; } .ground { fill: #0d1117; } .none { fill: #1b2028; }
  .always { fill: #12391f; stroke: #2ea043; } .sometimes { fill: #3b2e09; stroke: #bb8009; }
}`;

/** A whole SVG document. Its size grows with the number of names; nothing in it is loaded from elsewhere. */
export function matrixSvg(table: MatrixTable): string {
  const names = table.names.map(({ name }) => shortened(name, longestName));
  const grid = gridOf(table);
  const label = Math.max(60, ...names.map((name) => name.length * letter)) + 12;
  const cellWidth = table.cells.reduce((widest, cell) => Math.max(widest, shortCell(cell).length * letter + 12), 44);
  // Column names stand at 45 degrees, so they take the same room upward and to the right.
  const head = label * 0.72 + 12;
  const top = margin + head;
  const left = margin + label;
  const sections = sectionsOf(table);
  const columnAt = (column: number): number => left + column * cellWidth + sections[column] * sectionGap;
  const rowAt = (row: number): number => top + row * rowHeight + sections[row] * sectionGap;
  const bottom = rowAt(names.length - 1) + rowHeight;
  const right = Math.max(
    left + legendWidth,
    ...names.map((name, column) => columnAt(column) + Math.max(cellWidth, cellWidth / 2 + name.length * letter * 0.72)),
  );
  const width = right + margin;
  const height = bottom + 40 + margin;

  const columns = names.map((name, column) => {
    const x = columnAt(column) + cellWidth / 2;
    return `<text transform="translate(${round(x)} ${round(top - 8)}) rotate(-45)"${classOf(table, column)}>${escaped(name)}</text>`;
  });
  const rows = grid.flatMap((row, index) => {
    const y = rowAt(index);
    const name = `<text x="${round(left - 8)}" y="${round(y + rowHeight / 2 + 3)}" text-anchor="end"${classOf(table, index)}>${escaped(names[index])}</text>`;
    return [name, ...row.map((cell, column) => cellBox(table, cell, { x: columnAt(column), y, width: cellWidth, row: index, column }))];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    "<title>Who may talk to whom</title>",
    `<style>${style}</style>`,
    `<rect class="ground" width="100%" height="100%" rx="8"/>`,
    `<text class="axis" x="${margin}" y="${round(top - 10)}">from \u2193 to \u2192</text>`,
    ...columns,
    ...rows,
    ...legend(left, bottom + 14),
    "</svg>",
    "",
  ].join("\n");
}

/** For each name, how many borders stand before it: between the groups of tenants, what is in no group, and what is outside. */
function sectionsOf({ names }: MatrixTable): readonly number[] {
  const sections = names.map(({ kind, tenant }) => (kind === "group" ? (tenant ?? "") : kind === "rest" ? "/rest" : "/outside"));
  const starts = sections.map((section, at) => (at > 0 && sections[at - 1] !== section ? 1 : 0));
  let borders = 0;
  return starts.map((start) => (borders += start));
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly row: number;
  readonly column: number;
}

function cellBox(table: MatrixTable, cell: MatrixCell | undefined, place: Place): string {
  const pair = `${table.names[place.row].name} -> ${table.names[place.column].name}`;
  // No policy has a say between two ends outside every tenant.
  if (!isDecided(table, place.row, place.column)) return `<g><title>${escaped(pair)}: not decided</title></g>`;
  const kind = cell === undefined ? "none" : cell.always === "" ? "sometimes" : "always";
  const title = cell === undefined ? `${pair}: nothing` : `${pair} : ${cellText(cell)}`;
  const box = `<rect class="${kind}" x="${round(place.x)}" y="${round(place.y)}" width="${round(place.width - gap)}" height="${rowHeight - gap}" rx="4"/>`;
  const text =
    cell === undefined
      ? ""
      : `<text x="${round(place.x + (place.width - gap) / 2)}" y="${round(place.y + rowHeight / 2 + 3)}" text-anchor="middle">${escaped(shortCell(cell))}</text>`;
  return `<g><title>${escaped(title)}</title>${box}${text}</g>`;
}

function legend(left: number, top: number): readonly string[] {
  let x = left;
  return legendEntries.map(({ kind, text, width }) => {
    const box = `<rect class="${kind}" x="${round(x)}" y="${round(top)}" width="${swatch}" height="${swatch}" rx="3"/>`;
    const entry = `${box}<text class="axis" x="${round(x + swatch + 6)}" y="${round(top + 11)}">${text}</text>`;
    x += width + legendGap;
    return entry;
  });
}

function classOf(table: MatrixTable, index: number): string {
  return table.names[index].kind === "group" ? "" : ' class="world"';
}

/** What fits into a cell: the services, or how many there are. */
function shortCell(cell: MatrixCell): string {
  const text = cell.always === "" ? cell.sometimes : cell.always;
  if (text === "any service") return "any";
  return shortened(text, longestCell);
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}\u2026`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
