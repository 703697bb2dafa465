import * as z from "zod/mini";
import { type Contract, categories, exclusions, lossTerms, standings } from "../../domain/catalog.ts";
import {
  basisPoints,
  code,
  currency,
  documented,
  flaw,
  id,
  inspection,
  instant,
  money,
  parcelReference,
  text,
} from "../../http/schemas.ts";
import { place } from "../logistics/place.ts";

/** What a partner platform syncs, as it stands on the wire. */

const contract = z.strictObject({
  effectiveFrom: instant,
  commissionBps: basisPoints,
  transitRisk: documented(z.enum(["carrier", "platform"]), {
    description: "Who answers to the buyer for damage or loss on the road.",
  }),
  custodyRisk: documented(z.enum(["platform", "merchant"]), {
    description: "Who answers for a flaw that arose in the platform's custody.",
  }),
  lossPays: documented(z.optional(z.enum(lossTerms)), {
    description:
      "What the merchant is owed for goods that were lost or damaged in custody or on the road; price_less_commission if absent. With nothing the merchant bears the loss.",
  }),
  holdDays: documented(z.optional(z.int().check(z.minimum(0), z.maximum(180))), {
    description: "Days after sign-off until a sale's proceeds can be paid out; 21 if absent.",
  }),
  reserve: documented(
    z.optional(
      z.strictObject({
        salesBps: documented(z.optional(basisPoints), { description: "Of the sales of the last 30 days." }),
        amountMinor: documented(z.optional(z.record(currency, money)), { description: "By currency." }),
      }),
    ),
    { description: "Kept back of what could be paid out: the greater of the two." },
  ),
});

/** The place of the first entry that says the same as an earlier one; -1 if all differ. */
const firstRepeated = <Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => unknown): number => {
  const keys = entries.map(keyOf);
  return keys.findIndex((key, index) => keys.indexOf(key) < index);
};

const contracts = documented(
  z.array(contract).check(
    z.minLength(1),
    z.maxLength(20),
    z.superRefine((all, context) => {
      const repeated = firstRepeated<Contract>(all, ({ effectiveFrom }) => effectiveFrom);
      if (repeated === -1) return;
      context.addIssue({
        code: "custom",
        path: [repeated, "effectiveFrom"],
        message: "is the same moment as another contract's",
      });
    }),
  ),
  { description: "In any order; the one in force when an order is placed applies to it." },
);

const standing = documented(z.optional(z.enum(standings)), {
  description: "How the platform stands to the merchant; good if absent.",
});

const queueShards = documented(z.optional(z.int().check(z.minimum(1), z.maximum(32))), {
  description:
    "For very large merchants: into how many parts the queue is split, one for each 250 changes a second. It only grows; cases filed from then on are spread over all parts.",
});

export const merchantBody = z.strictObject({ name: text(200), standing, contracts, queueShards });

export const merchantView = documented(
  z.object({
    merchantId: id,
    name: z.string(),
    standing: z.enum(standings),
    contracts: z.array(contract),
    queueShards: z.optional(z.int()),
    version: z.int(),
  }),
  { id: "Merchant" },
);

const disclosedFlaws = documented(z.array(flaw).check(z.maxLength(50)), {
  description: "What the listing told the buyer.",
});

const price = documented(z.optional(z.strictObject({ amountMinor: money, currency })), {
  description:
    "What one unit costs now. A buyer may exchange something it paid as much for against an item that has one.",
});

export const itemBody = z.strictObject({
  merchantId: id,
  title: documented(text(300), { example: "Shoulder bag, calfskin, black" }),
  category: z.enum(categories),
  intakeInspection: inspection,
  disclosedFlaws,
  marketValueMinor: documented(z.optional(money), {
    description:
      "What one unit is worth, in minor units of the currency it is sold in, where a contract pays it for a loss.",
  }),
  price,
});

export const itemView = documented(z.object({ ...itemBody.shape, itemId: id, version: z.int() }), {
  id: "Item",
});

/** So that the lines of an order add up to an exact JSON integer. */
const highestPaidMinor = 10n ** 14n;

const amountOfLine = money.check(
  z.refine((minor) => minor <= highestPaidMinor, `must be at most ${highestPaidMinor}`),
);

const frozenLineFields = {
  lineId: id,
  itemId: id,
  quantity: z.int().check(z.minimum(1), z.maximum(10_000)),
  exclusionConfirmed: documented(z.boolean(), {
    description: "Whether the buyer confirmed, for this purchase, that it cannot be returned without reason.",
  }),
  exclusion: documented(z.optional(z.enum(exclusions)), {
    description: "Which exclusion the buyer confirmed.",
  }),
  informedOfWithdrawal: documented(z.optional(z.boolean()), {
    description:
      "Whether the buyer was told of the right of withdrawal (Directive 2011/83/EU); true if absent.",
  }),
  packedBy: z.enum(["platform", "merchant"]),
  outboundFreightMinor: documented(z.optional(amountOfLine), {
    description:
      "What the buyer paid to have the line sent. It comes back with returned units, but for the buyer's own share of the liability.",
  }),
};

const outboundParcel = z.strictObject({
  ...parcelReference.shape,
  from: z.optional(place),
  to: documented(z.optional(place), {
    description: "With `from` it names the lane by whose transit clock the parcel counts as lost.",
  }),
});

const lineFacts = {
  outboundInspection: z.optional(inspection),
  outboundParcel: z.optional(outboundParcel),
  signedOffAt: z.optional(instant),
};

const orderLineBody = z.strictObject({
  ...frozenLineFields,
  paidMinor: documented(z.optional(amountOfLine), {
    description:
      "Paid for the whole line after discounts, in minor units. Left out where the order has a `discountMinor`.",
    example: 1_280_000,
  }),
  listMinor: documented(z.optional(amountOfLine), {
    description: "What the whole line costs before the order's `discountMinor`, and only with one.",
  }),
  commissionBps: documented(z.optional(basisPoints), {
    description: "The rate of this sale; the contract's rate when the order was placed if absent.",
  }),
  ...lineFacts,
});

type Parcel = z.output<typeof outboundParcel>;

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

/** Lines say what was paid, or what they cost before a discount on the whole order; never both. */
const requirePrices = (
  { discountMinor, lines }: { discountMinor?: bigint | undefined; lines: readonly PricedLine[] },
  context: { addIssue: (issue: { code: "custom"; path: (string | number)[]; message: string }) => void },
): void => {
  const [wanted, other] =
    discountMinor === undefined
      ? (["paidMinor", "listMinor"] as const)
      : (["listMinor", "paidMinor"] as const);
  const why = discountMinor === undefined ? "without a discountMinor" : "with a discountMinor";
  for (const [index, line] of lines.entries()) {
    const issue = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: ["lines", index, name], message });
    if (line[wanted] === undefined) issue(wanted, `is required ${why}`);
    if (line[other] !== undefined) issue(other, `must be left out ${why}`);
  }
  const listMinor = lines.reduce((sum, line) => sum + (line.listMinor ?? 0n), 0n);
  if (discountMinor !== undefined && discountMinor > listMinor) {
    context.addIssue({
      code: "custom",
      path: ["discountMinor"],
      message: "must be at most what the lines cost",
    });
  }
};

type PricedLine = { readonly paidMinor?: bigint | undefined; readonly listMinor?: bigint | undefined };

const buyerTrusted = documented(z.optional(z.boolean()), {
  description:
    "Whether the platform vouches for the buyer of this order: rules may then have a replacement shipped before the goods come back, at the platform's risk. false if absent.",
});

const orderFields = z.strictObject({
  buyerId: id,
  currency,
  placedAt: instant,
  buyerTrusted,
  region: documented(z.optional(code), {
    description:
      "Where it was sent to, in the platform's own words; what a regional extension of clocks names.",
    example: "cn-gd",
  }),
  discountMinor: documented(z.optional(money), {
    description:
      "A discount on the order as a whole. It is spread over the lines by what they cost, to the last minor unit, and kept with them.",
  }),
  lines: z.array(orderLineBody).check(
    z.minLength(1),
    z.maxLength(50),
    z.superRefine((lines, context) => {
      const repeated = firstRepeated(lines, ({ lineId }) => lineId);
      if (repeated !== -1) {
        context.addIssue({
          code: "custom",
          path: [repeated, "lineId"],
          message: "is another line's id too",
        });
      }
      const otherCarrier = firstOtherCarrier(lines);
      if (otherCarrier !== -1) {
        context.addIssue({
          code: "custom",
          path: [otherCarrier, "outboundParcel", "carrier"],
          message: "must be the carrier that another line gives for this tracking number",
        });
      }
    }),
  ),
});

export const orderBody = orderFields.check(z.superRefine(requirePrices));

export const orderView = documented(
  z.object({
    orderId: id,
    buyerId: id,
    currency,
    placedAt: instant,
    buyerTrusted,
    region: z.optional(code),
    discountMinor: z.optional(money),
    version: z.int(),
    lines: z.array(
      z.object({
        ...frozenLineFields,
        merchantId: id,
        paidMinor: money,
        listMinor: z.optional(money),
        discountMinor: documented(z.optional(money), { description: "The line's part of the discount." }),
        commissionBps: basisPoints,
        ...lineFacts,
        remainingMinor: documented(money, { description: "Still refundable over all cases of the line." }),
        remainingQuantity: z.int(),
        caseIds: z.array(z.string()),
      }),
    ),
  }),
  { id: "Order" },
);
