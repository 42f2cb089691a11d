/**
 * Names that the API server takes, from names of the language: RFC 1123 subdomains for objects, label values for labels.
 *
 * A name that has to be changed to fit gets a hash of the original, so two that become alike stay apart, and no name depends on any
 * other thing in the project.
 */
const MASK = 0xffff_ffff;

/** 64 bits of FNV-1a (two offsets), in base 36. Not for secrets. */
export function shortHash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193) & MASK;
    high = Math.imul(high ^ code ^ (low >>> 7), 0x01000193) & MASK;
  }
  return (low >>> 0).toString(36).padStart(7, "0") + (high >>> 0).toString(36).padStart(7, "0").slice(-3);
}

/** Names that stay as they are when they are short enough: most, and looking is less work than changing. */
const alreadyFitting = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** One part of an object's name: lower case letters, digits and inner hyphens, at most 63. */
function namePart(name: string): string {
  if (name.length <= 63 && alreadyFitting.test(name)) return name;
  const fitting = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const hash = shortHash(name);
  return fitting === "" ? `x-${hash}` : `${fitting.slice(0, 62 - hash.length).replace(/-+$/, "")}-${hash}`;
}

/** Joined by dots, which no part has, so different lists of parts give different names. */
export function objectName(...parts: readonly string[]): string {
  let name = "";
  for (const part of parts) name += name === "" ? namePart(part) : `.${namePart(part)}`;
  return name;
}

/** At most 63 of letters, digits, `-`, `_` and `.`, a letter or digit at both ends (API validation of label values). */
export function labelValue(name: string): string {
  if (/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name)) return name;
  return namePart(name);
}
