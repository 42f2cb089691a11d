/**
 * The syntax tree: what a file says, word by word, with nothing resolved. Plain readonly data; every node has a span.
 * A tree is made for any text at all: what could not be read is missing from it and told as a `SyntaxProblem`.
 */
import type { Span } from "./span.js";

export interface SourceFile {
  readonly kind: "file";
  /** File id; see `Span.file`. */
  readonly id: string;
  readonly span: Span;
  /** Top-level statements in source order. */
  readonly items: readonly Item[];
  /** Every comment of the file, doc comments included, in source order. */
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly kind: "comment";
  readonly style: "line" | "block" | "doc";
  /** With its delimiters. */
  readonly text: string;
  readonly span: Span;
}

/** A name as written: bare, or quoted (`text` is without the quotes). */
export interface Name {
  readonly kind: "name";
  readonly text: string;
  readonly quoted: boolean;
  readonly span: Span;
}

/** `tenant/group`. */
export interface Path {
  readonly kind: "path";
  readonly tenant: Name;
  readonly name: Name;
  readonly span: Span;
}

export interface IntegerLiteral {
  readonly kind: "integer";
  readonly value: number;
  readonly span: Span;
}
/** `8000-8100`. */
export interface IntegerRange {
  readonly kind: "integerRange";
  readonly first: number;
  readonly last: number;
  readonly span: Span;
}
/** `10.1.1.1` or `2001:db8::1`, as written. */
export interface AddressLiteral {
  readonly kind: "address";
  readonly text: string;
  readonly span: Span;
}
/** `10.1.1.0/24`, as written: host bits may be set, the length may be too long. */
export interface PrefixLiteral {
  readonly kind: "prefix";
  readonly text: string;
  readonly span: Span;
}
/** `10.1.1.10-10.1.1.20`, or with a prefix length `10.1.1.10-10.1.1.20/24` (a network's usable range). */
export interface AddressRangeLiteral {
  readonly kind: "addressRange";
  readonly first: string;
  readonly last: string;
  readonly length?: number;
  readonly span: Span;
}
/** `10Mbps`, as written. */
export interface BandwidthLiteral {
  readonly kind: "bandwidth";
  readonly text: string;
  readonly span: Span;
}
/** `tcp/80`, `tcp/{80, 443, 8000-8100}`, `udp/metrics-port`, `icmp/8`, `ip/47`. */
export interface ServiceLiteral {
  readonly kind: "service";
  readonly protocol: Name;
  readonly ports: readonly (IntegerLiteral | IntegerRange | Name)[];
  /** Whether the ports stand in braces. */
  readonly braces: boolean;
  readonly span: Span;
}
/** `tcp/80 -> 8080`, in a load balancer. */
export interface PortMapping {
  readonly kind: "portMapping";
  readonly service: ServiceLiteral;
  readonly target: IntegerLiteral | Name;
  readonly span: Span;
}

/** What may stand after a property's name, or after `=`. A quoted string is a quoted `Name`. */
export type Value =
  | Name
  | Path
  | IntegerLiteral
  | IntegerRange
  | AddressLiteral
  | PrefixLiteral
  | AddressRangeLiteral
  | BandwidthLiteral
  | ServiceLiteral
  | PortMapping;

export type PeerTerm = Name | Path | AddressLiteral | PrefixLiteral | AddressRangeLiteral;

/** `a, b except c, d`: everything before `except` without everything after it. */
export interface PeerExpression {
  readonly kind: "peers";
  readonly include: readonly PeerTerm[];
  readonly except: readonly PeerTerm[];
  readonly span: Span;
}

export type ServiceTerm = Name | ServiceLiteral;

/** One label requirement. `values` is empty for `has` and `hasNot`. */
export interface Requirement {
  readonly kind: "requirement";
  readonly operator: "equals" | "in" | "notIn" | "has" | "hasNot";
  readonly key: Name;
  readonly values: readonly Name[];
  readonly span: Span;
}

/** `subnet 10.1.1.0/24`. Which names and values are right is a table of the compiler's, not grammar. */
export interface Property {
  readonly kind: "property";
  readonly name: Name;
  readonly values: readonly Value[];
  readonly span: Span;
  /** See `Declared`. */
  readonly incomplete?: true;
}

/** `match k = v, k2 in (a, b)`. */
export interface Match {
  readonly kind: "match";
  readonly requirements: readonly Requirement[];
  readonly span: Span;
  /** See `Declared`. */
  readonly incomplete?: true;
}

interface Declared {
  /** The text of the `///` lines right above, markers taken off, joined by `\n`. */
  readonly doc?: string;
  /** From the first keyword to the last character of the statement. */
  readonly span: Span;
  /** Part of it could not be read, which is told: what seems to be missing from it is no finding of its own. */
  readonly incomplete?: true;
}

export interface Import extends Declared {
  readonly kind: "import";
  readonly path: Name;
}
export interface Param extends Declared {
  readonly kind: "param";
  readonly name: Name;
  readonly type: Name;
  /** Values of the default; absent when the param has none and must be set. */
  readonly value?: readonly Value[];
}
export interface Tenant extends Declared {
  readonly kind: "tenant";
  readonly name: Name;
  readonly items: readonly Item[];
}
export interface Namespaces extends Declared {
  readonly kind: "namespaces";
  readonly names: readonly Name[];
}
export interface Default extends Declared {
  readonly kind: "default";
  readonly action: "allow" | "deny";
}
/** The declarations that are a name and a block of properties. `name` is absent for `fabric` and `aci`. */
export interface Block extends Declared {
  readonly kind: "network" | "group" | "qos" | "loadbalancer" | "fabric" | "bgp" | "aci";
  readonly name?: Name;
  /** `in NETWORK`, of a group or a load balancer. */
  readonly network?: Name;
  readonly statements: readonly (Property | Match)[];
}
export interface External extends Declared {
  readonly kind: "external";
  readonly name: Name;
  readonly values: readonly (AddressLiteral | PrefixLiteral | AddressRangeLiteral | Name)[];
}
export interface SetDeclaration extends Declared {
  readonly kind: "set";
  readonly name: Name;
  readonly peers: PeerExpression;
}
export interface Service extends Declared {
  readonly kind: "service";
  readonly name: Name;
  readonly terms: readonly ServiceTerm[];
}
export interface Policy extends Declared {
  readonly kind: "policy";
  readonly name: Name;
  readonly priority?: IntegerLiteral | Name;
  readonly rules: readonly Rule[];
}
export interface Rule extends Declared {
  readonly kind: "rule";
  readonly action: "allow" | "deny";
  readonly source: PeerExpression;
  readonly destination: PeerExpression;
  /** Absent: every service. */
  readonly services?: readonly ServiceTerm[];
  readonly log: boolean;
  /** `as NAME`. */
  readonly name?: Name;
}
export interface Export extends Declared {
  readonly kind: "export";
  readonly groups: readonly Name[];
  readonly to?: readonly Name[];
}
export interface App extends Declared {
  readonly kind: "app";
  readonly name: Name;
  readonly groups: readonly Name[];
}
export interface Contracts extends Declared {
  readonly kind: "contracts";
  readonly name: Name;
  readonly type: "provided" | "consumed";
  readonly names: readonly Name[];
}
export interface Test extends Declared {
  readonly kind: "test";
  readonly name: Name;
  readonly expectations: readonly Expectation[];
}
export interface Expectation extends Declared {
  readonly kind: "expect";
  readonly action: "allow" | "deny";
  readonly source: PeerExpression;
  readonly destination: PeerExpression;
  readonly services?: readonly ServiceTerm[];
}

/** A statement of a file or a tenant. What may stand where is checked after parsing, so that a message can say so. */
export type Item =
  Import | Param | Tenant | Namespaces | Default | Block | External | SetDeclaration | Service | Policy | Export | App | Contracts | Test;

/** A replacement of text that mends a problem. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

export interface SyntaxProblem {
  /** `CTV1xxx`; the catalogue is `compiler/diagnostics/`. */
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  readonly related: readonly { readonly span: Span; readonly message: string }[];
  /** `safe` when it can be applied without looking. */
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[]; readonly safe: boolean };
}

export interface ParseResult {
  readonly file: SourceFile;
  /** In order of position; at most one for one mistake. */
  readonly problems: readonly SyntaxProblem[];
}
