/** The peers of a question with `any` in it, for a terminal and for programs. Peers that may do the same share a line. */
import { formatServices, isEmptyService } from "../compiler/space/service.js";
import { foldPairs, foldWays } from "../compiler/verdict/matrix/fold.js";
import type { FoldedLine } from "../compiler/verdict/matrix/fold.js";
import type { PeerTable } from "../compiler/verdict/peers.js";
import type { Reach } from "../compiler/verdict/reach.js";

/** A project with a thousand groups has a thousand peers: more lines than this nobody reads. */
const mostLines = 30;
const widestServices = 72;

/** Indented lines under a head; `subject` is the other side of the question as it was asked. */
export function peersText(table: PeerTable, subject: string): string {
  const lines = linesOf(table);
  const shown = lines.slice(0, mostLines);
  const width = Math.max(0, ...shown.map(({ who }) => who.length));
  const rows = shown.map(({ who, what }) => `    ${who.padEnd(width)}  ${what}\n`);
  const more = lines.length > mostLines ? `    … and ${lines.length - mostLines} more lines (\`--format json\` has them all)\n` : "";
  return `  ${headOf(table, subject, lines.length === 0)}\n${rows.join("")}${more}`;
}

function headOf({ kind }: PeerTable, subject: string, nobody: boolean): string {
  switch (kind) {
    case "sources":
      return nobody ? `nobody may reach ${subject}` : `who may reach ${subject}, and on what:`;
    case "destinations":
      return nobody ? `${subject} may reach nobody` : `whom ${subject} may reach, and on what:`;
    case "pairs":
      return nobody ? "nobody may reach anybody" : "who may reach whom, and on what:";
  }
}

function linesOf(table: PeerTable): readonly FoldedLine[] {
  const ways = (peers: readonly Reach[]) => peers.map((reach) => ({ name: reach.peer.name, what: servicesText(reach) }));
  return table.kind === "pairs" ? foldPairs(table.rows.map(({ source, to }) => ({ name: source.name, to: ways(to) }))) : foldWays(ways(table.peers));
}

function servicesText({ always, sometimes }: Reach): string {
  const parts = [
    ...(isEmptyService(always) ? [] : [formatServices(always)]),
    ...(isEmptyService(sometimes) ? [] : [`some of ${formatServices(sometimes)}`]),
  ];
  const text = parts.join("; ");
  return text.length <= widestServices ? text : `${text.slice(0, widestServices - 1)}…`;
}

/** All of it: `services` pass on every flow, `servicesForSomeFlows` on some. */
export function peersJson(table: PeerTable): Readonly<Record<string, unknown>> {
  const services = ({ always, sometimes }: Reach) => ({
    services: isEmptyService(always) ? "" : formatServices(always),
    servicesForSomeFlows: isEmptyService(sometimes) ? "" : formatServices(sometimes),
  });
  if (table.kind === "pairs") {
    return {
      connections: table.rows.flatMap(({ source, to }) => to.map((reach) => ({ from: source.name, to: reach.peer.name, ...services(reach) }))),
    };
  }
  return { [table.kind]: table.peers.map((reach) => ({ name: reach.peer.name, kind: reach.peer.kind, ...services(reach) })) };
}
