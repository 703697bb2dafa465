import { deepStrictEqual } from "node:assert/strict";
import { cnStandard, cnStandardRules } from "../../functions/domain/judgment/cn-standard.ts";
import { factsOf } from "../../functions/domain/judgment/fact-values.ts";
import { type Facts, factCatalogue, slotOf } from "../../functions/domain/judgment/facts.ts";
import type { JudgmentInput } from "../../functions/domain/judgment/input.ts";
import { decide, judge } from "../../functions/domain/judgment/judge.ts";
import { compileRuleSet, type Rule } from "../../functions/domain/judgment/rule-set.ts";
import { jsonRulesJudge } from "./json-rules.ts";

/** Judgments a second of processor time. */
export type JudgmentSpeed = {
  /** Whole judgments by the shipped rules: facts, trace, texts in all registers, confidence. */
  readonly judgmentsPerSecond: number;
  /** The engine over the shipped rules on ready facts: first match, full trace, near misses. */
  readonly shippedPerSecond: number;
  /** json-rules-engine over the shipped rules on the same facts: first match. */
  readonly jsonRulesShippedPerSecond: number;
  /** The engine over 32 rules on ready facts: first match, full trace, near misses. */
  readonly bareEnginePerSecond: number;
  /** json-rules-engine over the same 32 rules on the same facts: first match. */
  readonly jsonRulesPerSecond: number;
  /** The same again, written as TypeScript predicates. */
  readonly predicatesPerSecond: number;
  /** How many times as fast the engine is as json-rules-engine, over 32 rules and over the shipped ones. */
  readonly timesJsonRules: number;
  readonly timesJsonRulesShipped: number;
};

const facts = 1_000;
const roundMs = 100;
const rounds = 12;

/** One contender: judges some cases, one after the other. */
type Contender = { readonly cases: number; readonly run: () => void | Promise<void> };

const contender = (cases: number, judgeOne: (index: number) => unknown): Contender => ({
  cases,
  run: () => {
    for (let index = 0; index < cases; index += 1) judgeOne(index);
  },
});

const asyncContender = (cases: number, judgeOne: (index: number) => Promise<unknown>): Contender => ({
  cases,
  run: async () => {
    for (let index = 0; index < cases; index += 1) await judgeOne(index);
  },
});

/** Processor time of all threads, the garbage collector's too: what another process takes does not count. */
const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const inOneRound = async ({ cases, run }: Contender): Promise<number> => {
  const from = processorMs();
  let done = 0;
  while (processorMs() - from < roundMs) {
    await run();
    done += cases;
  }
  return (done * 1000) / (processorMs() - from);
};

/** The contenders take turns, so that a busy machine is busy for each. The first turn warms up; the best counts. */
const perSecond = async <Name extends string>(
  contenders: {
    readonly [name in Name]: Contender;
  },
): Promise<{ readonly [name in Name]: number }> => {
  const names = Object.keys(contenders) as Name[];
  const best = Object.fromEntries(names.map((name) => [name, 0])) as { [name in Name]: number };
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const speed = await inOneRound(contenders[name]);
      if (round > 0) best[name] = Math.max(best[name], Math.round(speed));
    }
  }
  return best;
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

/** A year of cases of the usual kinds. */
export const benchInputs = (): readonly JudgmentInput[] => {
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

/** json-rules-engine is slow enough that a few facts fill a round. */
const jsonRulesFacts = 100;

/**
 * How fast cases are judged, by this engine and by others in the same run.
 *
 * @throws AssertionError if they do not all give identical answers
 */
export const measureJudgments = async (): Promise<JudgmentSpeed> => {
  const known = someFacts();
  const inputs = benchInputs();
  const shippedFacts = inputs.map((input) => factsOf(input, cnStandard));
  const ruleSet = compileRuleSet({
    ...cnStandardRules,
    rules,
    otherwise: { ...cnStandardRules.otherwise, id: "otherwise" },
  });
  const byEngine = (index: number) => decide(ruleSet, known[index] ?? []);
  const byShipped = (index: number) => decide(cnStandard, shippedFacts[index] ?? []);
  const byPredicates = (index: number) => predicates.findIndex((holdsFor) => holdsFor(known[index] ?? []));
  const byJsonRules = jsonRulesJudge(rules, known.slice(0, jsonRulesFacts));
  const byJsonRulesShipped = jsonRulesJudge(cnStandardRules.rules, shippedFacts.slice(0, jsonRulesFacts));

  for (let index = 0; index < facts; index += 1) {
    const rule = byPredicates(index);
    deepStrictEqual(byEngine(index).rule.id, rule === -1 ? "otherwise" : `rule-${rule}`);
  }
  for (let index = 0; index < jsonRulesFacts; index += 1) {
    deepStrictEqual((await byJsonRules(index)) ?? "otherwise", byEngine(index).rule.id);
    deepStrictEqual(
      (await byJsonRulesShipped(index)) ?? cnStandardRules.otherwise.id,
      byShipped(index).rule.id,
    );
  }
  const speed = await perSecond({
    judgmentsPerSecond: contender(facts, (index) => judge(cnStandard, inputs[index] as JudgmentInput, 1)),
    shippedPerSecond: contender(facts, byShipped),
    jsonRulesShippedPerSecond: asyncContender(jsonRulesFacts, byJsonRulesShipped),
    bareEnginePerSecond: contender(facts, byEngine),
    jsonRulesPerSecond: asyncContender(jsonRulesFacts, byJsonRules),
    predicatesPerSecond: contender(facts, byPredicates),
  });
  return {
    ...speed,
    timesJsonRules: Math.round(speed.bareEnginePerSecond / speed.jsonRulesPerSecond),
    timesJsonRulesShipped: Math.round(speed.shippedPerSecond / speed.jsonRulesShippedPerSecond),
  };
};
