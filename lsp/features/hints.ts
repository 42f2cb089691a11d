/** What the source leaves unsaid, shown between its words. */
import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver-types";
import type { Block, Policy as SyntaxPolicy, Tenant as SyntaxTenant } from "../../grammar/syntax.js";
import { endsOfEndpoint } from "../../compiler/source/inventory.js";
import { endInSet } from "../../compiler/space/ends.js";
import { formatServices } from "../../compiler/space/service.js";
import type { Tenant } from "../../compiler/policy/model.js";
import type { Endpoint, Inventory } from "../../compiler/target/openflow/bind/inventory.js";
import { offsetIn, toPosition } from "../place.js";
import type { View } from "../workspace/workspace.js";

/**
 * Hints within `range`: the order of policies, the default of a tenant that says none, the ports behind a service's name, and how many
 * endpoints of the inventory are in a group.
 */
export function inlayHints(view: View, range: Range): InlayHint[] {
  const start = offsetIn(view, range.start);
  const end = offsetIn(view, range.end);
  return view.file.parsed.file.items
    .flatMap((item) => (item.kind === "tenant" ? tenantHints(view, item) : []))
    .filter(({ offset }) => start <= offset && offset <= end)
    .map(({ offset, label, tooltip }) => ({
      position: toPosition(view.file.lines, offset),
      label,
      kind: InlayHintKind.Type,
      paddingLeft: true,
      tooltip,
    }));
}

interface Hint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

function tenantHints(view: View, node: SyntaxTenant): readonly Hint[] {
  const tenant = view.checked.draft.tenants.find(({ name }) => name === node.name.text);
  if (tenant === undefined) return [];
  const fallback =
    tenant.defaultOrigin === undefined
      ? [{ offset: node.name.span.end, label: `default ${tenant.defaultAction}`, tooltip: "What no rule of this tenant decides." }]
      : [];
  const inventory = view.project.inventory();
  return [
    ...fallback,
    ...node.items.flatMap((item): readonly Hint[] => {
      if (item.kind === "policy") return policyHints(view, item, tenant);
      return item.kind === "group" && inventory !== undefined ? sizeHint(view, item, tenant, inventory) : [];
    }),
  ];
}

function policyHints(view: View, node: SyntaxPolicy, tenant: Tenant): readonly Hint[] {
  const place = tenant.policies.findIndex(({ name }) => name === node.name.text);
  const order: readonly Hint[] =
    place === -1 || tenant.policies.length < 2
      ? []
      : [
          {
            offset: (node.priority ?? node.name).span.end,
            label: `evaluated ${ordinal(place + 1)} of ${tenant.policies.length}`,
            tooltip: "Policies are evaluated by priority, highest number first.",
          },
        ];
  const services = node.rules.flatMap((rule) =>
    (rule.services ?? []).flatMap((term): readonly Hint[] => {
      if (term.kind !== "name") return [];
      const symbol = view.checked.names.occurrenceAt(term.span.file, term.span.start)?.symbol;
      const ports = symbol === undefined ? undefined : view.checked.names.serviceOf(symbol);
      return ports === undefined ? [] : [{ offset: term.span.end, label: shortened(formatServices(ports)), tooltip: formatServices(ports) }];
    }),
  );
  return [...order, ...services];
}

function sizeHint(view: View, { name }: Block, tenant: Tenant, inventory: Inventory): readonly Hint[] {
  const { universe } = view.checked;
  if (universe === undefined || name === undefined || !tenant.groups.some((group) => group.name === name.text)) return [];
  const members = universe.endsOf({ include: [{ kind: "group", tenant: tenant.name, group: name.text }], except: [] });
  const inside = inventory.endpoints.filter((endpoint) => endsOfEndpoint(endpoint).some((end) => endInSet(members, end)));
  const label = `${inside.length} ${inside.length === 1 ? "endpoint" : "endpoints"}`;
  return [{ offset: name.span.end, label, tooltip: inside.length === 0 ? "None of the inventory's endpoints." : shownNames(inside) }];
}

function shownNames(endpoints: readonly Endpoint[]): string {
  const names = endpoints.slice(0, 20).map(({ name }) => name);
  return [...names, ...(endpoints.length > 20 ? [`and ${endpoints.length - 20} more`] : [])].join(", ");
}

function ordinal(place: number): string {
  const words = ["first", "second", "third"];
  return words[place - 1] ?? `${place}th`;
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
