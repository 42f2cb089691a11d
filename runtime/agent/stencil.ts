/**
 * Flows of endpoints, encoded by stencils. Most endpoints of a policy are alike: their flows differ in nothing but the MAC address, the
 * port, the id, the addresses and where the tunnel ends. So the flows of one are encoded with stand-ins for these, and cut where the
 * stand-ins are; the flows of the next are these pieces with its own values between them.
 *
 * INVARIANT: what comes of a stencil is, byte for byte, what encoding `endpointFlows` gives (property test). A stencil is made twice, with
 * other stand-ins, and used only where both are the same: a value that goes into a flow in any other way than as it is shows there.
 */
import { isDeepStrictEqual } from "node:util";
import { prefixSet } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import { endpointFlows } from "../../compiler/target/openflow/bind/bind.js";
import { isLocal } from "../../compiler/target/openflow/bind/context.js";
import type { NodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { inSharedSpace } from "../../compiler/target/openflow/bind/spaces.js";
import { hash32 } from "../../compiler/target/openflow/hash.js";
import { numberText } from "../openflow/bytes.js";
import { encodeInstructions, encodePlace, wireCookie } from "../openflow/flows.js";
import { flowMaker } from "./owners.js";
import type { OwnedFlow } from "./owners.js";

/** Text with holes: a literal, a value, a literal, a value, …, a literal. */
interface Holed {
  readonly literals: readonly string[];
  /** Which value goes into each hole. */
  readonly values: readonly number[];
}

interface Stencil {
  /** Each once, as several flows do the same. */
  readonly instructions: readonly Holed[];
  readonly flows: readonly { readonly place: Holed; /** Position in `instructions`. */ readonly instructions: number }[];
}

/** The flows of an endpoint of this node's context, as they go over the wire. */
export type EndpointEncoder = (entry: ResolvedEndpoint, owner: string, generation: number) => readonly OwnedFlow[];

export function endpointEncoder(context: NodeContext): EndpointEncoder {
  /** By shape; nothing after the first endpoint of a shape, as many have only one. */
  const stencils = new Map<string, Stencil | undefined>();
  return (entry, owner, generation) => {
    const shape = shapeOf(context, entry);
    let stencil = stencils.get(shape);
    if (stencil === undefined) {
      if (stencils.has(shape)) stencil = makeStencil(context, entry);
      stencils.set(shape, stencil);
      if (stencil === undefined) return endpointFlows(context, entry).map(flowMaker(owner, generation));
    }
    const values = valuesOf(context, entry);
    const cookie = { ...wireCookie({ kind: "endpoint", id: entry.id }, generation), owner };
    const instructions = stencil.instructions.map((holed) => fill(holed, values));
    return stencil.flows.map((flow) => ({ place: fill(flow.place, values), instructions: instructions[flow.instructions], cookie }));
  };
}

/** All that the flows depend on besides the values. */
function shapeOf(context: NodeContext, entry: ResolvedEndpoint): string {
  const { domain, network } = entry;
  let shape = `${isLocal(context, entry) ? "here" : (tunnelEnd(context, entry)?.family ?? 0)} ${domain} ${network?.id ?? 0}`;
  for (const { address, members, classes, blocked, ambiguous, dscp } of entry.addresses) {
    const shared = context.shared.length > 0 && inSharedSpace(context.shared, domain, address);
    shape += `;${address.family} ${members} ${classes.join()} ${blocked === undefined} ${ambiguous} ${dscp ?? ""} ${shared}`;
  }
  return shape;
}

const tunnelEnd = (context: NodeContext, entry: ResolvedEndpoint): Address | undefined => context.nodeAddresses.get(entry.endpoint.node);

const MAC_SIZE = 6;
const WORD_SIZE = 4;
const addressSize = (address: Address): number => (address.family === 4 ? 4 : 16);

/** What goes into the holes, in one order for all endpoints of a shape. */
function valuesOf(context: NodeContext, entry: ResolvedEndpoint): readonly string[] {
  const end = tunnelEnd(context, entry);
  return [
    numberText(entry.mac, MAC_SIZE),
    numberText(entry.id, WORD_SIZE),
    numberText(entry.endpoint.port, WORD_SIZE),
    end === undefined ? "" : numberText(end.value, addressSize(end)),
    ...entry.addresses.map(({ address }) => numberText(address.value, addressSize(address))),
  ];
}

function fill({ literals, values: holes }: Holed, values: readonly string[]): string {
  let text = literals[0];
  for (let at = 0; at < holes.length; at++) text += values[holes[at]] + literals[at + 1];
  return text;
}

function makeStencil(context: NodeContext, entry: ResolvedEndpoint): Stencil | undefined {
  const [first, second] = [0, 1].map((variant) => cutFlows(context, entry, variant));
  return first !== undefined && isDeepStrictEqual(first, second) ? first : undefined;
}

/** Nothing where a flow is not recorded as the endpoint's. */
function cutFlows(context: NodeContext, entry: ResolvedEndpoint, variant: number): Stencil | undefined {
  const standIn = standInFor(context, entry, variant);
  const flows = endpointFlows(standIn.context, standIn.entry);
  if (!flows.every(({ cookie }) => cookie.kind === "endpoint" && cookie.id === standIn.entry.id)) return undefined;
  const values = valuesOf(standIn.context, standIn.entry);
  const texts = flows.map(({ actions }) => encodeInstructions(actions));
  const distinct = [...new Set(texts)];
  return {
    instructions: distinct.map((text) => cut(text, values)),
    flows: flows.map(({ table, priority, match }, index) => ({
      place: cut(encodePlace(table, priority, match), values),
      instructions: distinct.indexOf(texts[index]),
    })),
  };
}

/** An endpoint of the same shape with values that nothing else in its flows has. */
function standInFor(
  context: NodeContext,
  entry: ResolvedEndpoint,
  variant: number,
): { readonly context: NodeContext; readonly entry: ResolvedEndpoint } {
  let drawn = 0;
  const word = (): number => hash32(`${variant} ${drawn++}`);
  const addressLike = ({ family }: Address): Address =>
    family === 4
      ? { family, value: word() }
      : { family, value: [word(), word(), word(), word()].reduce((all, next) => (all << 32n) | BigInt(next), 0n) };
  const mac = word() * 0x10000 + (word() & 0xffff);
  const [id, port] = [word(), word()];
  const end = tunnelEnd(context, entry);
  const addresses = entry.addresses.map((resolved) => ({ ...resolved, address: addressLike(resolved.address) }));
  const shared = addresses
    .filter((_, index) => inSharedSpace(context.shared, entry.domain, entry.addresses[index].address))
    .map(({ address }) => ({ tenant: entry.domain, addresses: prefixSet({ address, length: addressSize(address) * 8 }), piece: () => [] }));
  return {
    context: { ...context, shared, nodeAddresses: end === undefined ? new Map() : new Map([[entry.endpoint.node, addressLike(end)]]) },
    entry: { ...entry, id, mac, endpoint: { ...entry.endpoint, port }, addresses },
  };
}

/** Takes the values out of a text. */
function cut(text: string, values: readonly string[]): Holed {
  const literals: string[] = [];
  const holes: number[] = [];
  let from = 0;
  for (;;) {
    const found = values
      .map((value, index) => ({ index, at: value === "" ? -1 : text.indexOf(value, from) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)
      .at(0);
    if (found === undefined) break;
    literals.push(text.slice(from, found.at));
    holes.push(found.index);
    from = found.at + values[found.index].length;
  }
  return { literals: [...literals, text.slice(from)], values: holes };
}
