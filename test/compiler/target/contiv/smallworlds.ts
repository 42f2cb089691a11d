/** Small policies in Contiv's alphabet, and those of them on which Contiv does otherwise without saying so. */
import { makePolicy, universeOf } from "../../../support/policy.js";
import { sampleWorld, smallAlphabet, smallWorld } from "../../../support/worlds.js";
import type { Alphabet } from "../../../support/worlds.js";
import { disagreements } from "./agreement.js";

const alphabet: Alphabet = {
  ...smallAlphabet,
  services: [undefined, "tcp/80", "udp/53", "icmp", "tcp/80, udp/53"],
  peers: ["any", "world", "a", "b", "any except a", "198.51.100.0/25", "10.0.0.0/28"],
};

/** The first few findings over `count` policies with so many rules. */
export function findings(rules: number, count: number): readonly string[] {
  const out: string[] = [];
  for (const sketch of sampleWorld(smallWorld(alphabet, rules), count)) {
    const found = disagreements(universeOf(makePolicy(sketch)));
    if (found.length > 0) out.push(`${JSON.stringify(sketch.tenants)}\n  ${found.slice(0, 3).join("\n  ")}`);
    if (out.length > 3) break;
  }
  return out;
}
