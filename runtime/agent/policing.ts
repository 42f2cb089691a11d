/**
 * Limits on what endpoints send: the one part of the policy that the switch keeps in its database and not in flows. Pure.
 *
 * An interface that we have limited says so in its external ids, so that limits of others stay as they are.
 */
import type { Policing } from "../../compiler/target/openflow/profiles.js";
import { setPolicing } from "../ovsdb/bridge.js";
import type { BridgeView } from "../ovsdb/bridge.js";
import type { Operation } from "../ovsdb/client.js";
import { mapValue, setValue } from "../ovsdb/values.js";

/** The key in an interface's external ids. */
const policedKey = "ctv-policed";

const unlimited = { rate: 0, burst: 0 };

/** What has to change in the switch's database so that exactly the wanted limits of ours hold. */
export function policingChanges({ interfaces }: BridgeView, wanted: readonly Policing[]): readonly Operation[] {
  const byPort = new Map(wanted.map((policing) => [policing.port, policing]));
  return interfaces.flatMap(({ name, port, policing, externalIds }): readonly Operation[] => {
    const isOurs = externalIds[policedKey] !== undefined;
    const limit = port === undefined ? undefined : byPort.get(port);
    if (limit === undefined) return isOurs ? [setPolicing(name, unlimited), removeMark(name)] : [];
    if (isOurs && policing.rate === limit.rate && policing.burst === limit.burst) return [];
    return [setPolicing(name, limit), addMark(name)];
  });
}

function mark(name: string, mutation: readonly unknown[]): Operation {
  return { op: "mutate", table: "Interface", where: [["name", "==", name]], mutations: [["external_ids", ...mutation]] };
}

const addMark = (name: string): Operation => mark(name, ["insert", mapValue({ [policedKey]: "true" })]);
const removeMark = (name: string): Operation => mark(name, ["delete", setValue([policedKey])]);
