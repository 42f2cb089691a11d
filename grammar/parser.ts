/** The grammar. Each rule returns its part of the syntax tree; LL(1) but for label requirements, and free of gates. */
import type { IToken, ParserMethod } from "chevrotain";
import { integerOf, unquotedName } from "./build.js";
import { saidTwice } from "./explain.js";
import { nothingToRead } from "./statements.js";
import type { Declared, Reading } from "./statements.js";
import type * as tree from "./syntax.js";
import { keep, TermParser } from "./terms.js";
import type { Flows } from "./terms.js";
import * as t from "./tokens.js";
import { want } from "./wanted.js";

type ExternalTerm = tree.External["values"][number];
type Alternatives<Result> = { ALT: () => Result }[];

interface Head {
  name?: tree.Name;
  network?: tree.Name;
}

function actionOf(token: IToken): "allow" | "deny" {
  return token.tokenType === t.Allow ? "allow" : "deny";
}

/** Rules are what a file has most of, and writing out the plain ones takes a third of the time of putting them together from parts. */
function ruleOf(declared: Declared, action: tree.Rule["action"], flows: Flows, log: boolean, name: tree.Name | undefined): tree.Rule {
  const { source, destination, services } = flows;
  const { span, doc, incomplete } = declared;
  if (doc === undefined && incomplete === undefined && services !== undefined && name === undefined)
    return { kind: "rule", span, action, source, destination, services, log };
  return { kind: "rule", ...declared, action, ...flows, log, ...(name === undefined ? {} : { name }) };
}

export class CtvParser extends TermParser {
  /** Declarations found inside a block that cannot hold them; they join the nearest list of declarations. */
  private displaced: tree.Item[] = [];

  /** @param validate checks the grammar itself, which takes as long again as building the parser. */
  constructor(validate = false) {
    super(validate);
    this.performSelfAnalysis();
  }

  /** The statements of a file, from tokens that `layout` made. */
  read(tokens: IToken[], reading: Reading): readonly tree.Item[] {
    this.reading = reading;
    this.displaced = [];
    this.input = tokens;
    const items = this.file();
    this.input = [];
    this.reading = nothingToRead;
    return items;
  }

  // --- files and declarations

  private readonly file: ParserMethod<[], tree.Item[]> = this.RULE("file", () => this.SUBRULE(this.items));

  private readonly items: ParserMethod<[], tree.Item[]> = this.RULE("items", () => {
    const items: tree.Item[] = [];
    this.MANY(() => {
      const item = this.SUBRULE(this.statement);
      if (item !== undefined) items.push(item);
      if (this.displaced.length > 0) items.push(...this.displaced.splice(0));
    });
    return items;
  });

  private readonly statementChoice: Alternatives<tree.Item | undefined> = [
    { ALT: () => this.SUBRULE(this.declaration) },
    { ALT: () => this.SUBRULE(this.misplaced) },
  ];
  private readonly statementWithoutEnd = (): tree.Item | undefined => this.OR(this.statementChoice);
  private readonly statement: ParserMethod<[], tree.Item | undefined> = this.RULE("statement", () => this.whole(this.statementWithoutEnd));

  /** What stands in the wrong block: declarations are kept all the same, rules and expectations are read and left out. */
  private readonly misplaced: ParserMethod<[], tree.Item | undefined> = this.RULE("misplaced", () => {
    this.CONSUME(t.Misplaced);
    return this.OR<tree.Item | undefined>([
      { ALT: () => this.SUBRULE(this.declaration) },
      { ALT: () => void this.SUBRULE(this.rule) },
      { ALT: () => void this.SUBRULE(this.expectation) },
    ]);
  });

  private readonly declarationChoice: Alternatives<tree.Item | undefined> = [
    { ALT: () => this.SUBRULE(this.group) },
    { ALT: () => this.SUBRULE(this.policy) },
    { ALT: () => this.SUBRULE(this.service) },
    { ALT: () => this.SUBRULE(this.set) },
    { ALT: () => this.SUBRULE(this.external) },
    { ALT: () => this.SUBRULE(this.network) },
    { ALT: () => this.SUBRULE(this.tenant) },
    { ALT: () => this.SUBRULE(this.namespaces) },
    { ALT: () => this.SUBRULE(this.defaultAction) },
    { ALT: () => this.SUBRULE(this.importFile) },
    { ALT: () => this.SUBRULE(this.param) },
    { ALT: () => this.SUBRULE(this.exportGroups) },
    { ALT: () => this.SUBRULE(this.qos) },
    { ALT: () => this.SUBRULE(this.app) },
    { ALT: () => this.SUBRULE(this.contracts) },
    { ALT: () => this.SUBRULE(this.loadbalancer) },
    { ALT: () => this.SUBRULE(this.fabric) },
    { ALT: () => this.SUBRULE(this.bgp) },
    { ALT: () => this.SUBRULE(this.aci) },
    { ALT: () => this.SUBRULE(this.test) },
  ];
  private readonly declaration: ParserMethod<[], tree.Item | undefined> = this.RULE("declaration", () => this.OR(this.declarationChoice));

  private readonly importFile = this.RULE("import", (): tree.Import => {
    const first = this.CONSUME(t.Import);
    const path = this.name(this.CONSUME(t.QuotedName, want.importPath), "text");
    return { kind: "import", ...this.declared(first), path };
  });

  private readonly param = this.RULE("param", (): tree.Param => {
    const first = this.CONSUME(t.Param);
    const name = this.declaredName();
    let type: tree.Name = { kind: "name", text: "", quoted: false, span: { ...name.span, start: name.span.end } };
    let value: readonly tree.Value[] | undefined;
    const complete = this.rest(() => {
      this.CONSUME(t.Colon, want.colon);
      // Types share words with declarations, and need no quotes.
      const token = this.CONSUME2(t.Name, want.type);
      type = unquotedName(this.reading.source, token);
      this.OPTION(() => {
        this.CONSUME(t.Equals);
        value = this.SUBRULE(this.values);
      });
    });
    return { kind: "param", ...this.declared(first, complete), name, type, ...(value === undefined ? {} : { value }) };
  });

  private readonly tenant: ParserMethod<[], tree.Tenant | undefined> = this.RULE("tenant", (): tree.Tenant | undefined => {
    const first = this.CONSUME(t.Tenant);
    let name: tree.Name | undefined;
    const complete = this.head(() => {
      name = this.declaredName();
    });
    const items = this.SUBRULE(this.items);
    this.CONSUME(t.BlockEnd);
    return name && { kind: "tenant", ...this.declared(first, complete), name, items };
  });

  private readonly namespaces = this.RULE("namespaces", (): tree.Namespaces => {
    const first = this.CONSUME(t.Namespaces);
    const names = this.SUBRULE(this.names);
    return { kind: "namespaces", ...this.declared(first), names };
  });

  private readonly defaultAction = this.RULE("default", (): tree.Default => {
    const first = this.CONSUME(t.Default);
    const action = actionOf(this.CONSUME(t.Action, want.action));
    return { kind: "default", ...this.declared(first), action };
  });

  private readonly external = this.RULE("external", (): tree.External => {
    const first = this.CONSUME(t.External);
    const name = this.declaredName();
    const values: ExternalTerm[] = [];
    const complete = this.rest(() => {
      this.CONSUME(t.Equals, want.equals);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(values, this.SUBRULE(this.externalTerm)), ERR_MSG: want.value.ERR_MSG });
    });
    return { kind: "external", ...this.declared(first, complete), name, values };
  });

  private readonly externalTerm = this.RULE("externalTerm", (): ExternalTerm | undefined =>
    this.OR<ExternalTerm | undefined>({
      DEF: [{ ALT: () => this.address(this.CONSUME(t.Address)) }, { ALT: () => this.nameUnlessNumber(this.CONSUME(t.Name)) }],
      ERR_MSG: want.value.ERR_MSG,
    }),
  );

  private readonly set = this.RULE("set", (): tree.SetDeclaration => {
    const first = this.CONSUME(t.SetWord);
    const name = this.declaredName();
    let peers: tree.PeerExpression = { kind: "peers", include: [], except: [], span: { ...name.span, start: name.span.end } };
    const complete = this.rest(() => {
      this.CONSUME(t.Equals, want.equals);
      peers = this.SUBRULE(this.peers);
    });
    return { kind: "set", ...this.declared(first, complete), name, peers };
  });

  private readonly service = this.RULE("service", (): tree.Service => {
    const first = this.CONSUME(t.Service);
    const name = this.declaredName();
    let terms: readonly tree.ServiceTerm[] = [];
    const complete = this.rest(() => {
      this.CONSUME(t.Equals, want.equals);
      terms = this.SUBRULE(this.services);
    });
    return { kind: "service", ...this.declared(first, complete), name, terms };
  });

  private readonly exportGroups = this.RULE("export", (): tree.Export => {
    const first = this.CONSUME(t.Export);
    const groups = this.SUBRULE(this.names);
    let to: readonly tree.Name[] | undefined;
    const complete = this.rest(() => {
      this.OPTION(() => {
        this.CONSUME(t.To);
        to = this.SUBRULE2(this.names);
      });
    });
    return { kind: "export", ...this.declared(first, complete), groups, ...(to === undefined ? {} : { to }) };
  });

  private readonly app = this.RULE("app", (): tree.App => {
    const first = this.CONSUME(t.App);
    const name = this.declaredName();
    let groups: readonly tree.Name[] = [];
    const complete = this.rest(() => {
      this.CONSUME(t.Equals, want.equals);
      groups = this.SUBRULE(this.names);
    });
    return { kind: "app", ...this.declared(first, complete), name, groups };
  });

  private readonly contracts = this.RULE("contracts", (): tree.Contracts => {
    const first = this.CONSUME(t.Contracts);
    const name = this.declaredName();
    let type: tree.Contracts["type"] = "provided";
    const names: tree.Name[] = [];
    const complete = this.rest(() => {
      type = this.SUBRULE(this.contractType);
      this.CONSUME(t.Equals, want.equals);
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        DEF: () => names.push(this.name(this.CONSUME2(t.Name, want.value), "text")),
        ERR_MSG: want.value.ERR_MSG,
      });
    });
    return { kind: "contracts", ...this.declared(first, complete), name, type, names };
  });

  private readonly contractType = this.RULE("contractType", (): tree.Contracts["type"] => {
    const token = this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Provided) }, { ALT: () => this.CONSUME(t.Consumed) }],
      ERR_MSG: want.contractType.ERR_MSG,
    });
    return token.tokenType === t.Consumed ? "consumed" : "provided";
  });

  private declaredName(): tree.Name {
    return this.name(this.CONSUME(t.Name, want.declaredName));
  }

  private readonly names = this.RULE("names", (): tree.Name[] => {
    const names: tree.Name[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => names.push(this.name(this.CONSUME(t.Name, want.name))), ERR_MSG: want.name.ERR_MSG });
    return names;
  });

  // --- blocks of properties

  private readonly network = this.RULE("network", () =>
    this.block("network", this.CONSUME(t.Network), (head) => void (head.name = this.declaredName())),
  );
  private readonly qos = this.RULE("qos", () => this.block("qos", this.CONSUME(t.Qos), (head) => void (head.name = this.declaredName())));
  private readonly bgp = this.RULE("bgp", () => this.block("bgp", this.CONSUME(t.Bgp), (head) => void (head.name = this.declaredName())));
  private readonly fabric = this.RULE("fabric", () => this.block("fabric", this.CONSUME(t.Fabric), () => undefined));
  private readonly aci = this.RULE("aci", () => this.block("aci", this.CONSUME(t.Aci), () => undefined));

  private readonly group = this.RULE("group", () =>
    this.block("group", this.CONSUME(t.Group), (head) => {
      head.name = this.declaredName();
      this.OPTION(() => {
        this.CONSUME(t.In);
        head.network = this.name(this.CONSUME2(t.Name, want.name));
      });
    }),
  );

  private readonly loadbalancer = this.RULE("loadbalancer", () =>
    this.block("loadbalancer", this.CONSUME(t.Loadbalancer), (head) => {
      head.name = this.declaredName();
      this.CONSUME(t.In, want.inNetwork);
      head.network = this.name(this.CONSUME2(t.Name, want.name));
    }),
  );

  private block(kind: tree.Block["kind"], first: IToken, parse: (head: Head) => void): tree.Block | undefined {
    const head: Head = {};
    const complete = this.head(() => parse(head));
    const statements = this.SUBRULE(this.properties);
    this.CONSUME(t.BlockEnd);
    const nameless = kind === "fabric" || kind === "aci";
    return nameless || head.name !== undefined ? { kind, ...this.declared(first, complete), ...head, statements } : undefined;
  }

  private readonly properties = this.RULE("properties", (): (tree.Property | tree.Match)[] => {
    const statements: (tree.Property | tree.Match)[] = [];
    this.MANY(() => {
      const statement = this.SUBRULE(this.blockStatement);
      if (statement !== undefined) statements.push(statement);
    });
    return statements;
  });

  private readonly blockStatementChoice: Alternatives<tree.Property | tree.Match | undefined> = [
    { ALT: () => this.SUBRULE(this.property) },
    { ALT: () => this.SUBRULE(this.match) },
    { ALT: () => this.displace(this.SUBRULE(this.misplaced)) },
  ];
  private readonly blockStatementWithoutEnd = (): tree.Property | tree.Match | undefined => this.OR(this.blockStatementChoice);
  private readonly blockStatement = this.RULE("blockStatement", () => this.whole(this.blockStatementWithoutEnd));

  private displace(item: tree.Item | undefined): undefined {
    if (item !== undefined) this.displaced.push(item);
  }

  private readonly property = this.RULE("property", (): tree.Property => {
    const first = this.CONSUME(t.PropertyName);
    // Some properties share a word with a declaration, and need no quotes here.
    const name = first.tokenType === t.MalformedName ? this.name(first) : unquotedName(this.reading.source, first);
    let values: readonly tree.Value[] = [];
    const complete = this.rest(() => {
      values = this.SUBRULE(this.values);
    });
    return { kind: "property", name, values, span: this.spanFrom(first), ...(complete ? {} : { incomplete: true }) };
  });

  private readonly match = this.RULE("match", (): tree.Match => {
    const first = this.CONSUME(t.Match);
    const requirements: tree.Requirement[] = [];
    const complete = this.rest(() =>
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => requirements.push(this.SUBRULE(this.requirement)), ERR_MSG: want.requirement.ERR_MSG }),
    );
    return { kind: "match", requirements, span: this.spanFrom(first), ...(complete ? {} : { incomplete: true }) };
  });

  // --- policies and tests

  private readonly policy = this.RULE("policy", (): tree.Policy | undefined => {
    const first = this.CONSUME(t.Policy);
    let name: tree.Name | undefined;
    let priority: tree.Policy["priority"];
    const complete = this.head(() => {
      name = this.declaredName();
      this.OPTION(() => {
        this.CONSUME(t.Priority);
        priority = this.SUBRULE(this.priority);
      });
    });
    const rules: tree.Rule[] = [];
    this.MANY(() => {
      const rule = this.SUBRULE(this.policyStatement);
      if (rule !== undefined) rules.push(rule);
    });
    this.CONSUME(t.BlockEnd);
    return name && { kind: "policy", ...this.declared(first, complete), name, ...(priority === undefined ? {} : { priority }), rules };
  });

  private readonly priority = this.RULE("priority", (): NonNullable<tree.Policy["priority"]> =>
    this.OR<NonNullable<tree.Policy["priority"]>>({
      DEF: [{ ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) }, { ALT: () => this.name(this.CONSUME(t.Name)) }],
      ERR_MSG: want.priority.ERR_MSG,
    }),
  );

  private readonly policyStatementChoice: Alternatives<tree.Rule | undefined> = [
    { ALT: () => this.SUBRULE(this.rule) },
    { ALT: () => this.displace(this.SUBRULE(this.misplaced)) },
  ];
  private readonly policyStatementWithoutEnd = (): tree.Rule | undefined => this.OR(this.policyStatementChoice);
  private readonly policyStatement = this.RULE("policyStatement", () => this.whole(this.policyStatementWithoutEnd));

  private readonly rule = this.RULE("rule", (): tree.Rule => {
    const first = this.CONSUME(t.Action);
    const flows = this.SUBRULE(this.flows);
    this.ruleName = undefined;
    this.logs = false;
    this.MANY(this.ruleOption);
    return ruleOf(this.declared(first), actionOf(first), flows, this.logs, this.ruleName);
  });

  /** What is said behind the flows of the rule being read. */
  private ruleName: tree.Name | undefined;
  private logs = false;
  private readonly ruleOptionChoice: Alternatives<void> = [{ ALT: () => this.nameRule() }, { ALT: () => this.logRule() }];
  private readonly ruleOption = (): void => this.OR(this.ruleOptionChoice);

  private nameRule(): void {
    this.once(this.CONSUME(t.As), this.ruleName !== undefined);
    this.ruleName = this.name(this.CONSUME2(t.Name, want.declaredName));
  }

  private logRule(): void {
    this.once(this.CONSUME(t.Log), this.logs);
    this.logs = true;
  }

  private once(token: IToken, again: boolean): void {
    if (again) this.reading.report(saidTwice(this.reading.source, token));
  }

  private readonly test = this.RULE("test", (): tree.Test | undefined => {
    const first = this.CONSUME(t.Test);
    let name: tree.Name | undefined;
    const complete = this.head(() => {
      name = this.name(this.CONSUME(t.QuotedName, want.testName), "text");
    });
    const expectations: tree.Expectation[] = [];
    this.MANY(() => {
      const expectation = this.SUBRULE(this.testStatement);
      if (expectation !== undefined) expectations.push(expectation);
    });
    this.CONSUME(t.BlockEnd);
    return name && { kind: "test", ...this.declared(first, complete), name, expectations };
  });

  private readonly testStatement = this.RULE("testStatement", (): tree.Expectation | undefined =>
    this.whole(() =>
      this.OR<tree.Expectation | undefined>([
        { ALT: () => this.SUBRULE(this.expectation) },
        { ALT: () => this.displace(this.SUBRULE(this.misplaced)) },
      ]),
    ),
  );

  private readonly expectation = this.RULE("expectation", (): tree.Expectation => {
    const first = this.CONSUME(t.Expect);
    const action = actionOf(this.CONSUME(t.Action, want.action));
    const flows = this.SUBRULE(this.flows);
    return { kind: "expect", ...this.declared(first), action, ...flows };
  });
}

/** The one parser of the process: making another takes longer than reading a large file. */
export const parser = new CtvParser();
