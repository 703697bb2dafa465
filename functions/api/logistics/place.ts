import * as z from "zod/mini";
import { documented, text } from "../../http/schemas.ts";

/** One end of a parcel's lane. */
export const place = z.strictObject({
  country: documented(z.string().check(z.regex(/^[A-Z]{2}$/, "must be two capital letters (ISO 3166)")), {
    description: "ISO 3166.",
    example: "CN",
  }),
  city: documented(z.optional(text(64)), { description: "As the carrier writes it.", example: "上海市" }),
});
