import { expect, it } from "@jest/globals";
import { parseFile } from "../../grammar/parse.js";
import { printTokens, printTree } from "../../grammar/print.js";

const text = "/// The shop.\ntenant shop {\n  policy p priority 5 { deny web -> any except 10.0.0.1 : tcp/{80, 1-2} log } // end\n}\n";

it("tokens are printed a line each, comments among them", () => {
  expect(printTokens("a.ctv", text.slice(0, 48))).toBe(
    [
      '1:1      doc comment      "/// The shop."',
      '1:14     NewLine          "\\n"',
      '2:1      Tenant           "tenant"',
      '2:8      Identifier       "shop"',
      '2:13     LeftBrace        "{"',
      '2:14     NewLine          "\\n  "',
      '3:3      Policy           "policy"',
      '3:10     Identifier       "p"',
      '3:12     Priority         "priority"',
      "",
    ].join("\n"),
  );
});

it("the tree is printed a node a line, with places", () => {
  expect(printTree(parseFile("a.ctv", text).file, text)).toBe(
    [
      'file "a.ctv" @1:1-5:1',
      '  items: tenant doc="The shop." @2:1-4:2',
      '    name: name "shop" @2:8-2:12',
      "    items: policy @3:3-3:78",
      '      name: name "p" @3:10-3:11',
      "      priority: integer value=5 @3:21-3:22",
      '      rules: rule action="deny" log @3:25-3:76',
      "        source: peers @3:30-3:33",
      '          include: name "web" @3:30-3:33',
      "        destination: peers @3:37-3:56",
      '          include: name "any" @3:37-3:40',
      '          except: address "10.0.0.1" @3:48-3:56',
      "        services: service braces @3:59-3:72",
      '          protocol: name "tcp" @3:59-3:62',
      "          ports: integer value=80 @3:64-3:66",
      "          ports: integerRange first=1 last=2 @3:68-3:71",
      '  comments: comment style="doc" "/// The shop." @1:1-1:14',
      '  comments: comment style="line" "// end" @3:79-3:85',
      "",
    ].join("\n"),
  );
});
