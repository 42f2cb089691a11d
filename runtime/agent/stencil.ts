/**
 * Flows of endpoints, encoded by stencils. Most endpoints of a policy are alike: their flows differ in nothing but the MAC address, the
 * port, the id, the addresses, the classes and where the tunnel ends. So the flows of one are encoded with stand-ins for these, and cut
 * where the stand-ins are; the flows of the next are these pieces with its own values between them.
 *
 * INVARIANT: what comes of a stencil is, byte for byte, what encoding `endpointFlows` gives (property test). A stencil is made twice, with
 * other stand-ins, and used only where both are the same: a value that goes into a flow in any other way than as it is shows there.
 */
import { isDeepStrictEqual } from "node:util";
import { endpointFlows } from "../../compiler/target/openflow/bind/bind.js";
import type { NodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { textFrom } from "../openflow/bytes.js";
import type { ByteWriter } from "../openflow/bytes.js";
import { encodeInstructions, encodePlace, wireCookie } from "../openflow/flows.js";
import { flowMaker } from "./owners.js";
import type { OwnedFlow } from "./owners.js";
import { shapeOf, valuesOf, wordFinder } from "./shape.js";
import type { WordsOfAddresses } from "./shape.js";
import { standInFor } from "./standin.js";
import type { StandIn } from "./standin.js";

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
  const wordsOf = wordFinder(context.program);
  /** By shape; nothing after the first endpoint of a shape, as many have only one. */
  const stencils = new Map<string, Stencil | undefined>();
  return (entry, owner, generation) => {
    const words = entry.addresses.map(({ classes }) => wordsOf(classes));
    const shape = shapeOf(context, entry, words);
    let stencil = stencils.get(shape);
    if (stencil === undefined) {
      if (stencils.has(shape)) stencil = makeStencil(context, entry, words);
      stencils.set(shape, stencil);
      if (stencil === undefined) return endpointFlows(context, entry).map(flowMaker(owner, generation));
    }
    // One text for all, of which the flows have pieces: to make one is a call out of JavaScript, and a piece is smaller than a text.
    const text = fill(stencil, valuesOf(context, entry, words));
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

/** The same one by one. */
function valueList({ context, entry, words }: StandIn): readonly Value[] {
  const ends: number[] = [];
  const text = textFrom(
    valuesOf(context, entry, words, (end) => ends.push(end)),
    0,
  );
  return ends.map((to, index) => ({ from: ends[index - 1] ?? 0, to, bytes: text.slice(ends[index - 1] ?? 0, to) }));
}

function fill({ bytes, holes }: Stencil, { bytes: values }: ByteWriter): string {
  for (const { at, from, to } of holes) for (let next = from; next < to; next++) bytes[at + next - from] = values[next];
  return bytes.toString("latin1");
}

function makeStencil(context: NodeContext, entry: ResolvedEndpoint, words: WordsOfAddresses): Stencil | undefined {
  const [first, second] = [0, 1].map((variant) => cutFlows(standInFor(context, entry, words, variant)));
  return first !== undefined && isDeepStrictEqual(first, second) ? first : undefined;
}

/** Nothing where a flow is not recorded as the endpoint's. */
function cutFlows(standIn: StandIn): Stencil | undefined {
  const flows = endpointFlows(standIn.context, standIn.entry);
  if (!flows.every(({ cookie }) => cookie.kind === "endpoint" && cookie.id === standIn.entry.id)) return undefined;
  const values = valueList(standIn);
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
