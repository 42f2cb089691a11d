/** Prettier's pragmas: a first comment that asks for formatting, or asks for none. */

const wanted = /^\s*(?:\/\/|\/\*+)\s*@(?:format|prettier)\b/;
const unwanted = /^\s*(?:\/\/|\/\*+)\s*@(?:noformat|noprettier)\b/;

export function hasPragma(text: string): boolean {
  return wanted.test(text);
}

export function hasIgnorePragma(text: string): boolean {
  return unwanted.test(text);
}

export function insertPragma(text: string): string {
  return `// @format\n\n${text}`;
}
