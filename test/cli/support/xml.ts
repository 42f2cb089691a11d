/** Reads the XML that reports write, strictly: what is not well-formed throws. Only what they need: elements, attributes, text. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#10": "\n", "#9": "\t" };

function decoded(text: string): string {
  if (/[<>]|&(?!(?:amp|lt|gt|quot|#10|#9);)/.test(text)) throw new Error(`not escaped: ${text}`);
  return text.replace(/&([^;]+);/g, (_, entity: string) => entities[entity]);
}

/** The elements of a document, the root as the only one. */
export function elementsOf(document: string): readonly Element[] {
  let rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  if (rest === document) throw new Error("no XML declaration");
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest);
    if (found === null || found.index !== 0) return undefined;
    rest = rest.slice(found[0].length);
    return found;
  };
  const content = (): { readonly children: readonly Element[]; readonly text: string } => {
    const children: Element[] = [];
    let text = "";
    for (;;) {
      text += decoded(take(/^[^<]*/)?.[0] ?? "");
      const open = take(/^<([a-zA-Z-]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/);
      if (open === undefined) return { children, text };
      const [, name, list, closed] = open;
      const attributes = Object.fromEntries([...list.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)].map(([, key, value]) => [key, decoded(value)]));
      const inner = closed === "/" ? { children: [], text: "" } : content();
      if (closed === "" && take(new RegExp(`^</${name}>`)) === undefined) throw new Error(`${name} is not closed before ${rest.slice(0, 40)}`);
      children.push({ name, attributes, ...inner });
    }
  };
  const { children } = content();
  if (rest !== "" || children.length !== 1) throw new Error(`not one element, with ${JSON.stringify(rest.slice(0, 40))} left`);
  return children;
}
