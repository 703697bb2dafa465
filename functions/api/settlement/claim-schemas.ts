import * as z from "zod/mini";
import { evidenceKinds, evidenceSides } from "../../domain/evidence.ts";
import { documented, instant, money, text } from "../../http/schemas.ts";

export const claimId = documented(
  z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9_-]{1,64}\.[a-z0-9_.-]{1,64}$/,
        "must be a case's id, a point and a carrier's code",
      ),
    ),
  { description: "The case and the carrier.", example: "01KAH4N4V0N3ZK2Q6VJ2W6T9Q1.kuaidi100" },
);

export const claimView = documented(
  z.object({
    claimId: z.string(),
    caseId: z.string(),
    carrier: z.string(),
    currency: z.string(),
    status: z.enum(["open", "closed"]),
    amountMinor: documented(money, {
      description: "All that was charged to the carrier, after corrections.",
    }),
    openMinor: money,
    paidMinor: money,
    reducedMinor: money,
    writtenOffMinor: money,
    overpaidMinor: documented(z.optional(money), {
      description: "A correction came after the payment: so much is the carrier's again.",
    }),
    evidence: z.object({
      verdictNumber: z.int(),
      orderId: z.string(),
      lineIds: z.array(z.string()),
      trackingNumber: z.optional(z.string()),
      files: documented(
        z.optional(
          z.array(
            z.object({
              evidenceId: z.string(),
              side: z.enum(evidenceSides),
              kind: z.enum(evidenceKinds),
              sha256: z.string(),
              arrivedAt: z.optional(instant),
            }),
          ),
        ),
        {
          description:
            "The case's files, of all sides; told by the single claim. `GET /v1/cases/{caseId}/evidence` has the links.",
        },
      ),
    }),
    openedAt: instant,
    foundAt: documented(z.optional(instant), {
      description: "When the parcel turned up for whose loss it was charged.",
    }),
    version: z.int(),
  }),
  { id: "CarrierClaim" },
);

const reference = documented(z.optional(text(200)), {
  description: "The carrier's own, kept with the transfer.",
});

export const claimSettlementBody = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("paid"), amountMinor: money, reference }),
  z.strictObject({ outcome: z.literal("reduced"), amountMinor: money, reference }),
  z.strictObject({ outcome: z.literal("written_off"), reference }),
]);
