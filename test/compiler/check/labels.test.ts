import { describe, expect, it } from "@jest/globals";
import { isNamespaceName, labelKeyProblem, labelValueProblem } from "../../../compiler/check/labels.js";
import { admits } from "../../../compiler/space/values.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";

describe("label syntax", () => {
  it.each(["app", "a", "A1", "app.kubernetes.io/name", "io.contiv.net-group", "a_b.c", "x".repeat(63), `${"a".repeat(63)}.io/${"b".repeat(63)}`])(
    "takes the key %s",
    (key) => {
      expect(labelKeyProblem(key)).toBeUndefined();
    },
  );

  it.each(["", "-a", "a-", "a b", "a/b/c", "/name", "prefix/", "Upper.io/name", "x".repeat(64), `${"a.".repeat(127)}aa/b`])(
    "refuses the key %j",
    (key) => {
      expect(labelKeyProblem(key)).toBeDefined();
    },
  );

  it.each(["", "web", "1.2.3", "a_b", "x".repeat(63)])("takes the value %j", (value) => {
    expect(labelValueProblem(value)).toBeUndefined();
  });

  it.each(["-", "a-", "a b", "a/b", "größe", "x".repeat(64)])("refuses the value %j", (value) => {
    expect(labelValueProblem(value)).toBeDefined();
  });

  it.each([
    ["shop", true],
    ["shop-1", true],
    ["1shop", true],
    ["Shop", false],
    ["shop.prod", false],
    ["-shop", false],
    ["x".repeat(63), true],
    ["x".repeat(64), false],
  ])("knows whether %s can be a namespace", (name, expected) => {
    expect(isNamespaceName(name)).toBe(expected);
  });
});

describe("a match", () => {
  const labelsOf = (match: string) => {
    const checked = checkTexts({ "main.ctv": `tenant t {\n  group web { match ${match} }\n  policy p { allow web -> web : http }\n}\n` });
    expect(codesOf(checked)).toEqual([]);
    return checked.policy?.tenants[0].groups[0].selector?.labels;
  };

  it.each<[string, string, (string | undefined)[]]>([
    ["app = a", "app", ["a"]],
    ["app in (a, b)", "app", ["a", "b"]],
    ["app not in (a, b)", "app", ["c", undefined]],
    ["has app", "app", ["a", "b", "c"]],
    ["not app", "app", [undefined]],
    ["app in (a, b), app not in (a)", "app", ["b"]],
    ["app not in (a), has app", "app", ["b", "c"]],
  ])("%s admits of %s: %j", (match, key, expected) => {
    const allowed = labelsOf(match)?.get(key);
    expect([undefined, "a", "b", "c"].filter((value) => allowed !== undefined && admits(allowed, value)).sort()).toEqual([...expected].sort());
  });

  it("that is missing, with no hosts, means the workloads labelled for the group by name", () => {
    const checked = checkTexts({
      "main.ctv": "tenant t {\n  group web { }\n  group vm { hosts 192.0.2.1 }\n  policy p { allow vm -> web : http }\n}\n",
    });
    const [web, vm] = checked.policy?.tenants[0].groups ?? [];
    expect([web.byName, [...(web.selector?.labels ?? [])].map(([key, values]) => `${key}=${values.values.join()}`)]).toEqual([
      true,
      ["io.contiv.tenant=t", "io.contiv.net-group=web"],
    ]);
    expect([vm.byName, vm.selector]).toEqual([false, undefined]);
  });
});
