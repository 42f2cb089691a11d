/** A compile on two threads, as the command does it, without the writing: loaded from a folder, and shared with a second thread of the built command. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compileTargets, shareWork } from "../../cli/compilation.js";
import type { Help } from "../../cli/compilation.js";
import { chosenTargets } from "../../cli/emission.js";
import { loadProject } from "../../cli/project.js";
import { startHelper, worthwhile } from "../../cli/threads/helper.js";
import type { Helper } from "../../cli/threads/helper.js";
import type { ReadProject } from "../../cli/threads/messages.js";
import type { Project } from "../../compiler/source/project.js";

export interface TwoThreads {
  /** One compile to all targets. Small projects take one thread, as in the command. */
  readonly compile: () => Promise<void>;
  readonly close: () => void;
}

/** `text` is the one file of the project. Both threads stay, and get warm. */
export function twoThreads(text: string): TwoThreads {
  const folder = mkdtempSync(join(tmpdir(), "ctv-bench-"));
  // Rules with more ports than Contiv takes are left out, as in the other stages; for the command that is an error unless told otherwise.
  writeFileSync(join(folder, "ctv.yaml"), "severity:\n  CTV5214: warning\n");
  writeFileSync(join(folder, "main.ctv"), text);
  const silent = { isTerminal: false, write: () => undefined };
  const terminal = { cwd: folder, env: {}, readInput: () => new Uint8Array(), out: silent, err: silent };
  const chosen = chosenTargets([], {});
  let helper: Helper | undefined;
  return {
    compile: async () => {
      let help: Help | undefined;
      const listener = {
        reading: (id: string, source: string, characters: number) => {
          if (characters >= worthwhile) helper ??= startHelper(resolve("dist/ctv.cjs"));
          helper?.read(id, source);
        },
        read: (sources: ReadProject, project: Project) => {
          help = helper && shareWork(helper, sources, project, { chosen, own: [], verify: false });
        },
      };
      const loaded = loadProject([], {}, terminal, { listener });
      const outputs = await compileTargets(loaded, chosen, { verify: false, before: () => undefined }, help);
      if (outputs.some(({ files }) => files === 0)) throw new Error("a target has no files");
    },
    close: () => {
      helper?.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
