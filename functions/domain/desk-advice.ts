import { type CaseSnapshot, settlementBasis } from "./case.ts";
import { readAs } from "./judgment/readers.ts";
import type { BilingualText, Liability, Verdict } from "./judgment/verdict.ts";
import { type AllowedDecisions, allowedDecisions } from "./merchant-decision.ts";
import type { RefusalReason } from "./refusal.ts";
import { type PlanBasis, planSettlement, type SettlementPlan } from "./settlement/plan.ts";

/** Everything a merchant needs to decide a case at a glance, as it stood when the case began to wait for it. */
export type DeskAdvice = Pick<AllowedDecisions, "rule" | "refusals"> & {
  readonly liability: Liability;
  /** Why, in the merchant's own register. */
  readonly told: BilingualText;
  readonly silence: Verdict["clocks"]["silence"];
  /** The buyer gets goods instead of money: the amounts are what the refund that is reserved for them comes to. */
  readonly inKind?: NonNullable<PlanBasis["inKind"]>;
  /** What an approval refunds, and who pays it. */
  readonly refundMinor: bigint;
  readonly merchantMinor: bigint;
  readonly platformMinor: bigint;
  readonly carrierMinor: bigint;
  readonly freightPayer: SettlementPlan["freightPayer"];
};

/** Nothing while the case does not wait for its merchant's decision. */
export const adviceOf = (snapshot: CaseSnapshot): DeskAdvice | undefined => {
  const allowed = allowedDecisions(snapshot);
  const { verdict } = snapshot;
  if (!allowed || !verdict) return undefined;
  const { inKind, ...inMoney } = settlementBasis(snapshot, verdict);
  const { refundMinor, funding, freightPayer } = planSettlement(inMoney);
  return {
    ...(allowed.rule === undefined ? {} : { rule: allowed.rule }),
    refusals: allowed.refusals,
    liability: verdict.liability,
    told: readAs("merchant", verdict).explanation,
    silence: verdict.clocks.silence,
    ...(inKind ? { inKind } : {}),
    refundMinor,
    merchantMinor: funding.merchant,
    platformMinor: funding.platform,
    carrierMinor: funding.carrier,
    freightPayer,
  };
};

export type Recommendation = {
  readonly decision: "approve" | "refuse";
  readonly refusalReason?: RefusalReason;
  readonly because: BilingualText;
};

/**
 * What the verdict speaks for. Refusing is recommended only where the rule itself sides with the merchant and
 * nothing more has to be shown: what the merchant knows beyond the records is for the merchant to bring.
 */
export const recommendationOf = ({
  silence,
  merchantMinor,
  refusals,
}: Pick<DeskAdvice, "silence" | "merchantMinor" | "refusals">): Recommendation => {
  if (merchantMinor === 0n) {
    return {
      decision: "approve",
      because: {
        "zh-CN": "退款由其他方承担，同意对贵方没有支出。",
        en: "Others bear the refund: an approval costs you nothing.",
      },
    };
  }
  const [proven] = refusals.filter((refusal) => refusal.proven);
  if (silence === "refuse" && proven) {
    return {
      decision: "refuse",
      refusalReason: proven.reason,
      because: {
        "zh-CN": "现有记录不支持买家的主张，规则视未答复为拒绝。",
        en: "No record speaks for the buyer, and the rule takes no answer for a refusal.",
      },
    };
  }
  return {
    decision: "approve",
    because: {
      "zh-CN": "规则认定由贵方承担，没有记录说明相反情形。",
      en: "The rule lays it on you, and no record says otherwise.",
    },
  };
};
