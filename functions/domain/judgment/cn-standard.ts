import {
  amounts,
  delivery,
  faultOnRecord,
  largeClaim,
  lateDelivery,
  linesDiffer,
  packing,
  refundWithoutReturn,
  returnContradicted,
  returnWorse,
} from "./common-rules.ts";
import type { Condition } from "./conditions.ts";
import { compileRuleSet, type Rule, type RuleSet } from "./rule-set.ts";
import {
  answer,
  atLeast,
  changeOfMind,
  ineligible,
  is,
  isOneOf,
  mendable,
  onParty,
  platform,
  refusedFor,
  replaceable,
  returned,
  told,
  worseAtBuyer,
} from "./rule-writing.ts";

/**
 * The rule set shipped for China. The order is the argument: first what became of a return, then the
 * no-reason right, then what the records say of a claimed fault, then who packed, and last what is
 * presumed where no record speaks.
 */

const law = "Consumer Rights Law of China, art. 25";
const measures = "Interim measures on seven-day no-reason returns (2017)";
const guide = "WeChat Store after-sale guide";
const intact = `${law} and ${measures}, art. 9: goods are returned intact`;
const disclosed = `${measures}: flawed goods, the flaw disclosed and confirmed; without confirmation no refusal`;

const fromBuyer: Condition = is("returnNewFlawsOrigin", "arose_at_buyer");
const expired: Condition = is("reason", "EXPIRED");

/** They come before what a flaw costs by how grave it is: a category has conditions of its own. */
const notIntact: readonly Rule[] = [
  {
    id: "return-beyond-resale",
    source: intact,
    when: {
      all: [
        changeOfMind,
        isOneOf("returnNotIntact", ["hygiene_seal_broken", "serial_altered", "unauthorised_repair"]),
        fromBuyer,
      ],
    },
    outcome: worseAtBuyer(0),
    explanation: {
      "zh-CN": "{category}退回时不完好（{returnNotIntact}），不符合无理由退货的完好标准，不予退款。",
      en: "The goods ({category}) came back not intact: {returnNotIntact}. That ends the no-reason right; nothing is refunded.",
    },
    told: told(
      [
        "退回商品不完好（{returnNotIntact}），不符合无理由退货的完好标准。",
        "What came back is not intact as a return without a reason has to be: {returnNotIntact}.",
      ],
      [
        "退回商品不完好（{returnNotIntact}），由买家承担。",
        "What came back is not intact: {returnNotIntact}. The buyer bears it.",
      ],
    ),
  },
  {
    id: "return-not-intact",
    source: `${intact}; ${platform}: what it lost in value`,
    when: {
      all: [
        changeOfMind,
        isOneOf("returnNotIntact", ["activation_data", "worn", "stained", "tag_removed"]),
        isOneOf("returnNewFlaws", ["minor", "moderate"]),
        fromBuyer,
      ],
    },
    outcome: worseAtBuyer(7_000),
    explanation: {
      "zh-CN": "{category}退回时不完好（{returnNotIntact}），由买家承担贬值，退款上限为申请金额的 70%。",
      en: "The goods ({category}) came back not intact: {returnNotIntact}. The buyer bears the lost value; at most 70 % of the claim is refunded.",
    },
    told: told(
      [
        "退回商品不完好（{returnNotIntact}），由此减少的价值由您承担。",
        "What came back is not intact ({returnNotIntact}); the value it lost is yours to bear.",
      ],
      [
        "退回商品不完好（{returnNotIntact}），由买家承担贬值。",
        "What came back is not intact ({returnNotIntact}). The buyer bears the lost value.",
      ],
    ),
  },
];

/** They decide every change of mind: what comes after them is a claim of fault. */
const noReason: readonly Rule[] = [
  {
    id: "no-reason-never-returnable",
    source: `${law} (1) to (4)`,
    when: { all: [changeOfMind, is("statutoryExclusion", true)] },
    outcome: ineligible,
    explanation: {
      "zh-CN": "{category}依法不适用无理由退货。",
      en: "By law, {category} cannot be returned without a reason.",
    },
    told: told(
      ["{category}依法不适用无理由退货。", "By law, {category} cannot be returned without a reason."],
      ["{category}依法不适用无理由退货。", "By law, {category} cannot be returned without a reason."],
    ),
  },
  {
    id: "no-reason-kind-excluded",
    source: `${measures}, art. 7: excluded by kind if the buyer confirmed it for this purchase`,
    when: {
      all: [
        changeOfMind,
        isOneOf("exclusion", ["unsealing", "activation", "near_expiry"]),
        is("exclusionConfirmed", true),
      ],
    },
    outcome: ineligible,
    explanation: {
      "zh-CN": "该商品属于经确认可不适用无理由退货的情形（{exclusion}），买家购买时已确认。",
      en: "The goods are of a kind that is excluded if confirmed ({exclusion}), and the buyer confirmed it for this purchase.",
    },
    told: told(
      [
        "该商品属于特殊情形（{exclusion}），您购买时已确认不支持无理由退货。",
        "The goods are of a special kind ({exclusion}), and you confirmed when buying that they cannot be returned without a reason.",
      ],
      [
        "该商品属于特殊情形（{exclusion}），买家购买时已确认不支持无理由退货。",
        "The goods are of a special kind ({exclusion}), and the buyer confirmed the exclusion for this purchase.",
      ],
    ),
  },
  {
    id: "no-reason-flaw-not-disclosed",
    source: `${measures}, art. 7 (3): only flaws that were disclosed at the sale exclude the right`,
    when: {
      all: [
        changeOfMind,
        is("exclusion", "disclosed_flaw"),
        is("disclosedFlawCount", 0),
        is("withinNoReasonWindow", true),
      ],
    },
    outcome: onParty("buyer", "automatic", returned),
    explanation: {
      "zh-CN":
        "约定因瑕疵不支持无理由退货，但商品页未披露任何瑕疵，该约定不成立。无理由退货期至 {noReasonWindowLastDay}，退货后退款 {amountMinor}，退货运费由买家承担。",
      en: "The exclusion was for disclosed flaws, and the listing disclosed none, so it does not hold. The window lasts until {noReasonWindowLastDay}; {amountMinor} is refunded after the return, and the buyer pays its freight.",
    },
    told: told(
      [
        "商品页未说明瑕疵，您仍可在 {noReasonWindowLastDay} 前（含当日）无理由退货。",
        "The listing told you of no flaws, so you can still return it without a reason until {noReasonWindowLastDay}.",
      ],
      [
        "商品页未披露瑕疵，因瑕疵不支持无理由退货的约定不成立，申请在期内（至 {noReasonWindowLastDay}）。",
        "The listing disclosed no flaw, so the exclusion for disclosed flaws does not hold; the request came within the window, which lasts until {noReasonWindowLastDay}.",
      ],
    ),
  },
  {
    id: "no-reason-disclosed-flaws",
    source: `${measures}: flawed goods, the flaw disclosed and the exclusion confirmed for this purchase`,
    when: {
      all: [changeOfMind, { fact: "disclosedFlawCount", op: "gt", value: 0 }, is("exclusionConfirmed", true)],
    },
    outcome: ineligible,
    explanation: {
      "zh-CN": "商品瑕疵（{disclosedFlawCount} 处）已在商品页披露，且买家购买时确认不支持无理由退货。",
      en: "The listing disclosed the flaws ({disclosedFlawCount}), and the buyer confirmed for this purchase that it cannot be returned without a reason.",
    },
    told: told(
      [
        "商品页已说明瑕疵（{disclosedFlawCount} 处），您购买时也确认了不支持无理由退货。",
        "The listing told you of the flaws ({disclosedFlawCount}), and you confirmed when buying that it cannot be returned without a reason.",
      ],
      [
        "商品页已披露瑕疵（{disclosedFlawCount} 处），买家购买时确认不支持无理由退货。",
        "The listing disclosed the flaws ({disclosedFlawCount}), and the buyer confirmed the exclusion for this purchase.",
      ],
    ),
  },
  {
    id: "no-reason-exclusion-confirmed",
    source: `${measures}: excluded only if the buyer confirmed it for this purchase`,
    when: { all: [changeOfMind, is("exclusionConfirmed", true)] },
    outcome: ineligible,
    explanation: {
      "zh-CN": "买家购买时已确认该商品不支持无理由退货。",
      en: "The buyer confirmed for this purchase that it cannot be returned without a reason.",
    },
    told: told(
      [
        "您购买时已确认该商品不支持无理由退货。",
        "You confirmed when buying that it cannot be returned without a reason.",
      ],
      [
        "买家购买时已确认该商品不支持无理由退货。",
        "The buyer confirmed for this purchase that it cannot be returned without a reason.",
      ],
    ),
  },
  {
    id: "no-reason-within-window",
    source: `${law}: seven days from the day after sign-off; the buyer pays the return freight`,
    when: { all: [changeOfMind, is("withinNoReasonWindow", true)] },
    outcome: onParty("buyer", "automatic", returned),
    explanation: {
      "zh-CN":
        "商品于 {signedOffOn} 签收，无理由退货期至 {noReasonWindowLastDay}，申请在期内。退货后退款 {amountMinor}，退货运费由买家承担。",
      en: "Signed for on {signedOffOn}, the goods can be returned without a reason until {noReasonWindowLastDay}, and the request is in time. {amountMinor} is refunded after the return; the buyer pays the return freight.",
    },
    told: told(
      [
        "您于 {signedOffOn} 签收，可在 {noReasonWindowLastDay} 前（含当日）无理由退货，本次申请（{amountMinor}）在期内。",
        "You signed for it on {signedOffOn} and can return it without a reason until {noReasonWindowLastDay}; your request for {amountMinor} is in time.",
      ],
      [
        "买家于 {signedOffOn} 签收，在无理由退货期内（至 {noReasonWindowLastDay}）提出申请。",
        "The buyer signed for it on {signedOffOn} and asked within the no-reason window, which lasts until {noReasonWindowLastDay}.",
      ],
    ),
  },
  {
    /*
     * The window has not begun, so the request cannot be late; but nothing can be returned yet either, and
     * only somebody who can stop the parcel can spare everyone the journey. So the merchant is asked, and
     * silence speaks for the buyer, who would have the right anyway as soon as the goods arrive.
     */
    id: "no-reason-before-sign-off",
    source: `${law}: the window begins with the day after sign-off; ${answer}`,
    when: { all: [changeOfMind, is("signedOff", false)] },
    outcome: refusedFor(onParty("buyer", "merchant", returned), ["other", "note"]),
    explanation: {
      "zh-CN": "商品尚未签收，无理由退货期还未开始。由商户决定是否拦截或同意退货，逾期未答复视为同意。",
      en: "The goods have not been signed for, so the no-reason window has not begun. The merchant decides whether to stop the parcel or accept the return; no answer is consent.",
    },
    told: told(
      [
        "商品尚未签收，无理由退货期还未开始。",
        "The goods have not been signed for, so your no-reason window has not begun.",
      ],
      [
        "买家在签收前提出无理由退货，请决定拦截包裹或同意退货。",
        "The buyer asks before signing for the goods. Decide whether to stop the parcel or accept the return.",
      ],
    ),
  },
  {
    id: "no-reason-window-over",
    source: `${law}: seven days from the day after sign-off`,
    when: { all: [changeOfMind, is("withinNoReasonWindow", false)] },
    outcome: ineligible,
    explanation: {
      "zh-CN":
        "商品于 {signedOffOn} 签收，无理由退货期至 {noReasonWindowLastDay}，申请于签收后第 {daysSinceSignOff} 天提出，已超期。",
      en: "Signed for on {signedOffOn}, the goods could be returned without a reason until {noReasonWindowLastDay}; the request came {daysSinceSignOff} days after sign-off.",
    },
    told: told(
      [
        "您于 {signedOffOn} 签收，无理由退货期至 {noReasonWindowLastDay}；您在签收后第 {daysSinceSignOff} 天提出申请。",
        "You signed for it on {signedOffOn} and could return it without a reason until {noReasonWindowLastDay}; you asked {daysSinceSignOff} days after signing.",
      ],
      [
        "买家在签收后第 {daysSinceSignOff} 天提出申请，无理由退货期至 {noReasonWindowLastDay}，已超期。",
        "The buyer asked {daysSinceSignOff} days after sign-off; the no-reason window ended with {noReasonWindowLastDay}.",
      ],
    ),
  },
];

const lastRequest: readonly Rule[] = [
  {
    id: "last-request",
    source: `${guide}: at most five requests for one order line`,
    when: {
      all: [atLeast("priorRequests", 4), is("evidenceOnRecord", false)],
    },
    outcome: onParty("merchant", "arbitration", mendable),
    explanation: {
      "zh-CN": "同一订单行此前已申请 {priorRequests} 次，记录中仍无佐证，最后一次申请转人工仲裁。",
      en: "There were {priorRequests} requests before this one, and still no record speaks for the claim. The last request is decided by a person.",
    },
    told: told(
      [
        "您此前已申请 {priorRequests} 次，本次由人工核实。",
        "You have asked {priorRequests} times before; this time a person looks into it.",
      ],
      [
        "记录中没有佐证，本次申请由人工核实。",
        "No record speaks for the claim; a person looks into this request.",
      ],
    ),
  },
];

const expiredGoods: readonly Rule[] = [
  {
    id: "expired-near-expiry",
    source: `${measures}, art. 7 (3): near expiry, disclosed at the sale`,
    when: {
      all: [expired, is("exclusion", "near_expiry"), is("exclusionConfirmed", true)],
    },
    outcome: onParty("merchant", "arbitration", replaceable),
    explanation: {
      "zh-CN": "商品售出时已明示临近保质期并经买家确认，买家称已过期，转人工核查。",
      en: "The goods were sold as near expiry, and the buyer confirmed it; whether they had expired has to be seen. The case goes to arbitration.",
    },
    told: told(
      [
        "商品售出时已明示临近保质期，您反映已过期，尚需核实。",
        "The goods were sold as near expiry; whether they had expired has to be looked into.",
      ],
      [
        "商品售出时已明示临近保质期，买家称已过期。",
        "The goods were sold as near expiry; the buyer says they had expired.",
      ],
    ),
  },
  {
    id: "expired",
    source: `Food Safety Law of China, art. 34 (10): expired goods are not sold; ${answer}`,
    when: expired,
    outcome: refusedFor(onParty("merchant", "merchant", replaceable), ["goods_as_described", "evidence"]),
    explanation: {
      "zh-CN": "买家称商品已过期，过期商品不得销售，由商户答复，逾期未答复视为同意。",
      en: "The buyer says the goods had expired, and expired goods are not sold. The merchant answers; no answer is consent.",
    },
    told: told(
      ["您反映商品已过期。", "You say that the goods had expired."],
      [
        "买家称商品已过期，过期商品不得销售。",
        "The buyer says the goods had expired, and expired goods are not sold.",
      ],
    ),
  },
];

export const cnStandardRules: RuleSet = {
  id: "cn-standard",
  version: "cn-standard@1",
  timeZone: "Asia/Shanghai",
  noReasonWindowDays: 7,
  merchantAnswerHours: 48,
  ...amounts,
  rules: [
    ...returnContradicted,
    ...notIntact,
    ...returnWorse(intact),
    ...noReason,
    ...faultOnRecord(disclosed),
    ...packing,
    ...delivery,
    // No promised day is on record; after as long as a silent parcel counts as lost, none is needed.
    ...lateDelivery(15, `${platform}: late dispatch ⇒ who packed`),
    ...lastRequest,
    ...largeClaim,
    ...expiredGoods,
    ...refundWithoutReturn,
  ],
  otherwise: {
    id: "fault-presumed-merchant",
    source: `${guide}: return requests, 48 h to answer, then approved; quality problem ⇒ merchant pays freight`,
    outcome: onParty("merchant", "merchant", mendable),
    explanation: {
      "zh-CN":
        "买家申请原因为“{reason}”，记录中没有相反证据，推定由商户承担。由商户答复，逾期未答复视为同意，退货运费由商户承担。",
      en: "The reason is “{reason}”, and no record speaks against it, so the merchant is presumed to answer for it. No answer is consent; the merchant pays the return freight.",
    },
    told: told(
      ["您的申请原因为“{reason}”。", "Your reason is “{reason}”."],
      [
        "买家申请原因为“{reason}”，记录中没有相反证据。",
        "The reason is “{reason}”, and no record speaks against it.",
      ],
    ),
  },
  linesDiffer,
};

export const cnStandard = compileRuleSet(cnStandardRules);
