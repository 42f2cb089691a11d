/**
 * Numbers as hexadecimal text. V8 writes a number of more than 31 bits with its slow path for fractions, twenty times as slowly, and
 * decisions and cookies have 32: they are written in parts.
 */

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Of a whole number, or of a `bigint`, without leading zeros. */
export function hexText(value: number | bigint): string {
  if (typeof value === "bigint" || value < 0x10000 || value > 0xffffffff) return value.toString(16);
  return (value >>> 16).toString(16) + bytes[(value >>> 8) & 0xff] + bytes[value & 0xff];
}

/** Of a number in 0..2^32-1, with eight digits. */
export function eightDigits(value: number): string {
  return bytes[value >>> 24] + bytes[(value >>> 16) & 0xff] + bytes[(value >>> 8) & 0xff] + bytes[value & 0xff];
}
