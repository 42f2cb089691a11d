/**
 * The lab for a person: `npm run lab`. Builds the guestbook on two nodes, says how to get into it, and publishes the policy anew whenever
 * its file is saved. Ends, and takes everything down, on Ctrl-C.
 */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { frontend, guestbookPolicy, intruder, master, slave } from "./guestbook.js";
import { address, address6, buildLab, outside } from "./lab.js";
import type { Lab, Pod } from "./lab.js";
import { missingLab } from "./machine.js";
import type { NodeName } from "./node.js";

const redis = ["redis-server", "--save", "", "--protected-mode", "no", "--bind", "0.0.0.0", "::", "--dir", "/tmp"];
const pods: readonly Pod[] = [frontend(1), frontend(2), master, slave, intruder];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function introduction(lab: Lab, policy: string): string {
  const into = (name: string): string => `ip netns exec ${lab.machine.space(name)}`;
  const run = (node: NodeName): string => lab.node(node).folder;
  return [
    "",
    "The guestbook runs. Its pods:",
    ...pods.map((pod) => `  ${pod.name.padEnd(14)} on ${pod.node}  ${address(pod).padEnd(12)} ${address6(pod)}`),
    `  ${outside.space.padEnd(14)} on n1  ${outside.address}  ${outside.address6}   (not in the network: the world)`,
    "",
    "What is allowed:",
    `  ${into(outside.space)} curl -s http://${address(frontend(1))}/`,
    `  ${into(frontend(2).name)} redis-cli -h ${address(master)} set key value`,
    "What is refused (it waits; Ctrl-C ends it):",
    `  ${into(intruder.name)} redis-cli -h ${address(master)} ping`,
    "What every node has in force, how often each rule decided, what would happen to a connection and by which rule, and a node's tables:",
    `  node dist/ctv.cjs status --store ${join(lab.machine.folder, "n1.yaml")}`,
    `  node dist/ctv.cjs stats --store ${join(lab.machine.folder, "n1.yaml")}`,
    `  node dist/ctv.cjs why ${intruder.name} ${master.name} tcp/6379 --agent ${listening(lab, "n2")}`,
    `  ovs-ofctl -O OpenFlow14 dump-flows unix:${run("n1")}/br-int.mgmt`,
    "",
    `The policy is ${policy}. Each time you save it, it is in force within a second.`,
    "Ctrl-C takes everything down.",
  ].join("\n");
}

/** Where a node's agent answers questions. */
function listening(lab: Lab, node: NodeName): string {
  return (
    lab
      .node(node)
      .said.flatMap((line) => /"listen":"([^"]+)"/.exec(line)?.[1] ?? [])
      .at(-1) ?? ""
  );
}

async function play(): Promise<void> {
  say("Building two nodes, an etcd and the pods ...");
  const lab = await buildLab();
  const ended = new Promise<void>((resolve_) => ["SIGINT", "SIGTERM"].forEach((signal) => process.once(signal, () => resolve_())));
  let over = false;
  void ended.then(() => (over = true));
  try {
    pods.forEach(lab.addPod);
    lab.machine.daemon(master.name, redis, { space: master.name });
    lab.machine.daemon(slave.name, [...redis, "--replicaof", address(master), "6379"], { space: slave.name });
    for (const pod of [frontend(1), frontend(2)]) {
      lab.machine.daemon(pod.name, [process.execPath, resolve("test/e2e/web.mjs"), "80", pod.name], { space: pod.name });
    }
    const policy = join(lab.machine.folder, "main.ctv");
    let text = guestbookPolicy();
    writeFileSync(policy, text);
    await lab.realized(await lab.publish(text));
    say(introduction(lab, policy));
    while (!over) {
      await Promise.race([ended, new Promise((resolve_) => setTimeout(resolve_, 200))]);
      const now = await readFile(policy, "utf8").catch(() => text);
      if (over || now === text) continue;
      text = now;
      try {
        const generation = await lab.publish(text);
        const start = performance.now();
        await lab.realized(generation);
        say(`Generation ${generation} is in force, ${Math.round(performance.now() - start)} ms after it was published.`);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    say("Taking it down ...");
    await lab.close();
  }
}

const lack = missingLab();
if (lack === undefined) await play();
else {
  process.stderr.write(`The lab ${lack}.\n`);
  process.exitCode = 2;
}
