/** Statements as text, tidy or not: the spacing, breaks and comments that the language leaves to the author. */
import type { Choices } from "./source.js";

export interface Statement {
  readonly words: readonly string[];
  /** Statements in braces after the words. */
  readonly body?: readonly Statement[];
  /** Whether people write such a body on one line. */
  readonly short?: boolean;
}

interface Style {
  readonly comments: boolean;
  readonly untidy: boolean;
}

interface Writer {
  readonly choices: Choices;
  readonly style: Style;
  readonly out: string[];
  comment: number;
}

export function render(statements: readonly Statement[], choices: Choices, style: Style): string {
  const writer: Writer = { choices, style, out: [], comment: 0 };
  writeStatements(writer, statements, 0);
  return writer.out.join("");
}

const oddities = ["", " {", " } ", ' "', " // twice", " ->", " -- é", " prettier-ignored"];

function commentText(writer: Writer): string {
  const odd = oddities[writer.choices.below(oddities.length)];
  return ` note ${writer.comment++}${odd}`;
}

function chance(writer: Writer, percent: number): boolean {
  return writer.style.untidy && writer.choices.below(100) >= 100 - percent;
}

function commented(writer: Writer, percent: number): boolean {
  return writer.style.comments && writer.choices.below(100) >= 100 - percent;
}

function writeStatements(writer: Writer, statements: readonly Statement[], depth: number): void {
  statements.forEach((statement, index) => {
    between(writer, depth);
    writer.out.push(indentation(writer, depth));
    writeStatement(writer, statement, depth);
    const last = index === statements.length - 1;
    if (!last && statement.body === undefined && statements[index + 1].body === undefined && chance(writer, 5)) writer.out.push("; ");
    else endLine(writer);
  });
  between(writer, depth);
}

/** What stands between two statements: blank lines and comments on lines of their own. */
function between(writer: Writer, depth: number): void {
  while (chance(writer, 12)) writer.out.push(chance(writer, 30) ? "  \n" : "\n");
  while (commented(writer, 8)) {
    const form = writer.choices.below(4);
    const text = commentText(writer);
    const comment = form === 0 ? `/*${text} */` : form === 1 ? `/*${text}\n    second line\n */` : form === 2 ? `///${text}` : `//${text}`;
    writer.out.push(indentation(writer, depth), comment, "\n", chance(writer, 20) ? "\n" : "");
  }
}

function indentation(writer: Writer, depth: number): string {
  return chance(writer, 15) ? " ".repeat(writer.choices.below(7)) : "  ".repeat(depth);
}

function endLine(writer: Writer): void {
  if (chance(writer, 3)) writer.out.push(";");
  if (commented(writer, 4)) writer.out.push(` /*${commentText(writer)} */`);
  if (commented(writer, 10)) writer.out.push(chance(writer, 20) ? "" : "  ", "//", commentText(writer));
  writer.out.push("\n");
}

function writeStatement(writer: Writer, statement: Statement, depth: number): void {
  let brackets = 0;
  statement.words.forEach((word, index) => {
    if (index > 0) gap(writer, statement.words[index - 1], word, brackets > 0, depth);
    if (opens(word)) brackets += 1;
    if (closes(word)) brackets -= 1;
    writer.out.push(spell(writer, statement, word, index));
  });
  if (statement.body !== undefined) writeBody(writer, statement, statement.body, depth);
}

function writeBody(writer: Writer, statement: Statement, body: readonly Statement[], depth: number): void {
  const oneLine = statement.short === true && body.every((inner) => inner.body === undefined) && writer.choices.below(2) === 0;
  if (chance(writer, 4)) {
    if (commented(writer, 40)) writer.out.push(" //", commentText(writer));
    writer.out.push("\n");
  } else writer.out.push(" ");
  writer.out.push("{");
  if (oneLine) {
    body.forEach((inner, index) => {
      writer.out.push(index === 0 ? " " : "; ");
      if (commented(writer, 5)) writer.out.push(`/*${commentText(writer)} */ `);
      writeStatement(writer, inner, depth + 1);
    });
    writer.out.push(" }");
    return;
  }
  endLine(writer);
  writeStatements(writer, body, depth + 1);
  writer.out.push("  ".repeat(depth), "}");
}

function opens(word: string): boolean {
  return word === "(" || word.endsWith("{");
}

function closes(word: string): boolean {
  return word === ")" || word === "}";
}

/** What stands between two words of a statement. */
function gap(writer: Writer, before: string, after: string, inBrackets: boolean, depth: number): void {
  const mayBreak =
    before === "," ||
    ((before === "->" || before === ":" || before === "=") && chance(writer, 30)) ||
    (inBrackets && (opens(before) || closes(after)));
  if (closes(after) && before !== "," && chance(writer, 15)) writer.out.push(",");
  if (commented(writer, 3)) writer.out.push(` /*${commentText(writer)} */ `);
  if (mayBreak && chance(writer, 12)) {
    if (commented(writer, 30)) writer.out.push(" //", commentText(writer));
    writer.out.push("\n");
    while (commented(writer, 20))
      writer.out.push(indentation(writer, depth + 1), chance(writer, 50) ? `//${commentText(writer)}\n` : `/*${commentText(writer)} */\n`);
    writer.out.push(indentation(writer, depth + 1));
    return;
  }
  if (optional(before, after) && !chance(writer, 20))
    writer.out.push(after === "->" || before === "->" || before === "=" || after === "=" || before === "," ? " " : "");
  else writer.out.push(chance(writer, 15) ? "   " : chance(writer, 5) ? "\t" : " ");
}

/** Whether the two words are still two without space between them. */
function optional(before: string, after: string): boolean {
  const signs = /^(?:,|\(|\)|\{|\}|=|->)$/;
  return signs.test(before) || signs.test(after) || opens(before);
}

/** Quotes that a name can do without are put now and then, where the word is a name. */
function spell(writer: Writer, statement: Statement, word: string, index: number): string {
  const isPeer = /^(?:allow|deny|expect|set)$/.test(statement.words[0]) && index > 1 && /^(?:frontend|backend|redis-master|quarantined)$/.test(word);
  return isPeer && chance(writer, 10) ? `"${word}"` : word;
}
