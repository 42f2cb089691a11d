/** The lab's web server: `node web.mjs PORT TEXT` answers every request with the text. */
import { createServer } from "node:http";

const [port, text] = process.argv.slice(2);
createServer((_, response) => response.end(`${text}\n`)).listen(Number(port), "::");
