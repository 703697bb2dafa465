import { deepStrictEqual } from "node:assert/strict";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { examine, holds } from "../../functions/domain/judgment/conditions.ts";
import { type Facts, factCatalogue, slotOf } from "../../functions/domain/judgment/facts.ts";
import type { JudgmentInput } from "../../functions/domain/judgment/input.ts";
import { decide, judge } from "../../functions/domain/judgment/judge.ts";
import { compileRuleSet, type Rule } from "../../functions/domain/judgment/rule-set.ts";

export type JudgmentSpeed = {
  /** Whole judgments a second on one core: facts, trace, texts in all registers, confidence. */
  readonly judgmentsPerSecond: number;
  /** 32 rules on ready facts, with the full trace. */
  readonly enginePerSecond: number;
  /** The same 32 rules on the same facts without a trace. */
  readonly bareEnginePerSecond: number;
  /** The same again, written as TypeScript predicates. */
  readonly predicatesPerSecond: number;
};

const facts = 1_000;
const roundMs = 300;
const rounds = 5;

const perSecond = (runs: number, work: (index: number) => unknown): number => {
  let best = 0;
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    let done = 0;
    while (performance.now() - from < roundMs) {
      for (let index = 0; index < runs; index += 1) work(index);
      done += runs;
    }
    best = Math.max(best, (done * 1000) / (performance.now() - from));
  }
  return Math.round(best);
};

/** A generator of its own, so that every run measures the same cases. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const slot = (name: string): number => slotOf(name) ?? -1;
const days = slot("daysSinceSignOff");
const amount = slot("amountMinor");
const kind = slot("reasonKind");
const clean = slot("outboundClean");

const bounds = Array.from({ length: 32 }, (_, index) => index);

const rules: readonly Rule[] = bounds.map((index) => ({
  id: `rule-${index}`,
  source: "bench",
  when: {
    all: [
      { fact: "reasonKind", op: "eq", value: index % 2 === 0 ? "fault" : "change_of_mind" },
      { fact: "daysSinceSignOff", op: "lte", value: index },
      {
        any: [
          { fact: "amountMinor", op: "gt", value: index * 1000 },
          { fact: "outboundClean", op: "eq", value: true },
        ],
      },
    ],
  },
  outcome: cnStandardRules.otherwise.outcome,
  explanation: { "zh-CN": "", en: "" },
}));

const isNumber = (value: unknown): value is number => typeof value === "number";

const predicates = bounds.map((index) => (known: Facts): boolean => {
  const [day, minor] = [known[days], known[amount]];
  return (
    known[kind] === (index % 2 === 0 ? "fault" : "change_of_mind") &&
    isNumber(day) &&
    day <= index &&
    ((isNumber(minor) && minor > index * 1000) || known[clean] === true)
  );
});

const someFacts = (): readonly Facts[] => {
  const next = random(20_261_122);
  return Array.from({ length: facts }, () => {
    const known: { [slot: number]: string | number | boolean | null } = {
      [days]: next() < 0.1 ? null : Math.floor(next() * 60),
      [amount]: Math.floor(next() * 40_000),
      [kind]: next() < 0.5 ? "fault" : "change_of_mind",
      [clean]: next() < 0.2 ? null : next() < 0.5,
    };
    return factCatalogue.map((_, index) => known[index] ?? null);
  });
};

const someInputs = (): readonly JudgmentInput[] => {
  const next = random(7);
  const start = Date.UTC(2026, 0, 1);
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value =>
    values[Math.floor(next() * values.length)] ?? values[0];
  return Array.from({ length: facts }, () => {
    const signedOffAt = start + Math.floor(next() * 365 * 86_400_000);
    const filedAt = signedOffAt + Math.floor(next() * 12 * 86_400_000);
    const flaw = { code: "scratch", place: "back", severity: "minor" } as const;
    const inspection = (found: boolean) => ({
      inspectedAt: 0,
      grade: "A",
      flaws: found ? [flaw] : [],
      photoHashes: [],
    });
    return {
      now: filedAt,
      filedAt,
      type: "return_and_refund",
      reason: pick(["CHANGED_MIND", "DEFECTIVE", "DAMAGED_ON_ARRIVAL", "WRONG_ITEM", "NOT_DELIVERED"]),
      claimMinor: BigInt(Math.floor(next() * 9_000_000) + 1),
      currency: "CNY",
      priorRequests: 0,
      claimedFlaw: { code: flaw.code, place: flaw.place },
      lines: [
        {
          quantity: 1,
          contract: {
            effectiveFrom: 0,
            commissionBps: 3_000,
            transitRisk: "carrier",
            custodyRisk: "platform",
          },
          item: {
            tenantId: "t",
            itemId: "i",
            merchantId: "m",
            title: "Bag",
            category: pick(["bags", "cosmetics", "perishable"]),
            intakeInspection: inspection(next() < 0.2),
            disclosedFlaws: [],
          },
          line: {
            lineId: "1",
            itemId: "i",
            merchantId: "m",
            quantity: 1,
            paidMinor: 1n,
            commissionBps: 3_000,
            exclusionConfirmed: next() < 0.2,
            packedBy: pick(["platform", "merchant"]),
            outboundInspection: inspection(next() < 0.2),
            signedOffAt,
            remainingMinor: 1n,
            remainingQuantity: 1,
            caseIds: [],
            version: 1,
          },
          outboundParcel: {
            carrier: "sf",
            status: "delivered",
            statusTrusted: true,
            damaged: next() < 0.2,
            damageTrusted: true,
          },
        },
      ],
    };
  });
};

/**
 * How fast cases are judged on one core.
 *
 * @throws AssertionError if the engine and the predicates do not give identical answers
 */
export const measureJudgments = (): JudgmentSpeed => {
  const known = someFacts();
  const ruleSet = compileRuleSet({
    ...cnStandardRules,
    rules,
    otherwise: { ...cnStandardRules.otherwise, id: "otherwise" },
  });
  const { rules: compiled } = ruleSet;
  const byPredicates = (index: number) => predicates.findIndex((holdsFor) => holdsFor(known[index] ?? []));
  const bare = (index: number) => {
    for (let rule = 0; rule < compiled.length; rule += 1) {
      const root = compiled[rule]?.condition.root;
      if (root && examine(root, known[index] ?? []) === holds) return rule;
    }
    return -1;
  };
  const byEngine = (index: number) => decide(ruleSet, known[index] ?? []).rule.id;
  for (let index = 0; index < facts; index += 1) {
    const rule = byPredicates(index);
    deepStrictEqual([bare(index), byEngine(index)], [rule, rule === -1 ? "otherwise" : `rule-${rule}`]);
  }
  const inputs = someInputs();
  return {
    judgmentsPerSecond: perSecond(facts, (index) => judge(cnStandard, inputs[index] as JudgmentInput, 1)),
    enginePerSecond: perSecond(facts, byEngine),
    bareEnginePerSecond: perSecond(facts, bare),
    predicatesPerSecond: perSecond(facts, byPredicates),
  };
};
