import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import { disputeScenarios } from "./dispute-scenarios.ts";
import { negotiationScenarios } from "./negotiation-scenarios.ts";
import { remediesScenarios } from "./remedies-scenarios.ts";
import { allOn, arrivedDamaged, returned, type Scenario, travelsBack } from "./scenario.ts";

/**
 * The cases of the demo, each with what has to come of it. The orders, items and contracts they rest on lie
 * in `test/fixtures`; amounts are minor units. What is expected was worked out by hand from the rules and
 * the contracts, not copied from a run.
 */
export const scenarios: readonly Scenario[] = [
  {
    name: "no-reason-in-time",
    story: "Changed her mind on the third day; the bag comes back as it was sent.",
    tenant: "lux",
    orderId: "ord-1001",
    steps: [
      {
        at: 0,
        file: {
          type: "return_and_refund",
          reason: "CHANGED_MIND",
          description: "想换一个大一点的包",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day, ship: { trackingNumber: "SF2000000000019", freightMinor: 2_300 } },
      ...travelsBack("SF2000000000019", day),
      { at: 3 * day + 8 * hour, inspect: [returned("1")], by: "warehouse" },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      // Sold before the contract of the day was in force: 30 % come back, not today's 25 %.
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 1_286_000n],
        ["posted", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 1_286_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-01", 1_286_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:atelier-shanghai:payable", 385_800n],
      ],
    },
  },
  {
    name: "no-reason-too-late",
    story: "The same wish, twenty days after sign-off.",
    tenant: "lux",
    orderId: "ord-1002",
    steps: [
      {
        at: hour,
        file: {
          type: "return_and_refund",
          reason: "BETTER_PRICE_FOUND",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 8 * day, advance: "the buyer does not object within seven days" },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-window-over", liability: allOn("buyer"), route: "ineligible" }],
      stages: ["submitted", "ineligible", "closed"],
      outcome: "ineligible",
      postings: [],
    },
  },
  {
    name: "flaw-disclosed-and-confirmed",
    story: "The worn corner was in the listing, and the buyer confirmed it at the sale.",
    tenant: "lux",
    orderId: "ord-1003",
    steps: [
      {
        at: hour,
        file: {
          type: "return_and_refund",
          reason: "NOT_AS_DESCRIBED",
          description: "底角磨损明显",
          claimedFlaw: { code: "corner_wear", place: "base" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 8 * day, advance: "the buyer does not object within seven days" },
    ],
    expect: {
      verdicts: [{ rule: "flaw-disclosed-and-confirmed", liability: allOn("buyer"), route: "ineligible" }],
      stages: ["submitted", "ineligible", "closed"],
      outcome: "ineligible",
      postings: [],
    },
  },
  {
    name: "flaw-hidden-at-intake",
    story: "Intake saw the stain in the lining; the listing told of the clasp only.",
    tenant: "lux",
    orderId: "ord-1004",
    asTold: true,
    steps: [
      {
        at: 2 * hour,
        file: {
          type: "return_and_refund",
          reason: "NOT_AS_DESCRIBED",
          description: "内衬有一块污渍，页面没有说明",
          claimedFlaw: { code: "stain", place: "lining" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 2 * hour, ship: { trackingNumber: "SF2000000000040", freightMinor: 2_600 } },
      ...travelsBack("SF2000000000040", day + 2 * hour),
      {
        at: 4 * day,
        inspect: [
          returned("1", [
            { code: "stain", place: "lining", severity: "moderate" },
            { code: "scratch", place: "clasp", severity: "minor" },
          ]),
        ],
        by: "warehouse",
      },
    ],
    expect: {
      verdicts: [{ rule: "flaw-hidden-at-intake", liability: allOn("merchant"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 975_000n],
        ["posted", "return-freight", "merchant:atelier-shanghai:payable", "buyer:buyer-04", 2_600n],
        ["posted", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 975_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-04", 975_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:atelier-shanghai:payable", 292_500n],
      ],
    },
  },
  {
    name: "damaged-in-transit-carrier-pays",
    story:
      "Clean when it left, a damage scan on the way: the carrier's. The push is weakly signed, so the merchant is asked first.",
    tenant: "lux",
    orderId: "ord-1005",
    steps: [
      arrivedDamaged("SF1000000010055", 2 * hour, -day),
      {
        at: 3 * hour,
        file: {
          type: "refund_only",
          reason: "DAMAGED_ON_ARRIVAL",
          description: "漆皮正面裂开",
          claimedFlaw: { code: "crack", place: "front" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 20 * hour, decide: { decision: "approve", note: "与承运商核实，确有破损" }, by: "merchant" },
    ],
    expect: {
      verdicts: [{ rule: "damaged-in-transit-unconfirmed", liability: allOn("carrier"), route: "merchant" }],
      stages: ["submitted", "awaiting_merchant", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-carrier", "carrier:shunfeng:claims", "escrow", 1_120_000n],
        ["posted", "refund-from-carrier", "carrier:shunfeng:claims", "escrow", 1_120_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-05", 1_120_000n],
      ],
    },
  },
  {
    name: "damaged-in-transit-platform-pays",
    story: "The same damage under a contract that leaves the road to the platform; the bag comes back.",
    tenant: "lux",
    orderId: "ord-1006",
    steps: [
      arrivedDamaged("SF1000000010062", 2 * hour, -42 * hour),
      {
        at: 4 * hour,
        file: {
          type: "return_and_refund",
          reason: "DAMAGED_ON_ARRIVAL",
          claimedFlaw: { code: "dent", place: "base" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 4 * hour, ship: { trackingNumber: "SF2000000000064", freightMinor: 2_800 } },
      ...travelsBack("SF2000000000064", day + 4 * hour),
      {
        at: 4 * day + hour,
        inspect: [returned("1", [{ code: "dent", place: "base", severity: "moderate" }])],
        by: "warehouse",
      },
    ],
    expect: {
      verdicts: [{ rule: "damaged-in-transit", liability: allOn("platform"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-platform", "platform:expense", "escrow", 834_500n],
        ["posted", "return-freight", "platform:expense", "buyer:buyer-06", 2_800n],
        ["posted", "refund-from-platform", "platform:expense", "escrow", 834_500n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-06", 834_500n],
      ],
    },
  },
  {
    name: "wrong-item",
    story: "The platform's warehouse packed somebody else's shoes; the warehouse sees it when they are back.",
    tenant: "lux",
    orderId: "ord-1007",
    steps: [
      {
        at: 5 * hour,
        file: {
          type: "return_and_refund",
          reason: "WRONG_ITEM",
          description: "收到的不是我买的那双",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 5 * hour, ship: { trackingNumber: "YT2000000000071", freightMinor: 1_500 } },
      ...travelsBack("YT2000000000071", day + 5 * hour),
      {
        at: 4 * day + 2 * hour,
        inspect: [{ ...returned("1"), sameItem: false }],
        by: "warehouse",
      },
    ],
    expect: {
      // What came back is not what was sold, as the buyer said: judged again, the same verdict stands.
      verdicts: [
        {
          rule: "wrong-or-missing-packed-by-platform",
          liability: allOn("platform"),
          route: "automatic",
        },
        {
          rule: "wrong-or-missing-packed-by-platform",
          liability: allOn("platform"),
          route: "automatic",
        },
      ],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "inspected",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-platform", "platform:expense", "escrow", 398_000n],
        ["posted", "return-freight", "platform:expense", "buyer:buyer-07", 1_500n],
        ["posted", "refund-from-platform", "platform:expense", "escrow", 398_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-07", 398_000n],
      ],
    },
  },
  {
    name: "merchant-refuses",
    story:
      "A seam the buyer calls open, with a photograph; no record says so, the merchant has one too and refuses.",
    tenant: "lux",
    orderId: "ord-1008",
    steps: [
      {
        at: 5 * hour,
        file: {
          type: "return_and_refund",
          reason: "DEFECTIVE",
          claimedFlaw: { code: "open_seam", place: "sleeve" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 5 * hour + 600_000, photograph: "an open seam on the sleeve", by: "buyer" },
      { at: day + 5 * hour, photograph: "the same seam at dispatch, closed", by: "merchant" },
      {
        at: day + 6 * hour,
        decide: {
          decision: "refuse",
          reason: "goods_as_described",
          note: "出库照片显示缝线完好",
        },
        by: "merchant",
      },
      { at: 9 * day, advance: "the buyer does not object within seven days" },
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: ["submitted", "awaiting_merchant", "refused", "closed"],
      evidence: ["buyer: photo", "merchant: photo"],
      outcome: "refused",
      postings: [],
    },
  },
  {
    name: "merchant-silent",
    story: "The watch stops; the merchant says nothing for 48 hours, and silence speaks for the buyer.",
    tenant: "lux",
    orderId: "ord-1009",
    steps: [
      {
        at: 6 * hour,
        file: {
          type: "return_and_refund",
          reason: "DEFECTIVE",
          description: "走时停摆",
          claimedFlaw: { code: "stops", place: "movement" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 2 * day + 7 * hour, advance: "the merchant's 48 hours run out" },
      { at: 3 * day, ship: { trackingNumber: "SF2000000000095", freightMinor: 4_200 } },
      ...travelsBack("SF2000000000095", 3 * day),
      {
        at: 6 * day,
        inspect: [
          returned("1", [
            { code: "stops", place: "movement", severity: "severe" },
            { code: "scratch", place: "crystal", severity: "minor" },
          ]),
        ],
        by: "merchant",
      },
    ],
    expect: {
      verdicts: [{ rule: "fault-presumed-merchant", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      // The buyer spent 42.00 on the parcel; the rules reimburse 30.00 at most.
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_560_000n],
        ["posted", "return-freight", "merchant:hour-and-minute:payable", "buyer:buyer-09", 3_000n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_560_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-09", 1_560_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 390_000n],
      ],
    },
  },
  {
    name: "never-shipped",
    story: "Approved at once, but the buyer never sends the bag: the reserve is given back.",
    tenant: "lux",
    orderId: "ord-1010",
    steps: [
      {
        at: 6 * hour,
        file: { type: "return_and_refund", reason: "STYLE", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: 8 * day, advance: "seven days pass without a waybill" },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "closed"],
      outcome: "never_shipped",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 721_000n],
        ["expired", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 721_000n],
      ],
    },
  },
  {
    name: "came-back-worse",
    story: "The coat left clean and comes back with a stain: judged again, 70 % are refunded.",
    tenant: "lux",
    orderId: "ord-1011",
    asTold: true,
    steps: [
      {
        at: 7 * hour,
        file: {
          type: "return_and_refund",
          reason: "SIZE_TOO_LARGE",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 7 * hour, ship: { trackingNumber: "YT2000000000118", freightMinor: 1_200 } },
      ...travelsBack("YT2000000000118", day + 7 * hour),
      {
        at: 4 * day + 4 * hour,
        inspect: [returned("1", [{ code: "stain", place: "front", severity: "moderate" }])],
        by: "warehouse",
      },
      { at: 6 * day + 5 * hour, advance: "neither side objects within 48 hours" },
    ],
    expect: {
      verdicts: [
        { rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" },
        { rule: "return-worse-moderate", liability: allOn("buyer"), route: "automatic" },
      ],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "inspected",
        "awaiting_objection",
        "settling",
        "closed",
      ],
      outcome: "partially_refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 632_000n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 442_400n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-11", 442_400n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 221_200n],
        ["voided", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 189_600n],
      ],
    },
  },
  {
    name: "return-parcel-lost",
    story:
      "The parcel is scanned twice and never again: everybody is told after five days, the claim window opens after ten, after fifteen the carrier pays. A week later the parcel turns up, and nothing is taken back.",
    tenant: "lux",
    orderId: "ord-1012",
    asTold: true,
    steps: [
      {
        at: 7 * hour,
        file: { type: "return_and_refund", reason: "COLOR", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: day, ship: { trackingNumber: "SF2000000000125", freightMinor: 2_400 } },
      {
        at: 2 * day,
        push: {
          trackingNumber: "SF2000000000125",
          scans: [
            { at: day + 5 * hour, what: "揽收", area: "杭州市" },
            { at: 2 * day - hour, what: "在途", area: "嘉兴市" },
          ],
        },
      },
      { at: 18 * day, advance: "fifteen days pass after the last scan" },
      {
        at: 24 * day,
        push: {
          trackingNumber: "SF2000000000125",
          scans: [{ at: 24 * day - hour, what: "签收", area: "上海市" }],
        },
      },
    ],
    expect: {
      verdicts: [
        { rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" },
        { rule: "return-parcel-lost", liability: allOn("carrier"), route: "automatic" },
      ],
      stages: ["submitted", "awaiting_shipment", "in_transit", "lost", "settling", "closed"],
      parcel: [
        "stuck (no_movement): nudge",
        "stuck (no_movement): claim",
        "lost",
        "found again, claimed from shunfeng",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 432_000n],
        ["posted", "return-freight", "carrier:shunfeng:claims", "buyer:buyer-12", 2_400n],
        ["posted", "refund-from-carrier-beyond-reserve", "carrier:shunfeng:claims", "escrow", 432_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-12", 432_000n],
        ["voided", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 432_000n],
      ],
    },
  },
  {
    name: "refund-only-merchant-approves",
    story: "The papers are missing; the merchant packed, agrees to a part of the price, and the watch stays.",
    tenant: "lux",
    orderId: "ord-1013",
    steps: [
      {
        at: 8 * hour,
        file: {
          type: "refund_only",
          reason: "MISSING_PART",
          description: "缺少保卡",
          lines: [{ lineId: "1", quantity: 1, amountMinor: 120_000 }],
        },
      },
      { at: 13 * hour, decide: { decision: "approve", note: "同意补偿" }, by: "merchant" },
    ],
    expect: {
      verdicts: [
        { rule: "wrong-or-missing-packed-by-merchant", liability: allOn("merchant"), route: "merchant" },
      ],
      stages: ["submitted", "awaiting_merchant", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 120_000n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 120_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-13", 120_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 30_000n],
      ],
    },
  },
  {
    name: "buyer-cancels",
    story: "The dress fits after all: cancelled before it was sent back.",
    tenant: "lux",
    orderId: "ord-1014",
    steps: [
      {
        at: 8 * hour,
        file: {
          type: "return_and_refund",
          reason: "SIZE_TOO_SMALL",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 9 * hour, cancel: true },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "cancelled"],
      outcome: "cancelled",
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 268_000n],
        ["voided", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 268_000n],
      ],
    },
  },
  {
    name: "delivery-not-confirmed",
    story:
      "Delivered by a push whose signature is weak; nobody inspects, so an operator, called twice, confirms before it pays.",
    tenant: "lux",
    orderId: "ord-1015",
    steps: [
      {
        at: 9 * hour,
        file: { type: "return_and_refund", reason: "STYLE", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: day + 9 * hour, ship: { trackingNumber: "SF2000000000156", freightMinor: 2_300 } },
      ...travelsBack("SF2000000000156", day + 9 * hour),
      { at: 14 * day, advance: "ten days pass without an inspection" },
      { at: 45 * day, advance: "thirty days pass without an operator, who is called again" },
      {
        at: 45 * day + 6 * hour,
        decide: { decision: "approve", note: "仓库确认已收到，完好" },
        by: "operator",
      },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
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
      // Sold after the new contract took effect: 25 %.
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
        ["posted", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 598_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-15", 598_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:atelier-shanghai:payable", 149_500n],
      ],
    },
  },
  {
    name: "one-scarf-of-three-and-the-belt",
    story: "Two lines of one order, one unit of three: each line's own price and commission rate count.",
    tenant: "lux",
    orderId: "ord-1017",
    steps: [
      {
        at: 10 * hour,
        file: {
          type: "return_and_refund",
          reason: "COLOR",
          lines: [
            { lineId: "1", quantity: 1 },
            { lineId: "2", quantity: 1 },
          ],
        },
      },
      { at: day + 10 * hour, ship: { trackingNumber: "YT2000000000170", freightMinor: 1_000 } },
      ...travelsBack("YT2000000000170", day + 10 * hour),
      {
        at: 4 * day + 6 * hour,
        inspect: [returned("1"), returned("2", [{ code: "scratch", place: "buckle", severity: "minor" }])],
        by: "merchant",
      },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      // 4,670.00 / 3 = 1,556.66 and 1,899.00; reversed: 50 % of the scarf (778.33), 45 % of the belt (854.55).
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 345_566n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 345_566n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-17", 345_566n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 163_288n],
      ],
    },
  },
  {
    name: "counterfeit",
    story: "The buyer says the sunglasses are not genuine; the merchant takes them back.",
    tenant: "lux",
    orderId: "ord-1018",
    steps: [
      {
        at: 10 * hour,
        file: {
          type: "return_and_refund",
          reason: "COUNTERFEIT",
          description: "鉴定机构认为非正品",
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 3 * hour, decide: { decision: "approve" }, by: "merchant" },
      { at: 2 * day, ship: { trackingNumber: "YT2000000000187", freightMinor: 1_800 } },
      ...travelsBack("YT2000000000187", 2 * day),
      { at: 5 * day, inspect: [returned("1")], by: "merchant" },
    ],
    expect: {
      verdicts: [{ rule: "counterfeit", liability: allOn("merchant"), route: "merchant" }],
      stages: [
        "submitted",
        "awaiting_merchant",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "settling",
        "closed",
      ],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 158_000n],
        ["posted", "return-freight", "merchant:second-bloom:payable", "buyer:buyer-18", 1_800n],
        ["posted", "refund-from-merchant", "merchant:second-bloom:payable", "escrow", 158_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-18", 158_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:second-bloom:payable", 79_000n],
      ],
    },
  },
  {
    name: "flaw-arose-in-custody",
    story: "Intake saw no scratch, dispatch did; the contract leaves the warehouse's risk to the merchant.",
    tenant: "lux",
    orderId: "ord-1019",
    steps: [
      {
        at: 11 * hour,
        file: {
          type: "return_and_refund",
          reason: "NOT_AS_DESCRIBED",
          claimedFlaw: { code: "scratch", place: "bezel" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 11 * hour, ship: { trackingNumber: "SF2000000000194", freightMinor: 2_900 } },
      ...travelsBack("SF2000000000194", day + 11 * hour),
      {
        at: 4 * day + 7 * hour,
        inspect: [returned("1", [{ code: "scratch", place: "bezel", severity: "moderate" }])],
        by: "warehouse",
      },
    ],
    expect: {
      verdicts: [{ rule: "flaw-arose-in-custody", liability: allOn("merchant"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_980_000n],
        ["posted", "return-freight", "merchant:hour-and-minute:payable", "buyer:buyer-19", 2_900n],
        ["posted", "refund-from-merchant", "merchant:hour-and-minute:payable", "escrow", 1_980_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-19", 1_980_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:hour-and-minute:payable", 495_000n],
      ],
    },
  },
  {
    name: "vintage-same-ids",
    story:
      "Another platform, the same order, buyer and waybill ids as the first case: nothing gets mixed up.",
    tenant: "vintage",
    orderId: "ord-1001",
    steps: [
      {
        at: 0,
        file: { type: "return_and_refund", reason: "CHANGED_MIND", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: day + 12 * hour, ship: { trackingNumber: "SF2000000000019", freightMinor: 1_400 } },
      ...travelsBack("SF2000000000019", day + 12 * hour),
      {
        at: 4 * day + 8 * hour,
        inspect: [returned("1", [{ code: "discoloration", place: "collar", severity: "minor" }])],
        by: "warehouse",
      },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-within-window", liability: allOn("buyer"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:showa-selection:payable", "escrow", 38_500n],
        ["posted", "refund-from-merchant", "merchant:showa-selection:payable", "escrow", 38_500n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-01", 38_500n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:showa-selection:payable", 16_170n],
      ],
    },
  },
  {
    name: "vintage-hidden-stain",
    story: "A currency without cents: the stain was on record, the merchant pays price and freight.",
    tenant: "vintage",
    orderId: "ord-1002",
    steps: [
      {
        at: 12 * hour,
        file: {
          type: "return_and_refund",
          reason: "NOT_AS_DESCRIBED",
          claimedFlaw: { code: "stain", place: "lining" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: 2 * day, ship: { trackingNumber: "SF2000000000217", freightMinor: 1_800 } },
      ...travelsBack("SF2000000000217", 2 * day),
      {
        at: 5 * day,
        inspect: [returned("1", [{ code: "stain", place: "lining", severity: "minor" }])],
        by: "warehouse",
      },
    ],
    expect: {
      verdicts: [{ rule: "flaw-hidden-at-intake", liability: allOn("merchant"), route: "automatic" }],
      stages: ["submitted", "awaiting_shipment", "in_transit", "awaiting_inspection", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:showa-selection:payable", "escrow", 64_000n],
        ["posted", "return-freight", "merchant:showa-selection:payable", "buyer:buyer-02", 1_500n],
        ["posted", "refund-from-merchant", "merchant:showa-selection:payable", "escrow", 64_000n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-02", 64_000n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:showa-selection:payable", 26_880n],
      ],
    },
  },
  {
    name: "vintage-disclosed-not-confirmed",
    story:
      "Disclosed, but the buyer never confirmed it: the merchant grants a part, rounding down to whole yen.",
    tenant: "vintage",
    orderId: "ord-1003",
    steps: [
      {
        at: 12 * hour,
        file: {
          type: "refund_only",
          reason: "DEFECTIVE",
          claimedFlaw: { code: "crack", place: "handle" },
          lines: [{ lineId: "1", quantity: 1, amountMinor: 30_001 }],
        },
      },
      { at: day, decide: { decision: "approve" }, by: "merchant" },
    ],
    expect: {
      verdicts: [{ rule: "flaw-disclosed-not-confirmed", liability: allOn("merchant"), route: "merchant" }],
      stages: ["submitted", "awaiting_merchant", "settling", "closed"],
      outcome: "refunded",
      postings: [
        ["pending", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 30_001n],
        ["posted", "refund-from-merchant", "merchant:atelier-shanghai:payable", "escrow", 30_001n],
        ["posted", "refund-to-buyer", "escrow", "buyer:buyer-01", 30_001n],
        ["posted", "commission-reversal", "platform:revenue", "merchant:atelier-shanghai:payable", 10_500n],
      ],
    },
  },
  {
    name: "vintage-too-late-and-withdrawn",
    story:
      "A second request over the same line, a month after sign-off: ineligible, and the buyer lets it go.",
    tenant: "vintage",
    orderId: "ord-1003",
    steps: [
      {
        at: 2 * day,
        file: { type: "return_and_refund", reason: "STYLE", lines: [{ lineId: "1", quantity: 1 }] },
      },
      { at: 3 * day, cancel: true },
    ],
    expect: {
      verdicts: [{ rule: "no-reason-window-over", liability: allOn("buyer"), route: "ineligible" }],
      stages: ["submitted", "ineligible", "cancelled"],
      outcome: "cancelled",
      postings: [],
    },
  },
  ...negotiationScenarios,
  ...remediesScenarios,
  ...disputeScenarios,
];
