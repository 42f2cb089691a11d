/** The store in etcd: the contract against a real server, and what only a server can suffer. */
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Etcd3 } from "etcd3";
import { etcdStore } from "../../../runtime/store/etcd.js";
import type { KeyValues } from "../../../runtime/store/keyvalue.js";
import { missingEtcd, startEtcd } from "../../support/etcd.js";
import type { TestEtcd } from "../../support/etcd.js";
import { describeWhere } from "../../support/where.js";
import { bytes, eventually, follow, storeContract } from "./contract.js";

describeWhere(missingEtcd(), "a store in etcd", () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());
  const open = (prefix = "/ctv"): Promise<KeyValues> => etcdStore({ endpoints: [etcd.endpoint], prefix });

  storeContract(open);

  it("keeps to its prefix", async () => {
    const [one, other] = [await open("/one"), await open("/on")];
    await one.put("kept/a", bytes("1"));
    expect(await other.keys("kept/")).toEqual([]);
    expect(await (await open("/one/")).keys("kept/")).toEqual(["kept/a"]);
    await Promise.all([one.close(), other.close()]);
  });

  it("takes long texts compressed, and says when one is too long all the same", async () => {
    const store = await open("/long");
    await store.put("a/long", Buffer.alloc(4 << 20, "policy "));
    expect((await store.get("a/long"))?.length).toBe(4 << 20);
    await expect(store.put("a/noise", randomBytes(2 << 20))).rejects.toThrow("and etcd takes 1400000 at once");
    await store.close();
  });

  it("refuses what was compressed by somebody who means harm", async () => {
    const client = new Etcd3({ hosts: etcd.endpoint });
    const store = await open("/bomb");
    await client.put("/bomb/a/bomb").value(gzipSync(Buffer.alloc(70 << 20)));
    await client.put("/bomb/a/half").value(gzipSync(Buffer.alloc(2000)).subarray(0, 20));
    await expect(store.get("a/bomb")).rejects.toThrow('"a/bomb" cannot be uncompressed, or is too long');
    await expect(store.get("a/half")).rejects.toThrow("cannot be uncompressed");
    const seen = follow(store, "a/");
    await client.put("/bomb/a/good").value("1");
    await eventually(seen.told, { "a/good": "1" });
    await seen.stop();
    client.close();
    await store.close();
  });

  it("misses nothing when the server is killed, changed meanwhile and compacted", async () => {
    const client = new Etcd3({ hosts: etcd.endpoint });
    const store = await open("/lost");
    const seen = follow(store, "a/");
    await store.put("a/one", bytes("1"));
    await store.put("a/two", bytes("1"));
    await eventually(seen.told, { "a/one": "1", "a/two": "1" });
    for (let round = 0; round < 2; round++) {
      await etcd.kill("SIGKILL");
      await etcd.start();
      await eventually(
        () =>
          client
            .put("/lost/a/one")
            .value(`${round}`)
            .then(
              () => true,
              () => false,
            ),
        true,
      );
      await client.delete().key("/lost/a/two").exec();
      const { header } = await client.put("/lost/a/three").value(`${round}`).exec();
      await client.kv.compact({ revision: header.revision, physical: true });
      await eventually(seen.told, { "a/one": `${round}`, "a/three": `${round}` });
      await store.put("a/two", bytes("again"));
      await eventually(seen.told, { "a/one": `${round}`, "a/three": `${round}`, "a/two": "again" });
    }
    expect(seen.problems.join("\n")).toContain("etcd http://127.0.0.1:");
    await seen.stop();
    client.close();
    await store.close();
  });

  it("puts leased entries again that the server let go", async () => {
    const client = new Etcd3({ hosts: etcd.endpoint });
    const store = await open("/leased");
    const problems: string[] = [];
    const lease = store.lease(2, (error) => problems.push(error.message));
    await lease.put("a/mine", bytes("1"));
    const { leases } = await client.leaseClient.leaseLeases();
    for (const { ID } of leases) await client.leaseClient.leaseRevoke({ ID });
    expect(await store.keys("a/")).toEqual([]);
    await eventually(() => store.keys("a/"), ["a/mine"]);
    await lease.close();
    expect(await store.keys("a/")).toEqual([]);
    client.close();
    await store.close();
  });

  it("takes leased entries away when it is closed", async () => {
    const [holder, other] = [await open("/gone"), await open("/gone")];
    await holder.lease(60, () => undefined).put("a/mine", bytes("1"));
    expect(await other.keys("a/")).toEqual(["a/mine"]);
    await holder.close();
    expect(await other.keys("a/")).toEqual([]);
    await other.close();
  });

  it("says what is wrong in words", async () => {
    const unreachable = await etcdStore({ endpoints: ["http://127.0.0.1:1"], prefix: "/ctv" });
    await expect(unreachable.get("a/b")).rejects.toThrow("etcd http://127.0.0.1:1/ctv: the server cannot be reached");
    await unreachable.close();
    const wrong = (settings: object): Promise<KeyValues> => etcdStore({ endpoints: ["https://127.0.0.1:1"], prefix: "/ctv", ...settings });
    await expect(wrong({})).rejects.toThrow("etcd over https needs `ca`");
    await expect(wrong({ endpoints: [] })).rejects.toThrow("at least one endpoint");
    await expect(wrong({ endpoints: ["http://a:1", "https://b:1"] })).rejects.toThrow("all https or all http");
    await expect(wrong({ ca: "x", user: "ctv" })).rejects.toThrow("needs a password");
    await expect(wrong({ ca: "x", certificate: "x" })).rejects.toThrow("needs its key");
    await expect(wrong({ endpoints: ["http://127.0.0.1:1"], ca: "x" })).rejects.toThrow("of no use with http");
  });
});
