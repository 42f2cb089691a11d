/** What is shipped to run an agent: it parses, says what the agent understands, and grants no more than the agent needs. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { agent } from "../../cli/commands/agent.js";
import { readAgentSettings } from "../../runtime/config/settings.js";

const text = (path: string): string => readFileSync(`packaging/${path}`, "utf8");
const flags = agent.options.flatMap(({ flags: written }) => written.match(/--[\w-]+/g) ?? []);

describe("the systemd unit", () => {
  const lines = text("ctv-agent.service")
    .split("\n")
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  const valueOf = (name: string): readonly string[] => lines.filter(([key]) => key === name).map(([, value]) => value);

  it("starts the agent with flags that there are, and reloads it by SIGHUP", () => {
    expect(valueOf("ExecStart")).toEqual(["/usr/bin/node /usr/lib/ctv/ctv.cjs agent --config /etc/ctv/ctv-agent.yaml"]);
    expect(flags).toContain("--config");
    expect(valueOf("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(valueOf("Restart")).toEqual(["always"]);
  });

  it("takes root's powers away", () => {
    expect(valueOf("CapabilityBoundingSet")).toEqual([""]);
    for (const name of ["NoNewPrivileges", "ProtectHome", "ProtectKernelModules", "PrivateDevices", "PrivateTmp"])
      expect([name, valueOf(name)]).toEqual([name, ["yes"]]);
    expect(valueOf("ProtectSystem")).toEqual(["strict"]);
    expect(valueOf("StateDirectory")).toEqual(["ctv"]);
    // V8 compiles at run time, so memory has to be writable and executable.
    expect(valueOf("MemoryDenyWriteExecute")).toEqual([]);
  });
});

describe("the example configuration", () => {
  it("is one that the agent takes", () => {
    expect(readAgentSettings("ctv-agent.yaml", text("ctv-agent.yaml")).diagnostics).toEqual([]);
  });
});

describe("the image", () => {
  it("runs the bundle on a version of Node that it is made for", () => {
    const dockerfile = text("Dockerfile");
    const from = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
    const major = /(\d+)/.exec(engines.node)?.[1] ?? "";
    expect(from).toEqual([expect.stringContaining(`node:${major}`), expect.stringContaining(`nodejs${major}`)]);
    expect(dockerfile).toContain('ENTRYPOINT ["/nodejs/bin/node", "/usr/lib/ctv/ctv.cjs"]');
    expect(existsSync("scripts/build.mjs")).toBe(true);
  });
});

describe("the manifests for Kubernetes", () => {
  const documents = parseAllDocuments(text("kubernetes/agent.yaml"));
  const objects = documents.map((document) => document.toJS());
  const object = (kind: string) => objects.find((each) => each.kind === kind);
  const pod = object("DaemonSet").spec.template.spec;
  const [container] = pod.containers;

  it("parse, and are all in the namespace that they make", () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(objects.map(({ kind }) => kind)).toEqual(["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ConfigMap", "DaemonSet"]);
    const namespaced = objects.filter(({ kind }) => ["ServiceAccount", "ConfigMap", "DaemonSet"].includes(kind));
    expect(namespaced.map(({ metadata }) => metadata.namespace)).toEqual(["ctv-system", "ctv-system", "ctv-system"]);
  });

  it("let the agent list and watch pods, and nothing else", () => {
    expect(object("ClusterRole").rules).toEqual([{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }]);
    expect(object("ClusterRoleBinding")).toMatchObject({
      roleRef: { name: "ctv-agent" },
      subjects: [{ name: "ctv-agent", namespace: "ctv-system" }],
    });
    expect(pod.serviceAccountName).toBe("ctv-agent");
  });

  it("run it without privileges, on a file system that it cannot change", () => {
    expect(container.securityContext).toEqual({
      runAsUser: 0,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.securityContext).toEqual({ seccompProfile: { type: "RuntimeDefault" } });
    expect(pod.hostPID ?? pod.hostIPC).toBeUndefined();
    const hostPaths = pod.volumes.flatMap(({ hostPath }: { hostPath?: { path: string } }) => (hostPath === undefined ? [] : [hostPath.path]));
    expect(hostPaths).toEqual(["/run/openvswitch", "/var/lib/ctv"]);
    const names = pod.volumes.map(({ name }: { name: string }) => name);
    expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it("give it a configuration that it takes, flags that there are, and ask after its health where it listens", () => {
    const { settings, diagnostics } = readAgentSettings("ctv-agent.yaml", object("ConfigMap").data["ctv-agent.yaml"]);
    expect(diagnostics).toEqual([]);
    expect(settings).toMatchObject({ trust: ["publish.pub"], state: "/var/lib/ctv", endpoints: { kubernetes: {}, ovsdb: true, nodes: true } });
    expect(Object.keys(object("ConfigMap").data)).toContain("publish.pub");
    expect(container.args.filter((word: string) => word.startsWith("--")).every((word: string) => flags.includes(word))).toBe(true);
    for (const [probe, path] of [
      ["livenessProbe", "/healthz"],
      ["readinessProbe", "/readyz"],
    ] as const) {
      const { host, port } = container[probe].httpGet;
      expect([`${host}:${port}`, container[probe].httpGet.path]).toEqual([settings?.listen, path]);
    }
    // Versions of YAML differ on what 0400 is.
    expect(pod.volumes.find(({ name }: { name: string }) => name === "etcd").secret.defaultMode).toBe(0o400);
  });
});
