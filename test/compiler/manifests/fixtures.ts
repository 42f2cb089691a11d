/** The folders of `test/fixtures/manifests`: manifests as teams write them, and what each verb makes of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AddressFacts } from "../../../compiler/manifests/connectivity/blocks.js";
import type { ManifestFile } from "../../../compiler/manifests/read.js";
import { noAddresses } from "../../../compiler/space/address.js";
import { readTexts } from "../../support/diagnose.js";

export const root = "test/fixtures/manifests";

export const cases: readonly string[] = readdirSync(root).sort();

export const nothingKnown: AddressFacts = { podAddresses: noAddresses, ipBlocks: "outside" };

/** The manifests of a case, in order of path. */
export function filesOf(name: string): readonly ManifestFile[] {
  return Object.entries(readTexts(join(root, name, "in")))
    .map(([file, text]) => ({ file, text }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
