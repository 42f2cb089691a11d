/** `ctv init`: a small project to start from. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodes, Refusal } from "../exit.js";
import { stageFiles } from "../io/stage.js";
import type { Verb } from "../verb.js";

const policy = `/// Who may talk to whom. Replies to allowed traffic are always allowed; what no rule allows is denied.
tenant shop {
  namespaces shop // the Kubernetes namespaces of this tenant

  network app-net {
    subnet 10.1.1.0/24
    gateway 10.1.1.254
  }

  // Workloads by their labels.
  group web in app-net { match app = web }
  group database in app-net { match app = database }

  // The first rule that matches decides, top down.
  policy tiers {
    allow world -> web      : https    as web-from-outside
    allow web   -> database : postgres as web-to-database
  }

  // Claims, proved for every flow by \`ctv test\`.
  test "only the web tier reaches the database" {
    expect allow web            -> database : postgres
    expect deny  any except web -> database
  }
}
`;

const project = `# The project file: what to compile, and for which targets.
sources: [main.ctv]
output: build
targets:
  kubernetes: {}
  contiv: {}
  openflow: {}
`;

const files = [
  { path: "main.ctv", text: policy },
  { path: "ctv.yaml", text: project },
];

export const init: Verb = {
  argument: { syntax: "[folder]", description: "where to; default: here" },
  options: [],
  examples: ["ctv init my-policy"],
  run: ({ words, terminal }) => {
    const shown = words.length === 0 ? "." : words[0];
    const folder = resolve(terminal.cwd, shown);
    const present = files.filter((file) => existsSync(join(folder, file.path)));
    if (present.length > 0) {
      throw new Refusal(
        `${present.map((file) => join(shown, file.path)).join(" and ")} exist${present.length === 1 ? "s" : ""} already`,
        "nothing was written; choose another folder",
      );
    }
    stageFiles(folder, shown, files).place();
    for (const file of files) terminal.out.write(`wrote ${join(shown, file.path)}\n`);
    terminal.out.write(`\nNext: ctv compile${shown === "." ? "" : ` ${shown}`}\n`);
    return Promise.resolve(exitCodes.fine);
  },
};
