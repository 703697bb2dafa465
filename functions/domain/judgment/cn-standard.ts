import type { CaseType } from "../request.ts";
import type { Condition } from "./conditions.ts";
import { conditionReasons } from "./facts.ts";
import { compileRuleSet, type Outcome, type PartyFact, type Rule, type RuleSet, solely } from "./rule-set.ts";
import type { Party } from "./verdict.ts";

/**
 * The rule set shipped for China. The order is the argument: first what became of a return, then the
 * no-reason right, then what the records say of a claimed fault, then who packed, and last what is
 * presumed where no record speaks.
 */

const law = "Consumer Rights Law of China, art. 25";
const measures = "Interim measures on seven-day no-reason returns (2017)";
const guide = "WeChat Store after-sale guide";
const contract = "Merchant contract";
const platform = "Platform practice";
const weaklySigned = `${platform}: a weakly signed push never pays without confirmation`;

const both: readonly CaseType[] = ["refund_only", "return_and_refund"];
const returned: readonly CaseType[] = ["return_and_refund"];
const unreturned: readonly CaseType[] = ["refund_only"];

const whole = 10_000;

/** One party answers for everything and pays the return freight; silence speaks for the buyer. */
const onParty = (
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
const onPartyOf = (
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
const told = (buyer: readonly [string, string], merchant: readonly [string, string]): Rule["told"] => ({
  buyer: { "zh-CN": buyer[0], en: buyer[1] },
  merchant: { "zh-CN": merchant[0], en: merchant[1] },
});

const ineligible: Outcome = {
  ...onParty("buyer", "ineligible", []),
  refundCapBps: 0,
  silence: "refuse",
};

const worseAtBuyer = (refundCapBps: number): Outcome => ({
  ...onParty("buyer", "automatic", returned),
  refundCapBps,
});

const changeOfMind: Condition = { fact: "reasonKind", op: "eq", value: "change_of_mind" };
const aboutCondition: Condition = { fact: "reason", op: "in", value: conditionReasons };
const inspectedBack: Condition = { fact: "returnInspected", op: "eq", value: true };
const packedByPlatform: Condition = { fact: "packedBy", op: "eq", value: "platform" };
const packedByMerchant: Condition = { fact: "packedBy", op: "eq", value: "merchant" };
const newFlaws: Condition = { fact: "returnNewFlaws", op: "in", value: ["minor", "moderate", "severe"] };

const damagedOnTheWayOut: readonly Condition[] = [
  {
    fact: "reason",
    op: "in",
    value: ["DAMAGED_ON_ARRIVAL", "DEFECTIVE", "NOT_AS_DESCRIBED", "MISSING_PART"],
  },
  { fact: "outboundClean", op: "eq", value: true },
  { fact: "transitDamageScan", op: "eq", value: true },
];

const goesBackUndelivered: readonly Condition[] = [
  { fact: "reason", op: "eq", value: "NOT_DELIVERED" },
  { fact: "outboundParcelStatus", op: "in", value: ["returning", "returned"] },
];

const newFlawsFromTransit: readonly Condition[] = [
  inspectedBack,
  { fact: "returnNewFlawsOrigin", op: "eq", value: "arose_in_transit" },
];

const newFlawsFromBuyer = (severity: "minor" | "moderate" | "severe"): Condition => ({
  all: [
    { fact: "returnNewFlaws", op: "eq", value: severity },
    { fact: "returnNewFlawsOrigin", op: "eq", value: "arose_at_buyer" },
  ],
});

const afterReturn: readonly Rule[] = [
  {
    id: "return-parcel-lost",
    source: `${contract}: transit risk; facts.md, lost ⇒ carrier`,
    when: {
      all: [
        { fact: "returnShipped", op: "eq", value: true },
        { fact: "returnParcelLost", op: "eq", value: true },
      ],
    },
    // Both remedies: the goods are gone, so nothing can come back any more.
    outcome: onPartyOf("transitRisk", "automatic", both, "return"),
    explanation: {
      "zh-CN": "退货包裹已丢失。按合同，运输风险由{transitRisk}承担，买家获全额退款。",
      en: "The return parcel is lost. By contract the risk of transit lies with {transitRisk}; the buyer is refunded in full.",
    },
    told: told(
      ["您的退货包裹已丢失。", "The parcel with your return is lost."],
      [
        "退货包裹已丢失。按合同，运输风险由{transitRisk}承担。",
        "The return parcel is lost. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "return-other-item",
    source: `${platform}: contradicting evidence goes to arbitration`,
    // What comes back in a claim of a wrong item is, if the claim is true, not what was sold.
    when: {
      all: [
        inspectedBack,
        { fact: "returnSameItem", op: "eq", value: false },
        { fact: "reason", op: "neq", value: "WRONG_ITEM" },
      ],
    },
    outcome: onParty("buyer", "arbitration", both),
    explanation: {
      "zh-CN": "验收认为退回的不是所售商品，转人工仲裁。",
      en: "The inspection says that what came back is not the item sold. The case goes to arbitration.",
    },
    told: told(
      ["验收认为退回的不是所售商品。", "The inspection says that what came back is not the item sold."],
      ["验收认为退回的不是所售商品。", "The inspection says that what came back is not the item sold."],
    ),
  },
  {
    id: "return-short",
    source: `${platform}: contradicting evidence goes to arbitration`,
    when: { all: [inspectedBack, { fact: "returnShort", op: "eq", value: true }] },
    outcome: onParty("buyer", "arbitration", both),
    explanation: {
      "zh-CN": "退回数量少于申请数量，转人工仲裁。",
      en: "Less came back than the case claims. The case goes to arbitration.",
    },
    told: told(
      ["退回数量少于申请数量。", "Less came back than you claimed."],
      ["退回数量少于买家申请的数量。", "Less came back than the buyer claimed."],
    ),
  },
  {
    // Who pays may accept a return alone, but neither cut the refund nor lay it at another's door.
    id: "return-worse-says-merchant",
    source: `${platform}: the party that pays does not decide alone`,
    when: { all: [{ fact: "returnInspectedBy", op: "eq", value: "merchant" }, newFlaws] },
    outcome: onParty("buyer", "arbitration", both),
    explanation: {
      "zh-CN": "商户验收称退回商品有新增瑕疵（{returnNewFlaws}）。退款方不能单方面认定，转人工仲裁。",
      en: "The merchant's own inspection says that the goods came back with new flaws ({returnNewFlaws}). The party that pays does not decide that alone; the case goes to arbitration.",
    },
    told: told(
      [
        "商户验收称退回商品有新增瑕疵（{returnNewFlaws}）。",
        "The merchant's inspection says that the goods came back with new flaws ({returnNewFlaws}).",
      ],
      [
        "您验收称退回商品有新增瑕疵（{returnNewFlaws}）。退款方不能单方面认定。",
        "Your inspection says that the goods came back with new flaws ({returnNewFlaws}). The party that pays does not decide that alone.",
      ],
    ),
  },
  {
    id: "return-damaged-on-the-way-back",
    source: `${contract}: transit risk`,
    when: { all: [...newFlawsFromTransit, { fact: "returnParcelDamaged", op: "eq", value: true }] },
    outcome: onPartyOf("transitRisk", "automatic", both, "return"),
    explanation: {
      "zh-CN":
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在退货途中扫描到破损。按合同，运输风险由{transitRisk}承担，买家获全额退款。",
      en: "The goods came back with new flaws ({returnNewFlaws}), and the carrier scanned damage on the way back. By contract the risk of transit lies with {transitRisk}; the buyer is refunded in full.",
    },
    told: told(
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在退货途中扫描到破损，不由您承担。",
        "The goods came back with new flaws ({returnNewFlaws}); the carrier scanned damage on the way back, not yours to bear.",
      ],
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在退货途中扫描到破损。按合同，运输风险由{transitRisk}承担。",
        "The goods came back with new flaws ({returnNewFlaws}), and the carrier scanned damage on the way back. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "return-damaged-on-the-way-out",
    source: `${contract}: transit risk`,
    when: { all: [...newFlawsFromTransit, { fact: "transitDamageScan", op: "eq", value: true }] },
    outcome: onPartyOf("transitRisk", "automatic", both, "outbound"),
    explanation: {
      "zh-CN":
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在发货途中扫描到破损。按合同，运输风险由{transitRisk}承担，买家获全额退款。",
      en: "The goods came back with new flaws ({returnNewFlaws}), and the carrier scanned damage on the way out. By contract the risk of transit lies with {transitRisk}; the buyer is refunded in full.",
    },
    told: told(
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在发货途中扫描到破损，不由您承担。",
        "The goods came back with new flaws ({returnNewFlaws}); the carrier scanned damage on the way to you, not yours to bear.",
      ],
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），承运商在发货途中扫描到破损。按合同，运输风险由{transitRisk}承担。",
        "The goods came back with new flaws ({returnNewFlaws}), and the carrier scanned damage on the way out. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "return-worse-minor",
    source: `${law} and ${measures}: goods are returned intact`,
    when: newFlawsFromBuyer("minor"),
    outcome: worseAtBuyer(9_000),
    explanation: {
      "zh-CN": "出库时没有的瑕疵（{returnNewFlaws}）在退回时出现，由买家承担，退款上限为申请金额的 90%。",
      en: "Flaws that were not there at dispatch came back with the goods ({returnNewFlaws}). They are the buyer's; at most 90 % of the claim is refunded.",
    },
    told: told(
      [
        "退回商品有发货时没有的瑕疵（{returnNewFlaws}），由您承担。",
        "The goods came back with flaws they were not sent with ({returnNewFlaws}). They are yours to bear.",
      ],
      [
        "退回商品有出库时没有的瑕疵（{returnNewFlaws}），由买家承担。",
        "The goods came back with flaws that were not there at dispatch ({returnNewFlaws}). The buyer bears them.",
      ],
    ),
  },
  {
    id: "return-worse-moderate",
    source: `${law} and ${measures}: goods are returned intact`,
    when: newFlawsFromBuyer("moderate"),
    outcome: worseAtBuyer(7_000),
    explanation: {
      "zh-CN": "出库时没有的瑕疵（{returnNewFlaws}）在退回时出现，由买家承担，退款上限为申请金额的 70%。",
      en: "Flaws that were not there at dispatch came back with the goods ({returnNewFlaws}). They are the buyer's; at most 70 % of the claim is refunded.",
    },
    told: told(
      [
        "退回商品有发货时没有的瑕疵（{returnNewFlaws}），由您承担。",
        "The goods came back with flaws they were not sent with ({returnNewFlaws}). They are yours to bear.",
      ],
      [
        "退回商品有出库时没有的瑕疵（{returnNewFlaws}），由买家承担。",
        "The goods came back with flaws that were not there at dispatch ({returnNewFlaws}). The buyer bears them.",
      ],
    ),
  },
  {
    id: "return-worse-severe",
    source: `${law} and ${measures}: goods are returned intact`,
    when: newFlawsFromBuyer("severe"),
    outcome: worseAtBuyer(0),
    explanation: {
      "zh-CN": "出库时没有的瑕疵（{returnNewFlaws}）在退回时出现，由买家承担，不予退款。",
      en: "Flaws that were not there at dispatch came back with the goods ({returnNewFlaws}). They are the buyer's; nothing is refunded.",
    },
    told: told(
      [
        "退回商品有发货时没有的瑕疵（{returnNewFlaws}），由您承担。",
        "The goods came back with flaws they were not sent with ({returnNewFlaws}). They are yours to bear.",
      ],
      [
        "退回商品有出库时没有的瑕疵（{returnNewFlaws}），由买家承担。",
        "The goods came back with flaws that were not there at dispatch ({returnNewFlaws}). The buyer bears them.",
      ],
    ),
  },
  {
    id: "return-worse-unclear",
    source: `${platform}: conflicting evidence goes to arbitration`,
    when: { all: [inspectedBack, newFlaws] },
    outcome: onParty("buyer", "arbitration", both),
    explanation: {
      "zh-CN": "退回商品有新增瑕疵（{returnNewFlaws}），但记录不足以自动定责，转人工仲裁。",
      en: "The goods came back with new flaws ({returnNewFlaws}), and the records are not enough to decide automatically. The case goes to arbitration.",
    },
    told: told(
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），尚不能确定由谁造成。",
        "The goods came back with new flaws ({returnNewFlaws}); whose they are is not clear yet.",
      ],
      [
        "退回商品有新增瑕疵（{returnNewFlaws}），记录不足以自动定责。",
        "The goods came back with new flaws ({returnNewFlaws}), and the records are not enough to decide automatically.",
      ],
    ),
  },
];

/** They decide every change of mind: what comes after them is a claim of fault. */
const noReason: readonly Rule[] = [
  {
    id: "no-reason-never-returnable",
    source: `${law} (1) to (4)`,
    when: { all: [changeOfMind, { fact: "statutoryExclusion", op: "eq", value: true }] },
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
    id: "no-reason-disclosed-flaws",
    source: `${measures}: flawed goods, the flaw disclosed and the exclusion confirmed for this purchase`,
    when: {
      all: [
        changeOfMind,
        { fact: "disclosedFlawCount", op: "gt", value: 0 },
        { fact: "exclusionConfirmed", op: "eq", value: true },
      ],
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
    when: { all: [changeOfMind, { fact: "exclusionConfirmed", op: "eq", value: true }] },
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
    when: { all: [changeOfMind, { fact: "withinNoReasonWindow", op: "eq", value: true }] },
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
    source: `${law}: the window begins with the day after sign-off; ${guide}: 48 h to answer`,
    when: { all: [changeOfMind, { fact: "signedOff", op: "eq", value: false }] },
    outcome: onParty("buyer", "merchant", returned),
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
    when: { all: [changeOfMind, { fact: "withinNoReasonWindow", op: "eq", value: false }] },
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

/*
 * A fault that the records prove entitles the buyer to send the goods back; it does not entitle them to the
 * whole price and the goods. Only where nothing worth returning is left do both remedies stand.
 */
const faultOnRecord: readonly Rule[] = [
  {
    id: "flaw-hidden-at-intake",
    source: `${contract}: the consignor answers for what it handed over; ${guide}: quality problem, seller pays freight`,
    when: {
      all: [
        aboutCondition,
        { fact: "claimedFlawAtIntake", op: "eq", value: true },
        { fact: "claimedFlawDisclosed", op: "eq", value: false },
      ],
    },
    outcome: onParty("merchant", "automatic", returned),
    explanation: {
      "zh-CN":
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）在入库验货时已有记录，但商品页未如实披露，由商户承担。",
      en: "The flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}) is on record at intake, and the listing did not disclose it as it was. The merchant answers for it.",
    },
    told: told(
      [
        "您所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）经核实属实。",
        "The flaw you name ({claimedFlawCode}, {claimedFlawPlace}) is confirmed.",
      ],
      [
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）在贵方送货入库验货时已有记录，而商品页未如实披露。",
        "The flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}) is on record from the intake of your goods, and the listing did not disclose it as it was.",
      ],
    ),
  },
  {
    id: "flaw-arose-in-custody",
    source: `${contract}: custody risk`,
    when: { all: [aboutCondition, { fact: "claimedFlawAroseInCustody", op: "eq", value: true }] },
    outcome: onPartyOf("custodyRisk", "automatic", returned),
    explanation: {
      "zh-CN":
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）在入库之后、出库之前产生或加重。按合同，保管风险由{custodyRisk}承担。",
      en: "The flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}) arose or got worse between intake and dispatch. By contract the risk of custody lies with {custodyRisk}.",
    },
    told: told(
      [
        "您所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）经核实属实。",
        "The flaw you name ({claimedFlawCode}, {claimedFlawPlace}) is confirmed.",
      ],
      [
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）在入库之后、出库之前产生或加重。按合同，保管风险由{custodyRisk}承担。",
        "The flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}) arose or got worse between intake and dispatch. By contract the risk of custody lies with {custodyRisk}.",
      ],
    ),
  },
  {
    id: "flaw-disclosed-and-confirmed",
    source: `${measures}: flawed goods, the flaw disclosed and confirmed`,
    when: {
      all: [
        aboutCondition,
        { fact: "claimedFlawDisclosed", op: "eq", value: true },
        { fact: "exclusionConfirmed", op: "eq", value: true },
      ],
    },
    outcome: ineligible,
    explanation: {
      "zh-CN":
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）已在商品页披露，并由买家购买时确认，由买家承担。",
      en: "The listing disclosed the flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}), and the buyer confirmed it for this purchase. The buyer bears it.",
    },
    told: told(
      [
        "商品页已说明您所指的瑕疵（{claimedFlawCode}，{claimedFlawPlace}），您购买时也作了确认。",
        "The listing told you of the flaw you name ({claimedFlawCode}, {claimedFlawPlace}), and you confirmed it when buying.",
      ],
      [
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）已在商品页披露，并由买家确认。",
        "The listing disclosed the flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}), and the buyer confirmed it.",
      ],
    ),
  },
  {
    id: "flaw-disclosed-not-confirmed",
    source: `${measures}: without confirmation no refusal; ${guide}: 48 h to answer`,
    when: {
      all: [
        aboutCondition,
        { fact: "claimedFlawDisclosed", op: "eq", value: true },
        { fact: "exclusionConfirmed", op: "eq", value: false },
      ],
    },
    outcome: onParty("merchant", "merchant", both),
    explanation: {
      "zh-CN":
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）已在商品页披露，但买家购买时未确认，由商户答复，逾期未答复视为同意。",
      en: "The listing disclosed the flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}), but the buyer did not confirm it for this purchase. The merchant answers; no answer is consent.",
    },
    told: told(
      [
        "商品页已说明您所指的瑕疵（{claimedFlawCode}，{claimedFlawPlace}），但您购买时未作确认。",
        "The listing told you of the flaw you name ({claimedFlawCode}, {claimedFlawPlace}), but you did not confirm it when buying.",
      ],
      [
        "买家所指瑕疵（{claimedFlawCode}，{claimedFlawPlace}）已在商品页披露，但买家购买时未确认。",
        "The listing disclosed the flaw the buyer names ({claimedFlawCode}, {claimedFlawPlace}), but the buyer did not confirm it.",
      ],
    ),
  },
  {
    id: "damaged-in-transit",
    source: `${contract}: transit risk; facts.md, clean outbound and transit damage ⇒ carrier`,
    when: {
      all: [
        ...damagedOnTheWayOut,
        // A return is looked at before anything is paid; a refund without one would rest on the scan alone.
        {
          any: [
            { fact: "requestType", op: "eq", value: "return_and_refund" },
            { fact: "transitDamageTrusted", op: "eq", value: true },
          ],
        },
      ],
    },
    outcome: onPartyOf("transitRisk", "automatic", both, "outbound"),
    explanation: {
      "zh-CN": "出库验货时无此问题，承运商在途中扫描到破损。按合同，运输风险由{transitRisk}承担。",
      en: "The goods were clean at dispatch, and the carrier scanned damage on the way. By contract the risk of transit lies with {transitRisk}.",
    },
    told: told(
      ["承运商在发货途中扫描到破损。", "The carrier scanned damage on the way to you."],
      [
        "出库验货时无此问题，承运商在途中扫描到破损。按合同，运输风险由{transitRisk}承担。",
        "The goods were clean at dispatch, and the carrier scanned damage on the way. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "damaged-in-transit-unconfirmed",
    source: `${contract}: transit risk; ${weaklySigned}; ${guide}: 48 h to answer`,
    when: { all: damagedOnTheWayOut },
    outcome: onPartyOf("transitRisk", "merchant", both, "outbound"),
    explanation: {
      "zh-CN":
        "出库验货时无此问题，承运商在途中扫描到破损。按合同，运输风险由{transitRisk}承担。该推送签名较弱，不能单独作为退款依据，由商户答复，逾期未答复视为同意。",
      en: "The goods were clean at dispatch, and the carrier scanned damage on the way. By contract the risk of transit lies with {transitRisk}. The push is weakly signed and pays nothing by itself, so the merchant answers; no answer is consent.",
    },
    told: told(
      ["承运商在发货途中扫描到破损。", "The carrier scanned damage on the way to you."],
      [
        "出库验货时无此问题，承运商在途中扫描到破损。按合同，运输风险由{transitRisk}承担。该推送签名较弱，不能单独作为退款依据。",
        "The goods were clean at dispatch, and the carrier scanned damage on the way. By contract the risk of transit lies with {transitRisk}. The push is weakly signed and pays nothing by itself.",
      ],
    ),
  },
];

const packing: readonly Rule[] = [
  {
    id: "wrong-or-missing-packed-by-platform",
    source: `${platform}: wrong item or missing part ⇒ who packed`,
    when: { all: [{ fact: "reason", op: "in", value: ["WRONG_ITEM", "MISSING_PART"] }, packedByPlatform] },
    outcome: onParty("platform", "automatic", returned),
    explanation: {
      "zh-CN": "买家申请原因为“{reason}”，该订单由平台打包，由平台承担。",
      en: "The reason is “{reason}”, and the platform packed this order. The platform answers for it.",
    },
    told: told(
      ["您的申请原因为“{reason}”。", "Your reason is “{reason}”."],
      [
        "买家申请原因为“{reason}”，该订单由平台打包，由平台承担。",
        "The reason is “{reason}”. The platform packed this order and answers for it.",
      ],
    ),
  },
  {
    id: "wrong-or-missing-packed-by-merchant",
    source: `${platform}: wrong item or missing part ⇒ who packed; ${guide}: 48 h to answer`,
    when: { all: [{ fact: "reason", op: "in", value: ["WRONG_ITEM", "MISSING_PART"] }, packedByMerchant] },
    outcome: onParty("merchant", "merchant", both),
    explanation: {
      "zh-CN": "买家申请原因为“{reason}”，该订单由商户打包，由商户答复，逾期未答复视为同意。",
      en: "The reason is “{reason}”, and the merchant packed this order. The merchant answers; no answer is consent.",
    },
    told: told(
      ["您的申请原因为“{reason}”。", "Your reason is “{reason}”."],
      [
        "买家申请原因为“{reason}”，该订单由贵方打包。",
        "The reason is “{reason}”, and you packed this order.",
      ],
    ),
  },
  {
    // Nothing can come back from an empty package, so a large claim is not paid on the buyer's word alone.
    id: "empty-package-packed-by-platform",
    source: `${platform}: missing contents ⇒ who packed`,
    when: {
      all: [
        { fact: "reason", op: "eq", value: "EMPTY_PACKAGE" },
        packedByPlatform,
        { fact: "largeClaim", op: "eq", value: false },
      ],
    },
    outcome: onParty("platform", "automatic", unreturned),
    explanation: {
      "zh-CN": "买家收到空包裹，该订单由平台打包，由平台承担，退款 {amountMinor}。",
      en: "The package arrived empty, and the platform packed this order. The platform answers for it; {amountMinor} is refunded.",
    },
    told: told(
      [
        "您反映收到空包裹，申请金额 {amountMinor}。",
        "You say that the package arrived empty, and claim {amountMinor}.",
      ],
      [
        "买家称收到空包裹，该订单由平台打包，由平台承担。",
        "The buyer says the package arrived empty. The platform packed it and answers for it.",
      ],
    ),
  },
  {
    id: "empty-package-large",
    source: `${platform}: large amount ⇒ arbitration`,
    when: { all: [{ fact: "reason", op: "eq", value: "EMPTY_PACKAGE" }, packedByPlatform] },
    outcome: onParty("platform", "arbitration", unreturned),
    explanation: {
      "zh-CN":
        "买家称收到空包裹，该订单由平台打包，申请金额 {amountMinor} 较大或无自动处理上限，转人工仲裁。",
      en: "The buyer says the package arrived empty, and the platform packed it. {amountMinor} is too much, or in a currency without a bound, to decide automatically; the case goes to arbitration.",
    },
    told: told(
      [
        "您反映收到空包裹，申请金额 {amountMinor}。",
        "You say that the package arrived empty, and claim {amountMinor}.",
      ],
      [
        "买家称收到空包裹，该订单由平台打包。",
        "The buyer says the package arrived empty; the platform packed it.",
      ],
    ),
  },
  {
    id: "empty-package-packed-by-merchant",
    source: `${platform}: missing contents ⇒ who packed; ${guide}: 48 h to answer`,
    when: { all: [{ fact: "reason", op: "eq", value: "EMPTY_PACKAGE" }, packedByMerchant] },
    outcome: onParty("merchant", "merchant", unreturned),
    explanation: {
      "zh-CN": "买家称收到空包裹，该订单由商户打包，由商户答复，逾期未答复视为同意。",
      en: "The buyer says the package arrived empty, and the merchant packed it. The merchant answers; no answer is consent.",
    },
    told: told(
      [
        "您反映收到空包裹，申请金额 {amountMinor}。",
        "You say that the package arrived empty, and claim {amountMinor}.",
      ],
      [
        "买家称收到空包裹，该订单由贵方打包。",
        "The buyer says the package arrived empty, and you packed it.",
      ],
    ),
  },
];

const otherFaults: readonly Rule[] = [
  {
    id: "counterfeit",
    source: `${contract}: counterfeit found after the sale, the consignor refunds in full (Freya)`,
    when: { fact: "reason", op: "eq", value: "COUNTERFEIT" },
    outcome: onParty("merchant", "merchant", both),
    explanation: {
      "zh-CN": "买家称商品为假冒。货源由商户负责，由商户答复，逾期未答复视为同意全额退款。",
      en: "The buyer says the goods are counterfeit. Their origin is the merchant's; the merchant answers, and no answer is consent to the full refund.",
    },
    told: told(
      ["您反映商品为假冒。", "You say that the goods are counterfeit."],
      [
        "买家称商品为假冒，货源由贵方负责，同意即全额退款。",
        "The buyer says the goods are counterfeit. Their origin is yours; to consent is to refund in full.",
      ],
    ),
  },
  {
    id: "not-delivered-on-record",
    source: `${contract}: transit risk; facts.md, lost ⇒ carrier`,
    when: { all: [...goesBackUndelivered, { fact: "outboundStatusTrusted", op: "eq", value: true }] },
    outcome: onPartyOf("transitRisk", "automatic", unreturned, "outbound"),
    explanation: {
      "zh-CN":
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。按合同，运输风险由{transitRisk}承担，退款 {amountMinor}。",
      en: "By the carrier's record the parcel does not reach the buyer ({outboundParcelStatus}). By contract the risk of transit lies with {transitRisk}; {amountMinor} is refunded.",
    },
    told: told(
      [
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。",
        "By the carrier's record the parcel does not reach you ({outboundParcelStatus}).",
      ],
      [
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。按合同，运输风险由{transitRisk}承担。",
        "By the carrier's record the parcel does not reach the buyer ({outboundParcelStatus}). By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "not-delivered-unconfirmed",
    source: `${contract}: transit risk; ${weaklySigned}; ${guide}: 48 h to answer`,
    when: { all: goesBackUndelivered },
    outcome: onPartyOf("transitRisk", "merchant", unreturned, "outbound"),
    explanation: {
      "zh-CN":
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。按合同，运输风险由{transitRisk}承担，申请金额 {amountMinor}。该推送签名较弱，不能单独作为退款依据，由商户答复，逾期未答复视为同意。",
      en: "By the carrier's record the parcel does not reach the buyer ({outboundParcelStatus}). By contract the risk of transit lies with {transitRisk}; {amountMinor} is claimed. The push is weakly signed and pays nothing by itself, so the merchant answers; no answer is consent.",
    },
    told: told(
      [
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。",
        "By the carrier's record the parcel does not reach you ({outboundParcelStatus}).",
      ],
      [
        "物流记录显示包裹未能送达（{outboundParcelStatus}）。按合同，运输风险由{transitRisk}承担。该推送签名较弱，不能单独作为退款依据。",
        "By the carrier's record the parcel does not reach the buyer ({outboundParcelStatus}). By contract the risk of transit lies with {transitRisk}. The push is weakly signed and pays nothing by itself.",
      ],
    ),
  },
  {
    id: "not-delivered-but-signed-for",
    source: `${platform}: conflicting evidence goes to arbitration`,
    when: {
      all: [
        { fact: "reason", op: "eq", value: "NOT_DELIVERED" },
        { fact: "outboundParcelStatus", op: "eq", value: "delivered" },
      ],
    },
    outcome: onParty("buyer", "arbitration", unreturned),
    explanation: {
      "zh-CN": "买家称未收到货，但物流记录显示已签收，转人工仲裁。",
      en: "The buyer says nothing arrived; the carrier's record says it was delivered. The case goes to arbitration.",
    },
    told: told(
      [
        "您反映未收到货，但物流记录显示已签收。",
        "You say nothing arrived; the carrier's record says it was delivered.",
      ],
      [
        "买家称未收到货，但物流记录显示已签收。",
        "The buyer says nothing arrived; the carrier's record says it was delivered.",
      ],
    ),
  },
  {
    // Neither lost nor delivered: only the operator can have the carrier trace the parcel.
    id: "not-delivered-open",
    source: `${contract}: transit risk`,
    when: { fact: "reason", op: "eq", value: "NOT_DELIVERED" },
    outcome: onPartyOf("transitRisk", "arbitration", unreturned, "outbound"),
    explanation: {
      "zh-CN": "买家称未收到货，物流记录尚无定论（{outboundParcelStatus}），转人工核查。",
      en: "The buyer says nothing arrived, and the carrier's record is open ({outboundParcelStatus}). An operator has the parcel traced.",
    },
    told: told(
      [
        "您反映未收到货，物流记录尚无定论（{outboundParcelStatus}）。",
        "You say nothing arrived, and the carrier's record is open ({outboundParcelStatus}).",
      ],
      [
        "买家称未收到货，物流记录尚无定论（{outboundParcelStatus}）。",
        "The buyer says nothing arrived, and the carrier's record is open ({outboundParcelStatus}).",
      ],
    ),
  },
  {
    // No promised day is on record, and the merchant cannot answer for another's dispatch.
    id: "late-packed-by-platform",
    source: `${platform}: late dispatch ⇒ who packed`,
    when: { all: [{ fact: "reason", op: "eq", value: "DELIVERED_LATE" }, packedByPlatform] },
    outcome: onParty("platform", "arbitration", returned),
    explanation: {
      "zh-CN": "买家称延迟送达，该订单由平台打包发出，转人工核查。",
      en: "The buyer says the goods came late, and the platform dispatched them. An operator looks into it.",
    },
    told: told(
      ["您反映延迟送达。", "You say that the goods came late."],
      [
        "买家称延迟送达，该订单由平台打包发出。",
        "The buyer says the goods came late; the platform dispatched them.",
      ],
    ),
  },
  {
    id: "large-claim-without-evidence",
    source: `${platform}: large amount ⇒ arbitration`,
    when: {
      all: [
        { fact: "largeClaim", op: "eq", value: true },
        { fact: "evidenceOnRecord", op: "eq", value: false },
      ],
    },
    outcome: onParty("merchant", "arbitration", both),
    explanation: {
      "zh-CN": "申请金额 {amountMinor} 较大，且验货与物流记录均无佐证，转人工仲裁。",
      en: "{amountMinor} is a large claim, and neither inspections nor tracking speak for it. The case goes to arbitration.",
    },
    told: told(
      ["您的申请金额为 {amountMinor}，尚需核实。", "Your claim of {amountMinor} has to be looked into."],
      [
        "买家申请金额为 {amountMinor}，验货与物流记录均无佐证。",
        "The buyer claims {amountMinor}, and neither inspections nor tracking speak for it.",
      ],
    ),
  },
  {
    id: "refund-without-return",
    source: `${guide}: refund-only requests, 48 h to answer, then approved for the buyer`,
    when: { fact: "requestType", op: "eq", value: "refund_only" },
    outcome: onParty("merchant", "merchant", both),
    explanation: {
      "zh-CN": "买家申请仅退款，记录中没有可不退货的依据，由商户答复，逾期未答复视为同意。",
      en: "The buyer asks for a refund without returning the goods, and no record justifies keeping them. The merchant answers; no answer is consent.",
    },
    told: told(
      ["您申请仅退款，不退回商品。", "You ask for a refund without sending the goods back."],
      [
        "买家申请仅退款，记录中没有可不退货的依据。",
        "The buyer asks for a refund without returning the goods, and no record justifies keeping them.",
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
  /*
   * From about 50,000 yuan a claim is not paid on presumption: far above the median price of second-hand
   * luxury goods, so that most cases still run without a human.
   */
  largeClaimMinor: {
    CNY: 5_000_000n,
    HKD: 5_500_000n,
    TWD: 22_000_000n,
    JPY: 1_000_000n,
    KRW: 9_500_000n,
    SGD: 900_000n,
    USD: 700_000n,
    EUR: 650_000n,
    GBP: 550_000n,
  },
  /** About what one insured domestic parcel of two kilograms costs. */
  returnFreightCapMinor: {
    CNY: 3_000n,
    HKD: 4_000n,
    TWD: 15_000n,
    JPY: 1_500n,
    KRW: 8_000n,
    SGD: 1_500n,
    USD: 1_500n,
    EUR: 1_500n,
    GBP: 1_200n,
  },
  rules: [...afterReturn, ...noReason, ...faultOnRecord, ...packing, ...otherFaults],
  otherwise: {
    id: "fault-presumed-merchant",
    source: `${guide}: return requests, 48 h to answer, then approved; quality problem ⇒ merchant pays freight`,
    outcome: onParty("merchant", "merchant", both),
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
  linesDiffer: {
    asFiled: {
      id: "lines-differ",
      source: `${platform}: one liability, one cap and one payer of the freight hold for a case`,
      outcome: ineligible,
      explanation: {
        "zh-CN": "申请涉及 {lineCount} 行商品，各行判定结果不同，无法合并处理。请按行分别申请。",
        en: "The case is about {lineCount} lines, and they do not all come to the same verdict, so they cannot be settled together. File one case for each line.",
      },
      told: told(
        [
          "申请涉及 {lineCount} 行商品，各行判定结果不同。请按行分别申请。",
          "Your request is about {lineCount} lines that do not all come to the same verdict. File one for each line.",
        ],
        [
          "买家的申请涉及 {lineCount} 行商品，各行判定结果不同，需按行分别申请。",
          "The buyer's request is about {lineCount} lines that do not all come to the same verdict; each needs a request of its own.",
        ],
      ),
    },
    afterReturn: {
      id: "lines-differ-after-return",
      source: `${platform}: conflicting evidence goes to arbitration`,
      outcome: onParty("buyer", "arbitration", both),
      explanation: {
        "zh-CN": "申请涉及 {lineCount} 行商品，寄回后各行判定结果不同，转人工仲裁。",
        en: "The case is about {lineCount} lines, and after the goods were sent back they do not all come to the same verdict. The case goes to arbitration.",
      },
      told: told(
        [
          "申请涉及 {lineCount} 行商品，寄回后各行判定结果不同。",
          "Your request is about {lineCount} lines, and after the return they do not all come to the same verdict.",
        ],
        [
          "申请涉及 {lineCount} 行商品，寄回后各行判定结果不同。",
          "The request is about {lineCount} lines, and after the return they do not all come to the same verdict.",
        ],
      ),
    },
  },
};

export const cnStandard = compileRuleSet(cnStandardRules);
