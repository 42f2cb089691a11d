/**
 * What a proof over many tenants costs, told by the entries that it looks at and not by the clock: four times as many tenants with as many rules each
 * are about four times the entries, and not sixteen times. To Contiv some more: what everybody may reach meets every tenant's machines.
 */
import { describe, expect, it } from "@jest/globals";
import { everyFlow } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import { targets } from "../../../compiler/target/index.js";
import type { TargetRow } from "../../../compiler/target/index.js";
import { indexCheckpoints } from "../../../compiler/verify/checkpoint.js";
import type { Checkpoints } from "../../../compiler/verify/checkpoint.js";
import { deniedFlows } from "../../../compiler/verify/denied.js";
import { knownEnds } from "../../../compiler/verify/known.js";
import { indexLosses } from "../../../compiler/verify/losses.js";
import { sourceCheckpoints } from "../../../compiler/verify/source.js";
import { generateTenants } from "../../bench/generate.js";
import { checkTexts } from "../../support/diagnose.js";

/** The same checkpoints, with what each lookup finds added to a sum. */
function counted(checkpoints: Checkpoints, add: (found: number) => void): Checkpoints {
  const counting =
    <Asked, Found>(ask: (...asked: Asked[]) => readonly Found[]) =>
    (...asked: Asked[]): readonly Found[] => {
      const found = ask(...asked);
      add(found.length);
      return found;
    };
  const all = checkpoints.all.map((one) => ({
    ...one,
    index: {
      rows: one.index.rows,
      overlapping: (...asked: Parameters<typeof one.index.overlapping>) => counting(() => one.index.overlapping(...asked))(),
      others: (...asked: Parameters<typeof one.index.others>) => counting(() => one.index.others(...asked))(),
      holding: counting(one.index.holding),
    },
  }));
  const { near, holding, allowing } = checkpoints;
  return { ...checkpoints, all, near: counting(near), holding: counting(holding), allowing: counting(allowing) };
}

/** The entries that are looked at where a target's first reading is held against the source. */
function entriesLookedAt({ emit, readings }: TargetRow, universe: Universe): number {
  const { artefacts, losses = [] } = emit(universe, { options: {} });
  const [first] = readings(artefacts, universe);
  const known = knownEnds(universe);
  let sum = 0;
  const add = (found: number): void => {
    sum += found;
  };
  const source = counted(indexCheckpoints(sourceCheckpoints(universe), everyFlow, known), add);
  const target = counted(indexCheckpoints(first.reading.checkpoints, everyFlow, known), add);
  const sides = [
    { permitting: target, denying: source, outcome: "allow" },
    { permitting: source, denying: target, outcome: "deny" },
  ];
  for (const { permitting, denying, outcome } of sides) {
    const said = indexLosses(
      losses.filter((loss) => loss.outcome === outcome),
      known,
    );
    const ground = { universe, losses: said, known, permitting, among: everyFlow, causeOf: () => ({ by: "" }) };
    for (const checkpoint of denying.all) expect([...deniedFlows(ground, checkpoint)]).toEqual([]);
  }
  return sum;
}

function universeOfTenants(tenants: number): Universe {
  const { universe } = checkTexts({ "main.ctv": generateTenants(tenants, 12) });
  if (universe === undefined) throw new Error("the generated tenants do not compile");
  return universe;
}

describe("the proof of many tenants", () => {
  const [some, many] = [6, 24].map(universeOfTenants);

  it.each(targets.map((target) => [target.name, target] as const))("%s: looks at as many entries more as there are tenants more", (_, target) => {
    expect(entriesLookedAt(target, many)).toBeLessThan(8 * entriesLookedAt(target, some));
  });
});
