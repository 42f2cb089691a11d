/**
 * Connections of random manifests against the reader that verification uses, which was written apart from this one and decides flows as sets:
 * for every pair of pods and every service that a policy could tell apart, both must say the same.
 */
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { connections } from "../../../compiler/manifests/connectivity/connections.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import { parseAddress } from "../../../compiler/space/address.js";
import type { Flow } from "../../../compiler/space/flows.js";
import { containsService, servicePoint } from "../../../compiler/space/service.js";
import { readKubernetes } from "../../../compiler/target/kubernetes/read/read.js";
import { permits } from "../target/kubernetes/agreement.js";
import { clusterPolicyText, manifestTexts, networkPolicyText, podLabels, podsText } from "./random.js";
import { nothingKnown } from "./fixtures.js";

const points = [
  [6, 79],
  [6, 80],
  [6, 90],
  [6, 91],
  [17, 53],
  [17, 80],
  [132, 80],
  [1, 0],
] as const;

it("says of every pair what the other reader says", () => {
  fc.assert(
    fc.property(manifestTexts, ({ network, cluster }) => {
      const policies = [...network.map(networkPolicyText), ...cluster.map(clusterPolicyText)].join("---\n");
      const { manifests, diagnostics } = readManifests([{ file: "all.yaml", text: `${podsText}---\n${policies}` }]);
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      const reading = readKubernetes([{ path: "all.yaml", text: policies === "" ? "{}" : policies }], { ipBlockMatchesPods: false });
      expect(reading.problems.filter(({ message }) => !message.includes("apiVersion and kind"))).toEqual([]);
      const found = connections(manifests, { facts: nothingKnown });
      const address = parseAddress("10.0.0.1");
      if (address === undefined) throw new Error("an address does not read");
      for (const source of podLabels) {
        for (const destination of podLabels) {
          if (source === destination) continue;
          const title = ({ namespace, name }: (typeof podLabels)[number]) => `${namespace}/${name}[Pod]`;
          const connection = found.find((one) => one.source.title === title(source) && one.destination.title === title(destination));
          for (const [protocol, detail] of points) {
            const end = ({ namespace, labels }: (typeof podLabels)[number]) => ({ namespace, labels, address });
            const flow: Flow = { source: end(source), destination: end(destination), protocol, detail };
            const here = connection !== undefined && containsService(connection.services, servicePoint(protocol, detail));
            expect({ from: title(source), to: title(destination), protocol, detail, allowed: here }).toEqual({
              from: title(source),
              to: title(destination),
              protocol,
              detail,
              allowed: permits(reading, flow),
            });
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});
