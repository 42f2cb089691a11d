/** A project of many files whose names lead from one to the other, and what may happen to it while somebody works on it. */
import type { Checked, ProjectInput } from "../../compiler/compile.js";
import type { CheckMemory } from "../../compiler/memory.js";
import type { FindingSettings } from "../../compiler/source/settings.js";
import { prefixSet, noAddresses, parsePrefix } from "../../compiler/space/address.js";
import { checkWith } from "./incremental.js";
import type { Texts } from "./incremental.js";
import type { Random } from "./mutate.js";

/** What a check is asked about. */
export interface Situation {
  readonly texts: Texts;
  /** The same list while the same files are there, as an editor gives it. */
  readonly entries: readonly string[];
  readonly params: ProjectInput["params"];
  readonly settings: FindingSettings;
  readonly pods: string | undefined;
  readonly withoutLogic: boolean;
}

const common = `external office = 203.0.113.0/24
external partner = 198.51.100.0/24
service metrics = tcp/9100
service console = tcp/{8443, 9443}
set outside = office, partner
param depth: int = 3
qos gold { bandwidth 10Mbps }
`;

const more = `import "common.ctv"

service monitoring = metrics, tcp/9200
set near = office
`;

const rest = `test "across" {
  expect allow any -> t1/web : https
}

fabric {
  vlans 100-200
}

bgp leaf1 {
  router-ip 192.0.2.1/24
  as 65000
  neighbor 192.0.2.2
  neighbor-as 65001
}

tenant t0 {
  group extra { match app = extra }
  policy more {
    allow extra -> web : http // ctv-ignore CTV4001: not so
  }
}
`;

function tenantFile(index: number, imported: string): string {
  const next = (index + 1) % 4;
  return `import "${imported}"

/// Tenant ${index}.
tenant t${index} {
  namespaces t${index}

  network net {
    subnet 10.${index}.0.0/16
    encap vlan
    tag ${100 + index}
  }

  group web   in net { match app = web }
  group cache in net { match app = cache }
  group spare { hosts 192.168.${index}.0/24 }
  set inner = web, cache
  service own = tcp/7000
  param where: port = 8080
  export web to t${next}
  export cache

  policy tiers priority depth {
    allow office -> inner : metrics, own
    allow t${next}/cache -> web : https, tcp/where
    deny world -> cache
  }

  test "inside" {
    expect allow office -> web : metrics
  }
}
`;
}

const start: Texts = {
  "common.ctv": common,
  "more.ctv": more,
  "rest.ctv": rest,
  "t0.ctv": tenantFile(0, "common.ctv"),
  "t1.ctv": tenantFile(1, "common.ctv").replace("allow office", "allow near").replace('"common.ctv"', '"common.ctv"\nimport "more.ctv"'),
  "t2.ctv": tenantFile(2, "common.ctv"),
  "t3.ctv": tenantFile(3, "common.ctv"),
};

/** Pairs of texts that stand for each other: renames, other values, names that clash, come or go, imports and exports. */
const swaps: readonly (readonly [string, string])[] = [
  ["external office", "external bureau"],
  ["203.0.113.0/24", "203.0.113.0/25"],
  ["198.51.100.0/24", "10.1.0.0/24"],
  ["service metrics = tcp/9100", "service metrics = tcp/9101"],
  ["service monitoring", "service own"],
  ["set near = office", "set near = partner, missing"],
  ["set outside = office, partner", "set outside = outside"],
  ["param depth: int = 3", "param depth: string = deep"],
  ["group web ", "group front "],
  ["group cache", "network cache"],
  ["set inner = web, cache", "set inner = web"],
  ["service own = tcp/7000", "service metrics = udp/1"],
  ["export web to", "export spare to"],
  ["  export cache\n", ""],
  ["subnet 10.1.0.0/16", "subnet 10.2.0.0/16"],
  ["192.168.2.0/24", "192.168.1.0/25"],
  ["tag 102", "tag 101"],
  ["namespaces t3", "namespaces t2"],
  ["tenant t2 {", "tenant t3 {"],
  ["tenant t1 {", "tenant second {"],
  ['import "common.ctv"\n', ""],
  ['import "common.ctv"', 'import "more.ctv"'],
  ['import "common.ctv"', 'import "common.ctv"\nimport "more.ctv"'],
  ["allow office ->", "allow near ->"],
  ['import "more.ctv"', 'import "missing.ctv"'],
  ["external office =", 'import "more.ctv"\nexternal office ='],
  ["deny world -> cache", "deny world -> cache\n    allow cache -> office : own"],
  ["allow office ->", "allow ofice ->"],
  ["policy tiers", "policy tiers broken"],
  ["group extra", "group web"],
  ["vlans 100-200", "vlans 100-102"],
  ["bgp leaf1", "bgp leaf2"],
  ["tenant t0 {", "// moved\n\ntenant t0 {"],
  ["  group spare", "  // ctv-ignore CTV4101: for later\n  group spare"],
  ["expect allow", "expect deny"],
];

export const beginning: Situation = {
  texts: start,
  entries: Object.keys(start),
  params: undefined,
  settings: {},
  pods: undefined,
  withoutLogic: true,
};

/** What somebody does next, now and then to more than one file at once. */
export function nextSituation(now: Situation, random: Random): Situation {
  const next = changed(now, random);
  const names = Object.keys(next.texts);
  // A file can be listed and not be there.
  const isListed = names.every((name) => now.entries.includes(name));
  return { ...next, entries: isListed && (names.length === now.entries.length || random(2) === 0) ? now.entries : names };
}

function changed(now: Situation, random: Random): Situation {
  switch (random(14)) {
    case 0:
      return beginning;
    case 1: {
      const names = Object.keys(now.texts);
      const gone = names[random(names.length)];
      return { ...now, texts: Object.fromEntries(Object.entries(now.texts).filter(([name]) => name !== gone)) };
    }
    case 2: {
      const name = Object.keys(start)[random(Object.keys(start).length)];
      return { ...now, texts: { ...now.texts, [name]: start[name] } };
    }
    case 3: {
      const port = random(3);
      const value = port === 0 ? "not a port" : 80 + port;
      return { ...now, params: random(2) === 0 ? undefined : new Map([[random(2) === 0 ? "where" : "t1/where", { value, from: "a test" }]]) };
    }
    case 4: {
      const suppressions =
        random(2) === 0 ? [] : [{ code: "CTV4101", files: "t*.ctv", reason: "for later", span: { file: "ctv.yaml", start: 0, end: 7 } }];
      return { ...now, settings: { suppressions, severity: new Map(random(2) === 0 ? [] : [["CTV4102", "off" as const]]) } };
    }
    case 5:
      return { ...now, pods: random(2) === 0 ? undefined : ["10.3.0.0/16", "198.51.100.0/25"][random(2)] };
    case 6:
      return { ...now, withoutLogic: !now.withoutLogic };
    default: {
      const names = Object.keys(now.texts);
      if (names.length === 0) return beginning;
      const file = names[random(names.length)];
      const fitting = swaps
        .flatMap(([left, right]) => [[left, right] as const, [right, left] as const])
        .filter(([from]) => from !== "" && now.texts[file].includes(from));
      if (fitting.length === 0) return now;
      const [from, to] = fitting[random(fitting.length)];
      return { ...now, texts: { ...now.texts, [file]: now.texts[file].replace(from, to) } };
    }
  }
}

/** With an empty memory, or with what earlier checks left. */
export function checkSituation({ texts, entries, params, settings, pods, withoutLogic }: Situation, memory?: CheckMemory): Checked {
  const prefix = pods === undefined ? undefined : parsePrefix(pods);
  const surroundings = { podAddresses: prefix === undefined ? noAddresses : prefixSet(prefix) };
  return checkWith(texts, {
    entries,
    settings,
    surroundings,
    withoutLogic,
    ...(params === undefined ? {} : { params }),
    ...(memory === undefined ? {} : { memory }),
  });
}
