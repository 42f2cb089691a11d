/** Connectivity as a picture: rows are sources, columns destinations. */

interface Row {
  readonly source: string;
  /** What may pass to each destination, in words. */
  readonly to: ReadonlyMap<string, string>;
}

const cell = 28;
const label = 180;
const letter = 7;

/** A self-contained SVG document. */
export function matrixSvg(columns: readonly string[], rows: readonly Row[]): string {
  const width = label + columns.length * cell + 20;
  const height = label + rows.length * cell + 20;
  const heads = columns.map(
    (name, index) => `<text transform="translate(${label + index * cell + 18} ${label - 8}) rotate(-60)">${escaped(shortened(name))}</text>`,
  );
  const lines = rows.map(({ source, to }, row) => {
    const y = label + row * cell;
    const boxes = columns.map((name, column) => {
      const services = to.get(name);
      const x = label + column * cell;
      const title = services === undefined ? "" : `<title>${escaped(`${source} -> ${name} : ${services}`)}</title>`;
      return `<rect x="${x}" y="${y}" width="${cell - 2}" height="${cell - 2}" rx="3" class="${services === undefined ? "no" : "yes"}">${title}</rect>`;
    });
    return `<text x="${label - 8}" y="${y + 18}" text-anchor="end">${escaped(shortened(source))}</text>${boxes.join("")}`;
  });
  const style = "text{font:12px sans-serif;fill:currentColor}.yes{fill:#3a8f5c}.no{fill:none;stroke:#8886}";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><style>${style}</style>${heads.join("")}${lines.join("")}</svg>`;
}

function shortened(name: string): string {
  const most = Math.floor(label / letter) - 2;
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
