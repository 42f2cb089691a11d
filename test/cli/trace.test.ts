/** What `ctv trace` prints of an agent's answer about a service address, with an agent that says what the test tells it to. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "@jest/globals";
import { ctv, scratch } from "./support/command.js";

const way = { outputs: ["output:2"], rules: [], way: ["input"] };
const explanation = {
  ...way,
  generation: 3,
  arrives: "port 1",
  verdict: "mixed",
  providers: [
    { ...way, verdict: "allowed", address: "10.1.1.2", port: 8443, endpoint: "db-1" },
    { ...way, outputs: [], verdict: "denied", address: "10.1.1.3", port: 8443 },
  ],
};
const [passes, ends] = [true, false].map((comes) => ({ passes: comes, text: "Datapath actions: 2" }));
const asked = (second: object, agree: boolean, agrees = agree) => ({
  explanation,
  trace: passes,
  providers: [
    { ...passes, address: "10.1.1.2", port: 8443, agrees: true },
    { ...second, address: "10.1.1.3", port: 8443, agrees },
  ],
  agree,
});

it("says of each provider whether the switch agrees", async () => {
  let answer = asked(ends, true);
  const server = createServer((_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const agent = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trace = () => ctv(["trace", "web-1", "10.9.9.9", "tcp/443", "--agent", agent], { cwd: scratch() });
  try {
    const good = await trace();
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("web-1 -> 10.9.9.9 : tcp/443: depends on the provider");
    expect(good.out.split("\n").slice(-3)).toEqual([
      "the switch agrees about 10.1.1.2, port 8443: the packet comes out",
      "the switch agrees about 10.1.1.3, port 8443: the packet does not come out",
      "",
    ]);
    answer = asked(passes, false);
    expect(await trace()).toMatchObject({
      code: 4,
      err: "ctv: the switch disagrees about 10.1.1.3, port 8443: its trace says that the packet comes out\n",
    });
    answer = asked(ends, false, true);
    expect(await trace()).toMatchObject({
      code: 4,
      err: "ctv: the switch disagrees: its trace says that the packet comes to no choice of a provider\n",
    });
  } finally {
    server.close();
  }
});
