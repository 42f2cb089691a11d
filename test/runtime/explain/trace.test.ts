/** The switch's own trace of a connection to a service address, held against what the agent says of every provider. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { formatAddress, parseAddress } from "../../../compiler/space/address.js";
import { tables } from "../../../compiler/target/openflow/tables.js";
import { flowText, groupText } from "../../../compiler/target/openflow/text.js";
import { openControl } from "../../../runtime/conntrack/control.js";
import { readQuestion } from "../../../runtime/explain/question.js";
import { traceExplained } from "../../../runtime/explain/trace.js";
import { explain } from "../../../runtime/explain/why.js";
import { encodeFlow } from "../../../runtime/openflow/flows.js";
import { encodeGroup } from "../../../runtime/openflow/groups.js";
import { checkTexts, readTexts } from "../../support/diagnose.js";
import { exampleProgram } from "../../support/nodetables.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { universeOf } from "../../support/policy.js";
import { switchedWorld } from "../../support/switched.js";
import { describeWhere } from "../../support/where.js";

describeWhere(missingSwitch(), "a trace of a connection to a service address", () => {
  const { policy } = checkTexts(readTexts("examples/shop"));
  if (policy === undefined) throw new Error("shop does not resolve");
  const program = exampleProgram("shop");
  const { stations, inventory, bound } = switchedWorld(universeOf(policy), program, true, 7);
  const service = formatAddress(parseAddress(program.loadBalancers[0].address) ?? { family: 4, value: 0 });
  const { endpoints } = inventory;
  const statistics = { packets: 0, bytes: 0, age: 1 };
  const flows = bound.a.flows.map((flow) => ({ ...encodeFlow(flow, 1), ...statistics }));
  const groups = bound.a.groups.map(encodeGroup);
  let ovs: TestSwitch;

  const load = (present: typeof bound.a.flows): void =>
    ovs.load("bra", present.map((flow) => `${flowText(flow)}\n`).join(""), bound.a.groups.map((group) => `${groupText(group)}\n`).join(""));
  const ask = async (source: string, port: number) => {
    const question = readQuestion(source, service, `tcp/${port}`, endpoints);
    const explanation = explain({ question, node: "a", program, flows, groups, endpoints });
    const control = await openControl(ovs.controlSocket);
    try {
      return await traceExplained({ control, bridge: "bra", question, program, explanation, endpoints });
    } finally {
      control.close();
    }
  };
  const senders = stations
    .filter(({ end, endpoint }) => endpoint?.node === "a" && end.address.family === 4)
    .map(({ end }) => formatAddress(end.address));

  beforeAll(async () => {
    ovs = await startSwitch();
    ovs.addBridge("bra", 39);
    load(bound.a.flows);
  });
  afterAll(() => ovs.stop());

  it("agrees about every provider", async () => {
    const seen = new Set<boolean>();
    for (const source of senders) {
      const { agree, providers = [], trace } = await ask(source, 443);
      expect({ source, agree, providers: providers.map(({ address }) => address) }).toEqual({ source, agree: true, providers: [expect.anything()] });
      for (const { passes } of providers) seen.add(passes);
      expect(trace.passes).toBe(providers.some(({ passes }) => passes));
    }
    expect([...seen].sort()).toEqual([false, true]);
    expect(await ask(senders[0], 81)).toMatchObject({ agree: true, trace: { passes: false } });
  });

  it("disagrees where the switch has other flows than were read", async () => {
    for (const table of [tables.policy, tables.service]) {
      load(bound.a.flows.filter((flow) => flow.table !== table || flow.actions.length === 0));
      const answers = await Promise.all(senders.map((source) => ask(source, 443)));
      expect({ table, agree: answers.every(({ agree }) => agree) }).toEqual({ table, agree: false });
    }
    load(bound.a.flows);
  });
});
