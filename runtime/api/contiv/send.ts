/** Sends the requests of a plan, one after the other. */
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import type { ContivClient } from "./client.js";

/** As `runtime/plan/contiv` makes them. */
export type Outgoing = {
  readonly kind: Kind;
  readonly key: string;
  readonly doing: string;
  readonly source?: string;
} & ({ readonly method: "POST"; readonly body: Body } | { readonly method: "DELETE" });

/** @throws ApiFailure at the first request that fails; those before it have been done, and `sent` has been called for each. */
export async function sendRequests(
  client: ContivClient,
  requests: readonly Outgoing[],
  sent: (count: number) => void = () => undefined,
): Promise<void> {
  for (const [at, request] of requests.entries()) {
    const work = { doing: request.doing, ...(request.source === undefined ? {} : { source: request.source }) };
    if (request.method === "POST") await client.post(request.kind, request.key, request.body, work);
    else await client.remove(request.kind, request.key, work);
    sent(at + 1);
  }
}
