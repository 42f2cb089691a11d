/** A store in etcd 3: the cluster's own database. Keys lie under a prefix, writes that must not collide are transactions. */
import { gunzipSync, gzipSync } from "node:zlib";
import type { IOptions, Namespace } from "etcd3";
import { endings } from "./endings.js";
import type { Endings } from "./endings.js";
import { memberBreaker } from "./etcdbreaker.js";
import { etcdLease } from "./etcdlease.js";
import { watchEtcd } from "./etcdwatch.js";
import { checkKey, StoreError, VALUE_LIMIT } from "./keyvalue.js";
import type { Entry, KeyValues } from "./keyvalue.js";

export interface EtcdSettings {
  /** `https://10.0.0.1:2379`; all of one kind. */
  readonly endpoints: readonly string[];
  /** What keys begin with; a slash is added. */
  readonly prefix: string;
  /** PEM texts. `ca` is needed for https. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly user?: string;
  readonly password?: string;
}

/** Milliseconds that one request may take. */
const PATIENCE = 5000;
/** etcd's own limit for a request is 1.5 MiB (`--max-request-bytes`); this leaves room for what is around the value. */
const STORED_LIMIT = 1_400_000;
/** Values from this length on are compressed. gzip's first two bytes (RFC 1952) begin no JSON text, so they tell which are. */
const COMPRESSED_FROM = 1024;

/** Opens a store in etcd. Nothing is asked of the server yet. @throws StoreError for settings that cannot be. */
export async function etcdStore(settings: EtcdSettings): Promise<KeyValues> {
  const { Etcd3: Client, isRecoverableError } = await import("etcd3");
  const client = new Client({
    ...clientOptions(settings),
    faultHandling: { watchBackoff: soon, host: () => memberBreaker(isRecoverableError, () => performance.now()) },
  });
  const prefix = `${settings.prefix.replace(/\/+$/, "")}/`;
  const space = client.namespace(prefix);
  const name = `etcd ${settings.endpoints.join(",")}${settings.prefix}`;
  const asking = <T>(request: () => Promise<T>): Promise<T> =>
    request().catch((error: unknown) => {
      throw etcdError(name, error);
    });
  // The library goes on with what is open after its client was closed, so each is ended first.
  const open = endings();
  const close = async (): Promise<void> => {
    await open.endAll();
    client.close();
  };
  return { name, ...reading(space, asking), ...writing(space, asking), ...following(space, name, open), close };
}

type Asking = <T>(request: () => Promise<T>) => Promise<T>;

function reading(space: Namespace, asking: Asking): Pick<KeyValues, "get" | "keys" | "list"> {
  return {
    get: async (key) => {
      checkKey(key);
      const value = await asking(() => space.get(key).buffer());
      return value === null ? undefined : unpacked(key, value);
    },
    keys: async (prefix) => (await asking(() => space.getAll().prefix(prefix).keys())).sort(),
    list: async (prefix) => {
      const { kvs } = await asking(() => space.getAll().prefix(prefix).exec());
      return kvs
        .map(({ key, value }): Entry => ({ key: key.toString(), value: unpacked(key.toString(), value) }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

function writing(space: Namespace, asking: Asking): Pick<KeyValues, "create" | "put" | "remove"> {
  return {
    create: async (key, value) => {
      const packing = packed(key, value);
      const { succeeded } = await asking(() => space.if(key, "Create", "==", 0).then(space.put(key).value(packing)).commit());
      return succeeded;
    },
    put: async (key, value) => {
      const packing = packed(key, value);
      await asking(() => space.put(key).value(packing).exec());
    },
    remove: async (key) => {
      checkKey(key);
      await asking(() => space.delete().key(key).exec());
    },
  };
}

function following(space: Namespace, name: string, { kept }: Endings): Pick<KeyValues, "watch" | "watchNewest" | "lease"> {
  const failed = (error: unknown): StoreError => etcdError(name, error);
  return {
    watch: (prefix, onEntries, onError) => kept(watchEtcd(space, prefix, { unpacked, failed }, onEntries, onError)),
    watchNewest: (prefix, counts, onNewest, onError) => {
      // The highest key of what is known: later entries only come on top of it.
      const tell = (entries: ReadonlyMap<string, Uint8Array>): void => {
        const key = [...entries.keys()].filter(counts).sort().at(-1);
        const value = key === undefined ? undefined : entries.get(key);
        onNewest(key === undefined || value === undefined ? undefined : { key, value });
      };
      return kept(watchEtcd(space, prefix, { unpacked, failed, newestOnly: true }, tell, onError));
    },
    lease: (seconds, onError) => {
      const lease = etcdLease(space, seconds, { packed, failed }, onError);
      return { ...lease, close: kept(lease.close) };
    },
  };
}

/** When a lost watch is tried again; the library's own default grows to half a minute. */
const soon: { readonly duration: number; readonly next: () => typeof soon } = { duration: 500, next: () => soon };

function clientOptions({ endpoints, ca, certificate, key, user, password }: EtcdSettings): IOptions {
  const secure = endpoints.filter((endpoint) => endpoint.startsWith("https://"));
  if (endpoints.length === 0) throw new StoreError("etcd needs at least one endpoint");
  if (secure.length !== 0 && secure.length !== endpoints.length) throw new StoreError("etcd's endpoints have to be all https or all http");
  if (secure.length > 0 && ca === undefined)
    throw new StoreError("etcd over https needs `ca`, the certificate of the authority that signed the server's");
  if (secure.length === 0 && (ca ?? certificate ?? key) !== undefined)
    throw new StoreError("certificates are of no use with http: the endpoints should be https");
  if ((certificate === undefined) !== (key === undefined)) throw new StoreError("a client certificate needs its key, and a key its certificate");
  if ((user === undefined) !== (password === undefined)) throw new StoreError("etcd's user needs a password, and the password a user");
  const pair = certificate === undefined || key === undefined ? {} : { certChain: Buffer.from(certificate), privateKey: Buffer.from(key) };
  return {
    hosts: [...endpoints],
    ...(ca === undefined ? {} : { credentials: { rootCertificate: Buffer.from(ca), ...pair } }),
    ...(user === undefined || password === undefined ? {} : { auth: { username: user, password } }),
    dialTimeout: PATIENCE,
    defaultCallOptions: (context) => (context.isStream ? {} : { deadline: Date.now() + PATIENCE }),
    grpcOptions: {
      "grpc.max_receive_message_length": VALUE_LIMIT,
      // A server that went away without a word is noticed. etcd allows a ping every five seconds (`--grpc-keepalive-min-time`).
      "grpc.keepalive_time_ms": 10_000,
      "grpc.keepalive_timeout_ms": 5000,
      "grpc.max_reconnect_backoff_ms": 2000,
    },
  };
}

function packed(key: string, value: Uint8Array): Buffer {
  checkKey(key);
  const stored = value.length < COMPRESSED_FROM ? Buffer.from(value) : gzipSync(value);
  if (stored.length > STORED_LIMIT) throw new StoreError(`"${key}" has ${stored.length} bytes compressed, and etcd takes ${STORED_LIMIT} at once`);
  return stored;
}

/** @throws StoreError for what was compressed and is not whole, or is too long. */
function unpacked(key: string, stored: Buffer): Uint8Array {
  if (stored[0] !== 0x1f || stored[1] !== 0x8b) return stored;
  try {
    return gunzipSync(stored, { maxOutputLength: VALUE_LIMIT });
  } catch {
    throw new StoreError(`"${key}" cannot be uncompressed, or is too long`);
  }
}

/** What etcd or the way to it says, in words. */
function etcdError(name: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const words = reasons.find(([pattern]) => pattern.test(message))?.[1];
  return new StoreError(`${name}: ${words ?? message}`);
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/authentication failed|invalid user ID or password|user name is empty/, "the server does not know this user, or the password is wrong"],
  [/permission denied/, "the user may not do this: it needs a role with read and write permission on the prefix"],
  [/certificate|self.signed|SSL|TLS/i, "the server's certificate does not fit `ca`, or it does not take ours"],
  [/ECONNREFUSED|UNAVAILABLE|unavailable|No connection established|breaker is open/i, "the server cannot be reached"],
  [/lease has expired|is expired or revoked/, "the lease of this node's entries ran out; they are put again"],
  [/DEADLINE|deadline|timed out/i, "the server does not answer"],
  [/NOSPACE|database space exceeded/, "the server's database is full"],
];
