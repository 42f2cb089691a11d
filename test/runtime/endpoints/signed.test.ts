/** What nodes sign of their endpoints: nobody else can change it, add to it, or bring back what is gone. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Endpoint } from "../../../compiler/target/openflow/bind/inventory.js";
import type { InventoryPart } from "../../../runtime/agent/sources.js";
import { announcer } from "../../../runtime/endpoints/announce.js";
import { memberSource } from "../../../runtime/endpoints/members.js";
import { openSequences } from "../../../runtime/endpoints/sequences.js";
import type { Sequences } from "../../../runtime/endpoints/sequences.js";
import { verifiedEntries } from "../../../runtime/endpoints/verified.js";
import { generateKeys, readSigningKey, readTrustedKey } from "../../../runtime/signing/keys.js";
import { openRoster, sealRoster } from "../../../runtime/signing/roster.js";
import type { KeyValues, Lease } from "../../../runtime/store/keyvalue.js";
import { scratch } from "../../cli/support/command.js";
import { eventually } from "../../support/agent.js";

const [nodeB, nodeC, stranger] = [generateKeys(), generateKeys(), generateKeys()];
const keys = new Map([
  ["node-b", readTrustedKey(nodeB.publicPem)],
  ["node-c", readTrustedKey(nodeC.publicPem)],
]);

/** A store in memory that anybody may write to. */
function memory() {
  const entries = new Map<string, Uint8Array>();
  const watchers = new Set<(changed: ReadonlySet<string>) => void>();
  const put = (key: string, value: Uint8Array | undefined): void => {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
    for (const tell of watchers) tell(new Set([key]));
  };
  const store: Pick<KeyValues, "watch"> = {
    watch: (_, onEntries) => {
      const tell = (changed: ReadonlySet<string>): void => onEntries(entries, changed);
      watchers.add(tell);
      tell(new Set(entries.keys()));
      return () => Promise.resolve(void watchers.delete(tell));
    },
  };
  const lease: Lease = {
    put: (key, value) => Promise.resolve(put(key, value)),
    remove: (key) => Promise.resolve(put(key, undefined)),
    close: () => Promise.resolve(),
  };
  return { entries, put, store, lease };
}

function numbers(): Sequences {
  const known = new Map<string, number>();
  const highest = (node: string): number => known.get(node) ?? 0;
  const note = (node: string, sequence: number): void => void known.set(node, Math.max(highest(node), sequence));
  return { highest, note, next: (node) => (note(node, highest(node) + 1), highest(node)), close: () => Promise.resolve() };
}

const endpoint = (number: number, app: string): Endpoint => ({
  name: `e${number}`,
  node: "node-b",
  port: number,
  mac: `0a:00:00:00:00:0${number}`,
  addresses: [`10.1.1.${number}`],
  namespace: "shop",
  labels: { app },
});

function listening({ store }: ReturnType<typeof memory>, sequences = numbers()) {
  const heard: { part: InventoryPart } = { part: { endpoints: [] } };
  const problems: string[] = [];
  const stop = memberSource(verifiedEntries(store, "node-a", keys, sequences, 10), "node-a", 0).watch(
    (part) => (heard.part = part),
    (error) => problems.push(error.message),
  );
  return { told: () => heard.part.endpoints, nodes: () => heard.part.nodes, problems, sequences, stop };
}

const speaking = ({ lease }: ReturnType<typeof memory>, pem = nodeB.privatePem) => {
  const sequences = numbers();
  return announcer(lease, "node-b", { key: readSigningKey(pem), next: () => sequences.next("node-b") });
};

describe("what a node signs of its endpoints", () => {
  it("is heard as it is announced, and objects that stay are the same", async () => {
    const shared = memory();
    const { told, nodes, problems, stop } = listening(shared);
    const b = speaking(shared);
    await b.announce({ name: "node-b", address: "192.0.2.2" }, [endpoint(1, "web"), endpoint(2, "db")]);
    expect(told()).toEqual([endpoint(1, "web"), endpoint(2, "db")]);
    expect(nodes()).toEqual([{ name: "node-b", address: "192.0.2.2" }]);
    const [first] = told();
    await b.announce({ name: "node-b", address: "192.0.2.2" }, [endpoint(1, "web"), endpoint(2, "api"), endpoint(3, "db")]);
    expect(told()).toEqual([endpoint(1, "web"), endpoint(2, "api"), endpoint(3, "db")]);
    expect(told()[0]).toBe(first);
    await b.announce({ name: "node-b" }, []);
    expect(told()).toEqual([]);
    expect(problems).toEqual([]);
    await stop();
  });

  it("is signed once for what stays the same", async () => {
    const shared = memory();
    const b = speaking(shared);
    await b.announce({ name: "node-b" }, [endpoint(1, "web")]);
    const before = shared.entries.get("members/node-b/node");
    await b.announce({ name: "node-b" }, [{ ...endpoint(1, "web") }]);
    expect(shared.entries.get("members/node-b/node")).toBe(before);
  });

  it("is refused from others, with the reason", async () => {
    const shared = memory();
    const { told, problems, sequences, stop } = listening(shared);
    await speaking(shared, stranger.privatePem).announce({ name: "node-b" }, [endpoint(1, "web")]);
    await announcer(shared.lease, "node-b").announce({ name: "node-b" }, [endpoint(1, "web")]);
    await announcer(shared.lease, "node-x").announce({ name: "node-x" }, []);
    const seal = (sequence: number, name: string, pem: string) => sealRoster({ name, sequence, endpoints: [] }, readSigningKey(pem));
    shared.put("members/node-b/node", seal(5, "node-c", nodeB.privatePem));
    shared.put("members/node-b/node", seal(5, "node-b", nodeB.privatePem));
    shared.put("members/node-b/node", seal(4, "node-b", nodeB.privatePem));
    expect(told()).toEqual([]);
    expect(sequences.highest("node-b")).toBe(5);
    expect(problems).toEqual([
      `the entry members/node-b/node is refused: it is signed with the key ${stranger.id}, and that of node-b is ${nodeB.id}`,
      "the entry members/node-b/node is refused: it is not signed",
      "the entry members/node-x/node is refused: no key of this node is trusted here",
      "the entry members/node-b/node is refused: it is that of node node-c",
      "the entry members/node-b/node is refused: the node has signed a newer one",
    ]);
    await stop();
  });

  it("is told of where the store has something else for long", async () => {
    const shared = memory();
    const { told, problems, stop } = listening(shared);
    await speaking(shared).announce({ name: "node-b" }, [endpoint(1, "web")]);
    shared.put("members/node-b/endpoints/e1", Buffer.from(JSON.stringify(endpoint(1, "db"))));
    shared.put("members/node-b/endpoints/e9", Buffer.from("{}"));
    await eventually(
      () => problems.length > 0,
      () => "a problem",
    );
    expect(problems).toEqual(["2 of the endpoints of node node-b are not what it has signed, such as e1"]);
    expect(told()).toEqual([endpoint(1, "web")]);
    await stop();
  });

  it("is all that is believed, whatever somebody does who may write to the store", async () => {
    const actions = fc.oneof(
      fc.record({ kind: fc.constant("announce" as const), apps: fc.array(fc.constantFrom("web", "db"), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("remove" as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant("replay" as const), at: fc.nat(100) }),
      fc.record({ kind: fc.constant("copy" as const), at: fc.nat(100), to: fc.nat(4) }),
      fc.record({ kind: fc.constant("forge" as const), number: fc.integer({ min: 1, max: 4 }), app: fc.constantFrom("web", "db") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { maxLength: 25 }), async (steps) => {
        const shared = memory();
        const { told, stop } = listening(shared);
        const b = speaking(shared);
        const history: (readonly [string, Uint8Array])[] = [];
        let signed: readonly Endpoint[] = [];
        const holds = (): void => {
          const good = new Set(signed.map((one) => JSON.stringify(one)));
          expect(told().filter((one) => !good.has(JSON.stringify(one)))).toEqual([]);
        };
        for (const step of steps) {
          const keysNow = [...shared.entries.keys()];
          switch (step.kind) {
            case "announce":
              signed = step.apps.map((app, index) => endpoint(index + 1, app));
              await b.announce({ name: "node-b" }, signed);
              break;
            case "remove":
              if (keysNow.length > 0) shared.put(keysNow[step.at % keysNow.length], undefined);
              // What has gone with its node is believed to come back, here for no time at all.
              await new Promise((resolve) => setTimeout(resolve, 2));
              break;
            case "replay":
              if (history.length > 0) shared.put(...history[step.at % history.length]);
              break;
            case "copy":
              if (history.length > 0) shared.put(`members/node-b/endpoints/e${step.to}`, history[step.at % history.length][1]);
              break;
            case "forge":
              shared.put(`members/node-b/endpoints/e${step.number}`, Buffer.from(JSON.stringify(endpoint(step.number, step.app))));
              break;
          }
          history.push(...shared.entries);
          holds();
        }
        // What the node says next counts, whatever was done before.
        signed = [endpoint(1, "db"), endpoint(5, "web")];
        await b.announce({ name: "node-b", address: "192.0.2.9" }, signed);
        holds();
        expect(told().map(({ name }) => name)).toContain("e5");
        await stop();
      }),
      { numRuns: 60 },
    );
  });

  it("is refused when a byte of it is another", () => {
    const bytes = sealRoster(
      { name: "node-b", address: "192.0.2.2", sequence: 3, endpoints: [{ part: "e1", digest: "0".repeat(64) }] },
      readSigningKey(nodeB.privatePem),
    );
    const key = readTrustedKey(nodeB.publicPem);
    expect(openRoster(bytes, key)).toEqual({
      name: "node-b",
      address: "192.0.2.2",
      sequence: 3,
      endpoints: [{ part: "e1", digest: "0".repeat(64) }],
    });
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 1;
      expect(openRoster(changed, key)).toHaveProperty("refused");
    }
    for (const more of [Buffer.concat([bytes, Buffer.from(" ")]), Buffer.concat([Buffer.from(" "), bytes])]) {
      expect(openRoster(more, key)).toHaveProperty("refused");
    }
  });
});

describe("the numbers of what was signed", () => {
  const problems: string[] = [];
  const open = (path: string, now = 0): Promise<Sequences> =>
    openSequences(
      path,
      () => now,
      (error) => problems.push(error.message),
    );

  it("outlive a restart, and only grow, also when the clock was set back", async () => {
    const path = join(scratch(), "deep", "sequences.json");
    const first = await open(path, 1000);
    expect(first.next("node-b")).toBe(1000);
    expect(first.next("node-b")).toBe(1001);
    first.note("node-c", 7);
    first.note("node-c", 5);
    await first.close();
    const second = await open(path, 10);
    expect([second.highest("node-b"), second.highest("node-c"), second.next("node-b")]).toEqual([1001, 7, 1002]);
    await second.close();
    expect(problems).toEqual([]);
  });

  it("are told of where they cannot be read or written", async () => {
    const path = scratch({ "sequences.json": "[", file: "" });
    const read = await open(join(path, "sequences.json"));
    expect(read.highest("node-b")).toBe(0);
    const unwritable = await open(join(path, "file", "sequences.json"));
    unwritable.note("node-b", 1);
    await unwritable.close();
    expect(problems.map((problem) => problem.replace(path, "…"))).toEqual([
      expect.stringContaining("…/sequences.json cannot be used"),
      expect.stringContaining("…/file/sequences.json cannot be used"),
      expect.stringContaining("…/file/sequences.json cannot be written"),
    ]);
    writeFileSync(join(path, "sequences.json"), '{"node-b":3}');
    expect((await open(join(path, "sequences.json"))).highest("node-b")).toBe(3);
  });
});
