/** Turns what `tmux capture-pane -e` prints into a picture. */

const cell = { width: 8.4, height: 18 };
const edge = 16;
const bar = 30;
const background = "#1f2430";
const foreground = "#d8dee9";

/** The attributes that SGR codes leave (ECMA-48 §8.3.117, with 24-bit colours of ISO 8613-6). */
function applied(style, codes) {
  let next = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) next = {};
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 3) next = { ...next, italic: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 7) next = { ...next, inverse: true };
    else if (code === 22) next = { ...next, bold: false };
    else if (code === 23) next = { ...next, italic: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code === 27) next = { ...next, inverse: false };
    else if (code === 39) next = { ...next, colour: undefined };
    else if (code === 49) next = { ...next, behind: undefined };
    else if ((code === 38 || code === 48) && codes[at + 1] === 2) {
      const rgb = `#${codes
        .slice(at + 2, at + 5)
        .map((part) => part.toString(16).padStart(2, "0"))
        .join("")}`;
      next = code === 38 ? { ...next, colour: rgb } : { ...next, behind: rgb };
      at += 4;
    }
  }
  return next;
}

/** The rows of a screen, each a list of runs of one style with the column where they begin. */
export function readScreen(text, rows) {
  let style = {};
  return text
    .split("\n")
    .slice(0, rows)
    .map((line) => {
      const runs = [];
      let column = 0;
      for (const [, codes, words] of line.matchAll(/\u001b\[([\d;:]*)m|([^\u001b]+)/g)) {
        if (words === undefined) style = applied(style, codes === "" ? [0] : codes.split(/[;:]/).map(Number));
        else {
          runs.push({ column, text: words, style });
          column += [...words].length;
        }
      }
      return runs;
    });
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A self-contained SVG document in the shape of a window. Each run says how wide it is, so that any fixed-width font fits. */
export function screenSvg(screen, { columns, title }) {
  const width = Math.ceil(columns * cell.width + 2 * edge);
  const height = screen.length * cell.height + bar + edge;
  const boxes = [];
  const words = [];
  for (const [row, runs] of screen.entries()) {
    for (const { column, text, style } of runs) {
      const [colour, behind] = style.inverse ? [style.behind ?? background, style.colour ?? foreground] : [style.colour ?? foreground, style.behind];
      const x = (edge + column * cell.width).toFixed(1);
      const y = bar + row * cell.height;
      const length = [...text].length * cell.width;
      if (behind !== undefined && behind !== background) {
        boxes.push(`<rect x="${x}" y="${y}" width="${length.toFixed(1)}" height="${cell.height}" fill="${behind}"/>`);
      }
      if (text.trim() === "") continue;
      const looks = [
        style.bold ? ' font-weight="bold"' : "",
        style.italic ? ' font-style="italic"' : "",
        style.underline ? ' text-decoration="underline"' : "",
      ].join("");
      words.push(
        `<text x="${x}" y="${y + 13}" fill="${colour}"${looks} textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`,
      );
    }
  }
  const dots = ["#ff6b6b", "#ffd173", "#bae67e"].map((fill, index) => `<circle cx="${18 + 18 * index}" cy="15" r="5.5" fill="${fill}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...dots,
    `<text x="${width / 2}" y="19" fill="#8a97a8" text-anchor="middle" font-family="sans-serif" font-size="12">${escaped(title)}</text>`,
    ...boxes,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">`,
    ...words,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}
