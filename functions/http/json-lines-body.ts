import type { BodyFormat } from "./body-format.ts";
import { parseWellFormed } from "./json.ts";
import { Problem } from "./problem.ts";

/**
 * JSON lines: one JSON value a line, empty lines left out.
 *
 * @param list the field of the body that the lines become
 */
export const jsonLinesBody = (list: string, example: string): BodyFormat => ({
  description: "JSON lines: one object a line.",
  example,
  read: (body) => {
    const lines = body
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\n|\r/)
      .map((text, index) => ({ text, line: index + 1 }))
      .filter(({ text }) => text.trim() !== "");
    const values = lines.map(({ text, line }) => {
      try {
        return parseWellFormed(text);
      } catch {
        throw new Problem("malformed_json", `Line ${line} cannot be parsed as JSON in well-formed Unicode.`);
      }
    });
    return {
      value: { [list]: values },
      placeOf: ([, index]) => {
        const place = typeof index === "number" ? lines[index] : undefined;
        return place && `line ${place.line}`;
      },
    };
  },
});
