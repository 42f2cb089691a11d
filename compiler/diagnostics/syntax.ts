/** CTV1xxx: syntax. The grammar makes these findings and their messages; this is what the catalogue says of each. */
import type { Definition } from "./diagnostic.js";

type Entry = Pick<Definition, "code" | "title" | "explanation" | "example" | "fix">;

/** Without the statement there is no policy to compile, so none of them can be lowered. */
function syntaxError(entry: Entry): Definition {
  return { ...entry, severity: "error", essential: true };
}

/** A whole small tenant, so that an example shows one mistake and nothing else. */
function shop(statements: string): string {
  return `tenant shop {\n${statements.replace(/^(?=.)/gm, "  ")}}\n`;
}

const groups = "group web { match app = web }\ngroup db { match app = db }\n";

function rules(lines: string): string {
  return shop(`${groups}policy tiers {\n${lines.replace(/^(?=.)/gm, "  ")}}\n`);
}

export const syntaxDiagnostics: readonly Definition[] = [
  syntaxError({
    code: "CTV1001",
    title: "File cannot be read as text",
    explanation:
      "A `.ctv` file is UTF-8 text of at most 4,194,304 characters. A zero byte, or bytes that are no UTF-8, show that the file is something else or was saved in another encoding.",
    example: rules("allow web -> db : postgres // caf\ufffd\n"),
    fix: "Save the file as UTF-8. Divide a file that is too large into several, and import them.",
  }),
  syntaxError({
    code: "CTV1002",
    title: "Unexpected character",
    explanation:
      "A character has no meaning where it stands, or is invisible: a mark that changes the direction of writing makes a line read as it does not work, in comments too.",
    example: rules("allow * -> db : postgres\n"),
    fix: "Remove the character, or take the offered replacement: `any` for `*`, a comma for `&` and `|`.",
  }),
  syntaxError({
    code: "CTV1003",
    title: "Sign of another language",
    explanation:
      "The arrow is `->`, a comment begins with `//`, text stands in straight double quotes, and one `=` is enough. The line is read as it was meant, and this is its only message.",
    example: rules("allow web => db : postgres\n"),
    fix: rules("allow web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1004",
    title: "Quote not closed",
    explanation: "A quoted name or text ends on the line on which it begins.",
    example: shop(`${groups}policy tiers { allow web -> db }\ntest "web reads from db {\n  expect allow web -> db\n}\n`),
    fix: 'Write the closing `"`. A quote inside the text is written `\\"`.',
  }),
  syntaxError({
    code: "CTV1005",
    title: "Unknown escape in quoted text",
    explanation: 'Inside quotes a backslash stands before `"` or another backslash, and nowhere else.',
    example: shop(`${groups}policy tiers { allow web -> db }\ntest "reads C:\\data" { expect allow web -> db }\n`),
    fix: "Double the backslash, or leave it out.",
  }),
  syntaxError({
    code: "CTV1006",
    title: "Comment not closed",
    explanation: "A comment that begins with `/*` goes on to the next `*/`. Without one the rest of the file is part of it, and is not read.",
    example: "service web = tcp/80\n/* what follows is not read\n",
    fix: "Write `*/` where the comment ends.",
  }),
  syntaxError({
    code: "CTV1007",
    title: "Not a name",
    explanation:
      "A name is made of letters a to z, digits, and hyphens or dots inside; it has at most 64 characters. Kubernetes and Contiv names allow no more, and a name should mean the same everywhere.",
    example: shop("group web_server { match app = web }\n"),
    fix: shop("group web-server { match app = web }\n"),
  }),
  syntaxError({
    code: "CTV1008",
    title: "Name needs quotes",
    explanation:
      "A name that begins with a digit or is a reserved word must be quoted, and so must a label with signs that bare words do not have. Reserved are the words that begin a declaration, a rule or an expectation: thanks to that a mistake in one line does not spread to the next.",
    example: shop("group 3tier { match app = web }\n"),
    fix: shop('group "3tier" { match app = web }\n'),
  }),
  syntaxError({
    code: "CTV1009",
    title: "Not a number or an address",
    explanation:
      "Something that looks like a number or an address is none. IPv4 addresses have four numbers, IPv6 addresses eight groups or one `::`, and a range of addresses names both ends in full.",
    example: "external office = 10.1.1\n",
    fix: "external office = 10.1.1.0/24\n",
  }),
  syntaxError({
    code: "CTV1010",
    title: "Unknown statement",
    explanation:
      "Each statement begins with a word that says what it is. Which words may begin one depends on the block around it; the message lists them.",
    example: rules("alow web -> db : postgres\n"),
    fix: rules("allow web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1011",
    title: "Statement in the wrong block",
    explanation: "Rules stand in a policy, expectations in a test, and declarations at the top of a file or in a tenant.",
    example: shop(`${groups}allow web -> db : postgres\n`),
    fix: rules("allow web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1012",
    title: "Block not closed",
    explanation:
      "A block has no closing brace. It is told where the next declaration cannot belong to the block any more, or at the end of the file; the opening brace is shown beside it.",
    example:
      "tenant shop {\n  group web { match app = web }\n  group db {\n    match app = db\n\n  policy tiers {\n    allow web -> db : postgres\n  }\n}\n",
    fix: "Write the missing `}`.",
  }),
  syntaxError({
    code: "CTV1013",
    title: "Block not opened",
    explanation:
      "A declaration that has a block stands without its opening brace, or without a block at all. A block may be empty, but its braces must be there.",
    example: shop(`${groups}policy tiers\n  allow web -> db : postgres\n}\n`),
    fix: rules("allow web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1014",
    title: "Closing brace too many",
    explanation: "A closing brace has no block to close.",
    example: `${rules("allow web -> db : postgres\n")}}\n`,
    fix: "Remove the brace, or write the opening one that it belongs to.",
  }),
  syntaxError({
    code: "CTV1015",
    title: "List not closed",
    explanation: "The ports of a service stand in braces and the values of a label in parentheses; the closing one is missing.",
    example: rules("allow web -> db : tcp/{5432, 6432\n"),
    fix: rules("allow web -> db : tcp/{5432, 6432}\n"),
  }),
  syntaxError({
    code: "CTV1016",
    title: "Statement broken across lines",
    explanation: "A statement ends with its line. It goes on only behind a comma, `->`, `:` or `=` at the line's end, or inside brackets.",
    example: rules("allow web\n  -> db : postgres\n"),
    fix: rules("allow web ->\n  db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1017",
    title: "Name missing",
    explanation: "A declaration, a list of names or an import stands without the name that it needs.",
    example: shop("group { match app = web }\n"),
    fix: shop("group web { match app = web }\n"),
  }),
  syntaxError({
    code: "CTV1018",
    title: "Arrow missing",
    explanation: "A rule reads from source to destination, with `->` between the two.",
    example: rules("allow web db : postgres\n"),
    fix: rules("allow web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1019",
    title: "Source or destination missing",
    explanation: "Both sides of a rule, and both of `except`, name at least one peer: a group, a network, an address, a set, `any` or `world`.",
    example: rules("allow web ->\nallow web -> db : postgres\n"),
    fix: "Name the peer that is missing. Write `any` for every address there is.",
  }),
  syntaxError({
    code: "CTV1020",
    title: "Service missing or incomplete",
    explanation:
      "Behind `:` and in a `service` stand names of services, or a protocol with its ports: `tcp/80`, `udp/{53, 5353}`, `icmp/8`. A port alone does not say its protocol.",
    example: rules("allow web -> db : 5432\n"),
    fix: rules("allow web -> db : tcp/5432\n"),
  }),
  syntaxError({
    code: "CTV1021",
    title: "Value missing",
    explanation: "A property, a declaration with `=` or a list with a comma at its end stands without the value that it announces.",
    example: "external office =\n",
    fix: "external office = 198.51.100.0/24\n",
  }),
  syntaxError({
    code: "CTV1022",
    title: "Word missing",
    explanation:
      "A declaration lacks a word that it cannot do without: `allow` or `deny`, `provided` or `consumed`, the type of a param, or the network of a load balancer.",
    example: shop(`${groups}default\npolicy tiers { allow web -> db : postgres }\n`),
    fix: shop(`${groups}default deny\npolicy tiers { allow web -> db : postgres }\n`),
  }),
  syntaxError({
    code: "CTV1023",
    title: "Label requirement incomplete",
    explanation: "A requirement is one of `label = value`, `label in (a, b)`, `label not in (a)`, `has label` and `not label`.",
    example: shop("group web { match app in web }\n"),
    fix: shop("group web { match app in (web) }\n"),
  }),
  syntaxError({
    code: "CTV1024",
    title: "Unexpected text",
    explanation:
      "A statement is complete, and something follows that cannot belong to it: a comma or a `:` is missing before it, a word is misspelt, or another statement begins on the same line.",
    example: rules("allow web, db exept web -> db : postgres\n"),
    fix: rules("allow web, db except web -> db : postgres\n"),
  }),
  syntaxError({
    code: "CTV1025",
    title: "Braces nested too deeply",
    explanation: "No declaration needs more than three levels of braces. A file with more than thirty is not read beyond that point.",
    example: `set everyone = ${"{".repeat(40)}\n`,
    fix: "Remove the braces: only blocks and the ports of a protocol have them.",
  }),
];
