import { CsvError, parse } from "csv-parse/sync";
import type { FieldError } from "../domain/errors.ts";
import type { BodyFormat, ReadBody } from "./body-format.ts";
import { Problem } from "./problem.ts";

/** What a column's text stands for. */
export type Column = "text" | "integer";

type Row = {
  readonly record: readonly string[];
  /** The line of the text in which the row begins; a quoted field may go on over several. */
  readonly line: number;
};

const quoteErrors: { readonly [code: string]: string } = {
  CSV_QUOTE_NOT_CLOSED: "a quoted field is not closed",
  CSV_INVALID_CLOSING_QUOTE: "there is text behind a closing quote",
  INVALID_OPENING_QUOTE: "there is a quote in a field that does not begin with one",
};

const malformed = (errors: readonly FieldError[]): Problem =>
  new Problem("malformed_csv", "The body cannot be read as comma-separated values (RFC 4180).", errors);

const rowsOf = (text: string): readonly Row[] => {
  const options = {
    bom: true,
    info: true,
    // Counted below, so that every line at fault is named and not the first one alone.
    relax_column_count: true,
    record_delimiter: ["\r\n", "\n", "\r"],
  };
  try {
    const parsed = parse(text, options) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    // A row's `lines` counts those up to its end.
    return parsed
      .map(({ record }, index) => ({ record, line: (parsed[index - 1]?.info.lines ?? 0) + 1 }))
      .filter(({ record }) => record.some((field) => field !== ""));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as CsvError & { readonly lines?: number };
    const detail = `line ${lines ?? 1}: ${quoteErrors[error.code] ?? "cannot be read"}`;
    throw malformed([{ pointer: "", detail }]);
  }
};

/** Text that is no integer stays text, so that the schema says what it has to be. */
const valueIn = (column: Column, text: string): string | number | undefined => {
  if (text === "") return undefined;
  return column === "integer" && /^-?\d+$/.test(text) ? Number(text) : text;
};

/**
 * Comma-separated values (RFC 4180) whose first row names the columns, in any order; columns of other names are
 * left alone. Takes a byte order mark, quoted fields, and lines that end as on any system.
 *
 * @param list the field of the body that the rows become
 */
export const csvBody = (
  list: string,
  columns: Readonly<Record<string, Column>>,
  example: string,
): BodyFormat => ({
  description: "Comma-separated values (RFC 4180) with a header row that names the columns, in any order.",
  example,
  read: (body): ReadBody => {
    const [header, ...rows] = rowsOf(body);
    const names = header?.record ?? [];
    const missing = Object.keys(columns).filter((name) => !names.includes(name));
    const repeated = Object.keys(columns).filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
    const errors = [
      ...missing.map((name) => ({ pointer: "", detail: `line 1: there is no column ${name}` })),
      ...repeated.map((name) => ({ pointer: "", detail: `line 1: there are two columns ${name}` })),
      ...rows
        .filter(({ record }) => record.length !== names.length)
        .map(({ record, line }) => ({
          pointer: "",
          detail: `line ${line}: has ${record.length} fields where the header has ${names.length}`,
        })),
    ];
    if (errors.length > 0) throw malformed(errors.slice(0, 50));
    const wanted = Object.entries(columns).map(
      ([name, column]) => [name, column, names.indexOf(name)] as const,
    );
    return {
      value: {
        [list]: rows.map(({ record }) =>
          Object.fromEntries(wanted.map(([name, column, at]) => [name, valueIn(column, record[at] ?? "")])),
        ),
      },
      placeOf: ([, index, name]) => {
        const row = typeof index === "number" ? rows[index] : undefined;
        return row && `line ${row.line}${name === undefined ? "" : `, column ${String(name)}`}`;
      },
    };
  },
});
