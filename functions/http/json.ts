/** Half a surrogate pair is valid JSON and no text: no store keeps it. */
const wellFormed = (_name: string, value: unknown): unknown => {
  if (typeof value === "string" && !value.isWellFormed()) throw new SyntaxError("a lone surrogate");
  return value;
};

/** @throws SyntaxError */
export const parseWellFormed = (text: string): unknown => JSON.parse(text, wellFormed);
