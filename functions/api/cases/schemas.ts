import * as z from "zod/mini";
import { acceptances, caseOutcomes, receptions, refundCauses } from "../../domain/case.ts";
import { dispositions } from "../../domain/inspected-goods.ts";
import { actions, nextActors, stages } from "../../domain/lifecycle.ts";
import { caseTypes, reasons } from "../../domain/request.ts";
import { payoutStatuses } from "../../domain/settlement/payout.ts";
import { refundStatuses } from "../../domain/settlement/refund.ts";
import { parcelStandings } from "../../domain/stuck-parcel.ts";
import { documented, instant, money } from "../../http/schemas.ts";
import { allowedDecisions } from "../desk/decision-schema.ts";
import { verdictView } from "../judgment/verdict-schema.ts";

/** What the replies about a case say. Amounts are in minor units of the case's currency. */

const stage = z.enum(stages);
const nextActor = z.enum(nextActors);
const outcome = z.enum(caseOutcomes);
const action = z.enum(actions);

const pausedUntil = documented(z.optional(instant), {
  description:
    "The clock stands still until then; `deadlineAt` is what comes of it if nobody resumes it earlier.",
});

/** The answer to every command: what stands now. Details are read with `GET /v1/cases/{caseId}`. */
export const caseReceipt = documented(
  z.object({
    caseId: z.string(),
    stage,
    nextActor,
    deadlineAt: z.optional(instant),
    pausedUntil,
    version: z.int(),
  }),
  { id: "CaseReceipt" },
);

export const caseSummary = documented(
  z.object({
    caseId: z.string(),
    orderId: z.string(),
    buyerId: z.string(),
    merchantId: z.string(),
    type: z.enum(caseTypes),
    reason: z.enum(reasons),
    stage,
    nextActor,
    claimMinor: money,
    currency: z.string(),
    filedAt: instant,
    updatedAt: instant,
    deadlineAt: z.optional(instant),
    pausedUntil,
    outcome: z.optional(outcome),
  }),
  { id: "CaseSummary" },
);

const offer = documented(
  z.object({
    remedy: documented(z.enum(caseTypes), { description: "`refund_only`: the buyer keeps the goods." }),
    amountMinor: documented(z.optional(money), { description: "What is refunded of the price." }),
  }),
  { id: "Offer" },
);

const actionsByRole = z.object({
  partner: z.array(action),
  buyer: z.array(action),
  merchant: z.array(action),
  warehouse: z.array(action),
  operator: z.array(action),
});

const refundView = z.object({
  status: documented(z.enum(refundStatuses), {
    description: "`unknown`: the payment side was told and has not answered in its time.",
  }),
  amountMinor: documented(money, { description: "What the payment side was told to pay, all together." }),
  paidMinor: money,
  payouts: documented(
    z.optional(
      z.array(
        z.object({
          payoutId: z.string(),
          amountMinor: money,
          status: z.enum(payoutStatuses),
          attempt: z.int(),
          failureReason: z.optional(z.string()),
        }),
      ),
    ),
    { description: "For the platform: one a verdict that owed more." },
  ),
});
const parcelFields = {
  carrier: z.string(),
  trackingNumber: z.string(),
  status: z.optional(z.string()),
  lastScanAt: z.optional(instant),
  standing: documented(z.optional(z.enum(parcelStandings)), {
    description:
      "Absent while it travels. nudged: it is silent or turns back, and everybody was told. claimable: the claim on the carrier is to be announced.",
  }),
};

const returnParcelView = z.object({
  ...parcelFields,
  notReceivedAt: z.optional(instant),
  freightMinor: documented(z.optional(money), {
    description: "What the buyer paid for it; of a shared parcel, told by the case that claims it.",
  }),
  lines: z.optional(z.array(z.object({ lineId: z.string(), quantity: z.int() }))),
});

export const returnParcels = documented(z.optional(z.array(returnParcelView)), {
  description: "The parcels in which the goods travel back.",
});

export const caseView = documented(
  z.extend(caseSummary, {
    version: z.int(),
    description: z.optional(z.string()),
    claimedFlaw: z.optional(z.object({ code: z.string(), place: z.string() })),
    lines: z.array(
      z.object({
        lineId: z.string(),
        itemId: z.string(),
        title: z.string(),
        quantity: z.int(),
        amountMinor: money,
        exchangeFor: documented(z.optional(z.object({ itemId: z.string(), title: z.string() })), {
          description: "What the buyer wants instead, at the same price; absent: another piece of the same.",
        }),
      }),
    ),
    calendars: documented(z.optional(z.record(z.string(), z.string())), {
      description: "The calendars its clocks run by, with their revisions, by who has to move.",
      example: { merchant: "cn-working-days@2" },
    }),
    reception: z.enum(receptions),
    acceptance: z.enum(acceptances),
    returnLabel: documented(
      z.optional(z.object({ labelId: z.string(), status: z.string(), expectedBy: instant })),
      { description: "The label that was ordered; `GET /v1/labels/{labelId}` has its document." },
    ),
    returnParcels,
    replacementParcel: documented(z.optional(z.object(parcelFields)), {
      description: "The latest parcel with what the buyer gets instead of money.",
    }),
    shipsFirst: documented(z.optional(z.boolean()), {
      description:
        "The replacement is sent before the goods come back: the verdict trusts the buyer with both. Absent: it is not.",
    }),
    dispositions: documented(
      z.optional(
        z.array(
          z.object({
            lineId: z.string(),
            itemId: z.string(),
            quantity: z.int(),
            disposition: z.enum(dispositions),
          }),
        ),
      ),
      { description: "What becomes of the goods that were inspected; for all but the buyer." },
    ),
    refundInstead: documented(z.optional(z.enum(refundCauses)), {
      description: "Why the remedy turned into a refund.",
    }),
    offer: documented(z.optional(offer), {
      description: "What the merchant offers instead, while it waits.",
    }),
    agreed: documented(z.optional(offer), {
      description: "The offer the buyer accepted; the case is settled by it.",
    }),
    refund: documented(z.optional(refundView), {
      description:
        "Where the buyer's money is, once the payment side was told to pay it; for the buyer and the platform. The case may be closed before it is paid.",
    }),
    decisions: documented(z.optional(allowedDecisions), {
      description: "What the merchant may answer now, for merchants, partners and operators.",
    }),
    actions: documented(actionsByRole, { description: "What each role may do next." }),
    verdict: documented(z.optional(verdictView), {
      description:
        "As the reader may see it. Absent until the case is judged, and for a warehouse: an inspection is not to know what hangs on it.",
    }),
  }),
  { id: "Case" },
);

export const timelineEntry = documented(
  z.object({
    eventId: z.string(),
    type: z.string(),
    at: instant,
    by: z.object({ role: z.string() }),
    stage: documented(stage, { description: "The stage the case stood in afterwards." }),
    note: documented(z.optional(z.string()), {
      description:
        "What was written along with it: a merchant's for all but the warehouse, an operator's for the platform.",
    }),
    payload: z.looseObject({
      deadlineAt: z.optional(instant),
      pausedUntil: z.optional(instant),
      filedAt: z.optional(instant),
    }),
  }),
  { id: "TimelineEntry" },
);
