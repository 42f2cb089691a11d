/** `2001:db8::1:443` is one IPv6 address, and in other tools' writing often an address with a port. Told where a rule would then mean every service. */
import type * as syntax from "../../grammar/syntax.js";
import { builtinServices } from "../bind/builtins.js";
import { portLikeAddress } from "../diagnostics/values.js";
import type { Report } from "../diagnostics/sink.js";
import { parseAddress } from "../space/address.js";
import { containsService, protocolNumber, servicePoint } from "../space/service.js";

/** Looks at the last address before the service that is not there. */
export function checkPortLike(
  node: { readonly action: "allow" | "deny"; readonly destination: syntax.PeerExpression; readonly services?: readonly syntax.ServiceTerm[] },
  report: Report,
): void {
  if (node.services !== undefined) return;
  const last = node.destination.except.at(-1) ?? node.destination.include.at(-1);
  if (last?.kind !== "address") return;
  const [, address, digits] = /^(.*[^:]):([1-9][0-9]{1,4})$/.exec(last.text) ?? [];
  if (address === undefined || parseAddress(address)?.family !== 6 || !isKnownPort(Number(digits))) return;
  const text = `${address} : tcp/${digits}`;
  report(
    portLikeAddress.make(
      { text: last.text, action: node.action, address, port: digits },
      { span: last.span, fixes: [{ title: `write \`${text}\``, safe: false, edits: [{ span: last.span, text }] }] },
    ),
  );
}

function isKnownPort(port: number): boolean {
  const points = [protocolNumber.tcp, protocolNumber.udp].map((protocol) => servicePoint(protocol, port));
  return [...builtinServices].some(
    ([name, { services }]) => !Object.hasOwn(protocolNumber, name) && points.some((point) => containsService(services, point)),
  );
}
