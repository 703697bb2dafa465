import { type DisputeTemplate, disputeMessages, disputeTemplates, disputeWords } from "./dispute-messages.ts";
import type { Disposition } from "./inspected-goods.ts";
import type { BilingualText } from "./judgment/verdict.ts";
import { formatMinor } from "./money.ts";
import { type RemedyTemplate, remedyDue, remedyMessages, remedyTemplates } from "./remedy-messages.ts";
import type { CaseType } from "./request.ts";
import { hearersOf, type Speaker, type ThreadAudience } from "./thread.ts";

/** Who a message is for. Delivery channels come later; the messages are stored and can be read. */
export const audiences = ["buyer", "merchant", "operator", "warehouse"] as const;
export type Audience = (typeof audiences)[number];

export type Message = {
  readonly audience: Audience;
  readonly template: TemplateName;
  readonly parameters: { readonly [name: string]: string };
};

const templates = {
  "buyer.judged.awaiting_merchant": {
    "zh-CN": "您的售后申请 {caseId} 已受理，商户须在 {deadline} 前答复；逾期未答复按规则处理。",
    en: "Your request {caseId} was received. The merchant has to answer by {deadline}; if not, the rule decides.",
  },
  "merchant.judged.awaiting_merchant": {
    "zh-CN": "售后单 {caseId} 等待您处理，请在 {deadline} 前同意或拒绝。",
    en: "Case {caseId} is waiting for you. Please approve or refuse it by {deadline}.",
  },
  "buyer.judged.ineligible": {
    "zh-CN": "您的售后申请 {caseId} 不符合规则，您可在 {deadline} 前提出异议。",
    en: "Your request {caseId} does not fit the rules. You may object until {deadline}.",
  },
  "buyer.judged_again.settling": {
    "zh-CN": "您的售后申请 {caseId} 已按新情况重新判定，将按新判定结算。",
    en: "Your request {caseId} was judged again on what is known now. It is settled by the new verdict.",
  },
  "merchant.judged_again.settling": {
    "zh-CN": "售后单 {caseId} 已按新情况重新判定，将按新判定结算。",
    en: "Case {caseId} was judged again on what is known now. It is settled by the new verdict.",
  },
  "buyer.judged_again.manual_review": {
    "zh-CN": "您的售后申请 {caseId} 已按新情况重新判定，将由工作人员核查后决定。",
    en: "Your request {caseId} was judged again on what is known now. A person looks into it and decides.",
  },
  "merchant.judged_again.manual_review": {
    "zh-CN": "售后单 {caseId} 已按新情况重新判定，将由工作人员核查后决定。",
    en: "Case {caseId} was judged again on what is known now. A person looks into it and decides.",
  },
  "buyer.approved.awaiting_shipment": {
    "zh-CN": "您的售后申请 {caseId} 已同意，请在 {deadline} 前寄回商品并填写运单号。",
    en: "Your request {caseId} was approved. Please send the goods back and give the waybill number by {deadline}.",
  },
  "buyer.approved.settling": {
    "zh-CN": "您的售后申请 {caseId} 已同意，退款处理中。",
    en: "Your request {caseId} was approved. The refund is on its way.",
  },
  "merchant.approved": {
    "zh-CN": "售后单 {caseId} 已同意（{basis}）。",
    en: "Case {caseId} was approved ({basis}).",
  },
  "buyer.offered.refund": {
    "zh-CN":
      "商户就您的售后申请 {caseId} 提出：{remedy}，退款 {amount}。请在 {deadline} 前接受或拒绝；逾期未答复，由商户继续处理您的申请。",
    en: "On your request {caseId} the merchant offers: {remedy}, {amount} refunded. Accept or decline by {deadline}; without an answer the merchant goes on with your request.",
  },
  "buyer.offered.remedy": {
    "zh-CN":
      "商户就您的售后申请 {caseId} 提出：{remedy}。请在 {deadline} 前接受或拒绝；逾期未答复，由商户继续处理您的申请。",
    en: "On your request {caseId} the merchant offers: {remedy}. Accept or decline by {deadline}; without an answer the merchant goes on with your request.",
  },
  "merchant.offer_declined": {
    "zh-CN": "售后单 {caseId}：买家拒绝了您的方案，请在 {deadline} 前处理。",
    en: "Case {caseId}: the buyer declined your offer. Please answer the request by {deadline}.",
  },
  "merchant.offer_lapsed": {
    "zh-CN": "售后单 {caseId}：买家未答复您的方案，请在 {deadline} 前处理。",
    en: "Case {caseId}: the buyer did not answer your offer. Please answer the request by {deadline}.",
  },
  "buyer.offer_lapsed": {
    "zh-CN": "售后单 {caseId}：商户的方案已失效，商户须在 {deadline} 前答复您的申请。",
    en: "Case {caseId}: the merchant's offer has lapsed. The merchant has to answer your request by {deadline}.",
  },
  "buyer.refused": {
    "zh-CN": "您的售后申请 {caseId} 被拒绝，您可在 {deadline} 前提出异议。",
    en: "Your request {caseId} was refused. You may object until {deadline}.",
  },
  "merchant.refused_by_silence": {
    "zh-CN": "售后单 {caseId} 逾期未答复，已按规则拒绝。",
    en: "Case {caseId} was not answered in time and counts as refused, as its rule says.",
  },
  "buyer.label_ordered": {
    "zh-CN": "售后单 {caseId} 的退货面单已申请；若 {deadline} 前仍未出单，您可自行寄出并填写运单号。",
    en: "A return label for case {caseId} was ordered. If there is none by {deadline}, you may send the goods with a waybill of your own.",
  },
  "buyer.label_failed": {
    "zh-CN": "售后单 {caseId} 的退货面单未能生成，请在 {deadline} 前自行寄出并填写运单号。",
    en: "No return label could be made for case {caseId}. Please send the goods with a waybill of your own by {deadline}.",
  },
  "buyer.parcel_stuck": {
    "zh-CN":
      "售后单 {caseId} 的退货包裹 {trackingNumber}：{cause}。请您联系承运商确认；{deadline} 前若仍无进展，将进入下一步处理。",
    en: "Return parcel {trackingNumber} of case {caseId}: {cause}. Please ask the carrier. If nothing changes by {deadline}, the next step follows.",
  },
  "merchant.parcel_stuck": {
    "zh-CN":
      "售后单 {caseId} 的退货包裹 {trackingNumber}：{cause}。{deadline} 前若仍无进展，将进入下一步处理。",
    en: "Return parcel {trackingNumber} of case {caseId}: {cause}. If nothing changes by {deadline}, the next step follows.",
  },
  "buyer.parcel_claimable": {
    "zh-CN":
      "售后单 {caseId} 的退货包裹 {trackingNumber}：{cause}。已进入向承运商索赔阶段；{deadline} 前若仍无进展，将按丢失处理。",
    en: "Return parcel {trackingNumber} of case {caseId}: {cause}. The claim on the carrier is being announced. If nothing changes by {deadline}, the parcel counts as lost.",
  },
  "merchant.parcel_claimable": {
    "zh-CN":
      "售后单 {caseId} 的退货包裹 {trackingNumber}：{cause}。已进入向承运商索赔阶段；{deadline} 前若仍无进展，将按丢失处理。",
    en: "Return parcel {trackingNumber} of case {caseId}: {cause}. The claim on the carrier is being announced. If nothing changes by {deadline}, the parcel counts as lost.",
  },
  "operator.parcel_claimable": {
    "zh-CN": "售后单 {caseId} 的退货包裹 {trackingNumber}：{cause}。请在 {deadline} 前向承运商提出索赔。",
    en: "Return parcel {trackingNumber} of case {caseId}: {cause}. Please announce the claim to the carrier by {deadline}.",
  },
  "buyer.parcel_moves": {
    "zh-CN": "售后单 {caseId} 的退货包裹 {trackingNumber} 已恢复运输。",
    en: "Return parcel {trackingNumber} of case {caseId} is moving again.",
  },
  "merchant.parcel_moves": {
    "zh-CN": "售后单 {caseId} 的退货包裹 {trackingNumber} 已恢复运输。",
    en: "Return parcel {trackingNumber} of case {caseId} is moving again.",
  },
  "buyer.not_received": {
    "zh-CN": "承运商显示售后单 {caseId} 的退货已签收，但收货方表示未收到，正在追查。",
    en: "The carrier says that the return of case {caseId} was delivered; it is not there. The parcel is being traced.",
  },
  "merchant.not_received": {
    "zh-CN": "售后单 {caseId} 的退货被报告未收到，正在追查；如随后收到，请验货。",
    en: "The return of case {caseId} was reported as not received. It is being traced; please inspect it if it turns up.",
  },
  "operator.not_received": {
    "zh-CN": "售后单 {caseId} 的退货显示签收但被报告未收到，请在 {deadline} 前向承运商核实。",
    en: "The return of case {caseId} was delivered by the carrier's word and is not there. Please ask the carrier by {deadline}.",
  },
  "merchant.found": {
    "zh-CN": "售后单 {caseId} 中曾按丢失处理的退货包裹 {trackingNumber} 已找到，请验货。",
    en: "Return parcel {trackingNumber} of case {caseId}, which had counted as lost, has turned up. Please inspect it.",
  },
  "operator.found_after_settlement": {
    "zh-CN":
      "售后单 {caseId} 已按丢失结算的退货包裹 {trackingNumber} 已找到。已结算款项不变；请与承运商处理索赔，并决定商品去向。",
    en: "Return parcel {trackingNumber} of case {caseId}, settled as lost, has turned up. What was settled stands; please settle the claim with the carrier and decide what becomes of the goods.",
  },
  "operator.outbound_found": {
    "zh-CN":
      "售后单 {caseId} 已按丢失结算的发货包裹 {trackingNumber} 已送达买家。已结算款项不变；请与承运商处理索赔，并与买家商定商品去向。",
    en: "Parcel {trackingNumber} to the buyer, settled as lost in case {caseId}, was delivered after all. What was settled stands; please settle the claim with the carrier and agree with the buyer what becomes of the goods.",
  },
  "merchant.delivered_elsewhere": {
    "zh-CN": "售后单 {caseId} 的退货签收地点与寄往地点不符。请在 {deadline} 前验货，或报告未收到。",
    en: "The return of case {caseId} was delivered at another place than it was sent to. Please inspect it, or say that it is not there, by {deadline}.",
  },
  "merchant.part_delivered": {
    "zh-CN": "售后单 {caseId} 的退货包裹 {trackingNumber} 已签收，其余包裹仍在途中。",
    en: "Return parcel {trackingNumber} of case {caseId} was delivered; others are still on their way.",
  },
  "buyer.parcel_lost": {
    "zh-CN": "售后单 {caseId} 的退货包裹已按丢失处理，责任将重新判定。",
    en: "The return parcel of case {caseId} counts as lost. The case is judged again.",
  },
  "merchant.parcel_lost": {
    "zh-CN": "售后单 {caseId} 的退货包裹已按丢失处理，责任将重新判定。",
    en: "The return parcel of case {caseId} counts as lost. The case is judged again.",
  },
  "buyer.deadline_extended": {
    "zh-CN": "售后单 {caseId} 的包裹仍在途中，期限延长至 {deadline}。",
    en: "The parcel of case {caseId} is still on its way. The deadline moved to {deadline}.",
  },
  "merchant.deadline_extended": {
    "zh-CN": "售后单 {caseId} 的包裹仍在途中，期限延长至 {deadline}。",
    en: "The parcel of case {caseId} is still on its way. The deadline moved to {deadline}.",
  },
  "merchant.cancelled": {
    "zh-CN": "售后单 {caseId} 已由买家撤销。",
    en: "Case {caseId} was cancelled by the buyer.",
  },
  "merchant.delivered": {
    "zh-CN": "售后单 {caseId} 的退货已签收，请在 {deadline} 前验货。",
    en: "The return of case {caseId} was delivered. Please inspect it by {deadline}.",
  },
  "buyer.closed": {
    "zh-CN": "您的售后申请 {caseId} 已结束：{outcome}。",
    en: "Your request {caseId} is closed: {outcome}.",
  },
  "buyer.refund_paid": {
    "zh-CN": "您的售后申请 {caseId} 的退款 {amount} 已支付。",
    en: "The refund of {amount} for your request {caseId} has been paid.",
  },
  "buyer.refund_failed": {
    "zh-CN": "您的售后申请 {caseId} 的退款 {amount} 未能到账，我们会再次支付。",
    en: "The refund of {amount} for your request {caseId} did not go through. It will be paid again.",
  },
  "operator.refund_failed": {
    "zh-CN": "售后单 {caseId} 的退款 {amount} 支付失败，请重试、凭证确认或由平台垫付。",
    en: "The refund of {amount} for case {caseId} failed. Retry it, prove that it was paid, or advance it.",
  },
  "merchant.closed": {
    "zh-CN": "售后单 {caseId} 已结束：{outcome}。",
    en: "Case {caseId} is closed: {outcome}.",
  },
  "merchant.evidence_added": {
    "zh-CN": "买家为售后单 {caseId} 补充了{kind}凭证。",
    en: "The buyer added a {kind} to case {caseId}.",
  },
  "merchant.disposed": {
    "zh-CN": "售后单 {caseId} 退回的商品 {itemId}（{quantity} 件）：{disposition}。",
    en: "Case {caseId}, what becomes of item {itemId} (quantity {quantity}): {disposition}.",
  },
  "concerned.extended": {
    "zh-CN": "售后单 {caseId} 的期限延长至 {deadline}（{because}）。",
    en: "The deadline of case {caseId} moved to {deadline} ({because}).",
  },
  "concerned.paused": {
    "zh-CN": "售后单 {caseId} 已暂停计时（{because}），最迟于 {deadline} 恢复，剩余时间不变。",
    en: "The clock of case {caseId} stands still ({because}). It goes on by {deadline} with the time that is left.",
  },
  "concerned.resumed": {
    "zh-CN": "售后单 {caseId} 已恢复计时，期限为 {deadline}。",
    en: "The clock of case {caseId} runs again. The deadline is {deadline}.",
  },
  "owing.deadline_approaching": {
    "zh-CN": "售后单 {caseId} 的处理时限已过 {percent}%，请在 {deadline} 前处理。",
    en: "Case {caseId} waits for you: {percent} % of the time has passed. Please act by {deadline}.",
  },
  "owing.deadline_passed": {
    "zh-CN": "售后单 {caseId} 的处理时限已到，您未处理，已按规则继续。",
    en: "The time to act on case {caseId} has passed. It goes on as its rule says.",
  },
  "operator.answer_outstanding": {
    "zh-CN": "售后单 {caseId} 的处理时限已过 {percent}%，仍在等待{owedBy}（期限 {deadline}）。",
    en: "{percent} % of the time of case {caseId} has passed and the {owedBy} has not acted (deadline {deadline}).",
  },
  "operator.deadline_missed": {
    "zh-CN": "售后单 {caseId}：{owedBy}逾期未处理，已按规则继续。",
    en: "Case {caseId}: the {owedBy} did not act in time. It goes on as its rule says.",
  },
  "buyer.message_posted": {
    "zh-CN": "售后单 {caseId} 有{speaker}的新留言。",
    en: "There is a new message from {speaker} on your request {caseId}.",
  },
  "merchant.message_posted": {
    "zh-CN": "售后单 {caseId} 有{speaker}的新留言。",
    en: "There is a new message from {speaker} on case {caseId}.",
  },
  "operator.message_posted": {
    "zh-CN": "售后单 {caseId} 有{speaker}的新留言。",
    en: "There is a new message from {speaker} on case {caseId}.",
  },
  "operator.manual_review": {
    "zh-CN": "售后单 {caseId} 需要人工处理：{cause}。",
    en: "Case {caseId} needs an operator: {cause}.",
  },
  "operator.manual_review_overdue": {
    "zh-CN": "售后单 {caseId} 的人工处理已逾期，请在 {deadline} 前处理。",
    en: "Case {caseId} still needs an operator. Please decide it by {deadline}.",
  },
} as const satisfies { readonly [name: string]: BilingualText };

export type TemplateName = keyof typeof templates | DisputeTemplate | RemedyTemplate;

/** Not one object of all: a bundle that renders nothing then leaves all of it out. */
const textOf = (template: TemplateName): BilingualText => {
  if (template in disputeTemplates) return disputeTemplates[template as DisputeTemplate];
  if (template in remedyTemplates) return remedyTemplates[template as RemedyTemplate];
  return templates[template as keyof typeof templates];
};

/** What is said of an event, in the words of the case's present stage. */
export type NotifiableEvent = {
  readonly type: string;
  readonly caseId: string;
  readonly stage: string;
  readonly deadlineAt?: number | undefined;
  readonly payload: { readonly [name: string]: unknown };
};

/** How an offer is said: what becomes of the goods, since the buyer may have asked for something else. */
const offeredRemedyWords: { readonly [remedy in CaseType]: BilingualText } = {
  refund_only: { "zh-CN": "您保留商品", en: "you keep the goods" },
  return_and_refund: { "zh-CN": "您退回商品", en: "you send the goods back" },
  exchange: { "zh-CN": "您退回商品并换货", en: "you send the goods back and get others" },
  repair: { "zh-CN": "您寄回商品维修", en: "you send the goods in and they are repaired" },
  resend: { "zh-CN": "为您补寄", en: "what is missing is sent to you" },
};

/** Words for the closed values that stand in messages. A value without words is said as it is. */
const dispositionWords: { readonly [disposition in Disposition]: BilingualText } = {
  RESTOCK: { "zh-CN": "重新上架", en: "it goes back into stock" },
  RETURN_TO_CONSIGNOR: { "zh-CN": "退还给您", en: "it goes back to you" },
  REPAIR: { "zh-CN": "送修", en: "it is to be repaired" },
  SCRAP: { "zh-CN": "报废", en: "it is scrapped" },
  QUARANTINE: { "zh-CN": "隔离待查", en: "it is set aside until somebody has looked into it" },
  MISSING: { "zh-CN": "未随退货寄回", en: "it did not come back" },
};

const words: { readonly [parameter: string]: { readonly [value: string]: BilingualText } } = {
  disposition: dispositionWords,
  outcome: {
    refunded: { "zh-CN": "已全额退款", en: "refunded in full" },
    partially_refunded: { "zh-CN": "已部分退款", en: "refunded in part" },
    not_refunded: { "zh-CN": "未退款", en: "not refunded" },
    refused: { "zh-CN": "已拒绝", en: "refused" },
    ineligible: { "zh-CN": "不符合规则", en: "not eligible" },
    never_shipped: { "zh-CN": "逾期未寄回", en: "the goods were not sent back in time" },
    exchanged: { "zh-CN": "已换货", en: "exchanged" },
    repaired: { "zh-CN": "已维修", en: "repaired" },
    resent: { "zh-CN": "已补寄", en: "sent again" },
    return_owed: { "zh-CN": "已换货，原商品未退回", en: "exchanged, and the goods did not come back" },
    cancelled: { "zh-CN": "已撤销", en: "cancelled" },
    unresolved: { "zh-CN": "未解决", en: "unresolved" },
  },
  because: {
    waiting_for_other_side: { "zh-CN": "等待对方", en: "waiting for the other side" },
    waiting_for_carrier: { "zh-CN": "等待物流", en: "waiting for the carrier" },
    authority: { "zh-CN": "等待主管部门", en: "waiting for an authority" },
    festival: { "zh-CN": "节假日", en: "festival" },
    disaster: { "zh-CN": "自然灾害", en: "disaster" },
    outage: { "zh-CN": "系统故障", en: "outage" },
    on_request: { "zh-CN": "应请求", en: "on request" },
    other: { "zh-CN": "其他原因", en: "another reason" },
  },
  owedBy: {
    buyer: { "zh-CN": "买家", en: "buyer" },
    merchant: { "zh-CN": "商户", en: "merchant" },
    warehouse: { "zh-CN": "仓库", en: "warehouse" },
    operator: { "zh-CN": "运营人员", en: "operator" },
  },
  basis: {
    rule: { "zh-CN": "按规则自动同意", en: "by its rule" },
    merchant: { "zh-CN": "商户同意", en: "by the merchant" },
    silence: { "zh-CN": "逾期未答复视为同意", en: "because nobody answered in time" },
    operator: { "zh-CN": "运营人员同意", en: "by an operator" },
    agreement: { "zh-CN": "买家接受了您的方案", en: "the buyer accepted your offer" },
    confirmed_buyer: { "zh-CN": "买家确认", en: "by the buyer" },
    confirmed_silence: { "zh-CN": "逾期未反映问题", en: "because nobody said otherwise in time" },
    confirmed_operator: { "zh-CN": "运营人员认定", en: "by an operator" },
    settlement: { "zh-CN": "双方达成一致", en: "because both sides agreed" },
    ruling: { "zh-CN": "按仲裁裁定", en: "by the ruling" },
  },
  remedy: offeredRemedyWords,
  speaker: {
    buyer: { "zh-CN": "买家", en: "the buyer" },
    merchant: { "zh-CN": "商户", en: "the merchant" },
    platform: { "zh-CN": "平台", en: "the platform" },
  },
  kind: {
    photo: { "zh-CN": "照片", en: "photo" },
    video: { "zh-CN": "视频", en: "video" },
    document: { "zh-CN": "文件", en: "document" },
  },
  cause: {
    ineligible_after_approval: {
      "zh-CN": "重新判定后不符合规则",
      en: "judged again, the case does not fit the rules any more",
    },
    return_contradicted: {
      "zh-CN": "先行换货后退回的商品与申请不符",
      en: "what came back after an exchange that was shipped first is not what was claimed",
    },
    replacement_returned: {
      "zh-CN": "寄给买家的包裹正退回寄件方",
      en: "what was sent to the buyer is going back to its sender",
    },
    replacement_problem: {
      "zh-CN": "买家反映寄出的商品有问题",
      en: "the buyer reports a problem with what was sent",
    },
    cannot_supply: { "zh-CN": "无货可寄", en: "it cannot be had" },
    not_repairable: { "zh-CN": "无法维修", en: "it cannot be repaired" },
    never_sent: { "zh-CN": "承运商从未收到包裹", en: "no carrier ever had the parcel" },
    verdict: { "zh-CN": "按新判定处理", en: "the new verdict says so" },
    silence: { "zh-CN": "逾期未寄出或未修好", en: "it was not sent or repaired in time" },
    wrong_item: { "zh-CN": "寄错商品", en: "the wrong item" },
    faulty: { "zh-CN": "有质量问题", en: "faulty" },
    incomplete: { "zh-CN": "缺件", en: "incomplete" },
    nothing_received: { "zh-CN": "未收到", en: "nothing was received" },
    no_first_scan: {
      "zh-CN": "承运商尚未揽收，请确认是否已寄出",
      en: "the carrier has not scanned it yet; it may not have been handed in",
    },
    no_movement: { "zh-CN": "物流长时间没有更新", en: "it has not moved for too long" },
    loop: { "zh-CN": "包裹在同一地点反复，没有进展", en: "it is scanned at the same places again and again" },
    reported_lost: { "zh-CN": "承运商表示包裹已丢失", en: "the carrier says that it has lost it" },
    turned_back: { "zh-CN": "包裹被拒收或正在退回", en: "it was refused or is on its way back" },
    not_received: {
      "zh-CN": "显示签收但收货方未收到",
      en: "it was delivered by the carrier's word and is not there",
    },
    parcel_loops: {
      "zh-CN": "退货包裹在同一地点反复",
      en: "the carrier scans the return again and again and does not deliver it",
    },
    returning_to_sender: { "zh-CN": "退货包裹正退回买家", en: "the return is on its way back to the buyer" },
    merchant_reports_not_received: {
      "zh-CN": "商户报告未收到已签收的退货",
      en: "the merchant says that a delivered return is not there",
    },
    part_of_return_lost: {
      "zh-CN": "部分退货包裹丢失，部分已签收",
      en: "a part of the return arrived and a part is lost",
    },
    never_scanned: { "zh-CN": "承运商从未扫描到退货包裹", en: "no carrier ever saw the return parcel" },
    returned_to_sender: { "zh-CN": "退货包裹已退回买家", en: "the return is back with the buyer" },
    scan_in_the_future: { "zh-CN": "物流扫描时间在未来", en: "the carrier told of a scan in the future" },
    delivery_not_confirmed: {
      "zh-CN": "签收未经确认且无人验货",
      en: "nobody inspected, and the delivery rests on a weak signature",
    },
  },
};

/** Deadlines are told in the platform's time zone, to the minute. */
const deadlineFormat = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

const say = (parameter: string, value: string, language: keyof BilingualText): string =>
  parameter === "deadline" && value !== nothing
    ? `${deadlineFormat.format(new Date(value))} (UTC+8)`
    : ((words[parameter]?.[value] ?? disputeWords[parameter]?.[value])?.[language] ?? value);

const nothing = "—";

/** Whose answer is waited for. */
const owing = ({ owedBy }: NotifiableEvent["payload"]): readonly Audience[] =>
  Array.isArray(owedBy) ? audiences.filter((audience) => owedBy.includes(audience)) : [];

/** Whom a clock concerns that was moved: both sides, and whoever has to act. */
const concerned = (payload: NotifiableEvent["payload"]): readonly Audience[] => [
  "buyer",
  "merchant",
  ...owing(payload).filter((debtor) => debtor === "warehouse"),
];

/** Those of them of whom the platform is told: who works for it. What a buyer lets pass is the buyer's own. */
const owingThePlatform = (payload: NotifiableEvent["payload"]): readonly Audience[] =>
  owing(payload).filter((debtor) => debtor === "merchant" || debtor === "warehouse");

/** The messages an event gives rise to; none for most events. */
export const messagesFor = (event: NotifiableEvent): readonly Message[] => {
  const { caseId, stage, deadlineAt, payload } = event;
  const deadline = deadlineAt === undefined ? nothing : new Date(deadlineAt).toISOString();
  const message = (
    audience: Audience,
    template: TemplateName,
    parameters: Message["parameters"] = {},
  ): Message => ({ audience, template, parameters: { caseId, ...parameters } });

  const ofDispute = () => disputeMessages(event, deadline, amountIn(payload)).map((told) => message(...told));
  const due = () => remedyDue(stage, deadline).map((told) => message(...told));

  switch (event.type) {
    case "CaseJudged":
      // A ruling is told as one.
      if (payload.basis !== undefined) return [];
      if (stage === "repairing" || stage === "awaiting_reshipment") return due();
      if (payload.verdictNumber !== undefined) {
        if (stage === "awaiting_objection" || stage === "awaiting_ruling") return ofDispute();
        if (stage === "settling" || stage === "manual_review") {
          return [
            message("buyer", `buyer.judged_again.${stage}`),
            message("merchant", `merchant.judged_again.${stage}`),
          ];
        }
      }
      if (stage === "awaiting_merchant") {
        return [
          message("buyer", "buyer.judged.awaiting_merchant", { deadline }),
          message("merchant", "merchant.judged.awaiting_merchant", { deadline }),
        ];
      }
      return stage === "ineligible" ? [message("buyer", "buyer.judged.ineligible", { deadline })] : [];
    case "CaseApproved": {
      const merchant = message("merchant", "merchant.approved", { basis: String(payload.basis) });
      if (stage === "awaiting_reshipment" || stage === "repairing") return [merchant, ...due()];
      return stage === "awaiting_shipment"
        ? [message("buyer", "buyer.approved.awaiting_shipment", { deadline }), merchant]
        : [message("buyer", "buyer.approved.settling"), merchant];
    }
    case "OfferMade": {
      const offered = { remedy: String(payload.remedy), deadline };
      if (payload.amountMinor === undefined) return [message("buyer", "buyer.offered.remedy", offered)];
      return [message("buyer", "buyer.offered.refund", { ...offered, amount: amountIn(payload) })];
    }
    case "OfferDeclined":
      return payload.basis === "silence"
        ? [
            message("merchant", "merchant.offer_lapsed", { deadline }),
            message("buyer", "buyer.offer_lapsed", { deadline }),
          ]
        : [message("merchant", "merchant.offer_declined", { deadline })];
    case "CaseRefused":
      return [
        message("buyer", "buyer.refused", { deadline }),
        ...(payload.basis === "silence" ? [message("merchant", "merchant.refused_by_silence")] : []),
      ];
    case "ReturnLabelOrdered":
      return [
        message("buyer", "buyer.label_ordered", {
          deadline: new Date(Number(payload.deadlineAt)).toISOString(),
        }),
      ];
    case "ReturnLabelFailed":
      return [message("buyer", "buyer.label_failed", { deadline })];
    case "ParcelStuck": {
      const stuck = {
        trackingNumber: String(payload.trackingNumber),
        cause: String(payload.cause),
        deadline,
      };
      return payload.step === "claim"
        ? [
            message("buyer", "buyer.parcel_claimable", stuck),
            message("merchant", "merchant.parcel_claimable", stuck),
            message("operator", "operator.parcel_claimable", stuck),
          ]
        : [
            message("buyer", "buyer.parcel_stuck", stuck),
            message("merchant", "merchant.parcel_stuck", stuck),
          ];
    }
    case "ParcelMovedOn": {
      const parcel = { trackingNumber: String(payload.trackingNumber) };
      return [
        message("buyer", "buyer.parcel_moves", parcel),
        message("merchant", "merchant.parcel_moves", parcel),
      ];
    }
    case "ReturnNotReceived":
      return [
        message("buyer", "buyer.not_received"),
        message("merchant", "merchant.not_received"),
        message("operator", "operator.not_received", { deadline }),
      ];
    case "ParcelFound": {
      const parcel = { trackingNumber: String(payload.trackingNumber) };
      if (payload.inTime) return [message("merchant", "merchant.found", parcel)];
      return payload.outbound
        ? [message("operator", "operator.outbound_found", parcel)]
        : [message("operator", "operator.found_after_settlement", parcel)];
    }
    case "ParcelLost":
      return [message("buyer", "buyer.parcel_lost"), message("merchant", "merchant.parcel_lost")];
    case "DeadlineExtended":
      if (stage === "manual_review")
        return [message("operator", "operator.manual_review_overdue", { deadline })];
      if (payload.cause === "arbiter_overdue") {
        return [message("operator", "operator.ruling_overdue", { deadline })];
      }
      if (payload.cause !== "scanned_since") {
        const because = String(payload.cause);
        return concerned(payload).map((each) => message(each, "concerned.extended", { deadline, because }));
      }
      return [
        message("buyer", "buyer.deadline_extended", { deadline }),
        message("merchant", "merchant.deadline_extended", { deadline }),
      ];
    case "ClockPaused": {
      const deadlineOfPause = new Date(Number(payload.pausedUntil)).toISOString();
      const because = String(payload.cause);
      return concerned(payload).map((each) =>
        message(each, "concerned.paused", { deadline: deadlineOfPause, because }),
      );
    }
    case "ClockResumed":
      return concerned(payload).map((each) => message(each, "concerned.resumed", { deadline }));
    case "DeadlineApproaching": {
      const percent = String(payload.percent);
      return [
        ...owing(payload).map((debtor) =>
          message(debtor, "owing.deadline_approaching", { percent, deadline }),
        ),
        ...(payload.percent === 50
          ? []
          : owingThePlatform(payload).map((debtor) =>
              message("operator", "operator.answer_outstanding", { percent, deadline, owedBy: debtor }),
            )),
      ];
    }
    case "DeadlinePassed":
      return [
        ...owing(payload).map((debtor) => message(debtor, "owing.deadline_passed")),
        ...owingThePlatform(payload).map((debtor) =>
          message("operator", "operator.deadline_missed", { owedBy: debtor }),
        ),
      ];
    case "CaseCancelled":
      return [message("merchant", "merchant.cancelled")];
    case "ParcelDelivered":
      if (stage !== "awaiting_inspection") {
        return [
          message("merchant", "merchant.part_delivered", { trackingNumber: String(payload.trackingNumber) }),
        ];
      }
      return [
        message("merchant", payload.elsewhere ? "merchant.delivered_elsewhere" : "merchant.delivered", {
          deadline,
        }),
      ];
    case "DispositionDecided": {
      // Back into stock is what becomes of a return; anything else is news to whom the goods belong.
      if (payload.disposition === "RESTOCK" && payload.instead === undefined) return [];
      const { itemId, quantity, disposition } = payload;
      return [
        message("merchant", "merchant.disposed", {
          itemId: String(itemId),
          quantity: String(quantity),
          disposition: String(disposition),
        }),
      ];
    }
    case "CaseClosed": {
      const outcome = String(payload.outcome);
      return [
        message("buyer", "buyer.closed", { outcome }),
        message("merchant", "merchant.closed", { outcome }),
      ];
    }
    case "PayoutSucceeded":
    case "PayoutAdvanced": {
      const amount = formatMinor(BigInt(Number(payload.amountMinor)), String(payload.currency));
      return [message("buyer", "buyer.refund_paid", { amount })];
    }
    case "PayoutFailed": {
      const amount = formatMinor(BigInt(Number(payload.amountMinor)), String(payload.currency));
      return [
        message("buyer", "buyer.refund_failed", { amount }),
        message("operator", "operator.refund_failed", { amount }),
      ];
    }
    case "EvidenceAdded":
      // What the merchant may see of the buyer's; of its own it knows.
      return payload.side === "buyer"
        ? [message("merchant", "merchant.evidence_added", { kind: String(payload.kind) })]
        : [];
    case "MessagePosted": {
      const { audience, speaker } = payload as { audience: ThreadAudience; speaker: Speaker };
      return hearersOf(audience, speaker).map((one) => {
        const reader = one === "platform" ? "operator" : one;
        return message(reader, `${reader}.message_posted`, { speaker });
      });
    }
    case "ManualReviewOpened":
      return [message("operator", "operator.manual_review", { cause: String(payload.cause) })];
    case "ManualReviewResolved":
      // What else it may come to is told by the event that follows.
      return payload.resolution === "resume" && owing(payload).length > 0
        ? concerned(payload).map((each) => message(each, "concerned.resumed", { deadline }))
        : [];
    default:
      return [
        ...ofDispute(),
        ...remedyMessages(event, deadline, amountIn(payload)).map((told) => message(...told)),
      ];
  }
};

const amountIn = ({ amountMinor, currency }: NotifiableEvent["payload"]): string =>
  amountMinor === undefined ? nothing : formatMinor(BigInt(String(amountMinor)), String(currency));

const fill = (text: string, parameters: Message["parameters"], language: keyof BilingualText): string =>
  text.replace(/\{(\w+)\}/g, (_placeholder, name: string) =>
    say(name, parameters[name] ?? nothing, language),
  );

/** A message in both languages. */
export const renderMessage = ({ template, parameters }: Message): BilingualText => ({
  "zh-CN": fill(textOf(template)["zh-CN"], parameters, "zh-CN"),
  en: fill(textOf(template).en, parameters, "en"),
});
