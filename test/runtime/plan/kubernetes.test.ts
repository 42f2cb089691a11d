/** The order in which Kubernetes' objects are written: on the way, nothing passes that neither the old nor the new policy allows. */
import { describe, expect, it } from "@jest/globals";
import { kubernetes } from "../../../compiler/target/kubernetes/kubernetes.js";
import { readKubernetes } from "../../../compiler/target/kubernetes/read/read.js";
import { everyFlow } from "../../../compiler/policy/universe.js";
import type { Universe } from "../../../compiler/policy/universe.js";
import type { FlowSet } from "../../../compiler/space/flows.js";
import { desiredManifests, differences, nameOf, withoutServerFields } from "../../../runtime/plan/kubernetes/manifest.js";
import type { Manifest } from "../../../runtime/plan/kubernetes/manifest.js";
import { planKubernetes } from "../../../runtime/plan/kubernetes/plan.js";
import type { Cluster, KubernetesPlan } from "../../../runtime/plan/kubernetes/plan.js";
import { compiled } from "./contiv.js";
import { beyond, passing } from "./safety.js";
import { scenarios } from "./scenarios.js";

type Flavour = "network-policy" | "cluster-policy";

/** A cluster in memory: what is applied is what is there. */
function cluster(objects: Map<string, Manifest>): Cluster {
  return {
    get: (manifest) => Promise.resolve(objects.get(nameOf(manifest))),
    list: ({ kind }) => Promise.resolve([...objects.values()].filter((manifest) => manifest.kind === kind)),
    apply: (manifest) => Promise.resolve(manifest),
    refusal: () => undefined,
  };
}

function manifestsOf(universe: Universe, flavour: Flavour): readonly Manifest[] {
  return desiredManifests(kubernetes.emit(universe, { flavour }).artefacts, "test");
}

function planOf(objects: Map<string, Manifest>, desired: readonly Manifest[]): Promise<KubernetesPlan> {
  return planKubernetes(cluster(objects), { desired, owner: "test", prune: true, adopt: false });
}

function permitted(objects: ReadonlyMap<string, Manifest>): readonly FlowSet[] {
  const files = [...objects].map(([name, manifest]) => ({
    path: `${name.replace(" ", "/")}.yaml`,
    text: JSON.stringify(withoutServerFields(manifest)),
  }));
  return [true, false].map((ipBlockMatchesPods) => {
    const { checkpoints, problems } = readKubernetes(files, { ipBlockMatchesPods });
    expect(problems).toEqual([]);
    return checkpoints.reduce(passing, everyFlow);
  });
}

/** Every state from one policy to another, the first and the last included. */
async function states(
  before: string,
  after: string,
  flavour: Flavour,
): Promise<{ readonly universe: Universe; readonly states: readonly (readonly FlowSet[])[] }> {
  const { universe } = compiled(after);
  const objects = new Map(manifestsOf(compiled(before).universe, flavour).map((manifest) => [nameOf(manifest), manifest]));
  const desired = manifestsOf(universe, flavour);
  const { writes, deletions } = await planOf(objects, desired);
  const seen = [permitted(objects)];
  for (const manifest of writes) {
    objects.set(nameOf(manifest), manifest);
    seen.push(permitted(objects));
  }
  for (const manifest of deletions) {
    objects.delete(nameOf(manifest));
    seen.push(permitted(objects));
  }
  const again = await planOf(objects, desired);
  expect([again.changes, again.writes, again.deletions]).toEqual([[], [], []]);
  return { universe, states: seen };
}

describe("from one policy to another in a cluster", () => {
  it.each(scenarios)("allows nothing that neither allows: $name", async ({ before, after }) => {
    const { universe, states: seen } = await states(before, after, "network-policy");
    const [old, now] = [seen[0], seen[seen.length - 1]];
    for (const [at, state] of seen.entries()) {
      for (const [reading, flows] of state.entries())
        expect([at, beyond(universe, flows, [...old[reading], ...now[reading]])]).toEqual([at, undefined]);
    }
  });
});

describe("the comparison of objects", () => {
  it("goes as deep as the shapes agree, and names the field", () => {
    const live = { spec: { ingress: [{ ports: [{ port: 80 }] }], podSelector: {} } };
    const desired = { spec: { ingress: [{ ports: [{ port: 81 }] }], podSelector: {}, policyTypes: ["Ingress"] } };
    expect(differences(live, desired)).toEqual([
      { field: "spec.ingress[0].ports[0].port", live: 80, desired: 81 },
      { field: "spec.policyTypes", desired: ["Ingress"] },
    ]);
    expect(differences({ a: [1, 2] }, { a: [1] })).toEqual([{ field: "a", live: [1, 2], desired: [1] }]);
  });
});
