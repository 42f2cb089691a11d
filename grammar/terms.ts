/** The grammar of what statements are made of: values, services, peers, labels. */
import type { IToken } from "chevrotain";
import { integerOf, integerRangeOf, unquotedName } from "./build.js";
import { spanOf } from "./messages.js";
import { StatementParser } from "./statements.js";
import type * as tree from "./syntax.js";
import * as t from "./tokens.js";
import { want } from "./wanted.js";

type PortTerm = tree.ServiceLiteral["ports"][number];
/** Arrays of alternatives are made once: making them takes longer than choosing among them. */
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

type Flows = Pick<tree.Rule, "source" | "destination" | "services">;

/** Before a slash these are protocols, and any other name is a tenant. */
const protocols: ReadonlySet<string> = new Set(["tcp", "udp", "sctp", "icmp", "icmp6", "ip"]);

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

  private valueAlternatives: Choice<tree.Value | undefined> | undefined;
  private readonly value = this.RULE("value", (): tree.Value | undefined =>
    this.OR(
      (this.valueAlternatives ??= {
        DEF: [
          { ALT: () => this.SUBRULE(this.namedValue) },
          { ALT: () => this.address(this.CONSUME(t.Address)) },
          { ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) },
          { ALT: () => integerRangeOf(this.reading.source, this.CONSUME(t.IntegerRange)) },
          { ALT: () => this.bandwidth(this.CONSUME(t.Bandwidth)) },
        ],
        ERR_MSG: want.value.ERR_MSG,
      }),
    ),
  );

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

  protected readonly services = this.RULE("services", (): tree.ServiceTerm[] => {
    const terms: tree.ServiceTerm[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => terms.push(this.SUBRULE(this.serviceTerm)), ERR_MSG: want.service.ERR_MSG });
    return terms;
  });

  private readonly serviceTerm = this.RULE("serviceTerm", (): tree.ServiceTerm => {
    const token = this.CONSUME(t.Name, want.service);
    const ports = this.OPTION(() => this.SUBRULE(this.ports));
    return this.ACTION(() => (ports === undefined ? this.name(token) : this.serviceLiteral(token, ports)));
  });

  private serviceLiteral(protocol: IToken, { ports, braces, end }: Ports): tree.ServiceLiteral {
    const span = { file: this.reading.source.id, start: protocol.startOffset, end };
    return { kind: "service", protocol: this.name(protocol), ports, braces, span };
  }

  /** What follows a protocol: its slash, and a port or several. */
  private readonly ports = this.RULE("ports", (): Ports => {
    this.CONSUME(t.Slash);
    const ports: PortTerm[] = [];
    let braces = false;
    this.OR({
      DEF: [
        { ALT: () => keep(ports, this.SUBRULE(this.port)) },
        {
          ALT: () => {
            braces = true;
            this.CONSUME(t.LeftBrace);
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(ports, this.SUBRULE2(this.port)), ERR_MSG: want.port.ERR_MSG });
            this.CONSUME(t.RightBrace, want.portListEnd);
          },
        },
      ],
      ERR_MSG: want.port.ERR_MSG,
    });
    const last = this.LA(0);
    return { ports, braces, end: last.startOffset + last.image.length };
  });

  private portAlternatives: Choice<PortTerm | undefined> | undefined;
  private readonly port = this.RULE("port", (): PortTerm | undefined =>
    this.OR(
      (this.portAlternatives ??= {
        DEF: [
          { ALT: () => integerOf(this.reading.source, this.CONSUME(t.Integer)) },
          { ALT: () => integerRangeOf(this.reading.source, this.CONSUME(t.IntegerRange)) },
          { ALT: () => this.nameUnlessNumber(this.CONSUME(t.Name)) },
        ],
        ERR_MSG: want.port.ERR_MSG,
      }),
    ),
  );

  // --- peers

  protected readonly peers = this.RULE("peers", (): tree.PeerExpression => {
    const first = this.LA(1);
    const include: tree.PeerTerm[] = [];
    const except: tree.PeerTerm[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => keep(include, this.SUBRULE(this.peer)), ERR_MSG: want.peer.ERR_MSG });
    this.OPTION(() => {
      this.CONSUME(t.Except);
      this.AT_LEAST_ONE_SEP2({ SEP: t.Comma, DEF: () => keep(except, this.SUBRULE2(this.peer)), ERR_MSG: want.peer.ERR_MSG });
    });
    return { kind: "peers", include, except, span: this.spanFrom(first) };
  });

  private peerAlternatives: Choice<tree.PeerTerm | undefined> | undefined;
  private readonly peer = this.RULE("peer", (): tree.PeerTerm | undefined =>
    this.OR(
      (this.peerAlternatives ??= {
        DEF: [{ ALT: () => this.SUBRULE(this.namedPeer) }, { ALT: () => this.address(this.CONSUME(t.Address)) }],
        ERR_MSG: want.peer.ERR_MSG,
      }),
    ),
  );

  private readonly namedPeer = this.RULE("namedPeer", (): tree.PeerTerm | undefined => {
    const token = this.CONSUME(t.Name);
    const name = this.nameUnlessNumber(token);
    const inside = this.OPTION(() => {
      this.CONSUME(t.Slash);
      return this.name(this.CONSUME2(t.Name, want.pathName));
    });
    return inside === undefined || name === undefined ? name : { kind: "path", tenant: name, name: inside, span: this.spanFrom(token) };
  });

  // --- labels

  private requirementAlternatives: Choice<tree.Requirement> | undefined;
  /** The one place with two tokens of lookahead: `has` and `not` are operators before a label, and labels before an operator. */
  protected readonly requirement = this.RULE("requirement", (): tree.Requirement =>
    this.OR(
      (this.requirementAlternatives ??= {
        DEF: [
          { ALT: () => this.presence("has", this.CONSUME(t.Has), this.SUBRULE(this.labelKey)), IGNORE_AMBIGUITIES: true },
          { ALT: () => this.presence("hasNot", this.CONSUME(t.Not), this.SUBRULE2(this.labelKey)), IGNORE_AMBIGUITIES: true },
          { ALT: () => this.SUBRULE(this.comparison) },
        ],
        ERR_MSG: want.requirement.ERR_MSG,
      }),
    ),
  );

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
    const services = this.OPTION(() => {
      this.CONSUME(t.Colon);
      return this.SUBRULE(this.services);
    });
    return services === undefined ? { source, destination } : { source, destination, services };
  });
}
