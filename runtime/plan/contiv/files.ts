/** Live objects as the files in which the Contiv target would write them. */
import { models } from "../../../compiler/target/contiv/model.js";
import { objectPath } from "../../../compiler/target/contiv/paths.js";
import type { Artefact } from "../../../compiler/target/target.js";
import type { LiveObject } from "./objects.js";

/** Fields in the model's order, whatever the order in which netmaster gave them. */
export function liveArtefact(object: LiveObject): Artefact {
  const fields = models[object.kind].fields.flatMap(({ name }) => (object.body[name] === undefined ? [] : [[name, object.body[name]] as const]));
  return { path: objectPath(object.kind, object.key), text: `${JSON.stringify(Object.fromEntries(fields), undefined, 2)}\n` };
}
