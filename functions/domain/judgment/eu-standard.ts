import {
  amounts,
  delivery,
  faultOnRecord,
  largeClaim,
  lateDelivery,
  linesDiffer,
  newFlaws,
  packing,
  refundWithoutReturn,
  returnContradicted,
  returnWorse,
} from "./common-rules.ts";
import { compileRuleSet, type Rule, type RuleSet } from "./rule-set.ts";
import {
  aboutCondition,
  answer,
  atLeast,
  changeOfMind,
  ineligible,
  is,
  isOneOf,
  mendable,
  onParty,
  refusedFor,
  returned,
  told,
  worseAtBuyer,
} from "./rule-writing.ts";

/**
 * The rule set shipped for the European Union: the right of withdrawal instead of the no-reason window, and the
 * seller's liability for lack of conformity in the first two years. Amounts, tracking and contracts are as
 * anywhere. A platform begins a rule set of its own from it and names its own time zone.
 */

const directive = "Directive 2011/83/EU";
const sale = "Directive (EU) 2019/771";
const diminished = `${directive}, art. 14 (2): value lost by more handling than it takes to test the goods`;
const accepted = `${sale}, art. 7 (5): a deviation the buyer was told of and expressly accepted`;
const notInformed = is("informedOfWithdrawal", false);

const afterReturn: readonly Rule[] = [
  {
    id: "withdrawal-worse-not-informed",
    source: `${directive}, art. 14 (2): who was not told of the right does not answer for lost value`,
    when: { all: [changeOfMind, notInformed, newFlaws, is("returnNewFlawsOrigin", "arose_at_buyer")] },
    outcome: { ...onParty("buyer", "automatic", returned), freightPayer: "merchant" },
    explanation: {
      "zh-CN": "退回商品有新增瑕疵（{returnNewFlaws}），但买家未被告知撤回权，不承担贬值，全额退款。",
      en: "The goods came back with new flaws ({returnNewFlaws}), but the buyer was not told of the right of withdrawal and does not answer for the lost value; the refund is in full.",
    },
    told: told(
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），因您未被告知撤回权，不由您承担。",
        "The goods came back with new flaws ({returnNewFlaws}). You were not told of your right of withdrawal, so they are not yours to bear.",
      ],
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），但买家未被告知撤回权，不承担贬值。",
        "The goods came back with new flaws ({returnNewFlaws}). The buyer was not told of the right of withdrawal and does not answer for them.",
      ],
    ),
  },
  {
    id: "withdrawal-seal-broken",
    source: `${directive}, art. 16 (e) and (i): goods unsealed after delivery`,
    when: {
      all: [
        changeOfMind,
        isOneOf("returnNotIntact", ["hygiene_seal_broken", "media_seal_broken"]),
        is("returnNewFlawsOrigin", "arose_at_buyer"),
      ],
    },
    outcome: worseAtBuyer(0),
    explanation: {
      "zh-CN": "商品在送达后拆封（{returnNotIntact}），撤回权不再适用，不予退款。",
      en: "The goods were unsealed after delivery ({returnNotIntact}), which ends the right of withdrawal; nothing is refunded.",
    },
    told: told(
      [
        "商品在送达后拆封（{returnNotIntact}），撤回权不再适用。",
        "The goods were unsealed after delivery ({returnNotIntact}), which ends the right of withdrawal.",
      ],
      [
        "商品在送达后拆封（{returnNotIntact}），撤回权不再适用。",
        "The goods were unsealed after delivery ({returnNotIntact}), which ends the right of withdrawal.",
      ],
    ),
  },
];

/** They decide every change of mind: what comes after them is a claim of fault. */
const withdrawal: readonly Rule[] = [
  {
    id: "withdrawal-never",
    source: `${directive}, art. 16 (c), (d) and (j)`,
    when: { all: [changeOfMind, isOneOf("category", ["custom_made", "perishable", "periodicals"])] },
    outcome: ineligible,
    explanation: {
      "zh-CN": "{category}依法不适用撤回权。",
      en: "By law there is no right of withdrawal for {category}.",
    },
    told: told(
      ["{category}依法不适用撤回权。", "By law there is no right of withdrawal for {category}."],
      ["{category}依法不适用撤回权。", "By law there is no right of withdrawal for {category}."],
    ),
  },
  {
    id: "withdrawal-within-window",
    source: `${directive}, art. 9 and 14 (1): fourteen days from possession; the buyer pays the return; Regulation 1182/71, art. 3 (4)`,
    when: { all: [changeOfMind, is("informedOfWithdrawal", true), is("withinWindowToWorkingDay", true)] },
    outcome: onParty("buyer", "automatic", returned),
    explanation: {
      "zh-CN":
        "商品于 {signedOffOn} 送达，撤回期至 {noReasonWindowLastDay}（遇周末顺延），申请在期内。收到退货或寄出凭证后 14 天内退款 {amountMinor}，退货运费由买家承担。",
      en: "Delivered on {signedOffOn}, the goods can be returned without a reason until {noReasonWindowLastDay}, or the Monday after a weekend, and the request is in time. {amountMinor} is refunded within 14 days, once the goods or proof of sending are there; the buyer pays the return freight.",
    },
    told: told(
      [
        "您于 {signedOffOn} 收到商品，撤回期至 {noReasonWindowLastDay}（遇周末顺延），本次申请（{amountMinor}）在期内。",
        "You received it on {signedOffOn} and can withdraw until {noReasonWindowLastDay}, or the Monday after a weekend; your request for {amountMinor} is in time.",
      ],
      [
        "买家于 {signedOffOn} 收到商品，在撤回期内（至 {noReasonWindowLastDay}）提出申请。",
        "The buyer received it on {signedOffOn} and withdrew in time (until {noReasonWindowLastDay}).",
      ],
    ),
  },
  {
    id: "withdrawal-not-informed",
    source: `${directive}, art. 10 (1) and 14 (1): twelve months longer, and the seller pays the return, where the buyer was not told`,
    when: { all: [changeOfMind, notInformed, is("withinExtendedWindow", true)] },
    outcome: { ...onParty("buyer", "automatic", returned), freightPayer: "merchant" },
    explanation: {
      "zh-CN":
        "买家未被告知撤回权，撤回期自 {noReasonWindowLastDay} 起延长十二个月，申请在期内。退货后退款 {amountMinor}，退货运费由商户承担。",
      en: "The buyer was not told of the right of withdrawal, so it lasts twelve months beyond {noReasonWindowLastDay}, and the request is in time. {amountMinor} is refunded after the return; the merchant pays its freight.",
    },
    told: told(
      [
        "您未被告知撤回权，撤回期自 {noReasonWindowLastDay} 起延长十二个月，本次申请在期内。",
        "You were not told of your right of withdrawal, so it lasts twelve months beyond {noReasonWindowLastDay}; your request is in time.",
      ],
      [
        "买家未被告知撤回权，撤回期自 {noReasonWindowLastDay} 起延长十二个月。",
        "The buyer was not told of the right of withdrawal, so it lasts twelve months beyond {noReasonWindowLastDay}.",
      ],
    ),
  },
  {
    id: "withdrawal-before-delivery",
    source: `${directive}, art. 9: the right exists before the goods arrive; ${answer}`,
    when: { all: [changeOfMind, is("signedOff", false)] },
    outcome: refusedFor(onParty("buyer", "merchant", returned), ["other", "note"]),
    explanation: {
      "zh-CN": "商品尚未送达，买家已撤回。由商户决定是否拦截或同意退货，逾期未答复视为同意。",
      en: "The goods have not arrived, and the buyer withdraws. The merchant decides whether to stop the parcel or accept the return; no answer is consent.",
    },
    told: told(
      ["商品尚未送达，您已提出撤回。", "You withdraw before the goods arrived."],
      [
        "买家在送达前撤回，请决定拦截包裹或同意退货。",
        "The buyer withdraws before the goods arrived. Decide whether to stop the parcel or accept the return.",
      ],
    ),
  },
  {
    id: "withdrawal-window-over",
    source: `${directive}, art. 9 and 10`,
    when: { all: [changeOfMind, is("withinWindowToWorkingDay", false)] },
    outcome: ineligible,
    explanation: {
      "zh-CN":
        "商品于 {signedOffOn} 送达，撤回期至 {noReasonWindowLastDay}，申请于第 {daysSinceSignOff} 天提出，已超期。",
      en: "Delivered on {signedOffOn}, the goods could be returned without a reason until {noReasonWindowLastDay}; the request came {daysSinceSignOff} days after delivery.",
    },
    told: told(
      [
        "您于 {signedOffOn} 收到商品，撤回期已过；您在第 {daysSinceSignOff} 天提出申请。",
        "You received it on {signedOffOn}, and the time to withdraw is over; you asked {daysSinceSignOff} days later.",
      ],
      [
        "买家在送达后第 {daysSinceSignOff} 天提出申请，撤回期已过。",
        "The buyer asked {daysSinceSignOff} days after delivery; the time to withdraw is over.",
      ],
    ),
  },
];

const conformityOver: readonly Rule[] = [
  {
    id: "conformity-over",
    source: `${sale}, art. 10 (1): two years from delivery`,
    when: { all: [aboutCondition, atLeast("yearsSinceSignOff", 2)] },
    outcome: ineligible,
    explanation: {
      "zh-CN": "商品于 {signedOffOn} 送达，卖方对不符合约定的责任期为两年，已超期。",
      en: "The seller answers for lack of conformity for two years from delivery on {signedOffOn}; they are over.",
    },
    told: told(
      [
        "商品于 {signedOffOn} 送达，两年的责任期已过。",
        "The two years in which the seller answers ended; it was delivered on {signedOffOn}.",
      ],
      [
        "商品于 {signedOffOn} 送达，两年的责任期已过。",
        "The two years in which you answer for it are over; it was delivered on {signedOffOn}.",
      ],
    ),
  },
];

const secondYear: readonly Rule[] = [
  {
    id: "conformity-second-year",
    source: `${sale}, art. 11 (1): after the first year the buyer shows that it was so at delivery`,
    when: {
      all: [
        isOneOf("reason", ["DEFECTIVE", "NOT_AS_DESCRIBED", "DAMAGED_ON_ARRIVAL", "EXPIRED"]),
        atLeast("yearsSinceSignOff", 1),
        is("evidenceOnRecord", false),
      ],
    },
    outcome: { ...onParty("merchant", "merchant", mendable), silence: "refuse" },
    explanation: {
      "zh-CN":
        "买家称“{reason}”，已过送达后第一年，须由买家证明交付时即存在，记录中没有佐证。由商户答复，逾期未答复视为拒绝。",
      en: "The reason is “{reason}”. After the first year it is for the buyer to show that it was so at delivery, and no record says so. The merchant answers; no answer is a refusal.",
    },
    told: told(
      [
        "您的申请原因为“{reason}”。送达已满一年，须由您证明交付时即已存在。",
        "Your reason is “{reason}”. More than a year after delivery it is for you to show that it was so from the beginning.",
      ],
      [
        "买家的申请原因为“{reason}”。送达已满一年，须由买家证明交付时即已存在。",
        "The reason is “{reason}”. More than a year after delivery it is for the buyer to show that it was so from the beginning.",
      ],
    ),
  },
];

export const euStandardRules: RuleSet = {
  id: "eu-standard",
  version: "eu-standard@1",
  timeZone: "Europe/Berlin",
  noReasonWindowDays: 14,
  merchantAnswerHours: 48,
  ...amounts,
  rules: [
    ...returnContradicted,
    ...afterReturn,
    ...returnWorse(diminished),
    ...withdrawal,
    ...conformityOver,
    ...faultOnRecord(accepted),
    ...packing,
    ...delivery,
    ...lateDelivery(30, `${directive}, art. 18 (1): thirty days unless another time was agreed`),
    ...largeClaim,
    ...secondYear,
    ...refundWithoutReturn,
  ],
  otherwise: {
    id: "conformity-presumed",
    source: `${sale}, art. 10 (1) and 11 (1): in the first year it is presumed to have been so at delivery; ${answer}`,
    outcome: onParty("merchant", "merchant", mendable),
    explanation: {
      "zh-CN":
        "买家申请原因为“{reason}”，记录中没有相反证据，推定交付时即已存在，由商户承担。由商户答复，逾期未答复视为同意，退货运费由商户承担。",
      en: "The reason is “{reason}”, and no record speaks against it, so it is presumed to have been so at delivery, and the merchant answers for it. No answer is consent; the merchant pays the return freight.",
    },
    told: told(
      ["您的申请原因为“{reason}”。", "Your reason is “{reason}”."],
      [
        "买家申请原因为“{reason}”，记录中没有相反证据，推定交付时即已存在。",
        "The reason is “{reason}”, and no record speaks against it, so it is presumed to have been so at delivery.",
      ],
    ),
  },
  linesDiffer,
};

export const euStandard = compileRuleSet(euStandardRules);
