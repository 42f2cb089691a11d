/** What an agent makes on a switch, and that it leaves alone what others made: against a real `ovsdb-server` and switch. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startAgent } from "../../../runtime/agent/agent.js";
import type { Agent } from "../../../runtime/agent/agent.js";
import { setupChanges } from "../../../runtime/ovsdb/setup.js";
import type { BridgeSetup } from "../../../runtime/ovsdb/setup.js";
import { watchBridge } from "../../../runtime/ovsdb/watch.js";
import type { BridgeView } from "../../../runtime/ovsdb/bridge.js";
import { eventually, manualPrograms, recordingLog } from "../../support/agent.js";
import { missingSwitch, startSwitch } from "../../support/ovs.js";
import type { TestSwitch } from "../../support/ovs.js";
import { describeWhere } from "../../support/where.js";

describeWhere(missingSwitch(), "what an agent makes on a switch", () => {
  let ovs: TestSwitch;
  beforeAll(async () => {
    ovs = await startSwitch();
  });
  afterAll(() => ovs.stop());

  /** The bridge as the database has it, watched while `run` goes on. */
  async function watching(
    bridge: string,
    run: (view: () => BridgeView | undefined, setUp: (setup: BridgeSetup) => Promise<number>) => Promise<void>,
  ) {
    let view: BridgeView | undefined;
    let told = 0;
    const errors: string[] = [];
    const watch = watchBridge(
      { kind: "unix", path: ovs.database },
      bridge,
      (seen) => {
        view = seen;
        told++;
      },
      (error) => errors.push(error.message),
    );
    await eventually(
      () => told > 0,
      () => "the database",
    );
    /** Makes what is asked for; the number of operations that it took. */
    const setUp = async (setup: BridgeSetup): Promise<number> => {
      const operations = setupChanges(bridge, view, setup);
      await watch.transact(operations);
      await eventually(
        () => setupChanges(bridge, view, setup).length === 0,
        () => JSON.stringify(view),
      );
      return operations.length;
    };
    try {
      await run(() => view, setUp);
    } finally {
      await watch.stop();
    }
    expect(errors).toEqual([]);
  }
  const portsOf = (bridge: string): readonly string[] => ovs.configure("list-ports", bridge).split("\n").filter(Boolean).sort();
  const column = (table: string, row: string, name: string): string => ovs.configure("get", table, row, name).trim();

  it("is a bridge that never forwards by itself, with its ports, made once", () =>
    watching("made", async (view, setUp) => {
      const setup: BridgeSetup = { bridge: "netdev", tunnel: "made-tun", tunnelPort: 4790, uplink: "made-up" };
      expect(await setUp(setup)).toBeGreaterThan(0);
      expect(await setUp(setup)).toBe(0);
      expect(column("bridge", "made", "fail_mode")).toBe("secure");
      expect(column("bridge", "made", "datapath_type")).toBe("netdev");
      expect(portsOf("made")).toEqual(["made-tun", "made-up"]);
      expect(column("interface", "made-tun", "options")).toBe('{dst_port="4790", key=flow, remote_ip=flow}');
      expect(column("interface", "made", "type")).toBe("internal");
      expect(view()?.externalIds).toEqual({ "ctv-created": "true" });
    }));

  it("follows what is asked for, and takes only its own ports away", () =>
    watching("made", async (_, setUp) => {
      ovs.configure("add-port", "made", "theirs", "--", "set", "interface", "theirs", "type=internal");
      await setUp({ bridge: "netdev", tunnel: "other-tun", uplink: "made-up" });
      expect(portsOf("made")).toEqual(["made-up", "other-tun", "theirs"]);
      await setUp({ bridge: "netdev", tunnel: "other-tun", tunnelPort: 4791, uplink: "made-up" });
      expect(column("interface", "other-tun", "options")).toContain('dst_port="4791"');
      await setUp({});
      expect(portsOf("made")).toEqual(["theirs"]);
      expect(ovs.configure("list-br").split("\n")).toContain("made");
    }));

  it("leaves a bridge and ports of others as they are, whatever it would have made of them", () =>
    watching("found", async (_, setUp) => {
      ovs.addBridge("found", 1);
      ovs.configure("add-port", "found", "found-tun", "--", "set", "interface", "found-tun", "type=geneve", "options:remote_ip=192.0.2.9");
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await setUp({ bridge: "netdev", tunnel: "found-tun", uplink: "found-p1" })).toBe(0);
      expect(column("interface", "found-tun", "type")).toBe("geneve");
      expect(column("bridge", "found", "datapath_type")).toBe("dummy");
      expect(await setUp({})).toBe(0);
      expect(portsOf("found")).toEqual(["found-p1", "found-tun"]);
    }));

  it("makes nothing where nothing is asked for", () => expect(setupChanges("none", undefined, { tunnel: "t", uplink: "u" })).toEqual([]));

  describe("by an agent", () => {
    let agent: Agent | undefined;
    const started = async (bridge: string, setup: BridgeSetup) => {
      const log = recordingLog();
      agent = await startAgent({
        own: { name: "a", ...(setup.tunnel === undefined ? {} : { tunnel: setup.tunnel }) },
        bridge,
        setup,
        openflow: { kind: "unix", path: ovs.socket(bridge) },
        ovsdb: { kind: "unix", path: ovs.database },
        programs: manualPrograms(),
        endpoints: [],
        unknownPolicy: "deny",
        log,
      });
      return { agent, log };
    };

    it("comes before its flows: an empty switch that it makes bars all", async () => {
      const { agent: made } = await started("own", { bridge: "netdev", tunnel: "own-tun" });
      await eventually(
        () => made.report().connected && made.report().flows > 0 && made.report().errors.length === 0,
        () => JSON.stringify(made.report()),
      );
      expect(portsOf("own")).toEqual(["own-tun"]);
      await made.stop();
    });

    it("tells what the database does not take, and goes on", async () => {
      ovs.addBridge("first", 1);
      const { agent: made, log } = await started("second", { bridge: "netdev", tunnel: "first-p1" });
      await eventually(
        () => log.lines.some(({ message }) => message.includes("the switch cannot be set up")),
        () => JSON.stringify(log.lines),
      );
      expect(made.report().errors.join()).toContain("first-p1");
      expect(portsOf("first")).toEqual(["first-p1"]);
      await made.stop();
    });
  });
});
