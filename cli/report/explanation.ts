/** The agent's explanation of a connection, checked and as text. */
import type { Explanation } from "../../runtime/explain/why.js";
import { integer, list, object, optional, text, truth } from "../../runtime/store/decode.js";
import type { Decoder } from "../../runtime/store/decode.js";
import { printable } from "./columns.js";

const count = integer(0, Number.MAX_SAFE_INTEGER);
const line = text(10_000);

export interface ShownExplanation extends Explanation {
  readonly generation: number;
}

const oneOf = <const W extends string>(...words: readonly W[]): Decoder<W> => {
  return (value, where) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new Error(`${where} is none of ${words.join(", ")}`);
    return found;
  };
};

export const explanationDecoder: Decoder<ShownExplanation> = object({
  generation: count,
  verdict: oneOf("allowed", "denied", "dropped"),
  arrives: line,
  outputs: list(line, 1000),
  rules: list(
    object({
      rule: line,
      text: line,
      place: line,
      action: oneOf("allow", "deny"),
      audit: truth,
      flow: optional(object({ text: line, packets: count, bytes: count })),
      account: optional(object({ packets: count, bytes: count })),
    }),
    1000,
  ),
  way: list(line, 1000),
});

export function explanationText(question: string, explanation: ShownExplanation): string {
  const { verdict, outputs, rules, generation, arrives, way } = explanation;
  const goes = outputs.length === 0 ? "" : `, goes out by ${outputs.join(", ")}`;
  const rows = rules.flatMap(({ rule, text: written, place, action, audit, flow, account }) => [
    `  ${place}: ${written}`,
    `    rule ${rule}: ${action}${audit ? (action === "deny" ? ", but in audit mode: counted, not dropped" : ", in audit mode") : ""}`,
    ...(flow === undefined ? [] : [`    flow ${flow.text}`, `         ${counted(flow)}`]),
    ...(account === undefined ? [] : [`    connections it let pass: ${counted(account)}`]),
  ]);
  const unasked = verdict === "allowed" && rules.length === 0 ? ["  no rule decided: neither end is a tenant's"] : [];
  const none = verdict === "dropped" ? [`  no rule decided: the packet was dropped in table ${way.at(-1) ?? "input"}`] : [];
  const head = `${question}: ${verdict} (generation ${generation}; arrives by ${arrives}${goes})`;
  return [head, ...rows, ...unasked, ...none, `  way: ${way.join(" > ")}`].map((each) => `${printable(each)}\n`).join("");
}

function counted({ packets, bytes }: { readonly packets: number; readonly bytes: number }): string {
  return `${packets} ${packets === 1 ? "packet" : "packets"}, ${bytes} bytes`;
}
