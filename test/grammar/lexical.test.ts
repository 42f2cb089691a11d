/** Words, literals, comments and line ends: the section "Lexical" of the language. */
import { describe, expect, it } from "@jest/globals";
import { tokenise } from "../../grammar/lexer.js";
import { contextualWords, reservedWords } from "../../grammar/tokens.js";
import { marked, mended, only, onlyOf, policyOf, problemsOf, read, ruleOf, written } from "./parsed.js";

function kinds(text: string): string {
  return tokenise({ id: "", text })
    .tokens.map(({ tokenType, image }) => `${tokenType.name}:${image}`)
    .join(" ");
}

describe("names", () => {
  it.each(["web", "w", "redis-master", "a.b-c.d9", "A1", "a--b", "a".repeat(64)])("%s is a name", (name) => {
    expect(onlyOf("qos", `qos ${name} { }`).name).toMatchObject({ text: name, quoted: false });
  });

  it.each([
    ["a_b", "a-b"],
    ["-a", "a"],
    ["a-", "a"],
    [".a", "a"],
    ["a.", "a"],
    ["über", "uber"],
    ["_", undefined],
    ["größe", undefined],
  ])("%s is none, and its fix is %s", (name, better) => {
    const text = `qos ${name} { }`;
    const [problem, ...more] = problemsOf(text);
    expect([problem.code, marked(text, problem), more]).toEqual(["CTV1007", `qos ‹${name}› { }`, []]);
    expect(better === undefined ? problem.fix : mended(text, problem)).toBe(better === undefined ? undefined : `qos ${better} { }`);
  });

  it("have at most 64 characters", () => {
    expect(problemsOf(`qos ${"a".repeat(65)} { }`).map(({ code }) => code)).toEqual(["CTV1007"]);
    expect(problemsOf(`qos "${"a".repeat(65)}" { }`).map(({ code }) => code)).toEqual(["CTV1007"]);
  });

  it.each(["3tier", "9", ...reservedWords.keys()])("%s must be quoted, and may be", (name) => {
    const text = `set s = ${name}, other`;
    expect(problemsOf(text).map(({ code }) => code)).toEqual([name === "9" ? "CTV1019" : "CTV1008"]);
    expect(onlyOf("set", `set s = "${name}", other`).peers.include[0]).toMatchObject({ text: name, quoted: true });
    if (name !== "9") expect(mended(text, problemsOf(text)[0])).toBe(`set s = "${name}", other`);
  });

  it.each([...contextualWords.keys(), "any", "world", "hosts", "pool", "vxlan"])("%s is a name wherever a name may stand", (name) => {
    const { items } = read(`group ${name} in ${name} { }\nset ${name} = ${name}, ${name} except ${name}\nexport ${name} to ${name}\n`);
    expect(items.map(({ kind }) => kind)).toEqual(["group", "set", "export"]);
    const rule = ruleOf(`allow ${name} -> ${name} except ${name} : ${name} as ${name} log`);
    expect(rule).toMatchObject({
      name: { text: name },
      log: true,
      services: [{ text: name }],
      destination: { include: [{ text: name }], except: [{ text: name }] },
    });
  });

  it("may be quoted anywhere, and have our letters all the same", () => {
    expect(onlyOf("tenant", 'tenant "shop" { }').name).toMatchObject({ text: "shop", quoted: true });
    const text = 'tenant "my shop" { }';
    expect(mended(text, problemsOf(text)[0])).toBe('tenant "my-shop" { }');
  });

  it("end where an arrow begins", () => {
    expect(kinds("web->db")).toBe("Identifier:web Arrow:-> Identifier:db");
    expect(kinds("a-b->c-d")).toBe("Identifier:a-b Arrow:-> Identifier:c-d");
    expect(kinds("80->8080")).toBe("Integer:80 Arrow:-> Integer:8080");
    expect(kinds("10.1.1.1->10.1.1.2")).toBe("Address:10.1.1.1 Arrow:-> Address:10.1.1.2");
  });

  it("are no keywords when they only begin like one", () => {
    expect(kinds("settings asset in-put denying a.test test.a")).toBe(
      "Identifier:settings Identifier:asset Identifier:in-put Identifier:denying Identifier:a.test Identifier:test.a",
    );
  });
});

describe("labels", () => {
  it("may have a prefix, which is part of the name", () => {
    const { statements } = onlyOf("group", "group g { match app.kubernetes.io/name = web, not example.com/old, a/b in (c) }");
    const keys = statements.flatMap((statement) => (statement.kind === "match" ? statement.requirements.map(({ key }) => key.text) : []));
    expect(keys).toEqual(["app.kubernetes.io/name", "example.com/old", "a/b"]);
  });

  it("have values that are names, numbers or quoted text", () => {
    const { statements } = onlyOf("group", 'group g { match a in (web, 42, "v_1.2", "") }');
    expect(statements[0]).toMatchObject({
      requirements: [{ values: [{ text: "web" }, { text: "42", quoted: false }, { text: "v_1.2", quoted: true }, { text: "" }] }],
    });
  });

  it("may be called as a reserved word", () => {
    expect(problemsOf("group g { match app = test, policy in (group, network) }")).toEqual([]);
  });
});

describe("literals", () => {
  it.each([
    ["10.1.1.1", "address 10.1.1.1"],
    ["300.1.1.1", "address 300.1.1.1"],
    ["10.1.1.0/24", "prefix 10.1.1.0/24"],
    ["10.1.1.10-10.1.1.20", "range 10.1.1.10-10.1.1.20"],
    ["10.1.1.10-10.1.1.20/24", "range 10.1.1.10-10.1.1.20/24"],
    ["2001:db8::1", "address 2001:db8::1"],
    ["::", "address ::"],
    ["::1", "address ::1"],
    ["fe80::", "address fe80::"],
    ["1:2:3:4:5:6:7:8", "address 1:2:3:4:5:6:7:8"],
    ["::ffff:10.1.1.1", "address ::ffff:10.1.1.1"],
    ["64:ff9b::/96", "prefix 64:ff9b::/96"],
    ["::/0", "prefix ::/0"],
    ["fd00::1-fd00::ff", "range fd00::1-fd00::ff"],
    ["fd00::1-fd00::ff/64", "range fd00::1-fd00::ff/64"],
    ["80", "80"],
    ["8000-8100", "8000-8100"],
    ["10Mbps", "bandwidth 10Mbps"],
    ["500kbps", "bandwidth 500kbps"],
    ["1.5Gbps", "bandwidth 1.5Gbps"],
    ["tcp/80", "tcp/80"],
    ["tcp/8000-8100", "tcp/8000-8100"],
    ["udp/metrics-port", "udp/metrics-port"],
    ["tcp/{80, 443, 8000-8100, p}", "tcp/{80, 443, 8000-8100, p}"],
    ["icmp/echo-request", "icmp/echo-request"],
    ["icmp6/128", "icmp6/128"],
    ["ip/47", "ip/47"],
    ["sctp/{1}", "sctp/{1}"],
    ["other/web", "other/web"],
    ["tcp/80 -> 8080", "tcp/80 -> 8080"],
    ["tcp/http -> web-port", "tcp/http -> web-port"],
    ["plain", "plain"],
    ['"any text: {}"', '"any text: {}"'],
    ['"a \\"quote\\" and a \\\\"', '"a \\"quote\\" and a \\\\"'],
    ["default", "default"],
  ])("%s", (text, expected) => {
    const { statements } = onlyOf("network", `network n { p ${text}, ${text} }`);
    expect(statements).toHaveLength(1);
    expect(statements[0].kind === "property" && statements[0].values.map(written)).toEqual([expected, expected]);
  });

  it.each(["10.1.1", "10.1.1.1.1", "10.1.1.10-20", "80-", "80-90-100", "0x50", "2001:db8:1", "1::2::3", "1:2:3:4:5:6:7:8:9"])(
    "%s is none",
    (literal) => {
      const text = `external e = ${literal}`;
      expect(problemsOf(text).map((problem) => [problem.code, marked(text, problem)])).toEqual([["CTV1009", `external e = ‹${literal}›`]]);
    },
  );

  it("keeps addresses, names and services apart at the colon of a rule", () => {
    const parts = (rule: string): readonly unknown[] => {
      const { destination, services = [] } = ruleOf(rule);
      return [...destination.include.map(written), ":", ...services.map(written)];
    };
    expect(parts("allow a -> 2001:db8::1 : tcp/80")).toEqual(["address 2001:db8::1", ":", "tcp/80"]);
    expect(parts("allow a -> 2001:db8::1: tcp/80")).toEqual(["address 2001:db8::1", ":", "tcp/80"]);
    expect(parts("allow a -> 2001:db8::1:tcp/80")).toEqual(["address 2001:db8::1", ":", "tcp/80"]);
    expect(parts("allow a -> 2001:db8::/32 : dns")).toEqual(["prefix 2001:db8::/32", ":", "dns"]);
    expect(parts("allow a -> 2001:db8::1:dns")).toEqual(["address 2001:db8::1", ":", "dns"]);
    expect(parts("allow cafe -> beef : web")).toEqual(["beef", ":", "web"]);
    expect(parts("allow a -> b:web")).toEqual(["b", ":", "web"]);
    expect(parts("allow cafe -> beef:cafe")).toEqual(["beef", ":", "cafe"]);
    expect(parts("allow a -> dead::beef")).toEqual(["address dead::beef", ":"]);
  });
});

describe("strings", () => {
  it("end on their line", () => {
    const text = 'import "a.ctv\nservice s = tcp/80\n';
    const [problem, ...more] = problemsOf(text);
    expect([problem.code, marked(text, problem), more]).toEqual(["CTV1004", 'import ‹"›a.ctv\nservice s = tcp/80\n', []]);
  });

  it.each(["\\n", "\\d", "\\'"])("have no escape %s", (escape) => {
    const text = `import "a${escape}b"`;
    expect(problemsOf(text).map((problem) => [problem.code, mended(text, problem)])).toEqual([["CTV1005", `import "a\\${escape}b"`]]);
  });
});

describe("comments", () => {
  it("are kept with their styles and places", () => {
    const text = "// line\n/// doc\n//// line too\nservice s = /* block */ tcp/80 // end\n/* over\ntwo lines */";
    const { comments } = read(text);
    expect(comments.map(({ style, span }) => [style, text.slice(span.start, span.end)])).toEqual([
      ["line", "// line"],
      ["doc", "/// doc"],
      ["line", "//// line too"],
      ["block", "/* block */"],
      ["line", "// end"],
      ["block", "/* over\ntwo lines */"],
    ]);
  });

  it("do not end a statement, even over two lines", () => {
    expect(policyOf("allow a -> /* x\n */ b\ndeny /**/ c -> d").rules).toHaveLength(2);
  });

  it("may stand between the lines of a list", () => {
    expect(onlyOf("set", "set s = a,\n  // why b\n\n  // and why\n  b").peers.include).toHaveLength(2);
    expect(problemsOf("service s = tcp/{\n  80\n  // why\n  }\ngroup g { match a in (\n  b\n  // why\n\n  ) }")).toEqual([]);
  });

  it("may stand between a declaration's head and its block", () => {
    expect(only("policy p\n// why\n{\n  allow a -> b\n}")).toMatchObject({ rules: [{}] });
  });
});

describe("doc comments", () => {
  it("belong to the declaration, rule or expectation right below", () => {
    const { items } = read(
      '/// One.\n/// Two.\npolicy p {\n  ///Rule.\n  allow a -> b\n}\n/// Test.\ntest "t" {\n  /// Claim.\n  expect allow a -> b\n}',
    );
    expect(items).toMatchObject([
      { doc: "One.\nTwo.", rules: [{ doc: "Rule." }] },
      { doc: "Test.", expectations: [{ doc: "Claim." }] },
    ]);
  });

  it("reach over other comments, not over an empty line, and not from the end of a line", () => {
    expect(only("/// Doc.\n// ctv-ignore CTV4102: why\nservice s = tcp/80")).toMatchObject({ doc: "Doc." });
    expect(only("/// Doc.\n\nservice s = tcp/80")).not.toHaveProperty("doc");
    expect(read("service r = tcp/79 /// not a doc\nservice s = tcp/80").items[1]).not.toHaveProperty("doc");
    expect(only("service s = tcp/80\n/// of nothing")).not.toHaveProperty("doc");
  });

  it("keep their indentation but for one space", () => {
    expect(only("///   deep\n///\n/// flat\r\nservice s = tcp/80")).toMatchObject({ doc: "  deep\n\nflat" });
  });
});

describe("lines", () => {
  it.each([
    ["a line's end", "allow a -> b\ndeny c -> d"],
    ["a semicolon", "allow a -> b; deny c -> d"],
    ["semicolons to spare", ";;allow a -> b;;\n;deny c -> d;"],
    ["\\r\\n", "allow a -> b\r\ndeny c -> d\r\n"],
    ["the closing brace", "allow a -> b; deny c -> d }\npolicy q { "],
  ])("%s ends a statement", (_how, rules) => {
    const { items } = read(`policy p { ${rules} }`);
    expect(items[0]).toMatchObject({ rules: [{ action: "allow" }, { action: "deny" }] });
  });

  it.each([
    ["behind a comma", "allow a,\n\n  c -> b"],
    ["behind an arrow", "allow a, c ->\n b"],
    ["behind a colon", "allow a, c -> b :\n web"],
    ["inside braces", "allow a, c -> b : tcp/{\n 80\n ,\n 443\n }"],
  ])("a statement goes on %s", (_where, rule) => {
    expect(ruleOf(rule).source.include).toHaveLength(2);
  });

  it("a list of label values goes on inside parentheses, and a declaration behind its equals sign", () => {
    expect(problemsOf("group g { match a in (\n  b,\n  c\n)\n}\nset s =\n  a")).toEqual([]);
  });

  it("a block may open on the next line", () => {
    expect(only("policy p\n\n{\n allow a -> b\n}")).toMatchObject({ rules: [{}] });
  });

  it("a trailing comma means nothing inside brackets", () => {
    expect(problemsOf("group g { match a in (b, c,) }\nservice s = tcp/{80, 443,}")).toEqual([]);
    expect(problemsOf("set s = a,").map(({ code }) => code)).toEqual(["CTV1021"]);
    expect(problemsOf("group g { match a in (,) }").map(({ code }) => code)).toEqual(["CTV1023"]);
  });

  it("a closing brace ends a statement, and another may follow on the line", () => {
    expect(read("group a { } group b { match x = y } service s = tcp/80").items).toHaveLength(3);
  });

  it("a byte order mark and spaces of other kinds are space", () => {
    expect(read("\ufeffservice\u00a0s =\ttcp/80").items).toHaveLength(1);
  });
});
