/** Connections and imports of random clusters against a plain decision about each packet: namespaces by label, ports by name, the admin kinds. */
import { it } from "@jest/globals";
import fc from "fast-check";
import { randomCluster } from "./oracle.js";
import { holdPackets } from "./packets.js";

it("both decide every packet as Kubernetes does", () => {
  fc.assert(fc.property(randomCluster, holdPackets), { numRuns: 25 });
});
