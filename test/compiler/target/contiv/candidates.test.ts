import { describe, expect, it } from "@jest/globals";
import { candidates, indexOf, servicesMeet } from "../../../../compiler/target/contiv/emit/candidates.js";
import type { Half } from "../../../../compiler/target/contiv/emit/entry.js";
import type { Term } from "../../../../compiler/target/contiv/emit/match.js";

const term = (key: string): Term => ({ key, addresses: [1, 2], spill: [] });

const keys = ["web", "db", "~", "#", "*"];
const services: readonly Pick<Half, "protocol" | "ports" | "way">[] = [
  { protocol: 6, ports: [80], way: "forth" },
  { protocol: 6, ports: [80, 443], way: "forth" },
  { protocol: 6, ports: [0], way: "forth" },
  { protocol: 17, ports: [53], way: "back" },
  { protocol: 17, ports: [53], way: "forth" },
  { protocol: 0, ports: [0], way: "forth" },
];

/** `times` halves of each kind from and to ends of each kind. */
function everyHalf(times: number): readonly Half[] {
  const kinds = keys.flatMap((source) => keys.flatMap((destination) => services.map((service) => ({ source, destination, service }))));
  return kinds.flatMap(({ source, destination, service }) =>
    Array.from({ length: times }, (): Half => ({ node: 0, source: term(source), destination: term(destination), ...service })),
  );
}

const isName = (key: string): boolean => key !== "~" && key !== "#" && key !== "*";

/** Whether ends of these keys can be about one packet: two names only where they are one, and no address away from groups is in one. */
function keysMeet(a: string, b: string): boolean {
  if (a === b || [a, b].some((key) => key === "#" || key === "*")) return true;
  return !isName(a) && !isName(b);
}

describe("what a rule that denies can meet", () => {
  for (const times of [1, 20]) {
    it(`is among its candidates, with ${times} of a kind`, () => {
      const halves = everyHalf(times);
      const index = indexOf(halves);
      const denies = everyHalf(1).filter(({ way, ports }) => way === "forth" && ports.length === 1);
      for (const deny of denies) {
        const met = halves.filter(
          (half) => keysMeet(deny.source.key, half.source.key) && keysMeet(deny.destination.key, half.destination.key) && servicesMeet(deny, half),
        );
        const found = new Set(candidates(index, deny).flat());
        expect({ deny, missing: met.filter((half) => !found.has(half)) }).toEqual({ deny, missing: [] });
      }
    });
  }

  it("is asked of few halves where a source has many", () => {
    const [like] = everyHalf(1);
    const halves = Array.from({ length: 1000 }, (_, at): Half => ({ ...like, node: at, destination: term(`g${at}`) }));
    const deny: Half = { ...halves[7], node: 1000 };
    expect(candidates(indexOf(halves), deny).flat()).toEqual([halves[7]]);
  });
});
