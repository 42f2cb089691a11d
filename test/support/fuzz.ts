/** Broken projects through the whole pipeline: what a run must not do, whatever the files say. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isSound, settleTargets } from "../../compiler/compile.js";
import type { Checked } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { targets } from "../../compiler/target/index.js";
import { verify } from "../../compiler/verify/verify.js";
import type { Span } from "../../grammar/span.js";
import { checkTexts, readTexts } from "./diagnose.js";
import type { Texts } from "./diagnose.js";
import { formattingComplaint } from "./formatted.js";
import { mutate, randomFrom } from "./mutate.js";

/** A project of which one file was broken. */
export interface Broken {
  readonly texts: Texts;
  readonly file: string;
  /** What was done to the file. */
  readonly how: string;
}

/** Processor time, so that other work on the machine does not count as a hang. */
const longest = 1000;

/** The example of the language's reference, and those that the project ships; only their sources. */
function exampleProjects(): readonly Texts[] {
  const shipped = ["guestbook", "policy-tutorial", "shop", "zero-trust"].map((name) => readTexts(`examples/${name}`));
  const reference = { "main.ctv": readFileSync("test/fixtures/language/guestbook.ctv", "utf8") };
  return [reference, ...shipped].map((texts) => Object.fromEntries(Object.entries(texts).filter(([path]) => /^[^/]+\.ctv$/.test(path))));
}

/** `count` broken projects, the same for the same seed. */
export function* brokenProjects(seed: number, count: number): Generator<Broken> {
  const projects = exampleProjects();
  const random = randomFrom(seed);
  for (let made = 0; made < count; made++) {
    const texts = projects[random(projects.length)];
    const files = Object.keys(texts);
    const file = files[random(files.length)];
    const { name, text } = mutate([texts[file]], random);
    yield { texts: { ...texts, [file]: text }, file, how: name };
  }
}

export interface Inspected {
  /** What the run did and must not do, in words; nothing where all is well. */
  readonly complaint?: string;
  /** Whether the project could go to the targets. */
  readonly sound: boolean;
}

/** Checks a project, and takes one without errors through every target and the formatter as well where `whole`. Never throws. */
export async function inspect({ texts }: Broken, whole: boolean): Promise<Inspected> {
  let sound = false;
  try {
    const found = timed(() => checkTexts(texts));
    if (found.took > longest) return { sound, complaint: `the check took ${Math.round(found.took)} ms` };
    const checked = found.value;
    sound = isSound(checked);
    const misplaced = misplacedIn(texts, checked.diagnostics);
    if (misplaced !== undefined) return { sound, complaint: misplaced };
    if (!sound && checked.diagnostics.length === 0) return { sound, complaint: "it is refused without a word" };
    const complaint = sound && whole ? (targetComplaint(texts, checked) ?? (await formattingComplaint(texts, checked))) : undefined;
    return complaint === undefined ? { sound } : { sound, complaint };
  } catch (error) {
    return { sound, complaint: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** A run's value and the processor time it took, in milliseconds. */
function timed<Value>(work: () => Value): { readonly value: Value; readonly took: number } {
  const begun = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(begun);
  return { value, took: (user + system) / 1000 };
}

/** The first finding without words, or with a place that no file has. */
function misplacedIn(texts: Texts, diagnostics: readonly Diagnostic[]): string | undefined {
  const inside = ({ file, start, end }: Span) => Object.hasOwn(texts, file) && start >= 0 && start <= end && end <= texts[file].length;
  for (const { code, message, span, related, fixes } of diagnostics) {
    if (message.trim() === "" || /undefined|\[object|NaN/.test(message)) return `${code} says "${message}"`;
    const places = [span, ...related.map((entry) => entry.span), ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.span))];
    const outside = places.find((place) => !inside(place));
    if (outside !== undefined) return `${code} is at ${JSON.stringify(outside)}, which no file has`;
  }
  return undefined;
}

function targetComplaint(texts: Texts, checked: Checked): string | undefined {
  const { universe } = checked;
  if (universe === undefined) return "it is sound and has no universe";
  const digest = { algorithm: "sha256", of: (text: string) => createHash("sha256").update(text).digest("hex") };
  for (const { name, emit, readings } of targets) {
    const { value: emission, took } = timed(() => emit(universe, { options: {}, digest }));
    if (took > longest) return `${name} took ${Math.round(took)} ms`;
    const misplaced = misplacedIn(texts, settleTargets(checked, emission.diagnostics, [name]));
    if (misplaced !== undefined) return misplaced;
    if (emission.diagnostics.some((diagnostic) => diagnostic.severity === "error")) continue;
    const [difference] = verify(name, universe, readings(emission.artefacts, universe), emission.losses ?? []);
    if (difference !== undefined) return `${name}: ${difference.message}`;
  }
  return undefined;
}
