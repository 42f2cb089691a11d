/**
 * Endpoints that stand in for others: of the same shape, with values that nothing else in their flows has, so that these are found there.
 */
import { prefixSet } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import type { NodeContext } from "../../compiler/target/openflow/bind/context.js";
import type { ResolvedEndpoint } from "../../compiler/target/openflow/bind/resolve.js";
import { inSharedSpace } from "../../compiler/target/openflow/bind/spaces.js";
import type { Dimension } from "../../compiler/target/openflow/classes.js";
import { hash32 } from "../../compiler/target/openflow/hash.js";
import type { Program, ProgramClass } from "../../compiler/target/openflow/program.js";
import { CLASS_WORD_BITS } from "../../compiler/target/openflow/registers.js";
import { addressSize, tunnelEnd, wordFinder } from "./shape.js";
import type { Words, WordsOfAddresses } from "./shape.js";

/** An endpoint, and what it is an endpoint of. */
export interface StandIn {
  readonly context: NodeContext;
  readonly entry: ResolvedEndpoint;
  readonly words: WordsOfAddresses;
}

/** Of each `variant` the values are others. */
export function standInFor(context: NodeContext, entry: ResolvedEndpoint, words: WordsOfAddresses, variant: number): StandIn {
  let drawn = 0;
  const draw = (): number => hash32(`${variant} ${drawn++}`);
  const addressLike = ({ family }: Address): Address =>
    family === 4
      ? { family, value: draw() }
      : { family, value: [draw(), draw(), draw(), draw()].reduce((all, next) => (all << 32n) | BigInt(next), 0n) };
  const mac = draw() * 0x10000 + (draw() & 0xffff);
  const [id, port] = [draw(), draw()];
  const end = tunnelEnd(context, entry);
  const { program, classesOf } = standInProgram(context.program, words, draw);
  const addresses = entry.addresses.map((resolved, index) => ({ ...resolved, classes: classesOf[index], address: addressLike(resolved.address) }));
  const shared = addresses
    .filter((_, index) => inSharedSpace(context.shared, entry.domain, entry.addresses[index].address))
    .map(({ address }) => ({ tenant: entry.domain, addresses: prefixSet({ address, length: addressSize(address) * 8 }), piece: () => [] }));
  return {
    context: { ...context, program, shared, nodeAddresses: end === undefined ? new Map() : new Map([[entry.endpoint.node, addressLike(end)]]) },
    entry: { ...entry, id, mac, endpoint: { ...entry.endpoint, port }, addresses },
    words: classesOf.map(wordFinder(program)),
  };
}

/** The program with a class for each word instead of its own, which has all of the word; and each address' classes there. */
function standInProgram(
  program: Program,
  words: WordsOfAddresses,
  draw: () => number,
): { readonly program: Program; readonly classesOf: readonly (readonly number[])[] } {
  const classes: ProgramClass[] = [];
  const dimensions: Dimension[] = [];
  const made = new Map<Words, readonly number[]>();
  const classesOf = words.map((some) => {
    const known =
      made.get(some) ??
      some.words.map(({ word }) => {
        dimensions.push({ word, offset: 0, width: CLASS_WORD_BITS });
        return classes.push({ key: "", include: [], except: [], dimension: dimensions.length - 1, value: draw() }) - 1;
      });
    made.set(some, known);
    return known;
  });
  return { program: { ...program, classes, dimensions }, classesOf };
}
