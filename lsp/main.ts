/** The entry of a server that is a program of its own, as the VS Code extension carries it: over `--node-ipc`, else over standard streams. */
import { startServer } from "./server.js";

startServer();
