/** Blocks against the table of properties: what is unknown, given twice or missing. */
import type { Block, Match, Property } from "../../grammar/syntax.js";
import { blockProperties, oneOfProperties, propertyRow } from "../bind/properties.js";
import type { PropertyRow } from "../bind/properties.js";
import { didYouMean, suggest } from "../bind/suggest.js";
import { duplicateStatement, missingProperty, unknownProperty } from "../diagnostics/names.js";
import type { Report } from "../diagnostics/sink.js";

/** A property as it is given, with what the table says about it. */
export interface PropertyUse {
  readonly property: Property;
  readonly row: PropertyRow;
  /** The property in words, for messages: `gateway of network "app-net"`. */
  readonly where: string;
}

export interface BlockUses {
  /** The first use of a property. */
  readonly one: (name: string) => PropertyUse | undefined;
  readonly all: (name: string) => readonly PropertyUse[];
  readonly match?: Match;
  /** Whether the block is as the table wants it; if not, there has been a message. */
  readonly whole: boolean;
}

/** A block in words: `network "app-net"`, `fabric`. */
export function describeBlock(block: Block): string {
  const kind = block.kind === "loadbalancer" ? "load balancer" : block.kind;
  return block.name === undefined ? kind : `${kind} "${block.name.text}"`;
}

export function readBlock(block: Block, report: Report): BlockUses {
  const title = describeBlock(block);
  const uses = new Map<string, PropertyUse[]>();
  const first = new Map<string, Property | Match>();
  let match: Match | undefined;
  let whole = true;

  for (const statement of block.statements) {
    const name = statement.kind === "match" ? "match" : statement.name.text;
    const nameSpan = statement.kind === "match" ? { ...statement.span, end: statement.span.start + "match".length } : statement.name.span;
    const row = propertyRow(block.kind, name);
    if (row === undefined) {
      const possible = blockProperties[block.kind].map((entry) => entry.name);
      const near = suggest(name, possible);
      const fixes = near.map((text) => ({ title: `use "${text}"`, safe: false, edits: [{ span: nameSpan, text }] }));
      report(unknownProperty.make({ name, block: title, possible }, { span: nameSpan, help: didYouMean(near), fixes }));
      whole = false;
      continue;
    }
    const earlier = first.get(name);
    if (earlier !== undefined && !row.repeatable) {
      const others = blockProperties[block.kind].filter((entry) => entry !== row).map((entry) => entry.name);
      const help =
        name === "match"
          ? "requirements that must all hold go into one `match`, separated by commas"
          : `it stands once; also possible are ${others.join(", ")}`;
      report(
        duplicateStatement.make({ name, place: title }, { span: nameSpan, related: [{ span: earlier.span, message: "first given here" }], help }),
      );
      whole = false;
      continue;
    }
    if (earlier === undefined) first.set(name, statement);
    if (statement.kind === "match") match = statement;
    else {
      const use = { property: statement, row, where: `${name} of ${title}` };
      const list = uses.get(name);
      if (list === undefined) uses.set(name, [use]);
      else list.push(use);
    }
  }

  const span = block.name?.span ?? { ...block.span, end: block.span.start + block.kind.length };
  // A statement that is misspelt is likely the one that is missing.
  const misspelt = block.statements.filter(
    (statement) => statement.kind === "property" && propertyRow(block.kind, statement.name.text) === undefined,
  );
  const excused = (name: string): boolean =>
    misspelt.some((statement) => statement.kind === "property" && suggest(statement.name.text, [name]).length > 0);
  const missing = blockProperties[block.kind].filter((row) => row.required && !first.has(row.name));
  if (missing.length > 0) whole = false;
  const told = missing.filter((row) => !excused(row.name));
  if (told.length > 0) {
    const help = `such as ${told.map((row) => `\`${row.name} ${row.example}\``).join(" and ")}`;
    report(missingProperty.make({ block: title, missing: told.map((row) => row.name), any: false }, { span, help }));
  }
  const choice = oneOfProperties[block.kind];
  if (choice !== undefined && !choice.some((name) => first.has(name))) {
    whole = false;
    if (!choice.some(excused)) report(missingProperty.make({ block: title, missing: choice, any: true }, { span }));
  }
  return {
    one: (name) => uses.get(name)?.[0],
    all: (name) => uses.get(name) ?? [],
    whole,
    ...(match === undefined ? {} : { match }),
  };
}
