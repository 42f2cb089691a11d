/** The guestbook's tables as golden files, and what `ovs-ofctl` and OpenFlow's limits say of everything that is emitted. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { Inventory } from "../../../../compiler/target/openflow/bind/inventory.js";
import { emitOpenflow } from "../../../../compiler/target/openflow/emit.js";
import { cookieText, readCookie } from "../../../../compiler/target/openflow/flow.js";
import type { Artefact } from "../../../../compiler/target/target.js";
import { checkTexts } from "../../../support/diagnose.js";
import { expectGolden } from "../../../support/golden.js";
import { missingSwitch } from "../../../support/ovs.js";
import { allow, deny, makePolicy, universeOf } from "../../../support/policy.js";
import { describeWhere } from "../../../support/where.js";

const guestbookInventory: Inventory = {
  nodes: [
    { name: "node-a", address: "192.0.2.201", tunnel: 100, uplink: 101 },
    { name: "node-b", address: "192.0.2.202", tunnel: 100 },
  ],
  endpoints: [
    {
      name: "frontend-1",
      node: "node-a",
      port: 1,
      mac: "02:00:00:00:00:01",
      addresses: ["10.1.1.1"],
      namespace: "guestbook",
      labels: { app: "guestbook", tier: "frontend" },
    },
    {
      name: "master",
      node: "node-a",
      port: 2,
      mac: "02:00:00:00:00:02",
      addresses: ["10.1.1.2"],
      namespace: "guestbook",
      labels: { app: "redis", role: "master" },
    },
    {
      name: "slave-1",
      node: "node-b",
      port: 1,
      mac: "02:00:00:00:00:03",
      addresses: ["10.1.1.3"],
      namespace: "guestbook",
      labels: { app: "redis", role: "slave", security: "suspect" },
    },
  ],
};

function guestbook(): readonly Artefact[] {
  const text = readFileSync("test/fixtures/language/guestbook.ctv", "utf8");
  const offices = "external office = 198.51.100.0/24, 2001:db8:0:f::/64\n";
  const { universe, diagnostics } = checkTexts({ "main.ctv": text, "shared/offices.ctv": offices });
  if (universe === undefined) throw new Error(JSON.stringify(diagnostics));
  return emitOpenflow(universe, { inventory: guestbookInventory }).artefacts;
}

describe("the guestbook of the language's page", () => {
  it("becomes these tables", () => {
    const artefacts = guestbook();
    expect(artefacts.map(({ path }) => path)).toEqual(["nodes/node-a.flows", "nodes/node-b.flows", "policy.flows", "program.json", "sourcemap.json"]);
    for (const { path, text } of artefacts) expectGolden(`test/fixtures/openflow/guestbook/${path}`, text);
  });

  it("becomes the same bytes every time", () => {
    expect(guestbook()).toEqual(guestbook());
  });

  it("names the line of the source in the cookie of every policy flow", () => {
    const artefacts = guestbook();
    const flows = artefacts.find(({ path }) => path === "policy.flows")?.text ?? "";
    const map = artefacts.find(({ path }) => path === "sourcemap.json")?.text ?? "";
    const used = [...flows.matchAll(/^table=80,.*cookie=(0x[0-9a-f]+)/gm)]
      .map(([, cookie]) => cookie)
      .filter((cookie) => !cookie.startsWith("0xc704"));
    expect(used.length).toBeGreaterThan(20);
    for (const cookie of used) expect(map).toContain(`"cookie":"${cookie}"`);
  });
});

const everything = universeOf(
  makePolicy({
    tenants: [
      {
        name: "a",
        networks: { net: "10.0.0.0/24, fd00::/64" },
        groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db" }, any2: { match: "app!=x" }, vm: { hosts: "192.0.2.1, fd01::1" } },
        exports: ["web"],
        policies: [
          {
            name: "p",
            rules: [
              deny("any except web, vm", "vm", undefined, { log: true }),
              allow("web, db, vm, 198.51.100.0/25", "db, vm, web, net", "tcp/80, tcp/1024-65535, udp/53, sctp/1-3"),
              allow("world except 198.51.100.0/24", "web", "icmp/8, icmp6, ip/47, tcp"),
              deny("10.0.0.1-10.0.0.77", "net"),
            ],
          },
        ],
      },
      {
        name: "b",
        default: "allow",
        networks: { net: "10.0.0.0/25" },
        groups: { db: { match: "app=db" } },
        policies: [{ name: "p", rules: [allow("a/web", "db")] }],
      },
    ],
    externals: { office: "198.51.100.0/24" },
  }),
);

describeWhere(missingSwitch(), "ovs-ofctl", () => {
  it.each([
    ["the guestbook", guestbook],
    [
      "a policy with everything",
      () => emitOpenflow(everything, { inventory: guestbookInventory, audit: { tenants: ["b"], policies: [] } }).artefacts,
    ],
  ])("takes every emitted file: %s", (_, make) => {
    const folder = mkdtempSync(join(tmpdir(), "ctv-flows-"));
    try {
      for (const { path, text } of make()) {
        if (!path.endsWith(".flows")) continue;
        const file = join(folder, "flows");
        writeFileSync(file, text);
        for (const version of ["OpenFlow13", "OpenFlow14"]) {
          const out = execFileSync("ovs-ofctl", ["-O", version, "parse-flows", file], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
          const wanted = text.split("\n").filter((line) => line.startsWith("table=")).length;
          expect([path, version, out.split("\n").filter((line) => line.includes("ADD")).length]).toEqual([path, version, wanted]);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("cookies", () => {
  it("say whose a flow is, what for, of which generation, and which rule's", () => {
    const text = cookieText({ kind: "rule", id: 0x1234 }, 7);
    expect(text).toBe("0xc701000700001234");
    expect(readCookie(BigInt(text))).toEqual({ kind: "rule", id: 0x1234, generation: 7 });
    expect(readCookie(0x1234n)).toBeUndefined();
  });
});

describe("audit mode", () => {
  it("notes a denial where it would drop", () => {
    const [policy] = emitOpenflow(everything, { audit: { tenants: ["a"], policies: [] } }).artefacts;
    const denying = policy.text.split("\n").filter((line) => line.startsWith("table=80") && line.includes("set_field:0x1/0x1->reg0"));
    expect(denying.filter((line) => !line.includes("priority=0,"))).toEqual([]);
    expect(policy.text).toContain("set_field:0x8/0x8->reg0");
  });
});
