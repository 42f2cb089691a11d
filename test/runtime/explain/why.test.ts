/** What the agent says about a connection is what the source says, wherever the connection comes into a node. */
import { describe, expect, it } from "@jest/globals";
import { formatAddress, parseAddress } from "../../../compiler/space/address.js";
import type { Address } from "../../../compiler/space/address.js";
import { evaluate } from "../../../compiler/verdict/evaluate.js";
import { QuestionError, readQuestion } from "../../../runtime/explain/question.js";
import { explain } from "../../../runtime/explain/why.js";
import { tracePasses } from "../../../runtime/explain/trace.js";
import { encodeFlow } from "../../../runtime/openflow/flows.js";
import { encodeGroup } from "../../../runtime/openflow/groups.js";
import { checkTexts, readTexts } from "../../support/diagnose.js";
import { exampleProgram } from "../../support/nodetables.js";
import { universeOf } from "../../support/policy.js";
import { switchedWorld } from "../../support/switched.js";

const services = ["tcp/80", "tcp/6379", "icmp/8", "ip/47"] as const;

describe("an explanation", () => {
  it.each(["guestbook", "zero-trust"])("says of every connection of %s what its source says", (name) => {
    const { policy } = checkTexts(readTexts(`examples/${name}`));
    if (policy === undefined) throw new Error(`${name} does not resolve`);
    const program = exampleProgram(name);
    const { stations, inventory, bound, resolved } = switchedWorld(universeOf(policy), program, true, 7);
    const arrivals = new Set<string>();
    for (const node of ["a", "b"] as const) {
      const flows = bound[node].flows.map((flow) => ({ ...encodeFlow(flow, 1), packets: 3, bytes: 180, age: 1 }));
      for (const from of stations) {
        for (const to of stations) {
          const touches = [from, to].some(({ endpoint }) => endpoint?.node === node);
          if (from === to || !touches || from.end.address.family !== to.end.address.family) continue;
          // Between nodes only networks are carried.
          const nodes = new Set([from, to].flatMap(({ endpoint }) => endpoint?.node ?? []));
          if (nodes.size === 2 && resolved.get(to.endpoint?.name ?? "")?.network?.tag === undefined) continue;
          const [source, destination] = [from, to].map(({ end }) => formatAddress(end.address));
          for (const service of services) {
            if (service === "icmp/8" && from.end.address.family === 6) continue;
            const question = readQuestion(source, destination, service, inventory.endpoints);
            const { protocol, detail } = question;
            const { outcome } = evaluate(policy, { source: from.end, destination: to.end, protocol, detail });
            const told = explain({ question, node, program, flows, groups: [], endpoints: [] });
            arrivals.add(told.arrives.replace(/ \d+$/, ""));
            const seen = { source, destination, service, node, verdict: told.verdict };
            expect(seen).toEqual({ ...seen, verdict: outcome === "deny" ? "denied" : "allowed" });
            // Where neither end is a tenant's, nobody is asked.
            expect({ ...seen, asked: told.rules.length > 0 }).toEqual({ ...seen, asked: outcome !== "untouched" });
            expect(told.rules.every(({ place, flow }) => /^\S+\.ctv:\d+$/.test(place) && flow?.packets === 3)).toBe(true);
          }
        }
      }
    }
    expect(arrivals).toContain("port");
    expect(arrivals).toContain("the tunnel");
    expect(arrivals).toContain("the uplink");
  });
});

describe("an explanation of a connection to a service address", () => {
  const { policy } = checkTexts(readTexts("examples/shop"));
  if (policy === undefined) throw new Error("shop does not resolve");
  const program = exampleProgram("shop");
  const { stations, inventory, bound } = switchedWorld(universeOf(policy), program, true, 7);
  const service = formatAddress(parseAddress(program.loadBalancers[0].address) ?? { family: 4, value: 0 });
  const flows = bound.a.flows.map((flow) => ({ ...encodeFlow(flow, 1), packets: 3, bytes: 180, age: 1 }));
  const groups = bound.a.groups.map(encodeGroup);
  const senders = stations.filter(({ end, endpoint }) => endpoint?.node === "a" && end.address.family === 4);
  const ask = (source: Address, port: number) => {
    const question = readQuestion(formatAddress(source), service, `tcp/${port}`, inventory.endpoints);
    return explain({ question, node: "a", program, flows, groups, endpoints: inventory.endpoints });
  };

  it("says of every provider what the source says", () => {
    const seen = new Set<string>();
    for (const from of senders) {
      const { providers = [], verdict } = ask(from.end.address, 443);
      expect(providers.length).toBeGreaterThan(0);
      for (const provider of providers) {
        const to = stations.find(({ end }) => formatAddress(end.address) === provider.address);
        if (to === undefined) throw new Error(`nobody is at ${provider.address}`);
        expect(provider).toMatchObject({ port: 8443, endpoint: to.endpoint?.name });
        const { outcome } = evaluate(policy, { source: from.end, destination: to.end, protocol: 6, detail: 8443 });
        const told = { from: from.endpoint?.name, provider: provider.address };
        expect({ ...told, verdict: provider.verdict }).toEqual({ ...told, verdict: outcome === "deny" ? "denied" : "allowed" });
        if (outcome !== "untouched") expect(provider.rules.length).toBeGreaterThan(0);
      }
      const verdicts = new Set(providers.map((provider) => provider.verdict));
      expect(verdict).toBe(verdicts.size === 1 ? providers[0].verdict : "mixed");
      seen.add(verdict);
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it("says that a port of no service goes nowhere", () => {
    expect(ask(senders[0].end.address, 81)).toMatchObject({ verdict: "dropped", outputs: [] });
  });
});

describe("a question", () => {
  const endpoint = { name: "shop/web-1", node: "a", port: 1, mac: "02:00:00:00:00:01", addresses: ["10.1.1.1", "fd00::1"] };
  const other = { ...endpoint, name: "bank/web-1", addresses: ["10.1.1.2"] };

  it("takes names and addresses, and the family that both ends have", () => {
    expect(readQuestion("shop/web-1", "10.1.1.9", "tcp/80", [endpoint])).toMatchObject({ protocol: 6, detail: 80, source: { endpoint } });
    expect(readQuestion("web-1", "fd00::9", "icmp6/128", [endpoint])).toMatchObject({ detail: 128 << 8, source: { address: { family: 6 } } });
    expect(readQuestion("fd00:0::1", "web-1", "udp/53", [endpoint]).source.endpoint).toBe(endpoint);
  });

  it.each([
    ["web-1", "10.1.1.9", "tcp/80", '"web-1" may be any of shop/web-1, bank/web-1'],
    ["db-1", "10.1.1.9", "tcp/80", 'no endpoint is named "db-1"'],
    ["10.1.1.1", "fd00::9", "tcp/80", "have no addresses of one family"],
    ["10.1.1.1", "10.1.1.9", "tcp", '"tcp" is not a service'],
    ["10.1.1.1", "10.1.1.9", "ip/6", '"ip/6" is not a service'],
    ["10.1.1.1", "10.1.1.9", "icmp/300", '"icmp/300" is not a service'],
  ])("is refused where it means nothing: %s %s %s", (from, to, service, words) => {
    expect(() => readQuestion(from, to, service, [endpoint, other])).toThrow(QuestionError);
    expect(() => readQuestion(from, to, service, [endpoint, other])).toThrow(words);
  });
});

describe("a trace of the switch", () => {
  it.each([
    ["Datapath actions: 2", true],
    ["Datapath actions: drop", false],
    ["Datapath actions: ct(zone=3),recirc(0x1)\n…\nDatapath actions: ct(commit,zone=3,label=1/1),2", true],
    ["Datapath actions: ct(zone=3),recirc(0x1)\n…\nDatapath actions: userspace(pid=0,controller(reason=1))", false],
    ["Datapath actions: set(eth(src=1,2,dst=3)),push_vlan(vid=2,pcp=0),39", true],
    ["Datapath actions: clone(tnl_push(tnl_port(4),header(size=50)),1)", true],
    ["Datapath actions: set(tunnel(tun_id=0x2,dst=203.0.113.2)),4", true],
    ["nothing of the kind", false],
  ])("says whether the packet comes out: %j", (text, passes) => {
    expect(tracePasses(text)).toBe(passes);
  });
});
