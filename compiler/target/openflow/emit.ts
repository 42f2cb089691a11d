/**
 * The OpenFlow target: `policy.flows`, `program.json`, `sourcemap.json`, and the full tables of nodes that an inventory names.
 */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { addresslessBalancer, costlyRule, outsideFabric, unboundEndpoint } from "../../diagnostics/openflow.js";
import type { Policy } from "../../policy/model.js";
import type { Universe } from "../../policy/universe.js";
import type { Artefact, Emission, Target } from "../target.js";
import { auditLosses } from "./audit.js";
import { bindNode } from "./bind/bind.js";
import type { Inventory } from "./bind/inventory.js";
import { inventoryProblems } from "./bind/problems.js";
import { buildProgram, noAudit } from "./build.js";
import type { Audit } from "./build.js";
import { capabilities } from "./capabilities.js";
import { plainDigest } from "./hash.js";
import type { Digest } from "./hash.js";
import { sealProgram } from "./json.js";
import { flowsBeyond, planRules } from "./policytable.js";
import type { RulePlan } from "./policytable.js";
import { profileFindings } from "./profiles.js";
import type { Policing } from "./profiles.js";
import { policyText, tablesText } from "./policytext.js";
import type { Program } from "./program.js";
import { sourceMap } from "./sourcemap.js";
import { groupText } from "./text.js";

export interface OpenflowOptions {
  readonly audit?: Audit;
  /** Default: one that is not cryptographic. */
  readonly digest?: Digest;
  /** Full tables are written for every node of it. */
  readonly inventory?: Inventory;
}

/** Rules that take more flows than this are reported. */
const COSTLY = 256;

export function emitOpenflow(universe: Universe, options: OpenflowOptions): Emission {
  const audit = options.audit ?? noAudit;
  const built = buildProgram(universe, audit);
  const losses = auditLosses(universe, audit);
  const diagnostics = [
    ...built.diagnostics,
    ...leftOut(universe.policy),
    ...profileFindings(universe),
    ...losses.map(({ diagnostic }) => diagnostic),
  ];
  if (built.program === undefined) return { artefacts: [], diagnostics };
  const { program, text } = sealProgram(built.program, options.digest ?? plainDigest);
  const plans = planRules(program);
  const artefacts: readonly Artefact[] = [
    ...(options.inventory === undefined ? [] : nodeArtefacts(program, options.inventory)),
    { path: "policy.flows", text: policyText(program, plans) },
    { path: "program.json", text },
    { path: "sourcemap.json", text: sourceMap(program) },
  ];
  const late = [...costly(universe.policy, program, plans), ...(options.inventory === undefined ? [] : unbound(program, options.inventory))];
  return { artefacts, diagnostics: [...diagnostics, ...late], ...(losses.length === 0 ? {} : { losses }) };
}

function nodeArtefacts(program: Program, inventory: Inventory): readonly Artefact[] {
  return [...inventory.nodes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((node) => {
      const bound = bindNode(program, inventory, node.name);
      const notes = bound.problems.map((problem) => `# ${problem.message}\n`).join("");
      const heading = `# All tables of node ${node.name}, made by ctv; program ${program.digest.algorithm}:${program.digest.value}\n${notes}\n`;
      const flows: Artefact = { path: `nodes/${node.name}.flows`, text: heading + tablesText(bound.flows) };
      const groups = { path: `nodes/${node.name}.groups`, text: bound.groups.map((group) => `${groupText(group)}\n`).join("") };
      const policing = { path: `nodes/${node.name}.policing`, text: bound.policing.map(policingText).join("") };
      return [flows, groups, policing].filter(({ text }) => text !== "");
    });
}

/** `ovs-vsctl find` and `set` know interfaces by such columns. */
function policingText({ port, rate, burst }: Policing): string {
  return `ofport=${port} ingress_policing_rate=${rate} ingress_policing_burst=${burst}\n`;
}

function costly(policy: Policy, program: Program, plans: readonly RulePlan[]): readonly Diagnostic[] {
  const counts = plans.map((plan) => flowsBeyond(COSTLY, plan));
  if (counts.every((count) => count === undefined)) return [];
  const source = new Map(policy.tenants.flatMap((tenant) => tenant.rules.map((rule) => [rule.id, rule] as const)));
  return program.rules.flatMap(({ rule }, at) => {
    const [flows, origin] = [counts[at], source.get(rule)?.origin];
    if (flows === undefined || origin === undefined) return [];
    return [costlyRule.make({ flows, limit: COSTLY }, { span: origin.span, target: "openflow", rule })];
  });
}

/** Of an inventory without places, as the agent's, the tables alone tell. */
function unbound(program: Program, inventory: Inventory): readonly Diagnostic[] {
  return inventoryProblems(program, inventory).flatMap(({ endpoint, message }) => {
    const span = inventory.places?.get(endpoint ?? "");
    return span === undefined ? [] : [unboundEndpoint.make({ message }, { span, target: "openflow" })];
  });
}

function leftOut(policy: Policy): readonly Diagnostic[] {
  const target = "openflow";
  return [
    ...policy.tenants.flatMap((tenant) => [
      ...tenant.contracts.map((contracts) => outsideFabric.make({ what: `contracts "${contracts.name}"` }, { span: contracts.origin.span, target })),
      ...tenant.loadBalancers
        .filter((balancer) => balancer.address === undefined)
        .map((balancer) => addresslessBalancer.make({ name: balancer.name }, { span: balancer.origin.span, target })),
    ]),
    ...policy.bgp.map((host) => outsideFabric.make({ what: `BGP on "${host.name}"` }, { span: host.origin.span, target })),
    ...(policy.aci === undefined ? [] : [outsideFabric.make({ what: "the aci gateway" }, { span: policy.aci.origin.span, target })]),
  ];
}

export const openflow: Target<OpenflowOptions> = { name: "openflow", capabilities, emit: emitOpenflow };
