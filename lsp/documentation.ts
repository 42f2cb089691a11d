/** Pages about diagnostic codes, for editors that show a finding's code as a link. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The address of the page about a code; nothing where there is none. */
export type PageOf = (code: string) => string | undefined;

/** The pages that are shipped with the program: in `docs/` beside its own file, or beside the folder of that. */
export function shippedPages(script: string): PageOf {
  const known = new Map<string, string | undefined>();
  const find = (code: string): string | undefined => {
    const folder = folderOf(script);
    const paths = [folder, dirname(folder)].map((root) => join(root, "docs", "diagnostics", `${code}.md`));
    const path = paths.find((candidate) => existsSync(candidate));
    return path === undefined ? undefined : pathToFileURL(path).href;
  };
  return (code) => {
    if (!known.has(code)) known.set(code, find(code));
    return known.get(code);
  };
}

/** A command is often a link to the file that it is. */
function folderOf(script: string): string {
  try {
    return dirname(realpathSync(script));
  } catch {
    return dirname(script);
  }
}

/** Addresses made from one with `{code}` in it, or with the code at its end. */
export function pagesAt(address: string): PageOf {
  return (code) => (address.includes("{code}") ? address.replaceAll("{code}", code) : `${address}${code}`);
}
