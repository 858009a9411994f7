/** A page as a browser's parser reads it: elements, their text, and the tables of songs. */
import { type DefaultTreeAdapterTypes as Tree, parse } from "npm:parse5@8.1.1";

export type Element = Tree.Element;

/** A page that was parsed. */
export interface PageDom {
  readonly elements: readonly Element[];
  /** What a validator would say of the markup. */
  readonly parseErrors: readonly string[];
}

export function parsed(page: string): PageDom {
  const parseErrors: string[] = [];
  const document = parse(page, {
    onParseError: ({ code, startLine, startCol }) =>
      parseErrors.push(`${code} at ${startLine}:${startCol}`),
  });
  return { elements: elementsBelow(document), parseErrors };
}

export function elementsBelow(node: Tree.ParentNode): Element[] {
  return node.childNodes.flatMap((child) =>
    "tagName" in child ? [child, ...elementsBelow(child)] : []
  );
}

export function textOf(node: Tree.ChildNode): string {
  if (node.nodeName === "#text") return (node as Tree.TextNode).value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

export function attributeOf(element: Element, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

/** All elements with a name. */
export function tagged({ elements }: Pick<PageDom, "elements">, tagName: string): Element[] {
  return elements.filter((element) => element.tagName === tagName);
}

export function byId({ elements }: PageDom, id: string): Element | undefined {
  return elements.find((element) => attributeOf(element, "id") === id);
}

/** A row of a table of songs as people read it. */
export interface ShownSong {
  readonly rank: string;
  readonly movement: string;
  readonly song: string;
  readonly streams: string;
  readonly daysOnChart: string;
  readonly peak: string;
}

/** The songs of a chart, by the id of its table. */
export function songsOf(page: PageDom, id: string): ShownSong[] {
  const table = byId(page, id);
  if (table === undefined) return [];
  const [body] = tagged({ elements: elementsBelow(table) }, "tbody");
  return tagged({ elements: elementsBelow(body) }, "tr").map((row) => {
    const cells = row.childNodes.filter((node) => "tagName" in node).map((cell) =>
      textOf(cell).replace(/\n$/, "")
    );
    const [rank, movement, song, streams, daysOnChart, peak] = cells;
    return { rank, movement, song, streams, daysOnChart, peak };
  });
}

/** The codes of the countries of a page, in their order. */
export function countriesOf(page: PageDom): string[] {
  return tagged(page, "details").map((details) => {
    const [table] = tagged({ elements: elementsBelow(details) }, "table");
    return attributeOf(table, "id")!;
  });
}

/** Each chart as the writer `top` prints it, by the id of its table. */
export function topLine(page: PageDom, id: string): string {
  const songs = songsOf(page, id).map(({ song, streams }) =>
    `${song}:${streams.replaceAll(",", "")}`
  );
  return songs.join(",");
}
