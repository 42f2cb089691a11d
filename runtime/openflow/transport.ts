/**
 * Streams to servers on this machine or elsewhere, by the addresses that Open vSwitch uses (ovs-vsctl(8), "connection methods").
 */
import { createConnection, isIPv6 } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Certificates for `ssl:` addresses, each the text of a PEM file. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
  /** Who may have signed the other side's certificate. */
  readonly authority: string;
}

export type ServerAddress =
  { readonly kind: "unix"; readonly path: string } | { readonly kind: "tcp" | "ssl"; readonly host: string; readonly port: number };

/** Reads `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`; an IPv6 host is in brackets. Nothing where the text is none of them. */
export function parseServerAddress(text: string, defaultPort: number): ServerAddress | undefined {
  if (text.startsWith("unix:")) return text.length > 5 ? { kind: "unix", path: text.slice(5) } : undefined;
  const found = /^(tcp|ssl):(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return undefined;
  const [, kind, six, name, portText] = found;
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port < 1 || port > 65535 || (six !== undefined && !isIPv6(six))) return undefined;
  return { kind: kind === "ssl" ? "ssl" : "tcp", host: six ?? name, port };
}

const CONNECT_TIMEOUT = 5000;

/** Opens a stream. Rejects with the operating system's words where nobody answers, after five seconds at the latest. */
export function openStream(address: ServerAddress, identity?: TlsIdentity): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = startStream(address, identity);
    const timer = setTimeout(() => socket.destroy(new Error("no answer within five seconds")), CONNECT_TIMEOUT);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once("error", fail);
    socket.once(address.kind === "ssl" ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

function startStream(address: ServerAddress, identity: TlsIdentity | undefined): Socket {
  switch (address.kind) {
    case "unix":
      return createConnection(address.path);
    case "tcp":
      return createConnection(address.port, address.host);
    case "ssl":
      return connectTls({
        host: address.host,
        port: address.port,
        // Certificates of switches name no host (ovs-pki(8)): that the authority signed them is what counts.
        checkServerIdentity: () => undefined,
        ...(identity === undefined ? {} : { key: identity.key, cert: identity.certificate, ca: identity.authority }),
      });
  }
}
