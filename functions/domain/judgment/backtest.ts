import { InvariantViolation } from "../errors.ts";
import {
  type Funder,
  funders,
  type PlanBasis,
  planSettlement,
  type SettlementPlan,
  suppliers,
} from "../settlement/plan.ts";
import { judgeKnown, type KnownLine } from "./known-case.ts";
import type { CompiledRuleSet } from "./rule-set.ts";
import { type Party, parties, type Route, type Verdict } from "./verdict.ts";

/**
 * A backtest: closed cases judged once more, by other rules, on what was known when they were last judged.
 * It compares what the verdicts ask for. What was really paid may differ, since people decide in between.
 */

export const backtestStatuses = ["queued", "exporting", "judging", "done", "failed", "cancelled"] as const;
export type BacktestStatus = (typeof backtestStatuses)[number];

/** Nothing comes after these. */
export const isOver = (status: BacktestStatus): boolean =>
  status === "done" || status === "failed" || status === "cancelled";

/** What a verdict comes to, without its words. */
export type Ruled = Pick<
  Verdict,
  | "rule"
  | "rulesVersion"
  | "liability"
  | "route"
  | "remedies"
  | "refundCapBps"
  | "freight"
  | "carrier"
  | "loss"
  | "compensation"
  | "shipFirst"
> & { readonly silence: Verdict["clocks"]["silence"] };

export const ruledBy = ({
  rule,
  rulesVersion,
  liability,
  route,
  remedies,
  refundCapBps,
  freight,
  carrier,
  loss,
  compensation,
  shipFirst,
  clocks,
}: Verdict): Ruled => ({
  rule,
  rulesVersion,
  liability,
  route,
  remedies,
  refundCapBps,
  freight,
  ...(carrier === undefined ? {} : { carrier }),
  ...(loss === undefined ? {} : { loss }),
  ...(compensation === undefined ? {} : { compensation }),
  ...(shipFirst === undefined ? {} : { shipFirst }),
  silence: clocks.silence,
});

/** What a case leaves behind for backtests when it closes. */
export type CaseRecap = Pick<PlanBasis, "lines" | "feeTerms" | "times" | "outlays" | "inKind" | "onTrust"> & {
  readonly ruled: Ruled;
  readonly known: readonly KnownLine[];
};

export type ClosedCase = CaseRecap & {
  readonly caseId: string;
  readonly currency: string;
  readonly claimMinor: bigint;
  readonly returnFreightMinor: bigint;
};

/** What each party gets by a verdict's settlement, negative where it gives. Sums to zero. */
export type Positions = { readonly [party in Party]: bigint };

/** Minor units of one currency. */
type Moved = { readonly beforeMinor: bigint; readonly afterMinor: bigint };

/** Why a case of the period could not be judged again. */
export const notJudgedReasons = ["never_judged", "not_kept", "unreadable", "no_verdict"] as const;
export type NotJudgedReason = (typeof notJudgedReasons)[number];

export type Transition<Name extends string = string> = {
  readonly from: Name;
  readonly to: Name;
  readonly cases: number;
  /** Those of them whose consequences differ. */
  readonly changed: number;
};

export type Example = {
  readonly caseId: string;
  readonly currency: string;
  readonly claimMinor: bigint;
  readonly before: Ruled;
  readonly after: Ruled;
  readonly moved: { readonly [party in Party]: Moved };
};

export type Tally = {
  readonly judged: number;
  readonly changed: number;
  readonly notJudged: { readonly [reason in NotJudgedReason]: number };
  readonly rules: readonly Transition[];
  readonly routes: readonly Transition<Route>[];
  readonly money: { readonly [currency: string]: { readonly [party in Party]: Moved } };
  readonly examples: readonly Example[];
};

/** Of cases whose verdict changed, the oldest of each step from rule to rule. */
export const examplesPerTransition = 5;

/** Nothing that is not eligible is paid. What goes to a person counts as the verdict proposes it. */
export const positionsUnder = (ruled: Ruled, closed: Omit<PlanBasis, "verdict">): Positions => {
  if (ruled.route === "ineligible") return { merchant: 0n, platform: 0n, carrier: 0n, buyer: 0n };
  const plan = planSettlement({ ...closed, verdict: ruled });
  const { loss, commissionReversalMinor } = plan;
  const feeMinor = plan.feeMinor - plan.feeRebateMinor;
  const paidBy = (party: Funder): bigint =>
    plan.funding[party] +
    plan.outboundFreight[party] +
    plan.compensation[party] +
    plan.replacement[party] +
    (plan.freightPayer === party ? plan.freightMinor : 0n) +
    borneBy(plan, party);
  const lostBy = (party: Party): bigint =>
    (loss?.from === party ? loss.amountMinor : 0n) - (loss?.to === party ? loss.amountMinor : 0n);
  const positions: Positions = {
    merchant:
      commissionReversalMinor +
      plan.replacement.platform +
      plan.replacement.carrier +
      plan.onTrustMinor -
      feeMinor -
      paidBy("merchant") -
      lostBy("merchant"),
    platform:
      feeMinor +
      plan.strayPieceMinor -
      plan.onTrustMinor -
      commissionReversalMinor -
      paidBy("platform") -
      lostBy("platform"),
    carrier: -plan.strayPieceMinor - paidBy("carrier") - lostBy("carrier"),
    buyer:
      plan.refundMinor +
      plan.outboundFreightMinor +
      plan.compensationMinor +
      plan.freightMinor -
      lostBy("buyer"),
  };
  const sum = parties.reduce((total, party) => total + positions[party], 0n);
  if (sum !== 0n) throw new InvariantViolation(`the positions sum to ${sum}`);
  return positions;
};

/** What a party bears of what others laid out for replacement and repair, less what others bear of its own. */
const borneBy = ({ replacementFreight, repair }: SettlementPlan, party: Funder): bigint =>
  [replacementFreight, repair].reduce(
    (sum, borne) =>
      suppliers.reduce(
        (soFar, supplier) =>
          supplier === party
            ? funders.reduce((got, other) => (other === party ? got : got - borne[supplier][other]), soFar)
            : soFar + borne[supplier][party],
        sum,
      ),
    0n,
  );

/** The rule and the clock may be another; what follows for the parties is what counts. */
const isSameOutcome = (one: Ruled, other: Ruled): boolean =>
  one.route === other.route &&
  one.refundCapBps === other.refundCapBps &&
  one.silence === other.silence &&
  one.freight.payer === other.freight.payer &&
  one.freight.capMinor === other.freight.capMinor &&
  one.carrier === other.carrier &&
  one.loss?.pays === other.loss?.pays &&
  one.loss?.payer === other.loss?.payer &&
  one.shipFirst?.pays === other.shipFirst?.pays &&
  one.compensation?.bps === other.compensation?.bps &&
  one.compensation?.minimumMinor === other.compensation?.minimumMinor &&
  parties.every((party) => one.liability[party] === other.liability[party]) &&
  one.remedies.length === other.remedies.length &&
  one.remedies.every((remedy) => other.remedies.includes(remedy));

export type Comparison = {
  readonly before: Ruled;
  readonly after: Ruled;
  readonly changed: boolean;
  readonly moved: { readonly [party in Party]: Moved };
};

/** Judges a closed case by other rules. Throws as `judge` does. */
export const compareVerdicts = (rules: CompiledRuleSet, closed: ClosedCase): Comparison => {
  const before = closed.ruled;
  const after = ruledBy(judgeKnown(rules, closed.known, { number: 1, judgedAt: 0 }));
  const [was, is] = [positionsUnder(before, closed), positionsUnder(after, closed)];
  const moved = byParty((party) => ({ beforeMinor: was[party], afterMinor: is[party] }));
  return { before, after, changed: !isSameOutcome(before, after), moved };
};

const byParty = <Value>(of: (party: Party) => Value): { readonly [party in Party]: Value } => ({
  merchant: of("merchant"),
  platform: of("platform"),
  carrier: of("carrier"),
  buyer: of("buyer"),
});

/** Judges one case after the other and counts. What cannot be judged is counted by its reason. */
export type Counting = {
  readonly judge: (closed: ClosedCase) => void;
  readonly passOver: (reason: NotJudgedReason) => void;
  readonly tally: () => Tally;
};

export const countUnder = (rules: CompiledRuleSet): Counting => {
  const sheet = newSheet();
  return {
    judge: (closed) => {
      let comparison: Comparison;
      try {
        comparison = compareVerdicts(rules, closed);
      } catch (error) {
        if (!(error instanceof InvariantViolation)) throw error;
        sheet.notJudged.no_verdict += 1;
        return;
      }
      const { before, after, changed, moved } = comparison;
      const { caseId, currency, claimMinor } = closed;
      const count = { cases: 1, changed: changed ? 1 : 0 };
      sheet.judged += 1;
      sheet.changed += count.changed;
      addTransition(sheet.rules, { from: before.rule, to: after.rule, ...count });
      addTransition(sheet.routes, { from: before.route, to: after.route, ...count });
      addMoney(sheet.money, currency, moved);
      if (changed) addExample(sheet.examples, { caseId, currency, claimMinor, before, after, moved });
    },
    passOver: (reason) => {
      sheet.notJudged[reason] += 1;
    },
    tally: () => tallyOf(sheet),
  };
};

/** The tally of all cases from those of parts of them, in whatever order. */
export const mergeTallies = (tallies: readonly Tally[]): Tally => {
  const sheet = newSheet();
  for (const part of tallies) {
    sheet.judged += part.judged;
    sheet.changed += part.changed;
    for (const reason of notJudgedReasons) sheet.notJudged[reason] += part.notJudged[reason];
    for (const transition of part.rules) addTransition(sheet.rules, transition);
    for (const transition of part.routes) addTransition(sheet.routes, transition);
    for (const [currency, moved] of Object.entries(part.money)) addMoney(sheet.money, currency, moved);
    for (const example of part.examples) addExample(sheet.examples, example);
  }
  return tallyOf(sheet);
};

type Sheet = {
  judged: number;
  changed: number;
  readonly notJudged: { [reason in NotJudgedReason]: number };
  readonly rules: Map<string, Transition>;
  readonly routes: Map<string, Transition<Route>>;
  readonly money: Map<string, { readonly [party in Party]: Moved }>;
  readonly examples: Map<string, readonly Example[]>;
};

const newSheet = (): Sheet => ({
  judged: 0,
  changed: 0,
  notJudged: { never_judged: 0, not_kept: 0, unreadable: 0, no_verdict: 0 },
  rules: new Map(),
  routes: new Map(),
  money: new Map(),
  examples: new Map(),
});

/** Ids have no space in them. */
const stepKey = (from: string, to: string): string => `${from} ${to}`;

const addTransition = <Name extends string>(
  transitions: Map<string, Transition<Name>>,
  { from, to, cases, changed }: Transition<Name>,
): void => {
  const key = stepKey(from, to);
  const so = transitions.get(key);
  transitions.set(key, {
    from,
    to,
    cases: (so?.cases ?? 0) + cases,
    changed: (so?.changed ?? 0) + changed,
  });
};

const addMoney = (money: Sheet["money"], currency: string, moved: Example["moved"]): void => {
  const so = money.get(currency);
  money.set(
    currency,
    byParty((party) => ({
      beforeMinor: (so?.[party].beforeMinor ?? 0n) + moved[party].beforeMinor,
      afterMinor: (so?.[party].afterMinor ?? 0n) + moved[party].afterMinor,
    })),
  );
};

const byCaseId = (one: Example, other: Example): number => (one.caseId < other.caseId ? -1 : 1);

const addExample = (examples: Sheet["examples"], example: Example): void => {
  const key = stepKey(example.before.rule, example.after.rule);
  const so = examples.get(key) ?? [];
  examples.set(key, [...so, example].sort(byCaseId).slice(0, examplesPerTransition));
};

/** The most frequent first, and in one order however they were counted. */
const byFrequency = (one: Transition, other: Transition): number =>
  other.cases - one.cases || (stepKey(one.from, one.to) < stepKey(other.from, other.to) ? -1 : 1);

const tallyOf = ({ rules, routes, money, examples, ...counts }: Sheet): Tally => {
  const ranked = [...rules.values()].sort(byFrequency);
  return {
    ...counts,
    notJudged: { ...counts.notJudged },
    rules: ranked,
    routes: [...routes.values()].sort(byFrequency),
    money: Object.fromEntries([...money].sort(([one], [other]) => (one < other ? -1 : 1))),
    examples: ranked.flatMap(({ from, to }) => examples.get(stepKey(from, to)) ?? []),
  };
};
