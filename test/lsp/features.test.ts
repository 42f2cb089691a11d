import { describe, expect, it } from "@jest/globals";
import { codeActions } from "../../lsp/features/actions/actions.js";
import { incoming, outgoing, prepareCalls } from "../../lsp/features/calls.js";
import { completion } from "../../lsp/features/completion/completion.js";
import { diagnosticsOf } from "./diagnostics.js";
import { formatting, typeFormatting } from "../../lsp/features/formatting.js";
import { inlayHints } from "../../lsp/features/hints.js";
import { hover } from "../../lsp/features/hover.js";
import { codeLenses } from "../../lsp/features/lenses.js";
import { documentLinks } from "../../lsp/features/links.js";
import { definition, highlights, prepareRename, references, rename } from "../../lsp/features/names.js";
import { explainFlow, matrix, proveTests, subjectOf, targetText } from "../../lsp/features/policy.js";
import { semanticTokens, tokenEdits, tokenModifiers, tokenTypes } from "../../lsp/features/semanticTokens.js";
import { foldingRanges, selectionRanges } from "../../lsp/features/structure.js";
import { documentSymbols, workspaceSymbols } from "../../lsp/features/symbols.js";
import { toRange } from "../../lsp/place.js";
import { typedOf } from "../../lsp/workspace/workspace.js";
import { applied, mainFile, openFixture, shown } from "./fixture.js";

const fixture = openFixture("guestbook");
const main = fixture.view(mainFile);
const offices = "shared/offices.ctv";

const place = ({ uri, range }: { readonly uri: string; readonly range: Parameters<typeof shown>[1] }): string => {
  const file = uri.endsWith(offices) ? offices : mainFile;
  return `${file} ${shown(fixture.text(file), range)}`;
};

describe("diagnostics", () => {
  it("has none to show for a valid project", () => {
    expect(diagnosticsOf(main).map(({ code, message }) => `${String(code)} ${String(message)}`)).toEqual([]);
  });

  it("points at what is wrong, and forgets it when it is mended", () => {
    const own = openFixture("guestbook");
    own.edit(mainFile, (text) => text.replace("world -> frontend :", "world -> fronted :"));
    const [found] = diagnosticsOf(own.view(mainFile));
    expect(found).toMatchObject({ code: "CTV2001", severity: 1, source: "ctv" });
    expect(shown(own.text(mainFile), found.range)).toMatch(/: fronted$/);
    own.edit(mainFile, (text) => text.replace("fronted", "frontend"));
    expect(diagnosticsOf(own.view(mainFile))).toEqual([]);
  });
});

describe("hover", () => {
  it.each(["frontend", "network", "set", "service", "builtin", "prefix", "rule", "property", "policy"])("tells of the %s", (mark) => {
    expect(hover(main, fixture.mark(mark))?.contents).toMatchSnapshot();
  });

  it("explains a code that is silenced", () => {
    expect(hover(main, main.file.text.indexOf("CTV4003") + 2)?.contents).toMatchObject({ value: expect.stringContaining("CTV4003") });
  });

  it("says nothing where nothing is", () => {
    expect(hover(main, 0)).toBeUndefined();
  });
});

describe("names", () => {
  it("leads to the declaration, in any file, and to an imported file", () => {
    expect(definition(main, fixture.mark("source")).map(place)).toEqual(["main.ctv 15: frontend"]);
    expect(definition(main, main.file.text.indexOf("office ->")).map(place)).toEqual(["shared/offices.ctv 2: office"]);
    expect(definition(main, fixture.mark("import")).map(({ uri }) => uri)).toEqual([fixture.uri(offices)]);
    expect(definition(main, fixture.mark("builtin"))).toEqual([]);
  });

  it("lists every use, with the declaration where asked", () => {
    expect(references(main, fixture.mark("frontend"), true).map(place)).toMatchSnapshot();
    expect(references(main, fixture.mark("frontend"), false)).toHaveLength(4);
    expect(references(fixture.view(offices), fixture.mark("office", offices), false).map(place)).toEqual(["main.ctv 28: office"]);
  });

  it("highlights the uses of one file", () => {
    expect(highlights(main, fixture.mark("service")).map(({ range, kind }) => `${shown(main.file.text, range)} ${kind}`)).toMatchSnapshot();
  });

  it("renames in every file, with quotes where the name needs them", () => {
    const renamed = rename(fixture.view(offices), fixture.mark("office", offices), "3rd-floor");
    expect(
      renamed.kind === "renamed"
        ? Object.entries(renamed.edit.changes ?? {}).map(([uri, edits]) => [uri.split("/").at(-1), edits.map(({ newText }) => newText)])
        : renamed,
    ).toEqual([
      ["main.ctv", ['"3rd-floor"']],
      ["offices.ctv", ['"3rd-floor"']],
    ]);
  });

  it.each([
    ["builtin", "x", /built in/],
    ["frontend", "a_b", /no name/],
    ["frontend", "backend", /named "backend" already/],
  ])("refuses to rename the %s to %s", (mark, name, reason) => {
    expect(rename(main, fixture.mark(mark), name)).toMatchObject({ kind: "refused", reason: expect.stringMatching(reason) });
  });

  it("prepares a rename with the name as it is", () => {
    expect(prepareRename(main, fixture.mark("frontend"))).toMatchObject({ kind: "possible", placeholder: "frontend" });
    expect(prepareRename(main, 0)).toMatchObject({ kind: "refused" });
  });
});

describe("completion", () => {
  const labels = (before: string, after = "\n  }\n}\n"): readonly string[] => {
    const own = openFixture("guestbook");
    const head = own.text(mainFile).replace(/\n}\s*$/, "\n");
    own.edit(mainFile, () => head + before + after);
    return completion(typedOf(own.view(mainFile)), head.length + before.length)
      .items.sort((left, right) => ((left.sortText ?? "") < (right.sortText ?? "") ? -1 : 1))
      .map(({ label }) => label);
  };

  it("offers peers where a rule has one", () => {
    expect(labels("policy p {\n allow ")).toEqual(expect.arrayContaining(["frontend", "backend", "app-net", "jump-hosts", "office", "any", "world"]));
    expect(labels("policy p {\n allow ")).not.toContain("redis");
  });

  it("offers services behind the colon, declared ones first", () => {
    const found = labels("policy p {\n allow any -> frontend : ");
    expect(found[0]).toBe("redis");
    expect(found).toEqual(expect.arrayContaining(["metrics", "https", "tcp/"]));
    expect(found).not.toContain("frontend");
  });

  it("offers the properties that a block has not got, then their values", () => {
    expect(labels("network n {\n subnet 10.2.0.0/24\n ")).toEqual(expect.arrayContaining(["gateway", "encap", "tag"]));
    expect(labels("network n {\n subnet 10.2.0.0/24\n ")).not.toContain("subnet");
    expect(labels("network n {\n encap ")).toEqual(expect.arrayContaining(["vlan", "vxlan"]));
  });

  it("offers labels and their values", () => {
    expect(labels("group g { match ", " }\n}\n")).toEqual(expect.arrayContaining(["app", "role", "tier"]));
    const values = labels("group g { match role = ", " }\n}\n");
    expect(values).toEqual(expect.arrayContaining(["master", "slave"]));
    expect(values).not.toContain("guestbook");
  });

  it("says before the text is checked what it says after", () => {
    const own = openFixture("guestbook");
    const uri = own.uri(mainFile);
    const from = own.text(mainFile).indexOf("  policy");
    const typed = '  policy p {\n    allow frontend, redis-slave -> "backend" : tcp/80, redis\n  }\n';
    const offered = (at: number): readonly (readonly string[])[] =>
      [own.workspace.typed(uri), typedOf(own.view(mainFile))].map((state) =>
        state === undefined ? [] : completion(state, at).items.map(({ label, textEdit }) => `${label} ${JSON.stringify(textEdit)}`),
      );
    own.edit(mainFile, (text) => text);
    for (const [index, letter] of [...typed].entries()) {
      own.edit(mainFile, (text) => text.slice(0, from + index) + letter + text.slice(from + index));
      const [before, after] = offered(from + index + 1);
      expect(before).toEqual(after);
    }
  });

  it("leaves out addresses where there are many, and says that it does", () => {
    const own = openFixture("guestbook");
    const many = Array.from({ length: 60 }, (_, index) => `198.18.${index}.0/24`).join(", ");
    own.edit(mainFile, (text) => text.replace("set backend", `external many = ${many}\n  set backend`));
    const at = (word: string): ReturnType<typeof completion> => {
      own.edit(mainFile, (text) => text.replace(/deny \S+ -> any/, `deny ${word} -> any`));
      return completion(typedOf(own.view(mainFile)), own.text(mainFile).indexOf(`deny ${word} `) + 5 + word.length);
    };
    expect(at("o")).toMatchObject({ isIncomplete: false });
    expect(at("1")).toMatchObject({ isIncomplete: true });
    expect(
      at("198.18.5")
        .items.filter(({ label }) => label.startsWith("198"))
        .map(({ label }) => label)
        .reverse(),
    ).toEqual(["198.18.5.0/24", ...Array.from({ length: 10 }, (_, index) => `198.18.5${index}.0/24`)]);
  });

  it("says the range once for clients that take it so, and means the same edits", () => {
    const typed = typedOf(main);
    const at = fixture.mark("source") + 3;
    const apart = completion(typed, at).items.map(({ label, textEdit }) => [label, textEdit]);
    const { items, itemDefaults } = completion(typed, at, true);
    expect(items.map(({ label, textEditText = label }) => [label, { range: itemDefaults?.editRange, newText: textEditText }])).toEqual(apart);
    expect(items.filter(({ textEdit }) => textEdit !== undefined)).toEqual([]);
    expect(apart.length).toBeGreaterThan(5);
  });

  it("offers networks, declarations, and codes to silence", () => {
    expect(labels("group g in ", " {}\n}\n").slice(0, 1)).toEqual(["app-net"]);
    expect(labels("", "\n}\n")).toEqual(expect.arrayContaining(["group", "policy", "policy …"]));
    expect(labels("// ctv-ignore CTV40", "\n}\n")).toContain("CTV4002");
    expect(labels("// nothing to ", "\n}\n")).toEqual([]);
  });
});

describe("structure", () => {
  it("outlines the file", () => {
    const outline = (symbols: ReturnType<typeof documentSymbols>, depth = 0): string[] =>
      symbols.flatMap(({ name, detail, children }) => [`${"  ".repeat(depth)}${detail ?? ""} ${name}`, ...outline(children ?? [], depth + 1)]);
    expect(outline(documentSymbols(main)).join("\n")).toMatchSnapshot();
  });

  it("finds declarations of the project by some of their letters", () => {
    expect(workspaceSymbols(main, "rdms").map(({ name, containerName }) => `${containerName ?? ""}/${name}`)).toEqual(["guestbook/redis-master"]);
    expect(workspaceSymbols(main, "offi").map(({ name }) => name)).toEqual(["office"]);
  });

  it("folds blocks", () => {
    expect(foldingRanges(main).map(({ startLine, endLine, kind }) => `${startLine + 1}-${endLine + 1} ${kind ?? ""}`)).toMatchSnapshot();
  });

  it("selects outwards", () => {
    const [selection] = selectionRanges(main, [fixture.mark("source") + 2]);
    const texts: string[] = [];
    for (let at: typeof selection | undefined = selection; at !== undefined; at = at.parent) texts.push(shown(main.file.text, at.range));
    expect(texts).toMatchSnapshot();
  });

  it("links imports", () => {
    expect(documentLinks(main).map(({ target }) => target)).toEqual([fixture.uri(offices)]);
  });
});

/** Tokens as their texts and types. */
function decoded(data: readonly number[]): readonly string[] {
  const lines = main.file.text.split("\n");
  let line = 0;
  let character = 0;
  return Array.from({ length: data.length / 5 }, (_, index) => {
    const [down, right, length, type, modifiers] = data.slice(5 * index, 5 * index + 5);
    line += down;
    character = down === 0 ? character + right : right;
    const names = tokenModifiers.filter((_name, bit) => (modifiers & (1 << bit)) !== 0);
    return [lines[line].slice(character, character + length), tokenTypes[type], ...names].join(" ");
  });
}

describe("what meaning adds to the text", () => {
  const everything = toRange(main.file.lines, { start: 0, end: main.file.text.length });

  it("hints at what is unsaid", () => {
    expect(inlayHints(main, everything).map(({ position, label }) => `${position.line + 1}: ${String(label)}`)).toMatchSnapshot();
  });

  it("counts references, and offers to run tests", () => {
    expect(codeLenses(main).map(({ range, command }) => `${shown(main.file.text, range)}: ${command?.title ?? ""}`)).toMatchSnapshot();
  });

  it("colours names by what they stand for, and sends only what changed", () => {
    const before = semanticTokens(main);
    expect(before.length % 5).toBe(0);
    expect(decoded(before)).toMatchSnapshot();
    const after = [...before.slice(0, 10), 9, 9, 9, 9, 9, ...before.slice(10)];
    const [edit] = tokenEdits(before, after);
    expect([...before.slice(0, edit.start), ...edit.data, ...before.slice(edit.start + edit.deleteCount)]).toEqual(after);
    expect(tokenEdits(before, before)).toEqual([]);
  });

  it("reads calls as who may reach whom", () => {
    expect(prepareCalls(main, fixture.mark("frontend")).map(({ name }) => name)).toEqual(["frontend"]);
    expect(outgoing(main, fixture.mark("frontend")).map(({ to }) => to.name)).toEqual(["redis-master", "redis-slave"]);
    const master = main.file.text.indexOf("redis-master in");
    expect(incoming(main, master).map(({ from }) => from.name)).toEqual(["frontend", "redis-slave"]);
  });

  it("proves tests, explains flows, and shows targets and the matrix", () => {
    expect(proveTests(subjectOf(main), {})).toEqual([{ name: "redis answers to the frontend", tenant: "guestbook", passed: true, failures: [] }]);
    expect(explainFlow(subjectOf(main), "frontend -> redis-master : redis").text).toMatchSnapshot();
    expect(explainFlow(subjectOf(main), "@192.0.2.1 -> guestbook[app=redis,role=master]@10.1.1.2 : tcp/22").text).toContain(
      "All of it is **denied**.",
    );
    expect(explainFlow(subjectOf(main), "nobody -> redis-master").text).toMatch(/not understood/);
    expect(targetText(subjectOf(main), "kubernetes")?.artefacts.length).toBeGreaterThan(0);
    expect(targetText(subjectOf(main), "nothing")).toBeUndefined();
    expect(matrix(subjectOf(main))?.markdown).toMatch(/\*\*frontend\*\* \|.*tcp\/6379/);
  });
});

describe("edits", () => {
  const after = (change: (text: string) => string, at: string, title: RegExp): string => {
    const own = openFixture("guestbook");
    own.edit(mainFile, change);
    const view = own.view(mainFile);
    const offset = view.file.text.indexOf(at);
    const found = codeActions(view, toRange(view.file.lines, { start: offset, end: offset }), undefined);
    const action = found.find((candidate) => title.test(candidate.title));
    if (action === undefined) throw new Error(`no such action among: ${found.map((candidate) => candidate.title).join("; ")}`);
    return applied(view.file.text, (action.edit?.changes ?? {})[view.uri] ?? []);
  };

  it.each([
    [
      "uses the name that comes close",
      (text: string) => text.replace("world -> frontend :", "world -> fronted :"),
      "fronted",
      /use "frontend"/i,
      /world -> frontend :/,
    ],
    [
      "declares a missing group",
      (text: string) => text.replace("world -> frontend :", "world -> portal :"),
      "portal",
      /declare the group/i,
      /group portal \{ match app = portal \}\n {2}policy \/\*\|policy/,
    ],
    [
      "declares a missing service",
      (text: string) => text.replace(": metrics log", ": gopher log"),
      "gopher",
      /declare the service/i,
      /service gopher = tcp\/80\n/,
    ],
    [
      "extracts a service",
      (text: string) => text,
      "tcp/{80, 443}",
      /extract a service/i,
      /service new-service = tcp\/\{80, 443\}\n {2}policy[^]*frontend : new-service, udp\/443/,
    ],
    [
      "names addresses",
      (text: string) => text.replace("office -> any", "192.0.2.0/24 -> any"),
      "192.0.2.0/24",
      /external/i,
      /external new-external = 192.0.2.0\/24\n[^]*deny new-external -> any/,
    ],
    [
      "writes a test for a rule",
      (text: string) => text,
      "allow redis-slave",
      /test for this rule/i,
      /test "allow redis-slave -> redis-master : redis" \{\n {4}expect allow redis-slave -> redis-master : redis\n {2}\}/,
    ],
    [
      "silences a finding",
      (text: string) => text.replace("    // ctv-ignore CTV4003: shows how a finding is silenced\n", ""),
      "deny redis-slave",
      /silence CTV\d+/i,
      / {4}\/\/ ctv-ignore CTV\d+: because\n {4}deny redis-slave/,
    ],
  ])("%s", (_what, change, at, title, expected) => {
    expect(after(change, at, title)).toMatch(expected);
  });

  it("formats with the fewest lines changed", async () => {
    const own = openFixture("guestbook");
    own.edit(mainFile, () => "service a = tcp/1\nservice   b=tcp/2\nservice c = tcp/3\n");
    expect(await formatting(own.view(mainFile), { tabSize: 2, insertSpaces: true })).toEqual([
      { range: { start: { line: 1, character: 0 }, end: { line: 1, character: 12 } }, newText: "service b = " },
    ]);
  });

  const typeLine = async (before: string, indentation: string, after: string): Promise<string> => {
    const own = openFixture("guestbook");
    own.edit(mainFile, () => `${before}\n${indentation}\n${after}`);
    const line = before.split("\n").length;
    const view = own.view(mainFile);
    const edits = await typeFormatting(view, { line, character: indentation.length }, "\n", { tabSize: 2, insertSpaces: true });
    return applied(view.file.text, edits);
  };

  it("formats the declaration of a line that was finished, and leaves the line of the cursor as it is", async () => {
    expect(await typeLine("tenant t {\n  policy p {\n    allow   any->world:tcp/80", "    ", "    deny any -> any\n  }\n}\n")).toBe(
      "tenant t {\n  policy p {\n    allow any -> world : tcp/80\n    \n    deny  any -> any\n  }\n}\n",
    );
    expect(await typeLine("service   a=tcp/1", "", "service b = tcp/2\n")).toBe("service a = tcp/1\n\nservice b = tcp/2\n");
    expect(await typeLine("service   a=tcp/1", "", "")).toBe("service a = tcp/1\n\n");
  });

  it("leaves everything as it is where the declaration is not whole, or words would change lines", async () => {
    const broken = "tenant t {\n  policy p {\n    allow   any->";
    expect(await typeLine(broken, "    ", "  }\n}\n")).toBe(`${broken}\n    \n  }\n}\n`);
    const packed = "tenant t { policy p { allow   any->world";
    expect(await typeLine(packed, "    ", "} }\n")).toBe(`${packed}\n    \n} }\n`);
  });
});
