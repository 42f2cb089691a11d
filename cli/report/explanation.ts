/** The agent's explanation of a connection, checked and as text. */
import type { Explanation, Way } from "../../runtime/explain/why.js";
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

const verdicts = ["allowed", "denied", "dropped"] as const;

const way = {
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
};

export const explanationDecoder: Decoder<ShownExplanation> = object({
  ...way,
  generation: count,
  verdict: oneOf(...verdicts, "mixed"),
  arrives: line,
  providers: optional(list(object({ ...way, verdict: oneOf(...verdicts), address: line, port: count, endpoint: optional(line) }), 10_000)),
});

export function explanationText(question: string, explanation: ShownExplanation): string {
  const { verdict, generation, arrives, providers } = explanation;
  const words = verdict === "mixed" ? "depends on the provider" : verdict;
  const head = `${question}: ${words} (generation ${generation}; arrives by ${arrives}${goesText(explanation)})`;
  const lines = verdict === "mixed" || providers !== undefined ? [`  way: ${explanation.way.join(" > ")}`] : wayLines({ ...explanation, verdict });
  const each = (providers ?? []).flatMap((provider) => {
    const name = provider.endpoint === undefined ? "" : ` (${provider.endpoint})`;
    const provided = `  provider ${provider.address}${name}, port ${provider.port}: ${provider.verdict}${goesText(provider)}`;
    return [provided, ...wayLines(provider).map((text) => `  ${text}`)];
  });
  const service =
    providers === undefined ? [] : [`  a service address: the switch chooses a provider for each connection, and the policy is asked about that one`];
  return [head, ...service, ...lines, ...each].map((text) => `${printable(text)}\n`).join("");
}

const goesText = ({ outputs }: Pick<Way, "outputs">): string => (outputs.length === 0 ? "" : `, goes out by ${outputs.join(", ")}`);

function wayLines({ verdict, rules, way }: Way): readonly string[] {
  const rows = rules.flatMap(({ rule, text: written, place, action, audit, flow, account }) => [
    `  ${place}: ${written}`,
    `    rule ${rule}: ${action}${audit ? (action === "deny" ? ", but in audit mode: counted, not dropped" : ", in audit mode") : ""}`,
    ...(flow === undefined ? [] : [`    flow ${flow.text}`, `         ${counted(flow)}`]),
    ...(account === undefined ? [] : [`    connections it let pass: ${counted(account)}`]),
  ]);
  const unasked = verdict === "allowed" && rules.length === 0 ? ["  no rule decided: neither end is a tenant's"] : [];
  const none = verdict === "dropped" ? [`  no rule decided: the packet was dropped in table ${way.at(-1) ?? "input"}`] : [];
  return [...rows, ...unasked, ...none, `  way: ${way.join(" > ")}`];
}

function counted({ packets, bytes }: { readonly packets: number; readonly bytes: number }): string {
  return `${packets} ${packets === 1 ? "packet" : "packets"}, ${bytes} bytes`;
}
