/** Every small policy of a few, on every flow that it could tell apart. */
import { describe, expect, it } from "@jest/globals";
import { makePolicy, universeOf } from "../../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";
import type { Alphabet } from "../../../support/worlds.js";
import { disagreements } from "./agreement.js";

const alphabet: Alphabet = {
  ...smallAlphabet,
  services: [undefined, "tcp/80", "udp/53", "icmp", "tcp/80, udp/53"],
  peers: ["any", "world", "a", "b", "any except a", "198.51.100.0/25", "10.0.0.0/28"],
};

function findings(rules: number, count: number): readonly string[] {
  const out: string[] = [];
  for (const sketch of sampleWorld(smallWorld(alphabet, rules), count)) {
    const found = disagreements(universeOf(makePolicy(sketch)));
    if (found.length > 0) out.push(`${JSON.stringify(sketch.tenants.map((t) => [t.default, t.networks, t.groups, t.policies]))}\n  ${found.slice(0, 3).join("\n  ")}`);
    if (out.length > 3) break;
  }
  return out;
}

describe("Contiv decides as the source does", () => {
  it.each([
    [0, 12],
    [1, Number(process.env.N1 ?? 300)],
    [2, Number(process.env.N2 ?? 150)],
    [3, Number(process.env.N3 ?? 100)],
  ])("with %i rules", (rules, count) => {
    expect(findings(rules, count)).toEqual([]);
  });
});
