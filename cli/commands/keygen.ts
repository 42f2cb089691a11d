/** `ctv keygen`: a pair of keys, to sign programs with and for agents to trust. */
import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { generateKeys } from "../../runtime/signing/keys.js";
import { exitCodes, Refusal, systemCode, systemReason } from "../exit.js";
import type { Verb } from "../verb.js";

export const keygen: Verb = {
  argument: { syntax: "[name]", description: "writes NAME.key and NAME.pub; default: ctv" },
  options: [],
  examples: ["ctv keygen", "ctv keygen /etc/ctv/publish"],
  run: ({ words, terminal }) => {
    const name = words[0] ?? "ctv";
    const keys = generateKeys();
    // The private key first: a public one alone is of no use, but looks as if it were.
    writeNew(resolve(terminal.cwd, `${name}.key`), `${name}.key`, keys.privatePem, 0o600);
    writeNew(resolve(terminal.cwd, `${name}.pub`), `${name}.pub`, keys.publicPem, 0o644);
    terminal.out.write(`${name}.key  signs; keep it where programs are published, and nowhere else\n`);
    terminal.out.write(`${name}.pub  is what agents trust (key ${keys.id})\n`);
    return Promise.resolve(exitCodes.fine);
  },
};

/** Never overwrites: a key that is gone cannot be had again. */
function writeNew(path: string, shown: string, content: string, mode: number): void {
  try {
    writeFileSync(path, content, { flag: "wx", mode });
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw new Refusal(`${shown} is there already, and keys are not overwritten`, "give another name");
    rmSync(path, { force: true });
    throw new Refusal(`cannot write ${shown}: ${systemReason(error)}`);
  }
}
