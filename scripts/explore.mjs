/**
 * Runs the property tests under many seeds. The tests themselves have one fixed seed (`test/support/seed.ts`), so that a red build is a
 * change's doing; this is how the rest of the dice get thrown.
 *
 *     node scripts/explore.mjs                         20 seeds, beginning with one that the clock chooses
 *     node scripts/explore.mjs --from 100 --seeds 50   seeds 100 to 149
 *     node scripts/explore.mjs --minutes 30 test/compiler/space
 *
 * Prints each failing test with its seed and how to repeat it. Ends with 1 where one failed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { from: { type: "string" }, seeds: { type: "string" }, minutes: { type: "string" } },
});
const from = number("from") ?? Date.now() % 1_000_000_000;
const minutes = number("minutes");
const seeds = number("seeds") ?? (minutes === undefined ? 20 : Infinity);
const end = Date.now() + (minutes ?? Infinity) * 60_000;
const suites = propertySuites(positionals.length > 0 ? positionals : ["test"]);
if (suites.length === 0) stop(`no test below ${positionals.join(", ")} has a property`);

// Whoever works on this machine comes first.
setPriority(19);
const folder = mkdtempSync(join(tmpdir(), "ctv-explore-"));
let ran = 0;
let failed = 0;
for (let seed = from; seed < from + seeds && Date.now() < end; seed += 1) {
  const failures = run(seed);
  ran += 1;
  failed += failures.length;
  for (const { suite, test, message } of failures) {
    process.stdout.write(`seed ${seed}: ${suite} › ${test}\n${message}\n  again: CTV_SEED=${seed} npx jest ${suite}\n\n`);
  }
  process.stdout.write(`seed ${seed}: ${failures.length === 0 ? "fine" : `${failures.length} failed`}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${ran} seeds, ${suites.length} suites each, ${failed} failures\n`);
process.exitCode = failed > 0 ? 1 : 0;

function run(seed) {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const words = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js", "--maxWorkers=1", "--silent", "--json"];
  const { stderr } = spawnSync(process.execPath, [...words, `--outputFile=${report}`, ...suites], {
    cwd: root,
    env: { ...process.env, CTV_SEED: String(seed) },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const { testResults } = readReport(report, stderr);
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const suite = relative(root, name);
    const tests = assertionResults.filter(({ status }) => status === "failed");
    // A suite that does not even load has no tests, and a message of its own.
    if (tests.length === 0) return message === "" ? [] : [{ suite, test: "(does not run)", message: indented(message) }];
    return tests.map(({ fullName, failureMessages }) => ({ suite, test: fullName, message: indented(failureMessages.join("\n")) }));
  });
}

function readReport(path, otherwise) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return stop(`jest wrote no report: ${otherwise}`);
  }
}

/** A counterexample stands in the first lines; the rest is where in the code it was noticed. */
function indented(text) {
  const lines = text.split("\n").filter((line) => !/^\s+at /.test(line));
  return lines
    .slice(0, 40)
    .map((line) => `  ${line}`)
    .join("\n");
}

/** The test files with a property of fast-check in them; the long ones run as long suites. */
function propertySuites(places) {
  return places
    .flatMap((place) => (place.endsWith(".test.ts") ? [place] : readdirSync(join(root, place), { recursive: true }).map((name) => join(place, name))))
    .filter(
      (path) => path.endsWith(".test.ts") && !path.startsWith(join("test", "long")) && readFileSync(join(root, path), "utf8").includes("fc.assert("),
    )
    .sort();
}

function number(name) {
  const given = values[name];
  if (given === undefined) return undefined;
  const value = Number(given);
  return Number.isInteger(value) && given !== "" ? value : stop(`--${name} takes a whole number, and not "${given}"`);
}

function stop(message) {
  process.stderr.write(`explore: ${message}\n`);
  process.exit(2);
}
