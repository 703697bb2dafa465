import { euStandardRules } from "../../functions/domain/judgment/eu-standard.ts";
import { cnTruth } from "./cn-truth.ts";
import { cameBack, dent, flaw, type Given, noReason, scratch, worse } from "./judged-cases.ts";
import { mendable, type RuleCases, returned, type TruthTable } from "./truth-tables.ts";

/** What `eu-standard` gives: by its own rules, and by those it has in common with `cn-standard`. */

/** A moment on the clocks of Berlin, with its offset: `+01:00` in winter, `+02:00` in summer. */
const at = (iso: string): number => Date.parse(iso);

const notInformed: Given = { ...noReason, informed: false };

/** Signed for on Monday, 2 March 2026, and filed then. */
const filed = (filedAt: string, but: Given = {}): Given => ({
  ...noReason,
  signedOffAt: at("2026-03-02T10:00:00+01:00"),
  filedAt: at(filedAt),
  ...but,
});
/** The same of a claim of fault. */
const claimed = (filedAt: string, but: Given = {}): Given => ({
  signedOffAt: at("2026-03-02T10:00:00+01:00"),
  filedAt: at(filedAt),
  ...but,
});
/** A change of mind about cosmetics or a recording that came back with this seal broken. */
const unsealed = (category: "cosmetics" | "audio_video", code: string): Given => ({
  ...noReason,
  category,
  ...cameBack,
  found: { flaws: [flaw(code, "set")] },
});

/** Signed for on 2 March, so many days after the order. */
const late = (days: number): Given => ({
  reason: "DELIVERED_LATE",
  claims: "no flaw",
  signedOffAt: at("2026-03-02T10:00:00+01:00"),
  orderedAt: at("2026-03-02T20:00:00+01:00") - days * 86_400_000,
});

const own: TruthTable = {
  "withdrawal-worse-not-informed": {
    met: (["minor", "moderate", "severe"] as const).map((severity) => [
      { ...worse(severity), informed: false },
      ["buyer", "automatic", returned, 10_000, { freightPayer: "merchant" }],
    ]),
    missed: [
      [worse("minor"), "return-worse-minor"],
      [{ ...worse("severe"), informed: true }, "return-worse-severe"],
      [{ ...worse("minor"), informed: false, back: { damaged: true } }, "return-damaged-on-the-way-back"],
      [{ ...notInformed, ...cameBack }, "withdrawal-not-informed"],
      [{ ...cameBack, informed: false, found: { flaws: [dent] } }, "return-worse-minor"],
    ],
    unknown: [
      [{ ...worse("minor"), informed: false, outbound: "not inspected" }, "return-worse-unclear"],
      [{ ...notInformed, back: {} }, "withdrawal-not-informed"],
    ],
  },
  "withdrawal-seal-broken": {
    met: [
      [unsealed("cosmetics", "hygiene_seal_broken"), ["buyer", "automatic", returned, 0]],
      [unsealed("audio_video", "media_seal_broken"), ["buyer", "automatic", returned, 0]],
    ],
    missed: [
      [unsealed("cosmetics", "media_seal_broken"), "return-worse-minor"],
      [
        { ...unsealed("cosmetics", "hygiene_seal_broken"), reason: "DEFECTIVE", claims: scratch },
        "return-worse-minor",
      ],
      [{ ...unsealed("cosmetics", "hygiene_seal_broken"), informed: false }, "withdrawal-worse-not-informed"],
      [{ ...noReason, category: "audio_video", ...cameBack }, "withdrawal-within-window"],
    ],
    unknown: [
      [
        { ...unsealed("cosmetics", "hygiene_seal_broken"), outbound: "not inspected" },
        "return-worse-unclear",
      ],
    ],
  },
  "withdrawal-never": {
    met: (["custom_made", "perishable", "periodicals"] as const).map((category) => [
      { ...noReason, category },
      ["buyer", "ineligible", [], 0],
    ]),
    missed: [
      // Sealed recordings can be sent back as long as they are sealed.
      [{ ...noReason, category: "audio_video" }, "withdrawal-within-window"],
      [{ category: "perishable" }, "conformity-presumed"],
    ],
    unknown: [[{ ...noReason, signedOffAt: "not yet" }, "withdrawal-before-delivery"]],
  },
  "withdrawal-within-window": {
    met: [
      [noReason, ["buyer", "automatic", returned, 10_000]],
      // What the buyer confirmed takes nothing away from the right.
      [{ ...noReason, confirmed: true }, ["buyer", "automatic", returned, 10_000]],
      // The fourteenth day after Monday, 2 March, is Monday, 16 March.
      [filed("2026-03-16T23:59:59.999+01:00"), ["buyer", "automatic", returned, 10_000]],
      // Of a delivery just after a midnight in Berlin, before one in London.
      [
        filed("2026-03-17T23:59:59.999+01:00", { signedOffAt: at("2026-03-03T00:00:00+01:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
      // Over the night in March that has an hour less: to Friday, 3 April.
      [
        filed("2026-04-03T23:59:59.999+02:00", { signedOffAt: at("2026-03-20T10:00:00+01:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
      // And over the one in October that has an hour more: to Tuesday, 3 November.
      [
        filed("2026-11-03T23:59:59.999+01:00", { signedOffAt: at("2026-10-20T10:00:00+02:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
      // Over the end of a leap February: 14 days after 16 February 2028 is 1 March.
      [
        filed("2028-03-01T23:59:59.999+01:00", { signedOffAt: at("2028-02-16T10:00:00+01:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
      // The last day is Saturday, 14 March, so Monday counts as well.
      [
        filed("2026-03-16T23:59:59.999+01:00", { signedOffAt: at("2026-02-28T10:00:00+01:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
      // The last day is Sunday, 29 March, on which the clocks are changed.
      [
        filed("2026-03-30T23:59:59.999+02:00", { signedOffAt: at("2026-03-15T10:00:00+01:00") }),
        ["buyer", "automatic", returned, 10_000],
      ],
    ],
    missed: [
      [filed("2026-03-17T00:00:00+01:00"), "withdrawal-window-over"],
      [
        filed("2026-03-17T00:00:00+01:00", { signedOffAt: at("2026-03-02T23:59:59.999+01:00") }),
        "withdrawal-window-over",
      ],
      [
        filed("2026-04-04T00:00:00+02:00", { signedOffAt: at("2026-03-20T10:00:00+01:00") }),
        "withdrawal-window-over",
      ],
      [
        filed("2026-11-04T00:00:00+01:00", { signedOffAt: at("2026-10-20T10:00:00+02:00") }),
        "withdrawal-window-over",
      ],
      [
        filed("2028-03-02T00:00:00+01:00", { signedOffAt: at("2028-02-16T10:00:00+01:00") }),
        "withdrawal-window-over",
      ],
      [
        filed("2026-03-17T00:00:00+01:00", { signedOffAt: at("2026-02-28T10:00:00+01:00") }),
        "withdrawal-window-over",
      ],
      [
        filed("2026-03-31T00:00:00+02:00", { signedOffAt: at("2026-03-15T10:00:00+01:00") }),
        "withdrawal-window-over",
      ],
      [{}, "conformity-presumed"],
    ],
    unknown: [[{ ...noReason, signedOffAt: "not yet" }, "withdrawal-before-delivery"]],
  },
  "withdrawal-not-informed": {
    met: [
      [notInformed, ["buyer", "automatic", returned, 10_000, { freightPayer: "merchant" }]],
      // Twelve months after 16 March 2026.
      [
        filed("2027-03-16T23:59:59.999+01:00", { informed: false }),
        ["buyer", "automatic", returned, 10_000, { freightPayer: "merchant" }],
      ],
      // The window ends with 29 February 2028; in 2029 that month has no such day.
      [
        filed("2029-02-28T23:59:59.999+01:00", {
          informed: false,
          signedOffAt: at("2028-02-15T10:00:00+01:00"),
        }),
        ["buyer", "automatic", returned, 10_000, { freightPayer: "merchant" }],
      ],
    ],
    missed: [
      [filed("2027-03-17T00:00:00+01:00", { informed: false }), "withdrawal-window-over"],
      [
        filed("2029-03-01T00:00:00+01:00", {
          informed: false,
          signedOffAt: at("2028-02-15T10:00:00+01:00"),
        }),
        "withdrawal-window-over",
      ],
      [filed("2026-04-10T10:00:00+02:00", { informed: true }), "withdrawal-window-over"],
      [{ informed: false }, "conformity-presumed"],
    ],
    unknown: [
      [{ ...notInformed, signedOffAt: "not yet" }, "withdrawal-before-delivery"],
      // Where the platform does not say, the buyer was told.
      [noReason, "withdrawal-within-window"],
    ],
  },
  "withdrawal-before-delivery": {
    met: [[{ ...noReason, signedOffAt: "not yet" }, ["buyer", "merchant", returned, 10_000]]],
    missed: [
      [noReason, "withdrawal-within-window"],
      [{ signedOffAt: "not yet" }, "conformity-presumed"],
    ],
    unknown: [[{ ...noReason, signedOffAt: "not yet", category: "perishable" }, "withdrawal-never"]],
  },
  "withdrawal-window-over": {
    met: [
      [filed("2026-03-17T00:00:00+01:00"), ["buyer", "ineligible", [], 0]],
      [filed("2027-03-17T00:00:00+01:00", { informed: false }), ["buyer", "ineligible", [], 0]],
    ],
    missed: [
      [filed("2026-03-16T23:59:59.999+01:00"), "withdrawal-within-window"],
      [filed("2026-03-17T00:00:00+01:00", { informed: false }), "withdrawal-not-informed"],
      [claimed("2026-03-17T00:00:00+01:00"), "conformity-presumed"],
    ],
    unknown: [[filed("2026-03-17T00:00:00+01:00", { signedOffAt: "not yet" }), "withdrawal-before-delivery"]],
  },
  "conformity-over": {
    met: [
      ...(["DEFECTIVE", "NOT_AS_DESCRIBED", "DAMAGED_ON_ARRIVAL", "EXPIRED", "MISSING_PART"] as const).map(
        (reason): RuleCases["met"][number] => [
          claimed("2028-03-03T00:00:00+01:00", { reason }),
          ["buyer", "ineligible", [], 0],
        ],
      ),
      // Even what intake knew is not claimed for ever.
      [claimed("2028-03-03T00:00:00+01:00", { intake: [scratch] }), ["buyer", "ineligible", [], 0]],
      // Two years after 29 February 2028 end with 28 February 2030.
      [
        claimed("2030-03-01T00:00:00+01:00", { signedOffAt: at("2028-02-29T10:00:00+01:00") }),
        ["buyer", "ineligible", [], 0],
      ],
    ],
    missed: [
      [claimed("2028-03-02T23:59:59.999+01:00"), "conformity-second-year"],
      [
        claimed("2030-02-28T23:59:59.999+01:00", { signedOffAt: at("2028-02-29T10:00:00+01:00") }),
        "conformity-second-year",
      ],
      [claimed("2028-03-03T00:00:00+01:00", { reason: "COUNTERFEIT" }), "counterfeit"],
    ],
    unknown: [[claimed("2028-03-03T00:00:00+01:00", { signedOffAt: "not yet" }), "conformity-presumed"]],
  },
  "conformity-second-year": {
    met: [
      [
        claimed("2027-03-03T00:00:00+01:00"),
        ["merchant", "merchant", mendable, 10_000, { silence: "refuse" }],
      ],
      [
        claimed("2028-03-02T23:59:59.999+01:00", { reason: "EXPIRED", claims: "no flaw" }),
        ["merchant", "merchant", mendable, 10_000, { silence: "refuse" }],
      ],
      [
        claimed("2027-03-03T00:00:00+01:00", { reason: "NOT_AS_DESCRIBED" }),
        ["merchant", "merchant", mendable, 10_000, { silence: "refuse" }],
      ],
      [
        claimed("2027-03-03T00:00:00+01:00", { reason: "DAMAGED_ON_ARRIVAL" }),
        ["merchant", "merchant", mendable, 10_000, { silence: "refuse" }],
      ],
    ],
    missed: [
      [claimed("2027-03-02T23:59:59.999+01:00"), "conformity-presumed"],
      [claimed("2027-03-03T00:00:00+01:00", { intake: [scratch] }), "flaw-hidden-at-intake"],
      [
        claimed("2027-03-03T00:00:00+01:00", { outbound: "not inspected", way: { damaged: true } }),
        "conformity-presumed",
      ],
      [
        claimed("2027-03-03T00:00:00+01:00", {
          reason: "DELIVERED_LATE",
          claims: "no flaw",
          packedBy: "merchant",
          orderedAt: at("2026-03-01T10:00:00+01:00"),
        }),
        "conformity-presumed",
      ],
    ],
    unknown: [[claimed("2027-03-03T00:00:00+01:00", { signedOffAt: "not yet" }), "conformity-presumed"]],
  },
  "late-on-record": {
    met: [
      [late(31), ["platform", "automatic", returned, 10_000]],
      [{ ...late(31), packedBy: "merchant" }, ["merchant", "automatic", returned, 10_000]],
    ],
    missed: [
      [late(30), "late-packed-by-platform"],
      [{ ...late(31), reason: "EXPIRED" }, "conformity-presumed"],
    ],
    unknown: [[{ ...late(31), signedOffAt: "not yet" }, "late-packed-by-platform"]],
  },
  "conformity-presumed": {
    met: [
      [{}, ["merchant", "merchant", mendable, 10_000]],
      [claimed("2027-03-02T23:59:59.999+01:00"), ["merchant", "merchant", mendable, 10_000]],
    ],
    missed: [[{ type: "refund_only" }, "refund-without-return"]],
    unknown: [
      [{ outbound: "not inspected", way: "no parcel", signedOffAt: "not yet" }, "conformity-presumed"],
    ],
  },
};

/** Rules both sets have: a case that meets one there meets it here. Where it is missed leads elsewhere. */
const inCommon = (rule: string): RuleCases => ({ met: cnTruth[rule]?.met ?? [], missed: [], unknown: [] });

export const euTruth: TruthTable = Object.fromEntries(
  [...euStandardRules.rules, euStandardRules.otherwise].map(({ id }) => [id, own[id] ?? inCommon(id)]),
);
