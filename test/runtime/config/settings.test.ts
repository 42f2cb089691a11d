/** The agent's configuration: what it says, what it refuses, and the schema that editors are given. */
import { readFileSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { describe, expect, it } from "@jest/globals";
import { agentSchema, readAgentSettings } from "../../../runtime/config/settings.js";

const schemaPath = "runtime/config/ctv-agent.schema.json";
const small = "store: { folder: /var/lib/ctv/store }\ntrust: [ctv.pub]\n";
const full = `node: node-a
store:
  etcd:
    endpoints: [https://10.0.0.1:2379, https://10.0.0.2:2379]
    prefix: /ctv
    ca: ca.pem
    user: node-a
    passwordFile: password
trust: [ctv.pub, old.pub]
nodeKey: node.key
trustNodes: { node-a: node-a.pub, node-b: node-b.pub }
bridge: br-int
openflow: unix:/run/openvswitch/br-int.mgmt
ovsdb: tcp:127.0.0.1:6640
address: 192.0.2.1
tunnel: vxlan0
create: { bridge: netdev, tunnel: true, tunnelPort: 4790 }
forwarding: none
untilKnown: deny
endpoints:
  file: endpoints.yaml
  kubernetes: { namespaces: [shop] }
listen: "[::1]:9476"
log: debug
reportEvery: 2
lease: 30
`;
const messages = (text: string): readonly string[] => readAgentSettings("ctv-agent.yaml", text).diagnostics.map(({ message }) => message);

describe("the agent's configuration", () => {
  it("needs little, and has defaults for the rest", () => {
    expect(readAgentSettings("ctv-agent.yaml", small).settings).toMatchObject({
      store: { folder: "/var/lib/ctv/store" },
      trust: ["ctv.pub"],
      bridge: "br-int",
      untilKnown: "deny",
      listen: "127.0.0.1:9476",
      endpoints: { ovsdb: true, nodes: false },
    });
  });

  it("may say everything", () => {
    expect(messages(full)).toEqual([]);
    expect(readAgentSettings("ctv-agent.yaml", full).settings).toMatchObject({
      node: "node-a",
      store: { etcd: { endpoints: ["https://10.0.0.1:2379", "https://10.0.0.2:2379"], user: "node-a" } },
      endpoints: { ovsdb: true, nodes: true, file: "endpoints.yaml", kubernetes: { namespaces: ["shop"] } },
      lease: 30,
    });
  });

  it.each([
    ["", ["the agent's configuration needs a mapping, not nothing"]],
    ["trust: [a.pub]\n", ["the agent's configuration needs `store`"]],
    ["store: { folder: x }\n", ["the agent's configuration needs `trust`"]],
    [`${small}brigde: br0\n`, [expect.stringContaining('has no key "brigde"')]],
    [`${small}listen: 0.0.0.0:80\n`, ['listen needs a loopback address with a port, such as 127.0.0.1:9476, not "0.0.0.0:80"']],
    [`${small}ovsdb: /run/db.sock\n`, [expect.stringContaining("ovsdb needs an address such as unix:/run/openvswitch/db.sock")]],
    [`${small}untilKnown: allwo\n`, [expect.stringContaining("untilKnown needs one of deny, normal")]],
    [`${small}lease: 1\n`, ["lease needs a whole number from 5 to 86400, not 1"]],
    ["store: { folder: x, etcd: { endpoints: [https://a:1] } }\ntrust: [a.pub]\n", ["store needs a folder or etcd, not both"]],
    ["store: {}\ntrust: [a.pub]\n", ["store needs a folder or etcd, not neither"]],
    ["store: { etcd: { endpoints: [10.0.0.1] } }\ntrust: [a.pub]\n", [expect.stringContaining("store.etcd.endpoints[0] needs a URL")]],
    [`${small}create: { tunnel: true }\n`, ["create.tunnel needs the port's name in `tunnel`, not none"]],
    [`${small}create: { uplink: true }\n`, ["create.uplink needs the device's name in `uplink`, not none"]],
    [`${small}tunnel: a\nuplink: a\n`, ["uplink needs another name than `tunnel`, not a"]],
    [`${small}create: { bridge: dummy }\n`, [expect.stringContaining("create.bridge needs one of system, netdev")]],
    ["store: { folder: x }\ntrust: []\n", ["trust needs at least one key, not none"]],
  ])("is refused with a message for each mistake: %j", (text, wanted) => {
    expect(messages(text)).toEqual(wanted);
    expect(readAgentSettings("ctv-agent.yaml", text).settings).toBeUndefined();
  });

  it("has a schema that says the same", () => {
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(schemaPath, `${JSON.stringify(agentSchema(), null, 2)}\n`);
    const shipped: unknown = JSON.parse(readFileSync(schemaPath, "utf8"));
    expect(shipped).toEqual(agentSchema());
    const valid = new Ajv({ strict: false }).compile(agentSchema());
    expect(valid(parse(full))).toBe(true);
    expect(valid(parse(small))).toBe(true);
    expect(valid(parse("store: {}\ntrust: [a.pub]\n"))).toBe(false);
    expect(valid(parse(`${small}brigde: br0\n`))).toBe(false);
  });
});
