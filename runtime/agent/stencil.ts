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
import { byteWriter, putNumber, textFrom } from "../openflow/bytes.js";
import type { ByteWriter } from "../openflow/bytes.js";
import { encodeInstructions, encodePlace, wireCookie } from "../openflow/flows.js";
import { flowMaker } from "./owners.js";
import type { OwnedFlow } from "./owners.js";

/** Where a value begins and ends among the bytes of all values of an endpoint. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Value extends Span {
  readonly bytes: string;
}

/** Where in the text a value goes. */
interface Hole extends Span {
  readonly at: number;
}

/** A piece of the text that an endpoint has for itself, or one that all endpoints share. */
type Piece = Span | string;

interface Stencil {
  /** All texts of an endpoint's flows that have holes, one behind the other, each once. What is in the holes is of the last endpoint. */
  readonly bytes: Buffer;
  readonly holes: readonly Hole[];
  readonly flows: readonly { readonly place: Piece; readonly instructions: Piece }[];
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
    // One text for all, of which the flows have pieces: to make one is a call out of JavaScript, and a piece is smaller than a text.
    const text = fill(stencil, valuesOf(context, entry));
    const { high, low } = wireCookie({ kind: "endpoint", id: entry.id }, generation);
    const cookie = { high, low, owner };
    return stencil.flows.map(({ place, instructions }) => ({
      place: pieceOf(text, place),
      instructions: pieceOf(text, instructions),
      cookie,
    }));
  };
}

const pieceOf = (text: string, piece: Piece): string => (typeof piece === "string" ? piece : text.slice(piece.from, piece.to));

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

const scratch = byteWriter();

/** Bytes of what goes into the holes, in one order for all endpoints of a shape; good until the next call. `note` is told where each ends. */
function valuesOf(context: NodeContext, { mac, id, endpoint, addresses }: ResolvedEndpoint, note?: (end: number) => void): ByteWriter {
  scratch.at = 0;
  const put = (value: number | bigint, size: number): void => {
    putNumber(scratch, value, size);
    note?.(scratch.at);
  };
  put(mac, MAC_SIZE);
  put(id, WORD_SIZE);
  put(endpoint.port, WORD_SIZE);
  const end = context.nodeAddresses.get(endpoint.node);
  if (end !== undefined) put(end.value, addressSize(end));
  for (const { address } of addresses) put(address.value, addressSize(address));
  return scratch;
}

/** The same one by one. */
function valueList(context: NodeContext, entry: ResolvedEndpoint): readonly Value[] {
  const ends: number[] = [];
  const text = textFrom(
    valuesOf(context, entry, (end) => ends.push(end)),
    0,
  );
  return ends.map((to, index) => ({ from: ends[index - 1] ?? 0, to, bytes: text.slice(ends[index - 1] ?? 0, to) }));
}

function fill({ bytes, holes }: Stencil, { bytes: values }: ByteWriter): string {
  for (const { at, from, to } of holes) for (let next = from; next < to; next++) bytes[at + next - from] = values[next];
  return bytes.toString("latin1");
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
  const values = valueList(standIn.context, standIn.entry);
  const texts = new Map<string, Piece>();
  const holes: Hole[] = [];
  let all = "";
  const pieceFor = (text: string): Piece => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    const found = holesIn(text, values);
    const piece = found.length === 0 ? text : { from: all.length, to: all.length + text.length };
    for (const hole of found) holes.push({ ...hole, at: all.length + hole.at });
    if (found.length > 0) all += text;
    texts.set(text, piece);
    return piece;
  };
  const pieces = flows.map(({ table, priority, match, actions }) => ({
    place: pieceFor(encodePlace(table, priority, match)),
    instructions: pieceFor(encodeInstructions(actions)),
  }));
  const bytes = Buffer.from(all, "latin1");
  for (const { at, from, to } of holes) bytes.fill(0, at, at + to - from);
  return { bytes, holes, flows: pieces };
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

/** Where in a text the values are. */
function holesIn(text: string, values: readonly Value[]): readonly Hole[] {
  const holes: Hole[] = [];
  let next = 0;
  for (;;) {
    const found = values
      .map(({ bytes, from, to }) => ({ at: text.indexOf(bytes, next), from, to }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)
      .at(0);
    if (found === undefined) return holes;
    holes.push(found);
    next = found.at + found.to - found.from;
  }
}
