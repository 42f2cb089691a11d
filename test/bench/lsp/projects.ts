/** Projects to edit in benchmarks. */
import { generateProject } from "../generate.js";

/** A generated file of about so many lines. */
export function fileOfLines(lines: number): string {
  let rules = Math.floor(lines * 0.8);
  while (countLines(generateProject(rules)) < lines) rules += Math.max(1, Math.floor(lines / 200));
  return generateProject(rules);
}

export function countLines(text: string): number {
  return text.split("\n").length;
}

export const commonFile = "common.ctv";
/** One of the files that none imports. */
export const leafFile = "tenants/t0.ctv";

/** A project of so many files, of which one is imported by all others; each of them has a tenant. */
export function projectOfFiles(files: number): Readonly<Record<string, string>> {
  const common = [
    "/// Names that every tenant uses.",
    "",
    "external office = 203.0.113.0/24",
    "external partner = 198.51.100.0/24",
    "",
    "service metrics = tcp/9100",
    "service console = tcp/{8443, 9443}",
    "",
  ].join("\n");
  const tenants = Array.from({ length: files - 1 }, (_, index) => [`tenants/t${index}.ctv`, tenantFile(index)] as const);
  return { "ctv.yaml": "sources: [.]\n", [commonFile]: common, ...Object.fromEntries(tenants) };
}

function tenantFile(index: number): string {
  return `import "../${commonFile}"

tenant t${index} {
  namespaces t${index}

  network net {
    subnet 10.${index}.0.0/16
  }

  group web   in net { match app = web }
  group cache in net { match app = cache }
  group store in net { match app = store }

  policy tiers {
    allow world  -> web               : https
    allow web    -> cache             : redis
    allow web    -> store             : postgres
    allow office -> web, cache, store : metrics
    allow partner -> web              : console
  }
}
`;
}
