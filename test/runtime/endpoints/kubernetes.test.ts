/** Pods as endpoints. The server here is a stub for the wire: lists, watches and their ends, and nothing that an API server decides. */
import { copyFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { InventoryPart } from "../../../runtime/agent/sources.js";
import { kubernetesSource, podEndpoint } from "../../../runtime/endpoints/kubernetes.js";
import { unknownMac } from "../../../runtime/endpoints/merge.js";
import { scratch } from "../../cli/support/command.js";
import { eventually } from "../store/contract.js";

interface PodSketch {
  readonly labels?: Record<string, string>;
  readonly ips?: readonly string[];
  readonly spec?: Partial<V1PodSpec>;
  readonly phase?: string;
  readonly annotations?: Record<string, string>;
}

const pod = (name: string, version: number, more: PodSketch = {}): V1Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop", resourceVersion: String(version), labels: more.labels ?? { app: name }, annotations: more.annotations ?? {} },
  spec: { containers: [], nodeName: "node-a", ...more.spec },
  status: { phase: more.phase ?? "Running", podIPs: (more.ips ?? ["10.1.1.1"]).map((ip) => ({ ip })) },
});

describe("a pod", () => {
  const endpointOf = (...words: Parameters<typeof pod>) => podEndpoint(pod(...words));

  it("is an endpoint with its labels and addresses", () => {
    expect(endpointOf("web", 1, { ips: ["10.1.1.1", "fd00::1"] })).toEqual([
      { name: "shop/web", node: "node-a", port: 0, mac: unknownMac, addresses: ["10.1.1.1", "fd00::1"], namespace: "shop", labels: { app: "web" } },
    ]);
  });

  it("is none without node or address, when it has ended, or in its node's network", () => {
    expect(endpointOf("web", 1, { ips: [] })).toEqual([]);
    expect(endpointOf("web", 1, { spec: { nodeName: undefined } })).toEqual([]);
    expect(endpointOf("web", 1, { spec: { hostNetwork: true } })).toEqual([]);
    expect(endpointOf("web", 1, { phase: "Succeeded" })).toEqual([]);
  });

  it("has the MAC address that its network wrote down", () => {
    const multus = JSON.stringify([
      { name: "other", mac: "0a:00:00:00:00:02" },
      { name: "cbr0", default: true, mac: "0A:00:00:00:00:01" },
    ]);
    expect(endpointOf("web", 1, { annotations: { "k8s.v1.cni.cncf.io/network-status": multus } })[0]?.mac).toBe("0a:00:00:00:00:01");
    const ovn = JSON.stringify({ default: { mac_address: "0a:58:0a:00:00:01" } });
    expect(endpointOf("web", 1, { annotations: { "k8s.ovn.org/pod-networks": ovn } })[0]?.mac).toBe("0a:58:0a:00:00:01");
    expect(endpointOf("web", 1, { annotations: { "k8s.ovn.org/pod-networks": "{" } })[0]?.mac).toBe(unknownMac);
  });
});

describe("pods of a cluster", () => {
  let end: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await end?.();
    end = undefined;
  });

  async function cluster(answer: (request: URL, response: ServerResponse) => void) {
    const server = createServer((request: IncomingMessage, response) => answer(new URL(request.url ?? "", "http://x"), response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    const kubeconfig = join(scratch({ config: JSON.stringify(config) }), "config");
    const close = () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
    return { kubeconfig, close };
  }

  it("are listed, watched, and taken up again where the watch broke off", async () => {
    const asked: string[] = [];
    let watching: ServerResponse | undefined;
    const send = (type: string, object: object) => watching?.write(`${JSON.stringify({ type, object })}\n`);
    let list: { readonly items: readonly object[]; readonly version: number } = { items: [pod("web", 5)], version: 5 };
    const { kubeconfig, close } = await cluster((url, response) => {
      const version = url.searchParams.get("resourceVersion");
      asked.push(url.searchParams.has("watch") ? `watch ${version}` : `list ${url.pathname}`);
      response.setHeader("content-type", "application/json");
      if (!url.searchParams.has("watch")) {
        response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: String(list.version) }, items: list.items }));
        return;
      }
      watching = response;
      response.flushHeaders();
    });
    let part: InventoryPart | undefined;
    const problems: string[] = [];
    const stop = kubernetesSource({ kubeconfig }).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    end = async () => {
      await stop();
      await close();
    };
    const names = () => part?.endpoints.map(({ name, labels }) => `${name} ${labels?.app ?? ""}`);
    await eventually(names, ["shop/web web"]);
    await eventually(() => asked, ["list /api/v1/pods", "watch 5"]);
    const [unchanged] = part?.endpoints ?? [];
    send("ADDED", pod("db", 6));
    await eventually(names, ["shop/web web", "shop/db db"]);
    expect(part?.endpoints[0]).toBe(unchanged);
    send("MODIFIED", pod("db", 7, { labels: { app: "store" } }));
    await eventually(names, ["shop/web web", "shop/db store"]);
    // The server ends a watch after some minutes; the next one starts where it was.
    watching?.end();
    await eventually(() => asked.at(-1), "watch 7");
    send("DELETED", pod("web", 8));
    await eventually(names, ["shop/db store"]);
    // The server has forgotten what happened since: everything is listed again.
    list = { items: [pod("new", 20)], version: 20 };
    send("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" });
    watching?.end();
    await eventually(names, ["shop/new new"]);
    await eventually(() => asked.at(-1), "watch 20");
    // A connection that breaks.
    watching?.destroy();
    await eventually(() => asked.slice(-2), ["watch 20", "watch 20"]);
    send("ADDED", pod("late", 21));
    await eventually(names, ["shop/new new", "shop/late late"]);
  });

  it("are those of some namespaces only, where asked, and an empty list is an answer", async () => {
    const asked: string[] = [];
    const { kubeconfig, close } = await cluster((url, response) => {
      asked.push(url.pathname);
      response.setHeader("content-type", "application/json");
      if (url.searchParams.has("watch")) response.flushHeaders();
      else response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "1" }, items: [] }));
    });
    let part: InventoryPart | undefined;
    const stop = kubernetesSource({ kubeconfig, namespaces: ["shop", "bank"] }).watch(
      (told) => (part = told),
      () => undefined,
    );
    end = async () => {
      await stop();
      await close();
    };
    await eventually(() => part, { endpoints: [] });
    expect(new Set(asked)).toEqual(new Set(["/api/v1/namespaces/shop/pods", "/api/v1/namespaces/bank/pods"]));
  });

  it("are asked for once there is a kubeconfig", async () => {
    const { kubeconfig, close } = await cluster((url, response) => {
      response.setHeader("content-type", "application/json");
      if (url.searchParams.has("watch")) response.flushHeaders();
      else response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "1" }, items: [pod("web", 1)] }));
    });
    let part: InventoryPart | undefined;
    const problems: string[] = [];
    const stop = kubernetesSource({ kubeconfig: `${kubeconfig}-later` }).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    end = async () => {
      await stop();
      await close();
    };
    await eventually(() => problems[0], "the kubeconfig cannot be used: there is no such file or folder");
    copyFileSync(kubeconfig, `${kubeconfig}-later`);
    await eventually(() => part?.endpoints.length, 1);
  });

  it("are asked for again when the server refuses, and the refusal is told", async () => {
    let refusing = true;
    const { kubeconfig, close } = await cluster((url, response) => {
      response.setHeader("content-type", "application/json");
      if (refusing) {
        response.statusCode = 403;
        response.end(JSON.stringify({ kind: "Status", message: 'pods is forbidden: User "x" cannot list resource "pods"' }));
      } else if (url.searchParams.has("watch")) response.flushHeaders();
      else response.end(JSON.stringify({ apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "1" }, items: [pod("web", 1)] }));
    });
    let part: InventoryPart | undefined;
    const problems: string[] = [];
    const stop = kubernetesSource({ kubeconfig }).watch(
      (told) => (part = told),
      (error) => problems.push(error.message),
    );
    end = async () => {
      await stop();
      await close();
    };
    await eventually(() => problems[0], 'the API server answers 403: pods is forbidden: User "x" cannot list resource "pods"');
    refusing = false;
    await eventually(() => part?.endpoints.length, 1);
  });
});
