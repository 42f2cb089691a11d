/** The labels that put workloads into Contiv's groups. */
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { makePolicy, universeOf } from "../../../support/policy.js";
import { emitted } from "./emitted.js";

const project = emitted(
  universeOf(
    makePolicy({
      tenants: [
        {
          name: "shop",
          namespaces: ["one", "two"],
          networks: { net: "10.0.0.0/24" },
          groups: {
            web: { match: "app in (a|b), tier!=test, has owner, not old", in: "net" },
            named: { in: "net" },
            vm: { hosts: "192.0.2.1" },
          },
        },
      ],
    }),
  ),
);
const text = (path: string): string => project.artefacts.find((artefact) => artefact.path === path)?.text ?? "";

describe("labels", () => {
  const selector = "app in (a,b),tier!=test,owner,!old";

  it("are patched into the pod templates that a group selects, in each namespace", () => {
    const component: { readonly kind: string; readonly patches: readonly { readonly target: unknown; readonly patch: string }[] } = parse(
      text("labels/kustomization.yaml"),
    );
    expect(component.kind).toBe("Component");
    expect(component.patches.map(({ target }) => target)).toEqual(
      ["one", "two"].map((namespace) => ({ kind: "Deployment|StatefulSet|DaemonSet|ReplicaSet|Job", namespace, labelSelector: selector })),
    );
    expect(parse(component.patches[0].patch)).toEqual([
      { op: "add", path: "/spec/template/metadata/labels/io.contiv.tenant", value: "shop" },
      { op: "add", path: "/spec/template/metadata/labels/io.contiv.network", value: "net" },
      { op: "add", path: "/spec/template/metadata/labels/io.contiv.net-group", value: "web" },
    ]);
  });

  it("are listed as commands, but not for groups that go by Contiv's labels already, nor for machines", () => {
    expect(
      text("labels/kubectl-label.txt")
        .split("\n")
        .filter((line) => line.startsWith("kubectl")),
    ).toEqual(
      ["one", "two"].map(
        (namespace) =>
          `kubectl label pods -n ${namespace} -l '${selector}' --overwrite io.contiv.tenant=shop io.contiv.network=net io.contiv.net-group=web`,
      ),
    );
  });

  it("are told of in a note", () => {
    expect(project.diagnostics.find(({ code }) => code === "CTV5234")?.message).toContain("group web need the labels in labels/kustomization.yaml");
  });
});
