/** Connections and imports of a cluster against a plain decision about each packet: namespaces by label, ports by name, the admin kinds. */
import { expect } from "@jest/globals";
import { importKubernetes } from "../../../compiler/import/kubernetes/import.js";
import { proofBy, proveImport } from "../../../compiler/import/proof.js";
import { connections } from "../../../compiler/manifests/connectivity/connections.js";
import { readManifests } from "../../../compiler/manifests/read.js";
import { parseAddress } from "../../../compiler/space/address.js";
import { containsService, servicePoint } from "../../../compiler/space/service.js";
import { permits } from "../target/kubernetes/agreement.js";
import { nothingKnown } from "./fixtures.js";
import { clusterText, passes } from "./oracle.js";
import type { Cluster } from "./oracle.js";

const numbers = { TCP: 6, UDP: 17, SCTP: 132 } as const;
const asked = (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) => [79, 80, 81, 82].map((port) => ({ protocol, port })));

/** Every packet that connections, or the reading that imports are proved by, decide otherwise than the oracle is a fault. */
export function holdPackets(cluster: Cluster): void {
  const { manifests, diagnostics } = readManifests([{ file: "all.json", text: clusterText(cluster) }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const found = new Map(connections(manifests, { facts: nothingKnown }).map((one) => [`${one.source.title} ${one.destination.title}`, one.services]));
  const { text, reading } = importKubernetes(manifests, nothingKnown, () => "here");
  expect(proveImport(text, proofBy(reading)).slice(0, 2)).toEqual([]);
  const address = parseAddress("10.0.0.1");
  if (address === undefined) throw new Error("an address does not read");
  const faults = cluster.pods.flatMap((source) =>
    cluster.pods.flatMap((destination) => {
      if (source === destination) return [];
      const pair = `${source.namespace}/${source.name}[Pod] ${destination.namespace}/${destination.name}[Pod]`;
      const end = ({ namespace, labels }: typeof source) => ({ namespace, labels, address });
      return asked.flatMap(({ protocol, port }) => {
        const expected = passes(cluster, { source, destination, protocol, port });
        const listed = containsService(found.get(pair) ?? [], servicePoint(numbers[protocol], port));
        const imported = permits(reading, { source: end(source), destination: end(destination), protocol: numbers[protocol], detail: port });
        return listed === expected && imported === expected ? [] : [{ pair, protocol, port, expected, listed, imported }];
      });
    }),
  );
  expect(faults.slice(0, 3)).toEqual([]);
}
