/** The store and the keys that a command talks to: by `--store`, by the agent's configuration, or by the environment. */
import { dirname, resolve } from "node:path";
import { readAgentSettings } from "../runtime/config/settings.js";
import type { AgentSettings, StoreSettings } from "../runtime/config/settings.js";
import { readTrustedKey } from "../runtime/signing/keys.js";
import type { TrustedKey } from "../runtime/signing/keys.js";
import { StoreError } from "../runtime/store/keyvalue.js";
import type { KeyValues } from "../runtime/store/keyvalue.js";
import { openStore } from "../runtime/store/open.js";
import type { ReportTrust } from "../runtime/store/reports.js";
import { Refusal } from "./exit.js";
import { readText } from "./io/read.js";
import { text } from "./options.js";
import type { Options } from "./options.js";
import { prettyReport } from "./report/pretty.js";
import { source } from "./report/report.js";
import type { Terminal } from "./terminal.js";
import type { OptionRow } from "./verb.js";

export const storeOption: OptionRow = {
  flags: "--store <place>",
  description: "a folder, the URL of etcd, or the agent's configuration (a .yaml file); default: CTV_STORE",
  path: true,
};

/** Where a command found its store. */
export interface StorePlace {
  readonly settings: StoreSettings;
  /** Relative paths in the settings start here. */
  readonly folder: string;
  /** Where the place is an agent's configuration. */
  readonly agent?: AgentSettings;
}

/** @throws Refusal where no store is named, or its settings cannot be read. */
export function storePlace(options: Options, terminal: Terminal): StorePlace {
  const given = text(options, "store") ?? terminal.env.CTV_STORE;
  if (given === undefined || given === "") {
    throw new Refusal("which store? none was named", "--store FOLDER, --store https://HOST:2379 or --store ctv-agent.yaml; or set CTV_STORE");
  }
  if (/\.ya?ml$/.test(given)) {
    const agent = agentSettings(given, terminal);
    return { settings: agent.store, folder: dirname(resolve(terminal.cwd, given)), agent };
  }
  if (/^https?:\/\//.test(given)) return { settings: { etcd: etcdFromUrl(given) }, folder: terminal.cwd };
  if (/^\w+:\/\//.test(given)) throw new Refusal(`${given} is not the URL of a store`, "etcd's begin with http:// or https://");
  return { settings: { folder: given }, folder: terminal.cwd };
}

/** Does something with the store, and closes it whatever happens. @throws Refusal for what the store cannot do. */
export async function withStore<T>(place: StorePlace, run: (store: KeyValues) => Promise<T>): Promise<T> {
  let store: KeyValues | undefined;
  try {
    store = await openStore(place.settings, place.folder);
    return await run(store);
  } catch (error) {
    throw error instanceof StoreError ? new Refusal(error.message) : error;
  } finally {
    await store?.close();
  }
}

/** The agent's configuration. @throws Refusal with its findings, all of them. */
export function agentSettings(given: string, terminal: Terminal): AgentSettings {
  const content = readText(resolve(terminal.cwd, given), given);
  const { settings, diagnostics } = readAgentSettings(given, content);
  if (settings !== undefined) return settings;
  const report = { verb: "agent", diagnostics, sources: new Map([[given, source(given, content)]]), failLevel: "error" as const };
  throw new Refusal(`${given} cannot be used\n${prettyReport(report, false).trimEnd()}`);
}

/** Public keys by the paths of their files. @throws Refusal for what is none. */
export function trustedKeys(paths: readonly string[], folder: string): readonly TrustedKey[] {
  return paths.map((path) => {
    const pem = readText(resolve(folder, path), path);
    try {
      return readTrustedKey(pem);
    } catch (error) {
      throw new Refusal(`${path} cannot be trusted: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Whose reports a command believes: where the store is named by an agent's configuration with `trustNodes`, those that nodes have signed. */
export function reportTrust({ agent, folder }: StorePlace): ReportTrust | undefined {
  if (agent?.trustNodes === undefined) return undefined;
  const [names, paths] = [[...agent.trustNodes.keys()], [...agent.trustNodes.values()]];
  const keys = trustedKeys(paths, folder);
  return { keys: new Map(names.map((name, index) => [name, keys[index]])), now: Date.now };
}

/** `https://HOST:PORT/PREFIX`; several members by commas, each with its own scheme. Passwords have no place in it. */
function etcdFromUrl(given: string): NonNullable<StoreSettings["etcd"]> {
  const parts = given.split(",").map((part) => /^(https?:\/\/)([^/\s]+)(\/.*)?$/.exec(part.trim()));
  if (parts.some((part) => part === null))
    throw new Refusal(`${given} is not the URL of a store`, "such as https://10.0.0.1:2379,https://10.0.0.2:2379/ctv");
  if (parts.some((part) => part?.[2]?.includes("@"))) {
    throw new Refusal(
      "a user and password have no place on the command line",
      "write an agent's configuration with `user` and `passwordFile`, and name it with --store",
    );
  }
  const prefix = parts.at(-1)?.[3];
  return {
    endpoints: parts.flatMap((part) => (part === null ? [] : [`${part[1]}${part[2]}`])),
    ...(prefix === undefined || prefix === "/" ? {} : { prefix }),
  };
}
