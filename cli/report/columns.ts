/**
 * How wide text is on a terminal, so that carets stand under what they mean.
 */

const tabWidth = 4;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const control = /^\p{Cc}$/u;

/** East Asian wide and fullwidth characters and emoji (Unicode Standard Annex 11), by first and last code point. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Columns that one character takes. */
function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x7f) return 1;
  if (invisible.test(character)) return 0;
  return wide.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * A line of source as a terminal may show it: tabs become spaces, and control characters, which could move the cursor or
 * change colours, become their pictures (U+2400 and on).
 */
export function printable(line: string): string {
  let shown = "";
  for (const character of line) {
    if (character === "\t") shown += " ".repeat(tabWidth);
    else if (character === "\u007f") shown += "\u2421";
    else if (control.test(character)) shown += character < " " ? String.fromCharCode(0x2400 + character.charCodeAt(0)) : "\ufffd";
    else shown += character;
  }
  return shown;
}
