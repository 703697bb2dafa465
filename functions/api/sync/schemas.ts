import * as z from "zod";
import { type Contract, categories } from "../../domain/catalog.ts";
import {
  basisPoints,
  currency,
  flaw,
  id,
  inspection,
  instant,
  money,
  parcelReference,
  text,
} from "../../http/schemas.ts";

/** What a partner platform syncs, as it stands on the wire. */

const contract = z.strictObject({
  effectiveFrom: instant,
  commissionBps: basisPoints,
  transitRisk: z
    .enum(["carrier", "platform"])
    .meta({ description: "Who answers to the buyer for damage or loss on the road." }),
  custodyRisk: z
    .enum(["platform", "merchant"])
    .meta({ description: "Who answers for a flaw that arose in the platform's custody." }),
});

/** The place of the first entry that says the same as an earlier one; -1 if all differ. */
const firstRepeated = <Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => unknown): number => {
  const keys = entries.map(keyOf);
  return keys.findIndex((key, index) => keys.indexOf(key) < index);
};

const contracts = z
  .array(contract)
  .min(1)
  .max(20)
  .superRefine((all, context) => {
    const repeated = firstRepeated<Contract>(all, ({ effectiveFrom }) => effectiveFrom);
    if (repeated === -1) return;
    context.addIssue({
      code: "custom",
      path: [repeated, "effectiveFrom"],
      message: "Two contracts take effect at the same moment",
    });
  })
  .meta({ description: "In any order; the one in force when an order is placed applies to it." });

export const merchantBody = z.strictObject({ name: text(200), contracts });

export const merchantView = z
  .object({
    merchantId: id,
    name: z.string(),
    contracts: z.array(contract),
    version: z.int(),
  })
  .meta({ id: "Merchant" });

const disclosedFlaws = z.array(flaw).max(50).meta({ description: "What the listing told the buyer." });

export const itemBody = z.strictObject({
  merchantId: id,
  title: text(300).meta({ example: "Shoulder bag, calfskin, black" }),
  category: z.enum(categories),
  intakeInspection: inspection,
  disclosedFlaws,
});

export const itemView = z.object({ ...itemBody.shape, itemId: id, version: z.int() }).meta({ id: "Item" });

/** So that the lines of an order add up to an exact JSON integer. */
const highestPaidMinor = 10n ** 14n;

const frozenLineFields = {
  lineId: id,
  itemId: id,
  quantity: z.int().min(1).max(10_000),
  exclusionConfirmed: z.boolean().meta({
    description: "Whether the buyer confirmed, for this purchase, that it cannot be returned without reason.",
  }),
  packedBy: z.enum(["platform", "merchant"]),
};

const lineFacts = {
  outboundInspection: inspection.optional(),
  outboundParcel: parcelReference.optional(),
  signedOffAt: instant.optional(),
};

const orderLineBody = z.strictObject({
  ...frozenLineFields,
  paidMinor: money
    .refine((minor) => minor <= highestPaidMinor, `At most ${highestPaidMinor}`)
    .meta({ description: "Paid for the whole line after discounts, in minor units.", example: 1_280_000 }),
  commissionBps: basisPoints
    .optional()
    .meta({ description: "The rate of this sale; the contract's rate when the order was placed if absent." }),
  ...lineFacts,
});

type Parcel = z.output<typeof parcelReference>;

/** The place of the first line that gives a tracking number to another carrier than a line before. */
const firstOtherCarrier = (lines: readonly { readonly outboundParcel?: Parcel }[]): number => {
  const carriers = new Map<string, string>();
  return lines.findIndex(({ outboundParcel }) => {
    if (!outboundParcel) return false;
    const known = carriers.get(outboundParcel.trackingNumber) ?? outboundParcel.carrier;
    carriers.set(outboundParcel.trackingNumber, known);
    return known !== outboundParcel.carrier;
  });
};

export const orderBody = z.strictObject({
  buyerId: id,
  currency,
  placedAt: instant,
  lines: z
    .array(orderLineBody)
    .min(1)
    .max(50)
    .superRefine((lines, context) => {
      const repeated = firstRepeated(lines, ({ lineId }) => lineId);
      if (repeated !== -1) {
        context.addIssue({
          code: "custom",
          path: [repeated, "lineId"],
          message: "Two lines have this id",
        });
      }
      const otherCarrier = firstOtherCarrier(lines);
      if (otherCarrier !== -1) {
        context.addIssue({
          code: "custom",
          path: [otherCarrier, "outboundParcel", "carrier"],
          message: "Another line gives this tracking number to another carrier",
        });
      }
    }),
});

export const orderView = z
  .object({
    orderId: id,
    buyerId: id,
    currency,
    placedAt: instant,
    version: z.int(),
    lines: z.array(
      z.object({
        ...frozenLineFields,
        merchantId: id,
        paidMinor: money,
        commissionBps: basisPoints,
        ...lineFacts,
        remainingMinor: money.meta({ description: "Still refundable over all cases of the line." }),
        remainingQuantity: z.int(),
        caseIds: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: "Order" });
