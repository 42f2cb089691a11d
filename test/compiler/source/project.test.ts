/** The project file: what is read from it, and that the shipped schema says the same as the reader. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import fc from "fast-check";
import { stringify, parse } from "yaml";
import { paramsOf, projectSchema, readProject } from "../../../compiler/source/project.js";
import { formatAddresses } from "../../../compiler/check/literals.js";

const schemaPath = "compiler/source/ctv.schema.json";

const whole = `
sources: [policy, "shared/**/*.ctv"]
output: out
targets:
  kubernetes: { flavour: cluster-policy, podCidrs: [10.244.0.0/16, "fd00::/56"] }
  contiv: { portLimit: 32 }
  openflow: { inventory: nodes.yaml, audit: true }
params: { office: 198.51.100.0/24, strict: true }
environments:
  staging: {}
  production:
    params:
      office: [203.0.113.0/24, 2001:db8::/32]
      shop/metrics-port: 9100
severity: { CTV4101: off, CTV4105: error }
suppress:
  - { code: CTV4009, files: "legacy/**", reason: old groups overlap }
`;

describe("a project file", () => {
  it("is read whole", () => {
    const { project, diagnostics } = readProject("ctv.yaml", whole);
    expect(diagnostics).toEqual([]);
    expect(project.sources.map((source) => source.value)).toEqual(["policy", "shared/**/*.ctv"]);
    expect(project.output).toBe("out");
    expect(project.targets).toEqual({
      kubernetes: { flavour: "cluster-policy", podCidrs: ["10.244.0.0/16", "fd00::/56"] },
      contiv: { portLimit: 32 },
      openflow: { inventory: "nodes.yaml", audit: true },
    });
    expect(formatAddresses(project.surroundings.podAddresses)).toBe("10.244.0.0/16, fd00::/56");
    expect([...project.environments.keys()]).toEqual(["staging", "production"]);
    expect(project.settings.severity).toEqual(
      new Map([
        ["CTV4101", "off"],
        ["CTV4105", "error"],
      ]),
    );
    expect(project.settings.suppressions).toMatchObject([{ code: "CTV4009", files: "legacy/**", reason: "old groups overlap" }]);
  });

  it.each([
    ["output: a\n---\noutput: b\n", 'a second document begins at this "---", and one is all that is read'],
    ["output: a\noutput: b\n", "this key is given twice"],
  ])("is told in the words of its author why it is no YAML: %j", (text, reason) => {
    expect(readProject("ctv.yaml", text).diagnostics).toMatchObject([
      { code: "CTV2101", message: `the project file cannot be read as YAML: ${reason}`, span: { start: 10 } },
    ]);
  });

  it("gives params by precedence: command line, environment, all environments", () => {
    const { project } = readProject("ctv.yaml", whole);
    const values = (environment: string | undefined, given: Record<string, string> = {}) =>
      Object.fromEntries([...paramsOf(project, environment, new Map(Object.entries(given)))].map(([name, { value, from }]) => [name, [value, from]]));
    expect(values(undefined)).toEqual({ office: ["198.51.100.0/24", "the project file"], strict: [true, "the project file"] });
    expect(values("production", { strict: "no" })).toEqual({
      office: [["203.0.113.0/24", "2001:db8::/32"], 'environment "production"'],
      strict: ["no", "--param"],
      "shop/metrics-port": [9100, 'environment "production"'],
    });
  });

  it("points at what is wrong", () => {
    const text = "sources: [main.ctv]\ntargets:\n  kubernetes:\n    flavour: calico\n";
    const [finding] = readProject("ctv.yaml", text).diagnostics;
    expect([finding.code, text.slice(finding.span.start, finding.span.end)]).toEqual(["CTV2103", "calico"]);
  });

  it.each(["", "# nothing yet\n", "{}"])("may be empty: %j", (text) => {
    const { project, diagnostics } = readProject("ctv.yaml", text);
    expect([diagnostics, project.sources, project.output]).toEqual([[], [], "build"]);
  });

  it.each(["[]", "text", "a: [", "a: b: c", "sources: *nowhere", "sources: &a [*a]", "? [x]\n: 1", "\t- x"])("never throws: %j", (text) => {
    expect(readProject("ctv.yaml", text).diagnostics.length).toBeGreaterThan(0);
  });
});

describe("the schema", () => {
  it("is shipped as it is built", () => {
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(schemaPath, `${JSON.stringify(projectSchema(), undefined, 2)}\n`);
    const shipped: unknown = JSON.parse(readFileSync(schemaPath, "utf8"));
    expect(shipped).toEqual(projectSchema());
  });

  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(projectSchema());

  it("accepts what the reader accepts", () => {
    expect(validate(parse(whole))).toBe(true);
  });

  it("agrees with the reader on files with one thing changed", () => {
    const values = fc.oneof(
      fc.constantFrom<unknown>("x", "", 7, -1, 0, true, null, [], {}, [1], ["a"], { a: 1 }, "main.ctv", "/etc", "network-policy", "off", "CTV4101"),
      fc.string({ maxLength: 4 }),
    );
    const paths = [
      ["sources"],
      ["output"],
      ["targets"],
      ["targets", "kubernetes"],
      ["targets", "kubernetes", "flavour"],
      ["targets", "contiv", "portLimit"],
      ["targets", "openflow", "audit"],
      ["targets", "openflow", "inventory"],
      ["targets", "other"],
      ["params", "office"],
      ["params", "-x"],
      ["environments", "production"],
      ["environments", "production", "params", "office"],
      ["environments", "my env"],
      ["severity", "CTV4101"],
      ["suppress"],
      ["unknown"],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), values, (path, value) => {
        const changed = replaced(parse(whole), path, value);
        const { diagnostics } = readProject("ctv.yaml", stringify(changed));
        expect(diagnostics.length === 0).toBe(validate(changed));
      }),
      { numRuns: 400 },
    );
  });
});

function replaced(data: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  const record = isRecord(data) ? data : {};
  return { ...record, [key]: rest.length === 0 ? value : replaced(record[key], rest, value) };
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
