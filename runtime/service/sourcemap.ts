/** From the ids that flows carry back to the source: what decided, and where it is written. */
import type { Position, Program } from "../../compiler/target/openflow/program.js";

export interface DecisionSource {
  readonly decision: number;
  /** The rule's stable id, `tenant/policy/name`; the tenant's name for its default. */
  readonly rule: string;
  readonly tenant: string;
  readonly text: string;
  readonly action: "allow" | "deny";
  readonly audit: boolean;
  readonly position: Position;
}

/** Every rule and default of a program, in order of evaluation, a tenant's default last. */
export function decisionSources(program: Program): readonly DecisionSource[] {
  return program.tenants.flatMap((tenant) => [
    ...program.rules
      .filter((rule) => rule.tenant === tenant.id)
      .map(({ decision, rule, text, action, audit, position }) => ({ decision, rule, tenant: tenant.name, text, action, audit, position })),
    {
      decision: tenant.decision,
      rule: tenant.name,
      tenant: tenant.name,
      text: `default ${tenant.defaultAction}`,
      action: tenant.defaultAction,
      audit: tenant.audit,
      position: tenant.position,
    },
  ]);
}

/** `shop.ctv:12`. */
export function placeText({ file, line }: Position): string {
  return `${file}:${line}`;
}
