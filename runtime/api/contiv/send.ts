/**
 * Sends the requests of a plan, one after the other. netmaster has neither locks nor conditions, so each object is looked at right before the first request
 * about it: where it is not as the plan found it, somebody else is at work.
 */
import type { Body, Kind } from "../../../compiler/target/contiv/model.js";
import { fieldDifferences, subnetFinder } from "../../plan/contiv/normal.js";
import { ApiFailure } from "../failure.js";
import type { ContivClient, LiveObject } from "./client.js";

/** As `runtime/plan/contiv` makes them. */
export type Outgoing = {
  readonly kind: Kind;
  readonly key: string;
  readonly doing: string;
  readonly source?: string;
} & ({ readonly method: "POST"; readonly body: Body } | { readonly method: "DELETE" });

/** Of the whole installation: an `ops` user of the auth proxy cannot look at these. */
const unseen: ReadonlySet<Kind> = new Set(["global", "aciGw", "Bgp"]);

/**
 * `live`: what the plan was made for.
 * @throws ApiFailure at the first request that fails; those before it have been done, and `sent` has been called for each.
 */
export async function sendRequests(
  client: ContivClient,
  requests: readonly Outgoing[],
  live: readonly LiveObject[],
  sent: (count: number) => void = () => undefined,
): Promise<void> {
  const nameOf = ({ kind, key }: Pick<LiveObject, "kind" | "key">): string => `${kind} ${key}`;
  const planned = new Map(live.map((object) => [nameOf(object), object]));
  const subnetOf = subnetFinder(live);
  const touched = new Set<string>();
  for (const [at, request] of requests.entries()) {
    const work = { doing: request.doing, ...(request.source === undefined ? {} : { source: request.source }) };
    const { kind, key } = request;
    if (!touched.has(nameOf(request)) && !unseen.has(kind)) {
      const [was, is] = [planned.get(nameOf(request)), await client.get(kind, key)];
      // What is gone by now may have gone with another object that this plan deletes.
      const isSame =
        was === undefined || is === undefined
          ? is === undefined && (was === undefined || request.method === "DELETE")
          : fieldDifferences(kind, was.body, is.body, subnetOf).length === 0;
      if (!isSame)
        throw new ApiFailure("refused", work, "somebody has changed it since the plan was made", "run it again: the plan is then made anew");
    }
    touched.add(nameOf(request));
    if (request.method === "POST") await client.post(kind, key, request.body, work);
    else await client.remove(kind, key, work);
    sent(at + 1);
  }
}
