import type { BilingualText } from "./judgment/verdict.ts";
import type { Audience, NotifiableEvent } from "./notifications.ts";
import { type CaseType, isRefund } from "./request.ts";

/** What is said of a dispute, to those it concerns. */
export const disputeTemplates = {
  "concerned.judged_again.awaiting_objection": {
    "zh-CN": "售后单 {caseId} 已按退货验收结果重新判定。如有异议，请在 {deadline} 前提出；逾期按该判定结算。",
    en: "Case {caseId} was judged again on what came back. If you do not agree, object by {deadline}; else it is settled by that verdict.",
  },
  "concerned.judged_again.awaiting_ruling": {
    "zh-CN": "售后单 {caseId} 已按双方提交的证据重新判定，等待仲裁员裁定。",
    en: "Case {caseId} was judged again on the evidence. An arbiter decides.",
  },
  "concerned.disputed": {
    "zh-CN": "售后单 {caseId} 进入仲裁（{ground}）。请在 {deadline} 前陈述并举证；逾期按现有材料裁定。",
    en: "Case {caseId} is disputed ({ground}). Say what you have to say by {deadline}; after that it is decided on file.",
  },
  "concerned.dispute_statement": {
    "zh-CN": "售后单 {caseId}：{other}提交了新的陈述。举证期限至 {deadline}。",
    en: "Case {caseId}: {other} has made a statement. You are heard until {deadline}.",
  },
  "concerned.dispute_proposal": {
    "zh-CN":
      "售后单 {caseId}：{other}提出和解：{proposed}，退款 {amount}。您可在仲裁员裁定或裁定生效前接受。",
    en: "Case {caseId}: {other} proposes: {proposed}, {amount} refunded. You may accept it until an arbiter rules or a ruling is final.",
  },
  "concerned.dispute_proposal_of_goods": {
    "zh-CN":
      "售后单 {caseId}：{other}提出和解：{proposed}；无法履行的，退款 {amount}。您可在仲裁员裁定或裁定生效前接受。",
    en: "Case {caseId}: {other} proposes: {proposed}; {amount} refunded if that cannot be done. You may accept it until an arbiter rules or a ruling is final.",
  },
  "concerned.appeal_withdrawn": {
    "zh-CN": "售后单 {caseId}：{other}已撤回上诉。您仍可在 {deadline} 前上诉；逾期裁定生效。",
    en: "Case {caseId}: {other} has let its appeal go. You may still appeal, by {deadline}; after that the ruling is final.",
  },
  "concerned.dispute_withdrawn": {
    "zh-CN": "售后单 {caseId}：{other}已撤回异议。",
    en: "Case {caseId}: {other} has let the objection go.",
  },
  "concerned.dispute_overtaken": {
    "zh-CN": "售后单 {caseId}：物流有新进展，将重新判定。",
    en: "Case {caseId}: there is news of the parcel, so the case is judged again.",
  },
  "concerned.dispute_overtaken_by_silence": {
    "zh-CN": "售后单 {caseId}：包裹长时间无物流更新，将重新判定。",
    en: "Case {caseId}: nothing was heard of the parcel for as long as its carrier is given, so the case is judged again.",
  },
  "concerned.ruled": {
    "zh-CN": "售后单 {caseId} 已裁定（{rulingBasis}）。如不服，请在 {deadline} 前上诉一次；逾期裁定生效。",
    en: "Case {caseId} was ruled on ({rulingBasis}). You may appeal once, by {deadline}; after that the ruling is final.",
  },
  "concerned.ruled_finally": {
    "zh-CN": "售后单 {caseId} 的上诉已裁定，该裁定为终局。",
    en: "The appeal in case {caseId} was ruled on. The ruling is final.",
  },
  "concerned.appealed": {
    "zh-CN": "售后单 {caseId}：{other}已上诉。请在 {deadline} 前陈述并举证，随后由另一位仲裁员裁定。",
    en: "Case {caseId}: {other} has appealed. You are heard until {deadline}; then another arbiter decides.",
  },
  "operator.ruling_due": {
    "zh-CN": "售后单 {caseId} 等待裁定，请在 {deadline} 前裁定。",
    en: "Case {caseId} is waiting for a ruling. Please rule by {deadline}.",
  },
  "operator.ruling_overdue": {
    "zh-CN": "售后单 {caseId} 的裁定已逾期；至 {deadline} 仍未裁定的，以现有判定为准。",
    en: "Case {caseId} still waits for a ruling. Without one by {deadline}, the verdict that stands decides.",
  },
} as const;

export type DisputeTemplate = keyof typeof disputeTemplates;

/** Words for the closed values that stand in these messages. */
export const disputeWords: { readonly [parameter: string]: { readonly [value: string]: BilingualText } } = {
  other: { buyer: { "zh-CN": "买家", en: "the buyer" }, merchant: { "zh-CN": "商户", en: "the merchant" } },
  ground: {
    refusal: { "zh-CN": "买家不服商户拒绝", en: "the buyer objects to the merchant's refusal" },
    ineligible: { "zh-CN": "买家不服不予受理", en: "the buyer objects to the ineligible verdict" },
    return_inspected: {
      "zh-CN": "对退货验收判定有异议",
      en: "somebody objects to the verdict on what came back",
    },
    arbitration: { "zh-CN": "判定要求仲裁", en: "the verdict asks for an arbiter" },
  },
  proposed: {
    refund_only: { "zh-CN": "商品归买家", en: "the buyer keeps the goods" },
    return_and_refund: { "zh-CN": "商品退回", en: "the goods come back" },
    exchange: { "zh-CN": "换货", en: "the goods are exchanged for others of the same" },
    repair: { "zh-CN": "维修", en: "the goods are repaired" },
    resend: { "zh-CN": "补寄", en: "what did not arrive is sent again" },
  },
  rulingBasis: {
    arbiter: { "zh-CN": "仲裁员裁定", en: "by an arbiter" },
    silence: {
      "zh-CN": "逾期未裁定，以现有判定为裁定",
      en: "nobody ruled in time, so the verdict that stands is the ruling",
    },
  },
};

type Told = readonly [audience: Audience, template: DisputeTemplate, parameters: Record<string, string>];

const otherOf = (side: unknown): "buyer" | "merchant" => (side === "buyer" ? "merchant" : "buyer");

const both = (template: DisputeTemplate, parameters: Record<string, string>): readonly Told[] => [
  ["buyer", template, parameters],
  ["merchant", template, parameters],
];

/** Who is told what of a dispute's event; nobody of most. */
export const disputeMessages = (
  { type, stage, payload }: NotifiableEvent,
  deadline: string,
  amount: string,
): readonly Told[] => {
  const toOther = (template: DisputeTemplate, parameters: Record<string, string> = {}): readonly Told[] => [
    [otherOf(payload.party), template, { other: String(payload.party), ...parameters }],
  ];
  switch (type) {
    case "CaseJudged":
      return stage === "awaiting_objection"
        ? both("concerned.judged_again.awaiting_objection", { deadline })
        : both("concerned.judged_again.awaiting_ruling", {});
    case "DisputeOpened":
      return both("concerned.disputed", { deadline, ground: String(payload.ground) });
    case "StatementSubmitted":
      return stage === "disputed" ? toOther("concerned.dispute_statement", { deadline }) : [];
    case "EvidenceClosed":
    case "EvidenceWeighed":
      return stage === "awaiting_ruling" ? [["operator", "operator.ruling_due", { deadline }]] : [];
    case "SettlementProposed": {
      const proposed = String(payload.remedy);
      const ofMoney = isRefund(proposed as CaseType);
      return toOther(ofMoney ? "concerned.dispute_proposal" : "concerned.dispute_proposal_of_goods", {
        proposed,
        amount,
      });
    }
    case "DisputeWithdrawn":
      return payload.resolution === "appeal_open"
        ? toOther("concerned.appeal_withdrawn", { deadline })
        : toOther("concerned.dispute_withdrawn");
    case "DisputeOvertaken":
      return payload.cause === "parcel_silent"
        ? both("concerned.dispute_overtaken_by_silence", {})
        : both("concerned.dispute_overtaken", {});
    case "CaseRuled":
      return payload.final === true
        ? both("concerned.ruled_finally", {})
        : both("concerned.ruled", { deadline, rulingBasis: String(payload.basis) });
    case "RulingAppealed":
      return toOther("concerned.appealed", { deadline });
    default:
      return [];
  }
};
