/** A connection's other side may be anything: late, silent, of another version, or talking nonsense. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { greetSwitch } from "../../../runtime/openflow/connection.js";
import type { ConnectionOptions, SwitchConnection } from "../../../runtime/openflow/connection.js";
import { deframer, helloMessage, message, messageTypes } from "../../../runtime/openflow/message.js";
import type { Message } from "../../../runtime/openflow/message.js";
import { openStream } from "../../../runtime/openflow/transport.js";
import { itWhere } from "../../support/where.js";
import { missingFile } from "../../support/missing.js";

const features = (xid: number): Buffer =>
  message(messageTypes.featuresReply, xid, (writer) => {
    writer.bytes.fill(0, 8, 32);
    writer.bytes[15] = 0x2a;
    writer.bytes[20] = 254;
    writer.at = 32;
  });

/** A switch that greets and answers what it is asked, unless `answer` takes the message. */
function fakeSwitch(socket: Socket, answer: (message: Message) => boolean = () => false): void {
  socket.on("error", () => undefined);
  socket.write(helloMessage(1));
  socket.on(
    "data",
    deframer((received) => {
      if (answer(received)) return;
      if (received.type === messageTypes.featuresRequest) socket.write(features(received.xid));
      if (received.type === messageTypes.barrierRequest) socket.write(message(messageTypes.barrierReply, received.xid));
    }),
  );
}

describe("a connection to a switch", () => {
  let folder: string;
  const servers: Server[] = [];
  const connections: SwitchConnection[] = [];
  const sockets: Socket[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ctv-wire-"));
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(folder, { recursive: true, force: true });
  });

  async function connect(onSocket: (socket: Socket) => void, options: ConnectionOptions = {}): Promise<SwitchConnection> {
    const path = join(folder, "switch");
    const server = createServer((socket) => {
      sockets.push(socket);
      onSocket(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const connection = await greetSwitch(await openStream({ kind: "unix", path }), options);
    connections.push(connection);
    return connection;
  }

  it("is greeted and asked what it is", async () => {
    const { features: found } = await connect((socket) => fakeSwitch(socket));
    expect(found).toEqual({ datapathId: "000000000000002a", tables: 254 });
  });

  it("needs OpenFlow 1.4", async () => {
    const old = (socket: Socket): void => void socket.write(Buffer.from("0400000800000001", "hex"));
    await expect(connect(old)).rejects.toThrow("the bridge does not speak OpenFlow 1.4");
  });

  it("does not wait forever for a greeting, nor for an answer", async () => {
    await expect(connect(() => undefined, { patience: 40 })).rejects.toThrow("the switch did not greet");
    const mute = (socket: Socket): void => fakeSwitch(socket, ({ type }) => type === messageTypes.barrierRequest);
    rmSync(join(folder, "switch"), { force: true });
    const connection = await connect(mute, { patience: 40 });
    await expect(connection.barrier()).rejects.toThrow("the switch did not answer for 0.04 s");
    expect(await connection.closed).toBeInstanceOf(Error);
  });

  it("ends when the switch is silent, and stays while it answers echoes", async () => {
    const silent = await connect((socket) => fakeSwitch(socket), { keepAlive: 15 });
    expect((await silent.closed)?.message).toBe("the switch is silent");
    rmSync(join(folder, "switch"), { force: true });
    const echoing = (socket: Socket): void =>
      fakeSwitch(socket, ({ type, xid }) => type === messageTypes.echoRequest && socket.write(message(messageTypes.echoReply, xid)));
    const lively = await connect(echoing, { keepAlive: 15 });
    await new Promise((resolve) => setTimeout(resolve, 80));
    await lively.barrier();
  });

  it("answers echoes, with what they carry", async () => {
    const echoed = await new Promise<string>((resolve) => {
      connect((socket) => {
        fakeSwitch(socket, ({ type, body }) => {
          if (type === messageTypes.echoReply) resolve(body.toString());
          return false;
        });
        socket.write(message(messageTypes.echoRequest, 9, (writer) => (writer.at += writer.bytes.write("there?", writer.at))));
      }).catch(() => undefined);
    });
    expect(echoed).toBe("there?");
  });

  it("ends at nonsense, with questions under way told", async () => {
    const talker = (socket: Socket): void =>
      fakeSwitch(socket, ({ type }) => type === messageTypes.barrierRequest && socket.write(Buffer.from([5, 21, 0, 3, 0, 0, 0, 0])));
    const connection = await connect(talker);
    await expect(connection.barrier()).rejects.toThrow("the switch sent a message of 3 bytes");
    await expect(connection.flows()).rejects.toThrow("the connection to the switch is closed");
  });

  it("is over, or as before, after any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        rmSync(join(folder, "switch"), { force: true });
        const connection = await connect(
          (socket) => {
            fakeSwitch(socket, ({ type }) => {
              if (type === messageTypes.barrierRequest) socket.end(Buffer.from(bytes));
              return false;
            });
          },
          { patience: 1000 },
        );
        await connection.barrier().catch(() => undefined);
        await connection.closed;
      }),
      { numRuns: 40 },
    );
  });

  itWhere(missingFile("/usr/bin/openssl", "openssl"), "speaks TLS with certificates on both sides", async () => {
    const openssl = (...words: readonly string[]): void => void execFileSync("openssl", words, { stdio: "ignore", cwd: folder });
    const subject = (name: string): readonly string[] => [
      "-subj",
      `/CN=${name}`,
      "-days",
      "1",
      "-nodes",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
    ];
    openssl("req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", ...subject("authority"));
    for (const name of ["switch", "agent"]) {
      openssl("req", "-keyout", `${name}.key`, "-out", `${name}.csr`, ...subject(name));
      openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1", "-out", `${name}.pem`);
    }
    const text = (name: string): string => readFileSync(join(folder, name), "utf8");
    const server = createTlsServer(
      { key: text("switch.key"), cert: text("switch.pem"), ca: text("ca.pem"), requestCert: true, rejectUnauthorized: true },
      (socket) => fakeSwitch(socket),
    );
    server.on("tlsClientError", () => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    const address = { kind: "ssl", host: "127.0.0.1", port } as const;
    const identity = { key: text("agent.key"), certificate: text("agent.pem"), authority: text("ca.pem") };
    const connection = await greetSwitch(await openStream(address, identity));
    connections.push(connection);
    expect(connection.features.tables).toBe(254);
    openssl("req", "-x509", "-keyout", "other.key", "-out", "other.pem", ...subject("another authority"));
    await expect(openStream(address, { ...identity, authority: text("other.pem") })).rejects.toThrow(/certificate|self.signed|verify/i);
  });
});
