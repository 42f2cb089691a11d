/**
 * Verification has to notice a broken emitter. Each row breaks what an emitter wrote in the way that a mistake in it would, and the
 * comparison must find a flow that the target now decides otherwise.
 */
import { describe, expect, it } from "@jest/globals";
import { check } from "../../../compiler/compile.js";
import { targets } from "../../../compiler/target/index.js";
import type { Artefact } from "../../../compiler/target/target.js";
import { verify } from "../../../compiler/verify/verify.js";

const source = `
external office = 203.0.113.0/24

tenant lab {
  network net { subnet 10.1.0.0/24 }
  group web in net { match app = web }
  group db  in net { match app = db }
  group bad in net { match app = bad }

  policy guard priority 10 {
    deny bad -> db : tcp/5432
  }
  policy ways {
    allow web, bad -> db : tcp/{5432, 8000-8100}, udp/53
    deny  203.0.113.64/26 -> web
    allow office -> web : tcp/443
    allow world  -> web : tcp/80
  }
}
`;

const checked = check({ entries: ["main.ctv"], read: () => ({ text: source }) });

interface Mutation {
  readonly name: string;
  readonly target: "kubernetes" | "contiv" | "openflow";
  readonly path: RegExp;
  readonly break: (text: string) => string;
}

/** A rule file of Contiv as an object, changed, and written back. */
const inJson =
  (change: (value: Record<string, unknown>) => Record<string, unknown>) =>
  (text: string): string =>
    JSON.stringify(change(JSON.parse(text)), null, 2);

const mutations: readonly Mutation[] = [
  { name: "drops an except", target: "kubernetes", path: /ways\.web/, break: (text) => text.replace(/ +except:\n( +- [^\n]+\n)+/, "") },
  {
    name: "swaps a direction",
    target: "kubernetes",
    path: /ways\.db/,
    break: (text) => text.replaceAll("Ingress", "Egress").replaceAll("ingress:", "egress:").replaceAll("from:", "to:"),
  },
  { name: "loses a range's upper end", target: "kubernetes", path: /ways\.db/, break: (text) => text.replace(/ +endPort: \d+\n/, "") },
  { name: "turns NotIn into In", target: "kubernetes", path: /ways\.web/, break: (text) => text.replace("operator: NotIn", "operator: In") },
  { name: "forgets the floor for egress", target: "kubernetes", path: /default-deny/, break: (text) => text.replace(/ +- Egress\n/, "") },
  { name: "takes TCP for UDP", target: "kubernetes", path: /ways\.db/, break: (text) => text.replace("protocol: UDP", "protocol: TCP") },
  { name: "widens a block by one bit", target: "kubernetes", path: /ways\.web/, break: (text) => text.replace("203.0.113.128/25", "203.0.112.0/23") },
  { name: "lets the floor pass", target: "contiv", path: /rules\/.*every\.default/, break: inJson((rule) => ({ ...rule, action: "allow" })) },
  {
    name: "is one priority off",
    target: "contiv",
    path: /rules\/guard/,
    break: inJson((rule) => ({ ...rule, priority: Number(rule.priority) - 1 })),
  },
  { name: "is one port off", target: "contiv", path: /rules\/ways\.db\/.*5432/, break: inJson((rule) => ({ ...rule, port: 5433 })) },
  {
    name: "forgets the replies",
    target: "contiv",
    path: /rules\/ways\.db/,
    break: inJson((rule) => (rule.protocol === "tcp" || rule.protocol === "udp" ? { ...rule, action: "deny" } : rule)),
  },
  {
    name: "swaps the direction of a rule",
    target: "contiv",
    path: /rules\/guard/,
    break: inJson(({ fromEndpointGroup, direction, ...rule }) => ({
      ...rule,
      direction: direction === "in" ? "out" : "in",
      toEndpointGroup: fromEndpointGroup,
    })),
  },
  {
    name: "is one priority off",
    target: "openflow",
    path: /policy\.flows/,
    break: (text) =>
      text.replace(
        /priority=\d+(,cookie=\w+,tcp,reg2=\w+\/\w+,reg4=\w+\/\w+,reg8=\w+\/\w+,tp_dst=5432 actions=set_field:\w+->reg15,set_field)/,
        "priority=101$1",
      ),
  },
  {
    name: "loses a bit of a port mask",
    target: "openflow",
    path: /policy\.flows/,
    break: (text) => text.replace("tp_dst=0x1f40/0xffc0", "tp_dst=0x1f40/0xff80"),
  },
  {
    name: "swaps source and destination class",
    target: "openflow",
    path: /policy\.flows/,
    break: (text) => text.replaceAll("reg4=", "regX=").replaceAll("reg8=", "reg4=").replaceAll("regX=", "reg8="),
  },
  {
    name: "takes allow for deny",
    target: "openflow",
    path: /policy\.flows/,
    break: (text) => text.replace(/(nw_src=203\.0\.113\.64\/26 actions=set_field:\w+->reg15),set_field:0x1\/0x1->reg0/, "$1"),
  },
];

const lostReplies: readonly { readonly name: string; readonly break: (text: string) => string }[] = [
  { name: "forgets the way back", break: (text) => text.replace(/^.*ct_state=\+rpl.*\n/m, "") },
  { name: "forgets to remember connections", break: (text) => text.replaceAll("ct(commit,", "ct(") },
  {
    name: "marks connections otherwise than it asks",
    break: (text) => text.replaceAll("exec(set_field:0x1/0x1->ct_mark", "exec(set_field:0x2/0x2->ct_mark"),
  },
  { name: "remembers them in another zone", break: (text) => text.replaceAll("ct(commit,zone=NXM_NX_REG0[16..31]", "ct(commit,zone=7") },
  {
    name: "looks for what answers the world in another zone",
    break: (text) => text.replace(/^(table=50,priority=200,cookie=\w+,reg1=0x[0-9a-f]{1,4} actions=set_field:)\w+/m, "$10x70000"),
  },
];

describe("verification", () => {
  const { universe } = checked;
  if (universe === undefined) throw new Error("the source has errors");
  const settings = { options: {} };

  it.each(targets.map((target) => target.name))("proves what %s wrote", (name) => {
    const target = targets.find((row) => row.name === name);
    const emission = target?.emit(universe, settings);
    expect(verify(name, universe, target?.readings(emission?.artefacts ?? [], universe) ?? [], emission?.losses ?? [])).toEqual([]);
  });

  it.each(mutations.map((mutation) => [mutation.target, mutation.name, mutation] as const))(
    "catches an emitter for %s that %s",
    (name, _, mutation) => {
      const target = targets.find((row) => row.name === name);
      if (target === undefined) throw new Error(`no target ${name}`);
      const emission = target.emit(universe, settings);
      const broken = emission.artefacts.map((artefact): Artefact =>
        mutation.path.test(artefact.path) ? { ...artefact, text: mutation.break(artefact.text) } : artefact,
      );
      expect(broken).not.toEqual(emission.artefacts);
      expect(verify(name, universe, target.readings(broken, universe), emission.losses ?? [])).not.toEqual([]);
    },
  );

  it.each(lostReplies.map((mutation) => [mutation.name, mutation] as const))(
    "tells that replies are dropped when an emitter for openflow %s",
    (_, mutation) => {
      const target = targets.find((row) => row.name === "openflow");
      const artefacts = target?.emit(universe, settings).artefacts ?? [];
      const broken = artefacts.map((artefact) =>
        artefact.path === "policy.flows" ? { ...artefact, text: mutation.break(artefact.text) } : artefact,
      );
      expect(broken).not.toEqual(artefacts);
      const found = verify("openflow", universe, target?.readings(broken, universe) ?? [], []);
      expect(found).toContainEqual(expect.objectContaining({ code: "CTV5001", message: expect.stringContaining("drops replies to") }));
    },
  );
});
