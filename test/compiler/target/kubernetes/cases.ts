/** Policies whose whole output is kept as golden folders. */
import { allow, deny } from "../../../support/policy.js";
import type { PolicySketch } from "../../../support/policy.js";

interface Case {
  readonly name: string;
  readonly sketch: PolicySketch;
  readonly pods?: string;
}

const office = { office: "203.0.113.0/24" };

/** The whole file of the language's contract. */
const guestbook: PolicySketch = {
  externals: office,
  tenants: [
    {
      name: "guestbook",
      networks: { "app-net": "10.1.1.0/24" },
      groups: {
        frontend: { match: "app=guestbook, tier=frontend", in: "app-net" },
        "redis-master": { match: "app=redis, role=master", in: "app-net" },
        "redis-slave": { match: "app=redis, role=slave", in: "app-net" },
        quarantined: { match: "security in (suspect|infected)", in: "app-net" },
        "legacy-db": { hosts: "192.0.2.10, 192.0.2.16/28" },
      },
      sets: { backend: "redis-master, redis-slave" },
      policies: [
        { name: "quarantine", priority: 100, rules: [deny("quarantined", "any", undefined, { log: true })] },
        {
          name: "tiers",
          rules: [
            allow("world", "frontend", "tcp/80, tcp/443, tcp/8000-8100, udp/443"),
            allow("frontend", "backend", "tcp/6379", { name: "web-to-redis" }),
            allow("redis-slave", "redis-master", "tcp/6379"),
            allow("any", "world", "udp/53, tcp/53"),
            allow("frontend", "legacy-db", "tcp/5432"),
            allow("198.51.100.7", "backend", "tcp/22"),
            deny("office except 198.51.100.7", "any", undefined, { log: true }),
          ],
        },
      ],
    },
  ],
};

/** Two tenants with an export; namespaces of a group; a tenant that allows by default; IPv6; a machine of the other tenant. */
const shop: PolicySketch = {
  externals: { office: "203.0.113.0/24, 2001:db8:ff::/48" },
  tenants: [
    {
      name: "front",
      namespaces: ["front", "front-jobs"],
      networks: { net: "10.20.0.0/20, fd00:20::/64" },
      groups: {
        web: { match: "app=web, not debug", in: "net" },
        jobs: { match: "has job, job not in (paused|failed)", in: "net", namespaces: ["front-jobs"] },
      },
      exports: ["web"],
      policies: [
        {
          name: "edge",
          rules: [
            allow("any", "web", "tcp/443"),
            allow("web", "back/api", "tcp/8443"),
            allow("web", "back/ledger", "tcp/1521"),
            allow("jobs", "office"),
            allow("jobs", "0.0.0.0/0 except 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16", "tcp/443"),
          ],
        },
      ],
    },
    {
      name: "back",
      default: "allow",
      networks: { net: "10.30.0.0/22" },
      groups: { api: { match: "app=api", in: "net" }, ledger: { hosts: "192.0.2.20" }, Unlabelled: {} },
      exports: ["api", "ledger"],
      policies: [
        {
          name: "Guard.rails",
          priority: 10,
          rules: [allow("front/web", "api, ledger"), deny("world", "any", "tcp/22"), deny("any except Unlabelled", "api")],
        },
      ],
    },
  ],
};

/** One rule for each thing that Kubernetes cannot say. */
const losses: PolicySketch = {
  tenants: [
    {
      name: "lab",
      networks: { net: "10.1.0.0/24", other: "10.1.1.0/24" },
      groups: { web: { match: "app=web", in: "net" }, db: { match: "app=db", in: "other" }, vm: { hosts: "192.0.2.1" } },
      policies: [
        {
          name: "edge",
          rules: [
            allow("world", "web", "icmp/8, tcp/80", { log: true }),
            allow("10.1.0.5", "db", "tcp/5432"),
            deny("world", "vm", "tcp/22"),
            deny("web", "db", "tcp/22"),
            allow("web", "db"),
            allow("other", "web", "tcp/0-1023"),
            allow("203.0.113.0/24", "db", "tcp/5432"),
          ],
        },
        { name: "ingress", rules: [deny("db", "web", "udp/53"), allow("any", "web", "udp/53")] },
      ],
    },
  ],
};

export const cases: readonly Case[] = [
  { name: "guestbook", sketch: guestbook },
  { name: "shop", sketch: shop, pods: "10.20.0.0/20, 10.30.0.0/22, fd00:20::/64" },
  { name: "losses", sketch: losses },
];
