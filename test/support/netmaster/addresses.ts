/** IPv4 as netmaster reads it in networks and pools. */

export function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export interface Subnet {
  readonly first: number;
  readonly last: number;
  readonly length: number;
  /** What the addresses may be: the whole subnet or a range of it. */
  readonly from: number;
  readonly to: number;
}

/** `a.b.c.d/len` or `first-last/len`; nothing for what does not parse. */
export function subnet(text: string): Subnet | undefined {
  const found = /^([0-9.]+)(?:-([0-9.]+))?\/([0-9]+)$/.exec(text);
  if (found === null) return undefined;
  const length = Number(found[3]);
  const size = 2 ** (32 - length);
  const low = number(found[1]);
  const first = Math.floor(low / size) * size;
  const last = first + size - 1;
  if (found[2] === undefined) return { first, last, length, from: first, to: last };
  const to = number(found[2]);
  return low > to || to > last ? undefined : { first, last, length, from: low, to };
}
