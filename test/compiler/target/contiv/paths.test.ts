import { expect, it } from "@jest/globals";
import { models } from "../../../../compiler/target/contiv/model.js";
import type { Kind } from "../../../../compiler/target/contiv/model.js";
import { kindOfPath, objectPath } from "../../../../compiler/target/contiv/paths.js";

const isKind = (name: string): name is Kind => Object.hasOwn(models, name);

it.each(Object.keys(models).filter(isKind))("finds the kind of an object of kind %s by where it lies", (kind) => {
  expect(kindOfPath(objectPath(kind, "shop:main:1"))).toBe(kind);
});

it.each(["plan.json", "labels/kustomization.yaml", "tenants/shop/others/main.json", "tenants/shop"])("finds none in %s", (path) => {
  expect(kindOfPath(path)).toBeUndefined();
});

it("puts rules below their policy", () => {
  expect(objectPath("rule", "shop:main:1")).toBe("tenants/shop/rules/main/1.json");
});
