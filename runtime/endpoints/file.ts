/** Endpoints from a YAML file, in the form of `ctv compile --inventory`. A file that cannot be read leaves what it said last. */
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readInventory } from "../../compiler/source/inventory.js";
import type { EndpointSource } from "../agent/sources.js";
import { reasonOf } from "../store/reason.js";
import { watchFiles } from "../store/folderwatch.js";
import { reuse } from "./reuse.js";

/** Longest file that is read, in bytes. */
const LIMIT = 64 << 20;

export function fileSource(path: string): EndpointSource {
  const file = resolve(path);
  return {
    name: `file ${file}`,
    watch: (onInventory, onError) => {
      const same = reuse();
      const scan = async () => {
        const state = await stat(file, { bigint: true }).catch((error: unknown) => {
          throw new Error(reasonOf(error));
        });
        if (state.size > LIMIT) throw new Error(`${file} has more than ${LIMIT} bytes`);
        const found = { path: file, stamp: `${state.ino} ${state.size} ${state.ctimeNs}` };
        return { files: new Map([["file", found]]), folders: [dirname(file)] };
      };
      const read = (content: Uint8Array): void => {
        const text = Buffer.from(content).toString("utf8");
        const { inventory, diagnostics } = readInventory(file, text);
        const [first] = diagnostics;
        if (inventory === undefined || first !== undefined) {
          onError(
            new Error(`${file}:${first === undefined ? "" : `${lineOf(text, first.span.start)}: ${first.message}`}; what it said before holds`),
          );
          return;
        }
        onInventory({ endpoints: same(inventory.endpoints), nodes: inventory.nodes });
      };
      return watchFiles(
        scan,
        () => readFile(file),
        (entries) => entries.forEach(read),
        (error) => onError(new Error(`cannot read ${file}: ${error.message}`)),
      );
    },
  };
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
