/** What comes out for whole projects, as it was when somebody last read it. */
import { describe, expect, it } from "@jest/globals";
import { violations } from "../../../../compiler/target/contiv/model.js";
import { everyAssumption, readContiv } from "../../../../compiler/target/contiv/read/read.js";
import { verify } from "../../../../compiler/verify/verify.js";
import { expectGolden } from "../../../support/golden.js";
import { emittedFolder, listing } from "./emitted.js";

const projects: readonly (readonly [string, string])[] = [
  ["guestbook", "test/fixtures/contiv/guestbook"],
  ["policy-tutorial", "examples/policy-tutorial"],
  ["shop", "examples/shop"],
  ["aci", "test/fixtures/contiv/aci"],
];

describe.each(projects)("%s", (name, folder) => {
  const project = emittedFolder(folder);

  it("comes out as it was read last", () => {
    const findings = project.diagnostics.map(({ code, severity, message }) => `${severity} ${code}: ${message}\n`).join("");
    expectGolden(`test/fixtures/contiv/${name}.txt`, findings + listing(project));
  });

  it("decides every flow as the source does", () => {
    const readings = everyAssumption.map(({ words, assumptions }) => ({
      assumption: words,
      reading: readContiv(project.artefacts, project.universe, assumptions),
    }));
    expect(verify("contiv", project.universe, readings, project.losses ?? []).map(({ message }) => message)).toEqual([]);
  });

  it("has only objects that netmaster's model takes", () => {
    expect(project.documents.length).toBeGreaterThan(5);
    for (const { kind, body, path } of project.documents) expect([path, violations(kind, body)]).toEqual([path, []]);
  });
});

describe("the kinds of objects", () => {
  it("are all emitted", () => {
    const kinds = projects.flatMap(([, folder]) => emittedFolder(folder).documents.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual([
      "Bgp",
      "aciGw",
      "appProfile",
      "endpointGroup",
      "extContractsGroup",
      "global",
      "netprofile",
      "network",
      "policy",
      "rule",
      "serviceLB",
      "tenant",
    ]);
  });
});
