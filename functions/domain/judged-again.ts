import { type CaseEvent, type CaseSnapshot, standingVerdict } from "./case.ts";
import type { Decision } from "./consequences.ts";
import { parties, type Verdict } from "./judgment/verdict.ts";
import { wholeBps } from "./money.ts";
import { isRefund } from "./request.ts";
import { turnedByVerdict } from "./reshipment.ts";

/** What a verdict changes that is not the first of its case: on what came back, or on what both sides have shown. */

/**
 * A verdict on what became of the goods since a ruling: no rule takes back, or grants anew, what was ruled on top of the
 * price, and those pay it who were to. Whoever alone answers now is paid nothing on top.
 */
export const withRuledCompensation = (
  { verdict: standing }: CaseSnapshot,
  { compensation: granted, ...verdict }: Verdict,
): Verdict => {
  if (!standing?.ruling && !standing?.compensation?.by) {
    return granted ? { ...verdict, compensation: granted } : verdict;
  }
  const { compensation, liability } = standing;
  return compensation && verdict.liability.buyer < wholeBps
    ? { ...verdict, compensation: { by: liability, ...compensation } }
    : verdict;
};

/** Whether a verdict pays the same, for the same reason, as the one before. */
const paysTheSame = (one: Verdict, other: Verdict): boolean =>
  one.rule === other.rule &&
  one.refundCapBps === other.refundCapBps &&
  one.freight.payer === other.freight.payer &&
  parties.every((party) => one.liability[party] === other.liability[party]);

/**
 * What came back was judged, and either side may object to that; not where the verdict is the one under which the
 * goods were sent back.
 */
export const judgedReturn = ({ snapshot, at, by }: Decision, verdict: Verdict): readonly CaseEvent[] =>
  paysTheSame(standingVerdict(snapshot), verdict) && allowsTheSame(snapshot, verdict)
    ? uncontested({ snapshot, at, by }, verdict)
    : [];

/** Whether what was asked for, or ruled, is as possible under a verdict as under the one before. */
const allowsTheSame = (snapshot: CaseSnapshot, { remedies }: Verdict): boolean => {
  const { type } = snapshot.state;
  return isRefund(type) || standingVerdict(snapshot).remedies.includes(type) === remedies.includes(type);
};

/** Nobody objects to what came back being judged so: the case goes on, with goods only if that allows them. */
export const uncontested = (
  { snapshot: { state }, at, by }: Decision,
  verdict: Verdict,
  basis?: "silence",
): readonly CaseEvent[] => [
  { type: "VerdictUncontested", at, by, ...(basis ? { basis } : {}) },
  ...turnedByVerdict(state, verdict, at, by),
];

/** Whether two verdicts of the rules come to the same on the same facts. */
const isSameVerdict = (one: Verdict, other: Verdict): boolean =>
  paysTheSame(one, other) &&
  one.route === other.route &&
  Object.keys({ ...one.facts, ...other.facts }).every((fact) => one.facts[fact] === other.facts[fact]);

/** The case was judged on what the evidence adds; what comes to the same is not recorded a second time. */
export const evidenceWeighed = (
  { snapshot, at, by }: Decision,
  judgedNow: CaseEvent,
  verdict: Verdict,
): readonly CaseEvent[] => {
  const changed = !isSameVerdict(standingVerdict(snapshot), verdict);
  return [...(changed ? [judgedNow] : []), { type: "EvidenceWeighed", at, by, changed }];
};
