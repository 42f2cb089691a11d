/**
 * How a Contiv installation with these objects decides flows (contiv.md §3.3 to §3.5), read from their texts.
 *
 * - Every packet of a container passes one table at its own host; what comes from elsewhere passes none on arrival.
 * - The table is stateless, so a reply is a packet like any other, told here in terms of the flow that it answers.
 * - A workload that a group's selector matches counts as a member of the endpoint group of that name: the labels that the emitter
 *   asks for make it one.
 * - Tenants are VRFs: containers of two do not reach each other, and the table of one knows no groups of another. Only VLAN networks
 *   with routing share one VRF (contiv.md §4.5).
 */
import { everyFlow } from "../../../policy/universe.js";
import type { Universe } from "../../../policy/universe.js";
import * as ends from "../../../space/ends.js";
import { flowProduct } from "../../../space/flows.js";
import type { FlowSet } from "../../../space/flows.js";
import { everyService } from "../../../space/service.js";
import { parsePrefix, prefixSet } from "../../../space/address.js";
import type { Ranges } from "../../../space/intervals.js";
import type { Asked } from "../../../verify/compare.js";
import type { NamedReading } from "../../../verify/verify.js";
import type { Artefact, Reading, ReadingProblem } from "../../target.js";
import { agentRules } from "./agent.js";
import type { AgentRule } from "./agent.js";
import { asideProblems } from "./asides.js";
import { ambiguities } from "./ambiguous.js";
import { alone } from "./bundles.js";
import type { RuleBundle } from "./bundles.js";
import { textField } from "./documents.js";
import type { Document } from "./documents.js";
import { readObjects } from "./series.js";
import type { Objects } from "./series.js";
import { aciReading } from "./aci.js";
import { firstPacketFlows, foreignWorkloads, isolation, replyFlows, replyTable, sceneOf, sideEnds, sourceTable } from "./table.js";
import type { Assumptions, SideEnds } from "./table.js";

/** A reading's part of the proof: its assumptions, and what has to be asked of it. */
interface Part {
  readonly words: string;
  readonly assumptions: Assumptions;
  readonly asked: (foreign: FlowSet) => Asked;
}

/**
 * The readings that together are the proof. They agree but on flows of foreign workloads (`foreign`), and but for ports that the client
 * chooses: these only add to what passes, so that reading is the one to ask whether too much does.
 */
export const everyAssumption: readonly Part[] = [
  {
    words: "where pods of no tenant are outside Contiv",
    assumptions: { clientPorts: "ephemeral", foreignWorkloads: "outside" },
    asked: (foreign) => ({ tooMuch: foreign, tooLittle: everyFlow }),
  },
  {
    words: "where pods of no tenant are containers of Contiv",
    assumptions: { clientPorts: "ephemeral", foreignWorkloads: "containers" },
    asked: (foreign) => ({ tooMuch: [], tooLittle: foreign }),
  },
  {
    words: "where a client picks its own port",
    assumptions: { clientPorts: "chosen", foreignWorkloads: "containers" },
    asked: () => ({ tooMuch: everyFlow, tooLittle: [] }),
  },
];

const usualAssumptions: Assumptions = { clientPorts: "ephemeral", foreignWorkloads: "outside" };

/** Tenants share a VRF where their VLAN networks are routed. */
function sharedVrf(documents: readonly Document[]): ReadonlySet<string> {
  const routed = documents.some(({ kind, body }) => kind === "global" && textField(body, "fwdMode") === "routing");
  const tenants = documents.flatMap(({ kind, body }) =>
    kind === "network" && textField(body, "encap") === "vlan" ? [textField(body, "tenantName")] : [],
  );
  return new Set(routed ? tenants : []);
}

function networkFinder(documents: readonly Document[]): (tenant: string, group: string) => Ranges<number> | undefined {
  const subnets = new Map(
    documents.flatMap(({ kind, key, body }) => {
      const prefix = kind === "network" ? parsePrefix(textField(body, "subnet")) : undefined;
      return prefix === undefined ? [] : [[key, prefixSet(prefix).v4] as const];
    }),
  );
  const groups = new Map(
    documents.flatMap(({ kind, key, body }) => {
      const subnet = kind === "endpointGroup" ? subnets.get(`${textField(body, "tenantName")}:${textField(body, "networkName")}`) : undefined;
      return subnet === undefined ? [] : [[key, subnet] as const];
    }),
  );
  return (tenant, group) => groups.get(`${tenant}:${group}`);
}

/** What the texts say whatever is assumed. */
interface Installation {
  readonly universe: Universe;
  readonly objects: Objects;
  /** In the order in which a switch asks them. */
  readonly bundles: readonly RuleBundle[];
  readonly sides: SideEnds;
  /** Tenants that share a VRF. */
  readonly shared: ReadonlySet<string>;
  readonly problems: readonly ReadingProblem[];
}

function readInstallation(artefacts: readonly Artefact[], universe: Universe): Installation {
  const objects = readObjects(artefacts);
  const { documents, problems } = objects;
  const { bundles, problems: ofAgents } = agentRules(objects);
  const ordered = isAci(documents) ? [] : ambiguities(bundles, networkFinder(documents));
  return {
    universe,
    objects,
    bundles,
    sides: sideEnds(universe),
    shared: sharedVrf(documents),
    problems: [...problems, ...ofAgents, ...ordered],
  };
}

function isAci(documents: readonly Document[]): boolean {
  return documents.some(({ kind, body }) => kind === "global" && textField(body, "networkInfraType") === "aci");
}

function readingUnder({ universe, objects, bundles, sides, shared, problems }: Installation, assumptions: Assumptions): Reading {
  if (isAci(objects.documents)) return aciReading(objects, allRules(bundles), universe, problems);
  const scene = sceneOf(universe, sides, assumptions, shared);
  return { checkpoints: [...isolation(scene), sourceTable(scene, bundles)], replies: [replyTable(scene, bundles)], problems };
}

function allRules(bundles: readonly RuleBundle[]): readonly AgentRule[] {
  return bundles.flatMap(({ rules }) => rules());
}

/** A rule of the agents, with the flows whose first packets it decides, and those whose replies. */
export interface TableRow {
  readonly rule: AgentRule;
  readonly opens: FlowSet;
  readonly answers: FlowSet;
}

/** What a reading is made from, rule by rule, highest priority first, for those who have to say it otherwise. Not for ACI. */
export function contivTable(artefacts: readonly Artefact[], universe: Universe): readonly TableRow[] {
  const objects = readObjects(artefacts);
  const scene = sceneOf(universe, sideEnds(universe), usualAssumptions, sharedVrf(objects.documents));
  return allRules(agentRules(objects).bundles).map((rule) => ({
    rule,
    opens: firstPacketFlows(scene, alone(rule)),
    answers: replyFlows(scene, alone(rule)),
  }));
}

/**
 * Reads a folder of Contiv objects. `universe` says which workloads the groups' names stand for; a group that it does not know has no
 * members.
 */
export function readContiv(artefacts: readonly Artefact[], universe: Universe, assumptions: Assumptions = usualAssumptions): Reading {
  return readingUnder(readInstallation(artefacts, universe), assumptions);
}

/** The readings that together are the proof, each with its assumption in words. */
export function contivReadings(artefacts: readonly Artefact[], universe: Universe): readonly NamedReading[] {
  const installation = readInstallation(artefacts, universe);
  const foreign = foreignWorkloads(universe);
  const flows = [...flowProduct(foreign, ends.allEnds, everyService), ...flowProduct(ends.allEnds, foreign, everyService)];
  const asides = asideProblems(artefacts, installation.objects, universe);
  return everyAssumption.map(({ words, assumptions, asked }) => ({
    assumption: words,
    reading: { ...readingUnder(installation, assumptions), asides },
    asked: asked(flows),
  }));
}
