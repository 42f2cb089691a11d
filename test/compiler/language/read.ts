/** Small policies as the language's tests read them: resolved, without errors, and asked about single flows. */
import { expect } from "@jest/globals";
import type { Policy, Tenant } from "../../../compiler/policy/model.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { parseFlow } from "../../../compiler/verdict/format.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";
import type { Texts } from "../../support/diagnose.js";

/** The policy of a text that has no errors. */
export function policyOf(text: string | Texts): Policy {
  const { policy, diagnostics } = checkTexts(typeof text === "string" ? { "main.ctv": text } : text);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  if (policy === undefined) throw new Error("no policy");
  return policy;
}

/** The first tenant of a text, or of what stands in one. */
export function tenantOf(inside: string): Tenant {
  return policyOf(`tenant t {\n${inside}\n}\n`).tenants[0];
}

/** What a policy decides about a flow in the form of `ctv query`. */
export function outcomeOf(text: string | Texts, flow: string): string {
  const parsed = parseFlow(flow);
  if (parsed === undefined) throw new Error(`not a flow: ${flow}`);
  return evaluate(policyOf(text), parsed).outcome;
}

export function codesFor(text: string | Texts): readonly string[] {
  return codesOf(checkTexts(typeof text === "string" ? { "main.ctv": text } : text));
}
