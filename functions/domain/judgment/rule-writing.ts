import type { AllowedRefusal } from "../refusal.ts";
import type { CaseType } from "../request.ts";
import type { Condition } from "./conditions.ts";
import { conditionReasons, type FactName } from "./facts.ts";
import { type Outcome, type PartyFact, type Rule, solely } from "./rule-set.ts";
import type { Party } from "./verdict.ts";

/** The words in which the shipped rules are written. */

export const contract = "Merchant contract";
export const platform = "Platform practice";
/** The clock of the WeChat Store after-sale guide, which other platforms know as well. */
export const answer = `${platform}: 48 h to answer, then approved for the buyer (WeChat Store after-sale guide)`;

export const both: readonly CaseType[] = ["refund_only", "return_and_refund"];
export const returned: readonly CaseType[] = ["return_and_refund"];
export const unreturned: readonly CaseType[] = ["refund_only"];
/** What was bought can come in place of what is wrong with it. */
export const replaceable: readonly CaseType[] = [...both, "exchange"];
/**
 * A flaw can be mended too. Which of the two is the buyer's choice: Directive (EU) 2019/771, art. 13 (2); Consumer
 * Rights Law of China, art. 24.
 */
export const mendable: readonly CaseType[] = [...replaceable, "repair"];
/** The same where the goods come back in any case. */
export const mendableReturned: readonly CaseType[] = [...returned, "exchange", "repair"];
/** Nothing arrived, so nothing comes back. */
export const sendable: readonly CaseType[] = [...unreturned, "resend"];

const whole = 10_000;

/** One party answers for everything and pays the return freight; silence speaks for the buyer. */
export const onParty = (
  party: Party,
  route: Outcome["route"],
  remedies: readonly CaseType[],
  carrierLeg?: Outcome["carrierLeg"],
): Outcome => ({
  liability: solely(party),
  route,
  remedies,
  refundCapBps: whole,
  freightPayer: party,
  silence: "approve",
  ...(carrierLeg ? { carrierLeg } : {}),
});

/** The same, of the party that a fact names. */
export const onPartyOf = (
  partyOf: PartyFact,
  route: Outcome["route"],
  remedies: readonly CaseType[],
  carrierLeg?: Outcome["carrierLeg"],
): Outcome => ({
  ...onParty("merchant", route, remedies, carrierLeg),
  liability: { partyOf },
  freightPayer: { partyOf },
});

/** Why, to the buyer and to the merchant, each in zh-CN and en. */
export const told = (
  buyer: readonly [string, string],
  merchant: readonly [string, string],
): Rule["told"] => ({
  buyer: { "zh-CN": buyer[0], en: buyer[1] },
  merchant: { "zh-CN": merchant[0], en: merchant[1] },
});

export const ineligible: Outcome = {
  ...onParty("buyer", "ineligible", []),
  refundCapBps: 0,
  silence: "refuse",
};

/** An outcome the merchant may refuse for these reasons and no others. */
export const refusedFor = (
  outcome: Outcome,
  ...refusals: readonly (readonly [AllowedRefusal["reason"], AllowedRefusal["proof"]])[]
): Outcome => ({ ...outcome, refusals: refusals.map(([reason, proof]) => ({ reason, proof })) });

export const worseAtBuyer = (refundCapBps: number): Outcome => ({
  ...onParty("buyer", "automatic", returned),
  refundCapBps,
});

export const is = (fact: FactName, value: string | number | boolean): Condition => ({
  fact,
  op: "eq",
  value,
});

export const isOneOf = (fact: FactName, value: readonly string[]): Condition => ({ fact, op: "in", value });

export const atLeast = (fact: FactName, value: number): Condition => ({ fact, op: "gte", value });

export const changeOfMind = is("reasonKind", "change_of_mind");
export const aboutCondition = isOneOf("reason", conditionReasons);
