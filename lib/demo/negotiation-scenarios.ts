import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import { allOn, type Scenario } from "./scenario.ts";

/** Cases in which a merchant offers something else than what was asked. Worked out by hand like the others. */
export const negotiationScenarios: readonly Scenario[] = [
  {
    name: "agreed-on-a-part",
    story:
      "A loose button: the first offer lapses after 72 hours, the second is accepted, and the blazer stays with the buyer.",
    tenant: "lux",
    orderId: "ord-1021",
    steps: [
      {
        at: 6 * hour,
        file: {
          type: "return_and_refund",
          reason: "DEFECTIVE",
          description: "纽扣松脱",
          claimedFlaw: { code: "loose_button", place: "front" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      {
        at: day,
        decide: { decision: "counter_offer", remedy: "refund_only", amountMinor: 30_000 },
        by: "merchant",
      },
      { at: 4 * day + hour, advance: "the buyer does not answer the offer within 72 hours" },
      {
        at: 4 * day + 2 * hour,
        decide: { decision: "counter_offer", remedy: "refund_only", amountMinor: 60_000 },
        by: "merchant",
      },
      { at: 5 * day, answer: "accept" },
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "offered",
        "awaiting_merchant",
        "offered",
        "settling",
        "closed",
      ],
      outcome: "partially_refunded",
      // Half of what is refunded, the commission of that sale; the rest of the sale stands.
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 60_000n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 60_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-21", 60_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 30_000n],
      ],
    },
  },
];
