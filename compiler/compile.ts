/**
 * The front door of the compiler: the files of a project in, the policy and everything there is to say about it out.
 *
 * `text -> trees -> names -> policy -> checked`; targets take it from there. Pure: files are read through the function that the caller
 * gives, and a tree that the caller has already is not made again.
 */
import { makeProgram, secondInstallations } from "./bind/program.js";
import type { Program } from "./bind/program.js";
import { checkAcross } from "./check/across.js";
import { checkLogicInSteps } from "./check/logic.js";
import { paramsFromOutside } from "./check/params.js";
import type { GivenParam } from "./check/params.js";
import { usageFindings, usageOf } from "./check/usage.js";
import { definitionByCode } from "./diagnostics/catalogue.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { hitsNoEndpoint } from "./diagnostics/lint.js";
import { inOrder } from "./diagnostics/order.js";
import type { CheckMemory } from "./memory.js";
import { assemble } from "./policy/assemble.js";
import type { Policy, Surroundings } from "./policy/model.js";
import { namesOf } from "./policy/names.js";
import type { Names } from "./policy/names.js";
import { resolveUnits } from "./policy/resolve.js";
import { everyUnit, paramsIn } from "./policy/units.js";
import { makeUniverse } from "./policy/universe.js";
import type { Universe } from "./policy/universe.js";
import { loadFiles } from "./source/files.js";
import type { LoadedFile, SourceText } from "./source/files.js";
import { applySettings, isEssential, policingOf } from "./source/settings.js";
import type { FindingSettings } from "./source/settings.js";
import { settle } from "./source/settle.js";
import { noAddresses } from "./space/address.js";
import { finish } from "./steps.js";
import type { Steps } from "./steps.js";

export interface ProjectInput {
  /** Ids of the files to start from: paths relative to the project's root, with forward slashes. */
  readonly entries: readonly string[];
  /** A file by id, or nothing where there is none. Imported ones included. */
  readonly read: (id: string) => SourceText | undefined;
  /** Ids of other files that exist, for "did you mean" in imports. */
  readonly known?: Iterable<string>;
  /** Values of params by name, or by `tenant/name`. */
  readonly params?: ReadonlyMap<string, GivenParam>;
  readonly surroundings?: Surroundings;
  readonly settings?: FindingSettings;
  /** Of the last check of the same project: whatever did not change is not made again. */
  readonly memory?: CheckMemory;
  /** Leave out the questions about all flows (CTV40xx), for an editor that wants names first. */
  readonly withoutLogic?: boolean;
}

export interface Checked {
  /** In order of file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same by file, of files that have some. With a memory, the list of a file is the same object while there is nothing else to say of it. */
  readonly findings: ReadonlyMap<string, readonly Diagnostic[]>;
  /** Absent while an essential error stands. Targets ask for more: `isSound`. */
  readonly policy?: Policy;
  /** Made when it is first asked for. */
  readonly universe?: Universe;
  /** What could be resolved, whatever is wrong: for showing meaning while somebody types, never for a target. */
  readonly draft: Policy;
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly program: Program;
  readonly names: Names;
}

/** Binds, checks and resolves a project. Never throws for what the files say. */
export function check(input: ProjectInput): Checked {
  return finish(checkInSteps(input));
}

/**
 * `check`, which can be left between two steps: an editor gives up a check of a text that has changed since. A step is short, but for
 * what grows with the size of the project: reading it, and each of the passes over it. The first step reads every file.
 */
export function* checkInSteps(input: ProjectInput): Steps<Checked> {
  const before = input.memory?.last;
  const loaded = loadFiles(input.entries, input.read, input.known, before?.loaded);
  const { files } = loaded;
  yield;
  const asked = input.params ?? noParams;
  const sameParams = before !== undefined && sameGiven(before.given, asked);
  // The same values, so that what was said of one is known to be said of that one.
  const given = sameParams ? before.given : asked;
  // With other values of params names stand for something else, and so there are other scopes.
  const program = makeProgram(files, sameParams ? before.program : undefined);
  const { units, fresh } = resolveUnits(program, given, input.memory !== undefined, before?.units);
  yield;
  const surroundings = input.surroundings ?? noSurroundings;
  const { podAddresses } = surroundings;
  const { policy, findings: ofHosts } = assemble(units);
  const across = { units, podAddresses, findings: checkAcross(policy, units, fresh, podAddresses, before?.across) };
  const usage = usageOf(program, units, fresh, sameParams ? before.usage : undefined);
  const found: Diagnostic[] = [];
  for (const file of files.values()) if (file.parsed.problems.length > 0) addAll(found, syntaxDiagnostics(file));
  found.push(
    ...loaded.diagnostics,
    ...secondInstallations(program, units.outside.keys()),
    ...paramsFromOutside(() => paramsIn(units), given),
    ...ofHosts,
    ...across.findings,
  );
  const meant = new Set<string>();
  for (const unit of everyUnit(units)) {
    if (unit.kind !== "outside" && unit.scope.findings.length > 0) addAll(found, unit.scope.findings);
    if (unit.findings.length > 0) addAll(found, unit.findings);
    if (unit.meant.size > 0) for (const name of unit.meant) meant.add(name);
  }
  // A statement that could not be read may use anything.
  if (isReadable(files)) addAll(found, usageFindings(usage, meant));
  yield;

  const isBroken = found.some((diagnostic) => diagnostic.severity === "error" && isEssential(diagnostic.code, definitionByCode));
  let made: Universe | undefined;
  const universe = (): Universe | undefined => {
    if (!isBroken) made ??= makeUniverse(policy, surroundings);
    return made;
  };
  const withLogic = input.withoutLogic !== true;
  const whole = withLogic ? universe() : undefined;
  if (whole !== undefined) addAll(found, yield* checkLogicInSteps(whole));

  const complete = (code: string): boolean =>
    !codesOfVerbs.has(code) && !code.startsWith("CTV5") && !code.startsWith("CTV6") && (!code.startsWith("CTV4") || whole !== undefined);
  const settings = input.settings ?? noSettings;
  const policing = policingOf(settings, definitionByCode, complete);
  const settled = settle(found, files, settings, whole !== undefined, policing, before?.settled);
  if (input.memory !== undefined) input.memory.last = { loaded, program, given, units, across, usage, settled };
  return {
    findings: settled.byFile,
    diagnostics: [...settled.byFile.values()].flat(),
    ...(isBroken ? {} : { policy }),
    get universe() {
      return universe();
    },
    draft: policy,
    files,
    program,
    names: namesOf(program, units),
  };
}

const noParams: ReadonlyMap<string, GivenParam> = new Map();
const noSettings: FindingSettings = {};
const noSurroundings: Surroundings = { podAddresses: noAddresses };

function sameGiven(left: ReadonlyMap<string, GivenParam>, right: ReadonlyMap<string, GivenParam>): boolean {
  return left === right || JSON.stringify([...left]) === JSON.stringify([...right]);
}

function isReadable(files: ReadonlyMap<string, LoadedFile>): boolean {
  for (const file of files.values()) if (file.parsed.problems.length > 0) return false;
  return true;
}

/** The same check with other findings: by file, in order. */
export function withFindings(checked: Checked, findings: Checked["findings"]): Checked {
  const { policy, draft, files, program, names } = checked;
  return {
    findings,
    diagnostics: [...findings.values()].flat(),
    ...(policy === undefined ? {} : { policy }),
    get universe() {
      return checked.universe;
    },
    draft,
    files,
    program,
    names,
  };
}

/** Whether a policy may go to a target: it is whole, and no finding counts as an error. */
export function isSound(checked: Checked): boolean {
  return checked.policy !== undefined && checked.diagnostics.every((diagnostic) => diagnostic.severity !== "error");
}

/** Codes of policy logic that only a verb finds which knows more than the sources. */
const codesOfVerbs: ReadonlySet<string> = new Set([hitsNoEndpoint.code]);

/** The codes that each target finds. */
const codesOfTarget: Readonly<Record<string, string>> = { kubernetes: "CTV51", contiv: "CTV52", openflow: "CTV53" };

/**
 * What targets found, with the comments and settings of the project applied as `check` applies them to its own. `asked` names the targets
 * that have run: `ctv-ignore` comments for their codes that silence nothing are told.
 */
export function settleTargets(
  checked: Checked,
  found: readonly Diagnostic[],
  asked: readonly string[],
  settings: FindingSettings = {},
): readonly Diagnostic[] {
  return settleFindings(checked, found, (code) => asked.some((target) => code.startsWith(codesOfTarget[target] ?? "none")), settings);
}

/**
 * What others than `check` found, with the comments and settings of the project applied. `complete` says for which codes everything has been
 * looked for: comments and suppressions for these that silence nothing are told.
 */
export function settleFindings(
  checked: Checked,
  found: readonly Diagnostic[],
  complete: (code: string) => boolean,
  settings: FindingSettings = {},
): readonly Diagnostic[] {
  return inOrder(applySettings(found, checked.files.values(), policingOf(settings, definitionByCode, complete, false)));
}

function syntaxDiagnostics(file: LoadedFile): readonly Diagnostic[] {
  return file.parsed.problems.map(({ code, message, span, related, fix }) => ({
    code,
    severity: "error",
    message,
    span,
    related,
    fixes: fix === undefined ? [] : [fix],
  }));
}

/** `push(...items)` has each of them on the stack, which a long list of rubbish overflows. */
function addAll<Item>(to: Item[], items: readonly Item[]): void {
  for (const item of items) to.push(item);
}
