import * as z from "zod";
import { severities } from "../domain/catalog.ts";

/**
 * The vocabulary of the wire, shared by every operation. A codec knows both directions: requests are
 * decoded into the domain's types, replies are encoded back from them. Every string and list has a bound.
 */

/** An id of the partner's choosing. `#` separates the parts of the table's keys and is not among them. */
export const id = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 of the characters A-Z a-z 0-9 _ . -")
  .meta({ description: "An id of 1 to 64 of the characters A-Z a-z 0-9 _ . -", example: "ord-2026-0001" });

/** A word of a vocabulary the platform keeps, in lower case so that two spellings are never two things. */
export const code = z
  .string()
  .regex(/^[a-z0-9_.-]{1,64}$/, "1 to 64 of the characters a-z 0-9 _ . -")
  .meta({ description: "A code of 1 to 64 of the characters a-z 0-9 _ . -", example: "scratch" });

/** Text for people. */
export const text = (maximum: number) => z.string().trim().min(1).max(maximum);

/** What we say to people, in both languages. */
export const bilingual = z.object({ "zh-CN": z.string(), en: z.string() });

/** ISO 8601 with a zone on the wire, epoch milliseconds inside. */
export const instant = z
  .codec(z.iso.datetime({ offset: true }), z.int(), {
    decode: (wire) => Date.parse(wire),
    encode: (epochMs) => new Date(epochMs).toISOString(),
  })
  .meta({ description: "A moment, ISO 8601 with its zone.", example: "2026-11-03T08:30:00.000Z" });

/** An amount in minor units: a JSON integer on the wire, bigint inside, never negative. */
export const money = z
  .codec(z.int().min(0), z.bigint(), {
    decode: (minor) => BigInt(minor),
    encode: (minor) => {
      if (minor > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${minor} is no exact JSON integer`);
      return Number(minor);
    },
  })
  .meta({ description: "An amount in minor units (cents, fen).", example: 128_000 });

/** A currency by its ISO 4217 code. */
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)")
  .meta({ description: "ISO 4217.", example: "CNY" });

export const basisPoints = z
  .int()
  .min(0)
  .max(10_000)
  .meta({ description: "Hundredths of a percent.", example: 3_000 });

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits in lower case")
  .meta({
    description: "A SHA-256 digest, hexadecimal.",
    example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  });

export const flaw = z
  .strictObject({ code, place: code, severity: z.enum(severities) })
  .meta({ description: "A flaw is the same in two inspections when code and place agree." });

export const inspection = z.strictObject({
  inspectedAt: instant,
  grade: text(32).meta({ example: "AB" }),
  flaws: z.array(flaw).max(50),
  photoHashes: z.array(sha256).max(50),
});

/** Carriers are named as in their webhook's path. */
export const carrier = code.meta({ description: "The carrier's code.", example: "kuaidi100" });

export const trackingNumber = z
  .string()
  .regex(/^[A-Za-z0-9-]{4,64}$/, "4 to 64 letters, digits or hyphens")
  .toUpperCase()
  .meta({ description: "The waybill number.", example: "SF1234567890" });

export const parcelReference = z.strictObject({ carrier, trackingNumber });

/** The query of a list: spread it into the operation's own. */
export const paging = {
  limit: z
    .codec(z.string().regex(/^([1-9]\d?|100)$/, "an integer from 1 to 100"), z.int(), {
      decode: Number,
      encode: String,
    })
    .default(25)
    .meta({
      description: "Entries a page, 1 to 100.",
      override: { type: "integer", minimum: 1, maximum: 100, pattern: undefined },
    }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,2048}$/, "a cursor as it was issued")
    .optional()
    .meta({ description: "`nextCursor` of the page before; serves only the list it was issued for." }),
};

/** The reply of a list. */
export const pageOf = <Entry extends z.ZodType>(entry: Entry) =>
  z.object({
    items: z.array(entry),
    nextCursor: z.string().optional().meta({ description: "Absent on the last page." }),
  });
