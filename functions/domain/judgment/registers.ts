import { wholeBps } from "../money.ts";
import { type CaseType, goodsComeBack, isRefund } from "../request.ts";
import { caseTypeWords, lossTermWords, partyWords } from "./fact-words.ts";
import type { PartyReader } from "./readers.ts";
import type { BilingualText, Loss, ShipFirst, Verdict } from "./verdict.ts";

/**
 * What follows from a verdict, said to a party. It is made from the outcome itself, so that no text of a rule
 * can promise something else.
 */

export type Consequences = Pick<
  Verdict,
  "route" | "liability" | "remedies" | "refundCapBps" | "freight" | "clocks"
> & {
  readonly type: CaseType | undefined;
  readonly loss: Loss | undefined;
  readonly shipFirst: ShipFirst | undefined;
  /** The goods are on their way back or were: nothing is left to send. */
  readonly shipped: boolean;
  /** The rule would give another remedy than the one asked for. */
  readonly otherRemedyNeeded: boolean;
};

/** A sentence in both languages. */
export const text = (zh: string, en: string): BilingualText => ({ "zh-CN": zh, en });

/** Sentences one after the other. */
export const joined = (parts: readonly BilingualText[]): BilingualText =>
  text(parts.map((part) => part["zh-CN"]).join(""), parts.map(({ en }) => en).join(" "));

export const percent = (bps: number): string => `${bps / 100} %`;

const openRemedies = ({ remedies }: Consequences): BilingualText =>
  text(
    remedies.map((remedy) => caseTypeWords[remedy]["zh-CN"]).join("、"),
    remedies.map((remedy) => caseTypeWords[remedy].en).join(", "),
  );

const refundFor = (verdict: Consequences): BilingualText => {
  const { refundCapBps, shipped, remedies, type, shipFirst } = verdict;
  if (shipFirst) return sayShipFirst("buyer");
  if (type && !isRefund(type) && remedies.includes(type)) {
    const { "zh-CN": zh, en } = caseTypeWords[type];
    return shipped || !goodsComeBack(type)
      ? text(`将为您办理${zh}。`, `You get what you asked for: ${en}.`)
      : text(`请寄回商品，验收后办理${zh}。`, `Send the goods back; after inspection: ${en}.`);
  }
  if (refundCapBps === 0) return text("本次不予退款。", "Nothing is refunded.");
  const part =
    refundCapBps === wholeBps
      ? text("全额退款", "the full amount is refunded")
      : text(`最多退款申请金额的 ${percent(refundCapBps)}`, `at most ${percent(refundCapBps)} is refunded`);
  return shipped || remedies.includes("refund_only")
    ? text(`您将获得${part["zh-CN"]}。`, `You need send nothing further: ${part.en}.`)
    : text(`请寄回商品，验收后${part["zh-CN"]}。`, `Send the goods back; after inspection ${part.en}.`);
};

const forBuyer = (verdict: Consequences): readonly BilingualText[] => {
  const { route, clocks, freight, shipped, remedies, type, shipFirst, otherRemedyNeeded } = verdict;
  const returning =
    !shipped && remedies.includes("return_and_refund") && (type === undefined || goodsComeBack(type));
  const carriage = returning
    ? [
        freight.payer === "buyer"
          ? text("退货运费由您承担。", "You pay the return freight.")
          : text("退货运费无需您承担。", "You do not pay the return freight."),
      ]
    : [];
  switch (route) {
    case "ineligible": {
      const open = openRemedies(verdict);
      return otherRemedyNeeded
        ? [text(`您可改为申请：${open["zh-CN"]}。`, `You can ask for this instead: ${open.en}.`)]
        : [text("因此本次申请不符合条件。", "So this request cannot be granted.")];
    }
    case "automatic":
      return [refundFor(verdict), ...carriage];
    case "merchant":
      return [
        clocks.silence === "approve"
          ? text(
              `商户须在 ${clocks.merchantAnswerHours} 小时内答复，逾期视为同意。`,
              `The merchant answers within ${clocks.merchantAnswerHours} hours; no answer is consent.`,
            )
          : text(
              `商户须在 ${clocks.merchantAnswerHours} 小时内答复，逾期视为拒绝。`,
              `The merchant answers within ${clocks.merchantAnswerHours} hours; no answer is a refusal.`,
            ),
        ...(shipFirst ? [text("同意后：", "If it is approved:"), sayShipFirst("buyer")] : []),
        ...carriage,
      ];
    case "arbitration":
      return [text("将由工作人员核查后作出决定。", "A person looks into it and decides.")];
    default:
      return route satisfies never;
  }
};

/** What the merchant is owed for a loss, to the merchant or to the arbiter. */
export const sayLoss = ({ pays, payer }: Loss, reader: "merchant" | "arbiter"): BilingualText => {
  const [zh, en] = reader === "merchant" ? ["贵方", "you"] : ["商户", "the merchant"];
  return text(
    `按合同，${partyWords[payer]["zh-CN"]}就货损向${zh}赔付：${lossTermWords[pays]["zh-CN"]}。`,
    `For the loss ${partyWords[payer].en} owes ${en} ${lossTermWords[pays].en}.`,
  );
};

/** That the replacement goes first, and what is expected then. */
export const sayShipFirst = (reader: PartyReader | "arbiter"): BilingualText => {
  switch (reader) {
    case "buyer":
      return text(
        "换货商品将先行寄出；收到后请寄回原商品。",
        "The replacement is sent to you first; send the goods back once you have it.",
      );
    case "merchant":
      return text(
        "请先寄出换货商品，原商品随后退回；如买家未退回，由平台承担。",
        "Send the replacement first; the goods come back afterwards, and if they never do, the platform bears it.",
      );
    case "arbiter":
      return text(
        "换货商品先于退货寄出，由平台承担买家不退回的风险。",
        "The replacement is sent before the goods come back; that they may not is the platform's risk.",
      );
    default:
      return reader satisfies never;
  }
};

const forMerchant = ({
  route,
  clocks,
  liability,
  freight,
  shipped,
  loss,
  shipFirst,
}: Consequences): readonly BilingualText[] => {
  const { merchant } = liability;
  const share =
    merchant === wholeBps
      ? text("责任由贵方承担。", "You answer for it.")
      : merchant === 0
        ? text("责任不在贵方。", "You do not answer for it.")
        : text(`贵方承担 ${percent(merchant)} 的责任。`, `You answer for ${percent(merchant)} of it.`);
  const carriage =
    freight.payer === "merchant" && !shipped
      ? [text("如需退货，运费由贵方承担。", "If the goods come back, you pay the freight.")]
      : [];
  const owed = [
    ...(loss ? [sayLoss(loss, "merchant")] : []),
    ...(shipFirst ? [sayShipFirst("merchant")] : []),
  ];
  switch (route) {
    case "ineligible":
      return [
        text("申请不符合条件，贵方无需处理。", "The request was not granted; nothing is asked of you."),
      ];
    case "automatic":
      return [share, ...owed, ...carriage];
    case "merchant":
      return [
        clocks.silence === "approve"
          ? text(
              `请在 ${clocks.merchantAnswerHours} 小时内答复，逾期视为同意。`,
              `Answer within ${clocks.merchantAnswerHours} hours; no answer is consent.`,
            )
          : text(
              `请在 ${clocks.merchantAnswerHours} 小时内答复，逾期视为拒绝。`,
              `Answer within ${clocks.merchantAnswerHours} hours; no answer is a refusal.`,
            ),
        ...owed,
        ...carriage,
      ];
    case "arbitration":
      return [
        text("转人工仲裁，裁定前不扣款。", "An arbiter decides; nothing is charged to you before that."),
      ];
    default:
      return route satisfies never;
  }
};

/** Why, if the rule says it to this reader, and what follows. */
export const sayTo = (
  reader: PartyReader,
  why: BilingualText | undefined,
  verdict: Consequences,
): BilingualText =>
  joined([...(why ? [why] : []), ...(reader === "buyer" ? forBuyer(verdict) : forMerchant(verdict))]);
