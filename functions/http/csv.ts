/**
 * Comma-separated values (RFC 4180) that a spreadsheet opens as they are meant: UTF-8 with a byte order mark,
 * and no text that it would take for a formula.
 */

/** Text as it came, or a number that is to stay one. */
export type Cell = string | { readonly number: string };

const looksLikeFormula = /^[=+\-@\t\r]/;

const cellOf = (cell: Cell): string => {
  if (typeof cell !== "string") return cell.number;
  const harmless = looksLikeFormula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

export const csvMediaType = "text/csv; charset=utf-8";

export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("")}`;
