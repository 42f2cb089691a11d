/**
 * What the targets make of every flow that a policy can tell apart, held against the reference evaluator: each flow by itself against
 * the readings, then all at once by `verify`. The two share nothing but the readings.
 *
 * Ends that neither the policy nor a target's reading tells apart are asked about once.
 */
import type { Universe } from "../../compiler/policy/universe.js";
import { familyServices, containsService, pointDetail, pointProtocol } from "../../compiler/space/service.js";
import type { ServiceSet } from "../../compiler/space/service.js";
import { endInBox } from "../../compiler/space/ends.js";
import type { End, EndBox } from "../../compiler/space/ends.js";
import type { Flow, FlowSet } from "../../compiler/space/flows.js";
import type { TargetOptions } from "../../compiler/source/project.js";
import { targets } from "../../compiler/target/index.js";
import type { TargetRow } from "../../compiler/target/index.js";
import type { Emission, Loss, Reading } from "../../compiler/target/target.js";
import { describeFlow } from "../../compiler/verdict/describe.js";
import { evaluate } from "../../compiler/verdict/evaluate.js";
import type { Decision } from "../../compiler/verdict/evaluate.js";
import { compare } from "../../compiler/verify/compare.js";
import { verify } from "../../compiler/verify/verify.js";
import type { NamedReading } from "../../compiler/verify/verify.js";
import { interestingEnds, interestingServices, seenByPolicy } from "./worlds.js";

/** A target with the options that it is asked with. */
export interface Setting {
  readonly name: string;
  readonly target: TargetRow;
  readonly options: TargetOptions;
  /**
   * By what a difference is told. `rule`: by a finding at the rule (or default) that decides the flow. `tenant`: by one at the cause, which may be
   * another rule, a group or the default of the tenant that decides.
   */
  readonly telling: "rule" | "tenant";
}

/** Every target, and Kubernetes in both flavours. */
export const everySetting: readonly Setting[] = targets.flatMap((target): readonly Setting[] =>
  target.name === "kubernetes"
    ? (["network-policy", "cluster-policy"] as const).map((flavour) => ({
        name: `kubernetes ${flavour}`,
        target,
        options: { kubernetes: { flavour, podCidrs: [] } },
        telling: "rule",
      }))
    : [{ name: target.name, target, options: {}, telling: target.name === "contiv" ? "tenant" : "rule" }],
);

export interface Outcome {
  /** Flows that the evaluator decided. */
  readonly flows: number;
  /** Decisions that were compared: each flow under each reading of each target. */
  readonly decisions: number;
  /** Among these, the ones where the target differs and says so. */
  readonly told: number;
  /** What is wrong, a line each: where a target differs and does not say so just once, or `verify` sees it otherwise. */
  readonly faults: readonly string[];
}

/** `cross`: also ask `compare` about each reading with nothing said, which must find a difference just where a flow is decided otherwise. */
export interface DecideOptions {
  readonly settings?: readonly Setting[];
  readonly cross?: boolean;
}

/** Compiles a policy for every setting and holds the results against the evaluator. */
export function decideEverywhere(universe: Universe, { settings = everySetting, cross = false }: DecideOptions = {}): Outcome {
  const reference = referenceOf(universe);
  const parts = settings.map((setting) => decideFor(universe, reference, setting, cross));
  const sum = (of: (part: Omit<Outcome, "flows">) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    flows: reference.asked(),
    decisions: sum(({ decisions }) => decisions),
    told: sum(({ told }) => told),
    faults: parts.flatMap(({ faults }) => faults),
  };
}

/** What `verify` finds on every setting, one line each: nothing is the proof. */
export function proveEverywhere(universe: Universe, settings: readonly Setting[] = everySetting): readonly string[] {
  return settings.flatMap(({ name, target, options }) => {
    const emission = attempt(() => target.emit(universe, { options }));
    if (typeof emission === "string") return [`${name} throws: ${emission}`];
    const readings = target.readings(emission.artefacts, universe);
    return verify(target.name, universe, readings, emission.losses ?? []).map(({ message }) => `${name}: ${message}`);
  });
}

/** The evaluator's answers, one for each pair of kinds of ends and each service. */
interface Reference {
  readonly universe: Universe;
  readonly ends: readonly End[];
  /** What the policy sees of each end, as a number. */
  readonly kinds: readonly number[];
  readonly points: readonly number[];
  readonly decide: (source: number, destination: number, point: number) => Decision;
  readonly flow: (source: number, destination: number, point: number) => Flow;
  readonly asked: () => number;
}

function referenceOf(universe: Universe): Reference {
  const ends = interestingEnds(universe);
  const points = interestingServices(universe);
  const tell = seenByPolicy(universe.policy);
  const numbers = numbering<string>();
  const kinds = ends.map((end) => numbers.of(tell(end)));
  const known = new Map<number, Decision>();
  const flow = (source: number, destination: number, point: number): Flow => ({
    source: ends[source],
    destination: ends[destination],
    protocol: pointProtocol(points[point]),
    detail: pointDetail(points[point]),
  });
  const decide = (source: number, destination: number, point: number): Decision => {
    const key = (kinds[source] * ends.length + kinds[destination]) * points.length + point;
    const found = known.get(key) ?? evaluate(universe.policy, flow(source, destination, point));
    known.set(key, found);
    return found;
  };
  return { universe, ends, kinds, points, decide, flow, asked: () => known.size };
}

function numbering<T>(): { readonly of: (value: T) => number; readonly all: () => readonly T[] } {
  const numbers = new Map<T, number>();
  return {
    of: (value) => {
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return number;
    },
    all: () => [...numbers.keys()],
  };
}

/** A set of flows by the numbers of its boxes' parts. */
type Compact = readonly (readonly [source: number, destination: number, service: number])[];

/** Which ends and services lie in which parts of the boxes of some sets. */
interface Memberships {
  readonly compact: (set: FlowSet) => Compact;
  /** To be called after all sets are known. One end of each kind that is told apart. */
  readonly settle: () => readonly number[];
  readonly holds: (set: Compact, source: number, destination: number, point: number) => boolean;
}

function membershipsOf({ ends, kinds, points }: Reference): Memberships {
  const boxes = numbering<EndBox>();
  const services = numbering<ServiceSet>();
  let inBox: readonly (readonly boolean[])[] = [];
  let inService: readonly (readonly boolean[])[] = [];
  return {
    compact: (set) => set.map((box) => [boxes.of(box.source), boxes.of(box.destination), services.of(box.service)]),
    settle: () => {
      inBox = boxes.all().map((box) => ends.map((end) => endInBox(box, end)));
      inService = services.all().map((set) => points.map((point) => containsService(set, point)));
      const seen = new Map<string, number>();
      kinds.forEach((kind, at) => {
        const key = `${kind} ${inBox.map((holds) => (holds[at] ? "1" : "0")).join("")}`;
        if (!seen.has(key)) seen.set(key, at);
      });
      return [...seen.values()];
    },
    holds: (set, source, destination, point) =>
      set.some(([from, to, service]) => inBox[from][source] && inBox[to][destination] && inService[service][point]),
  };
}

interface CompactCheckpoint {
  readonly entries: readonly { readonly flows: Compact; readonly allows: boolean }[];
  readonly otherwise: boolean;
}

function compactReading(memberships: Memberships, reading: Reading): readonly CompactCheckpoint[] {
  return [...reading.checkpoints, ...reading.replies].map(({ entries, otherwise }) => ({
    entries: entries.map(({ flows, action }) => ({ flows: memberships.compact(flows), allows: action === "allow" })),
    otherwise: otherwise === "allow",
  }));
}

function decideFor(universe: Universe, reference: Reference, setting: Setting, cross: boolean): Omit<Outcome, "flows"> {
  const emission = attempt(() => setting.target.emit(universe, { options: setting.options }));
  if (typeof emission === "string") return { decisions: 0, told: 0, faults: [`${setting.name} throws: ${emission}`] };
  const readings = setting.target.readings(emission.artefacts, universe);
  const flowByFlow = holdFlows(reference, setting, readings, emission);
  const proof = verify(setting.target.name, universe, readings, emission.losses ?? []);
  const faults = [...flowByFlow.faults, ...proof.map(({ message }) => `verify: ${message}`)];
  if (cross) {
    readings.forEach(({ reading, assumption }, at) => {
      const found = compare(universe, reading).length > 0;
      if (found !== flowByFlow.differs[at])
        faults.push(
          `compare ${found ? "finds" : "misses"} a difference that flow by flow is ${found ? "not " : ""}there (${assumption ?? "only reading"})`,
        );
    });
  }
  return { decisions: flowByFlow.decisions, told: flowByFlow.told, faults: faults.map((fault) => `${setting.name}: ${fault}`) };
}

function attempt(emit: () => Emission): Emission | string {
  try {
    return emit();
  } catch (error) {
    return String(error);
  }
}

interface FlowByFlow {
  readonly decisions: number;
  readonly told: number;
  readonly faults: readonly string[];
  /** For each reading, whether it decides some flow otherwise than the source. */
  readonly differs: readonly boolean[];
}

function holdFlows(reference: Reference, setting: Setting, readings: readonly NamedReading[], emission: Emission): FlowByFlow {
  const { universe, ends, points } = reference;
  const memberships = membershipsOf(reference);
  const compactReadings = readings.map(({ reading }) => compactReading(memberships, reading));
  const losses = (emission.losses ?? []).map((loss) => ({
    loss,
    flows: memberships.compact(loss.flows),
    except: memberships.compact(loss.except ?? []),
  }));
  const kinds = memberships.settle();
  const differs = readings.map(() => false);
  const faults: string[] = [];
  let decisions = 0;
  let told = 0;
  for (const source of kinds) {
    const { family } = ends[source].address;
    for (const destination of kinds) {
      if (ends[destination].address.family !== family) continue;
      for (let point = 0; point < points.length; point++) {
        if (!containsService(familyServices(family), points[point])) continue;
        const decision = reference.decide(source, destination, point);
        if (decision.outcome === "untouched") continue;
        const allowed = decision.outcome === "allow";
        let different = false;
        compactReadings.forEach((checkpoints, at) => {
          decisions++;
          const permits = checkpoints.every(({ entries, otherwise }) => {
            const entry = entries.find(({ flows }) => memberships.holds(flows, source, destination, point));
            return entry?.allows ?? otherwise;
          });
          if (permits === allowed) return;
          different = true;
          differs[at] = true;
        });
        const holding = losses
          .filter(
            ({ flows, except }) => memberships.holds(flows, source, destination, point) && !memberships.holds(except, source, destination, point),
          )
          .map(({ loss }) => loss);
        const covering = holding.filter((loss) => !holding.some((other) => isBehind(loss, other)));
        if (different) told++;
        const fault = different ? untold(setting, decision, covering) : undefined;
        if (fault !== undefined) faults.push(`${describeFlow(universe.policy, reference.flow(source, destination, point))}: ${fault}`);
      }
    }
  }
  return { decisions, told, faults, differs };
}

/** Whether a flow that both hold is told by `other` and not by `loss`. */
function isBehind(loss: Loss, other: Loss): boolean {
  for (let before = loss.after; before !== undefined; before = before.after) if (before === other) return true;
  return false;
}

/**
 * What is wrong with what was said of a flow that the target decides otherwise than the source. A denied flow that passes has to be told
 * of for every rule (or default) that denies it, just once each; an allowed one that is dropped, just once for one that allows it. Told by tenant, one
 * telling is enough: what Contiv does to a group of one tenant stands for what becomes of another's rule about it.
 */
function untold({ telling }: Setting, decision: Decision, covering: readonly Loss[]): string | undefined {
  const wrong = decision.outcome === "allow" ? "deny" : "allow";
  const said = covering.filter((loss) => loss.outcome === wrong);
  const deciding = decision.verdicts
    .filter((verdict) => verdict.action === decision.outcome)
    .map(({ tenant, rule }) => ({ tenant, id: rule?.id ?? `${tenant}/default` }));
  const times = deciding.map(
    ({ tenant, id }) => said.filter((loss) => (telling === "rule" ? loss.diagnostic.rule === id : loss.tenant === tenant)).length,
  );
  const once =
    wrong === "allow" && telling === "rule" ? times.every((count) => count === 1) : times.every((count) => count <= 1) && times.includes(1);
  if (once) return undefined;
  const told = covering.map((loss) => `${loss.diagnostic.code} (${loss.outcome}) of ${loss.diagnostic.rule ?? "no rule"} in ${loss.tenant}`);
  return `source ${decision.outcome} by ${deciding.map(({ id }) => id).join(", ")}; target ${wrong}; told by ${told.join(", ") || "nothing"}`;
}
