/** `ctv stats`: how often each rule has decided, on all nodes together, by the file and line it is written at. */
import { accept } from "../../runtime/signing/accept.js";
import { decisionSources, placeText } from "../../runtime/service/sourcemap.js";
import type { DecisionSource } from "../../runtime/service/sourcemap.js";
import { readCounts, sumCounts } from "../../runtime/stats/share.js";
import type { NodeCounts } from "../../runtime/stats/share.js";
import type { RuleCount } from "../../runtime/stats/counters.js";
import { readNewest } from "../../runtime/store/generations.js";
import { exitCodes, Refusal } from "../exit.js";
import { flag, list, text } from "../options.js";
import { duration, table } from "../report/table.js";
import { storeOption, storePlace, withStore } from "../store.js";
import type { Verb } from "../verb.js";
import { jsonOption, trustOf, trustOption } from "./history.js";

export const stats: Verb = {
  options: [
    storeOption,
    trustOption,
    { flags: "--node <names>", description: "only what these nodes counted", many: true },
    { flags: "--tenant <name>", description: "only rules of this tenant" },
    { flags: "--never", description: "only rules that have never decided anything" },
    { flags: "--audited", description: "only what is in audit mode: what would be denied" },
    jsonOption,
  ],
  examples: ["ctv stats --store ctv-agent.yaml", "ctv stats --never --store https://10.0.0.1:2379 --trust ctv.pub"],
  run: async ({ options, terminal }) => {
    const place = storePlace(options, terminal);
    const trusted = trustOf(options, place, terminal);
    if (trusted.length === 0)
      throw new Refusal("which policy to believe? no public key was named", "--trust FILE, or --store with an agent's configuration");
    const { generation, sources, read } = await withStore(place, async (store) => {
      const newest = await readNewest(store);
      if (newest === undefined) throw new Refusal("nothing has been published yet");
      const taken = accept(newest.bytes, newest.generation, trusted);
      if ("refused" in taken) throw new Refusal(`generation ${newest.generation} cannot be believed: ${taken.refused}`);
      return { generation: newest.generation, sources: decisionSources(taken.program), read: await readCounts(store) };
    });
    for (const problem of read.problems) terminal.err.write(`ctv: ${problem}\n`);
    const nodes = nodesOf(read.nodes, list(options, "node"));
    const sums = sumCounts(nodes);
    const tenant = text(options, "tenant");
    if (tenant !== undefined && !sources.some((source) => source.tenant === tenant))
      throw new Refusal(`generation ${generation} has no tenant "${tenant}"`);
    const shown = sources
      .map((source) => ({ source, count: sums.get(source.decision) }))
      .filter(({ source }) => tenant === undefined || source.tenant === tenant)
      .filter(({ count }) => !flag(options, "never") || count === undefined)
      .filter(({ source }) => !flag(options, "audited") || source.audit);
    if (options.format === "json") {
      const rules = shown.map(({ source: { position, ...rest }, count }) => ({ ...rest, ...position, ...countOf(count) }));
      const counted = nodes.map(({ node, since, at }) => ({ node, since, at }));
      terminal.out.write(`${JSON.stringify({ version: 1, command: "stats", generation, nodes: counted, rules }, null, 2)}\n`);
      return exitCodes.fine;
    }
    const now = Date.now();
    terminal.out.write(
      table(
        ["RULE", "AT", "ACTION", ">DECIDED", ">PACKETS", ">BYTES", "LAST HIT"],
        shown.map((row) => rowOf(row.source, row.count, now)),
      ),
    );
    if (nodes.length === 0) terminal.err.write("ctv: no node has counted anything yet\n");
    return exitCodes.fine;
  },
};

function nodesOf(all: readonly NodeCounts[], asked: readonly string[]): readonly NodeCounts[] {
  const missing = asked.find((name) => !all.some(({ node }) => node === name));
  if (missing !== undefined)
    throw new Refusal(`node "${missing}" has counted nothing`, `nodes that have are ${all.map(({ node }) => node).join(", ") || "none"}`);
  return asked.length === 0 ? all : all.filter(({ node }) => asked.includes(node));
}

function countOf(count: RuleCount | undefined): object {
  const { decided = 0, packets = 0, bytes = 0, lastHit } = count ?? {};
  return { decided, packets, bytes, ...(lastHit === undefined ? {} : { lastHit: new Date(lastHit).toISOString() }) };
}

function rowOf(source: DecisionSource, count: RuleCount | undefined, now: number): readonly string[] {
  const { rule, action, audit, position, text: written } = source;
  const name = rule === source.tenant ? `${rule}: ${written}` : rule;
  const does = audit ? (action === "deny" ? "would deny" : "allow") : action;
  if (count === undefined) return [name, placeText(position), does, "0", "0", "0", "never"];
  const last = count.lastHit === undefined ? "before its agent started" : `${duration(now - count.lastHit)} ago`;
  return [name, placeText(position), does, String(count.decided), String(count.packets), String(count.bytes), last];
}
