/**
 * Generated projects for benchmarks: `rules` rules over `rules / 10` groups in one tenant, a fifth of the rules with CIDRs and
 * port ranges; or of many tenants. The same numbers give the same text.
 */

/** A small linear congruential generator (Numerical Recipes' constants): benchmarks must not differ between runs. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const common = ["http", "https", "redis", "postgres", "ssh", "mysql", "dns"];

/** The text of one `.ctv` file. */
export function generateProject(rules: number): string {
  const next = numbers(rules);
  const groups = Math.max(2, Math.floor(rules / 10));
  const lines: string[] = [
    "/// A generated project.",
    "tenant bench {",
    "  network net {",
    "    subnet  10.0.0.0/12",
    "    gateway 10.0.0.1",
    "    encap   vxlan",
    "  }",
    "",
  ];
  for (let group = 0; group < groups; group++) lines.push(`  group g${group} in net { match app = g${group}, tier = t${group % 7} }`);
  lines.push(
    "  group suspect in net { match security = suspect }",
    "",
    "  policy quarantine priority 100 {",
    "    deny suspect -> any log",
    "  }",
    "",
  );
  const perPolicy = 50;
  for (let rule = 0; rule < rules - 1; rule++) {
    if (rule % perPolicy === 0) lines.push(`  policy p${rule / perPolicy} priority ${Math.max(1, 99 - Math.floor((rule * 99) / rules))} {`);
    const to = next(groups);
    if (rule % 5 === 0) {
      const base = 1024 + next(40000);
      const block = `${100 + next(90)}.${next(256)}.${next(256)}.0/24`;
      lines.push(`    allow ${block} -> g${to} : tcp/${base}-${base + 1 + next(200)}`);
    } else {
      const action = next(10) === 0 ? "deny " : "allow";
      lines.push(`    ${action} g${next(groups)} -> g${to} : ${next(2) === 0 ? common[next(common.length)] : `tcp/${1024 + next(60000)}`}`);
    }
    if (rule % perPolicy === perPolicy - 1 || rule === rules - 2) lines.push("  }");
  }
  lines.push("}", "");
  return lines.join("\n");
}

/**
 * The text of `tenants` tenants with `rules` rules each: what tenants have in common is that each lets everybody reach one of its groups, has a group
 * that may go anywhere, and lets a group of the tenant before it in. Numbers of 5 and more; no more than 250 tenants.
 */
export function generateTenants(tenants: number, rules: number): string {
  const next = numbers(1000 * tenants + rules);
  const groups = Math.max(3, Math.floor(rules / 10));
  const tenant = (at: number): readonly string[] => {
    const [before, after] = [(at + tenants - 1) % tenants, (at + 1) % tenants];
    const lines = [`tenant t${at} {`, `  network net { subnet 10.${at}.0.0/16; gateway 10.${at}.0.1; encap vxlan }`];
    for (let group = 0; group < groups; group++) lines.push(`  group g${group} in net { match app = g${group} }`);
    lines.push(
      "  group suspect in net { match security = suspect }",
      `  export g0 to t${before}`,
      `  export g2 to t${after}`,
      "  policy quarantine priority 100 {",
      "    deny suspect -> any log",
      "  }",
      "  policy services {",
      "    allow any -> g1 : https",
      "    allow g2 -> any : dns",
      `    allow g2 -> t${after}/g0 : tcp/9000`,
      `    allow t${before}/g2 -> g0 : tcp/9000`,
    );
    for (let rule = 5; rule < rules; rule++) {
      const [from, to] = [next(groups), next(groups)];
      if (rule % 5 === 0) lines.push(`    allow ${100 + next(90)}.${next(256)}.${next(256)}.0/24 -> g${to} : tcp/${1024 + next(40000)}`);
      else lines.push(`    ${next(10) === 0 ? "deny" : "allow"} g${from} -> g${to} : tcp/${1024 + next(60000)}`);
    }
    return [...lines, "  }", "}", ""];
  };
  return Array.from({ length: tenants }, (_, at) => tenant(at).join("\n")).join("\n");
}
