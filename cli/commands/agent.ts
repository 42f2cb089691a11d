/** `ctv agent`: holds this node's switch to the policy, until it is told to stop. */
import { dirname, resolve } from "node:path";
import { hostname } from "node:os";
import type { AgentSettings } from "../../runtime/config/settings.js";
import { exitCodes, Refusal } from "../exit.js";
import { flag, text } from "../options.js";
import type { Options } from "../options.js";
import { agentSettings } from "../store.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import type { Service } from "../../runtime/service/service.js";
import type { ServiceLog } from "../../runtime/service/log.js";

const levels = ["debug", "info", "warn", "error"] as const;

export const agent: Verb = {
  options: [
    { flags: "-c, --config <file>", description: "its configuration (default: /etc/ctv/ctv-agent.yaml)", path: true },
    { flags: "--node <name>", description: "the node's name, in place of the configuration's" },
    { flags: "--bridge <name>", description: "the bridge, in place of the configuration's" },
    { flags: "--listen <address>", description: "where to serve metrics and health, in place of the configuration's" },
    { flags: "--log <level>", description: "the least that is logged, in place of the configuration's", choices: levels },
    { flags: "--check", description: "say what is wrong in the configuration, and end" },
  ],
  examples: ["ctv agent --config /etc/ctv/ctv-agent.yaml", "ctv agent --check -c ctv-agent.yaml"],
  run: async ({ options, terminal }) => {
    const path = text(options, "config") ?? "/etc/ctv/ctv-agent.yaml";
    const folder = dirname(resolve(terminal.cwd, path));
    const settings = settingsOf(path, options, terminal);
    if (flag(options, "check")) {
      terminal.out.write(`${path} is good\n`);
      return exitCodes.fine;
    }
    const { makeLog } = await import("../../runtime/service/log.js");
    const log = await makeLog(settings.log, settings.node ?? hostname(), terminal.out);
    let service = await started(settings, folder, log);
    await untilStopped(async () => {
      const next = reloaded(path, options, terminal, log);
      if (next === undefined) return;
      log.info("the configuration is read again; the switch keeps what it has meanwhile");
      await service.stop();
      service = await started(next, folder, log);
    }, log);
    log.info("the agent stops; the switch keeps what it has");
    await service.stop();
    return exitCodes.fine;
  },
};

/** Settles on SIGTERM or SIGINT; calls `reload` on SIGHUP, one at a time. */
function untilStopped(reload: () => Promise<void>, log: ServiceLog): Promise<void> {
  return new Promise((resolve, reject) => {
    let busy = Promise.resolve();
    const hangUp = (): void => {
      busy = busy.then(reload).catch((error: unknown) => {
        log.error(`the agent cannot go on: ${error instanceof Error ? error.message : String(error)}`);
        end();
        reject(error);
      });
    };
    const stop = (): void => {
      end();
      busy.then(resolve, reject);
    };
    const end = (): void => {
      process.off("SIGHUP", hangUp);
      process.off("SIGTERM", stop);
      process.off("SIGINT", stop);
    };
    process.on("SIGHUP", hangUp);
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

/** The configuration as it is now, or nothing where it cannot be used: the agent then goes on with what it has. */
function reloaded(path: string, options: Options, terminal: Terminal, log: ServiceLog): AgentSettings | undefined {
  try {
    return settingsOf(path, options, terminal);
  } catch (error) {
    log.error(`the configuration is not taken: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function settingsOf(path: string, options: Options, terminal: Terminal): AgentSettings {
  const settings = agentSettings(path, terminal);
  const [node, bridge, listen] = [text(options, "node"), text(options, "bridge"), text(options, "listen")];
  const log = levels.find((level) => level === options.log);
  return {
    ...settings,
    ...(node === undefined ? {} : { node }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(listen === undefined ? {} : { listen: loopback(listen) }),
    ...(log === undefined ? {} : { log }),
  };
}

function loopback(listen: string): string {
  if (/^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\]):\d{1,5}$/.test(listen)) return listen;
  throw new Refusal(
    `--listen takes a loopback address with a port, not "${listen}"`,
    "such as 127.0.0.1:9476; who scrapes from elsewhere goes through a proxy",
  );
}

async function started(settings: AgentSettings, folder: string, log: ServiceLog): Promise<Service> {
  const { ServiceError, startService } = await import("../../runtime/service/service.js");
  const { StoreError } = await import("../../runtime/store/keyvalue.js");
  try {
    return await startService(settings, folder, log);
  } catch (error) {
    throw error instanceof ServiceError || error instanceof StoreError ? new Refusal(`the agent cannot start: ${error.message}`) : error;
  }
}
