/**
 * The words and signs of the language. Every word is a token of its own; the two abstract tokens `Name` and `PropertyName`
 * say which of them may stand as a name, so that the grammar needs no exceptions.
 */
import { createToken, Lexer } from "chevrotain";
import type { TokenType } from "chevrotain";

/** Whatever can be read as a name: bare words, quoted ones, and words that are wrong as names but plainly meant as one. */
export const Name = createToken({ name: "Name", pattern: Lexer.NA, label: "a name" });
/** Words that may begin a property of a block. */
export const PropertyName = createToken({ name: "PropertyName", pattern: Lexer.NA, label: "a property" });
/** Reserved words: they begin a declaration, a rule or an expectation, and nothing else may bear their name unquoted. */
export const Reserved = createToken({ name: "Reserved", pattern: Lexer.NA, label: "a reserved word" });
/** Reserved words that begin a declaration. */
export const Declaring = createToken({ name: "Declaring", pattern: Lexer.NA, label: "a declaration" });

/** The two verdicts. */
export const Action = createToken({ name: "Action", pattern: Lexer.NA, label: "allow or deny" });

/** Letters beyond ASCII as XML names have them: such a word is one bad name, not many bad characters. */
const letters =
  "\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufefe";
const word = `A-Za-z0-9_${letters}`;
/** No word goes on here. A hyphen goes on unless it is the arrow's. */
const wordEnd = `(?![${word}.]|-(?!>))`;

const ipv4 = "\\d{1,3}(?:\\.\\d{1,3}){3}";
const hex = "[0-9A-Fa-f]{1,4}";
const ipv6 = `(?:(?:${hex}(?::${hex}){0,7})?::(?:(?:${hex}:){0,7}(?:${ipv4}|${hex}))?|(?:${hex}:){6}${ipv4}|(?:${hex}:){7}${hex}(?!:[0-9A-Fa-f]))`;
const address = `(?:${ipv6}|${ipv4})`;

/** An address, a prefix or a range of addresses; `build` tells them apart. Groups and octets are not counted here. */
export const Address = createToken({
  name: "Address",
  pattern: new RegExp(`${address}(?:-${address})?(?:/\\d+)?${wordEnd}(?!::)`),
  label: "an address",
});
/** Looks like IPv6 for its colons, and is not. */
export const MalformedAddress = createToken({
  name: "MalformedAddress",
  pattern: new RegExp(`(?:[0-9A-Fa-f]*:){2,}(?:${ipv4}|[0-9A-Fa-f]*)(?:/\\d+)?${wordEnd}`),
  categories: [Address],
});
export const Bandwidth = createToken({
  name: "Bandwidth",
  pattern: new RegExp(`\\d+(?:\\.\\d+)?[kKmMgGtT]?[bB][pP][sS]${wordEnd}`),
  label: "a bandwidth",
});
export const IntegerRange = createToken({ name: "IntegerRange", pattern: new RegExp(`\\d+-\\d+${wordEnd}`), label: "a range of numbers" });
export const Integer = createToken({ name: "Integer", pattern: new RegExp(`\\d+${wordEnd}`), label: "a number" });

/**
 * `"…"` on one line. Without its closing quote it is told by the lexer, and ends at the line's end or at a sign that ends
 * statements or opens blocks, so that these keep their meaning.
 */
export const QuotedName = createToken({
  name: "QuotedName",
  pattern: /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"|"[^"\r\n{};]*/,
  categories: [Name],
  label: "a quoted name",
});
/** Quotes of another kind, as word processors and shells write them. */
export const OtherQuotes = createToken({
  name: "OtherQuotes",
  pattern: /'[^'\r\n]*'|`[^`\r\n]*`|[\u201c-\u201f\u00ab][^"\u201c-\u201f\u00bb\r\n]*[\u201c-\u201f\u00bb]/,
  categories: [QuotedName, Name],
});

export const Identifier = createToken({
  name: "Identifier",
  pattern: new RegExp(`[A-Za-z](?:[A-Za-z0-9.-]*[A-Za-z0-9])?${wordEnd}`),
  categories: [Name, PropertyName],
  label: "a name",
});
/** A word that is no name as it stands: `3tier` wants quotes, `a_b`, `-a` and `größe` another spelling. */
export const MalformedName = createToken({
  name: "MalformedName",
  pattern: new RegExp(`[.-]*[${word}](?:[${word}.-]*(?:[${word}.]|-(?!>)))?`),
  categories: [Name, PropertyName],
});

const words: TokenType[] = [];

function keyword(text: string, categories: TokenType[]): TokenType {
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  const type = createToken({ name, pattern: text, longer_alt: [Identifier, MalformedName], categories, label: `"${text}"` });
  words.push(type);
  return type;
}
const declares = (text: string): TokenType => keyword(text, [Name, Reserved, Declaring]);
const declaresOrProperty = (text: string): TokenType => keyword(text, [Name, Reserved, Declaring, PropertyName]);
const contextual = (text: string): TokenType => keyword(text, [Name, PropertyName]);

export const Import = declares("import");
export const Param = declares("param");
export const Tenant = declares("tenant");
export const Namespaces = declaresOrProperty("namespaces");
export const Default = declares("default");
export const Network = declares("network");
export const Group = declares("group");
export const External = declares("external");
export const SetWord = declares("set");
export const Service = declares("service");
export const Policy = declares("policy");
export const Export = declares("export");
export const Qos = declaresOrProperty("qos");
export const App = declares("app");
export const Contracts = declaresOrProperty("contracts");
export const Loadbalancer = declares("loadbalancer");
export const Fabric = declares("fabric");
export const Bgp = declares("bgp");
export const Aci = declares("aci");
export const Test = declares("test");

export const Allow = keyword("allow", [Name, Reserved, Action]);
export const Deny = keyword("deny", [Name, Reserved, Action]);
export const Expect = keyword("expect", [Name, Reserved]);

/** `match` begins a statement of a block as properties do, but is none: its right side is a grammar of its own. */
export const Match = keyword("match", [Name]);
export const In = contextual("in");
export const Not = contextual("not");
export const Has = contextual("has");
export const Except = contextual("except");
export const As = contextual("as");
export const Log = contextual("log");
export const To = contextual("to");
export const Priority = contextual("priority");
export const Provided = contextual("provided");
export const Consumed = contextual("consumed");

export const Arrow = createToken({ name: "Arrow", pattern: "->", label: '"->"' });
/** Other people's arrows. */
export const OtherArrow = createToken({ name: "OtherArrow", pattern: /=>|--+>|[\u2192\u21d2\u27f6\u2794]|[\u2013\u2014]>/, categories: [Arrow] });
export const Equals = createToken({ name: "Equals", pattern: "=", label: '"="' });
export const DoubleEquals = createToken({ name: "DoubleEquals", pattern: /==+/, categories: [Equals] });
export const Colon = createToken({ name: "Colon", pattern: ":", label: '":"' });
export const Comma = createToken({ name: "Comma", pattern: ",", label: '","' });
export const Slash = createToken({ name: "Slash", pattern: "/", label: '"/"' });
export const LeftBrace = createToken({ name: "LeftBrace", pattern: "{", label: '"{"' });
export const RightBrace = createToken({ name: "RightBrace", pattern: "}", label: '"}"' });
export const LeftParenthesis = createToken({ name: "LeftParenthesis", pattern: "(", label: '"("' });
export const RightParenthesis = createToken({ name: "RightParenthesis", pattern: ")", label: '")"' });
export const Semicolon = createToken({ name: "Semicolon", pattern: ";", label: '";"' });
/** A run of line ends with the space between them. */
export const NewLine = createToken({ name: "NewLine", pattern: /\r?\n[ \t\r\n]*/, label: "the end of the line", line_breaks: true });

/** End of a statement. `layout` puts one after every statement, whatever it was that ended it. */
export const End = createToken({ name: "End", pattern: Lexer.NA, label: "the end of the statement" });
/** Braces of blocks, as `layout` tells them from those of port lists and from stray ones. */
export const BlockStart = createToken({ name: "BlockStart", pattern: Lexer.NA, label: '"{"' });
export const BlockEnd = createToken({ name: "BlockEnd", pattern: Lexer.NA, label: '"}"' });
/** Put by `layout` before a statement that stands in a block where it cannot, and is read all the same. */
export const Misplaced = createToken({ name: "Misplaced", pattern: Lexer.NA, label: "a misplaced statement" });

const Space = createToken({ name: "Space", pattern: /(?:[ \t\f\v\u00a0\ufeff]|\r(?=\n))+/, group: Lexer.SKIPPED });
const LineComment = createToken({ name: "LineComment", pattern: /\/\/[^\r\n]*/, group: "comments" });
const BlockComment = createToken({ name: "BlockComment", pattern: /\/\*[\s\S]*?(?:\*\/|(?![\s\S]))/, group: "comments", line_breaks: true });
/** A shell's comment, told as a mistake and otherwise ignored. */
const HashComment = createToken({ name: "HashComment", pattern: /#[^\r\n]*/, group: "hashes" });

/** Longest first, so that no keyword hides a longer one that begins with it. */
const keywords = [...words].sort((left, right) => right.name.length - left.name.length);

/** What the lexer tries, in this order. */
export const lexed: readonly TokenType[] = [
  Space,
  NewLine,
  LineComment,
  BlockComment,
  HashComment,
  ...keywords,
  Address,
  MalformedAddress,
  Identifier,
  Bandwidth,
  IntegerRange,
  Integer,
  MalformedName,
  Arrow,
  OtherArrow,
  DoubleEquals,
  Equals,
  Colon,
  Comma,
  Slash,
  LeftBrace,
  RightBrace,
  LeftParenthesis,
  RightParenthesis,
  Semicolon,
  QuotedName,
  OtherQuotes,
];

/** Everything the grammar may speak of. */
export const vocabulary: readonly TokenType[] = [...lexed, Name, PropertyName, Reserved, Declaring, Action, End, BlockStart, BlockEnd, Misplaced];

/** Reserved words by their text. */
export const reservedWords: ReadonlyMap<string, TokenType> = new Map(
  words.filter((type) => type.CATEGORIES?.includes(Reserved)).map((type) => [String(type.PATTERN), type]),
);
/** Contextual words by their text: keywords where the grammar looks for them, names elsewhere. */
export const contextualWords: ReadonlyMap<string, TokenType> = new Map(
  words.filter((type) => !type.CATEGORIES?.includes(Reserved)).map((type) => [String(type.PATTERN), type]),
);
