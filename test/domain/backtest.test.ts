import { describe, expect, it } from "vitest";
import {
  type ClosedCase,
  countUnder,
  examplesPerTransition,
  mergeTallies,
  positionsUnder,
  type Ruled,
  ruledBy,
} from "../../functions/domain/judgment/backtest.ts";
import { judgeKnown, type KnownLine } from "../../functions/domain/judgment/known-case.ts";
import type { RuleDocument } from "../../functions/domain/judgment/rule-document.ts";
import { ruleSetFrom } from "../../functions/domain/judgment/rule-document.ts";
import { compileRuleSet } from "../../functions/domain/judgment/rule-set.ts";
import { aVerdict, day, monday, whollyOn } from "../support/builders.ts";
import { aDocument, aRule, shipped } from "../support/rules.ts";

/** Every amount in this file is worked out by hand. */

const rulesFrom = (document: RuleDocument) =>
  compileRuleSet(ruleSetFrom(document, { rulesetId: "draft", version: 3 }));

const { outcome } = shipped.otherwise;

/** The merchant pays for change of mind up to three days after sign-off; the rest is the buyer's loss. */
const draft = rulesFrom(
  aDocument({
    rules: [
      aRule(
        "late",
        {
          all: [
            { fact: "reasonKind", op: "eq", value: "change_of_mind" },
            { fact: "daysSinceSignOff", op: "gt", value: 3 },
          ],
        },
        { outcome: { ...outcome, liability: whollyOn("buyer"), route: "ineligible", refundCapBps: 0 } },
      ),
      aRule(
        "in-transit",
        { fact: "transitDamageScan", op: "eq", value: true },
        {
          outcome: {
            ...outcome,
            liability: { merchant: 0, platform: 5_000, carrier: 5_000, buyer: 0 },
            route: "automatic",
            remedies: ["return_and_refund"],
            refundCapBps: 10_000,
            freightPayer: "platform",
            silence: "approve",
          },
        },
      ),
      aRule(
        "change-of-mind",
        { fact: "reasonKind", op: "eq", value: "change_of_mind" },
        {
          outcome: {
            ...outcome,
            liability: whollyOn("buyer"),
            route: "automatic",
            remedies: ["return_and_refund"],
            refundCapBps: 10_000,
            freightPayer: "buyer",
            silence: "approve",
          },
        },
      ),
    ],
    returnFreightCapMinor: { CNY: 2_000 },
  }),
);

const changeOfMind: Ruled = ruledBy(
  aVerdict({
    rule: "no-reason",
    liability: whollyOn("buyer"),
    route: "automatic",
    remedies: ["return_and_refund"],
    freight: { payer: "buyer", capMinor: 0n },
  }),
);

const onTheCarrier: Ruled = ruledBy(
  aVerdict({
    rule: "transit-damage",
    liability: whollyOn("carrier"),
    route: "automatic",
    remedies: ["return_and_refund"],
    freight: { payer: "carrier", capMinor: 2_000n },
    carrier: "sf",
  }),
);

const known = (days: number, facts: KnownLine["facts"]): KnownLine => ({
  measured: { filedAt: monday, signedOffAt: monday - days * day, claimMinor: 100_000n, currency: "CNY" },
  facts: { requestType: "return_and_refund", amountMinor: 100_000, currency: "CNY", ...facts },
  carriers: { outbound: "sf" },
});

const closed = (caseId: string, but: Partial<ClosedCase>): ClosedCase => ({
  caseId,
  currency: "CNY",
  claimMinor: 100_000n,
  returnFreightMinor: 1_500n,
  times: {},
  lines: [{ amountMinor: 100_000n, commissionBps: 3_000 }],
  ruled: changeOfMind,
  known: [known(2, { reasonKind: "change_of_mind", transitDamageScan: false })],
  ...but,
});

const fiveCases = [
  closed("case-1", {}),
  closed("case-2", { returnFreightMinor: 0n }),
  // Five days after sign-off: not refunded any more.
  closed("case-3", { known: [known(5, { reasonKind: "change_of_mind", transitDamageScan: false })] }),
  // Damaged on the road: half of it and the freight become the platform's.
  closed("case-4", {
    ruled: onTheCarrier,
    known: [known(1, { reasonKind: "fault", transitDamageScan: true })],
  }),
  closed("case-5", { known: [known(0, { reasonKind: "change_of_mind", transitDamageScan: false })] }),
];

const tallyOf = (cases: readonly ClosedCase[]) => {
  const counting = countUnder(draft);
  for (const each of cases) counting.judge(each);
  return counting.tally();
};

describe("a draft that flips two of five", () => {
  const tally = tallyOf(fiveCases);

  it("counts from what to what", () => {
    expect(tally).toMatchObject({ judged: 5, changed: 2 });
    expect(tally.rules).toEqual([
      { from: "no-reason", to: "change-of-mind", cases: 3, changed: 0 },
      { from: "no-reason", to: "late", cases: 1, changed: 1 },
      { from: "transit-damage", to: "in-transit", cases: 1, changed: 1 },
    ]);
    expect(tally.routes).toEqual([
      { from: "automatic", to: "automatic", cases: 4, changed: 1 },
      { from: "automatic", to: "ineligible", cases: 1, changed: 1 },
    ]);
  });

  it("counts each party's money, exactly", () => {
    // Before: four returns on the merchant, each 1,000.00 less 300.00 commission; one on the carrier with 15.00 freight.
    // After: three of them; 500.00 on the carrier; 500.00 and the freight on the platform.
    expect(tally.money).toEqual({
      CNY: {
        merchant: { beforeMinor: -280_000n, afterMinor: -210_000n },
        platform: { beforeMinor: -120_000n, afterMinor: -90_000n - 50_000n - 1_500n },
        carrier: { beforeMinor: -101_500n, afterMinor: -50_000n },
        buyer: { beforeMinor: 501_500n, afterMinor: 401_500n },
      },
    });
  });

  it("counts what a loss, compensation, freight and the fee move, as the settlement would", () => {
    const ruled: Ruled = {
      ...onTheCarrier,
      liability: whollyOn("platform"),
      freight: { payer: "platform", capMinor: 2_000n },
      compensation: { bps: 1_000 },
      loss: { pays: "price", payer: "platform", basis: "custody" },
    };
    const feeTerms = {
      caseFeeMinor: 500n,
      refundFeeBps: 0,
      rebateBps: 5_000,
      firstAnswerWithinHours: 12,
      inspectionWithinHours: 48,
    };
    const lines = [{ amountMinor: 100_000n, commissionBps: 3_000, outboundFreightMinor: 1_000n }];
    // The merchant gets back the commission it was refused by the sale, less half the fee.
    expect(positionsUnder(ruled, closed("case-6", { lines, feeTerms }))).toEqual({
      merchant: 30_000n - 250n,
      platform: 250n - 100_000n - 1_000n - 10_000n - 1_500n - 30_000n,
      carrier: 0n,
      buyer: 100_000n + 1_000n + 10_000n + 1_500n,
    });
  });

  it("shows the cases whose verdict changed", () => {
    expect(tally.examples.map(({ caseId, before, after }) => [caseId, before.rule, after.rule])).toEqual([
      ["case-3", "no-reason", "late"],
      ["case-4", "transit-damage", "in-transit"],
    ]);
    expect(tally.examples[1]).toMatchObject({
      before: { liability: whollyOn("carrier"), rulesVersion: "cn-standard@1" },
      after: { liability: { platform: 5_000, carrier: 5_000 }, rulesVersion: "draft@3", carrier: "sf" },
      moved: {
        merchant: { beforeMinor: 0n, afterMinor: 0n },
        platform: { beforeMinor: 0n, afterMinor: -51_500n },
        carrier: { beforeMinor: -101_500n, afterMinor: -50_000n },
        buyer: { beforeMinor: 101_500n, afterMinor: 101_500n },
      },
    });
  });

  it("says the same however the cases are parted and merged", () => {
    const parts = [fiveCases.slice(3), fiveCases.slice(0, 1), [], fiveCases.slice(1, 3)].map(tallyOf);
    expect(mergeTallies(parts)).toEqual(tally);
    expect(mergeTallies([...parts].reverse())).toEqual(tally);
  });
});

it("judges by the draft's own days: another time zone moves a case over midnight", () => {
  // Filed half an hour after midnight in Shanghai: four days after sign-off there, three in London.
  const late = closed("case-1", {
    known: [
      {
        ...known(0, { reasonKind: "change_of_mind", transitDamageScan: false }),
        measured: {
          filedAt: Date.parse("2026-03-02T00:30:00+08:00"),
          signedOffAt: Date.parse("2026-02-26T12:00:00+08:00"),
          claimMinor: 100_000n,
          currency: "CNY",
        },
      },
    ],
  });
  expect(tallyOf([late]).rules).toEqual([{ from: "no-reason", to: "late", cases: 1, changed: 1 }]);
  const counting = countUnder({ ...draft, timeZone: "Europe/London" });
  counting.judge(late);
  expect(counting.tally().rules).toEqual([{ from: "no-reason", to: "change-of-mind", cases: 1, changed: 0 }]);
});

it("counts what could not be judged by its reason and goes on", () => {
  const counting = countUnder(
    rulesFrom(
      aDocument({
        rules: [
          aRule(
            "packer",
            { fact: "reasonKind", op: "eq", value: "change_of_mind" },
            { outcome: { ...outcome, liability: { partyOf: "packedBy" } } },
          ),
        ],
      }),
    ),
  );
  counting.passOver("never_judged");
  counting.passOver("not_kept");
  counting.passOver("not_kept");
  counting.judge(closed("case-1", {}));
  expect(counting.tally()).toMatchObject({
    judged: 0,
    notJudged: { never_judged: 1, not_kept: 2, unreadable: 0, no_verdict: 1 },
  });
});

it("keeps the oldest examples of each step, and no more than a few", () => {
  const many = Array.from({ length: 12 }, (_, index) =>
    closed(`case-${String(20 - index)}`, {
      known: [known(9, { reasonKind: "change_of_mind", transitDamageScan: false })],
    }),
  );
  const examples = tallyOf(many).examples.map(({ caseId }) => caseId);
  expect(examples).toHaveLength(examplesPerTransition);
  expect(examples).toEqual(["case-10", "case-11", "case-12", "case-13", "case-14"]);
  expect(examplesPerTransition).toBe(5);
  expect(tallyOf(many.slice(0, 2)).examples).toHaveLength(2);
});

it("keeps currencies apart", () => {
  const { money } = tallyOf([closed("case-1", {}), closed("case-2", { currency: "EUR" })]);
  expect(Object.keys(money)).toEqual(["CNY", "EUR"]);
});

it("counts as changed a case of which only the order of the two parcels is another", () => {
  const ships = (shipFirst: boolean) =>
    rulesFrom(
      aDocument({
        rules: [
          aRule(
            "exchange",
            { fact: "requestType", op: "eq", value: "exchange" },
            { outcome: { ...outcome, route: "automatic", remedies: ["exchange"], shipFirst } },
          ),
        ],
      }),
    );
  const asked = [known(1, { requestType: "exchange", lossPays: "price" })];
  const counted = countUnder(ships(true));
  const ruled = ruledBy(judgeKnown(ships(false), asked, { number: 1, judgedAt: 0 }));
  counted.judge(closed("case-1", { known: asked, ruled, inKind: "replacement" }));
  const { changed, examples } = counted.tally();
  expect(changed).toBe(1);
  expect(examples[0]?.after.shipFirst).toEqual({ pays: "price" });
  expect(examples[0]?.before).not.toHaveProperty("shipFirst");
});

describe("positions", () => {
  it("of what is not eligible are nothing, whatever its cap says", () => {
    expect(positionsUnder({ ...changeOfMind, route: "ineligible" }, fiveCases[0] as ClosedCase)).toEqual({
      merchant: 0n,
      platform: 0n,
      carrier: 0n,
      buyer: 0n,
    });
  });

  it("sum to zero to the cent where nothing divides evenly", () => {
    const odd = closed("case-1", {
      lines: [
        { amountMinor: 10_001n, commissionBps: 3_333 },
        { amountMinor: 99_997n, commissionBps: 1 },
      ],
    });
    const shared: Ruled = {
      ...onTheCarrier,
      liability: { merchant: 3_333, platform: 3_333, carrier: 3_334, buyer: 0 },
      refundCapBps: 7_777,
    };
    const { merchant, platform, carrier, buyer } = positionsUnder(shared, odd);
    expect(merchant + platform + carrier + buyer).toBe(0n);
    // 77.77 and 777.67, rounded down to the cent, and 15.00 freight.
    expect(buyer).toBe(7_777n + 77_767n + 1_500n);
  });
});
