/** Sets of small whole numbers as bits, 32 to a word. The writing functions change their first argument. */
export type Bits = Uint32Array;

export function makeBits(size: number): Bits {
  return new Uint32Array((size + 31) >> 5);
}

function setBit(bits: Bits, position: number): void {
  bits[position >> 5] |= 1 << (position & 31);
}

export function clearBit(bits: Bits, position: number): void {
  bits[position >> 5] &= ~(1 << (position & 31));
}

/** All of 0..size-1. */
export function fullBits(size: number): Bits {
  const bits = makeBits(size).fill(0xffff_ffff);
  if ((size & 31) !== 0) bits[bits.length - 1] = 2 ** (size & 31) - 1;
  return bits;
}

export function keepBits(bits: Bits, others: Bits): void {
  for (let word = 0; word < bits.length; word++) bits[word] &= others[word];
}

/** Calls `visit` with every member, ascending. */
export function eachBit(bits: Bits, visit: (position: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]; rest !== 0; rest &= rest - 1) visit(word * 32 + 31 - Math.clz32(rest & -rest));
  }
}

function addBits(bits: Bits, others: Bits): void {
  for (let word = 0; word < bits.length; word++) bits[word] |= others[word];
}

/** A set that is added to others again and again, as its members or as bits, whichever is less work. */
export type Members = readonly number[] | Bits;

export function asMembers(positions: readonly number[], size: number): Members {
  if (positions.length <= size >> 5) return positions;
  const bits = makeBits(size);
  for (const position of positions) setBit(bits, position);
  return bits;
}

export function dropMembers(bits: Bits, members: Members): void {
  if (members instanceof Uint32Array) for (let word = 0; word < bits.length; word++) bits[word] &= ~members[word];
  else for (const position of members) clearBit(bits, position);
}

export function addMembers(bits: Bits, members: Members): void {
  if (members instanceof Uint32Array) addBits(bits, members);
  else for (const position of members) setBit(bits, position);
}
