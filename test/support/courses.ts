import { putOrderOperation } from "../../functions/api/sync/operations.ts";
import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import type { Scan } from "../../lib/demo/kuaidi100-push.ts";
import { allOn, returned, type Scenario, type Step, travelsBack } from "../../lib/demo/scenario.ts";
import type { Journey } from "./journey.ts";

/**
 * The courses of a case that the demo does not show: whatever may fail fails and is taken up again, and whoever may stay
 * silent does. Played beside the demo's scenarios, they take every way that is left. Worked out by hand like those.
 */

/** Each course has an order of its own, sold as this order of the fixtures was. */
const soldLike: Readonly<Record<string, string>> = {
  "ord-2001": "ord-1023",
  "ord-2002": "ord-1008",
  "ord-2003": "ord-1002",
  "ord-2004": "ord-1011",
  "ord-2005": "ord-1023",
  "ord-2006": "ord-1022",
  "ord-2007": "ord-1023",
  "ord-2008": "ord-1015",
  "ord-2009": "ord-1015",
  "ord-2010": "ord-1008",
  "ord-2011": "ord-1008",
  "ord-2012": "ord-1013",
};

/** The journey in whose world these orders have been sold, too. */
export const withCourses = async (journey: Journey): Promise<Journey> => {
  const { api, world } = journey;
  const { lux } = world.fixtures;
  const orders = Object.fromEntries(
    Object.entries(soldLike).flatMap(([orderId, like]) => {
      const sold = lux.orders[like];
      // The parcel to the buyer travels for one order only.
      return sold
        ? [[orderId, { ...sold, lines: sold.lines.map(({ outboundParcel: _, ...line }) => line) }]]
        : [];
    }),
  );
  for (const [orderId, body] of Object.entries(orders)) {
    await api.call({ tenant: "lux", role: "partner" }, putOrderOperation, { params: { orderId }, body });
  }
  const fixtures = { ...world.fixtures, lux: { ...lux, orders: { ...lux.orders, ...orders } } };
  return { ...journey, world: { ...world, fixtures } };
};

/** From `at` on these states fail, each with an error that is tried again before an operator is called. */
const failing = (at: number, ...states: readonly string[]): readonly Step[] =>
  states.map((fails) => ({
    at,
    fails,
    error: fails.startsWith("Await") ? "DynamoDb.ThrottlingException" : "StoreUnavailable",
  }));
/** What failed is mended, and an operator takes the case back to where it stood. */
const mended = (at: number, state: string): readonly Step[] => [
  { at, mends: state },
  { at, decide: { decision: "resume", note: "故障已排除" }, by: "operator" },
];
const carried = (trackingNumber: string, scan: Scan): Step => ({
  at: scan.at + hour / 4,
  push: { trackingNumber, scans: [scan] },
});

const claspIsLoose: Step = {
  at: 9 * hour,
  file: {
    type: "repair",
    reason: "DEFECTIVE",
    claimedFlaw: { code: "does_not_close", place: "clasp" },
    lines: [{ lineId: "1", quantity: 1 }],
  },
};
const looseClasp = returned("1", [{ code: "does_not_close", place: "clasp", severity: "moderate" }]);
const openSeam = (at: number): Step => ({
  at,
  file: {
    type: "return_and_refund",
    reason: "DEFECTIVE",
    claimedFlaw: { code: "open_seam", place: "sleeve" },
    lines: [{ lineId: "1", quantity: 1 }],
  },
});
const asJudged = { "zh-CN": "双方证据如此。", en: "So says what both sides have shown." };

export const courses: readonly Scenario[] = [
  {
    name: "repaired-whatever-fails",
    story:
      "A bracelet is repaired as in the demo, but every wait on the way cannot be begun, and then the settlement fails. An operator resumes each time.",
    tenant: "lux",
    orderId: "ord-2001",
    steps: [
      claspIsLoose,
      ...failing(
        9 * hour + 60_000,
        "AwaitMerchantDecision",
        "AwaitShipment",
        "AwaitDelivery",
        "AwaitInspection",
        "AwaitRepair",
        "AwaitReshipment",
        "AwaitReplacementDelivery",
        "AwaitConfirmation",
        "SettleCase",
      ),
      // The merchant was to be reminded after half of its time, and then to be waited for again.
      ...mended(day + 10 * hour, "AwaitMerchantDecision"),
      { at: day + 11 * hour, decide: { decision: "approve" }, by: "merchant" },
      ...mended(day + 12 * hour, "AwaitShipment"),
      { at: day + 13 * hour, ship: { trackingNumber: "SF2000000020016", freightMinor: 2_400 } },
      ...mended(day + 14 * hour, "AwaitDelivery"),
      ...travelsBack("SF2000000020016", day + 13 * hour),
      ...mended(4 * day, "AwaitInspection"),
      { at: 4 * day + hour, inspect: [looseClasp], by: "warehouse" },
      ...mended(5 * day, "AwaitRepair"),
      { at: 6 * day, repair: { outcome: "repaired", costMinor: 45_000 }, by: "warehouse" },
      ...mended(6 * day + hour, "AwaitReshipment"),
      {
        at: 6 * day + 2 * hour,
        reship: { trackingNumber: "SF3000000020015", freightMinor: 2_600 },
        by: "warehouse",
      },
      ...mended(6 * day + 3 * hour, "AwaitReplacementDelivery"),
      carried("SF3000000020015", { at: 8 * day, what: "签收", area: "苏州市" }),
      ...mended(8 * day + hour, "AwaitConfirmation"),
      { at: 8 * day + 2 * hour, receipt: { outcome: "confirmed" } },
      ...mended(8 * day + 3 * hour, "SettleCase"),
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "manual_review",
        "awaiting_merchant",
        "awaiting_shipment",
        "manual_review",
        "awaiting_shipment",
        "in_transit",
        "manual_review",
        "in_transit",
        "awaiting_inspection",
        "manual_review",
        "awaiting_inspection",
        "repairing",
        "manual_review",
        "repairing",
        "awaiting_reshipment",
        "manual_review",
        "awaiting_reshipment",
        "reshipping",
        "manual_review",
        "reshipping",
        "awaiting_confirmation",
        "manual_review",
        "awaiting_confirmation",
        "settling",
        "manual_review",
        "settling",
        "closed",
      ],
      outcome: "repaired",
      // To the cent what `repaired` of the demo comes to.
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
        ["posted", "return-freight", "merchant:hour-and-minute:payable", "buyer:buyer-23", 2_400n],
        [
          "posted",
          "replacement-freight-from-merchant-to-platform",
          "merchant:hour-and-minute:payable",
          "platform:expense",
          2_600n,
        ],
        [
          "posted",
          "repair-from-merchant-to-platform",
          "merchant:hour-and-minute:payable",
          "platform:expense",
          45_000n,
        ],
        ["voided", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
      ],
    },
  },
  {
    name: "disputed-whatever-fails",
    story:
      "An offer is declined, the request refused, the refusal disputed, the ruling appealed; each wait for it fails once, and an operator resumes.",
    tenant: "lux",
    orderId: "ord-2002",
    steps: [
      openSeam(10 * hour),
      ...failing(
        10 * hour + 60_000,
        "AwaitBuyerAnswer",
        "AwaitEscalation",
        "AwaitDisputeEvidence",
        "AwaitRuling",
        "AwaitAppeal",
      ),
      {
        at: 12 * hour,
        decide: { decision: "counter_offer", remedy: "refund_only", amountMinor: 50_000 },
        by: "merchant",
      },
      ...mended(13 * hour, "AwaitBuyerAnswer"),
      { at: 14 * hour, answer: "decline" },
      { at: 15 * hour, photograph: "the seam at dispatch, closed", by: "merchant" },
      { at: 16 * hour, decide: { decision: "refuse", reason: "goods_as_described" }, by: "merchant" },
      ...mended(17 * hour, "AwaitEscalation"),
      { at: 18 * hour, dispute: "object", text: "缝线确实开了。", by: "buyer" },
      ...mended(19 * hour, "AwaitDisputeEvidence"),
      { at: 20 * hour, dispute: "rest", by: "buyer" },
      { at: 21 * hour, dispute: "rest", by: "merchant" },
      ...mended(22 * hour, "AwaitRuling"),
      {
        at: 23 * hour,
        rule: {
          liability: allOn("merchant"),
          remedy: "refund_only",
          refundMinor: 200_000,
          freightPayer: "merchant",
          reason: asJudged,
        },
        arbiter: "arbiter-lin",
      },
      ...mended(day, "AwaitAppeal"),
      { at: day + hour, dispute: "appeal", text: "超过维修费用。", by: "merchant" },
      { at: day + 2 * hour, dispute: "rest", by: "buyer" },
      {
        at: day + 3 * hour,
        rule: {
          liability: allOn("merchant"),
          remedy: "refund_only",
          refundMinor: 150_000,
          freightPayer: "merchant",
          reason: asJudged,
        },
        arbiter: "arbiter-zhao",
      },
    ],
    expect: {
      verdicts: [
        { rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" },
        { rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "automatic" },
        { rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "awaiting_merchant",
        "offered",
        "manual_review",
        "offered",
        "awaiting_merchant",
        "refused",
        "manual_review",
        "refused",
        "disputed",
        "manual_review",
        "disputed",
        "awaiting_ruling",
        "manual_review",
        "awaiting_ruling",
        "ruled",
        "manual_review",
        "ruled",
        "disputed",
        "awaiting_ruling",
        "settling",
        "closed",
      ],
      evidence: ["merchant: photo"],
      outcome: "partially_refunded",
      // The second ruling's 1,500.00, of which half was commission.
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 150_000n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 150_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-08", 150_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 75_000n],
      ],
    },
  },
  {
    name: "ineligible-and-nobody-speaks",
    story:
      "Too late, and the wait for an objection fails. Resumed, the buyer objects, and then says no more; nor does the merchant, and no arbiter comes: the verdict stands.",
    tenant: "lux",
    orderId: "ord-2003",
    steps: [
      ...failing(11 * hour + 60_000, "AwaitEscalation"),
      {
        at: 11 * hour + 60_000,
        file: {
          type: "return_and_refund",
          reason: "BETTER_PRICE_FOUND",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      ...mended(11 * hour + 600_000, "AwaitEscalation"),
      { at: day, dispute: "object", text: "商品一直没有拆封。", by: "buyer" },
      { at: 3 * day + hour, advance: "48 hours to be heard pass in silence" },
      { at: 18 * day, advance: "no arbiter rules in fourteen days" },
      { at: 25 * day, advance: "nobody appeals within seven days" },
    ],
    expect: {
      verdicts: [
        { rule: "no-reason-window-over", liability: allOn("buyer"), route: "ineligible" },
        { rule: "no-reason-window-over", liability: allOn("buyer"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "ineligible",
        "manual_review",
        "ineligible",
        "disputed",
        "awaiting_ruling",
        "ruled",
        "closed",
      ],
      outcome: "ineligible",
      postings: [],
    },
  },
  {
    name: "came-back-worse-and-objected",
    story:
      "The coat comes back stained, and judging it again fails, then the wait for objections. Resumed twice, the buyer objects, both sides are heard, and an arbiter grants more than the rules did.",
    tenant: "lux",
    orderId: "ord-2004",
    steps: [
      {
        at: 7 * hour,
        file: {
          type: "return_and_refund",
          reason: "SIZE_TOO_LARGE",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 7 * hour, ship: { trackingNumber: "YT2000000020042", freightMinor: 1_200 } },
      ...travelsBack("YT2000000020042", day + 7 * hour),
      ...failing(4 * day + 3 * hour, "JudgeResponsibility", "AwaitEscalation"),
      {
        at: 4 * day + 4 * hour,
        inspect: [returned("1", [{ code: "stain", place: "front", severity: "moderate" }])],
        by: "warehouse",
      },
      ...mended(4 * day + 5 * hour, "JudgeResponsibility"),
      ...mended(4 * day + 6 * hour, "AwaitEscalation"),
      { at: 5 * day, dispute: "object", text: "寄出时没有污渍。", by: "buyer" },
      { at: 5 * day + hour, dispute: "rest", by: "buyer" },
      { at: 5 * day + 2 * hour, dispute: "rest", by: "merchant" },
      {
        at: 6 * day,
        rule: {
          liability: allOn("merchant"),
          remedy: "return_and_refund",
          refundMinor: 500_000,
          freightPayer: "buyer",
          reason: asJudged,
        },
        arbiter: "arbiter-lin",
      },
      { at: 6 * day + hour, dispute: "accept", by: "buyer" },
      { at: 6 * day + 2 * hour, dispute: "accept", by: "merchant" },
    ],
    expect: {
      verdicts: [
        { rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" },
        { rule: "return-worse-moderate", liability: allOn("buyer"), route: "automatic" },
        { rule: "return-worse-moderate", liability: allOn("merchant"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "inspected",
        "manual_review",
        "inspected",
        "awaiting_objection",
        "manual_review",
        "awaiting_objection",
        "disputed",
        "awaiting_ruling",
        "ruled",
        "settling",
        "closed",
      ],
      outcome: "partially_refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 632_000n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 500_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-11", 500_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 250_000n],
        ["voided", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 132_000n],
      ],
    },
  },
  {
    name: "repair-nobody-makes",
    story:
      "The bracelet comes back to be repaired, and nobody does it in fourteen days: the buyer has the money.",
    tenant: "lux",
    orderId: "ord-2005",
    steps: [
      claspIsLoose,
      { at: 12 * hour, decide: { decision: "approve" }, by: "merchant" },
      { at: 13 * hour, ship: { trackingNumber: "SF2000000020054", freightMinor: 2_400 } },
      ...travelsBack("SF2000000020054", 13 * hour),
      { at: 3 * day, inspect: [looseClasp], by: "warehouse" },
      { at: 18 * day, advance: "nobody repairs it within fourteen days" },
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "repairing",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
        ["posted", "return-freight", "merchant:hour-and-minute:payable", "buyer:buyer-23", 2_400n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-23", 1_120_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 280_000n],
      ],
    },
  },
  {
    name: "exchange-nobody-sends",
    story:
      "The stained sandals come back, and nobody sends another pair in seven days: the buyer has the money.",
    tenant: "lux",
    orderId: "ord-2006",
    steps: [
      {
        at: 8 * hour,
        file: {
          type: "exchange",
          reason: "NOT_AS_DESCRIBED",
          claimedFlaw: { code: "stain", place: "strap" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 13 * hour, ship: { trackingNumber: "SF2000000020062", freightMinor: 1_800 } },
      ...travelsBack("SF2000000020062", 13 * hour),
      {
        at: 3 * day,
        inspect: [returned("1", [{ code: "stain", place: "strap", severity: "moderate" }])],
        by: "warehouse",
      },
      { at: 11 * day, advance: "nobody sends another pair within seven days" },
    ],
    expect: {
      verdicts: [{ rule: "flaw-arose-in-custody", liability: allOn("platform"), route: "automatic" }],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "awaiting_reshipment",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-platform", "platform:expense", "escrow", 268_000n],
        ["posted", "return-freight", "platform:expense", "buyer:buyer-22", 1_800n],
        ["posted", "refund-from-platform", "platform:expense", "escrow", 268_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-22", 268_000n],
      ],
    },
  },
  {
    name: "repaired-and-lost",
    story: "The repaired bracelet is picked up and never seen again: judged anew, and the carrier owes it.",
    tenant: "lux",
    orderId: "ord-2007",
    steps: [
      claspIsLoose,
      { at: 12 * hour, decide: { decision: "approve" }, by: "merchant" },
      { at: 13 * hour, ship: { trackingNumber: "SF2000000020070", freightMinor: 2_400 } },
      ...travelsBack("SF2000000020070", 13 * hour),
      { at: 3 * day, inspect: [looseClasp], by: "warehouse" },
      { at: 4 * day, repair: { outcome: "repaired", costMinor: 45_000 }, by: "merchant" },
      {
        at: 4 * day + hour,
        reship: { trackingNumber: "SF3000000020079", freightMinor: 2_600 },
        by: "merchant",
      },
      carried("SF3000000020079", { at: 4 * day + 5 * hour, what: "揽收", area: "上海市" }),
      { at: 20 * day, advance: "fifteen days pass after the only scan" },
    ],
    expect: {
      verdicts: [
        { rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" },
        { rule: "return-parcel-lost", liability: allOn("carrier"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "awaiting_merchant",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "repairing",
        "awaiting_reshipment",
        "reshipping",
        "lost",
        "settling",
        "closed",
      ],
      parcel: [
        "on its way to the buyer, stuck (no_movement): nudge",
        "on its way to the buyer, stuck (no_movement): claim",
        "on its way to the buyer, lost",
      ],
      outcome: "refunded",
      // The second verdict stands for the whole case, the buyer's own parcel included.
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
        ["posted", "return-freight", "carrier:shunfeng:claims", "buyer:buyer-23", 2_400n],
        [
          "posted",
          "replacement-freight-from-carrier-to-merchant",
          "carrier:shunfeng:claims",
          "merchant:hour-and-minute:payable",
          2_600n,
        ],
        [
          "posted",
          "repair-from-carrier-to-merchant",
          "carrier:shunfeng:claims",
          "merchant:hour-and-minute:payable",
          45_000n,
        ],
        ["posted", "refund-from-carrier-beyond-reserve", "carrier:shunfeng:claims", "escrow", 1_120_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-23", 1_120_000n],
        ["voided", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_120_000n],
      ],
    },
  },
  {
    name: "operator-never-comes",
    story:
      "A weakly signed push says delivered, nobody inspects, and the operator is called three times in vain: the buyer is refunded, and no merchant pays for it.",
    tenant: "lux",
    orderId: "ord-2008",
    steps: [
      {
        at: 9 * hour,
        file: { type: "return_and_refund", reason: "STYLE", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: 13 * hour, ship: { trackingNumber: "SF2000000020088", freightMinor: 2_300 } },
      ...travelsBack("SF2000000020088", 13 * hour),
      { at: 13 * day, advance: "ten days pass without an inspection" },
      { at: 104 * day, advance: "three times thirty days pass without an operator" },
    ],
    expect: {
      verdicts: [
        { rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" },
        { rule: "operator_silent", liability: allOn("platform"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "manual_review",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
        ["posted", "refund-from-platform-beyond-reserve", "platform:expense", "escrow", 598_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-15", 598_000n],
        ["voided", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
      ],
    },
  },
  {
    name: "never-inspected",
    story: "A carrier that signs well says delivered, and nobody inspects in ten days: accepted as sent.",
    tenant: "lux",
    orderId: "ord-2009",
    steps: [
      {
        at: 9 * hour,
        file: { type: "return_and_refund", reason: "STYLE", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: 13 * hour, ship: { trackingNumber: "TEST-DELIVERED-2009", freightMinor: 2_300 } },
      { at: 13 * day, advance: "delivered on the second day, and ten days pass" },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
        ["posted", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-15", 598_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:atelier-shanghai:payable", 149_500n],
      ],
    },
  },
  {
    name: "never-judged",
    story:
      "The table cannot be read when the case is filed. The operator who is called does not come in thirty days: nothing has moved, and it closes.",
    tenant: "lux",
    orderId: "ord-2010",
    steps: [
      ...failing(14 * hour, "JudgeResponsibility"),
      openSeam(14 * hour),
      { at: 14 * hour + 300_000, mends: "JudgeResponsibility" },
      { at: 31 * day, advance: "thirty days pass without an operator" },
    ],
    expect: {
      verdicts: [],
      stages: ["submitted", "manual_review", "closed"],
      outcome: "unresolved",
      postings: [],
    },
  },
  {
    name: "silence-not-written-down",
    story:
      "The merchant's silence cannot be written down. An operator resumes, the merchant is silent for what is left of its time, and then the buyer is.",
    tenant: "lux",
    orderId: "ord-2011",
    steps: [
      openSeam(15 * hour),
      ...failing(15 * hour + 60_000, "ApplyTimeout"),
      ...mended(day + 16 * hour, "ApplyTimeout"),
      { at: 4 * day, advance: "what was left of the merchant's 48 hours runs out" },
      { at: 11 * day, advance: "seven days pass without a waybill" },
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "manual_review",
        "awaiting_merchant",
        "awaiting_shipment",
        "closed",
      ],
      outcome: "never_shipped",
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 549_000n],
        ["expired", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 549_000n],
      ],
    },
  },
  {
    name: "older-than-its-stage",
    story:
      "The execution began under a release that knew no offers, and keeps its definition. The merchant makes one all the same: an operator is called, resumes in vain, and approves what was asked.",
    tenant: "lux",
    orderId: "ord-2012",
    steps: [
      {
        at: 0,
        file: {
          type: "refund_only",
          reason: "MISSING_PART",
          lines: [{ lineId: "1", quantity: 1, amountMinor: 120_000 }],
        },
      },
      {
        at: 2 * hour,
        decide: { decision: "counter_offer", remedy: "refund_only", amountMinor: 20_000 },
        by: "merchant",
      },
      { at: 3 * hour, decide: { decision: "resume" }, by: "operator" },
      { at: 4 * hour, decide: { decision: "approve" }, by: "operator" },
    ],
    expect: {
      verdicts: [
        { rule: "wrong-or-missing-packed-by-merchant", liability: allOn("merchant"), route: "merchant" },
      ],
      stages: [
        "submitted",
        "awaiting_merchant",
        "offered",
        "manual_review",
        "offered",
        "manual_review",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 120_000n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 120_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-13", 120_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 30_000n],
      ],
    },
  },
];

/** The course whose execution has to begin under a release that does not know this stage. */
export const underOlderRelease = { name: "older-than-its-stage", stage: "offered" } as const;
