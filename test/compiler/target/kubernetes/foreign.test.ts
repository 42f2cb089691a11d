/** Pods of no tenant that rules name by addresses: what is lost of them, and what can be said after all because other rules name the rest. */
import { describe, expect, it } from "@jest/globals";
import { kubernetes } from "../../../../compiler/target/kubernetes/kubernetes.js";
import type { Emission } from "../../../../compiler/target/target.js";
import { allow, makePolicy, universeOf } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";

const flavours = ["network-policy", "cluster-policy"] as const;

type TenantSketch = PolicySketch["tenants"][number];

/** The pods of no tenant are at 0.0.0.0/1 and ::/1, those of the tenant elsewhere. */
const networks = { four: "128.0.0.0/1", six: "8000::/1" };

function emit(rules: readonly ReturnType<typeof allow>[], groups: TenantSketch["groups"], flavour: (typeof flavours)[number]): Emission {
  const sketch: PolicySketch = { tenants: [{ name: "t", networks, groups, policies: [{ name: "p", rules }] }] };
  return kubernetes.emit(universeOf(makePolicy(sketch)), { flavour });
}

const services = (emission: Emission): readonly (readonly number[])[] =>
  (emission.losses ?? []).filter((loss) => loss.outcome === "deny").flatMap((loss) => loss.flows.map((box) => box.service));

const tcp = (first: number, last: number): readonly number[] => [6 * 65536 + first, 6 * 65536 + last];

describe.each(flavours)("pods of no tenant named by addresses, flavour %s", (flavour) => {
  const groups = { a: { match: "app=a", in: "four" } };

  it("are lost where they may have another address", () => {
    expect(services(emit([allow("0.0.0.0/2", "a", "tcp/80")], groups, flavour))).toEqual([tcp(80, 80)]);
  });

  it("are said where rules together name all addresses that they may have", () => {
    const emission = emit([allow("0.0.0.0/2", "a", "tcp/80"), allow("64.0.0.0/2", "a", "tcp/80")], groups, flavour);
    expect(services(emission)).toEqual([]);
    expect(emission.artefacts.map(({ text }) => text).join("")).toContain("operator: NotIn");
  });

  it("are lost by the first rule that allows a flow", () => {
    const rules = [allow("1.0.0.0/24", "a", "tcp/80-90"), allow("1.0.0.0/25", "a", "tcp/85-95")];
    expect(services(emit(rules, groups, flavour))).toEqual([tcp(80, 90), tcp(91, 95)]);
  });

  it("are said to pods that have addresses of the other family alone", () => {
    const two = { a: { match: "role=x" }, b: { match: "tier=b", in: "six" } };
    const emission = emit([allow("0.0.0.0/2, ::/1", "a", "tcp/80")], two, flavour);
    const lost = (emission.losses ?? []).filter((loss) => loss.outcome === "deny").flatMap((loss) => loss.flows);
    const withSix = lost.filter(({ destination }) => destination.addresses.v6.length > 0);
    expect(withSix.length).toBeGreaterThan(0);
    expect(withSix.every(({ destination }) => destination.labels.get("tier")?.kind === "notIn")).toBe(true);
    expect(emission.artefacts.map(({ text }) => text).join("")).toContain("tier: b");
  });
});
