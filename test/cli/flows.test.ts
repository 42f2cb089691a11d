/** Every flow that a finding prints is a question that `ctv query` takes, and the answer is what the finding says of the flow. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { ctv } from "./support/command.js";

interface Printed {
  readonly code: string;
  readonly message: string;
  readonly flow: string;
}

const fixtures = resolve("test/fixtures/diagnostics");

/** The findings with a flow in a fixture's golden file. */
function printedIn(folder: string): readonly Printed[] {
  const found = readFileSync(join(fixtures, folder, "expected.txt"), "utf8").matchAll(
    /^\S+: \w+ (CTV\d+): (.*)\n(?: {2}(?!flow:).*\n)*? {2}flow: (.*)$/gm,
  );
  return [...found].map(([, code, message, flow]) => ({ code, message, flow }));
}

const allowed = () => "allow";
const denied = () => "deny";
const saidIn = ({ message }: Printed) => (/ is (allow|den)(?:ed|ied) by /.exec(message)?.[1] === "allow" ? "allow" : "deny");

/** What the source decides about the flow of a finding, by what the finding says. */
const claims: Readonly<Record<string, (printed: Printed) => string>> = {
  // The first of two rules that disagree decides.
  CTV4001: ({ message }) => / disagree: "(allow|deny) /.exec(message)?.[1] ?? "",
  CTV5001: ({ message }) => (/^\w+ allows /.test(message) ? "deny" : "allow"),
  CTV5101: allowed,
  CTV5103: allowed,
  CTV5104: denied,
  CTV5105: denied,
  CTV5106: allowed,
  CTV5107: allowed,
  CTV5108: allowed,
  CTV5201: denied,
  CTV5202: denied,
  CTV5209: denied,
  CTV5211: allowed,
  CTV5212: allowed,
  CTV5217: denied,
  CTV6001: saidIn,
};

const cases = readdirSync(fixtures).flatMap((folder) => printedIn(folder).map((printed) => [folder, printed.code, printed] as const));

describe("flows that findings print", () => {
  it.each(cases)("%s: the flow of %s is decided as it says", async (folder, code, printed) => {
    const cwd = join(fixtures, folder);
    const project = existsSync(join(cwd, "ctv.yaml")) ? [] : ["--in", "main.ctv"];
    const { code: exit, out, err } = await ctv(["query", ...project, printed.flow, "--format", "json"], { cwd });
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({ question: printed.flow, outcome: claims[code]?.(printed) ?? `(no claim for ${code})` });
  });

  it("are printed by every finding whose words show one", () => {
    const shown = new Set(cases.map(([, code]) => code));
    expect([...shown].sort()).toEqual(Object.keys(claims));
    const texts = readdirSync(fixtures)
      .filter((folder) => !shown.has(folder.slice(0, 7)))
      .map((folder) =>
        readFileSync(join(fixtures, folder, "expected.txt"), "utf8")
          .split("\n")
          .filter((line) => line.includes(` ${folder.slice(0, 7)}: `)),
      );
    expect(texts.flat().filter((line) => /\(\d+\.\d+\.\d+\.\d+\) ->|-> \S+ \(\d+\.\d+/.test(line))).toEqual([]);
  });
});

describe("flows that answers print", () => {
  const cwd = process.cwd();

  it("are decided as the part of the answer says", async () => {
    const project = ["--in", resolve("examples/shop")];
    const { out } = await ctv(["query", ...project, "any -> any", "--format", "json"], { cwd });
    const { parts }: { parts: readonly { outcome: string; example: string }[] } = JSON.parse(out);
    expect(parts.length).toBeGreaterThan(5);
    for (const { outcome, example } of parts) {
      const again = await ctv(["query", ...project, example, "--format", "json"], { cwd });
      expect(JSON.parse(again.out)).toMatchObject({ outcome });
    }
  });
});
