/**
 * `sourcemap.json`: from the cookie in a flow's statistics to the line of source.
 */
import { cookieText } from "./flow.js";
import type { Program } from "./program.js";

/** The text of the file: one line for each rule, then one for each tenant's default. */
export function sourceMap(program: Program): string {
  const tenantName = new Map(program.tenants.map((tenant) => [tenant.id, tenant.name]));
  const lines: string[] = [];
  for (const { decision, rule, tenant, action, position, text } of program.rules) {
    const { file, line, column } = position;
    const cookie = cookieText({ kind: "rule", id: decision });
    lines.push(JSON.stringify({ cookie, decision, rule, tenant: tenantName.get(tenant), action, file, line, column, text }));
  }
  for (const { decision, name, defaultAction, position } of program.tenants) {
    const { file, line, column } = position;
    const cookie = cookieText({ kind: "default", id: decision });
    lines.push(JSON.stringify({ cookie, decision, tenant: name, action: defaultAction, file, line, column, text: `default ${defaultAction}` }));
  }
  return `{\n  "version": 1,\n  "cookieMask": "0xffff0000ffffffff",\n  "sources": [\n    ${lines.join(",\n    ")}\n  ]\n}\n`;
}
