/**
 * The front door of the compiler: the files of a project in, the policy and everything there is to say about it out.
 *
 * `text -> trees -> names -> policy -> checked`; targets take it from there. Pure: files are read through the function that the caller
 * gives, and a tree that the caller has already is not made again.
 */
import type { Rule as SyntaxRule, SourceFile } from "../grammar/syntax.js";
import { declare } from "./bind/declare.js";
import type { Program } from "./bind/declare.js";
import { recordFacts } from "./bind/facts.js";
import type { Facts } from "./bind/facts.js";
import { makeLookup } from "./bind/lookup.js";
import type { Place } from "./bind/lookup.js";
import type { NameSpace, PolicySymbol } from "./bind/symbols.js";
import { checkAddressing } from "./check/addressing.js";
import type { Context } from "./check/context.js";
import { checkLogicInSteps } from "./check/logic.js";
import { evaluateParams } from "./check/params.js";
import type { GivenParam, ParamValue } from "./check/params.js";
import { checkUsage } from "./check/usage.js";
import { definitionByCode } from "./diagnostics/catalogue.js";
import { withoutConsequences } from "./diagnostics/consequences.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { hitsNoEndpoint } from "./diagnostics/lint.js";
import type { PolicyMemory } from "./policy/memory.js";
import type { Peer, Policy, Rule, Surroundings } from "./policy/model.js";
import { resolvePolicy } from "./policy/resolve.js";
import { makeRuleTable } from "./policy/ruletable.js";
import { makeUniverse } from "./policy/universe.js";
import type { Universe } from "./policy/universe.js";
import { loadFiles } from "./source/files.js";
import type { LoadedFile, SourceText } from "./source/files.js";
import { applySettings, isEssential } from "./source/settings.js";
import type { FindingSettings } from "./source/settings.js";
import { noAddresses } from "./space/address.js";
import type { ServiceSet } from "./space/service.js";
import { finish } from "./steps.js";
import type { Steps } from "./steps.js";

export interface ProjectInput {
  /** Ids of the files to start from: paths relative to the project's root, with forward slashes. */
  readonly entries: readonly string[];
  /** A file by id, or nothing where there is none. Called once for each file, imported ones included. */
  readonly read: (id: string) => SourceText | undefined;
  /** Ids of other files that exist, for "did you mean" in imports. */
  readonly known?: Iterable<string>;
  /** Values of params by name, or by `tenant/name`. */
  readonly params?: ReadonlyMap<string, GivenParam>;
  readonly surroundings?: Surroundings;
  readonly settings?: FindingSettings;
  /** Of the last check of the same project: what did not change is not resolved again. */
  readonly memory?: PolicyMemory;
  /** Leave out the questions about all flows (CTV40xx), for an editor that wants names first. */
  readonly withoutLogic?: boolean;
}

export interface Checked {
  /** In order of file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent while an essential error stands. Targets ask for more: `isSound`. */
  readonly policy?: Policy;
  readonly universe?: Universe;
  /** What could be resolved, whatever is wrong: for showing meaning while somebody types, never for a target. */
  readonly draft: Policy;
  readonly files: ReadonlyMap<string, LoadedFile>;
  readonly program: Program;
  readonly names: Names;
}

/** The side tables that editors read. */
export interface Names extends Facts {
  readonly symbols: readonly PolicySymbol[];
  /** What a statement at this place can name, inner declarations first. */
  readonly visible: (place: Place, space?: NameSpace) => readonly PolicySymbol[];
  /** The place of an offset in a file: its tenant, if it is in one. */
  readonly placeAt: (file: string, offset: number) => Place | undefined;
  readonly serviceOf: (symbol: PolicySymbol) => ServiceSet | undefined;
  readonly peerOf: (symbol: PolicySymbol) => Peer | undefined;
  readonly paramOf: (symbol: PolicySymbol) => ParamValue | undefined;
  readonly ruleOf: (node: SyntaxRule) => Rule | undefined;
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
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    found.push(diagnostic);
  };
  const loaded = loadFiles(input.entries, input.read, input.known);
  const { files } = loaded;
  for (const file of files.values()) found.push(...syntaxDiagnostics(file));
  found.push(...loaded.diagnostics);
  yield;

  const program = declare(files, report);
  const facts = recordFacts();
  for (const symbol of new Set(program.symbolOfNode.values())) {
    for (const declaration of symbol.declarations) facts.record(declaration.nameSpan, symbol, true);
  }
  const lookup = makeLookup(program, facts, report);
  const params = evaluateParams(program, input.params ?? new Map(), report);
  const ruleTable = makeRuleTable();
  const said = (): number => found.length + lookup.lost();
  const { memory } = input;
  const context: Context = { program, lookup, facts, params, report, ruleTable, said, ...(memory === undefined ? {} : { memory }) };
  yield;
  const { policy: draft, spans, services, peers } = resolvePolicy(context);
  const meant = lookup.reportUnknown();
  yield;
  const surroundings = input.surroundings ?? { podAddresses: noAddresses };

  const symbols = [...new Set(program.symbolOfNode.values())];
  const externals = symbols.flatMap((symbol) => {
    const peer = symbol.kind === "external" ? peers.ofSymbol(symbol) : undefined;
    return peer?.kind === "addresses" ? [{ symbol, addresses: peer.addresses }] : [];
  });
  checkAddressing({ policy: draft, spans, externals, podAddresses: surroundings.podAddresses, report });
  // A statement that could not be read may use anything.
  const readable = [...files.values()].every((file) => file.parsed.problems.length === 0);
  if (readable) checkUsage(program, facts.facts, meant, report);
  yield;

  const broken = found.some((diagnostic) => diagnostic.severity === "error" && isEssential(diagnostic.code, definitionByCode));
  const universe = broken ? undefined : makeUniverse(draft, surroundings);
  const withLogic = input.withoutLogic !== true;
  if (universe !== undefined && withLogic) found.push(...(yield* checkLogicInSteps(universe)));

  const complete = (code: string): boolean =>
    !codesOfVerbs.has(code) &&
    !code.startsWith("CTV5") &&
    !code.startsWith("CTV6") &&
    (!code.startsWith("CTV4") || (universe !== undefined && withLogic));
  const diagnostics = applySettings(withoutConsequences(found, files), files.values(), input.settings ?? {}, definitionByCode, complete);
  return {
    diagnostics: inOrder(diagnostics),
    ...(universe === undefined ? {} : { policy: draft, universe }),
    draft,
    files,
    program,
    names: {
      ...facts.facts,
      symbols,
      visible: lookup.visible,
      placeAt: (file, offset) => placeAt(program, file, offset),
      serviceOf: services.ofSymbol,
      peerOf: peers.ofSymbol,
      paramOf: (symbol) => params.get(symbol),
      ruleOf: ruleTable.of,
    },
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
  return inOrder(applySettings(found, checked.files.values(), settings, definitionByCode, complete, false));
}

/** Trees of all files, in the order in which they were reached. */
export function treesOf(checked: Checked): readonly SourceFile[] {
  return [...checked.files.values()].map((file) => file.parsed.file);
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

function placeAt(program: Program, id: string, offset: number): Place | undefined {
  const file = program.files.get(id);
  if (file === undefined) return undefined;
  const node = file.parsed.file.items.find((item) => item.kind === "tenant" && item.span.start <= offset && offset <= item.span.end);
  const tenant = node?.kind === "tenant" ? program.tenants.get(node.name.text) : undefined;
  return tenant === undefined ? { file } : { file, tenant };
}

/** By file, then position, then code; equal ones keep the order in which they were found. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => compare(a.span.file, b.span.file) || a.span.start - b.span.start || a.span.end - b.span.end || compare(a.code, b.code),
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
