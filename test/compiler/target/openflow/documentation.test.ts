/** The pipeline's page names every table and register as the code does. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { registers } from "../../../../compiler/target/openflow/registers.js";
import { tables } from "../../../../compiler/target/openflow/tables.js";

const page = readFileSync("docs/openflow-pipeline.md", "utf8");

describe("docs/openflow-pipeline.md", () => {
  it.each(Object.entries(tables))("has table %s", (name, number) => {
    expect(page).toContain(`| ${number} | ${name} |`);
  });

  it.each(Object.entries(registers))("has register field %s", (name, { field, offset, width }) => {
    const bits = width === 32 ? "" : width === 1 ? `${offset}` : `${offset}-${offset + width - 1}`;
    expect(page).toContain(`| ${field} | ${bits === "" ? "" : `${bits} `}| ${name} |`);
  });

  it("has no field twice", () => {
    const taken = Object.values(registers).flatMap(({ field, offset, width }) =>
      Array.from({ length: width }, (_, bit) => `${field}:${offset + bit}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
  });
});
