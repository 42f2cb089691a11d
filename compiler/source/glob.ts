/** Globs over file ids: `*` within a folder, `**` across folders, `?`, and `{a,b}`. */

/** Whether a text has signs that only a glob has. */
export function isGlob(text: string): boolean {
  return /[*?{]/.test(text);
}

/** The test that a glob stands for. */
export function globMatcher(glob: string): (id: string) => boolean {
  let out = "";
  let depth = 0;
  const normal = glob.replace(/^\.\//, "");
  for (let at = 0; at < normal.length; at++) {
    const letter = normal[at];
    if (normal.startsWith("**/", at)) {
      out += "(?:[^/]+/)*";
      at += 2;
    } else if (normal.startsWith("**", at)) {
      out += ".*";
      at += 1;
    } else if (letter === "*") out += "[^/]*";
    else if (letter === "?") out += "[^/]";
    else if (letter === "{") {
      depth++;
      out += "(?:";
    } else if (letter === "}" && depth > 0) {
      depth--;
      out += ")";
    } else if (letter === "," && depth > 0) out += "|";
    else out += letter.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  const expression = new RegExp(`^${out}${")".repeat(depth)}$`);
  return (id) => expression.test(id);
}
