/** The store in an etcd that asks for certificates and passwords, and gives each user its own part. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Etcd3 } from "etcd3";
import { openStore } from "../../../runtime/store/open.js";
import type { EtcdSource } from "../../../runtime/config/settings.js";
import { scratch } from "../../cli/support/command.js";
import { missingEtcd, startEtcd } from "../../support/etcd.js";
import type { TestEtcd } from "../../support/etcd.js";
import { missingFile } from "../../support/missing.js";
import { describeWhere } from "../../support/where.js";
import { bytes, eventually, follow } from "./contract.js";

/** An authority, and a certificate by it for 127.0.0.1, as files. */
function makeCertificates(folder: string): void {
  const openssl = (...words: readonly string[]): void => {
    const { status, stderr } = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  for (const name of ["ca", "other"])
    openssl("req", "-x509", ...key, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${name}`);
  writeFileSync(join(folder, "names"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
  openssl("req", "-new", ...key, "-keyout", "node.key", "-out", "node.csr", "-subj", "/CN=node");
  openssl(
    "x509",
    "-req",
    "-in",
    "node.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    "node.pem",
    "-days",
    "2",
    "-extfile",
    "names",
  );
}

describeWhere(missingEtcd() ?? missingFile("/usr/bin/openssl", "openssl"), "a store in an etcd that asks who one is", () => {
  const folder = scratch({ password: "s3cret\n", wrong: "wrong\n" });
  let etcd: TestEtcd;
  const at = (name: string): string => readFileSync(join(folder, name), "utf8");
  const open = (more: Partial<EtcdSource> = {}) => {
    const source = {
      endpoints: [etcd.endpoint],
      prefix: "/ctv",
      ca: "ca.pem",
      certificate: "node.pem",
      key: "node.key",
      user: "agent",
      passwordFile: "password",
    };
    return openStore({ etcd: { ...source, ...more } }, folder);
  };

  beforeAll(async () => {
    makeCertificates(folder);
    etcd = await startEtcd({ ca: join(folder, "ca.pem"), certificate: join(folder, "node.pem"), key: join(folder, "node.key") });
    const credentials = {
      rootCertificate: Buffer.from(at("ca.pem")),
      certChain: Buffer.from(at("node.pem")),
      privateKey: Buffer.from(at("node.key")),
    };
    const client = new Etcd3({ hosts: etcd.endpoint, credentials });
    const root = client.role("root");
    await root.create();
    const admin = await client.user("root").create("rootpass");
    await admin.addRole("root");
    const role = client.role("agents");
    await role.create();
    await role.grant({ permission: "Readwrite", range: client.range({ prefix: "/ctv/" }) });
    const user = await client.user("agent").create("s3cret");
    await user.addRole("agents");
    await client.auth.authEnable();
    client.close();
  });
  afterAll(() => etcd.stop());

  it("is used with certificate, user and password", async () => {
    const store = await open();
    const seen = follow(store, "a/");
    expect(await store.create("a/one", bytes("1"))).toBe(true);
    expect(await store.create("a/one", bytes("2"))).toBe(false);
    const lease = store.lease(5, (error) => seen.problems.push(error.message));
    await lease.put("a/two", bytes("2"));
    await eventually(seen.told, { "a/one": "1", "a/two": "2" });
    await store.close();
    expect(seen.problems).toEqual([]);
  });

  it("says what is wrong where it is not let in", async () => {
    const refusal = async (more: Partial<EtcdSource>): Promise<string> => {
      try {
        const store = await open(more);
        return await store
          .put("a/x", bytes("x"))
          .then(
            () => "let in",
            (error: Error) => error.message,
          )
          .finally(() => store.close());
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    expect(await refusal({ passwordFile: "wrong" })).toContain("the server does not know this user, or the password is wrong");
    expect(await refusal({ prefix: "/other" })).toContain("the user may not do this");
    expect(await refusal({ ca: "other.pem" })).toMatch(/the server's certificate does not fit|cannot be reached/);
    expect(await refusal({ certificate: undefined, key: undefined })).toMatch(/does not take ours|cannot be reached/);
    expect(await refusal({ ca: "none.pem" })).toContain("cannot read none.pem: there is no such file or folder");
  });
});
