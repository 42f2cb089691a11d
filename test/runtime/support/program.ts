/** Texts of policy programs for tests of what carries them. */
import { createHash } from "node:crypto";
import { sealProgram } from "../../../compiler/target/openflow/json.js";
import { buildProgram, noAudit } from "../../../compiler/target/openflow/build.js";
import { allow, makePolicy, universeOf } from "../../support/policy.js";

const sha256 = { algorithm: "sha256", of: (text: string) => createHash("sha256").update(text).digest("hex") };

/** A small sealed program, with some of its fields replaced before it is sealed. */
export function programText(fields: Readonly<Record<string, unknown>> = {}, service = "tcp/5432"): string {
  const tenant = {
    name: "shop",
    networks: { net: "10.1.0.0/24" },
    groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "net" } },
    policies: [{ name: "main", rules: [allow("web", "db", service)] }],
  };
  const { program } = buildProgram(universeOf(makePolicy({ tenants: [tenant] })), noAudit);
  if (program === undefined) throw new Error("the policy makes no program");
  return sealProgram({ ...program, ...fields }, sha256).text;
}
