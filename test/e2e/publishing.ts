/** From a policy's text to what a publisher puts into the store. */
import { createHash } from "node:crypto";
import { buildProgram } from "../../compiler/target/openflow/build.js";
import { sealProgram } from "../../compiler/target/openflow/json.js";
import type { Program } from "../../compiler/target/openflow/program.js";
import { seal } from "../../runtime/signing/envelope.js";
import { readSigningKey } from "../../runtime/signing/keys.js";
import { checkTexts, renderDiagnostics } from "../support/diagnose.js";
import { universeOf } from "../support/policy.js";

/** Compiles, seals and signs. `change` may spoil the program before that. */
export function signedProgram(
  text: string,
  privatePem: string,
  change: (program: Program) => Program = (program) => program,
): (generation: number) => Uint8Array {
  const checked = checkTexts({ "main.ctv": text });
  if (checked.policy === undefined) throw new Error(renderDiagnostics(checked.diagnostics, { "main.ctv": text }));
  const { program } = buildProgram(universeOf(checked.policy));
  if (program === undefined) throw new Error("the policy has no program");
  const sealed = sealProgram(change(program), { algorithm: "sha256", of: (content) => createHash("sha256").update(content).digest("hex") });
  return (generation) => seal({ generation, created: new Date(0).toISOString(), note: "", program: sealed.text }, readSigningKey(privatePem));
}
