/** The table of properties: each row is taken, read into the policy, and checked by its type. */
import { describe, expect, it } from "@jest/globals";
import { blockProperties, describeType, oneOfProperties } from "../../../compiler/bind/properties.js";
import type { BlockKind, PropertyRow } from "../../../compiler/bind/properties.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";

const kinds = ["network", "group", "qos", "loadbalancer", "fabric", "bgp", "aci"] as const satisfies readonly BlockKind[];
const cases = kinds.flatMap((kind) => blockProperties[kind].map((row) => [`${row.name} of ${kind}`, kind, row] as const));

/** A project around one block of the kind, with the lines in it besides what the block needs. */
function projectWith(kind: BlockKind, lines: readonly string[]): string {
  const given = new Set(lines.map((line) => line.split(" ")[0]));
  const needed = blockProperties[kind].filter((row) => row.required && !given.has(row.name)).map((row) => `${row.name} ${row.example}`);
  const choice = oneOfProperties[kind];
  const base = kind === "network" ? ["subnet 10.1.1.0/24", "subnet6 2001:db8:1::/64"] : kind === "qos" ? ["burst 7"] : [];
  const chosen = choice === undefined ? [] : base.filter((line) => !given.has(line.split(" ")[0]));
  const body = [...chosen, ...needed, ...lines].map((line) => `    ${line}`).join("\n");
  const outside = kind === "fabric" || kind === "aci" ? `${kind} {\n${body}\n}\n` : kind === "bgp" ? `bgp node {\n${body}\n}\n` : "";
  const header = { network: "network block", group: "group block in lan", qos: "qos block", loadbalancer: "loadbalancer block in lan" };
  const inside = kind === "network" || kind === "group" || kind === "qos" || kind === "loadbalancer" ? `  ${header[kind]} {\n${body}\n  }\n` : "";
  const lan = kind === "network" ? "" : "  network lan { subnet 10.1.1.0/24 }\n";
  return (
    `${outside}tenant shop {\n  namespaces shop-prod, shop-test\n${lan}${inside}` +
    '  qos gold { bandwidth 1Gbps }\n  contracts database consumed = "uni/tn-common/brc-db"\n' +
    "  group all { match has app; qos gold; contracts database }\n  policy p { allow all -> all : http }\n}\n"
  );
}

const resolvedText = (text: string): string =>
  JSON.stringify(checkTexts({ "main.ctv": text }).draft, (key, value: unknown) =>
    key === "origin" ? undefined : value instanceof Map ? [...value] : typeof value === "bigint" ? String(value) : value,
  );

describe("the table of properties", () => {
  it.each(cases)("%s takes its example, and the policy shows it", (_, kind, row) => {
    const other = differing(row);
    const text = projectWith(kind, [`${row.name} ${row.example}`]);
    const found = codesOf(checkTexts({ "main.ctv": text })).filter((code) => !code.startsWith("CTV4"));
    expect([text, found]).toEqual([text, []]);
    expect(resolvedText(text)).not.toBe(resolvedText(projectWith(kind, other === undefined ? [] : [`${row.name} ${other}`])));
  });

  it.each(cases.filter(([, , row]) => row.type.kind !== "requirements"))("%s refuses a value of another type", (_, kind, row) => {
    const wrong = row.type.kind === "word" || row.type.kind.startsWith("reference") || row.type.kind === "bool" ? "10Mbps" : "{}";
    const value =
      wrong === "{}" ? (row.type.kind === "text" || row.type.kind === "texts" || row.type.kind === "namespaces" ? "10Mbps" : "nonsense") : wrong;
    const found = codesOf(checkTexts({ "main.ctv": projectWith(kind, [`${row.name} ${value}`]) }));
    expect(found.filter((code) => code === "CTV3001" || code === "CTV2001")).toHaveLength(1);
  });

  it.each(cases)("%s is given once, unless it is repeatable", (_, kind, row) => {
    const line = `${row.name} ${row.example}`;
    const found = codesOf(checkTexts({ "main.ctv": projectWith(kind, [line, line]) }));
    expect(found.includes("CTV2011")).toBe(!row.repeatable);
  });

  it.each(cases.filter(([, , row]) => row.required))("%s is missed", (_, kind, row) => {
    const text = projectWith(kind, []).replace(new RegExp(`^ +${row.name} .*\n`, "m"), "");
    expect(codesOf(checkTexts({ "main.ctv": text }))).toContain("CTV2012");
  });

  it.each(cases)("%s is documented", (_, __, row) => {
    expect(row.doc).toMatch(/[.]$/);
    expect(describeType(row.type)).not.toBe("");
  });
});

/** Another value of the type, where leaving the property out gives what the example says. */
function differing({ example, type, required }: PropertyRow): string | undefined {
  switch (type.kind) {
    case "word":
      return type.words.find((word) => word !== example);
    case "bool":
      return example === "yes" ? "no" : "yes";
    case "integerRange":
      return `${type.min}-${type.max - 1}`;
    case "portMapping":
      return "tcp/81 -> 8081";
    case "requirements":
      return "app = other";
    case "text":
      return "other";
    case "prefix":
      return type.family === 4 ? "10.9.0.0/16" : "2001:db8:2::/64";
    case "subnet":
      return "10.9.0.0/16";
    case "integer":
      return "9";
    case "address":
      return required ? "203.0.113.9" : undefined;
    case "addressRange":
    case "addresses":
    case "bandwidth":
    case "texts":
    case "namespaces":
    case "reference":
    case "references":
      return undefined;
  }
}
