import * as z from "zod/mini";
import type { CheckpointStatus } from "../../domain/tracking.ts";
import { fieldMessage } from "../../http/field-messages.ts";
import { Problem } from "../../http/problem.ts";

/** What the adapters read alike: JSON, its schema, moments and texts. */

export const malformed = (pointer: string, detail: string): Problem =>
  new Problem("invalid_request", "The push does not fit the carrier's format.", [{ pointer, detail }]);

/** @throws Problem `invalid_request` with the place of the first thing that does not fit, below `pointer` */
export const readJson = <Schema extends z.ZodMiniType>(
  schema: Schema,
  json: string,
  pointer = "",
): z.output<Schema> => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw malformed(pointer, "is no JSON");
  }
  const parsed = schema.safeParse(value, { error: fieldMessage });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed([pointer, ...(issue?.path ?? [])].join("/"), issue?.message ?? "is malformed");
};

/** Carriers send whole histories; nobody's has more entries than this. */
export const maximumCheckpoints = 500;

/** A text cut in the middle of a character is kept without that half; no store keeps it. */
const storable = (text: string): string => text.toWellFormed();

export const carrierText = (maximum: number) => z.string().check(z.maxLength(maximum), z.overwrite(storable));

/** A carrier's code. Any text: one that nobody knows is kept. */
export const carrierCode = z.string().check(z.maxLength(64), z.overwrite(storable));

/** The parts of a place that the carrier knows, from small to large. */
export const placeOf = (...parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part.trim() !== "").join(", ");

const isoPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * ISO 8601 as carriers write it: a day alone, or without a zone, is read as UTC. Which zone was meant nobody knows
 * then; the fold allows two sources to be a day apart. A date that never was is none.
 */
export const momentIn = (text: string): number | undefined => {
  const [, date, time = "00:00:00", zone = "Z"] = isoPattern.exec(text) ?? [];
  if (date === undefined) return undefined;
  const wall = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined;
  const at = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
};

export const carrierMoment = z.pipe(
  z.string(),
  z.transform((text: string, { issues }) => {
    const at = momentIn(text);
    if (at === undefined) issues.push({ code: "custom", input: text, message: "is no moment in time" });
    return at ?? Number.NaN;
  }),
);

/** A code's meaning by the carrier's table; `unknown` for one that is not in it. */
export const meaningOf = (
  meanings: Readonly<Record<string, CheckpointStatus>>,
  code: string,
): CheckpointStatus => (Object.hasOwn(meanings, code) ? meanings[code] : undefined) ?? "unknown";
