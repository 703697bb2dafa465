import * as z from "zod/mini";
import { severities } from "../domain/catalog.ts";
import { isCurrency } from "../domain/money.ts";

/**
 * The vocabulary of the wire, shared by every operation. A codec knows both directions: requests are
 * decoded into the domain's types, replies are encoded back from them. Every string and list has a bound.
 */

/**
 * The schema with what the OpenAPI document says of it at this place. A copy: elsewhere the same schema may
 * be described in other words.
 */
export const documented = <Schema extends z.ZodMiniType>(
  schema: Schema,
  metadata: z.core.GlobalMeta,
): Schema => {
  const copy = z.clone(schema);
  z.globalRegistry.add(copy, metadata);
  return copy;
};

/** An id of the partner's choosing. `#` separates the parts of the table's keys and is not among them. */
export const id = documented(
  z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,64}$/, "must be 1 to 64 of the characters A-Z a-z 0-9 _ . -")),
  { description: "An id of 1 to 64 of the characters A-Z a-z 0-9 _ . -", example: "ord-2026-0001" },
);

/** A word of a vocabulary the platform keeps, in lower case so that two spellings are never two things. */
export const code = documented(
  z.string().check(z.regex(/^[a-z0-9_.-]{1,64}$/, "must be 1 to 64 of the characters a-z 0-9 _ . -")),
  { description: "A code of 1 to 64 of the characters a-z 0-9 _ . -", example: "scratch" },
);

/** Text for people. */
export const text = (maximum: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(maximum));

/** What we say to people, in both languages. */
export const bilingual = z.object({ "zh-CN": z.string(), en: z.string() });

/** ISO 8601 with a zone on the wire, epoch milliseconds inside. */
export const instant = documented(
  z.codec(z.iso.datetime({ offset: true }), z.int(), {
    decode: (wire) => Date.parse(wire),
    encode: (epochMs) => new Date(epochMs).toISOString(),
  }),
  { description: "A moment, ISO 8601 with its zone.", example: "2026-11-03T08:30:00.000Z" },
);

/** An amount in minor units: a JSON integer on the wire, bigint inside, never negative. */
export const money = documented(
  z.codec(z.int().check(z.minimum(0)), z.bigint(), {
    decode: (minor) => BigInt(minor),
    encode: (minor) => {
      if (minor > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${minor} is no exact JSON integer`);
      return Number(minor);
    },
  }),
  { description: "An amount in minor units (cents, fen).", example: 128_000 },
);

/** An amount that may be owed in either direction. */
export const signedMoney = documented(
  z.codec(z.int(), z.bigint(), {
    decode: (minor) => BigInt(minor),
    encode: (minor) => {
      const exact = BigInt(Number.MAX_SAFE_INTEGER);
      if (minor > exact || minor < -exact) throw new RangeError(`${minor} is no exact JSON integer`);
      return Number(minor);
    },
  }),
  { description: "An amount in minor units (cents, fen); below zero if it goes out.", example: -3_000 },
);

/** A currency by its ISO 4217 code. */
export const currency = documented(
  z
    .string()
    .check(
      z.regex(/^[A-Z]{3}$/, { error: "must be three capital letters (ISO 4217)", abort: true }),
      z.refine(isCurrency, "must be a currency in use (ISO 4217)"),
    ),
  { description: "ISO 4217.", example: "CNY" },
);

export const basisPoints = documented(z.int().check(z.minimum(0), z.maximum(10_000)), {
  description: "Hundredths of a percent.",
  example: 3_000,
});

export const sha256 = documented(
  z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits in lower case")),
  {
    description: "A SHA-256 digest, hexadecimal.",
    example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  },
);

export const flaw = documented(z.strictObject({ code, place: code, severity: z.enum(severities) }), {
  description: "A flaw is the same in two inspections when code and place agree.",
});

export const inspection = z.strictObject({
  inspectedAt: instant,
  grade: documented(text(32), { example: "AB" }),
  flaws: z.array(flaw).check(z.maxLength(50)),
  photoHashes: z.array(sha256).check(z.maxLength(50)),
});

/** Carriers are named as in their webhook's path. */
export const carrier = documented(code, { description: "The carrier's code.", example: "kuaidi100" });

export const trackingNumber = documented(
  z
    .string()
    .check(z.regex(/^[A-Za-z0-9-]{4,64}$/, "must be 4 to 64 letters, digits or hyphens"), z.toUpperCase()),
  { description: "The waybill number.", example: "SF1234567890" },
);

export const parcelReference = z.strictObject({ carrier, trackingNumber });

/** The query of a list: spread it into the operation's own. */
export const paging = {
  limit: documented(
    z._default(
      z.codec(z.string().check(z.regex(/^([1-9]\d?|100)$/, "must be an integer from 1 to 100")), z.int(), {
        decode: Number,
        encode: String,
      }),
      25,
    ),
    {
      description: "Entries a page, 1 to 100.",
      override: { type: "integer", minimum: 1, maximum: 100, pattern: undefined },
    },
  ),
  cursor: documented(
    z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,2048}$/, "must be a cursor as it was issued"))),
    { description: "`nextCursor` of the page before; serves only the list it was issued for." },
  ),
};

/** The reply of a list. */
export const pageOf = <Entry extends z.ZodMiniType>(entry: Entry) =>
  z.object({
    items: z.array(entry),
    nextCursor: documented(z.optional(z.string()), { description: "Absent on the last page." }),
  });
