/** Which policies decide a connection, as text and as data. */
import type { Span } from "../../../grammar/span.js";
import type { Cause } from "./chains.js";
import type { Connection } from "./connections.js";
import type { Decision } from "./decide.js";
import { connectionText, peerValue, portRanges } from "./text.js";

/** `file:line:column` of a place. */
export type Locate = (span: Span) => string;

export function connectionExplanations(list: readonly Connection[], locate: Locate): string {
  return list.map((connection) => `${[head(connection), ...sides(connection, locate)].join("\n")}\n`).join("\n");
}

function head({ source, destination, services }: Connection): string {
  return `${source.title} => ${destination.title} : ${connectionText(services)}`;
}

function sides({ source, destination, egress, ingress }: Connection, locate: Locate): readonly string[] {
  return [
    ...(egress === undefined ? [] : side("egress", source.title, egress, locate)),
    ...(ingress === undefined ? [] : side("ingress", destination.title, ingress, locate)),
  ];
}

function side(direction: "egress" | "ingress", title: string, decisions: readonly Decision[], locate: Locate): readonly string[] {
  return [
    `  ${direction} of ${title}`,
    ...decisions.map((decision, index) => `    ${decisionText(direction, decision, index > 0 && index === decisions.length - 1, locate)}`),
  ];
}

/** `last` after others: what these have left. */
function decisionText(direction: "egress" | "ingress", { services, action, causes }: Decision, last: boolean, locate: Locate): string {
  const what = `${last ? "everything else" : connectionText(services)} ${action === "allow" ? "allowed" : "denied"}`;
  if (causes.length === 0) return `${what}: no policy decides about it`;
  // A policy without a rule denies by isolating its pods.
  const isolating = causes.every(({ rule }) => rule === undefined);
  const by = causes.map((cause) => causeText(cause, locate)).join(" and ");
  return isolating ? `${what}: isolated in ${direction} by ${by}` : `${what} by ${by}`;
}

function causeText({ policy, rule, span }: Cause, locate: Locate): string {
  return `${policy}${rule === undefined ? "" : ` ${rule}`} (${locate(span)})`;
}

function decisionValue({ services, action, causes }: Decision, locate: Locate) {
  return {
    action,
    connection: connectionText(services),
    by: causes.map(({ policy, rule, span }) => ({ policy, ...(rule === undefined ? {} : { rule }), at: locate(span) })),
  };
}

/** A plain value for each connection, with what decides it where that is asked for. */
export function connectionValues(list: readonly Connection[], locate: Locate | undefined) {
  return list.map(({ source, destination, services, egress, ingress }) => {
    const { ranges, others } = portRanges(services);
    return {
      source: peerValue(source),
      destination: peerValue(destination),
      connection: connectionText(services),
      ports: ranges,
      otherProtocols: others,
      ...(locate === undefined || egress === undefined ? {} : { egress: egress.map((decision) => decisionValue(decision, locate)) }),
      ...(locate === undefined || ingress === undefined ? {} : { ingress: ingress.map((decision) => decisionValue(decision, locate)) }),
    };
  });
}
