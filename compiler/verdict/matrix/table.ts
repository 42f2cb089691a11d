/**
 * Connectivity as a table: what may pass from each row to each column. The forms beside this file all print this value.
 */
import type { Universe } from "../../policy/universe.js";
import { boundedCache } from "../../space/boundedCache.js";
import { formatServices, isEmptyService } from "../../space/service.js";
import type { ServiceSet } from "../../space/service.js";
import { connectivity } from "../connectivity.js";

export interface MatrixTable {
  /** Rows and columns are the same names, in the same order. */
  readonly names: readonly MatrixName[];
  /** Sparse: pairs between which nothing may pass have no cell. In order of row, then column. */
  readonly cells: readonly MatrixCell[];
}

export interface MatrixName {
  readonly name: string;
  readonly kind: "group" | "rest" | "external" | "world";
  readonly tenant?: string;
}

export interface MatrixCell {
  /** Positions in `names`. */
  readonly row: number;
  readonly column: number;
  /** In the language's words; empty where every flow of some service is allowed only in part. */
  readonly always: string;
  /** Services on which some flows are allowed and some are not. */
  readonly sometimes: string;
}

export function matrixTable(universe: Universe): MatrixTable {
  const { names, rows } = connectivity(universe);
  const position = new Map(names.map((named, index) => [named, index]));
  const cells = rows.flatMap(({ to }, row) =>
    to.flatMap((reach): readonly MatrixCell[] => {
      const column = position.get(reach.peer);
      if (column === undefined || (isEmptyService(reach.always) && isEmptyService(reach.sometimes))) return [];
      return [{ row, column, always: wordsFor(reach.always), sometimes: wordsFor(reach.sometimes) }];
    }),
  );
  return { names: names.map(({ name, kind, tenant }) => (tenant === undefined ? { name, kind } : { name, kind, tenant })), cells };
}

/** A large matrix has a million cells, and few sets of services. */
const wordsFor = boundedCache(4096, (services: ServiceSet): string => (isEmptyService(services) ? "" : formatServices(services)));

/** The table between the names that `wanted` selects, by name. */
export function onlyNames(table: MatrixTable, wanted: (name: string) => boolean): MatrixTable {
  const kept = table.names.flatMap(({ name }, position) => (wanted(name) ? [position] : []));
  const places = new Map(kept.map((position, place) => [position, place]));
  const cells = table.cells.flatMap((cell): readonly MatrixCell[] => {
    const row = places.get(cell.row);
    const column = places.get(cell.column);
    return row === undefined || column === undefined ? [] : [{ ...cell, row, column }];
  });
  return { names: kept.map((position) => table.names[position]), cells };
}

/** Whether a policy has a say between two names: not when both are outside every tenant. */
export function isDecided({ names }: MatrixTable, row: number, column: number): boolean {
  return names[row].tenant !== undefined || names[column].tenant !== undefined;
}

/** What a cell says in one line: what passes always, and behind a `~` what passes for some flows only. */
export function cellText(cell: MatrixCell): string {
  return [cell.always, cell.sometimes === "" ? "" : `~ ${cell.sometimes}`].filter((part) => part !== "").join(" ");
}

/** The cells by row, each row with a cell or nothing for every column. */
export function gridOf(table: MatrixTable): readonly (readonly (MatrixCell | undefined)[])[] {
  const grid = table.names.map(() => Array.from(table.names, (): MatrixCell | undefined => undefined));
  for (const cell of table.cells) grid[cell.row][cell.column] = cell;
  return grid;
}
