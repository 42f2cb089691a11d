import { describe, expect, it } from "@jest/globals";
import { builtinServices } from "../../../compiler/bind/builtins.js";
import { serviceNames } from "../../../compiler/bind/data/services.js";
import { formatServices } from "../../../compiler/space/service.js";
import { checkTexts, codesOf } from "../../support/diagnose.js";

const textOf = (name: string): string | undefined => {
  const builtin = builtinServices.get(name);
  return builtin === undefined ? undefined : formatServices(builtin.services);
};

describe("services that need no declaration", () => {
  it.each([
    ["http", "tcp/80"],
    ["https", "tcp/443"],
    ["dns", "tcp/53, udp/53"],
    ["domain", "tcp/53, udp/53"],
    ["ssh", "tcp/22"],
    ["redis", "tcp/6379"],
    ["postgres", "tcp/5432"],
    ["postgresql", "tcp/5432"],
    ["mysql", "tcp/3306"],
    ["ntp", "udp/123"],
    ["smtp", "tcp/25"],
    ["dhcp", "udp/67-68"],
    ["gre", "ip/47"],
    ["tcp", "tcp"],
    ["udp", "udp"],
    ["sctp", "sctp"],
    ["icmp", "icmp"],
    ["icmp6", "icmp6"],
  ])("%s is %s", (name, text) => {
    expect(textOf(name)).toBe(text);
  });

  it("are listed once each, in order, and none is empty", () => {
    const names = serviceNames
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]);
    expect(new Set(names).size).toBe(names.length);
    expect([...builtinServices.values()].filter(({ services }) => services.length === 0)).toEqual([]);
  });

  it("can all be named in a rule, and declared anew", () => {
    const rules = [...builtinServices.keys()].map((name) => `    allow web -> web : "${name}"`);
    const checked = checkTexts(
      { "main.ctv": `tenant t {\n  group web { match app = web }\n  policy p {\n${rules.join("\n")}\n  }\n}\n` },
      { withoutLogic: true },
    );
    expect(codesOf(checked)).toEqual([]);
    const own = checkTexts({
      "main.ctv": "tenant t {\n  service http = tcp/8080\n  group web { match app = web }\n  policy p { allow web -> web : http }\n}\n",
    });
    expect(codesOf(own)).toEqual([]);
    expect(own.policy?.tenants[0].rules[0].service.terms.map((term) => formatServices(term.services))).toEqual(["tcp/8080"]);
  });
});
