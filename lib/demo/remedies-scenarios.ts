import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import type { Scan } from "./kuaidi100-push.ts";
import { allOn, returned, type Scenario, type Step, travelsBack } from "./scenario.ts";

/** Cases in which the buyer gets goods and no money. Worked out by hand like the others. */

/** What the carrier says of a parcel to the buyer, a quarter of an hour after it happened. */
const carried = (trackingNumber: string, scan: Scan): Step => ({
  at: scan.at + hour / 4,
  push: { trackingNumber, scans: [scan] },
});

export const remediesScenarios: readonly Scenario[] = [
  {
    name: "exchanged",
    story:
      "The platform's warehouse stained the sandals: they come back, the merchant sends another pair, and the buyer is content.",
    tenant: "lux",
    orderId: "ord-1022",
    steps: [
      {
        at: 8 * hour,
        file: {
          type: "exchange",
          reason: "NOT_AS_DESCRIBED",
          description: "带子上有污渍，想换一双",
          claimedFlaw: { code: "stain", place: "strap" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 8 * hour, ship: { trackingNumber: "SF2000000000225", freightMinor: 1_800 } },
      ...travelsBack("SF2000000000225", day + 8 * hour),
      {
        at: 4 * day,
        inspect: [returned("1", [{ code: "stain", place: "strap", severity: "moderate" }])],
        by: "warehouse",
      },
      {
        at: 8 * day,
        reship: { trackingNumber: "SF3000000000224", freightMinor: 1_600 },
        by: "merchant",
      },
      carried("SF3000000000224", { at: 8 * day + 5 * hour, what: "揽收", area: "上海市" }),
      carried("SF3000000000224", { at: 10 * day, what: "签收", area: "杭州市" }),
      { at: 10 * day + 6 * hour, receipt: { outcome: "confirmed" } },
    ],
    expect: {
      verdicts: [{ rule: "flaw-arose-in-custody", liability: allOn("platform"), route: "automatic" }],
      stages: [
        "submitted",
        "awaiting_shipment",
        "in_transit",
        "awaiting_inspection",
        "awaiting_reshipment",
        "reshipping",
        "awaiting_confirmation",
        "settling",
        "closed",
      ],
      outcome: "exchanged",
      // The refund was promised in case there is no other pair. The sale stands with its 40 %; for the second pair the
      // platform owes the merchant what a sale would have left it.
      postings: [
        ["pending", "refund-from-platform", "platform:expense", "escrow", 268_000n],
        ["posted", "return-freight", "platform:expense", "buyer:buyer-22", 1_800n],
        [
          "posted",
          "replacement-freight-from-platform-to-merchant",
          "platform:expense",
          "merchant:maison-rive:payable",
          1_600n,
        ],
        ["posted", "replacement-from-platform", "platform:expense", "merchant:maison-rive:payable", 160_800n],
        ["voided", "refund-from-platform", "platform:expense", "escrow", 268_000n],
      ],
    },
  },
  {
    name: "repaired",
    story:
      "The clasp of the bracelet does not close. The platform's goldsmith mends it in eight days; on its way home it is stuck for a while, and the buyer says no more.",
    tenant: "lux",
    orderId: "ord-1023",
    steps: [
      {
        at: 9 * hour,
        file: {
          type: "repair",
          reason: "DEFECTIVE",
          description: "搭扣扣不上",
          claimedFlaw: { code: "does_not_close", place: "clasp" },
          lines: [{ lineId: "1", quantity: 1 }],
        },
      },
      { at: day + 2 * hour, decide: { decision: "approve" }, by: "merchant" },
      { at: day + 9 * hour, ship: { trackingNumber: "SF2000000000233", freightMinor: 2_400 } },
      ...travelsBack("SF2000000000233", day + 9 * hour),
      {
        at: 4 * day + hour,
        inspect: [returned("1", [{ code: "does_not_close", place: "clasp", severity: "moderate" }])],
        by: "warehouse",
      },
      { at: 12 * day, repair: { outcome: "repaired", costMinor: 45_000 }, by: "warehouse" },
      {
        at: 12 * day + 6 * hour,
        reship: { trackingNumber: "SF3000000000232", freightMinor: 2_600 },
        by: "warehouse",
      },
      carried("SF3000000000232", { at: 12 * day + 10 * hour, what: "揽收", area: "上海市" }),
      carried("SF3000000000232", { at: 18 * day, what: "签收", area: "苏州市" }),
      { at: 25 * day + hour, advance: "the buyer finds nothing wrong with it for seven days" },
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
        "awaiting_reshipment",
        "reshipping",
        "awaiting_confirmation",
        "settling",
        "closed",
      ],
      parcel: ["on its way to the buyer, stuck (no_movement): nudge"],
      outcome: "repaired",
      // The merchant answers for it, so it gives the platform back what it laid out.
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
];
