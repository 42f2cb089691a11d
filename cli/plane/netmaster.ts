/** The connection to netmaster that the options and the environment describe. Secrets come from the environment only. */
import { contivClient } from "../../runtime/api/contiv/client.js";
import type { Connection, ContivClient } from "../../runtime/api/contiv/client.js";
import { login } from "../../runtime/api/contiv/login.js";
import { Refusal } from "../exit.js";
import { text } from "../options.js";
import type { Options } from "../options.js";
import type { Terminal } from "../terminal.js";
import { authorityOf, isInsecure, timeoutOf } from "./options.js";

function addressOf(options: Options, terminal: Terminal): URL {
  const given = text(options, "netmaster") ?? terminal.env.NETMASTER;
  if (given === undefined || given === "")
    throw new Refusal("which netmaster?", "--netmaster http://HOST:9999, or https://HOST:10000 for the auth proxy");
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new Refusal("--netmaster needs a whole address", "such as http://netmaster:9999, or https://netmaster:10000 for the auth proxy");
  if (url.username !== "" || url.password !== "")
    throw new Refusal(
      `--netmaster ${url.protocol}//…@${url.host} has a user name in it, which lists of processes would show`,
      "set CTV_NETMASTER_USERNAME and CTV_NETMASTER_PASSWORD instead",
    );
  return url;
}

/** Logs in at the auth proxy where the environment has credentials. @throws Refusal, ApiFailure */
export async function connectNetmaster(options: Options, terminal: Terminal): Promise<ContivClient> {
  const { CTV_NETMASTER_TOKEN: token, CTV_NETMASTER_USERNAME: username, CTV_NETMASTER_PASSWORD: password } = terminal.env;
  const url = addressOf(options, terminal);
  const authority = authorityOf(options, terminal);
  const connection: Connection = {
    url,
    timeout: timeoutOf(options),
    ...(authority === undefined ? {} : { authority }),
    ...(isInsecure(options) ? { insecure: true } : {}),
  };
  if (token !== undefined && token !== "") {
    if (url.protocol === "https:") return contivClient({ ...connection, token });
    throw new Refusal(
      "CTV_NETMASTER_TOKEN is set, and a token is sent over https only",
      "give the auth proxy's address, such as https://netmaster:10000",
    );
  }
  if (username === undefined || username === "") return contivClient(connection);
  if (password === undefined || password === "") throw new Refusal("CTV_NETMASTER_USERNAME is set, and CTV_NETMASTER_PASSWORD is not");
  return contivClient({ ...connection, token: await login(connection, { username, password }) });
}
