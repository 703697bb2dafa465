import { describe, expect, it } from "vitest";
import type { Category, Severity } from "../../functions/domain/catalog.ts";
import { InvariantViolation } from "../../functions/domain/errors.ts";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import type { Condition } from "../../functions/domain/judgment/conditions.ts";
import { RuleError } from "../../functions/domain/judgment/conditions.ts";
import {
  conditionReasons,
  type FactName,
  factCatalogue,
  factIn,
  factsOf,
} from "../../functions/domain/judgment/facts.ts";
import type { JudgmentInput } from "../../functions/domain/judgment/input.ts";
import { decide, judge } from "../../functions/domain/judgment/judge.ts";
import {
  assertWhole,
  compileRuleSet,
  maximumRules,
  type Rule,
  type RuleSet,
  solely,
} from "../../functions/domain/judgment/rule-set.ts";
import type { FactValue, Party, Route } from "../../functions/domain/judgment/verdict.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import { caseOf, day, dent, flaw, type Given, scratch } from "../support/judged-cases.ts";

const judged = (given: Given) => judge(cnStandard, caseOf(given), 1);
const ruleFor = (given: Given): string => judged(given).rule;

const both = ["refund_only", "return_and_refund"] as const;
const returned = ["return_and_refund"] as const;
const unreturned = ["refund_only"] as const;

/** Who is liable (and pays the freight), on which route, for what, up to which part. */
type Gives = readonly [Party, Route, readonly string[], capBps: number, carrier?: string];

type RuleCases = {
  readonly met: readonly (readonly [Given, Gives])[];
  /** One condition of the rule is broken at a time. */
  readonly missed: readonly (readonly [Given, leadsTo: string])[];
  /** What the rule asks is not known. */
  readonly unknown: readonly (readonly [Given, leadsTo: string])[];
};

const eachConditionReason = (given: Given, gives: Gives): readonly (readonly [Given, Gives])[] =>
  conditionReasons.map((reason) => [{ ...given, reason }, gives]);

const noReason: Given = { reason: "CHANGED_MIND", claims: "no flaw" };
const cameBack: Given = { back: {}, found: {} };
const worse = (severity: Severity): Given => ({
  ...noReason,
  back: {},
  found: { flaws: [flaw("stain", "lining", severity)] },
});
const wrongItem: Given = { reason: "WRONG_ITEM", claims: "no flaw" };
const emptyPackage: Given = { reason: "EMPTY_PACKAGE", claims: "no flaw", type: "refund_only" };
const notDelivered: Given = {
  reason: "NOT_DELIVERED",
  claims: "no flaw",
  type: "refund_only",
  signedOffAt: "not yet",
  way: { status: "in_transit" },
};
const large: Given = { claimMinor: 5_000_000n };

/** A change of mind about goods of this category, which came back with this flaw. */
const sentBack = (category: Category, code: string, severity: Severity = "minor"): Given => ({
  ...noReason,
  category,
  back: {},
  found: { flaws: [flaw(code, "set", severity)] },
});
const defective: Given = { reason: "DEFECTIVE", claims: scratch };
const restricted: Given = { standing: "restricted" };
/** Filed on 3 March, so many days after the carrier last saw the parcel. */
const silentFor = (days: number, way: { status?: ParcelStatus; weak?: true } = {}): Given => ({
  ...notDelivered,
  way: { status: "in_transit", lastScanAt: day("2026-03-03T23:00:00") - days * 86_400_000, ...way },
});
/** Signed for on 1 March, so many days after the order. */
const tookDays = (days: number): Given => ({
  reason: "DELIVERED_LATE",
  claims: "no flaw",
  orderedAt: day("2026-03-01T20:00:00") - days * 86_400_000,
});

const truth: { readonly [rule: string]: RuleCases } = {
  "return-parcel-lost": {
    met: [
      [{ back: { lost: true } }, ["carrier", "automatic", both, 10_000, "sf-back"]],
      [{ back: { lost: true }, transitRisk: "platform" }, ["platform", "automatic", both, 10_000]],
      [{ ...noReason, back: { lost: true } }, ["carrier", "automatic", both, 10_000, "sf-back"]],
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
      [{ ...worse("severe"), back: { damaged: true } }, ["carrier", "automatic", both, 10_000, "sf-back"]],
      [
        { ...worse("minor"), back: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", both, 10_000],
      ],
      [
        { ...worse("minor"), back: { damaged: true }, outbound: "not inspected" },
        ["carrier", "automatic", both, 10_000, "sf-back"],
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
      [{ ...worse("severe"), way: { damaged: true } }, ["carrier", "automatic", both, 10_000, "sf-out"]],
      [
        { ...worse("severe"), way: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", both, 10_000],
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
      ...eachConditionReason({ intake: [scratch] }, ["merchant", "automatic", returned, 10_000]),
      [{ intake: [scratch], outbound: "not inspected" }, ["merchant", "automatic", returned, 10_000]],
      // Told, but as less than it was.
      [
        { intake: [flaw("scratch", "back", "severe")], disclosed: [scratch], confirmed: true },
        ["merchant", "automatic", returned, 10_000],
      ],
      [{ intake: [scratch], ...large }, ["merchant", "automatic", returned, 10_000]],
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
      [{ outbound: [scratch] }, ["platform", "automatic", returned, 10_000]],
      [{ outbound: [scratch], custodyRisk: "merchant" }, ["merchant", "automatic", returned, 10_000]],
      // Packed by the merchant: the platform never held it.
      [{ outbound: [scratch], packedBy: "merchant" }, ["merchant", "automatic", returned, 10_000]],
      // Disclosed and confirmed, but worse when it left.
      [
        {
          intake: [scratch],
          disclosed: [scratch],
          outbound: [flaw("scratch", "back", "severe")],
          confirmed: true,
        },
        ["platform", "automatic", returned, 10_000],
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
    met: [[{ intake: [scratch], disclosed: [scratch] }, ["merchant", "merchant", both, 10_000]]],
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
        ["carrier", "automatic", both, 10_000, "sf-out"],
      ],
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, transitRisk: "platform" },
        ["platform", "automatic", both, 10_000],
      ],
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true }, type: "refund_only", ...large },
        ["carrier", "automatic", both, 10_000, "sf-out"],
      ],
      [
        { reason: "DEFECTIVE", way: { damaged: true }, type: "refund_only" },
        ["carrier", "automatic", both, 10_000, "sf-out"],
      ],
      // Weakly signed, but the goods come back and are looked at before anything is paid.
      [
        { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true, weak: true } },
        ["carrier", "automatic", both, 10_000, "sf-out"],
      ],
      // Some other flaw was there at dispatch; the claimed one was not.
      [
        { reason: "NOT_AS_DESCRIBED", way: { damaged: true }, outbound: [dent] },
        ["carrier", "automatic", both, 10_000, "sf-out"],
      ],
      [
        {
          reason: "MISSING_PART",
          claims: "no flaw",
          way: { damaged: true },
          disclosed: [scratch],
          outbound: [scratch],
        },
        ["carrier", "automatic", both, 10_000, "sf-out"],
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
          ["merchant", "arbitration", both, 10_000],
        ],
      ),
      ...(["WRONG_ITEM", "MISSING_PART", "EMPTY_PACKAGE", "DELIVERED_LATE"] as const).map(
        (reason): readonly [Given, Gives] => [
          { ...restricted, reason, claims: "no flaw", packedBy: "merchant" },
          ["merchant", "arbitration", both, 10_000],
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
          ["carrier", "merchant", both, 10_000, "sf-out"],
        ],
      ),
      [
        {
          reason: "DAMAGED_ON_ARRIVAL",
          type: "refund_only",
          way: { damaged: true, weak: true },
          transitRisk: "platform",
        },
        ["platform", "merchant", both, 10_000],
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
  "wrong-or-missing-packed-by-platform": {
    met: [
      [wrongItem, ["platform", "automatic", returned, 10_000]],
      [{ ...wrongItem, reason: "MISSING_PART" }, ["platform", "automatic", returned, 10_000]],
    ],
    missed: [
      [{ ...wrongItem, packedBy: "merchant" }, "wrong-or-missing-packed-by-merchant"],
      [{ ...wrongItem, reason: "EXPIRED" }, "expired"],
    ],
    unknown: [[{ ...wrongItem, way: "no parcel", reason: "ORDERED_WRONG_ITEM" }, "no-reason-within-window"]],
  },
  "wrong-or-missing-packed-by-merchant": {
    met: [
      [{ ...wrongItem, packedBy: "merchant" }, ["merchant", "merchant", both, 10_000]],
      [
        { ...wrongItem, packedBy: "merchant", reason: "MISSING_PART" },
        ["merchant", "merchant", both, 10_000],
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
      [emptyPackage, ["platform", "automatic", unreturned, 10_000]],
      [{ ...emptyPackage, claimMinor: 4_999_999n }, ["platform", "automatic", unreturned, 10_000]],
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
      [{ ...emptyPackage, ...large }, ["platform", "arbitration", unreturned, 10_000]],
      [{ ...emptyPackage, currency: "XTS" }, ["platform", "arbitration", unreturned, 10_000]],
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
    met: [[{ ...emptyPackage, packedBy: "merchant" }, ["merchant", "merchant", unreturned, 10_000]]],
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
        ["carrier", "automatic", unreturned, 10_000, "sf-out"],
      ],
      [
        { ...notDelivered, way: { status: "returning" }, transitRisk: "platform" },
        ["platform", "automatic", unreturned, 10_000],
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
        ["carrier", "merchant", unreturned, 10_000, "sf-out"],
      ],
      [
        { ...notDelivered, way: { status: "returning", weak: true }, transitRisk: "platform" },
        ["platform", "merchant", unreturned, 10_000],
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
    met: [[{ ...notDelivered, way: { status: "delivered" } }, ["buyer", "arbitration", unreturned, 10_000]]],
    missed: [
      [{ ...notDelivered, way: { status: "out_for_delivery" } }, "not-delivered-open"],
      [{ ...notDelivered, reason: "EXPIRED", way: { status: "delivered" } }, "expired"],
    ],
    unknown: [[{ ...notDelivered, way: "not scanned" }, "not-delivered-open"]],
  },
  "lost-on-the-way-out": {
    met: [
      [silentFor(15), ["carrier", "automatic", unreturned, 10_000, "sf-out"]],
      [{ ...silentFor(40), transitRisk: "platform" }, ["platform", "automatic", unreturned, 10_000]],
      [silentFor(15, { status: "refused" }), ["carrier", "automatic", unreturned, 10_000, "sf-out"]],
    ],
    missed: [
      [silentFor(14), "not-delivered-open"],
      [silentFor(15, { weak: true }), "not-delivered-open"],
      // A waybill that no carrier ever had is no parcel that got lost.
      [silentFor(15, { status: "registered" }), "not-delivered-open"],
      [{ ...silentFor(15), reason: "DEFECTIVE" }, "refund-without-return"],
    ],
    unknown: [
      [notDelivered, "not-delivered-open"],
      [silentFor(15, { status: "delivered" }), "not-delivered-but-signed-for"],
    ],
  },
  "not-dispatched-by-platform": {
    met: [
      [{ ...notDelivered, way: "no parcel" }, ["platform", "arbitration", unreturned, 10_000]],
      [
        { ...notDelivered, way: "no parcel", custodyRisk: "merchant" },
        ["merchant", "arbitration", unreturned, 10_000],
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
        ["merchant", "merchant", unreturned, 10_000],
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
      [notDelivered, ["carrier", "arbitration", unreturned, 10_000, "sf-out"]],
      [{ ...notDelivered, transitRisk: "platform" }, ["platform", "arbitration", unreturned, 10_000]],
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
      [{ priorRequests: 4 }, ["merchant", "arbitration", both, 10_000]],
      [{ priorRequests: 5, ...large }, ["merchant", "arbitration", both, 10_000]],
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
      [large, ["merchant", "arbitration", both, 10_000]],
      [{ ...large, outbound: "not inspected", way: "no parcel" }, ["merchant", "arbitration", both, 10_000]],
      [{ claimMinor: 1_000_000n, currency: "JPY" }, ["merchant", "arbitration", both, 10_000]],
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
        ["merchant", "arbitration", both, 10_000],
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
      [{ reason: "EXPIRED", claims: "no flaw" }, ["merchant", "merchant", both, 10_000]],
      [{ reason: "EXPIRED", claims: "no flaw", type: "refund_only" }, ["merchant", "merchant", both, 10_000]],
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
      [{}, ["merchant", "merchant", both, 10_000]],
      [
        { reason: "DELIVERED_LATE", claims: "no flaw", packedBy: "merchant" },
        ["merchant", "merchant", both, 10_000],
      ],
    ],
    missed: [[{ type: "refund_only" }, "refund-without-return"]],
    unknown: [
      [{ outbound: "not inspected", way: "no parcel", signedOffAt: "not yet" }, "fault-presumed-merchant"],
    ],
  },
};

/** The rows of a table, each with what it says before it. */
const titled = <Expected>(rows: readonly (readonly [Given, Expected])[]) =>
  rows.map(([given, expected]): [string, Given, Expected] => {
    const said = JSON.stringify(given, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    return [said, given, expected];
  });

describe("cn-standard, rule by rule", () => {
  it("has a truth table for each of its rules, and no other", () => {
    expect(Object.keys(truth)).toEqual([
      ...cnStandardRules.rules.map(({ id }) => id),
      cnStandardRules.otherwise.id,
    ]);
  });

  describe.each(Object.entries(truth))("%s", (rule, { met, missed, unknown }) => {
    it.each(titled(met))("is met by %s", (_, given, [party, route, remedies, refundCapBps, carrier]) => {
      const verdict = judged(given);
      expect(verdict).toMatchObject({
        rule,
        liability: solely(party),
        route,
        remedies,
        refundCapBps,
        freight: { payer: party, capMinor: verdict.freight.capMinor },
        clocks: { merchantAnswerHours: 48, silence: route === "ineligible" ? "refuse" : "approve" },
      });
      expect(verdict.carrier).toBe(carrier);
    });

    it.each(titled(missed))("is missed by %s", (_, given, leadsTo) => {
      expect(leadsTo).not.toBe(rule);
      expect(ruleFor(given)).toBe(leadsTo);
    });

    it.each(titled(unknown))("does not guess at %s", (_, given, leadsTo) => {
      expect(ruleFor(given)).toBe(leadsTo);
    });
  });

  it("asks nothing in vain: without any one condition some case of these tables comes out otherwise", () => {
    const cases = Object.values(truth)
      .flatMap(({ met, missed, unknown }) => [...met, ...missed, ...unknown])
      .map(([given]) => factsOf(caseOf(given), cnStandardRules));
    const outcomes = (ruleSet: RuleSet): string => {
      const compiled = compileRuleSet(ruleSet);
      return JSON.stringify(
        cases.map((facts) => {
          const { rule, nearMisses } = decide(compiled, facts);
          return [rule.id, nearMisses];
        }),
      );
    };
    const shipped = outcomes(cnStandardRules);
    const idle: string[] = [];
    for (const [index, rule] of cnStandardRules.rules.entries()) {
      const variants = withoutOne(rule.when).map((when) =>
        cnStandardRules.rules.with(index, { ...rule, when }),
      );
      for (const rules of [...variants, cnStandardRules.rules.toSpliced(index, 1)]) {
        if (outcomes({ ...cnStandardRules, rules }) === shipped) {
          idle.push(`${rule.id}: ${JSON.stringify(rules[index]?.when)}`);
        }
      }
    }
    // Asked although the rules before them leave no other answer: their explanations count on it.
    expect(idle).toEqual([
      'no-reason-window-over: {"all":[{"fact":"reasonKind","op":"eq","value":"change_of_mind"}]}',
      'wrong-or-missing-packed-by-merchant: {"all":[{"fact":"reason","op":"in","value":["WRONG_ITEM","MISSING_PART"]}]}',
      'empty-package-packed-by-merchant: {"all":[{"fact":"reason","op":"eq","value":"EMPTY_PACKAGE"}]}',
      'not-dispatched-by-merchant: {"all":[{"fact":"reason","op":"eq","value":"NOT_DELIVERED"},{"fact":"outboundShipped","op":"eq","value":false}]}',
    ]);
  });

  it("names a source for every rule and says every rule in both languages", () => {
    const { rules, otherwise, linesDiffer } = cnStandardRules;
    const rulings = [...rules, otherwise, linesDiffer.asFiled, linesDiffer.afterReturn];
    for (const { id, source, explanation } of rulings) {
      expect(source, id).not.toBe("");
      expect(explanation["zh-CN"], id).toMatch(/[\u4e00-\u9fff].*。$/u);
      expect(explanation.en, id).toMatch(/^[^\u4e00-\u9fff]+\.$/u);
      const named = (text: string) => new Set(text.match(/\{\w+\}/g));
      expect(named(explanation.en), id).toEqual(named(explanation["zh-CN"]));
    }
  });

  it("has a bound and a freight cap for the same currencies", () => {
    expect(Object.keys(cnStandardRules.largeClaimMinor)).toEqual(
      Object.keys(cnStandardRules.returnFreightCapMinor),
    );
  });
});

/** Every condition that is left when one part of it is no longer asked. */
const withoutOne = (condition: Condition): readonly Condition[] => {
  if ("all" in condition) {
    return condition.all.flatMap((part, index) => [
      ...(condition.all.length > 1 ? [{ all: condition.all.toSpliced(index, 1) }] : []),
      ...withoutOne(part).map((rest) => ({ all: condition.all.with(index, rest) })),
    ]);
  }
  if ("any" in condition) {
    return condition.any.flatMap((part, index) => [
      ...(condition.any.length > 1 ? [{ any: condition.any.toSpliced(index, 1) }] : []),
      ...withoutOne(part).map((rest) => ({ any: condition.any.with(index, rest) })),
    ]);
  }
  if ("not" in condition) return withoutOne(condition.not).map((rest) => ({ not: rest }));
  const { value } = condition;
  return Array.isArray(value) && value.length > 1
    ? value.map((_, index) => ({ ...condition, value: value.toSpliced(index, 1) }))
    : [];
};

describe("a verdict", () => {
  it("explains itself with the facts, in both languages, amounts and dates readable", () => {
    expect(judged({ ...noReason, claimMinor: 1_280_050n }).explanation).toEqual({
      "zh-CN":
        "商品于 2026-03-01 签收，无理由退货期至 2026-03-08，申请在期内。退货后退款 12800.50 CNY，退货运费由买家承担。",
      en: "Signed for on 2026-03-01, the goods can be returned without a reason until 2026-03-08, and the request is in time. 12800.50 CNY is refunded after the return; the buyer pays the return freight.",
    });
    expect(judged({ ...noReason, filedAt: day("2026-03-10T01:00:00") }).explanation.en).toContain(
      "the request came 9 days after sign-off",
    );
    expect(judged({ outbound: [scratch], custodyRisk: "merchant" }).explanation).toEqual({
      "zh-CN": "买家所指瑕疵（scratch，back）在入库之后、出库之前产生或加重。按合同，保管风险由商户承担。",
      en: "The flaw the buyer names (scratch, back) arose or got worse between intake and dispatch. By contract the risk of custody lies with the merchant.",
    });
    expect(judged({ ...notDelivered, way: "not scanned" }).explanation).toMatchObject({
      "zh-CN": expect.stringContaining("（未知）"),
      en: expect.stringContaining("(unknown)"),
    });
  });

  it("fills a template once: what a buyer writes is never read as one", () => {
    const claims = { code: "{reason}", place: "{transitRisk}" };
    const { rule, explanation } = judged({ claims, outbound: [{ ...claims, severity: "minor" }] });
    expect(rule).toBe("flaw-arose-in-custody");
    expect(explanation.en).toContain("({reason}, {transitRisk})");
  });

  it("is ineligible for a remedy the rule does not give, and says which it does", () => {
    const verdict = judged({ ...noReason, type: "refund_only" });
    expect(verdict).toMatchObject({
      rule: "no-reason-within-window",
      route: "ineligible",
      remedies: ["return_and_refund"],
    });
    expect(verdict.explanation["zh-CN"]).toMatch(/不支持所申请的“仅退款”，可申请：退货退款。$/);
    expect(verdict.explanation.en).toMatch(
      /The remedy asked for, refund only, is not open here; open is: return and refund\.$/,
    );
    expect(judged({ ...emptyPackage, type: "return_and_refund" })).toMatchObject({
      route: "ineligible",
      remedies: ["refund_only"],
    });
  });

  it("adds no remedies to a rule that gives none", () => {
    const { explanation } = judged({ ...noReason, category: "perishable" });
    expect(explanation).toEqual({
      "zh-CN": "鲜活易腐商品依法不适用无理由退货。",
      en: "By law, perishable goods cannot be returned without a reason.",
    });
  });

  it("caps the return freight by currency, and reimburses none that the buyer pays", () => {
    const cap = (given: Given) => judged(given).freight;
    expect(cap({})).toEqual({ payer: "merchant", capMinor: 3_000n });
    expect(cap({ currency: "USD" })).toEqual({ payer: "merchant", capMinor: 1_500n });
    expect(cap({ currency: "XTS" })).toEqual({ payer: "merchant", capMinor: 0n });
    expect(cap({ currency: "constructor" })).toEqual({ payer: "merchant", capMinor: 0n });
    expect(cap(noReason)).toEqual({ payer: "buyer", capMinor: 0n });
  });

  it("rests on named facts: those asked, those said, and the one that names the party", () => {
    expect(judged({ reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } }).facts).toEqual({
      reason: "DAMAGED_ON_ARRIVAL",
      requestType: "return_and_refund",
      outboundClean: true,
      transitDamageScan: true,
      transitDamageTrusted: true,
      transitRisk: "carrier",
    });
    expect(judged({}).facts).toEqual({ reason: "DEFECTIVE" });
  });

  it("traces every rule tried up to the one that matched, with the fact each failed on", () => {
    const { trace } = judged({ ...noReason, category: "perishable" });
    expect(trace.map(({ rule }) => rule)).toEqual(cnStandardRules.rules.slice(0, 13).map(({ id }) => id));
    expect(trace.at(0)).toEqual({ rule: "return-parcel-lost", matched: false, failedOn: "returnShipped" });
    expect(trace.at(-1)).toEqual({ rule: "no-reason-never-returnable", matched: true });
    expect(judged({}).trace).toHaveLength(cnStandardRules.rules.length + 1);
    expect(judged({}).trace.at(-1)).toEqual({ rule: "fault-presumed-merchant", matched: true });
  });

  it("names the facts on record that would have led elsewhere, three at most", () => {
    expect(judged({ ...notDelivered, way: "not scanned" }).nearMisses).toEqual([
      {
        rule: "not-delivered-unconfirmed",
        fact: "outboundParcelStatus",
        actual: null,
        needed: "∈ {returning, returned}",
      },
      {
        rule: "not-delivered-but-signed-for",
        fact: "outboundParcelStatus",
        actual: null,
        needed: "= delivered",
      },
      { rule: "not-dispatched-by-platform", fact: "outboundShipped", actual: true, needed: "= false" },
    ]);
    expect(judged({ reason: "DAMAGED_ON_ARRIVAL" }).nearMisses.map(({ rule }) => rule)).toEqual([
      "flaw-hidden-at-intake",
      "flaw-arose-in-custody",
      "flaw-disclosed-not-confirmed",
    ]);
    expect(judged({ ...noReason, filedAt: day("2026-03-09T00:00:00") }).nearMisses).toEqual([
      { rule: "no-reason-never-returnable", fact: "statutoryExclusion", actual: false, needed: "= true" },
      { rule: "no-reason-exclusion-confirmed", fact: "exclusionConfirmed", actual: false, needed: "= true" },
      { rule: "no-reason-within-window", fact: "withinNoReasonWindow", actual: false, needed: "= true" },
    ]);
    expect(
      judged({ ...noReason, back: { damaged: true }, found: {}, filedAt: day("2026-03-09T00:00:00") })
        .nearMisses,
    ).toHaveLength(3);
  });

  it("carries its number, its rules' version and the time of the judgment", () => {
    expect(judge(cnStandard, caseOf(), 2)).toMatchObject({
      number: 2,
      rulesVersion: "cn-standard@1",
      judgedAt: day("2026-03-20T00:00:00"),
    });
  });

  it("is not given for a case without lines, or for an amount no number holds", () => {
    expect(() => judge(cnStandard, { ...caseOf(), lines: [] }, 1)).toThrow(RangeError);
    expect(() => judged({ claimMinor: 2n ** 60n })).toThrow(RangeError);
  });
});

describe("the facts", () => {
  const fact = (name: FactName, given: Given): FactValue =>
    factIn(factsOf(caseOf(given), cnStandardRules), name);

  it("are catalogued once each, with a label in both languages and a derivation", () => {
    const names = factCatalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, label, derivation } of factCatalogue) {
      expect(label["zh-CN"], name).toMatch(/[\u4e00-\u9fff]/u);
      expect(label.en, name).not.toBe("");
      expect(derivation, name).toMatch(/\.$/);
    }
  });

  it("count days by local midnights, none before sign-off", () => {
    const days = (signedOff: string, filed: string) =>
      fact("daysSinceSignOff", { signedOffAt: day(signedOff), filedAt: day(filed) });
    expect(days("2026-03-01T23:59:59", "2026-03-02T00:00:00")).toBe(1);
    expect(days("2026-03-01T00:00:00", "2026-03-01T23:59:59")).toBe(0);
    expect(days("2026-03-01T00:00:00", "2026-02-20T00:00:00")).toBe(0);
    expect(fact("daysSinceSignOff", { signedOffAt: "not yet" })).toBeNull();
    expect(fact("signedOffOn", { signedOffAt: day("2026-03-01T00:00:00") })).toBe("2026-03-01");
    expect(fact("noReasonWindowLastDay", { signedOffAt: day("2026-02-25T23:00:00") })).toBe("2026-03-04");
  });

  it("follow the rule set's own window and time zone", () => {
    const input = caseOf({ signedOffAt: day("2026-03-01T06:00:00"), filedAt: day("2026-03-15T05:00:00") });
    const within = (timeZone: string, noReasonWindowDays: number) =>
      factIn(factsOf(input, { ...cnStandardRules, timeZone, noReasonWindowDays }), "withinNoReasonWindow");
    expect(within("Asia/Shanghai", 7)).toBe(false);
    expect(within("Asia/Shanghai", 14)).toBe(true);
    // In Berlin it was still 28 February when it was signed for.
    expect(within("Europe/Berlin", 14)).toBe(true);
    expect(within("Europe/Berlin", 13)).toBe(false);
    expect(within("Asia/Shanghai", 13)).toBe(false);
  });

  it("say of the claimed flaw what the records say, and nothing where there is none", () => {
    const about = (given: Given): readonly FactValue[] =>
      (
        [
          "claimedFlawAtIntake",
          "claimedFlawDisclosed",
          "claimedFlawAtOutbound",
          "claimedFlawAroseInCustody",
        ] as const
      ).map((name) => fact(name, given));
    expect(about({})).toEqual([false, false, false, false]);
    expect(about({ intake: [scratch], disclosed: [scratch], outbound: [scratch] })).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(about({ intake: [scratch], outbound: "not inspected" })).toEqual([true, false, null, null]);
    expect(about({ claims: "no flaw", intake: [scratch], outbound: [scratch] })).toEqual([
      null,
      null,
      null,
      null,
    ]);
    // A flaw named beside a change of mind is no claim of fault.
    expect(about({ reason: "CHANGED_MIND", intake: [scratch], outbound: [scratch] })).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("are those of one line each: what became of one line says nothing of another", () => {
    const input = caseOf({ ...noReason, ...cameBack, anotherLine: true });
    const { returnInspection } = input;
    if (!returnInspection) throw new Error("the case was inspected");
    const partly = { ...returnInspection, lines: returnInspection.lines.slice(0, 1) };
    const shortOf = (line: number) =>
      factIn(factsOf({ ...input, returnInspection: partly }, cnStandardRules, line), "returnShort");
    // The inspection does not mention the second line, so it did not come back.
    expect([shortOf(0), shortOf(1)]).toEqual([false, true]);
    expect(factIn(factsOf(input, cnStandardRules, 1), "lineCount")).toBe(2);
    expect(() => factsOf(input, cnStandardRules, 2)).toThrow(RangeError);
  });

  it("tell who inspected the return", () => {
    expect(fact("returnInspectedBy", {})).toBeNull();
    expect(fact("returnInspectedBy", cameBack)).toBe("warehouse");
    expect(fact("returnInspectedBy", { back: {}, found: { by: "silence" } })).toBe("silence");
  });

  it("tell whether tracking was strongly signed, and nothing without a parcel", () => {
    const trusted = (given: Given) => [
      fact("transitDamageTrusted", given),
      fact("outboundStatusTrusted", given),
    ];
    expect(trusted({ way: { damaged: true } })).toEqual([true, true]);
    expect(trusted({ way: { damaged: true, weak: true } })).toEqual([false, false]);
    expect(trusted({ way: "no parcel" })).toEqual([null, null]);
  });

  it("keep what was counted before", () => {
    expect(fact("priorRequests", { priorRequests: 4 })).toBe(4);
    expect(fact("claimedFlawCode", {})).toBe("scratch");
    expect(fact("claimedFlawPlace", {})).toBe("back");
  });
});

describe("a case of several lines", () => {
  /** One case over the lines of several, each inspected as its own case says. */
  const together = (...cases: readonly Given[]): JudgmentInput => {
    const inputs = cases.map((given) => caseOf(given));
    const [first] = inputs;
    if (!first) throw new Error("a case has at least one line");
    const lines = inputs.flatMap((input, index) =>
      input.lines.slice(0, 1).map((judged) => ({
        ...judged,
        line: { ...judged.line, lineId: `line-${index + 1}` },
      })),
    );
    const found = inputs.flatMap(({ returnInspection }, index) =>
      (returnInspection?.lines ?? []).slice(0, 1).map((entry) => ({ ...entry, lineId: `line-${index + 1}` })),
    );
    return {
      ...first,
      lines,
      ...(first.returnInspection ? { returnInspection: { ...first.returnInspection, lines: found } } : {}),
    };
  };
  const judgedTogether = (...cases: readonly Given[]) => judge(cnStandard, together(...cases), 1);

  it("has the verdict of its lines where they all come to the same", () => {
    const alone = judged(noReason);
    expect(judgedTogether(noReason, noReason, noReason)).toEqual(alone);
    // Both came back a little worse: the cap is right for both.
    expect(judgedTogether(worse("minor"), worse("minor"))).toMatchObject({
      rule: "return-worse-minor",
      refundCapBps: 9_000,
    });
  });

  it.each<[string, Given, Given]>([
    ["one line may not be returned", noReason, { ...noReason, category: "perishable" }],
    ["one line's exclusion was confirmed", noReason, { ...noReason, confirmed: true }],
    ["the claimed flaw is on record for one line only", { intake: [scratch] }, {}],
    ["one line was packed by the merchant", wrongItem, { ...wrongItem, packedBy: "merchant" }],
    [
      "the contract lays custody at different doors",
      { outbound: [scratch] },
      { outbound: [scratch], custodyRisk: "merchant" },
    ],
  ])("is to be filed line by line where %s, whichever comes first", (_, one, other) => {
    for (const lines of [
      [one, other],
      [other, one],
    ]) {
      const verdict = judgedTogether(...lines);
      expect(verdict).toMatchObject({
        rule: "lines-differ",
        liability: solely("buyer"),
        route: "ineligible",
        remedies: [],
        refundCapBps: 0,
        freight: { payer: "buyer", capMinor: 0n },
        facts: { lineCount: 2 },
        nearMisses: [],
      });
      expect(verdict.carrier).toBeUndefined();
      expect(verdict.explanation["zh-CN"]).toMatch(/2 行.*分别申请。$/);
      expect(verdict.explanation.en).toMatch(/2 lines.*one case for each line\.$/);
    }
  });

  it("is to be filed line by line where two carriers would answer for the same rule", () => {
    const damaged: Given = { reason: "DAMAGED_ON_ARRIVAL", way: { damaged: true } };
    const input = together(damaged, damaged);
    const [first, second] = input.lines;
    if (!first || !second?.outboundParcel) throw new Error("both lines travelled");
    const elsewhere = { ...second, outboundParcel: { ...second.outboundParcel, carrier: "yt-out" } };
    expect(judge(cnStandard, input, 1)).toMatchObject({ rule: "damaged-in-transit", carrier: "sf-out" });
    expect(judge(cnStandard, { ...input, lines: [first, elsewhere] }, 1).rule).toBe("lines-differ");
  });

  it.each<[string, Given, Given]>([
    ["one line came back worse", { ...noReason, ...cameBack }, worse("minor")],
    ["one line came back worse than the other", worse("minor"), worse("severe")],
    [
      "one line is another item",
      { ...noReason, ...cameBack },
      { ...noReason, back: {}, found: { sameItem: false } },
    ],
  ])("goes to arbitration where %s, for nothing can be filed anew", (_, one, other) => {
    for (const lines of [
      [one, other],
      [other, one],
    ]) {
      expect(judge(cnStandard, together(...lines), 2)).toMatchObject({
        number: 2,
        rule: "lines-differ-after-return",
        route: "arbitration",
        liability: solely("buyer"),
        remedies: both,
      });
    }
  });

  it("goes to arbitration where the parcel was lost and the contracts differ on the road", () => {
    const lost: Given = { ...noReason, back: { lost: true } };
    expect(judgedTogether(lost, lost).rule).toBe("return-parcel-lost");
    expect(judgedTogether(lost, { ...lost, transitRisk: "platform" })).toMatchObject({
      rule: "lines-differ-after-return",
      route: "arbitration",
    });
  });

  it("traces the rule each line came to", () => {
    expect(judgedTogether(noReason, { ...noReason, confirmed: true }).trace).toEqual([
      { rule: "no-reason-within-window", matched: true },
      { rule: "no-reason-exclusion-confirmed", matched: true },
      { rule: "lines-differ", matched: true },
    ]);
  });
});

describe("a rule set", () => {
  const rule = (change: Partial<Rule>): RuleSet => ({
    ...cnStandardRules,
    rules: cnStandardRules.rules.slice(0, 1).map((first) => ({ ...first, ...change })),
  });
  const refused = (ruleSet: RuleSet): [problem: string, path: string] => {
    try {
      compileRuleSet(ruleSet);
    } catch (error) {
      if (error instanceof RuleError) return [error.problem, error.path];
      throw error;
    }
    return ["accepted", ""];
  };
  const outcome = cnStandardRules.otherwise.outcome;

  it("is refused with the rule and the place of the trouble", () => {
    const when = { fact: "luck", op: "eq", value: true } as unknown as Condition;
    expect(refused(rule({ id: "mine", when }))).toEqual(["unknown_fact", "/rules/0/when/fact"]);
    expect(refused(rule({ id: "mine", explanation: { "zh-CN": "", en: "{luck}" } }))).toEqual([
      "unknown_placeholder",
      "/rules/0/explanation/en",
    ]);
    expect(refused(rule({ id: "mine", explanation: { "zh-CN": "{constructor}", en: "" } }))).toEqual([
      "unknown_placeholder",
      "/rules/0/explanation/zh-CN",
    ]);
    for (const [id, pointer] of [
      ["fault-presumed-merchant", "/otherwise/id"],
      ["lines-differ", "/linesDiffer/asFiled/id"],
      ["lines-differ-after-return", "/linesDiffer/afterReturn/id"],
    ] as const) {
      expect(refused(rule({ id }))).toEqual(["repeated_rule", pointer]);
    }
  });

  it("is refused when shares do not make a whole", () => {
    const shares = (merchant: number, platform: number) =>
      refused(
        rule({
          id: "mine",
          outcome: { ...outcome, liability: { merchant, platform, carrier: 0, buyer: 0 } },
        }),
      );
    expect(shares(5_000, 5_000)).toEqual(["accepted", ""]);
    for (const [merchant, platform] of [
      [5_000, 4_999],
      [5_000, 5_001],
      [10_001, -1],
      [4_999.5, 5_000.5],
      [Number.NaN, 10_000],
    ] as const) {
      expect(shares(merchant, platform)).toEqual(["wrong_shares", "/rules/0/outcome/liability"]);
    }
    for (const refundCapBps of [-1, 10_001, 0.5]) {
      expect(refused(rule({ id: "mine", outcome: { ...outcome, refundCapBps } }))).toEqual([
        "wrong_shares",
        "/rules/0/outcome/refundCapBps",
      ]);
    }
  });

  it("is refused beyond its size", () => {
    const [first] = cnStandardRules.rules;
    const rules = Array.from({ length: maximumRules + 1 }, (_, index) => ({ ...first, id: `rule-${index}` }));
    expect(refused({ ...cnStandardRules, rules: rules.slice(1) as Rule[] })).toEqual(["accepted", ""]);
    expect(refused({ ...cnStandardRules, rules: rules as Rule[] })).toEqual(["too_many_rules", "/rules"]);
  });

  it("shares a liability over parties when its rule does", () => {
    const liability = { merchant: 2_500, platform: 0, carrier: 7_500, buyer: 0 };
    const shared = compileRuleSet(
      rule({
        when: { fact: "reasonKind", op: "eq", value: "fault" },
        outcome: { ...outcome, liability, freightPayer: { partyOf: "packedBy" }, carrierLeg: "outbound" },
      }),
    );
    expect(judge(shared, caseOf(), 1)).toMatchObject({
      liability,
      carrier: "sf-out",
      freight: { payer: "platform", capMinor: 3_000n },
    });
  });

  it("never lets a verdict out whose shares are wrong", () => {
    const liability = { merchant: 10_000, platform: 1, carrier: 0, buyer: 0 };
    expect(() => assertWhole(liability, "mine")).toThrow(InvariantViolation);
    const broken = {
      ...cnStandard,
      rules: [],
      otherwise: { ...cnStandard.otherwise, outcome: { ...outcome, liability } },
    };
    expect(() => judge(broken, caseOf(), 1)).toThrow(InvariantViolation);
  });
});
