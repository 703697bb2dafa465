import type { Category, Severity } from "../../functions/domain/catalog.ts";
import { conditionReasons } from "../../functions/domain/judgment/facts.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import {
  cameBack,
  day,
  dent,
  emptyPackage,
  flaw,
  type Given,
  large,
  noReason,
  notDelivered,
  scratch,
  worse,
  wrongItem,
} from "./judged-cases.ts";
import {
  both,
  type Gives,
  mendable,
  mendableReturned,
  replaceable,
  returned,
  sendable,
  type TruthTable,
} from "./truth-tables.ts";

/** What each rule of `cn-standard` gives, and where a case goes that just misses it. */

const eachConditionReason = (given: Given, gives: Gives): readonly (readonly [Given, Gives])[] =>
  conditionReasons.map((reason) => [{ ...given, reason }, gives]);

/** A change of mind about goods of this category, which came back with this flaw. */
const sentBack = (category: Category, code: string, severity: Severity = "minor"): Given => ({
  ...noReason,
  category,
  back: {},
  found: { flaws: [flaw(code, "set", severity)] },
});
const defective: Given = { reason: "DEFECTIVE", claims: scratch };
const restricted: Given = { standing: "restricted" };
/** Judged so many days after the carrier last saw the parcel, where fifteen make it a lost one. */
const silentFor = (days: number, way: { status?: ParcelStatus; weak?: true } = {}): Given => {
  const now = day("2026-03-20T23:00:00");
  const lastScanAt = now - days * 86_400_000;
  return {
    ...notDelivered,
    now,
    way: { status: "in_transit", lastScanAt, lostAt: lastScanAt + 15 * 86_400_000, ...way },
  };
};
const reportedLost: Given = { ...notDelivered, way: { status: "lost" } };
const weaklyLost: Given = { ...notDelivered, way: { status: "lost", weak: true } };
/** Signed for on 1 March, so many days after the order. */
const tookDays = (days: number): Given => ({
  reason: "DELIVERED_LATE",
  claims: "no flaw",
  orderedAt: day("2026-03-01T20:00:00") - days * 86_400_000,
});

/** The platform vouches for the buyer, and the wrong piece is to be exchanged. */
const trusted: Given = { ...wrongItem, type: "exchange", buyerTrusted: true, returnsOwed: 0 };

export const cnTruth: TruthTable = {
  "return-parcel-lost": {
    met: [
      [{ back: { lost: true } }, ["carrier", "automatic", [...replaceable, "resend"], 10_000, "sf-back"]],
      [
        { back: { lost: true }, transitRisk: "platform" },
        ["platform", "automatic", [...replaceable, "resend"], 10_000],
      ],
      [
        { ...noReason, back: { lost: true } },
        ["carrier", "automatic", [...replaceable, "resend"], 10_000, "sf-back"],
      ],
    ],
    missed: [
      [{ back: { lost: false, status: "exception" } }, "fault-presumed-merchant"],
      [{ ...noReason, back: { lost: false } }, "no-reason-within-window"],
    ],
    unknown: [[noReason, "no-reason-within-window"]],
  },
  "return-other-item": {
    met: [
      [{ ...noReason, back: {}, found: { sameItem: false } }, ["buyer", "arbitration", both, 10_000]],
      // The flaws of some other item are not compared with those of the one that was sold.
      [
        { ...noReason, back: {}, found: { sameItem: false, flaws: [flaw("burn", "front", "severe")] } },
        ["buyer", "arbitration", both, 10_000],
      ],
    ],
    missed: [
      [{ ...noReason, ...cameBack }, "no-reason-within-window"],
      [{ ...wrongItem, back: {}, found: { sameItem: false } }, "wrong-or-missing-packed-by-platform"],
    ],
    unknown: [[{ ...noReason, back: {} }, "no-reason-within-window"]],
  },
  "return-short": {
    met: [
      [{ ...noReason, back: {}, found: { received: 0 } }, ["buyer", "arbitration", both, 10_000]],
      [
        { ...noReason, claimedUnits: 2, back: {}, found: { received: 1 } },
        ["buyer", "arbitration", both, 10_000],
      ],
    ],
    missed: [
      // One of three was claimed, and one came back.
      [{ ...noReason, claimedUnits: 1, back: {}, found: { received: 1 } }, "no-reason-within-window"],
      [{ ...noReason, claimedUnits: 2, back: {}, found: { received: 2 } }, "no-reason-within-window"],
    ],
    unknown: [[{ ...noReason, back: {} }, "no-reason-within-window"]],
  },
  "return-worse-says-merchant": {
    met: [
      [
        { ...worse("severe"), found: { by: "merchant", flaws: [flaw("stain", "lining", "severe")] } },
        ["buyer", "arbitration", both, 10_000],
      ],
      [
        { ...noReason, back: {}, found: { by: "merchant", flaws: [flaw("stain", "lining", "moderate")] } },
        ["buyer", "arbitration", both, 10_000],
      ],
      // Not even where a scan would lay it at the carrier's door instead of the merchant's.
      [
        { ...noReason, back: { damaged: true }, found: { by: "merchant", flaws: [dent] } },
        ["buyer", "arbitration", both, 10_000],
      ],
    ],
    missed: [
      [{ ...noReason, back: {}, found: { by: "merchant" } }, "no-reason-within-window"],
      [{ ...noReason, back: {}, found: { by: "warehouse", flaws: [dent] } }, "return-worse-minor"],
      [{ ...noReason, back: {}, found: { by: "merchant", sameItem: false } }, "return-other-item"],
      [{ ...noReason, back: {}, found: { by: "merchant", received: 0 } }, "return-short"],
    ],
    unknown: [[{ ...noReason, back: {} }, "no-reason-within-window"]],
  },
  "return-damaged-on-the-way-back": {
    met: [
      [
        { ...worse("severe"), back: { damaged: true } },
        ["carrier", "automatic", mendable, 10_000, "sf-back"],
      ],
      [
        { ...worse("minor"), back: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", mendable, 10_000],
      ],
      [
        { ...worse("minor"), back: { damaged: true }, outbound: "not inspected" },
        ["carrier", "automatic", mendable, 10_000, "sf-back"],
      ],
    ],
    missed: [
      [worse("severe"), "return-worse-severe"],
      [{ ...noReason, back: { damaged: true }, found: {} }, "no-reason-within-window"],
    ],
    unknown: [
      [{ ...noReason, back: { damaged: true } }, "no-reason-within-window"],
      // Without a parcel nobody can have scanned it.
      [{ ...noReason, found: { flaws: [dent] } }, "return-worse-minor"],
    ],
  },
  "return-damaged-on-the-way-out": {
    met: [
      [{ ...worse("severe"), way: { damaged: true } }, ["carrier", "automatic", mendable, 10_000, "sf-out"]],
      [
        { ...worse("severe"), way: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", mendable, 10_000],
      ],
    ],
    missed: [
      [{ ...noReason, back: {}, found: {}, way: { damaged: true } }, "no-reason-within-window"],
      [{ ...worse("severe"), way: { damaged: false } }, "return-worse-severe"],
    ],
    unknown: [
      [{ ...noReason, way: { damaged: true } }, "no-reason-within-window"],
      [{ ...worse("severe"), way: "no parcel" }, "return-worse-severe"],
    ],
  },
  "return-beyond-resale": {
    met: [
      [sentBack("cosmetics", "hygiene_seal_broken"), ["buyer", "automatic", returned, 0]],
      [sentBack("electronics", "serial_altered"), ["buyer", "automatic", returned, 0]],
      [sentBack("electronics", "unauthorised_repair", "moderate"), ["buyer", "automatic", returned, 0]],
      // Of several the gravest counts.
      [
        {
          ...sentBack("electronics", "worn"),
          found: { flaws: [flaw("worn", "set"), flaw("serial_altered", "back")] },
        },
        ["buyer", "automatic", returned, 0],
      ],
    ],
    missed: [
      // No seal is asked of a bag: there it is a flaw like others.
      [sentBack("bags", "hygiene_seal_broken"), "return-worse-minor"],
      [sentBack("electronics", "worn"), "return-not-intact"],
      [{ ...sentBack("cosmetics", "hygiene_seal_broken"), ...defective }, "return-worse-minor"],
      [
        { ...sentBack("cosmetics", "hygiene_seal_broken"), back: { damaged: true } },
        "return-damaged-on-the-way-back",
      ],
    ],
    unknown: [
      [
        { ...sentBack("cosmetics", "hygiene_seal_broken"), outbound: "not inspected" },
        "return-worse-unclear",
      ],
    ],
  },
  "return-not-intact": {
    met: [
      [sentBack("electronics", "worn"), ["buyer", "automatic", returned, 7_000]],
      [sentBack("electronics", "activation_data"), ["buyer", "automatic", returned, 7_000]],
      [sentBack("shoes", "worn"), ["buyer", "automatic", returned, 7_000]],
      [sentBack("bags", "stained", "moderate"), ["buyer", "automatic", returned, 7_000]],
      [sentBack("toys", "tag_removed"), ["buyer", "automatic", returned, 7_000]],
    ],
    missed: [
      [sentBack("shoes", "stained", "severe"), "return-worse-severe"],
      [sentBack("bags", "stain"), "return-worse-minor"],
      [sentBack("bags", "activation_data"), "return-worse-minor"],
      [sentBack("jewellery", "worn"), "return-worse-minor"],
      [{ ...sentBack("shoes", "worn"), ...defective }, "return-worse-minor"],
      [{ ...sentBack("shoes", "worn"), outbound: [flaw("worn", "set")] }, "no-reason-within-window"],
    ],
    unknown: [[{ ...sentBack("shoes", "worn"), outbound: "not inspected" }, "return-worse-unclear"]],
  },
  "return-worse-minor": {
    met: [
      [worse("minor"), ["buyer", "automatic", returned, 9_000]],
      // The flaw that was claimed is no news; the other one is.
      [{ back: {}, found: { flaws: [scratch, dent] } }, ["buyer", "automatic", returned, 9_000]],
    ],
    missed: [
      [worse("moderate"), "return-worse-moderate"],
      [{ ...worse("minor"), outbound: [flaw("stain", "lining")] }, "no-reason-within-window"],
      [{ ...worse("minor"), intake: [flaw("stain", "lining")] }, "no-reason-within-window"],
      [{ back: {}, found: { flaws: [scratch] } }, "fault-presumed-merchant"],
      [{ ...worse("minor"), anotherLine: true }, "lines-differ-after-return"],
    ],
    unknown: [[{ ...worse("minor"), outbound: "not inspected" }, "return-worse-unclear"]],
  },
  "return-worse-moderate": {
    met: [
      [worse("moderate"), ["buyer", "automatic", returned, 7_000]],
      [
        { ...worse("moderate"), outbound: [flaw("stain", "lining", "minor")] },
        ["buyer", "automatic", returned, 7_000],
      ],
    ],
    missed: [
      [worse("minor"), "return-worse-minor"],
      [worse("severe"), "return-worse-severe"],
      [{ ...worse("moderate"), anotherLine: true }, "lines-differ-after-return"],
      [{ ...worse("moderate"), back: { damaged: true } }, "return-damaged-on-the-way-back"],
    ],
    unknown: [[{ ...worse("moderate"), outbound: "not inspected" }, "return-worse-unclear"]],
  },
  "return-worse-severe": {
    met: [
      [worse("severe"), ["buyer", "automatic", returned, 0]],
      // The worst of them counts.
      [
        { ...noReason, back: {}, found: { flaws: [dent, flaw("burn", "front", "severe")] } },
        ["buyer", "automatic", returned, 0],
      ],
    ],
    missed: [
      [worse("moderate"), "return-worse-moderate"],
      [{ ...worse("severe"), anotherLine: true }, "lines-differ-after-return"],
      [{ ...worse("severe"), back: { damaged: true } }, "return-damaged-on-the-way-back"],
      [
        { ...worse("severe"), found: { by: "silence", flaws: [flaw("stain", "lining", "severe")] } },
        "no-reason-within-window",
      ],
    ],
    unknown: [[{ ...worse("severe"), outbound: "not inspected" }, "return-worse-unclear"]],
  },
  "return-worse-unclear": {
    met: [
      [{ ...worse("minor"), outbound: "not inspected" }, ["buyer", "arbitration", both, 10_000]],
      // A part was missing, but which one was not said: it may be the very flaw that was found.
      [
        { reason: "MISSING_PART", claims: "no flaw", back: {}, found: { flaws: [flaw("no-strap", "set")] } },
        ["buyer", "arbitration", both, 10_000],
      ],
    ],
    missed: [[{ ...noReason, ...cameBack, outbound: "not inspected" }, "no-reason-within-window"]],
    unknown: [[{ ...noReason, back: {}, outbound: "not inspected" }, "no-reason-within-window"]],
  },
  "no-reason-never-returnable": {
    met: (["custom_made", "perishable", "audio_video", "periodicals"] as const).map((category) => [
      { ...noReason, category },
      ["buyer", "ineligible", [], 0],
    ]),
    missed: [
      [{ ...noReason, category: "cosmetics" }, "no-reason-within-window"],
      [{ category: "perishable" }, "fault-presumed-merchant"],
    ],
    // The category is always known; before sign-off, too, such goods are not returnable.
    unknown: [[{ ...noReason, category: "other", signedOffAt: "not yet" }, "no-reason-before-sign-off"]],
  },
  "no-reason-kind-excluded": {
    met: (["unsealing", "activation", "near_expiry"] as const).map((exclusion) => [
      { ...noReason, exclusion, confirmed: true },
      ["buyer", "ineligible", [], 0],
    ]),
    missed: [
      [{ ...noReason, exclusion: "unsealing" }, "no-reason-within-window"],
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true, disclosed: [dent] },
        "no-reason-disclosed-flaws",
      ],
      [{ exclusion: "unsealing", confirmed: true }, "fault-presumed-merchant"],
    ],
    unknown: [[{ ...noReason, confirmed: true }, "no-reason-exclusion-confirmed"]],
  },
  "no-reason-flaw-not-disclosed": {
    met: [
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true },
        ["buyer", "automatic", returned, 10_000],
      ],
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true, intake: [dent] },
        ["buyer", "automatic", returned, 10_000],
      ],
    ],
    missed: [
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true, disclosed: [dent] },
        "no-reason-disclosed-flaws",
      ],
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true, filedAt: day("2026-03-09T00:00:00") },
        "no-reason-exclusion-confirmed",
      ],
      [{ exclusion: "disclosed_flaw", confirmed: true }, "fault-presumed-merchant"],
    ],
    unknown: [
      [{ ...noReason, confirmed: true }, "no-reason-exclusion-confirmed"],
      [
        { ...noReason, exclusion: "disclosed_flaw", confirmed: true, signedOffAt: "not yet" },
        "no-reason-exclusion-confirmed",
      ],
    ],
  },
  "no-reason-disclosed-flaws": {
    met: [[{ ...noReason, disclosed: [scratch], confirmed: true }, ["buyer", "ineligible", [], 0]]],
    missed: [
      [{ ...noReason, disclosed: [], confirmed: true }, "no-reason-exclusion-confirmed"],
      // No confirmation, no refusal.
      [{ ...noReason, disclosed: [scratch], confirmed: false }, "no-reason-within-window"],
      [{ disclosed: [dent], confirmed: true }, "fault-presumed-merchant"],
    ],
    unknown: [[{ ...noReason, disclosed: [scratch], signedOffAt: "not yet" }, "no-reason-before-sign-off"]],
  },
  "no-reason-exclusion-confirmed": {
    met: [
      [{ ...noReason, confirmed: true }, ["buyer", "ineligible", [], 0]],
      [{ ...noReason, confirmed: true, signedOffAt: "not yet" }, ["buyer", "ineligible", [], 0]],
    ],
    missed: [
      [{ ...noReason, confirmed: false }, "no-reason-within-window"],
      [{ confirmed: true }, "fault-presumed-merchant"],
    ],
    unknown: [[{ ...noReason, signedOffAt: "not yet" }, "no-reason-before-sign-off"]],
  },
  "no-reason-within-window": {
    met: [
      [noReason, ["buyer", "automatic", returned, 10_000]],
      [{ ...noReason, filedAt: day("2026-03-08T23:59:59.999") }, ["buyer", "automatic", returned, 10_000]],
      [
        { ...noReason, signedOffAt: day("2026-03-01T23:59:59.999"), filedAt: day("2026-03-08T23:59:59.999") },
        ["buyer", "automatic", returned, 10_000],
      ],
      [
        { ...noReason, signedOffAt: day("2026-03-02T00:00:00"), filedAt: day("2026-03-09T00:00:00") },
        ["buyer", "automatic", returned, 10_000],
      ],
      [
        { ...noReason, signedOffAt: day("2026-02-26T09:00:00"), filedAt: day("2026-03-05T23:59:59.999") },
        ["buyer", "automatic", returned, 10_000],
      ],
      // The last day is a leap day.
      [
        { ...noReason, signedOffAt: day("2028-02-22T09:00:00"), filedAt: day("2028-02-29T23:59:59.999") },
        ["buyer", "automatic", returned, 10_000],
      ],
      // The clocks of Shanghai were last put forward on 14 April 1991: the week is an hour shorter.
      [
        { ...noReason, signedOffAt: day("1991-04-10T09:00:00"), filedAt: day("1991-04-17T22:59:59.999") },
        ["buyer", "automatic", returned, 10_000],
      ],
      // Filed while it was on the way, judged again after it arrived.
      [{ ...noReason, filedAt: day("2026-02-27T00:00:00") }, ["buyer", "automatic", returned, 10_000]],
    ],
    missed: [
      [{ ...noReason, filedAt: day("2026-03-09T00:00:00") }, "no-reason-window-over"],
      [
        { ...noReason, signedOffAt: day("2026-03-01T00:00:00"), filedAt: day("2026-03-09T00:00:00") },
        "no-reason-window-over",
      ],
      [
        { ...noReason, signedOffAt: day("2026-02-26T09:00:00"), filedAt: day("2026-03-06T00:00:00") },
        "no-reason-window-over",
      ],
      [
        { ...noReason, signedOffAt: day("2028-02-22T09:00:00"), filedAt: day("2028-03-01T00:00:00") },
        "no-reason-window-over",
      ],
      [
        { ...noReason, signedOffAt: day("1991-04-10T09:00:00"), filedAt: day("1991-04-17T23:00:00") },
        "no-reason-window-over",
      ],
      [{}, "fault-presumed-merchant"],
    ],
    unknown: [[{ ...noReason, signedOffAt: "not yet" }, "no-reason-before-sign-off"]],
  },
  "no-reason-before-sign-off": {
    met: [
      [{ ...noReason, signedOffAt: "not yet" }, ["buyer", "merchant", returned, 10_000]],
      [
        { ...noReason, signedOffAt: "not yet", way: { status: "in_transit" } },
        ["buyer", "merchant", returned, 10_000],
      ],
    ],
    missed: [
      [noReason, "no-reason-within-window"],
      [{ signedOffAt: "not yet" }, "fault-presumed-merchant"],
    ],
    unknown: [
      [{ ...noReason, signedOffAt: "not yet", category: "perishable" }, "no-reason-never-returnable"],
    ],
  },
  "no-reason-window-over": {
    met: [
      [{ ...noReason, filedAt: day("2026-03-09T00:00:00") }, ["buyer", "ineligible", [], 0]],
      [{ ...noReason, filedAt: day("2027-03-09T00:00:00") }, ["buyer", "ineligible", [], 0]],
    ],
    missed: [
      [{ ...noReason, filedAt: day("2026-03-08T23:59:59.999") }, "no-reason-within-window"],
      [{ filedAt: day("2026-03-09T00:00:00") }, "fault-presumed-merchant"],
    ],
    unknown: [
      [
        { ...noReason, signedOffAt: "not yet", filedAt: day("2026-03-09T00:00:00") },
        "no-reason-before-sign-off",
      ],
    ],
  },
  "flaw-hidden-at-intake": {
    met: [
      ...eachConditionReason({ intake: [scratch] }, ["merchant", "automatic", mendableReturned, 10_000]),
      [{ intake: [scratch], outbound: "not inspected" }, ["merchant", "automatic", mendableReturned, 10_000]],
      // Told, but as less than it was.
      [
        { intake: [flaw("scratch", "back", "severe")], disclosed: [scratch], confirmed: true },
        ["merchant", "automatic", mendableReturned, 10_000],
      ],
      [{ intake: [scratch], ...large }, ["merchant", "automatic", mendableReturned, 10_000]],
    ],
    missed: [
      [{ intake: [dent] }, "fault-presumed-merchant"],
      [{ intake: [flaw("scratch", "strap")] }, "fault-presumed-merchant"],
      [{ intake: [scratch], disclosed: [scratch] }, "flaw-disclosed-not-confirmed"],
      [{ intake: [scratch], reason: "COUNTERFEIT" }, "counterfeit"],
      [{ intake: [scratch], reason: "CHANGED_MIND" }, "no-reason-within-window"],
      [{ outbound: [scratch] }, "flaw-arose-in-custody"],
    ],
    unknown: [[{ reason: "EXPIRED", claims: "no flaw", intake: [scratch] }, "expired"]],
  },
  "flaw-arose-in-custody": {
    met: [
      [{ outbound: [scratch] }, ["platform", "automatic", mendableReturned, 10_000]],
      [{ outbound: [scratch], custodyRisk: "merchant" }, ["merchant", "automatic", mendableReturned, 10_000]],
      // Packed by the merchant: the platform never held it.
      [{ outbound: [scratch], packedBy: "merchant" }, ["merchant", "automatic", mendableReturned, 10_000]],
      // Disclosed and confirmed, but worse when it left.
      [
        {
          intake: [scratch],
          disclosed: [scratch],
          outbound: [flaw("scratch", "back", "severe")],
          confirmed: true,
        },
        ["platform", "automatic", mendableReturned, 10_000],
      ],
    ],
    missed: [
      [{ outbound: [dent] }, "fault-presumed-merchant"],
      [{ disclosed: [scratch], outbound: [scratch] }, "flaw-disclosed-not-confirmed"],
      [{ intake: [scratch], outbound: [scratch] }, "flaw-hidden-at-intake"],
      [{ outbound: [scratch], reason: "COUNTERFEIT" }, "counterfeit"],
    ],
    unknown: [
      [{ outbound: "not inspected" }, "fault-presumed-merchant"],
      [{ reason: "EXPIRED", claims: "no flaw", outbound: [scratch] }, "expired"],
    ],
  },
  "flaw-disclosed-and-confirmed": {
    met: [
      ...eachConditionReason({ intake: [scratch], disclosed: [scratch], confirmed: true }, [
        "buyer",
        "ineligible",
        [],
        0,
      ]),
      [
        { intake: [scratch], disclosed: [scratch], confirmed: true, outbound: "not inspected" },
        ["buyer", "ineligible", [], 0],
      ],
      [{ disclosed: [scratch], confirmed: true, way: { damaged: true } }, ["buyer", "ineligible", [], 0]],
    ],
    missed: [
      [{ intake: [scratch], disclosed: [scratch], confirmed: false }, "flaw-disclosed-not-confirmed"],
      [{ disclosed: [dent], confirmed: true }, "fault-presumed-merchant"],
      [{ disclosed: [scratch], confirmed: true, reason: "COUNTERFEIT" }, "counterfeit"],
      [{ disclosed: [scratch], confirmed: true, reason: "COLOR" }, "no-reason-disclosed-flaws"],
    ],
    unknown: [[{ reason: "EXPIRED", claims: "no flaw", disclosed: [scratch], confirmed: true }, "expired"]],
  },
  "flaw-disclosed-not-confirmed": {
    met: eachConditionReason({ intake: [scratch], disclosed: [scratch] }, [
      "merchant",
      "merchant",
      mendable,
      10_000,
    ]),
    missed: [
      [{ disclosed: [scratch], confirmed: true }, "flaw-disclosed-and-confirmed"],
      [{ disclosed: [dent] }, "fault-presumed-merchant"],
      [{ disclosed: [scratch], reason: "COUNTERFEIT" }, "counterfeit"],
    ],
    unknown: [[{ reason: "EXPIRED", claims: "no flaw", disclosed: [scratch] }, "expired"]],
  },
  "damaged-in-transit": {
    met: [
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", mendable, 10_000],
      ],
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, type: "refund_only", ...large },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
      [
        { reason: "DEFECTIVE", way: { damaged: true }, type: "refund_only" },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
      // Weakly signed, but the goods come back and are looked at before anything is paid.
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true, weak: true } },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
      // Some other flaw was there at dispatch; the claimed one was not.
      [
        { reason: "NOT_AS_DESCRIBED", way: { damaged: true }, outbound: [dent] },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
      [
        {
          reason: "MISSING_PART",
          claims: "no flaw",
          way: { damaged: true },
          disclosed: [scratch],
          outbound: [scratch],
        },
        ["carrier", "automatic", mendable, 10_000, "sf-out"],
      ],
    ],
    missed: [
      [{ reason: "DAMAGED_ON_ARRIVAL", way: { damaged: false } }, "fault-presumed-merchant"],
      [
        { reason: "DAMAGED_ON_ARRIVAL", type: "refund_only", way: { damaged: true, weak: true } },
        "damaged-in-transit-unconfirmed",
      ],
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, outbound: [scratch] },
        "flaw-arose-in-custody",
      ],
      [
        { reason: "MISSING_PART", claims: "no flaw", way: { damaged: true }, outbound: [scratch] },
        "wrong-or-missing-packed-by-platform",
      ],
      [
        {
          reason: "MISSING_PART",
          claims: "no flaw",
          way: { damaged: true },
          disclosed: [scratch],
          outbound: [flaw("scratch", "back", "severe")],
        },
        "wrong-or-missing-packed-by-platform",
      ],
      [{ reason: "COUNTERFEIT", way: { damaged: true } }, "counterfeit"],
      [{ reason: "EXPIRED", way: { damaged: true } }, "expired"],
    ],
    unknown: [
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, outbound: "not inspected" },
        "fault-presumed-merchant",
      ],
      [{ reason: "DAMAGED_ON_ARRIVAL", way: "no parcel" }, "fault-presumed-merchant"],
    ],
  },
  "merchant-restricted": {
    met: [
      ...(["DEFECTIVE", "NOT_AS_DESCRIBED", "DAMAGED_ON_ARRIVAL", "EXPIRED", "COUNTERFEIT"] as const).map(
        (reason): readonly [Given, Gives] => [
          { ...restricted, reason },
          ["merchant", "arbitration", [...mendable, "resend"], 10_000],
        ],
      ),
      ...(["WRONG_ITEM", "MISSING_PART", "EMPTY_PACKAGE", "DELIVERED_LATE"] as const).map(
        (reason): readonly [Given, Gives] => [
          { ...restricted, reason, claims: "no flaw", packedBy: "merchant" },
          ["merchant", "arbitration", [...mendable, "resend"], 10_000],
        ],
      ),
    ],
    missed: [
      [{ standing: "watched" }, "fault-presumed-merchant"],
      [{ ...restricted, ...wrongItem }, "wrong-or-missing-packed-by-platform"],
      [{ ...restricted, ...noReason }, "no-reason-within-window"],
      // Where a record speaks, nobody's word is needed.
      [{ ...restricted, intake: [scratch] }, "flaw-hidden-at-intake"],
      [{ ...restricted, reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } }, "damaged-in-transit"],
      [{ ...restricted, ...notDelivered, packedBy: "merchant" }, "not-delivered-open"],
    ],
    unknown: [[{}, "fault-presumed-merchant"]],
  },
  "damaged-in-transit-unconfirmed": {
    met: [
      ...(["DAMAGED_ON_ARRIVAL", "DEFECTIVE", "NOT_AS_DESCRIBED", "MISSING_PART"] as const).map(
        (reason): readonly [Given, Gives] => [
          { reason, type: "refund_only", way: { damaged: true, weak: true } },
          ["carrier", "merchant", mendable, 10_000, "sf-out"],
        ],
      ),
      [
        {
          reason: "DAMAGED_ON_ARRIVAL",
          type: "refund_only",
          way: { damaged: true, weak: true },
          transitRisk: "platform",
        },
        ["platform", "merchant", mendable, 10_000],
      ],
    ],
    missed: [
      [{ reason: "DAMAGED_ON_ARRIVAL", type: "refund_only", way: { damaged: true } }, "damaged-in-transit"],
      [{ reason: "DAMAGED_ON_ARRIVAL", type: "refund_only", way: { weak: true } }, "refund-without-return"],
      [
        {
          reason: "DAMAGED_ON_ARRIVAL",
          type: "refund_only",
          way: { damaged: true, weak: true },
          outbound: [scratch],
        },
        "flaw-arose-in-custody",
      ],
      [
        {
          reason: "MISSING_PART",
          claims: "no flaw",
          type: "refund_only",
          way: { damaged: true, weak: true },
          outbound: [scratch],
        },
        "wrong-or-missing-packed-by-platform",
      ],
      [{ reason: "EXPIRED", type: "refund_only", way: { damaged: true, weak: true } }, "expired"],
    ],
    unknown: [
      [
        {
          reason: "DAMAGED_ON_ARRIVAL",
          type: "refund_only",
          way: { damaged: true, weak: true },
          outbound: "not inspected",
        },
        "refund-without-return",
      ],
      [{ reason: "DAMAGED_ON_ARRIVAL", type: "refund_only", way: "no parcel" }, "refund-without-return"],
    ],
  },
  "wrong-item-shipped-first": {
    met: [
      [trusted, ["platform", "automatic", [...returned, "exchange"], 10_000]],
      // What comes back is judged by it as well.
      [
        { ...trusted, back: {}, found: { sameItem: false } },
        ["platform", "automatic", [...returned, "exchange"], 10_000],
      ],
    ],
    missed: [
      [{ ...trusted, buyerTrusted: false }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, returnsOwed: 1 }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, ...large }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, type: "return_and_refund" }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, reason: "MISSING_PART" }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, packedBy: "merchant" }, "wrong-or-missing-packed-by-merchant"],
      [{ ...trusted, back: { lost: true } }, "return-parcel-lost"],
    ],
    unknown: [
      [{ ...wrongItem, type: "exchange", buyerTrusted: true }, "wrong-or-missing-packed-by-platform"],
      [{ ...wrongItem, type: "exchange", returnsOwed: 0 }, "wrong-or-missing-packed-by-platform"],
      [{ ...trusted, currency: "CHF" }, "wrong-or-missing-packed-by-platform"],
    ],
  },
  "wrong-or-missing-packed-by-platform": {
    met: [
      [wrongItem, ["platform", "automatic", [...returned, "exchange", "resend"], 10_000]],
      [
        { ...wrongItem, reason: "MISSING_PART" },
        ["platform", "automatic", [...returned, "exchange", "resend"], 10_000],
      ],
    ],
    missed: [
      [{ ...wrongItem, packedBy: "merchant" }, "wrong-or-missing-packed-by-merchant"],
      [{ ...wrongItem, reason: "EXPIRED" }, "expired"],
    ],
    unknown: [[{ ...wrongItem, way: "no parcel", reason: "ORDERED_WRONG_ITEM" }, "no-reason-within-window"]],
  },
  "wrong-or-missing-packed-by-merchant": {
    met: [
      [{ ...wrongItem, packedBy: "merchant" }, ["merchant", "merchant", [...replaceable, "resend"], 10_000]],
      [
        { ...wrongItem, packedBy: "merchant", reason: "MISSING_PART" },
        ["merchant", "merchant", [...replaceable, "resend"], 10_000],
      ],
    ],
    missed: [
      [wrongItem, "wrong-or-missing-packed-by-platform"],
      [{ ...wrongItem, packedBy: "merchant", reason: "EXPIRED" }, "expired"],
    ],
    unknown: [
      [
        { ...wrongItem, packedBy: "merchant", outbound: "not inspected", reason: "COUNTERFEIT" },
        "counterfeit",
      ],
    ],
  },
  "empty-package-packed-by-platform": {
    met: [
      [emptyPackage, ["platform", "automatic", sendable, 10_000]],
      [{ ...emptyPackage, claimMinor: 4_999_999n }, ["platform", "automatic", sendable, 10_000]],
    ],
    missed: [
      [{ ...emptyPackage, claimMinor: 5_000_000n }, "empty-package-large"],
      [{ ...emptyPackage, packedBy: "merchant" }, "empty-package-packed-by-merchant"],
      [{ ...emptyPackage, reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [[{ ...emptyPackage, currency: "XTS" }, "empty-package-large"]],
  },
  "empty-package-large": {
    met: [
      [{ ...emptyPackage, ...large }, ["platform", "arbitration", sendable, 10_000]],
      [{ ...emptyPackage, currency: "XTS" }, ["platform", "arbitration", sendable, 10_000]],
    ],
    missed: [
      [emptyPackage, "empty-package-packed-by-platform"],
      [{ ...emptyPackage, ...large, packedBy: "merchant" }, "empty-package-packed-by-merchant"],
      [{ ...emptyPackage, ...large, reason: "DEFECTIVE" }, "large-claim-without-evidence"],
    ],
    unknown: [
      [{ ...emptyPackage, currency: "XTS", packedBy: "merchant" }, "empty-package-packed-by-merchant"],
    ],
  },
  "empty-package-packed-by-merchant": {
    met: [[{ ...emptyPackage, packedBy: "merchant" }, ["merchant", "merchant", sendable, 10_000]]],
    missed: [
      [emptyPackage, "empty-package-packed-by-platform"],
      [{ ...emptyPackage, packedBy: "merchant", reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [[{ ...emptyPackage, currency: "XTS" }, "empty-package-large"]],
  },
  counterfeit: {
    met: [
      [{ reason: "COUNTERFEIT", claims: "no flaw" }, ["merchant", "merchant", both, 10_000]],
      [{ reason: "COUNTERFEIT", type: "refund_only", ...large }, ["merchant", "merchant", both, 10_000]],
    ],
    missed: [[{ reason: "NOT_AS_DESCRIBED" }, "fault-presumed-merchant"]],
    unknown: [[{ outbound: "not inspected", way: "no parcel" }, "fault-presumed-merchant"]],
  },
  "not-delivered-on-record": {
    met: [
      [
        { ...notDelivered, way: { status: "returned" } },
        ["carrier", "automatic", sendable, 10_000, "sf-out"],
      ],
      [
        { ...notDelivered, way: { status: "returning" }, transitRisk: "platform" },
        ["platform", "automatic", sendable, 10_000],
      ],
    ],
    missed: [
      [{ ...notDelivered, way: { status: "in_transit" } }, "not-delivered-open"],
      [{ ...notDelivered, way: { status: "returned", weak: true } }, "not-delivered-unconfirmed"],
      [{ ...notDelivered, way: { status: "refused" } }, "not-delivered-open"],
      [{ ...notDelivered, reason: "DEFECTIVE", way: { status: "returned" } }, "refund-without-return"],
    ],
    unknown: [
      [notDelivered, "not-delivered-open"],
      [{ ...notDelivered, way: "not scanned" }, "not-delivered-open"],
    ],
  },
  "not-delivered-unconfirmed": {
    met: [
      [
        { ...notDelivered, way: { status: "returned", weak: true } },
        ["carrier", "merchant", sendable, 10_000, "sf-out"],
      ],
      [
        { ...notDelivered, way: { status: "returning", weak: true }, transitRisk: "platform" },
        ["platform", "merchant", sendable, 10_000],
      ],
    ],
    missed: [
      [{ ...notDelivered, way: { status: "returning" } }, "not-delivered-on-record"],
      [{ ...notDelivered, way: { status: "refused", weak: true } }, "not-delivered-open"],
      [
        { ...notDelivered, reason: "DEFECTIVE", way: { status: "returned", weak: true } },
        "refund-without-return",
      ],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "not-delivered-but-signed-for": {
    met: [[{ ...notDelivered, way: { status: "delivered" } }, ["buyer", "arbitration", sendable, 10_000]]],
    missed: [
      [{ ...notDelivered, way: { status: "out_for_delivery" } }, "not-delivered-open"],
      [{ ...notDelivered, reason: "EXPIRED", way: { status: "delivered" } }, "expired"],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "reported-lost-on-the-way-out": {
    met: [
      [reportedLost, ["carrier", "automatic", sendable, 10_000, "sf-out"]],
      [{ ...reportedLost, transitRisk: "platform" }, ["platform", "automatic", sendable, 10_000]],
      [{ ...reportedLost, lossPays: "nothing" }, ["merchant", "automatic", sendable, 10_000]],
      [silentFor(1, { status: "lost" }), ["carrier", "automatic", sendable, 10_000, "sf-out"]],
    ],
    missed: [
      [weaklyLost, "reported-lost-unconfirmed"],
      [{ ...notDelivered, way: { status: "exception" } }, "not-delivered-open"],
      [{ ...reportedLost, reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "lost-on-the-way-out": {
    met: [
      [silentFor(15), ["carrier", "automatic", sendable, 10_000, "sf-out"]],
      [{ ...silentFor(40), transitRisk: "platform" }, ["platform", "automatic", sendable, 10_000]],
      [silentFor(15, { status: "refused" }), ["carrier", "automatic", sendable, 10_000, "sf-out"]],
      // Silence needs no signature, neither after a scan nor after a weakly told loss.
      [silentFor(15, { weak: true }), ["carrier", "automatic", sendable, 10_000, "sf-out"]],
      [silentFor(15, { status: "lost", weak: true }), ["carrier", "automatic", sendable, 10_000, "sf-out"]],
    ],
    missed: [
      [silentFor(14), "not-delivered-open"],
      [{ ...silentFor(15), reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [
      [notDelivered, "not-delivered-open"],
      [{ ...notDelivered, way: "not scanned" }, "not-delivered-open"],
    ],
  },
  "reported-lost-unconfirmed": {
    met: [
      [weaklyLost, ["carrier", "arbitration", sendable, 10_000, "sf-out"]],
      [{ ...weaklyLost, transitRisk: "platform" }, ["platform", "arbitration", sendable, 10_000]],
      [silentFor(14, { status: "lost", weak: true }), ["carrier", "arbitration", sendable, 10_000, "sf-out"]],
    ],
    missed: [
      [reportedLost, "reported-lost-on-the-way-out"],
      [silentFor(15, { status: "lost", weak: true }), "lost-on-the-way-out"],
      [{ ...notDelivered, way: { status: "exception", weak: true } }, "not-delivered-open"],
      [{ ...weaklyLost, reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "not-dispatched-by-platform": {
    met: [
      [{ ...notDelivered, way: "no parcel" }, ["platform", "arbitration", sendable, 10_000]],
      [
        { ...notDelivered, way: "no parcel", custodyRisk: "merchant" },
        ["merchant", "arbitration", sendable, 10_000],
      ],
    ],
    missed: [
      [{ ...notDelivered, way: "not scanned" }, "not-delivered-open"],
      [{ ...notDelivered, way: "no parcel", packedBy: "merchant" }, "not-dispatched-by-merchant"],
      [{ ...emptyPackage, way: "no parcel" }, "empty-package-packed-by-platform"],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "not-dispatched-by-merchant": {
    met: [
      [
        { ...notDelivered, way: "no parcel", packedBy: "merchant" },
        ["merchant", "merchant", sendable, 10_000],
      ],
    ],
    missed: [
      [{ ...notDelivered, way: "not scanned", packedBy: "merchant" }, "not-delivered-open"],
      [{ ...notDelivered, way: "no parcel" }, "not-dispatched-by-platform"],
      [
        { ...notDelivered, way: "no parcel", packedBy: "merchant", reason: "DELIVERED_LATE" },
        "refund-without-return",
      ],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned", packedBy: "merchant" }, "not-delivered-open"]],
  },
  "not-delivered-open": {
    met: [
      [notDelivered, ["carrier", "arbitration", sendable, 10_000, "sf-out"]],
      [{ ...notDelivered, transitRisk: "platform" }, ["platform", "arbitration", sendable, 10_000]],
    ],
    missed: [[{ ...notDelivered, reason: "DEFECTIVE" }, "refund-without-return"]],
    unknown: [[{ ...notDelivered, way: "no parcel", reason: "STYLE" }, "no-reason-before-sign-off"]],
  },
  "late-on-record": {
    met: [
      [tookDays(16), ["platform", "automatic", returned, 10_000]],
      [{ ...tookDays(16), packedBy: "merchant" }, ["merchant", "automatic", returned, 10_000]],
    ],
    missed: [
      [tookDays(15), "late-packed-by-platform"],
      [{ ...tookDays(16), reason: "EXPIRED" }, "expired"],
    ],
    unknown: [[{ ...tookDays(16), signedOffAt: "not yet" }, "late-packed-by-platform"]],
  },
  "late-packed-by-platform": {
    met: [[{ reason: "DELIVERED_LATE", claims: "no flaw" }, ["platform", "arbitration", returned, 10_000]]],
    missed: [
      [{ reason: "DELIVERED_LATE", claims: "no flaw", packedBy: "merchant" }, "fault-presumed-merchant"],
      [{ reason: "EXPIRED", claims: "no flaw" }, "expired"],
    ],
    unknown: [
      [
        { reason: "DELIVERED_LATE", claims: "no flaw", packedBy: "merchant", way: "no parcel" },
        "fault-presumed-merchant",
      ],
    ],
  },
  "last-request": {
    met: [
      [{ priorRequests: 4 }, ["merchant", "arbitration", mendable, 10_000]],
      [{ priorRequests: 5, ...large }, ["merchant", "arbitration", mendable, 10_000]],
    ],
    missed: [
      [{ priorRequests: 3 }, "fault-presumed-merchant"],
      [{ priorRequests: 4, intake: [scratch] }, "flaw-hidden-at-intake"],
      [{ priorRequests: 4, outbound: "not inspected", way: { damaged: true } }, "fault-presumed-merchant"],
      [{ priorRequests: 4, ...noReason }, "no-reason-within-window"],
    ],
    unknown: [[{ outbound: "not inspected", way: "no parcel" }, "fault-presumed-merchant"]],
  },
  "large-claim-without-evidence": {
    met: [
      [large, ["merchant", "arbitration", mendable, 10_000]],
      [
        { ...large, outbound: "not inspected", way: "no parcel" },
        ["merchant", "arbitration", mendable, 10_000],
      ],
      [{ claimMinor: 1_000_000n, currency: "JPY" }, ["merchant", "arbitration", mendable, 10_000]],
    ],
    missed: [
      [{ claimMinor: 4_999_999n }, "fault-presumed-merchant"],
      [{ claimMinor: 999_999n, currency: "JPY" }, "fault-presumed-merchant"],
      // A scan speaks for the claim, though nobody looked at dispatch.
      [{ ...large, way: { damaged: true }, outbound: "not inspected" }, "fault-presumed-merchant"],
      [{ ...large, way: { status: "returned" } }, "fault-presumed-merchant"],
      [{ ...large, way: { status: "returning" } }, "fault-presumed-merchant"],
    ],
    unknown: [[{ ...large, currency: "XTS" }, "fault-presumed-merchant"]],
  },
  "expired-near-expiry": {
    met: [
      [
        { reason: "EXPIRED", claims: "no flaw", exclusion: "near_expiry", confirmed: true },
        ["merchant", "arbitration", replaceable, 10_000],
      ],
    ],
    missed: [
      [{ reason: "EXPIRED", claims: "no flaw", exclusion: "near_expiry" }, "expired"],
      [{ reason: "EXPIRED", claims: "no flaw", exclusion: "unsealing", confirmed: true }, "expired"],
      [{ reason: "COUNTERFEIT", exclusion: "near_expiry", confirmed: true }, "counterfeit"],
      [{ exclusion: "near_expiry", confirmed: true }, "fault-presumed-merchant"],
    ],
    unknown: [[{ reason: "EXPIRED", claims: "no flaw", confirmed: true }, "expired"]],
  },
  expired: {
    met: [
      [{ reason: "EXPIRED", claims: "no flaw" }, ["merchant", "merchant", replaceable, 10_000]],
      [
        { reason: "EXPIRED", claims: "no flaw", type: "refund_only" },
        ["merchant", "merchant", replaceable, 10_000],
      ],
    ],
    missed: [
      [{}, "fault-presumed-merchant"],
      [{ reason: "EXPIRED", claims: "no flaw", ...large }, "large-claim-without-evidence"],
    ],
    unknown: [[{ outbound: "not inspected", way: "no parcel" }, "fault-presumed-merchant"]],
  },
  "refund-without-return": {
    met: [[{ type: "refund_only" }, ["merchant", "merchant", both, 10_000]]],
    missed: [
      [{ type: "return_and_refund" }, "fault-presumed-merchant"],
      [{ type: "refund_only", ...large }, "large-claim-without-evidence"],
    ],
    unknown: [
      [
        { type: "refund_only", outbound: "not inspected", way: "no parcel", signedOffAt: "not yet" },
        "refund-without-return",
      ],
    ],
  },
  "fault-presumed-merchant": {
    met: [
      [{}, ["merchant", "merchant", mendable, 10_000]],
      [
        { reason: "DELIVERED_LATE", claims: "no flaw", packedBy: "merchant" },
        ["merchant", "merchant", mendable, 10_000],
      ],
    ],
    missed: [[{ type: "refund_only" }, "refund-without-return"]],
    unknown: [
      [{ outbound: "not inspected", way: "no parcel", signedOffAt: "not yet" }, "fault-presumed-merchant"],
    ],
  },
};
