/** Bandwidths such as `10Mbps`. Units are decimal: 1kbps is 1000 bits a second. `10MBps` would be bytes, and is none. */
const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** Bits per second, or nothing when the text is no bandwidth above zero. */
export function parseBandwidth(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtKMGT]?)bps$/.exec(text);
  if (match === null) return undefined;
  const bits = Math.round(Number(match[1]) * factors[match[2].toLowerCase()]);
  return bits > 0 && Number.isSafeInteger(bits) ? bits : undefined;
}

/** In the largest unit that gives a whole number. */
export function formatBandwidth(bits: number): string {
  const unit = (["G", "M", "k"] as const).find((letter) => bits % factors[letter.toLowerCase()] === 0);
  return unit === undefined ? `${bits}bps` : `${bits / factors[unit.toLowerCase()]}${unit}bps`;
}
