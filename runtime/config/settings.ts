/**
 * The configuration of an agent, `ctv-agent.yaml`: where the policy comes from, whom to believe, which switch to hold to it. Commands that only talk to the
 * store read the same file, and use `store` and `trust` of it.
 */
import { parseDocument } from "yaml";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { wrongSetting } from "../../compiler/diagnostics/project.js";
import { flag, integer, list, object, record, spanOf, text, word } from "../../compiler/source/shapes.js";
import type { JsonSchema } from "../../compiler/source/shapes.js";
import { yamlMistakes } from "../../compiler/source/yamlmistakes.js";
import { parseAddress } from "../../compiler/space/address.js";
import { macNumber } from "../../compiler/target/openflow/bind/inventory.js";
import { parseServerAddress } from "../openflow/transport.js";

/** Paths are as written: relative ones start at the file's own folder. */
export interface EtcdSource {
  readonly endpoints: readonly string[];
  /** What keys begin with. Default: /ctv */
  readonly prefix?: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly user?: string;
  readonly passwordFile?: string;
}

export interface StoreSettings {
  readonly folder?: string;
  readonly etcd?: EtcdSource;
}

export interface KubernetesSettings {
  /** Default: the service account of the pod that the agent runs in, else the usual kubeconfig. */
  readonly kubeconfig?: string;
  /** Default: all. */
  readonly namespaces?: readonly string[];
}

/** What the agent makes on the switch where it is not there. */
export interface SetupSettings {
  readonly bridge?: "system" | "netdev";
  readonly tunnel?: boolean;
  readonly tunnelPort?: number;
  readonly uplink?: boolean;
}

export interface AgentSettings {
  readonly node?: string;
  readonly store: StoreSettings;
  readonly trust: readonly string[];
  /** The key that this node signs with what it tells other nodes. */
  readonly nodeKey?: string;
  /** Each node's public key, by the node's name. Without, what nodes tell is believed as it lies in the store. */
  readonly trustNodes?: ReadonlyMap<string, string>;
  readonly state: string;
  readonly bridge: string;
  readonly openflow?: string;
  readonly ovsdb: string;
  readonly control?: string;
  readonly tls?: { readonly ca?: string; readonly certificate?: string; readonly key?: string };
  readonly address?: string;
  readonly tunnel?: string;
  readonly uplink?: string;
  readonly create?: SetupSettings;
  readonly nextHop?: string;
  readonly forwarding?: "bridge" | "routing" | "none";
  readonly untilKnown: "deny" | "normal";
  readonly endpoints: {
    readonly file?: string;
    readonly ovsdb: boolean;
    readonly kubernetes?: KubernetesSettings;
    readonly nodes: boolean;
  };
  readonly listen: string;
  readonly log: "debug" | "info" | "warn" | "error";
  /** Seconds. */
  readonly reportEvery: number;
  /** Seconds. */
  readonly lease: number;
}

const some = (needed: string, description: string, accept: (value: string) => boolean = (value) => value !== "") =>
  text({ minLength: 1, description }, needed, accept);
const path = (description: string) => some("a path", description);
const isServer = (value: string): boolean => parseServerAddress(value, 6640) !== undefined;
const server = (description: string) =>
  some("an address such as unix:/run/openvswitch/db.sock, tcp:HOST:PORT or ssl:HOST:PORT", description, isServer);
const isLoopback = (value: string): boolean => /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\]):\d{1,5}$/.test(value);

const anyName = { needed: "the name of a node", accept: (name: string) => name !== "", pattern: "^.+$" };

const etcdShape = object(
  {
    endpoints: list(
      some("a URL such as https://10.0.0.1:2379", "A member of the cluster.", (value) => /^https?:\/\/[^/\s]+$/.test(value)),
      { minItems: 1, description: "Members of the cluster, all http or all https." },
    ),
    prefix: some("a prefix that begins with a slash, such as /ctv", "What keys begin with. Default: /ctv.", (value) => /^\/[\w/.-]+$/.test(value)),
    ca: path("PEM file with the certificate of the authority that signed the servers'."),
    certificate: path("PEM file with the certificate to show."),
    key: path("PEM file with its key."),
    user: some("a name", "User, where the cluster has authentication on."),
    passwordFile: path("File with the user's password, which ends at the first line break."),
  },
  ["endpoints"],
  { description: "A store in etcd 3." },
);
const storeShape = object({ folder: path("A store in this folder, for one node or nodes that share it."), etcd: etcdShape }, [], {
  description: "Where programs are published and nodes report: a folder or etcd.",
  oneOf: [{ required: ["folder"] }, { required: ["etcd"] }],
});

const shape = object(
  {
    node: some("a name", "The node's name. Default: the host's."),
    store: storeShape,
    trust: list(path("PEM file with a public key."), { minItems: 1, description: "Keys whose programs are taken; `ctv keygen` makes them." }),
    nodeKey: path("PEM file with the private key that this node signs with what it tells other nodes of its endpoints."),
    trustNodes: record(path("PEM file with the node's public key."), anyName, {
      description: "The keys of all nodes, by their names: only what a node has signed is believed of it. Default: what lies in the store is.",
    }),
    state: path("Folder for the last good program. Default: /var/lib/ctv."),
    bridge: some("a name", "The bridge that is held to the policy. Default: br-int."),
    openflow: server("How to reach the bridge by OpenFlow. Default: its socket in /run/openvswitch."),
    ovsdb: server("How to reach the switch's database. Default: unix:/run/openvswitch/db.sock."),
    control: path(
      "The switch's run folder, or its control socket: for cutting connections and tracing. Default: the folder of the database's socket.",
    ),
    tls: object({ ca: path("PEM file."), certificate: path("PEM file."), key: path("PEM file.") }, [], {
      description: "For ssl: addresses of the switch.",
    }),
    address: some("an address", "Where tunnels to this node end.", (value) => parseAddress(value) !== undefined),
    tunnel: some("a name", "The port of the bridge that tunnels to other nodes (VXLAN, `remote_ip=flow`, `key=flow`)."),
    uplink: some("a name", "The port of the bridge to the world outside."),
    create: object(
      {
        bridge: word(["system", "netdev"], { description: "Make `bridge` if there is none, with its datapath in the kernel or in user space." }),
        tunnel: flag({ description: "Make the port `tunnel`." }),
        tunnelPort: integer(1, 65_535, { description: "UDP port of the tunnel. Default: 4789." }),
        uplink: flag({ description: "Attach the network device `uplink` to the bridge: the host no longer uses it itself." }),
      },
      [],
      { description: "What the agent makes on the switch. What is there and was made by others stays as it is. Default: nothing." },
    ),
    nextHop: some("a MAC address", "The router behind the uplink.", (value) => macNumber(value) !== undefined),
    forwarding: word(["bridge", "routing", "none"], { description: "How the bridge forwards. Default: as the policy's fabric says." }),
    untilKnown: word(["deny", "normal"], {
      description: "What an empty switch does until a policy is known: drop everything, or forward unfiltered. Default: deny.",
    }),
    endpoints: object(
      {
        file: path("YAML file of endpoints, as for `ctv compile --inventory`."),
        ovsdb: flag({ description: "External ids of interfaces in the switch's database. Default: true." }),
        kubernetes: object(
          {
            kubeconfig: path("Default: the pod's service account, else ~/.kube/config."),
            namespaces: list(some("a name", "A namespace."), { minItems: 1, description: "Only pods of these. Default: all." }),
          },
          [],
          { description: "Pods of the Kubernetes API." },
        ),
        nodes: flag({ description: "Tell other nodes of this node's endpoints through the store, and learn theirs. Default: true with etcd." }),
      },
      [],
      { description: "Where endpoints are learnt from." },
    ),
    listen: some(
      "a loopback address with a port, such as 127.0.0.1:9476",
      "Where metrics and health are served. Default: 127.0.0.1:9476.",
      isLoopback,
    ),
    log: word(["debug", "info", "warn", "error"], { description: "The least that is logged. Default: info." }),
    reportEvery: integer(1, 3600, { description: "Seconds between reports to the store. Default: 5." }),
    lease: integer(5, 86_400, { description: "Seconds that what this node tells others stays when it is gone. Default: 60." }),
  },
  ["store", "trust"],
  { title: "ctv agent configuration", description: "What an agent of ctv does on its node." },
);

/** The JSON schema of the file, as `ctv-agent.schema.json` ships it. */
export function agentSchema(): JsonSchema {
  return { $schema: "http://json-schema.org/draft-07/schema#", ...shape.schema };
}

export interface ReadSettings {
  /** Absent where there is anything to say. */
  readonly settings?: AgentSettings;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the file. Never throws; `id` is its id in spans. */
export function readAgentSettings(id: string, content: string): ReadSettings {
  const diagnostics: Diagnostic[] = [];
  const document = parseDocument(content, { prettyErrors: false, uniqueKeys: true });
  diagnostics.push(...yamlMistakes(document, id, "agent's configuration"));
  if (diagnostics.length > 0) return { diagnostics };
  const yaml = { document, file: id, report: (diagnostic: Diagnostic) => diagnostics.push(diagnostic) };
  const values = shape.read(yaml, document.contents ?? undefined, "the agent's configuration");
  if (diagnostics.length > 0 || values?.store === undefined || values.trust === undefined) return { diagnostics };
  const place = { span: spanOf(yaml, document.contents ?? undefined) };
  const stores = Object.keys(values.store).length;
  if (stores !== 1)
    diagnostics.push(wrongSetting.make({ where: "store", needed: "a folder or etcd", found: stores === 0 ? "neither" : "both" }, place));
  if (values.trust.length === 0) diagnostics.push(wrongSetting.make({ where: "trust", needed: "at least one key", found: "none" }, place));
  for (const problem of setupProblems(values)) diagnostics.push(wrongSetting.make(problem, place));
  if (diagnostics.length > 0) return { diagnostics };
  const { store, trust, endpoints = {}, ...rest } = values;
  const etcd = store.etcd === undefined ? undefined : etcdOf(store.etcd);
  const settings: AgentSettings = {
    state: "/var/lib/ctv",
    bridge: "br-int",
    ovsdb: "unix:/run/openvswitch/db.sock",
    untilKnown: "deny",
    listen: "127.0.0.1:9476",
    log: "info",
    reportEvery: 5,
    lease: 60,
    ...rest,
    trust,
    store: { ...(store.folder === undefined ? {} : { folder: store.folder }), ...(etcd === undefined ? {} : { etcd }) },
    endpoints: { ...endpoints, ovsdb: endpoints.ovsdb ?? true, nodes: endpoints.nodes ?? etcd !== undefined },
  };
  return { settings, diagnostics };
}

/** What is asked for and cannot be made. */
function setupProblems({ create, tunnel, uplink }: Pick<Partial<AgentSettings>, "create" | "tunnel" | "uplink">): readonly Problem[] {
  const problems: readonly (Problem & { readonly holds: boolean })[] = [
    { holds: create?.tunnel === true && tunnel === undefined, where: "create.tunnel", needed: "the port's name in `tunnel`", found: "none" },
    { holds: create?.uplink === true && uplink === undefined, where: "create.uplink", needed: "the device's name in `uplink`", found: "none" },
    { holds: tunnel !== undefined && tunnel === uplink, where: "uplink", needed: "another name than `tunnel`", found: tunnel ?? "" },
  ];
  return problems.filter(({ holds }) => holds);
}

interface Problem {
  readonly where: string;
  readonly needed: string;
  readonly found: string;
}

/** The shape requires `endpoints`, or there was a diagnostic; the compiler cannot know. */
function etcdOf(read: Partial<EtcdSource>): EtcdSource {
  return { ...read, endpoints: read.endpoints ?? [] };
}
