/** An element's content: text, elements by name, or several of one name. */
export type XmlContent = string | number | boolean | XmlElements;
export type XmlElements = { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" } as const;

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"\r]/g, (character) => entities[character as keyof typeof entities]);

const content = (value: XmlContent): string =>
  typeof value === "object" ? elements(value) : escaped(String(value));

const elements = (value: XmlElements): string =>
  Object.entries(value)
    .flatMap(([name, one]) => {
      if (one === undefined) return [];
      return (Array.isArray(one) ? one : [one]).map((each) => `<${name}>${content(each)}</${name}>`);
    })
    .join("");

export const xmlDocument = (root: string, value: XmlElements): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${elements({ [root]: value })}`;

const unescaped = (text: string): string =>
  text
    .replaceAll(/&#(x?)([0-9a-fA-F]+);/g, (_, hex: string, code: string) =>
      String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");

/** The texts of all elements of a name, at any depth; enough for the one document that S3 is sent. */
export const textsOf = (name: string, document: string): string[] =>
  [...document.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) =>
    unescaped(text),
  );
