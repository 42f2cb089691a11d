/** From a node of the tree to Prettier's document. */
import type { AstPath, Doc, ParserOptions } from "prettier";
import { builders } from "prettier/doc";
import type { Expectation, Policy, PortMapping, Rule, Test } from "../syntax.js";
import { printBraced, printLines, printLoneComments, printShortBraced } from "./body.js";
import { hasIgnoreComment, withComments } from "./commentprint.js";
import { printName } from "./names.js";
import { type FormatNode, isWord } from "./nodes.js";
import { layOut, onOneLine } from "./phrase.js";
import { type Cells, type Part, blockHead, looseRule, policyHead, printLine, printRequirement, printService, ruleCells } from "./statements.js";
import { type Columns, type Row, setOut } from "./table.js";
import { flatWidth } from "./width.js";

const { hardline } = builders;

type Print = (selector: (string | number)[], args?: unknown) => Doc;

/** Prettier's hook: the document of the node at `path`. `args` are the columns of a rule that stands in a table. */
export function print(path: AstPath<FormatNode>, options: ParserOptions<FormatNode>, printChild: Print, args?: unknown): Doc {
  const doc = printNode(path, options, printChild, args);
  return isWord(path.node) ? withComments(path.node, doc) : doc;
}

function printNode(path: AstPath<FormatNode>, options: ParserOptions<FormatNode>, printChild: Print, args: unknown): Doc {
  const node = path.node;
  const text = options.originalText;
  const part: Part = (...keys) => printChild([...keys]);
  const all = (key: string, nodes: readonly FormatNode[]): Doc[] => nodes.map((_, index) => part(key, index));
  switch (node.kind) {
    case "file": {
      if (node.items.length > 0) return [printLines(node.items, all("items", node.items), text), hardline];
      const comments = printLoneComments(node, text);
      return comments === undefined ? "" : [comments, hardline];
    }
    case "tenant":
      return printBraced(node, ["tenant ", part("name")], node.items, all("items", node.items), text);
    case "test":
      return printBraced(
        node,
        ["test ", part("name")],
        node.expectations,
        printTable(node.expectations, "expectations", path, options, printChild),
        text,
      );
    case "policy":
      return printBraced(node, policyHead(node, part), node.rules, printTable(node.rules, "rules", path, options, printChild), text);
    case "network":
    case "group":
    case "qos":
    case "loadbalancer":
    case "fabric":
    case "bgp":
    case "aci":
      return printShortBraced(node, blockHead(node, part), node.statements, all("statements", node.statements), text);
    case "import":
      return ["import ", part("path")];
    case "default":
      return ["default ", node.action];
    case "rule":
    case "expect":
      return printRule(node, part, args);
    case "service":
      return "ports" in node ? printService(node, part) : layOut(printLine(node, part));
    case "param":
    case "namespaces":
    case "external":
    case "set":
    case "export":
    case "app":
    case "contracts":
    case "property":
    case "match":
      return layOut(printLine(node, part));
    case "requirement":
      return printRequirement(node, part);
    case "name":
      return printName(node, path.parent, text);
    case "portMapping":
      return printPortMapping(node, text);
    case "path":
      return [printName(node.tenant, node, text), "/", printName(node.name, node, text)];
    case "integer":
    case "address":
    case "prefix":
    case "bandwidth":
    case "integerRange":
    case "addressRange":
      return text.slice(node.span.start, node.span.end);
    case "peers":
    case "comment":
      return "";
  }
}

function printRule(node: Rule | Expectation, part: Part, args: unknown): Doc {
  const cells = ruleCells(node, part);
  return isColumns(args) ? alignedRule(cells, args) : layOut(looseRule(cells));
}

/** The rules of a policy or the expectations of a test, which stand in `field` of the node at `path`: in columns where they fit. */
function printTable(
  sentences: Policy["rules"] | Test["expectations"],
  field: "rules" | "expectations",
  path: AstPath<FormatNode>,
  options: ParserOptions<FormatNode>,
  printChild: Print,
): Doc[] {
  const rows = sentences.map((sentence, index) =>
    hasIgnoreComment(sentence) ? undefined : rowOf(ruleCells(sentence, (...keys) => printChild([field, index, ...keys]))),
  );
  const depth = 1 + path.ancestors.filter((ancestor) => ancestor.kind === "tenant").length;
  const { columns, aligned } = setOut(rows, options.printWidth - depth * options.tabWidth);
  return sentences.map((_, index) => printChild([field, index], aligned[index] ? columns : undefined));
}

function rowOf(cells: Cells): Row | undefined {
  const source = flatWidth(onOneLine(cells.source));
  const destination = flatWidth(onOneLine(cells.destination));
  const services = cells.services === undefined ? undefined : flatWidth(onOneLine(cells.services));
  const tail = cells.tail === undefined ? undefined : flatWidth(cells.tail);
  const broken =
    source === undefined || destination === undefined || (cells.services && services === undefined) || (cells.tail && tail === undefined);
  return broken ? undefined : { action: cells.action.length, source, destination, services, tail };
}

function alignedRule(cells: Cells, columns: Columns): Doc {
  const start = [cells.action.padEnd(columns.action), " ", padded(onOneLine(cells.source), columns.source), " -> "];
  const destination = onOneLine(cells.destination);
  if (cells.services === undefined && cells.tail === undefined) return [start, destination];
  const services = cells.services === undefined ? undefined : onOneLine(cells.services);
  const upToServices = [start, padded(destination, columns.destination)];
  if (cells.tail === undefined) return [upToServices, " : ", services ?? ""];
  const gap =
    columns.services === 0 ? "" : services === undefined ? " ".repeat(" : ".length + columns.services) : [" : ", padded(services, columns.services)];
  return [upToServices, gap, " ", cells.tail];
}

function padded(doc: Doc, width: number): Doc {
  return [doc, " ".repeat(Math.max(0, width - (flatWidth(doc) ?? width)))];
}

function isColumns(value: unknown): value is Columns {
  return typeof value === "object" && value !== null && "action" in value && "services" in value;
}

function printPortMapping(node: PortMapping, text: string): string {
  const { service, target } = node;
  const [first] = service.ports;
  const written = text.slice(first.span.start, first.span.end);
  return `${service.protocol.text}/${written} -> ${text.slice(target.span.start, target.span.end)}`;
}
