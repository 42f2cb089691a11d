/** Whoever can write to a store can write anything: agents and commands neither fall over nor believe it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "@jest/globals";
import type { InventoryPart, PublishedProgram } from "../../../runtime/agent/sources.js";
import { memberSource } from "../../../runtime/endpoints/members.js";
import { seal } from "../../../runtime/signing/envelope.js";
import { generateKeys, readSigningKey, readTrustedKey } from "../../../runtime/signing/keys.js";
import { readCounts } from "../../../runtime/stats/share.js";
import { folderStore } from "../../../runtime/store/folder.js";
import { history, newestGeneration, programSource, putGeneration, readNewest } from "../../../runtime/store/generations.js";
import { nodeStatuses } from "../../../runtime/store/reports.js";
import { scratch } from "../../cli/support/command.js";
import { programText } from "../support/program.js";
import { eventually } from "./contract.js";

const pair = generateKeys();
const key = readSigningKey(pair.privatePem);
const trusted = [readTrustedKey(pair.publicPem)];
const created = "2026-01-31T12:00:00.000Z";
const program = programText();
const sealed = (generation: number, text = program): Buffer => seal({ generation, created, note: "", program: text }, key);

describe("generations in a store", () => {
  it("are published one on top of the other, and of two at once one is refused", async () => {
    const store = folderStore(scratch());
    expect(await newestGeneration(store)).toBe(0);
    expect(await readNewest(store)).toBeUndefined();
    const both = await Promise.all([putGeneration(store, 0, sealed(1)), putGeneration(store, 0, sealed(1))]);
    expect([...both].sort()).toEqual([false, true]);
    expect(await putGeneration(store, 0, sealed(1))).toBe(false);
    expect(await putGeneration(store, 1, sealed(2))).toBe(true);
    expect((await history(store, 5)).map(({ generation }) => generation)).toEqual([2, 1]);
  });

  it("are delivered when they are good, and what is not changes nothing", async () => {
    const path = scratch();
    const store = folderStore(path);
    const place = (generation: number, content: string | Uint8Array) =>
      writeFileSync(join(path, "generations", String(generation).padStart(12, "0")), content);
    const told: PublishedProgram[] = [];
    const problems: string[] = [];
    const stop = programSource(store, trusted, { generation: 2, digest: "sha256:x" }).watch(
      (published) => told.push(published),
      (error) => problems.push(error.message.replace(/^generation \d+ of folder \S+ is refused: /, "")),
    );
    await eventually(() => problems.at(-1)?.includes("is empty, but generation 2 is in force"), true);
    place(1, sealed(1));
    await eventually(() => problems.at(-1), "generation 1 is older than generation 2, which is in force");
    place(2, sealed(2));
    await eventually(() => problems.at(-1), "generation 2 is in force with other content");
    place(3, sealed(4));
    await eventually(() => problems.at(-1), "it was signed as generation 4 and lies in the place of generation 3");
    place(4, "nonsense");
    await eventually(() => problems.at(-1), "it does not begin with the header of a signed program");
    expect(told).toEqual([]);
    place(5, sealed(5));
    await eventually(() => told.map(({ generation, text }) => [generation, text === program]), [[5, true]]);
    // A copy that somebody left is no generation, and no reason to miss one.
    place(6, "");
    writeFileSync(join(path, "generations/000000000006.bak"), "x");
    writeFileSync(join(path, "generations/zzz"), "x");
    place(7, sealed(7));
    await eventually(() => told.map(({ generation }) => generation), [5, 7]);
    await stop();
  });
});

describe("anything in a store", () => {
  const words = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc
      .record({ node: fc.anything(), generation: fc.anything(), errors: fc.anything(), counts: fc.anything(), labels: fc.anything() })
      .map((value) => {
        try {
          return JSON.stringify(value) ?? "";
        } catch {
          return "";
        }
      }),
  );
  const folders = ["generations", "reports", "alive", "counters", "members/n/endpoints"] as const;

  it("is read without falling over, and nothing of it is believed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...folders), fc.constantFrom("n", "000000000007", "a%2Fb", "x~5"), words), { maxLength: 6 }),
        async (entries) => {
          const store = folderStore(scratch(Object.fromEntries(entries.map(([folder, name, content]) => [`${folder}/${name}`, content]))));
          await history(store, 10);
          const statuses = await nodeStatuses(store);
          expect(statuses.every(({ problem, report }) => (problem === undefined) !== (report === undefined))).toBe(true);
          await readCounts(store);
          const part = await new Promise<InventoryPart>((resolve) => memberSource(store, "self", 0).watch(resolve, () => undefined));
          expect(part.endpoints).toEqual([]);
          const told: unknown[] = [];
          programSource(store, trusted).watch(
            (published) => told.push(published),
            () => undefined,
          );
          await store.close();
          expect(told).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
