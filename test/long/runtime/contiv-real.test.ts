/**
 * The ways from one policy to another on a real netmaster, where `CTV_REAL_NETMASTER` has the address of one that may be written to:
 * each apply has to be taken, and the plan after it has to be empty. `docs/apply.md` says with which this was done.
 */
import { expect, it } from "@jest/globals";
import { apply, compiled, plan, summary } from "../../runtime/plan/contiv.js";
import { scenarios } from "../../runtime/plan/scenarios.js";
import { describeWhere } from "../../support/where.js";

const url = process.env.CTV_REAL_NETMASTER;
const lack = url === undefined ? "needs the address of a netmaster in CTV_REAL_NETMASTER" : undefined;

describeWhere(lack, "a real netmaster", () => {
  const netmaster = { url: url ?? "" };
  it.each(scenarios)("$name", async ({ before, after, ...more }) => {
    await apply(netmaster, compiled(before), { prune: true, replace: true });
    const old = await plan(netmaster, compiled(before), { prune: true });
    expect([summary(old), old.requests]).toEqual([[], []]);
    await apply(netmaster, compiled(after), more);
    const again = await plan(netmaster, compiled(after), more);
    expect([summary(again), again.requests]).toEqual([[], []]);
  });
});
