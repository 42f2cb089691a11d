/** The guestbook of the lab: its policy in a few states, and its pods. */
import { readFileSync } from "node:fs";
import type { Pod } from "./lab.js";

const example = readFileSync("examples/guestbook/main.ctv", "utf8");

/** The example, with IPv6 as well. Rules as they are there, but for those named in `without` and those added in `more`. */
export function guestbookPolicy(options: { readonly without?: readonly string[]; readonly more?: string } = {}): string {
  const withSix = example.replace("gateway 10.1.1.254\n", "gateway 10.1.1.254\n    subnet6  fd00:1::/64\n");
  const untested = withSix.replace(/\n {2}test [^]*?\n {2}\}\n/, "\n");
  const lines = untested.split("\n").filter((line) => !(options.without ?? []).some((name) => line.endsWith(` as ${name}`)));
  return lines.join("\n").replace("  policy tiers {\n", `  policy tiers {\n${options.more === undefined ? "" : `    ${options.more}\n`}`);
}

const frontendLabels = "app=guestbook,tier=frontend";

export const frontend = (index: number): Pod => ({
  name: `frontend-${index}`,
  node: index % 2 === 1 ? "n1" : "n2",
  number: 10 + index,
  labels: frontendLabels,
});
export const master: Pod = { name: "redis-master", node: "n1", number: 2, labels: "app=redis,role=master" };
export const slave: Pod = { name: "redis-slave", node: "n2", number: 3, labels: "app=redis,role=slave" };
export const intruder: Pod = { name: "intruder", node: "n2", number: 66, labels: "app=intruder" };
