import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { fieldMessage } from "../../functions/http/field-messages.ts";
import { basisPoints, currency, instant, money, text } from "../../functions/http/schemas.ts";

/** A field's error is the rest of a sentence that begins with the field's name. */

const errorsOf = (schema: z.ZodMiniType, value: unknown): string[] =>
  schema.safeParse(value, { error: fieldMessage }).error?.issues.map(({ message }) => message) ?? [];

const party = z.enum(["merchant", "buyer"]);
const partyOf = z.strictObject({ partyOf: z.literal("packedBy") });
const decision = z.discriminatedUnion("decision", [
  z.strictObject({ decision: z.literal("approve") }),
  z.strictObject({ decision: z.literal("refuse") }),
]);
const list = z.array(z.boolean()).check(z.minLength(2), z.maxLength(3));

describe("a field's error", () => {
  it.each<[string, z.ZodMiniType, unknown, string]>([
    ["a missing text", text(9), undefined, "is required"],
    ["a missing choice", party, undefined, "is required"],
    ["a missing object", partyOf, undefined, "is required"],
    ["null", text(9), null, "must be text"],
    ["a number for text", text(9), 7, "must be text"],
    ["text for a number", basisPoints, "7", "must be a number"],
    ["text for an amount", money, "7", "must be a number"],
    ["a fraction", basisPoints, 1.5, "must be a whole number"],
    ["text for a boolean", z.boolean(), "yes", "must be true or false"],
    ["an object for a list", list, {}, "must be a list"],
    ["a list for an object", partyOf, [], "must be an object"],
    ["a list for a record", z.record(currency, basisPoints), [], "must be an object"],
    ["an unknown choice", party, "carrier", "must be one of: merchant, buyer"],
    ["an unknown constant", z.literal("ok"), "no", "must be ok"],
    ["an unknown form", decision, { decision: "wait" }, "must be one of: approve, refuse"],
    ["no form", decision, {}, "must be one of: approve, refuse"],
    ["neither form", z.union([party, partyOf]), 7, "must be one of: merchant, buyer, or must be an object"],
    ["nothing where either form is asked for", z.union([party, partyOf]), undefined, "is required"],
    [
      "half of one form",
      z.union([z.strictObject({ buyer: basisPoints }), partyOf]),
      {},
      "buyer is required, or partyOf is required",
    ],
    ["no text", text(9), " ", "must not be empty"],
    ["too long a text", text(9), "0123456789", "must be at most 9 characters"],
    ["too short a text", z.string().check(z.minLength(2)), "0", "must be at least 2 characters"],
    ["no entry", z.array(text(9)).check(z.minLength(1)), [], "must not be empty"],
    ["too few entries", list, [true], "must have at least 2 entries"],
    ["too many entries", list, [true, true, true, true], "must have at most 3 entries"],
    ["one entry too many", z.array(text(9)).check(z.maxLength(1)), ["a", "b"], "must have at most 1 entry"],
    ["too small a number", basisPoints, -1, "must be at least 0"],
    ["too great a number", basisPoints, 10_001, "must be at most 10000"],
    ["no exact integer", money, 2 ** 60, "must be at most 9007199254740991"],
    [
      "no moment",
      instant,
      "2026-02-30T00:00:00Z",
      "must be a moment in ISO 8601 with its zone, such as 2026-11-03T08:30:00Z",
    ],
    ["a pattern that says what it is", currency, "cny", "must be three capital letters (ISO 4217)"],
    [
      "a pattern that does not",
      z.string().check(z.regex(/^a$/)),
      "b",
      "must have the format that is described",
    ],
    [
      "a key",
      z.record(currency, basisPoints),
      { cny: 1 },
      "its name must be three capital letters (ISO 4217)",
    ],
    ["what is not known", z.strictObject({}), { a: 1, b: 2 }, "has what is not known here: a, b"],
    ["a check without words", z.string().check(z.refine(() => false)), "a", "is not valid"],
  ])("%s", (_name, schema, value, expected) => {
    expect(errorsOf(schema, value)).toEqual([expected]);
  });
});
