/** The peers of a question with `any` in it, for a terminal and for programs. Peers that may do the same share a line. */
import { formatServices, isEmptyService } from "../compiler/space/service.js";
import type { PeerTable } from "../compiler/verdict/peers.js";
import type { Reach } from "../compiler/verdict/reach.js";

/** A project with a thousand groups has a thousand peers: this many lines, and this many names in each, are read. */
const mostLines = 30;
const mostNames = 4;
const widestServices = 72;

interface Line {
  readonly who: string;
  readonly what: string;
}

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

function linesOf(table: PeerTable): readonly Line[] {
  if (table.kind !== "pairs") return linesOfPeers(table.peers);
  const bySame = new Map<string, { readonly names: string[]; readonly lines: readonly Line[] }>();
  for (const { source, to } of table.rows) {
    const lines = linesOfPeers(to);
    const key = JSON.stringify(lines);
    const known = bySame.get(key);
    if (known === undefined) bySame.set(key, { names: [source.name], lines });
    else known.names.push(source.name);
  }
  return [...bySame.values()].flatMap(({ names, lines }) => lines.map(({ who, what }) => ({ who: `${namesText(names)} -> ${who}`, what })));
}

function linesOfPeers(peers: readonly Reach[]): readonly Line[] {
  const byServices = new Map<string, string[]>();
  for (const reach of peers) {
    const what = servicesText(reach);
    const known = byServices.get(what);
    if (known === undefined) byServices.set(what, [reach.peer.name]);
    else known.push(reach.peer.name);
  }
  return [...byServices].map(([what, names]) => ({ who: namesText(names), what }));
}

function namesText(names: readonly string[]): string {
  const shown = names.length <= mostNames + 1 ? names : names.slice(0, mostNames);
  return `${shown.join(", ")}${shown.length < names.length ? ` and ${names.length - shown.length} more` : ""}`;
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
