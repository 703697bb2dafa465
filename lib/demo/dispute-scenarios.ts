import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import { allOn, type Scenario } from "./scenario.ts";

/** Cases that arbiters decide, or should have. Worked out by hand like the others. */
export const disputeScenarios: readonly Scenario[] = [
  {
    name: "ruled-and-appealed",
    story:
      "88,600 yuan on the buyer's word alone: both sides are heard, one arbiter rules, the buyer appeals, and another arbiter's ruling is final.",
    tenant: "lux",
    orderId: "ord-1016",
    asTold: true,
    steps: [
      {
        at: 9 * hour,
        file: {
          type: "return_and_refund",
          reason: "DEFECTIVE",
          claimedFlaw: { code: "gains_time", place: "movement" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day, dispute: "rest", text: "校表仪记录：日差超过两分钟。", by: "buyer" },
      { at: day + 12 * hour, dispute: "rest", text: "出库时走时正常。", by: "merchant" },
      {
        at: 2 * day,
        rule: {
          liability: allOn("merchant"),
          remedy: "refund_only",
          refundMinor: 1_000_000,
          freightPayer: "merchant",
          reason: {
            "zh-CN": "走时偏差属实，可调校，以调校费用为限。",
            en: "The watch does gain time, and can be regulated: what that costs is refunded.",
          },
        },
        arbiter: "arbiter-lin",
      },
      { at: 4 * day, dispute: "appeal", text: "机芯有进水痕迹，不是调校能解决的。", by: "buyer" },
      { at: 6 * day + hour, advance: "the merchant says nothing to the appeal within 48 hours" },
      {
        at: 7 * day,
        rule: {
          liability: { merchant: 6_000, platform: 4_000, carrier: 0, buyer: 0 },
          remedy: "refund_only",
          refundMinor: 2_500_000,
          freightPayer: "merchant",
          reason: {
            "zh-CN": "机芯进水，入库验货亦应发现。",
            en: "Water has been in the movement, and the intake inspection should have seen it.",
          },
        },
        arbiter: "arbiter-zhao",
      },
    ],
    expect: {
      verdicts: [
        { rule: "large-claim-without-evidence", liability: allOn("merchant"), route: "arbitration" },
        { rule: "large-claim-without-evidence", liability: allOn("merchant"), route: "automatic" },
        {
          rule: "large-claim-without-evidence",
          liability: { merchant: 6_000, platform: 4_000, carrier: 0, buyer: 0 },
          route: "automatic",
        },
      ],
      stages: [
        "submitted",
        "disputed",
        "awaiting_ruling",
        "ruled",
        "disputed",
        "awaiting_ruling",
        "settling",
        "closed",
      ],
      outcome: "partially_refunded",
      // 60 % of 25,000.00 from the merchant, 40 % from the platform; the commission comes back on the merchant's part.
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_500_000n],
        ["pending", "refund-from-platform", "platform:expense", "escrow", 1_000_000n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_500_000n],
        ["posted", "refund-from-platform", "platform:expense", "escrow", 1_000_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-16", 2_500_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 375_000n],
      ],
    },
  },
  {
    name: "not-delivered-nobody-rules",
    story:
      "Nothing arrived and the carrier's record is open. Neither side speaks and no arbiter rules: after fourteen days the verdict that stands is the ruling.",
    tenant: "lux",
    orderId: "ord-1020",
    steps: [
      {
        at: 11 * hour,
        file: { type: "refund_only", reason: "NOT_DELIVERED", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: 3 * day, advance: "48 hours to be heard pass in silence" },
      {
        at: 17 * day,
        advance: "the arbiters are called again after 48 hours, and do not rule in fourteen days",
      },
      { at: 24 * day, advance: "nobody appeals within seven days" },
    ],
    expect: {
      verdicts: [
        { rule: "not-delivered-open", liability: allOn("platform"), route: "arbitration" },
        { rule: "not-delivered-open", liability: allOn("platform"), route: "automatic" },
      ],
      stages: ["submitted", "disputed", "awaiting_ruling", "ruled", "settling", "closed"],
      outcome: "refunded",
      // The platform bears the road by its contract, so the sale stands and no commission comes back.
      postings: [
        ["pending", "refund-from-platform", "platform:expense", "escrow", 612_000n],
        ["posted", "refund-from-platform", "platform:expense", "escrow", 612_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-01", 612_000n],
      ],
    },
  },
];
