/**
 * Runs in a pod of the lab and tries connections, over and over: `node prober.mjs JSON`, where JSON is a list of
 * `{name, host, port, mode, every, parallel, patience}`. Mode "try" opens a connection and closes it; "hold" opens one and sends Redis' PING over it for as
 * long as it answers, and never opens another. Every 25 ms a line of JSON says for each name how often it went well and how often not.
 */
import { connect } from "node:net";

/** The kernel sends a lost packet of a new connection again after a second: what takes longer than this has lost one, or is refused. */
const PATIENCE = 900;
const targets = JSON.parse(process.argv[2]);
const counts = Object.fromEntries(targets.map(({ name }) => [name, { good: 0, bad: 0, last: 0 }]));

const good = (name) => {
  counts[name].good++;
  counts[name].last = Date.now();
};

function tryOnce({ name, host, port, patience }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (fine) => {
      clearTimeout(timer);
      socket.destroy();
      if (fine) good(name);
      else counts[name].bad++;
      resolve();
    };
    const timer = setTimeout(() => end(false), patience ?? PATIENCE);
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

async function tryForever(target) {
  for (;;) {
    await tryOnce(target);
    await new Promise((resolve) => setTimeout(resolve, target.every ?? 10));
  }
}

function hold({ name, host, port, every }) {
  const socket = connect({ host, port });
  socket.on("data", () => good(name));
  socket.on("error", () => counts[name].bad++);
  socket.on("connect", () => setInterval(() => socket.write("PING\r\n"), every ?? 10));
}

for (const target of targets) {
  if (target.mode === "hold") hold(target);
  else for (let line = 0; line < (target.parallel ?? 1); line++) void tryForever(target);
}
setInterval(() => process.stdout.write(`${JSON.stringify(counts)}\n`), 25);
