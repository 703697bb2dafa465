import type { Condition } from "./conditions.ts";
import type { Rule, RuleSet } from "./rule-set.ts";
import {
  aboutCondition,
  answer,
  both,
  contract,
  ineligible,
  is,
  isOneOf,
  mendable,
  mendableReturned,
  onParty,
  onPartyOf,
  platform,
  refusedFor,
  replaceable,
  returned,
  sendable,
  told,
  worseAtBuyer,
} from "./rule-writing.ts";

/**
 * The rules that hold under any law: what became of a return, what the records say of a claimed fault, who
 * packed, and what contracts say of custody and the road. A set puts its own law between them.
 */

const weaklySigned = `${platform}: a weakly signed push never pays without confirmation`;

const inspectedBack: Condition = is("returnInspected", true);
const packedByPlatform: Condition = is("packedBy", "platform");
const packedByMerchant: Condition = is("packedBy", "merchant");
const notDelivered: Condition = is("reason", "NOT_DELIVERED");
const noRecord: Condition = is("evidenceOnRecord", false);
export const newFlaws: Condition = isOneOf("returnNewFlaws", ["minor", "moderate", "severe"]);

const damagedOnTheWayOut: readonly Condition[] = [
  {
    fact: "reason",
    op: "in",
    value: ["DAMAGED_ON_ARRIVAL", "DEFECTIVE", "NOT_AS_DESCRIBED", "MISSING_PART"],
  },
  is("outboundClean", true),
  is("transitDamageScan", true),
];

const goesBackUndelivered: readonly Condition[] = [
  notDelivered,
  { fact: "outboundParcelStatus", op: "in", value: ["returning", "returned"] },
];

const reportedLost: readonly Condition[] = [notDelivered, is("outboundParcelStatus", "lost")];

const newFlawsFromTransit: readonly Condition[] = [
  inspectedBack,
  is("returnNewFlawsOrigin", "arose_in_transit"),
];

const newFlawsFromBuyer = (severity: "minor" | "moderate" | "severe"): Condition => ({
  all: [{ fact: "returnNewFlaws", op: "eq", value: severity }, is("returnNewFlawsOrigin", "arose_at_buyer")],
});

/** The return was lost, is not what was sold, or was damaged on the road. */
export const returnContradicted: readonly Rule[] = [
  {
    id: "return-parcel-lost",
    source: `${contract}: transit risk; facts.md, lost ⇒ carrier`,
    when: {
      all: [is("returnShipped", true), is("returnParcelLost", true)],
    },
    // The return, or what was sent in its place. Nothing can come back any more, and nothing that is gone be mended.
    outcome: {
      ...onPartyOf("transitRisk", "automatic", [...replaceable, "resend"], "return"),
      loss: "transit",
    },
    explanation: {
      "zh-CN": "售后包裹已丢失。按合同，运输风险由{transitRisk}承担，不由买家承担。",
      en: "The parcel of this case is lost. By contract the risk of transit lies with {transitRisk}, and not with the buyer.",
    },
    told: told(
      ["您的售后包裹已丢失。", "The parcel of your request is lost."],
      [
        "售后包裹已丢失。按合同，运输风险由{transitRisk}承担。",
        "The parcel of this case is lost. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    id: "return-other-item",
    source: `${platform}: contradicting evidence goes to arbitration`,
    // What comes back in a claim of a wrong item is, if the claim is true, not what was sold.
    when: {
      all: [inspectedBack, is("returnSameItem", false), { fact: "reason", op: "neq", value: "WRONG_ITEM" }],
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
    when: { all: [inspectedBack, is("returnShort", true)] },
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
    when: { all: [is("returnInspectedBy", "merchant"), newFlaws] },
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
    when: { all: [...newFlawsFromTransit, is("returnParcelDamaged", true)] },
    outcome: { ...onPartyOf("transitRisk", "automatic", mendable, "return"), loss: "transit" },
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
    when: { all: [...newFlawsFromTransit, is("transitDamageScan", true)] },
    outcome: { ...onPartyOf("transitRisk", "automatic", mendable, "outbound"), loss: "transit" },
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
];

/**
 * What came back is worse than it was sent.
 *
 * @param intact the source of how it has to come back
 */
export const returnWorse = (intact: string): readonly Rule[] => [
  {
    id: "return-worse-minor",
    source: intact,
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
    source: intact,
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
    source: intact,
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

/**
 * A fault that the records prove entitles the buyer to send the goods back; it does not entitle them to the
 * whole price and the goods. Only where nothing worth returning is left do both remedies stand.
 *
 * @param disclosed the source of what disclosure and confirmation mean
 */
export const faultOnRecord = (disclosed: string): readonly Rule[] => [
  {
    id: "flaw-hidden-at-intake",
    source: `${contract}: the consignor answers for what it handed over`,
    when: {
      all: [aboutCondition, is("claimedFlawAtIntake", true), is("claimedFlawDisclosed", false)],
    },
    outcome: onParty("merchant", "automatic", mendableReturned),
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
    when: { all: [aboutCondition, is("claimedFlawAroseInCustody", true)] },
    outcome: { ...onPartyOf("custodyRisk", "automatic", mendableReturned), loss: "custody" },
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
    source: disclosed,
    when: {
      all: [aboutCondition, is("claimedFlawDisclosed", true), is("exclusionConfirmed", true)],
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
    source: `${disclosed}; ${answer}`,
    when: {
      all: [aboutCondition, is("claimedFlawDisclosed", true), is("exclusionConfirmed", false)],
    },
    outcome: onParty("merchant", "merchant", mendable),
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
          any: [is("requestType", "return_and_refund"), is("transitDamageTrusted", true)],
        },
      ],
    },
    outcome: { ...onPartyOf("transitRisk", "automatic", mendable, "outbound"), loss: "transit" },
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
    // It stands before the rules by which this merchant would answer for what it handed over or packed.
    id: "merchant-restricted",
    source: `${platform}: the word of a restricted merchant is not taken`,
    when: {
      all: [
        is("merchantStanding", "restricted"),
        {
          any: [
            isOneOf("reason", [
              "DEFECTIVE",
              "NOT_AS_DESCRIBED",
              "DAMAGED_ON_ARRIVAL",
              "EXPIRED",
              "COUNTERFEIT",
            ]),
            {
              all: [
                packedByMerchant,
                isOneOf("reason", ["WRONG_ITEM", "MISSING_PART", "EMPTY_PACKAGE", "DELIVERED_LATE"]),
              ],
            },
          ],
        },
      ],
    },
    outcome: onParty("merchant", "arbitration", [...mendable, "resend"]),
    explanation: {
      "zh-CN":
        "买家申请原因为“{reason}”，记录不足以自动定责，而商户状态为{merchantStanding}，不由其答复，转人工仲裁。",
      en: "The reason is “{reason}”, the records are not enough to decide automatically, and the merchant's standing is {merchantStanding}. Instead of the merchant an operator answers.",
    },
    told: told(
      ["您的申请原因为“{reason}”。", "Your reason is “{reason}”."],
      [
        "买家申请原因为“{reason}”。贵方状态为{merchantStanding}，由平台代为核查。",
        "The reason is “{reason}”. Your standing is {merchantStanding}, so the platform looks into it.",
      ],
    ),
  },
  {
    id: "damaged-in-transit-unconfirmed",
    source: `${contract}: transit risk; ${weaklySigned}; ${answer}`,
    when: { all: damagedOnTheWayOut },
    outcome: refusedFor(
      { ...onPartyOf("transitRisk", "merchant", mendable, "outbound"), loss: "transit" },
      ["evidence_insufficient", "none"],
      ["goods_as_described", "evidence"],
    ),
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

/** Who packed answers for what was in the parcel, and the consignor for what it is. */
export const packing: readonly Rule[] = [
  {
    // The one shipped rule by which a buyer holds two pieces for a while: the platform vouches for it and packed wrongly.
    id: "wrong-item-shipped-first",
    source: `${platform}: wrong item ⇒ who packed; advance exchange for buyers the platform vouches for`,
    when: {
      all: [
        is("reason", "WRONG_ITEM"),
        packedByPlatform,
        is("requestType", "exchange"),
        is("buyerTrusted", true),
        is("returnsOwed", 0),
        is("largeClaim", false),
      ],
    },
    outcome: { ...onParty("platform", "automatic", [...returned, "exchange"]), shipFirst: true },
    explanation: {
      "zh-CN": "买家收到错发商品，该订单由平台打包，由平台承担。平台信任该买家，且其此前没有未退回的商品。",
      en: "The wrong item was sent, and the platform packed this order and answers for it. The platform vouches for the buyer, who owes no goods from before.",
    },
    told: told(
      ["您反映收到错发商品。", "You say that the wrong item was sent."],
      [
        "买家反映收到错发商品，该订单由平台打包，由平台承担。",
        "The buyer says that the wrong item was sent. The platform packed this order and answers for it.",
      ],
    ),
  },
  {
    id: "wrong-or-missing-packed-by-platform",
    source: `${platform}: wrong item or missing part ⇒ who packed`,
    when: { all: [{ fact: "reason", op: "in", value: ["WRONG_ITEM", "MISSING_PART"] }, packedByPlatform] },
    outcome: onParty("platform", "automatic", [...returned, "exchange", "resend"]),
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
    source: `${platform}: wrong item or missing part ⇒ who packed; ${answer}`,
    when: { all: [{ fact: "reason", op: "in", value: ["WRONG_ITEM", "MISSING_PART"] }, packedByMerchant] },
    outcome: refusedFor(
      onParty("merchant", "merchant", [...replaceable, "resend"]),
      ["evidence_insufficient", "none"],
      ["goods_as_described", "evidence"],
    ),
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
      all: [is("reason", "EMPTY_PACKAGE"), packedByPlatform, is("largeClaim", false)],
    },
    outcome: onParty("platform", "automatic", sendable),
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
    when: { all: [is("reason", "EMPTY_PACKAGE"), packedByPlatform] },
    outcome: onParty("platform", "arbitration", sendable),
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
    source: `${platform}: missing contents ⇒ who packed; ${answer}`,
    when: { all: [is("reason", "EMPTY_PACKAGE"), packedByMerchant] },
    outcome: refusedFor(
      onParty("merchant", "merchant", sendable),
      ["evidence_insufficient", "none"],
      ["goods_as_described", "evidence"],
    ),
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
  {
    id: "counterfeit",
    source: `${contract}: counterfeit found after the sale, the consignor refunds in full (Freya)`,
    when: is("reason", "COUNTERFEIT"),
    outcome: refusedFor(onParty("merchant", "merchant", both), ["goods_as_described", "evidence"]),
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
];

export const delivery: readonly Rule[] = [
  {
    id: "not-delivered-on-record",
    source: `${contract}: transit risk; facts.md, lost ⇒ carrier`,
    when: { all: [...goesBackUndelivered, is("outboundStatusTrusted", true)] },
    outcome: onPartyOf("transitRisk", "automatic", sendable, "outbound"),
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
    source: `${contract}: transit risk; ${weaklySigned}; ${answer}`,
    when: { all: goesBackUndelivered },
    outcome: refusedFor(onPartyOf("transitRisk", "merchant", sendable, "outbound"), [
      "already_fulfilled",
      "evidence",
    ]),
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
      all: [notDelivered, is("outboundParcelStatus", "delivered")],
    },
    outcome: onParty("buyer", "arbitration", sendable),
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
    id: "reported-lost-on-the-way-out",
    source: `${contract}: transit risk; facts.md, lost ⇒ carrier`,
    when: { all: [...reportedLost, is("outboundStatusTrusted", true)] },
    outcome: { ...onPartyOf("transitRisk", "automatic", sendable, "outbound"), loss: "transit" },
    explanation: {
      "zh-CN": "承运商称发货包裹已丢失。按合同，运输风险由{transitRisk}承担，退款 {amountMinor}。",
      en: "The carrier says that it has lost the parcel. By contract the risk of transit lies with {transitRisk}; {amountMinor} is refunded.",
    },
    told: told(
      ["承运商称发货包裹已丢失。", "The carrier says that it has lost the parcel."],
      [
        "承运商称发货包裹已丢失。按合同，运输风险由{transitRisk}承担。",
        "The carrier says that it has lost the parcel. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    // Silence is nobody's word: it counts whoever told the last scan.
    id: "lost-on-the-way-out",
    source: `${contract}: transit risk; facts.md, silence: the transit clock of carrier and lane, 15 d at home`,
    when: { all: [notDelivered, is("outboundParcelLost", true)] },
    outcome: { ...onPartyOf("transitRisk", "automatic", sendable, "outbound"), loss: "transit" },
    explanation: {
      "zh-CN":
        "发货包裹已 {outboundSilentDays} 天无物流更新，视为丢失。按合同，运输风险由{transitRisk}承担，退款 {amountMinor}。",
      en: "The parcel has not been scanned for {outboundSilentDays} days and counts as lost. By contract the risk of transit lies with {transitRisk}; {amountMinor} is refunded.",
    },
    told: told(
      [
        "发货包裹已 {outboundSilentDays} 天无物流更新，视为丢失。",
        "The parcel has not been scanned for {outboundSilentDays} days and counts as lost.",
      ],
      [
        "发货包裹已 {outboundSilentDays} 天无物流更新，视为丢失。按合同，运输风险由{transitRisk}承担。",
        "The parcel has not been scanned for {outboundSilentDays} days and counts as lost. By contract the risk of transit lies with {transitRisk}.",
      ],
    ),
  },
  {
    // A person confirms the parcel, or silence reaches its clock: then the case is judged again.
    id: "reported-lost-unconfirmed",
    source: `${contract}: transit risk; ${weaklySigned}`,
    when: { all: [...reportedLost, is("outboundStatusTrusted", false)] },
    outcome: onPartyOf("transitRisk", "arbitration", sendable, "outbound"),
    explanation: {
      "zh-CN":
        "物流记录称发货包裹已丢失（{outboundParcelStatus}），但该推送签名较弱，不能单独作为退款依据，转人工核实。",
      en: "The carrier's record says that the parcel is lost ({outboundParcelStatus}), but the push is weakly signed and pays nothing by itself. An operator has the loss confirmed.",
    },
    told: told(
      [
        "物流记录称发货包裹已丢失，尚待核实。",
        "The carrier's record says that the parcel is lost; that is still to be confirmed.",
      ],
      [
        "物流记录称发货包裹已丢失。该推送签名较弱，不能单独作为退款依据，尚待核实。",
        "The carrier's record says that the parcel is lost. The push is weakly signed and pays nothing by itself; the loss is still to be confirmed.",
      ],
    ),
  },
  {
    id: "not-dispatched-by-platform",
    source: `${contract}: custody risk`,
    when: { all: [notDelivered, is("outboundShipped", false), packedByPlatform] },
    outcome: { ...onPartyOf("custodyRisk", "arbitration", sendable), loss: "custody" },
    explanation: {
      "zh-CN":
        "买家称未收到货，而平台没有发货记录，商品可能在保管中遗失。按合同，保管风险由{custodyRisk}承担，转人工核查。",
      en: "The buyer says nothing arrived, and the platform has no parcel on record, so the goods may be lost in custody. By contract that risk lies with {custodyRisk}. An operator looks for them.",
    },
    told: told(
      ["您反映未收到货，目前没有发货记录。", "You say nothing arrived, and no parcel is on record."],
      [
        "买家称未收到货，而平台没有发货记录。按合同，保管风险由{custodyRisk}承担。",
        "The buyer says nothing arrived, and the platform has no parcel on record. By contract the risk of custody lies with {custodyRisk}.",
      ],
    ),
  },
  {
    id: "not-dispatched-by-merchant",
    source: answer,
    when: { all: [notDelivered, is("outboundShipped", false), packedByMerchant] },
    outcome: refusedFor(onParty("merchant", "merchant", sendable), ["already_fulfilled", "evidence"]),
    explanation: {
      "zh-CN": "买家称未收到货，该订单由商户发货，而没有发货记录，由商户答复，逾期未答复视为同意。",
      en: "The buyer says nothing arrived; the merchant was to dispatch it, and no parcel is on record. The merchant answers; no answer is consent.",
    },
    told: told(
      ["您反映未收到货，目前没有发货记录。", "You say nothing arrived, and no parcel is on record."],
      [
        "买家称未收到货，该订单由贵方发货，而没有发货记录。",
        "The buyer says nothing arrived; you were to dispatch it, and no parcel is on record.",
      ],
    ),
  },
  {
    // Neither lost nor delivered: only the operator can have the carrier trace the parcel.
    id: "not-delivered-open",
    source: `${contract}: transit risk`,
    when: notDelivered,
    outcome: onPartyOf("transitRisk", "arbitration", sendable, "outbound"),
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
];

const late = is("reason", "DELIVERED_LATE");

/**
 * @param days how many from order to sign-off are late where no day was agreed
 * @param source who says so
 */
export const lateDelivery = (days: number, source: string): readonly Rule[] => [
  {
    id: "late-on-record",
    source: source,
    when: { all: [late, { fact: "deliveryDays", op: "gt", value: days }] },
    outcome: onPartyOf("packedBy", "automatic", returned),
    explanation: {
      "zh-CN": "买家称延迟送达，从下单到签收共 {deliveryDays} 天。由打包发出的{packedBy}承担。",
      en: "The buyer says the goods came late, and from order to sign-off it took {deliveryDays} days. Whoever packed them answers: {packedBy}.",
    },
    told: told(
      [
        "您反映延迟送达，从下单到签收共 {deliveryDays} 天。",
        "You say that the goods came late; it took {deliveryDays} days from order to sign-off.",
      ],
      [
        "买家称延迟送达，从下单到签收共 {deliveryDays} 天，由打包发出的{packedBy}承担。",
        "The buyer says the goods came late; it took {deliveryDays} days. Whoever packed them answers: {packedBy}.",
      ],
    ),
  },
  {
    // No promised day is on record, and the merchant cannot answer for another's dispatch.
    id: "late-packed-by-platform",
    source: `${platform}: late dispatch ⇒ who packed`,
    when: { all: [late, packedByPlatform] },
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
];

export const largeClaim: readonly Rule[] = [
  {
    id: "large-claim-without-evidence",
    source: `${platform}: large amount ⇒ arbitration`,
    when: {
      all: [is("largeClaim", true), noRecord],
    },
    outcome: onParty("merchant", "arbitration", mendable),
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
];

export const refundWithoutReturn: readonly Rule[] = [
  {
    id: "refund-without-return",
    source: answer,
    when: is("requestType", "refund_only"),
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

export const linesDiffer: RuleSet["linesDiffer"] = {
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
};

export const amounts: Pick<RuleSet, "largeClaimMinor" | "returnFreightCapMinor"> = {
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
};
