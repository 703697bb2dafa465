import type { BilingualText } from "./judgment/verdict.ts";
import type { Audience, NotifiableEvent } from "./notifications.ts";

/** What is said of goods that are sent in place of a refund, to those it concerns. */
export const remedyTemplates = {
  "buyer.replacement_due": {
    "zh-CN": "售后单 {caseId} 的商品将于 {deadline} 前寄出；逾期将退款。",
    en: "What you get for your request {caseId} is sent by {deadline}; if not, you are refunded.",
  },
  "merchant.replacement_due": {
    "zh-CN": "请在 {deadline} 前为售后单 {caseId} 寄出商品并填写运单号；逾期将退款给买家。",
    en: "Please send the goods for case {caseId} and give the waybill number by {deadline}; if not, the buyer is refunded.",
  },
  "merchant.repair_due": {
    "zh-CN": "请在 {deadline} 前完成售后单 {caseId} 的维修；逾期将退款给买家。",
    en: "Please repair the goods of case {caseId} by {deadline}; if not, the buyer is refunded.",
  },
  "buyer.repair_due": {
    "zh-CN": "售后单 {caseId} 的商品正在维修，应于 {deadline} 前完成；逾期将退款。",
    en: "The goods of your request {caseId} are being repaired until {deadline}; if they are not, you are refunded.",
  },
  "buyer.replacement_shipped": {
    "zh-CN": "售后单 {caseId} 的商品已寄出，运单号 {trackingNumber}。",
    en: "What you get for your request {caseId} is on its way, waybill number {trackingNumber}.",
  },
  "buyer.replacement_stuck": {
    "zh-CN": "售后单 {caseId} 寄给您的包裹：{cause}。我们会在 {deadline} 再次核查。",
    en: "The parcel to you in case {caseId}: {cause}. It is looked at again by {deadline}.",
  },
  "merchant.replacement_stuck": {
    "zh-CN":
      "售后单 {caseId} 寄给买家的包裹：{cause}。请联系承运商；{deadline} 前若仍无进展，将进入下一步处理。",
    en: "The parcel to the buyer in case {caseId}: {cause}. Please ask the carrier. If nothing changes by {deadline}, the next step follows.",
  },
  "buyer.replacement_delivered": {
    "zh-CN": "售后单 {caseId} 的商品已送达，请在 {deadline} 前确认或反映问题；逾期视为确认。",
    en: "What was sent for your request {caseId} was delivered. Please confirm it, or say what is wrong, by {deadline}; no word counts as a confirmation.",
  },
  "buyer.replacement_lost": {
    "zh-CN": "售后单 {caseId} 寄给您的包裹已按丢失处理，将重新判定。",
    en: "The parcel to you in case {caseId} counts as lost. The case is judged again.",
  },
  "merchant.replacement_lost": {
    "zh-CN": "售后单 {caseId} 寄给买家的包裹已按丢失处理，将重新判定。",
    en: "The parcel to the buyer in case {caseId} counts as lost. The case is judged again.",
  },
  "merchant.replacement_confirmed": {
    "zh-CN": "售后单 {caseId} 的商品已确认收到（{basis}）。",
    en: "What was sent for case {caseId} is confirmed ({basis}).",
  },
  "merchant.problem_reported": {
    "zh-CN": "买家反映售后单 {caseId} 寄出的商品有问题：{cause}。工作人员将核查。",
    en: "The buyer reports a problem with what was sent for case {caseId}: {cause}. A person looks into it.",
  },
  "buyer.return_due": {
    "zh-CN": "您已收到售后单 {caseId} 的换货商品，请在 {deadline} 前寄回原商品并填写运单号。",
    en: "You have the replacement of your request {caseId}. Please send back what it is for and give the waybill number by {deadline}.",
  },
  "buyer.goods_kept": {
    "zh-CN": "售后单 {caseId} 的原商品未退回，按由您留用处理；平台可另行向您收取其价款 {amount}。",
    en: "What the replacement of your request {caseId} was for did not come back and stays with you. The platform may ask you for its price, {amount}.",
  },
  "merchant.goods_kept": {
    "zh-CN": "售后单 {caseId} 的原商品未退回，由平台向您赔付。",
    en: "What the replacement of case {caseId} was for did not come back. The platform pays you for it.",
  },
  "operator.goods_kept": {
    "zh-CN": "售后单 {caseId} 先行换货后，买家未退回原商品，价款 {amount} 可向买家追偿。",
    en: "The exchange of case {caseId} was shipped first, and the buyer kept the goods as well. Their price, {amount}, is yours to ask for.",
  },
  "buyer.turned_into_return": {
    "zh-CN": "售后单 {caseId} 改为退货退款：{cause}。请在 {deadline} 前寄回商品并填写运单号。",
    en: "Your request {caseId} is refunded instead: {cause}. Please send the goods back and give the waybill number by {deadline}.",
  },
  "buyer.turned_into_refund": {
    "zh-CN": "售后单 {caseId} 改为退款：{cause}。",
    en: "Your request {caseId} is refunded instead: {cause}.",
  },
  "merchant.turned_into_refund": {
    "zh-CN": "售后单 {caseId} 改为退款：{cause}。",
    en: "Case {caseId} is refunded instead: {cause}.",
  },
} as const satisfies { readonly [name: string]: BilingualText };

export type RemedyTemplate = keyof typeof remedyTemplates;

type Told = readonly [audience: Audience, template: RemedyTemplate, parameters: Record<string, string>];

/** What somebody now has to send or to repair in this stage, and until when; nothing in most. */
export const remedyDue = (stage: string, deadline: string): readonly Told[] => {
  switch (stage) {
    case "repairing":
      return [
        ["buyer", "buyer.repair_due", { deadline }],
        ["merchant", "merchant.repair_due", { deadline }],
      ];
    case "awaiting_reshipment":
      return [
        ["buyer", "buyer.replacement_due", { deadline }],
        ["merchant", "merchant.replacement_due", { deadline }],
      ];
    default:
      return [];
  }
};

/** Who is told what of an event on the way to goods instead of money; nobody of most. */
export const remedyMessages = (
  { type, stage, payload }: NotifiableEvent,
  deadline: string,
  amount: string,
): readonly Told[] => {
  switch (type) {
    case "ReturnInspected":
    case "RepairFinished":
    case "DisputeWithdrawn":
      return remedyDue(stage, deadline);
    case "VerdictUncontested":
      // Else what is due was told with the verdict.
      return payload.basis === "silence" ? remedyDue(stage, deadline) : [];
    case "ReplacementShipped":
      return [["buyer", "buyer.replacement_shipped", { trackingNumber: String(payload.trackingNumber) }]];
    case "ReplacementStuck": {
      const stuck = { cause: String(payload.cause), deadline };
      return [
        ["buyer", "buyer.replacement_stuck", stuck],
        ["merchant", "merchant.replacement_stuck", stuck],
      ];
    }
    case "ReplacementDelivered":
      return [["buyer", "buyer.replacement_delivered", { deadline }]];
    case "ReplacementLost":
      return [
        ["buyer", "buyer.replacement_lost", {}],
        ["merchant", "merchant.replacement_lost", {}],
      ];
    case "ReplacementConfirmed": {
      const confirmed: Told = [
        "merchant",
        "merchant.replacement_confirmed",
        { basis: `confirmed_${payload.basis}` },
      ];
      return stage === "awaiting_shipment"
        ? [confirmed, ["buyer", "buyer.return_due", { deadline }]]
        : [confirmed];
    }
    case "GoodsKept":
      return [
        ["buyer", "buyer.goods_kept", { amount }],
        ["merchant", "merchant.goods_kept", {}],
        ["operator", "operator.goods_kept", { amount }],
      ];
    case "ProblemReported": {
      const cause = payload.cause === "not_received" ? "nothing_received" : String(payload.cause);
      return [["merchant", "merchant.problem_reported", { cause }]];
    }
    case "TurnedIntoRefund": {
      const cause = String(payload.cause);
      return [
        stage === "awaiting_shipment"
          ? ["buyer", "buyer.turned_into_return", { cause, deadline }]
          : ["buyer", "buyer.turned_into_refund", { cause }],
        ["merchant", "merchant.turned_into_refund", { cause }],
      ];
    }
    default:
      return [];
  }
};
