/** The table of Contiv's objects is held against copies of Contiv's own model files. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { models, objectUrl, violations } from "../../../../compiler/target/contiv/model.js";

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** The members of the model files are spelt `length` here and `Length` there. */
function member(object: Json, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
}

const folder = "test/fixtures/contiv-model";
const files = readdirSync(folder).map((file): unknown => JSON.parse(readFileSync(`${folder}/${file}`, "utf8")));
const objects = files.flatMap((file) => (isObject(file) && Array.isArray(file.objects) ? file.objects.filter(isObject) : []));

describe("the table of Contiv's objects", () => {
  it.each(Object.values(models))("agrees with the model file of $kind", (model) => {
    const object = objects.find((candidate) => candidate.name === model.kind);
    const properties = object?.cfgProperties;
    if (object === undefined || !isObject(properties)) throw new Error(`no model of ${model.kind}`);
    expect(model.key).toEqual(object.key);
    const fields = Object.entries(properties).map(([name, property]) => {
      if (!isObject(property)) throw new Error(`odd property ${name}`);
      const format = member(property, "format");
      const bounds = ["length", "min", "max"].flatMap((key) => {
        const value = member(property, key);
        return value === undefined ? [] : [[key, value]];
      });
      // The files write a backslash twice, for a Go string literal.
      return {
        name,
        type: property.type,
        ...Object.fromEntries(bounds),
        ...(typeof format === "string" ? { format: format.replaceAll("\\\\", "\\") } : {}),
      };
    });
    expect([...model.fields].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(fields.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it("writes URLs as netmaster routes them", () => {
    expect(objectUrl("policy", { tenantName: "t", policyName: "p" })).toBe("/api/v1/policys/t:p/");
    expect(objectUrl("rule", { tenantName: "t", policyName: "p", ruleId: "1" })).toBe("/api/v1/rules/t:p:1/");
    expect(objectUrl("global", { name: "global" })).toBe("/api/v1/globals/global/");
  });
});

describe("the check of a body", () => {
  const rule = { tenantName: "t", policyName: "p", ruleId: "1", direction: "in", protocol: "tcp", port: 80, action: "allow", priority: 1 };

  it("accepts what netmaster accepts", () => {
    expect(violations("rule", { ...rule, fromIpAddress: "10.1.1.0/24" })).toEqual([]);
    expect(violations("network", { tenantName: "t", networkName: "n", encap: "vxlan", subnet: "10.1.1.10-10.1.1.20/24" })).toEqual([]);
  });

  it.each([
    [{ ...rule, fromIpAddress: "10.1.1.1/32" }, "fromIpAddress string invalid format"],
    [{ ...rule, fromIpAddress: "0.0.0.0/0" }, "fromIpAddress string invalid format"],
    [{ ...rule, priority: 101 }, "priority value out of bound"],
    [{ ...rule, priority: 0 }, "priority value out of bound"],
    [{ ...rule, port: -1 }, "port value out of bound"],
    [{ ...rule, port: 65536 }, "port value out of bound"],
    [{ ...rule, protocol: "igmp" }, "protocol string invalid format"],
    [{ ...rule, ruleId: "a_b" }, "ruleId string invalid format"],
    [{ ...rule, ruleId: "a".repeat(65) }, "ruleId string too long"],
    [{ ...rule, comment: "x" }, "comment is not a field of rule"],
  ])("refuses %j", (body, message) => {
    expect(violations("rule", body)).toEqual([message]);
  });

  it("refuses what has no default", () => {
    expect(violations("network", { tenantName: "t", networkName: "n" })).toEqual(["encap string invalid format", "subnet string invalid format"]);
  });
});
