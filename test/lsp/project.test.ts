/** What stands beside the sources: the project file and the inventory. */
import { describe, expect, it } from "@jest/globals";
import { rename } from "../../lsp/features/names.js";
import { type Workspace, makeWorkspace } from "../../lsp/workspace/workspace.js";
import { applied } from "./fixture.js";

const folder = "/policies";
const uriOf = (file: string): string => `file://${folder}/${file}`;

function open(files: Readonly<Record<string, string>>): Workspace {
  const disk = {
    read: (path: string) => files[path.slice(folder.length + 1)],
    filesBelow: () => Object.keys(files).map((file) => `${folder}/${file}`),
    isFile: (path: string) => path.slice(folder.length + 1) in files,
  };
  const workspace = makeWorkspace(disk);
  workspace.setFolders([`file://${folder}`]);
  return workspace;
}

/** What is said of the files beside the sources, and at which text. */
function said(files: Readonly<Record<string, string>>): readonly string[] {
  const [project] = open(files).projects();
  return project.settingsFindings().map(({ code, span }) => `${span.file} ${code} ${files[span.file].slice(span.start, span.end)}`);
}

describe("an inventory", () => {
  const settings = "targets:\n  openflow:\n    inventory: nodes.yaml\n";

  it("has its mistakes told where they stand", () => {
    const nodes =
      "nodes:\n  - name: one\nendpoints:\n  - name: web-1\n    node: one\n    port: 99999999999\n    mac: 02:00:00:00:00:01\n    addresses: [10.1.1.300]\n";
    const files = { "ctv.yaml": settings, "main.ctv": "", "nodes.yaml": nodes };
    expect(said(files)).toEqual(["nodes.yaml CTV2103 99999999999", "nodes.yaml CTV2103 10.1.1.300"]);
    const workspace = open(files);
    expect(workspace.projectOf(uriOf("nodes.yaml"))).toBe(workspace.projectOf(uriOf("ctv.yaml")));
  });

  it("that is not there is told where the project file names it", () => {
    expect(said({ "ctv.yaml": settings, "main.ctv": "" })).toEqual(["ctv.yaml CTV2103 nodes.yaml"]);
    expect(said({ "ctv.yaml": settings, "main.ctv": "", "nodes.yaml": "nodes: []\nendpoints: []\n" })).toEqual([]);
  });
});

describe("renaming a param", () => {
  const files = {
    "ctv.yaml": 'params:\n  door: 80\n  shop/door: 81\n  "other": 1\nenvironments:\n  small:\n    params: { other: 2, shop/own: 443 }\n',
    "main.ctv": "param door: port\nparam other: int\ntenant shop {\n  param door: port\n  param own: port\n  service web = tcp/{door, own}\n}\n",
  };
  const settingsAfter = (at: string, name: string): string => {
    const view = open(files).view(uriOf("main.ctv"));
    if (view === undefined) throw new Error("the file has no view");
    const renamed = rename(view, files["main.ctv"].indexOf(at) + at.length, name);
    const edits = renamed.kind === "renamed" ? (renamed.edit.changes ?? {})[uriOf("ctv.yaml")] : undefined;
    return edits === undefined ? files["ctv.yaml"] : applied(files["ctv.yaml"], edits);
  };

  it("changes the keys of the project file that name it, and in every environment", () => {
    expect(settingsAfter("param other", "level")).toBe(files["ctv.yaml"].replace('"other"', '"level"').replace("other: 2", "level: 2"));
    expect(settingsAfter("param own", "true")).toBe(files["ctv.yaml"].replace("shop/own", "shop/true"));
    expect(settingsAfter("param other", "true")).toBe(files["ctv.yaml"].replace('"other"', '"true"').replace("other: 2", '"true": 2'));
  });

  it("leaves a key that gives a value to others of the name too", () => {
    expect(settingsAfter("shop {\n  param door", "port")).toBe(files["ctv.yaml"].replace("shop/door", "shop/port"));
  });

  it("and so does renaming its tenant", () => {
    expect(settingsAfter("tenant shop", "store")).toBe(files["ctv.yaml"].replaceAll("shop/", "store/"));
  });
});
