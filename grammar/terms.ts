/** The grammar of what statements are made of: values, services, peers, labels. */
import type { IToken } from "chevrotain";
import { integerOf, integerRangeOf, unquotedName } from "./build.js";
import { spanOf } from "./messages.js";
import { StatementParser } from "./statements.js";
import type * as tree from "./syntax.js";
import * as t from "./tokens.js";
import { want } from "./wanted.js";

type PortTerm = tree.ServiceLiteral["ports"][number];
/** Alternatives, and the steps of hot rules, are fields of the parser: making them takes longer than choosing among them. */
interface Choice<Result> {
  DEF: { ALT: () => Result; IGNORE_AMBIGUITIES?: boolean }[];
  ERR_MSG: string;
}

interface Ports {
  readonly ports: readonly PortTerm[];
  readonly braces: boolean;
  /** Offset behind the last of them. */
  readonly end: number;
}

/** Who may reach whom, and over what; without services where all are meant. */
export type Flows = Pick<tree.Rule, "source" | "destination" | "services">;

/** Before a slash these are protocols, and any other name is a tenant. */
const protocols: ReadonlySet<string> = new Set(["tcp", "udp", "sctp", "icmp", "icmp6", "ip"]);

const none: readonly never[] = [];

/** A list without what could not be read. It mostly has one term, and an array that grows from nothing takes the space of seventeen. */
function listOf<Term>(first: Term | undefined, further: readonly Term[] | undefined): readonly Term[] {
  if (first === undefined) return further ?? none;
  const alone: readonly Term[] = [first];
  return further === undefined ? alone : alone.concat(further);
}

/** Adds a term to a list, unless it could not be read. */
export function keep<Term>(terms: Term[], term: Term | undefined): void {
  if (term !== undefined) terms.push(term);
}

export class TermParser extends StatementParser {
  protected readonly values = this.RULE("values", (): tree.Value[] => {
    const values: tree.Value[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(values, this.SUBRULE(this.value)), ERR_MSG: want.value.ERR_MSG });
    return values;
  });

  private readonly valueChoice: Choice<tree.Value | undefined> = {
    DEF: [
      { ALT: () => this.SUBRULE(this.namedValue) },
      { ALT: () => this.address(this.CONSUME(t.Address)) },
      { ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) },
      { ALT: () => integerRangeOf(this.reading.source, this.CONSUME(t.IntegerRange)) },
      { ALT: () => this.bandwidth(this.CONSUME(t.Bandwidth)) },
    ],
    ERR_MSG: want.value.ERR_MSG,
  };
  private readonly value = this.RULE("value", (): tree.Value | undefined => this.OR(this.valueChoice));

  private bandwidth(token: IToken): tree.BandwidthLiteral {
    return { kind: "bandwidth", text: token.image, span: spanOf(this.reading.source, token) };
  }

  /** A name or text, `tenant/name`, `tcp/80`, or `tcp/80 -> 8080`. */
  private readonly namedValue = this.RULE("namedValue", (): tree.Value | undefined => {
    const token = this.CONSUME(t.Name);
    return this.OPTION(() => this.SUBRULE(this.qualifiedValue, { ARGS: [token] })) ?? this.nameUnlessNumber(token, "text");
  });

  private readonly qualifiedValue = this.RULE("qualifiedValue", (first: IToken): tree.Value => {
    const ports = this.SUBRULE(this.ports);
    const target = this.OPTION(() => {
      this.CONSUME(t.Arrow);
      return this.SUBRULE(this.target);
    });
    return this.ACTION(() => {
      const only = ports.ports.at(0);
      const path = target === undefined && !ports.braces && only?.kind === "name" && !protocols.has(first.image);
      if (path) return { kind: "path", tenant: this.name(first), name: only, span: this.spanFrom(first) };
      const service = this.serviceLiteral(first, ports);
      return target === undefined ? service : { kind: "portMapping", service, target, span: this.spanFrom(first) };
    });
  });

  private readonly target = this.RULE("target", (): tree.PortMapping["target"] =>
    this.OR<tree.PortMapping["target"]>({
      DEF: [{ ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) }, { ALT: () => this.name(this.CONSUME(t.Name)) }],
      ERR_MSG: want.target.ERR_MSG,
    }),
  );

  // --- services

  protected readonly services = this.RULE("services", (): readonly tree.ServiceTerm[] =>
    listOf(this.SUBRULE(this.serviceTerm), this.OPTION(this.furtherServices)),
  );

  private readonly furtherServices = (): tree.ServiceTerm[] => this.SUBRULE(this.servicesBehindComma);
  private readonly servicesBehindComma = this.RULE("servicesBehindComma", (): tree.ServiceTerm[] => {
    const terms: tree.ServiceTerm[] = [];
    this.CONSUME(t.Comma);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => terms.push(this.SUBRULE(this.serviceTerm)), ERR_MSG: want.service.ERR_MSG });
    return terms;
  });

  private readonly portsBehind = (): Ports => this.SUBRULE(this.ports);
  private readonly serviceTerm = this.RULE("serviceTerm", (): tree.ServiceTerm => {
    const token = this.CONSUME(t.Name, want.service);
    const ports = this.OPTION(this.portsBehind);
    return ports === undefined ? this.name(token) : this.serviceLiteral(token, ports);
  });

  private serviceLiteral(protocol: IToken, { ports, braces, end }: Ports): tree.ServiceLiteral {
    const span = { file: this.reading.source.id, start: protocol.startOffset, end };
    return { kind: "service", protocol: this.name(protocol), ports, braces, span };
  }

  private readonly portsChoice: Choice<Ports> = {
    DEF: [
      { ALT: () => this.portsUpToHere(listOf(this.SUBRULE(this.port), undefined), false) },
      { ALT: () => this.portsUpToHere(this.SUBRULE(this.portsInBraces), true) },
    ],
    ERR_MSG: want.port.ERR_MSG,
  };
  /** What follows a protocol: its slash, and a port or several. */
  private readonly ports = this.RULE("ports", (): Ports => {
    this.CONSUME(t.Slash);
    return this.OR(this.portsChoice);
  });

  private portsUpToHere(ports: readonly PortTerm[], braces: boolean): Ports {
    const last = this.LA(0);
    return { ports, braces, end: last.startOffset + last.image.length };
  }

  private readonly portsInBraces = this.RULE("portsInBraces", (): PortTerm[] => {
    const ports: PortTerm[] = [];
    this.CONSUME(t.LeftBrace);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(ports, this.SUBRULE(this.port)), ERR_MSG: want.port.ERR_MSG });
    this.CONSUME(t.RightBrace, want.portListEnd);
    return ports;
  });

  private readonly portChoice: Choice<PortTerm | undefined> = {
    DEF: [
      { ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) },
      { ALT: () => integerRangeOf(this.reading.source, this.CONSUME(t.IntegerRange)) },
      { ALT: () => this.nameUnlessNumber(this.CONSUME(t.Name)) },
    ],
    ERR_MSG: want.port.ERR_MSG,
  };
  private readonly port = this.RULE("port", (): PortTerm | undefined => this.OR(this.portChoice));

  // --- peers

  protected readonly peers = this.RULE("peers", (): tree.PeerExpression => {
    const first = this.LA(1);
    const include = listOf(this.SUBRULE(this.peer), this.OPTION(this.furtherPeers));
    const except = this.OPTION2(this.excepted) ?? none;
    return { kind: "peers", include, except, span: this.spanFrom(first) };
  });

  private readonly furtherPeers = (): tree.PeerTerm[] => this.SUBRULE(this.peersBehindComma);
  private readonly excepted = (): readonly tree.PeerTerm[] => {
    this.CONSUME(t.Except);
    return listOf(this.SUBRULE2(this.peer), this.OPTION3(this.furtherExcepted));
  };
  private readonly furtherExcepted = (): tree.PeerTerm[] => this.SUBRULE2(this.peersBehindComma);

  private readonly peersBehindComma = this.RULE("peersBehindComma", (): tree.PeerTerm[] => {
    const terms: tree.PeerTerm[] = [];
    this.CONSUME(t.Comma);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(terms, this.SUBRULE(this.peer)), ERR_MSG: want.peer.ERR_MSG });
    return terms;
  });

  private readonly peerChoice: Choice<tree.PeerTerm | undefined> = {
    DEF: [{ ALT: () => this.namedPeer(this.CONSUME(t.Name)) }, { ALT: () => this.address(this.CONSUME(t.Address)) }],
    ERR_MSG: want.peer.ERR_MSG,
  };
  private readonly peer = this.RULE("peer", (): tree.PeerTerm | undefined => this.OR(this.peerChoice));

  private namedPeer(token: IToken): tree.PeerTerm | undefined {
    const name = this.nameUnlessNumber(token);
    const inside = this.OPTION(this.nameInside);
    return inside === undefined || name === undefined ? name : { kind: "path", tenant: name, name: inside, span: this.spanFrom(token) };
  }

  private readonly nameInside = (): tree.Name => {
    this.CONSUME(t.Slash);
    return this.name(this.CONSUME2(t.Name, want.pathName));
  };

  // --- labels

  private readonly requirementChoice: Choice<tree.Requirement> = {
    DEF: [
      { ALT: () => this.presence("has", this.CONSUME(t.Has), this.SUBRULE(this.labelKey)), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.presence("hasNot", this.CONSUME(t.Not), this.SUBRULE2(this.labelKey)), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.SUBRULE(this.comparison) },
    ],
    ERR_MSG: want.requirement.ERR_MSG,
  };
  /** The one place with two tokens of lookahead: `has` and `not` are operators before a label, and labels before an operator. */
  protected readonly requirement = this.RULE("requirement", (): tree.Requirement => this.OR(this.requirementChoice));

  private presence(operator: "has" | "hasNot", first: IToken, key: tree.Name): tree.Requirement {
    return { kind: "requirement", operator, key, values: [], span: this.spanFrom(first) };
  }

  private readonly comparison = this.RULE("comparison", (): tree.Requirement => {
    const first = this.LA(1);
    const key = this.SUBRULE(this.labelKey);
    let operator: "equals" | "in" | "notIn" = "equals";
    const values = this.OR({
      DEF: [
        { ALT: () => (this.CONSUME(t.Equals), [this.SUBRULE(this.labelValue)]) },
        {
          ALT: () => {
            this.CONSUME(t.In);
            operator = "in";
            return this.SUBRULE(this.labelValues);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Not);
            this.CONSUME2(t.In, want.labelOperator);
            operator = "notIn";
            return this.SUBRULE2(this.labelValues);
          },
        },
      ],
      ERR_MSG: want.labelOperator.ERR_MSG,
    });
    return { kind: "requirement", operator, key, values, span: this.spanFrom(first) };
  });

  private readonly labelKey = this.RULE("labelKey", (): tree.Name => {
    const token = this.CONSUME(t.Name, want.requirement);
    const prefix = this.name(token, "label");
    const rest = this.OPTION(() => {
      this.CONSUME(t.Slash);
      return this.name(this.CONSUME2(t.Name, want.requirement), "label");
    });
    if (rest === undefined) return prefix;
    return { kind: "name", text: `${prefix.text}/${rest.text}`, quoted: prefix.quoted || rest.quoted, span: this.spanFrom(token) };
  });

  private readonly labelValues = this.RULE("labelValues", (): tree.Name[] => {
    const values: tree.Name[] = [];
    this.CONSUME(t.LeftParenthesis, want.labelList);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => values.push(this.SUBRULE(this.labelValue)), ERR_MSG: want.labelValue.ERR_MSG });
    this.CONSUME(t.RightParenthesis, want.labelListEnd);
    return values;
  });

  private readonly labelValue = this.RULE("labelValue", (): tree.Name =>
    this.OR({
      DEF: [{ ALT: () => this.name(this.CONSUME(t.Name), "label") }, { ALT: () => unquotedName(this.reading.source, this.CONSUME(t.Integer)) }],
      ERR_MSG: want.labelValue.ERR_MSG,
    }),
  );

  protected readonly flows = this.RULE("flows", (): Flows => {
    const source = this.SUBRULE(this.peers);
    this.CONSUME(t.Arrow, want.arrow);
    const destination = this.SUBRULE2(this.peers);
    const services = this.OPTION(this.servicesOfFlows);
    return services === undefined ? { source, destination } : { source, destination, services };
  });

  private readonly servicesOfFlows = (): readonly tree.ServiceTerm[] => {
    this.CONSUME(t.Colon);
    return this.SUBRULE(this.services);
  };
}
