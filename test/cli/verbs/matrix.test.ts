/** `ctv matrix` in every form, for a small project and for one with very many groups. */
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { ctv, scratch } from "../support/command.js";
import { elementsOf } from "../support/xml.js";
import type { Element } from "../support/xml.js";
import { broken, sound } from "./shop.js";

/** The office may use a part of what the world may not. */
const policy = sound.replace("as front\n", "as front\n    allow 198.51.100.0/24 -> web : ssh\n    allow 10.1.1.0/28 -> db : tcp/{1, 2}\n");
const cwd = scratch({ "main.ctv": policy, "broken.ctv": broken });
const run = (...words: readonly string[]) => ctv(["matrix", "main.ctv", ...words], { cwd });

function big(groups: number): string {
  const names = Array.from({ length: groups }, (_, at) => `g${at}`);
  const declared = names.map((name) => `  group ${name} in net { match app = ${name} }\n`).join("");
  return `tenant big {\n  network net { subnet 10.0.0.0/16 }\n${declared}  policy p {\n${names.map((name) => `    allow any -> ${name} : http\n`).join("")}  }\n}\n`;
}

function all(element: Element, name: string): readonly Element[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => all(child, name))];
}

describe("ctv matrix", () => {
  it("is a table, with a dot for denied and nothing where no policy decides", async () => {
    expect((await run()).out).toBe(
      [
        "from \\ to          web            db                  other endpoints  198.51.100.0/24  rest of the world",
        "web                .              tcp/5432 ~ tcp/1-2  .                .                .",
        "db                 .              ~ tcp/1-2           .                .                .",
        "other endpoints    .              ~ tcp/1-2           .                .                .",
        "198.51.100.0/24    tcp/{22, 443}  .                   .",
        "rest of the world  tcp/443        .                   .",
        "",
      ].join("\n"),
    );
  });

  it("is a line for each pair in CSV and JSON", async () => {
    const { out } = await run("--format", "csv");
    expect(out.split("\r\n").slice(0, 3)).toEqual(["from,to,services,services for some flows", "web,db,tcp/5432,tcp/1-2", "db,db,,tcp/1-2"]);
    expect(out).toContain('198.51.100.0/24,web,"tcp/{22, 443}",\r\n');
    const { names, connections } = JSON.parse((await run("--format", "json")).out);
    expect(names[0]).toEqual({ name: "web", kind: "group", tenant: "shop" });
    expect(connections).toContainEqual({ from: "web", to: "db", services: "tcp/5432", servicesForSomeFlows: "tcp/1-2" });
    expect(connections).toHaveLength(5);
  });

  it("is a table for a pull request in Markdown", async () => {
    const { out } = await run("--format", "markdown");
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toBe("| from \\ to | web | db | other endpoints | 198.51.100.0/24 | rest of the world |");
    expect(lines[2]).toContain("| **web** |  | tcp/5432 ~ tcp/1-2 |");
    expect(new Set(lines.map((line) => line.split("|").length))).toEqual(new Set([8]));
  });

  it("is a graph for Graphviz", async () => {
    const { out } = await run("--format", "dot");
    expect(out).toMatch(/^digraph connectivity \{\n[^]*\n\}\n$/);
    expect(out).toContain('  "web" -> "db" [label="tcp/5432 ~ tcp/1-2"];\n');
    expect(out).toContain('  "db" -> "db" [label="~ tcp/1-2", style=dashed];\n');
    expect(out).toContain('  "other endpoints" [shape=box, style=dashed];\n');
  });

  it("is a picture that stands alone, in which every cell says what it is", async () => {
    const { out } = await run("--format", "svg");
    const [svg] = elementsOf(`<?xml version="1.0" encoding="UTF-8"?>\n${out.replace(/<style>[^]*?<\/style>/, "")}`);
    expect(svg.attributes.viewBox).toBe(`0 0 ${svg.attributes.width} ${svg.attributes.height}`);
    const cells = all(svg, "g").map((cell) => [cell.children[0].text, all(cell, "rect").map(({ attributes }) => attributes.class)]);
    expect(cells).toHaveLength(25);
    expect(cells).toContainEqual(["web -> db : tcp/5432 ~ tcp/1-2", ["always"]]);
    expect(cells).toContainEqual(["db -> db : ~ tcp/1-2", ["sometimes"]]);
    expect(cells).toContainEqual(["db -> web: nothing", ["none"]]);
    expect(cells).toContainEqual(["198.51.100.0/24 -> rest of the world: not decided", []]);
    const written = new Map(all(svg, "g").map((cell) => [cell.children[0].text, all(cell, "text").map(({ text }) => text)]));
    expect(["web -> db : tcp/5432 ~ tcp/1-2", "db -> db : ~ tcp/1-2", "db -> web: nothing"].map((title) => written.get(title))).toEqual([
      ["tcp/5432"],
      ["tcp/1-2"],
      [],
    ]);
    const inside = all(svg, "rect").filter(({ attributes }) => attributes.x !== undefined);
    for (const { attributes } of inside) {
      expect(Number(attributes.x) + Number(attributes.width)).toBeLessThanOrEqual(Number(svg.attributes.width));
      expect(Number(attributes.y) + Number(attributes.height)).toBeLessThanOrEqual(Number(svg.attributes.height));
    }
    // Nothing is loaded from elsewhere; the one address is the name of the format.
    expect(out.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|href|url\(|@import|<script/);
  });

  it("shows only what is chosen", async () => {
    expect((await run("--only", "web,db")).out).toBe("from \\ to  web  db\nweb        .    tcp/5432 ~ tcp/1-2\ndb         .    ~ tcp/1-2\n");
    const { out } = await ctv(["matrix", resolve("examples/shop"), "--only", "front/*,office", "--format", "json"], { cwd });
    expect(JSON.parse(out).names.map(({ name }: { name: string }) => name)).toEqual(["front/edge", "front/web", "front/cache", "office"]);
    expect(await run("--only", "wbe")).toMatchObject({ code: 2, out: "", err: 'ctv: the matrix has no name wbe\n  help: did you mean "web"?\n' });
  });

  it.each([
    [["--format", "png"], 'there is no "png"'],
    [["--only"], "argument missing"],
    [["--only", ""], "--only needs names"],
    [["gone.ctv"], "cannot read gone.ctv"],
    [["--olny", "web"], "(Did you mean --only?)"],
  ])("refuses %j in words", async (words, message) => {
    expect(await run(...words)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  it("needs a policy without errors", async () => {
    expect(await ctv(["matrix", "broken.ctv"], { cwd })).toMatchObject({ code: 1, out: "", err: expect.stringContaining("CTV2001") });
  });
});

describe("ctv matrix of very many groups", () => {
  const input = big(130);

  it("prints few lines, and refuses pictures that nobody could read", async () => {
    expect(await ctv(["matrix", "-"], { cwd, input })).toEqual({
      code: 0,
      out: "g0, g1, g2, g3 and 128 more -> g0, g1, g2, g3 and 126 more  tcp/80\n",
      err: "",
    });
    for (const [format, most] of [
      ["svg", 120],
      ["markdown", 60],
    ]) {
      expect(await ctv(["matrix", "-", "--format", `${format}`], { cwd, input })).toEqual({
        code: 2,
        out: "",
        err: `ctv: a matrix of 132 names cannot be read as ${format}: the most is ${most}\n  help: choose some with --only, or print another form: table, csv, json or dot\n`,
      });
    }
    expect((await ctv(["matrix", "-", "--format", "svg", "--only", "g1*"], { cwd, input })).code).toBe(0);
    expect(JSON.parse((await ctv(["matrix", "-", "--format", "json"], { cwd, input })).out).connections).toHaveLength(132 * 130);
  });

  it("takes seconds and not minutes", async () => {
    const start = performance.now();
    await ctv(["matrix", "-", "--format", "csv"], { cwd, input: big(200) });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
