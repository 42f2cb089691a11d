/** CTV40xx: what a policy means where its author may have meant something else. */
import { defineDiagnostic } from "./diagnostic.js";
import type { Definition } from "./diagnostic.js";

/** `a`, `a and b`, `a, b and c`, or the first few `and N more`. */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

export const equalPriorityDisagreement = defineDiagnostic<{
  policy: string;
  other: string;
  priority: number;
  rule: string;
  otherRule: string;
  flow: string;
  more: number;
}>({
  code: "CTV4001",
  severity: "error",
  title: "Policies of equal priority disagree",
  message: ({ policy, other, priority, rule, otherRule, flow, more }) =>
    `policies "${other}" and "${policy}" both have priority ${priority} and disagree: "${otherRule}" and "${rule}" both match ${flow}` +
    (more === 0 ? "" : `, and ${more} more ${more === 1 ? "pair" : "pairs"} of their rules ${more === 1 ? "disagrees" : "disagree"}`),
  explanation:
    "Policies are read by priority, highest number first. Nothing orders two policies of equal priority, so a rule of one and a rule of " +
    "the other must not match the same flow with different actions. The message shows one flow that both rules match.",
  example: `tenant shop {
  group web { match app = web }
  group db  { match app = db }

  policy access {
    allow web -> db : tcp/5432
  }
  policy lockdown {
    deny any -> db : tcp/5432
  }
}
`,
  fix: "Give one of the policies a higher `priority`, put both rules into one policy in the order that you want, or narrow one of the rules.",
});

/** What the rules that cover a shadowed rule do with its flows. */
export type CoverEffect = "same" | "opposite" | "mixed";

export const shadowedRule = defineDiagnostic<{ by: readonly string[]; action: "allow" | "deny"; effect: CoverEffect }>({
  code: "CTV4002",
  severity: "warning",
  title: "Rule can never match",
  message: ({ by, action, effect }) => {
    const one = by.length === 1;
    const verbs = { allow: one ? "allows" : "allow", deny: one ? "denies" : "deny" };
    const names = `${one ? "" : "together, "}${listed(by)}`;
    switch (effect) {
      case "same":
        return `this rule never matches first: ${names} already ${verbs[action]} all of it`;
      case "opposite":
        return `this rule never matches first: ${names} already ${verbs[action === "allow" ? "deny" : "allow"]} all of it`;
      case "mixed":
        return `this rule never matches first: ${names} already decide all of it, and not all of it alike`;
    }
  },
  explanation:
    "The first rule that matches decides. Every flow that this rule matches is matched by earlier rules, by one alone or by several " +
    "together, so the rule has no effect. Where an earlier rule has the other action, the rule says something that does not hold.",
  example: `tenant shop {
  group web { match app = web }
  group db  { match app = db }

  policy access {
    allow web -> db : tcp/5000-5499
    allow web -> db : tcp/5500-5999
    allow web -> db : tcp/5432-5532
  }
}
`,
  fix: "Move the rule up if it should come first, or delete it.",
});

export const redundantRule = defineDiagnostic<{ by: readonly string[]; byDefault: boolean; action: string }>({
  code: "CTV4003",
  severity: "warning",
  title: "Rule changes nothing",
  message: ({ by, byDefault, action }) => {
    const named = [...by.slice(0, 4), ...(by.length > 4 ? [`${by.length - 4} more`] : []), ...(byDefault ? ["the tenant's default"] : [])];
    return `this rule changes nothing: without it, ${listed(named, 6)} would ${action} the same flows`;
  },
  explanation:
    "The rule decides some flows, but later rules or the tenant's default would decide each of them alike. A rule that logs is never " +
    "reported, and neither is one that keeps a later rule from logging.",
  example: `tenant shop {
  group web { match app = web }
  group db  { match app = db }

  policy access {
    allow web -> db : tcp/5432
    allow web -> db : tcp/5000-5999
  }
}
`,
  fix: "Delete the rule, or let it `log` if it is there to be seen.",
});

export const foreignRule = defineDiagnostic<{ tenant: string }>({
  code: "CTV4004",
  severity: "warning",
  title: "Rule concerns no endpoint of its tenant",
  message: ({ tenant }) => `neither side of this rule can be an endpoint of tenant "${tenant}", so the rule is never asked`,
  explanation:
    "A tenant decides flows that have one of its endpoints as source or destination. This rule speaks only of flows between others, " +
    "so it never takes part in a verdict.",
  example: `tenant shop {
  policy outside {
    allow 198.51.100.7 -> world : https
  }
  network net { subnet 10.1.0.0/24 }
}
`,
  fix: "Name a group or a network of the tenant on one side, or move the rule to the tenant that it is about.",
});

export const anyToAnyAllow = defineDiagnostic<Record<never, never>>({
  code: "CTV4005",
  severity: "warning",
  title: "Everything is allowed to reach everything",
  message: () => "this rule allows any source to reach any destination on every port",
  explanation:
    "After such a rule nothing is refused that an earlier rule does not deny: traffic from outside and between all groups passes. The " +
    "statement `default allow` says the same where it is meant.",
  example: `tenant shop {
  policy open {
    allow any -> any
  }
}
`,
  fix: "Name the groups that need to talk and the services that they use.",
});

export const worldToEveryPort = defineDiagnostic<{ destination: string }>({
  code: "CTV4006",
  severity: "warning",
  title: "The outside may reach every port",
  message: ({ destination }) => `this rule lets whatever is outside every tenant reach every port of ${destination}`,
  explanation:
    "The source of the rule holds the whole `world`, and the rule names no service, or all ports of TCP or UDP. Management ports, " +
    "metrics and debuggers are then open to the outside.",
  example: `tenant shop {
  group web { match app = web }

  policy access {
    allow world -> web
  }
}
`,
  fix: "Name the services that are offered to the outside, such as `allow world -> web : http, https`.",
});

export const familiesNeverMeet = defineDiagnostic<{ reason: string }>({
  code: "CTV4007",
  severity: "warning",
  title: "IPv4 and IPv6 never meet",
  message: ({ reason }) => `this rule can match nothing: ${reason}`,
  explanation:
    "Both addresses of a flow are of one family, ICMP goes with IPv4 and ICMPv6 with IPv6. The rule's source, destination and service " +
    "have no family in common.",
  example: `tenant shop {
  network net { subnet 10.1.0.0/24 }
  group web in net { match app = web }

  policy access {
    allow world except 0.0.0.0/0 -> web : https
  }
}
`,
  fix: "Give the source and the destination addresses of one family, for instance a `subnet6` for the network.",
});

export const splitGroups = defineDiagnostic<{ addresses: string; network: string; groups: readonly string[] }>({
  code: "CTV4008",
  severity: "note",
  title: "Addresses inside a network split its groups",
  message: ({ addresses, network, groups }) =>
    `${addresses} takes a part of ${network} and so splits ${listed(groups)}: some endpoints match, others do not`,
  explanation:
    "An address or CIDR in a rule matches every endpoint that has such an address. Inside a network it matches some endpoints of a group " +
    "and not others, by the address that they happened to get. Naming a group says what is meant, and stays true when endpoints move.",
  example: `tenant shop {
  network net { subnet 10.1.0.0/24 }
  group web in net { match app = web }

  policy access {
    allow 10.1.0.0/28 -> web : https
  }
}
`,
  fix: "Name a group instead, or the whole network.",
});

export const overlappingGroups = defineDiagnostic<{ group: string; others: readonly string[] }>({
  code: "CTV4009",
  severity: "note",
  title: "Groups can match the same endpoint",
  message: ({ group, others }) => `an endpoint of "${group}" can be in ${listed(others.map((other) => `"${other}"`))} as well`,
  explanation:
    "Nothing keeps an endpoint from having the labels of both groups. The verdict is clear: rules about either group match it, the first one " +
    "decides. Kubernetes and OpenFlow do the same. Contiv puts an endpoint into one group only, by its label `io.contiv.net-group`, so " +
    "rules of the other group do not reach it there.",
  example: `tenant shop {
  group web    { match app = web }
  group canary { match stage = canary }

  policy access {
    deny  canary -> any : ssh  log
    allow web    -> canary : https
  }
}
`,
  fix: "Where it is not meant, let one selector exclude the other, such as `match app = web, stage not in (canary)`. Otherwise silence the note with `// ctv-ignore CTV4009: reason`.",
});

export const emptyPeer = defineDiagnostic<{ side: "source" | "destination" }>({
  code: "CTV4010",
  severity: "warning",
  title: "Nothing can be the source or destination of a rule",
  message: ({ side }) => `no endpoint can be the ${side} of this rule`,
  explanation:
    "What is left after `except`, or what the selector and the network of a group allow together, is empty: no endpoint that can exist " +
    "is in it, so the rule matches nothing.",
  example: `tenant shop {
  group web { match app = web }

  policy access {
    allow web except web -> world : https
  }
}
`,
  fix: "Look at the `except` list and at the groups that are named.",
});

export const logicDiagnostics: readonly Definition[] = [
  equalPriorityDisagreement,
  shadowedRule,
  redundantRule,
  foreignRule,
  anyToAnyAllow,
  worldToEveryPort,
  familiesNeverMeet,
  splitGroups,
  overlappingGroups,
  emptyPeer,
];
