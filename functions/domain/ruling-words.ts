import type { DisputeSide } from "./dispute.ts";
import type { BilingualText, Verdict } from "./judgment/verdict.ts";
import { formatMinor } from "./money.ts";
import type { CaseType, RefundType } from "./request.ts";
import { isInKind } from "./ruled-remedy.ts";
import type { RulingTerms } from "./ruling.ts";

/** What a decision means for a side, made from the decision itself, so that no reason can promise something else. */

const text = (zh: string, en: string): BilingualText => ({ "zh-CN": zh, en });

const joined = (...parts: readonly BilingualText[]): BilingualText =>
  text(parts.map((part) => part["zh-CN"]).join(""), parts.map(({ en }) => en).join(" "));

/** What was ruled, and whether goods are still to be sent. */
type Ruled = Pick<RulingTerms, "remedy" | "compensationMinor" | "liability"> & {
  readonly refundMinor: bigint;
  readonly goodsOwed: boolean;
};

/** What is given in goods: once the others are back, or at once; and when the amount takes its place. */
const inKindWords: {
  readonly [remedy in Exclude<CaseType, RefundType>]: {
    readonly onceBack: BilingualText;
    readonly atOnce: BilingualText;
    readonly otherwise: BilingualText;
  };
} = {
  exchange: {
    onceBack: text("寄回商品后换货；", "Once the goods are back, another piece of the same is sent;"),
    atOnce: text("换货；", "Another piece of the same is sent;"),
    otherwise: text("无货可换的，退款", "if there is none,"),
  },
  repair: {
    onceBack: text("寄回商品后维修；", "Once the goods are back, they are repaired and returned;"),
    atOnce: text("商品维修后寄回；", "The goods are repaired and returned;"),
    otherwise: text("不能修好的，退款", "if that cannot be done,"),
  },
  resend: {
    onceBack: text("补寄；", "What did not arrive is sent again;"),
    atOnce: text("补寄；", "What did not arrive is sent again;"),
    otherwise: text("无法补寄的，退款", "if that cannot be done,"),
  },
};

/** Said to both sides alike. */
const sayInKind = (
  remedy: Exclude<CaseType, RefundType>,
  goodsOwed: boolean,
  amount: string,
): BilingualText => {
  const { onceBack, atOnce, otherwise } = inKindWords[remedy];
  return joined(
    goodsOwed ? onceBack : atOnce,
    otherwise,
    text(` ${amount}。`, `${amount} is refunded to the buyer instead.`),
  );
};

const sayRefund = (side: DisputeSide, { remedy, goodsOwed }: Ruled, amount: string): BilingualText => {
  if (remedy === "none") return text("不予退款。", "Nothing is refunded.");
  if (isInKind(remedy)) return sayInKind(remedy, goodsOwed, amount);
  if (goodsOwed) {
    return side === "buyer"
      ? text(`寄回商品后退款 ${amount}。`, `${amount} is refunded once the goods are back.`)
      : text(`收回商品后向买家退款 ${amount}。`, `The buyer is refunded ${amount} once the goods are back.`);
  }
  return side === "buyer"
    ? text(`向您退款 ${amount}，无需再寄商品。`, `You are refunded ${amount} and need send nothing further.`)
    : text(
        `向买家退款 ${amount}，无商品待退回。`,
        `The buyer is refunded ${amount}; nothing further comes back.`,
      );
};

const sayShare = (side: DisputeSide, { liability }: Ruled): BilingualText => {
  const share = `${liability[side] / 100} %`;
  return side === "buyer"
    ? text(`您承担 ${share} 的责任。`, `Your share of the liability is ${share}.`)
    : text(`贵方承担 ${share} 的责任。`, `Your share of the liability is ${share}.`);
};

/** The reason, then what follows for the side that reads it. */
export const sayRuling = (
  side: DisputeSide,
  reason: BilingualText,
  ruled: Ruled,
  currency: string,
): BilingualText => {
  const { compensationMinor = 0n } = ruled;
  const amount = formatMinor(compensationMinor, currency);
  return joined(
    reason,
    sayRefund(side, ruled, formatMinor(ruled.refundMinor, currency)),
    ...(compensationMinor > 0n
      ? [text(`另有赔偿 ${amount}。`, `Compensation of ${amount} comes on top.`)]
      : []),
    sayShare(side, ruled),
  );
};

/** Nobody ruled in time: the verdict that stands is the ruling. */
export const sayUnruled = (
  { explanation, told }: Verdict,
  granted: "goods" | "refund" | "nothing",
): Pick<Verdict, "explanation" | "told"> => {
  const late = text(
    "仲裁期限内无人裁定，以现有判定为裁定。",
    "Nobody ruled in time, so the verdict that stands is the ruling.",
  );
  const follows = {
    goods: text(
      "按申请履行；无法履行的，退款。",
      "What was asked for is given; if it cannot be had, the buyer is refunded.",
    ),
    refund: text("按该判定退款。", "The refund it provides for is made."),
    nothing: text("该判定不支持退款。", "It provides for no refund."),
  }[granted];
  return {
    explanation: joined(late, explanation, follows),
    told: { buyer: joined(late, told.buyer, follows), merchant: joined(late, told.merchant, follows) },
  };
};

/** Both sides want the same. */
export const sayAgreement = (
  {
    remedy,
    refundMinor,
    goodsOwed,
  }: Pick<Ruled, "refundMinor" | "goodsOwed"> & { readonly remedy: CaseType },
  currency: string,
): BilingualText => {
  const amount = formatMinor(refundMinor, currency);
  if (isInKind(remedy)) {
    return joined(text("双方达成一致：", "Both sides have agreed:"), sayInKind(remedy, goodsOwed, amount));
  }
  return remedy === "return_and_refund"
    ? text(
        `双方达成一致：寄回商品后退款 ${amount}。`,
        `Both sides have agreed: ${amount} is refunded once the goods are back.`,
      )
    : text(
        `双方达成一致：退款 ${amount}，商品不退回。`,
        `Both sides have agreed: ${amount} is refunded and the goods stay with the buyer.`,
      );
};
