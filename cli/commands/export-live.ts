/** `ctv export-live`: what netmaster has, as the files that `ctv compile --target contiv` would write. */
import { resolve } from "node:path";
import { readLive } from "../../runtime/api/contiv/live.js";
import { isRecord, recordKeys } from "../../runtime/plan/contiv/ownership.js";
import { liveArtefact } from "../../runtime/plan/contiv/files.js";
import { exitCodes, Refusal } from "../exit.js";
import { writeOutput } from "../io/write.js";
import { list, text } from "../options.js";
import { connectNetmaster } from "../plane/netmaster.js";
import { netmasterOptions, timeoutOption } from "../plane/options.js";
import { refusalOf } from "../plane/prepare.js";
import type { Verb } from "../verb.js";

export const exportLive: Verb = {
  options: [
    ...netmasterOptions,
    timeoutOption,
    { flags: "--tenant <names>", description: "only these tenants", many: true },
    { flags: "-o, --out <folder>", description: "write files there; default: everything as one JSON document on stdout", path: true },
  ],
  examples: [
    "ctv export-live --netmaster http://netmaster:9999 --out live",
    "ctv export-live --netmaster http://netmaster:9999 --tenant shop | jq .",
  ],
  run: async ({ options, terminal }) => {
    const folder = text(options, "out");
    if (folder === "") throw new Refusal("--out needs the name of a folder");
    const tenants = list(options, "tenant");
    try {
      const client = await connectNetmaster(options, terminal);
      const live = await readLive(client, { kinds: new Set(), recordKeys: (tenant) => recordKeys(tenant, "none") });
      const missing = tenants.find((name) => !live.some(({ kind, key }) => kind === "tenant" && key === name));
      if (missing !== undefined) throw new Refusal(`${client.url} has no tenant "${missing}"`);
      const chosen = live.filter((object) => !isRecord(object) && (tenants.length === 0 || tenants.includes(String(object.body.tenantName ?? ""))));
      const artefacts = chosen.map(liveArtefact).sort((a, b) => (a.path < b.path ? -1 : 1));
      if (folder === undefined) {
        const objects = Object.fromEntries(artefacts.map(({ path, text: body }) => [path, JSON.parse(body) as unknown]));
        terminal.out.write(`${JSON.stringify({ version: 1, source: client.url, objects }, undefined, 2)}\n`);
        return exitCodes.fine;
      }
      const written = writeOutput(
        resolve(terminal.cwd, folder),
        folder,
        artefacts.map((artefact) => ({ ...artefact, path: `contiv/${artefact.path}` })),
        ["contiv"],
      );
      terminal.out.write(`${artefacts.length} objects of ${client.url} in ${folder}/contiv, ${written.changed.length} changed\n`);
      return exitCodes.fine;
    } catch (error) {
      throw refusalOf(error);
    }
  },
};
