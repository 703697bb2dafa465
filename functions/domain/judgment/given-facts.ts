import type { FieldError } from "../errors.ts";
import { conditionBounds } from "./conditions.ts";
import { type FactName, type Facts, factAt, factCatalogue, slotOf } from "./facts.ts";
import type { FactValue } from "./verdict.ts";

/**
 * Facts that somebody writes down instead of finding them on record, to see what rules make of them. What is
 * not given is not known; nothing is derived from anything else.
 */
export type GivenFacts = { readonly [fact: string]: FactValue };

/** The facts at their places in the catalogue. Names that are not in it are nobody's. */
export const factsGiven = (given: GivenFacts): Facts =>
  factCatalogue.map(({ name }) => (Object.hasOwn(given, name) ? (given[name] ?? null) : null));

/** What is wrong with given facts: a pointer into them (`/daysSinceSignOff`) and the rest of a sentence for each. */
export const faultsOfFacts = (given: GivenFacts): readonly FieldError[] => [
  ...Object.entries(given).flatMap(([name, value]) => {
    const slot = slotOf(name);
    const detail = slot === undefined ? "is no fact of GET /v1/facts" : faultOf(slot, value);
    return detail === undefined ? [] : [{ pointer: `/${escaped(name)}`, detail }];
  }),
  ...(isMissing(given, "currency") && !isMissing(given, "amountMinor")
    ? [{ pointer: "/currency", detail: "is required with amountMinor" }]
    : []),
];

const isMissing = (given: GivenFacts, fact: FactName): boolean =>
  !Object.hasOwn(given, fact) || given[fact] === null;

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

const faultOf = (slot: number, value: FactValue): string | undefined => {
  if (value === null) return undefined;
  const { name, type, words } = factAt(slot);
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true, false or null";
    // Everything the catalogue counts is counted in whole numbers, and nothing is less than none.
    case "number":
    case "money":
      return Number.isSafeInteger(value) && Number(value) >= 0
        ? undefined
        : "must be a whole number from 0 on, or null";
    case "date":
      return typeof value === "string" && isDate(value)
        ? undefined
        : "must be a date such as 2026-03-08, or null";
    case "text":
      if (typeof value !== "string") return "must be text or null";
      if (words) {
        return Object.hasOwn(words, value)
          ? undefined
          : `must be one of: ${Object.keys(words).join(", ")}, or null`;
      }
      if (name === "currency")
        return /^[A-Z]{3}$/.test(value) ? undefined : "must be three capital letters (ISO 4217)";
      return value.length <= conditionBounds.textLength
        ? undefined
        : `must be at most ${conditionBounds.textLength} characters`;
    default:
      return type satisfies never;
  }
};

/** Whether it is a day of the calendar, written as ISO 8601 has it. */
const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};
