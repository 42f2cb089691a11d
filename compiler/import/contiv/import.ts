/**
 * netmaster's objects to a policy of the language, in two steps: what is declared, which says who is meant by names of groups; then what the
 * objects' own reader makes of the rules for these groups, as rules.
 */
import { check } from "../../compile.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { contivDoubtful, contivNotRead, contivRepliesStopped, contivUnsaid } from "../../diagnostics/import.js";
import { makeUniverse, touching } from "../../policy/universe.js";
import type { Universe } from "../../policy/universe.js";
import * as address from "../../space/address.js";
import * as ends from "../../space/ends.js";
import { flowProduct } from "../../space/flows.js";
import type { FlowSet } from "../../space/flows.js";
import { everyService } from "../../space/service.js";
import * as values from "../../space/values.js";
import { contivTable, readContiv } from "../../target/contiv/read/read.js";
import type { Loss, Reading } from "../../target/target.js";
import type { ManifestFile } from "../../manifests/read.js";
import type { Proof } from "../proof.js";
import { nameText } from "../words.js";
import { declarationsOf, text } from "./declarations.js";
import { asArtefacts, readContivObjects } from "./objects.js";
import type { ContivObject } from "./objects.js";
import { aciRulings, rulingsOf } from "./rules.js";
import type { StoppedReplies } from "./rules.js";
import { ownNames, writeTenant } from "./write.js";

export interface ImportedContiv {
  /** Not yet formatted. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** How the objects decide, given the policy that says who is in which group. */
  readonly proof: Proof;
}

export function importContiv(files: readonly ManifestFile[]): ImportedContiv {
  const { objects, diagnostics } = readContivObjects(files);
  const { outer, tenants, unsaid } = declarationsOf(objects);
  const artefacts = asArtefacts(objects);
  const skeleton = [...outer, ...[...tenants].map(([name, lines]) => `tenant ${nameText(name)} {\ndefault allow\n${lines.join("\n")}\n}`)].join("\n");
  const draft = draftOf(skeleton);
  const reading = readContiv(artefacts, draft);
  const aci = objects.some(({ kind, body }) => kind === "global" && text(body, "networkInfraType") === "aci");
  const separated = new Map([...tenants.keys()].map((tenant) => [tenant, aci ? [] : separationOf(reading, draft, tenant)] as const));
  const table = aci ? [] : contivTable(artefacts, draft);
  const rulings = new Map(
    [...tenants.keys()].map((tenant) => {
      const rows = table.filter(({ rule }) => rule.tenant === tenant);
      return [tenant, aci ? aciRulings(reading, tenant) : rulingsOf(rows, draft, separated.get(tenant) ?? [])] as const;
    }),
  );
  const byPath = new Map(objects.map((object) => [object.path, object]));
  const names = ownNames(objects);
  const bodies = [...tenants].map(([name, lines]) =>
    writeTenant({
      name,
      lines,
      rulings: rulings.get(name)?.rulings ?? [],
      universe: draft,
      byPath,
      apart: (separated.get(name) ?? []).length > 0,
      names,
      exported: aci && tenants.size > 1 ? groupsOf(objects, name) : [],
    }),
  );
  const usesInside = bodies.some((body) => body.split(/[ ,\n]/).includes(names.inside));
  return {
    text: [
      "// Made from objects of Contiv by `ctv import contiv`, and proved to decide every flow as they do. Contiv allows what no rule denies.",
      ...outer,
      ...(usesInside ? [`/// What Contiv filters: containers, and nothing that comes from elsewhere.\nset ${names.inside} = any except world`] : []),
      ...bodies,
    ]
      .map((part) => `${part}\n`)
      .join("\n"),
    diagnostics: [
      ...diagnostics,
      ...unsaid.map(({ object, what }) => contivUnsaid.make({ what }, { span: object.span })),
      ...problemsOf(reading, byPath),
      ...stoppedOf(
        [...rulings.values()].flatMap(({ stopped }) => stopped),
        byPath,
      ),
    ],
    proof: (universe) => ({ reading: answered(readContiv(artefacts, universe)), losses: machinesInNetworks(universe) }),
  };
}

/** Flows of a tenant that its VRF keeps from other tenants: the reader asks about these first, where there are several. */
function separationOf({ checkpoints }: Reading, universe: Universe, tenant: string): FlowSet {
  if (checkpoints.length < 2) return [];
  return touching(
    universe,
    tenant,
    checkpoints[0].entries.flatMap((entry) => entry.flows),
  );
}

function groupsOf(objects: readonly ContivObject[], tenant: string): readonly string[] {
  return objects.flatMap(({ kind, body }) => (kind === "endpointGroup" && text(body, "tenantName") === tenant ? [text(body, "groupName")] : []));
}

/** A flow that gets no replies is no connection, so what drops replies decides about the flow as what drops its first packet does. */
function answered({ checkpoints, replies, problems }: Reading): Reading {
  return { checkpoints: [...checkpoints, ...replies], replies: [], problems };
}

/** The universe of the declarations. One that does not compile has nobody in it, and the proof will say so. */
function draftOf(skeleton: string): Universe {
  const { draft, universe } = check({ entries: ["import.ctv"], read: () => ({ text: skeleton }), withoutLogic: true });
  return universe ?? makeUniverse(draft, { podAddresses: address.noAddresses });
}

function problemsOf(reading: Reading, byPath: ReadonlyMap<string, ContivObject>): readonly Diagnostic[] {
  return reading.problems.map(({ path, message }) => {
    const span = byPath.get(path)?.span ?? { file: path, start: 0, end: 0 };
    return /^has priority/.test(message) ? contivDoubtful.make({ problem: message }, { span }) : contivNotRead.make({ problem: message }, { span });
  });
}

function stoppedOf(stopped: readonly StoppedReplies[], byPath: ReadonlyMap<string, ContivObject>): readonly Diagnostic[] {
  const seen = new Set<string>();
  return stopped.flatMap(({ path, by }) => {
    const object = byPath.get(path);
    const other = byPath.get(by);
    if (object === undefined || other === undefined || seen.has(`${path} ${by}`)) return [];
    seen.add(`${path} ${by}`);
    const related = [{ span: other.span, message: "this rule drops the replies" }];
    return [contivRepliesStopped.make({ rule: text(object.body, "ruleId"), by: text(other.body, "ruleId") }, { span: object.span, related })];
  });
}

/**
 * Machines at addresses of a network: Contiv knows containers only, and gives these addresses to nobody else. The policy counts such a machine
 * to the tenant and filters it.
 */
function machinesInNetworks(universe: Universe): readonly Loss[] {
  const box = ends.endBox({ namespace: values.onlyAbsent, addresses: universe.tenantAddresses });
  if (box === undefined) return [];
  const set = [...flowProduct([box], ends.allEnds, everyService), ...flowProduct(ends.allEnds, [box], everyService)];
  const diagnostic: Diagnostic = contivUnsaid.make({ what: "machines in networks" }, { span: { file: "", start: 0, end: 0 } });
  return (["allow", "deny"] as const).map((outcome) => ({ diagnostic, tenant: "", outcome, flows: set }));
}
