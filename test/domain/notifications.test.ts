import { describe, expect, it } from "vitest";
import { messagesFor, type NotifiableEvent, renderMessage } from "../../functions/domain/notifications.ts";
import { day, monday } from "../support/builders.ts";

const anEvent = (type: string, stage: string, payload: NotifiableEvent["payload"] = {}): NotifiableEvent => ({
  type,
  caseId: "case-1",
  stage,
  deadlineAt: monday + day,
  payload,
});
/** Told in the platform's time zone. */
const deadline = "2026-03-03 12:00 (UTC+8)";

/** Who is told of an event, and what has to stand in both languages of the message. */
const told: readonly (readonly [NotifiableEvent, readonly (readonly [string, string, string])[]])[] = [
  [
    anEvent("CaseJudged", "awaiting_merchant"),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [anEvent("CaseJudged", "ineligible"), [["buyer", deadline, deadline]]],
  [
    anEvent("PayoutSucceeded", "closed", { kind: "refund", amountMinor: 129_500, currency: "CNY" }),
    [["buyer", "1295.00 CNY 已支付", "1295.00 CNY for your request case-1 has been paid"]],
  ],
  [
    anEvent("PayoutAdvanced", "closed", { kind: "refund", amountMinor: 700, currency: "JPY" }),
    [["buyer", "700 JPY 已支付", "has been paid"]],
  ],
  [
    anEvent("PayoutFailed", "closed", { kind: "refund", amountMinor: 129_500, currency: "CNY" }),
    [
      ["buyer", "再次支付", "will be paid again"],
      ["operator", "平台垫付", "advance it"],
    ],
  ],
  [
    anEvent("CaseJudged", "settling", { verdictNumber: 2 }),
    [
      ["buyer", "重新判定", "settled by the new verdict"],
      ["merchant", "重新判定", "settled by the new verdict"],
    ],
  ],
  [
    anEvent("CaseJudged", "manual_review", { verdictNumber: 2 }),
    [
      ["buyer", "重新判定", "looks into it"],
      ["merchant", "重新判定", "looks into it"],
    ],
  ],
  [
    anEvent("CaseJudged", "awaiting_objection", { verdictNumber: 2 }),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("CaseJudged", "awaiting_ruling", { verdictNumber: 2 }),
    [
      ["buyer", "证据", "on the evidence"],
      ["merchant", "证据", "on the evidence"],
    ],
  ],
  ...(["refusal", "ineligible", "return_inspected", "arbitration"] as const).map(
    (ground) =>
      [
        anEvent("DisputeOpened", "disputed", { ground, party: "buyer" }),
        [
          ["buyer", deadline, deadline],
          ["merchant", "进入仲裁", "is disputed"],
        ],
      ] as const,
  ),
  [
    anEvent("StatementSubmitted", "disputed", { party: "buyer" }),
    [["merchant", deadline, "the buyer has made a statement"]],
  ],
  [
    anEvent("StatementSubmitted", "disputed", { party: "merchant" }),
    [["buyer", deadline, "the merchant has made a statement"]],
  ],
  [anEvent("EvidenceClosed", "awaiting_ruling", { basis: "rested" }), [["operator", deadline, deadline]]],
  [anEvent("EvidenceWeighed", "awaiting_ruling", { changed: true }), [["operator", deadline, deadline]]],
  [
    anEvent("DeadlineExtended", "awaiting_ruling", { cause: "arbiter_overdue" }),
    [["operator", deadline, deadline]],
  ],
  [
    anEvent("SettlementProposed", "disputed", {
      party: "merchant",
      remedy: "refund_only",
      amountMinor: 30_000,
      currency: "CNY",
    }),
    [["buyer", "300.00 CNY", "the buyer keeps the goods, 300.00 CNY refunded"]],
  ],
  ...(
    [
      [
        "exchange",
        "提出和解：换货；无法履行的，退款 300.00 CNY",
        "the goods are exchanged for others of the same",
      ],
      ["repair", "提出和解：维修", "the goods are repaired; 300.00 CNY refunded if that cannot be done"],
      ["resend", "提出和解：补寄", "what did not arrive is sent again"],
    ] as const
  ).map(
    ([remedy, zh, en]) =>
      [
        anEvent("SettlementProposed", "disputed", {
          party: "buyer",
          remedy,
          amountMinor: 30_000,
          currency: "CNY",
        }),
        [["merchant", zh, en]],
      ] as const,
  ),
  [
    anEvent("DisputeWithdrawn", "ruled", { party: "merchant", resolution: "appeal_open" }),
    [["buyer", `您仍可在 ${deadline} 前上诉`, `You may still appeal, by ${deadline}`]],
  ],
  [
    anEvent("DisputeWithdrawn", "awaiting_reshipment", { party: "merchant", resolution: "settles" }),
    [
      ["buyer", "撤回", "let the objection go"],
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  ...(["repairing", "awaiting_reshipment"] as const).flatMap(
    (stage) =>
      [
        [
          anEvent("CaseApproved", stage, { basis: "ruling" }),
          [
            ["merchant", "仲裁裁定", "by the ruling"],
            ["buyer", deadline, deadline],
            ["merchant", deadline, deadline],
          ],
        ],
        [
          anEvent("VerdictUncontested", stage, { basis: "silence" }),
          [
            ["buyer", deadline, deadline],
            ["merchant", deadline, deadline],
          ],
        ],
        [anEvent("VerdictUncontested", stage), []],
      ] as const,
  ),
  [
    anEvent("DisputeWithdrawn", "settling", { party: "merchant" }),
    [["buyer", "撤回", "let the objection go"]],
  ],
  [
    anEvent("DisputeOvertaken", "submitted", { cause: "parcel_news" }),
    [
      ["buyer", "重新判定", "judged again"],
      ["merchant", "重新判定", "judged again"],
    ],
  ],
  [
    anEvent("DisputeOvertaken", "submitted", { cause: "parcel_silent" }),
    [
      ["buyer", "长时间无物流更新", "nothing was heard"],
      ["merchant", "长时间无物流更新", "nothing was heard"],
    ],
  ],
  [
    anEvent("CaseRuled", "ruled", { basis: "arbiter", final: false }),
    [
      ["buyer", deadline, "by an arbiter"],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("CaseRuled", "ruled", { basis: "silence", final: false }),
    [
      ["buyer", "以现有判定为裁定", "the verdict that stands is the ruling"],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("CaseRuled", "settling", { basis: "arbiter", final: true }),
    [
      ["buyer", "终局", "final"],
      ["merchant", "终局", "final"],
    ],
  ],
  [anEvent("RulingAppealed", "disputed", { party: "merchant" }), [["buyer", deadline, "another arbiter"]]],
  [
    anEvent("CaseApproved", "settling", { basis: "ruling" }),
    [
      ["buyer", "退款处理中", "refund is on its way"],
      ["merchant", "仲裁裁定", "by the ruling"],
    ],
  ],
  [
    anEvent("CaseApproved", "awaiting_shipment", { basis: "silence" }),
    [
      ["buyer", deadline, deadline],
      ["merchant", "逾期未答复", "nobody answered in time"],
    ],
  ],
  [
    anEvent("CaseApproved", "settling", { basis: "merchant" }),
    [
      ["buyer", "退款处理中", "refund is on its way"],
      ["merchant", "商户同意", "by the merchant"],
    ],
  ],
  [
    anEvent("CaseApproved", "settling", { basis: "agreement" }),
    [
      ["buyer", "退款处理中", "refund is on its way"],
      ["merchant", "接受了您的方案", "accepted your offer"],
    ],
  ],
  [
    anEvent("OfferMade", "offered", { remedy: "refund_only", amountMinor: 38_400, currency: "CNY" }),
    [["buyer", "您保留商品，退款 384.00 CNY", "you keep the goods, 384.00 CNY refunded"]],
  ],
  [
    anEvent("OfferDeclined", "awaiting_merchant", { basis: "buyer" }),
    [["merchant", deadline, `answer the request by ${deadline}`]],
  ],
  [
    anEvent("OfferDeclined", "awaiting_merchant", { basis: "silence" }),
    [
      ["merchant", "未答复", "did not answer your offer"],
      ["buyer", "已失效", "has lapsed"],
    ],
  ],
  [anEvent("CaseRefused", "refused", { basis: "merchant" }), [["buyer", deadline, deadline]]],
  [
    anEvent("CaseRefused", "refused", { basis: "silence" }),
    [
      ["buyer", deadline, deadline],
      ["merchant", "逾期未答复", "not answered in time"],
    ],
  ],
  [
    anEvent("ParcelStuck", "in_transit", { trackingNumber: "SF1", step: "nudge", cause: "no_first_scan" }),
    [
      ["buyer", "尚未揽收", "may not have been handed in"],
      ["merchant", "SF1", "SF1"],
    ],
  ],
  [
    anEvent("ParcelStuck", "in_transit", { trackingNumber: "SF1", step: "claim", cause: "no_movement" }),
    [
      ["buyer", "索赔", "counts as lost"],
      ["merchant", deadline, deadline],
      ["operator", "索赔", "announce the claim"],
    ],
  ],
  [
    anEvent("ParcelMovedOn", "in_transit", { trackingNumber: "SF1" }),
    [
      ["buyer", "恢复运输", "moving again"],
      ["merchant", "恢复运输", "moving again"],
    ],
  ],
  [
    anEvent("ReturnNotReceived", "in_transit"),
    [
      ["buyer", "未收到", "is not there"],
      ["merchant", "未收到", "reported as not received"],
      ["operator", deadline, deadline],
    ],
  ],
  [
    anEvent("ParcelFound", "awaiting_inspection", { trackingNumber: "SF1", inTime: true }),
    [["merchant", "已找到", "has turned up"]],
  ],
  [
    anEvent("ParcelFound", "closed", { trackingNumber: "SF1", inTime: false }),
    [["operator", "已找到", "what becomes of the goods"]],
  ],
  [
    anEvent("ParcelFound", "closed", { trackingNumber: "SF1", inTime: false, outbound: true }),
    [["operator", "已送达买家", "delivered after all"]],
  ],
  [
    anEvent("ParcelLost", "lost"),
    [
      ["buyer", "丢失", "counts as lost"],
      ["merchant", "丢失", "counts as lost"],
    ],
  ],
  [
    anEvent("DeadlineExtended", "in_transit", { cause: "scanned_since" }),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("DeadlineExtended", "manual_review", { cause: "operator_overdue" }),
    [["operator", deadline, deadline]],
  ],
  [
    anEvent("DeadlineExtended", "awaiting_merchant", { cause: "festival", owedBy: ["merchant"] }),
    [
      ["buyer", "节假日", "festival"],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("DeadlineExtended", "awaiting_inspection", { cause: "disaster", owedBy: ["warehouse"] }),
    [
      ["buyer", deadline, deadline],
      ["merchant", "自然灾害", "disaster"],
      ["warehouse", deadline, deadline],
    ],
  ],
  [
    anEvent("ClockPaused", "awaiting_merchant", { cause: "authority", pausedUntil: monday + day }),
    [
      ["buyer", deadline, deadline],
      ["merchant", "等待主管部门", "waiting for an authority"],
    ],
  ],
  [
    anEvent("ClockResumed", "awaiting_merchant", { owedBy: ["merchant"] }),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("DeadlineApproaching", "awaiting_merchant", { percent: 50, owedBy: ["merchant"] }),
    [["merchant", "50%", "50 %"]],
  ],
  [
    anEvent("DeadlineApproaching", "awaiting_merchant", { percent: 80, owedBy: ["merchant"] }),
    [
      ["merchant", deadline, deadline],
      ["operator", "商户", "the merchant has not acted"],
    ],
  ],
  [
    anEvent("DeadlinePassed", "settling", { owedBy: ["warehouse"] }),
    [
      ["warehouse", "时限已到", "has passed"],
      ["operator", "仓库", "the warehouse did not act"],
    ],
  ],
  [anEvent("DeadlinePassed", "closed", { owedBy: ["buyer"] }), [["buyer", "时限已到", "has passed"]]],
  [
    anEvent("DeadlineApproaching", "manual_review", { percent: 80, owedBy: ["operator"] }),
    [["operator", deadline, deadline]],
  ],
  [anEvent("CaseCancelled", "cancelled"), [["merchant", "撤销", "cancelled"]]],
  [anEvent("ParcelDelivered", "awaiting_inspection"), [["merchant", deadline, deadline]]],
  [
    anEvent("ParcelDelivered", "awaiting_inspection", { elsewhere: true }),
    [["merchant", "地点", "another place"]],
  ],
  [
    anEvent("ParcelDelivered", "in_transit", { trackingNumber: "SF1" }),
    [["merchant", "SF1", "still on their way"]],
  ],
  [
    anEvent("CaseClosed", "closed", { outcome: "partially_refunded" }),
    [
      ["buyer", "已部分退款", "refunded in part"],
      ["merchant", "已部分退款", "refunded in part"],
    ],
  ],
  [
    anEvent("ReturnInspected", "awaiting_reshipment"),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("DispositionDecided", "settling", { itemId: "bag-7", quantity: 2, disposition: "SCRAP" }),
    [["merchant", "bag-7（2 件）：报废", "scrapped"]],
  ],
  [
    anEvent("DispositionDecided", "settling", {
      itemId: "bag-7",
      quantity: 1,
      disposition: "RESTOCK",
      instead: "QUARANTINE",
    }),
    [["merchant", "重新上架", "back into stock"]],
  ],
  [
    anEvent("ReturnInspected", "repairing"),
    [
      ["buyer", "维修", "repaired"],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("CaseApproved", "awaiting_reshipment", { basis: "rule" }),
    [
      ["merchant", "按规则", "by its rule"],
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [
    anEvent("CaseJudged", "awaiting_reshipment", { verdictNumber: 2 }),
    [
      ["buyer", deadline, deadline],
      ["merchant", deadline, deadline],
    ],
  ],
  [anEvent("ReplacementShipped", "reshipping", { trackingNumber: "SF2" }), [["buyer", "SF2", "SF2"]]],
  [anEvent("ReplacementDelivered", "awaiting_confirmation"), [["buyer", deadline, deadline]]],
  [
    anEvent("ReplacementLost", "lost"),
    [
      ["buyer", "丢失", "counts as lost"],
      ["merchant", "丢失", "counts as lost"],
    ],
  ],
  [
    anEvent("ReplacementConfirmed", "settling", { basis: "silence" }),
    [["merchant", "逾期", "nobody said otherwise"]],
  ],
  [
    anEvent("ReplacementConfirmed", "awaiting_shipment", { basis: "buyer" }),
    [
      ["merchant", "买家确认", "by the buyer"],
      ["buyer", deadline, deadline],
    ],
  ],
  [
    anEvent("GoodsKept", "settling", { basis: "silence", amountMinor: 128_000n, currency: "CNY" }),
    [
      ["buyer", "1280.00 CNY", "1280.00 CNY"],
      ["merchant", "由平台", "The platform pays you"],
      ["operator", "1280.00 CNY", "1280.00 CNY"],
    ],
  ],
  [
    anEvent("TurnedIntoRefund", "awaiting_shipment", { cause: "cannot_supply" }),
    [
      ["buyer", deadline, deadline],
      ["merchant", "无货可寄", "cannot be had"],
    ],
  ],
  [anEvent("ProblemReported", "manual_review", { cause: "faulty" }), [["merchant", "质量问题", "faulty"]]],
  [
    anEvent("TurnedIntoRefund", "settling", { cause: "cannot_supply" }),
    [
      ["buyer", "无货可寄", "cannot be had"],
      ["merchant", "无货可寄", "cannot be had"],
    ],
  ],
  [
    anEvent("ManualReviewResolved", "awaiting_inspection", { resolution: "resume", owedBy: ["warehouse"] }),
    [
      ["buyer", deadline, "runs again"],
      ["merchant", deadline, "runs again"],
      ["warehouse", deadline, "runs again"],
    ],
  ],
  [anEvent("ManualReviewResolved", "in_transit", { resolution: "resume", owedBy: [] }), []],
  [anEvent("ManualReviewResolved", "awaiting_shipment", { resolution: "approve", owedBy: ["buyer"] }), []],
  [
    anEvent("ManualReviewOpened", "manual_review", { cause: "delivery_not_confirmed" }),
    [["operator", "未经确认", "weak signature"]],
  ],
];

describe("the messages of an event", () => {
  it.each(told)("$type in $stage", (event, expected) => {
    const messages = messagesFor(event);
    expect(messages.map(({ audience }) => audience)).toEqual(expected.map(([audience]) => audience));
    for (const [index, message] of messages.entries()) {
      const { "zh-CN": chinese, en } = renderMessage(message);
      const [, inChinese, inEnglish] = expected[index] ?? [];
      expect(chinese).toContain(inChinese);
      expect(en).toContain(inEnglish);
      for (const text of [chinese, en]) {
        expect(text).toContain("case-1");
        expect(text).not.toMatch(/[{}—]|undefined/);
      }
      expect(chinese).toMatch(/\p{Script=Han}/u);
      expect(chinese).not.toMatch(/\p{Script=Han}[,;:()]|[,;:()]\p{Script=Han}/u);
      expect(en).not.toMatch(/\p{Script=Han}/u);
    }
  });

  it.each([
    "refunded",
    "partially_refunded",
    "not_refunded",
    "refused",
    "ineligible",
    "never_shipped",
    "exchanged",
    "repaired",
    "resent",
    "return_owed",
    "cancelled",
    "unresolved",
  ])("names the outcome %s in both languages", (outcome) => {
    const [message] = messagesFor(anEvent("CaseClosed", "closed", { outcome }));
    if (!message) throw new Error("an end is told");
    const { "zh-CN": chinese, en } = renderMessage(message);
    expect(chinese).not.toContain(outcome);
    expect(chinese).toMatch(/已结束：\p{Script=Han}+/u);
    expect(en).not.toContain("_");
  });

  it.each([
    ["CaseFiled", "submitted"],
    ["CaseJudged", "settling"],
    ["CaseJudged", "manual_review"],
    ["StatementSubmitted", "awaiting_ruling"],
    ["EvidenceClosed", "evidence_closed"],
    ["DisputeAssigned", "awaiting_ruling"],
    ["RulingFinalized", "settling"],
    ["FundsReserved", "awaiting_shipment"],
    ["ReturnShipped", "in_transit"],
    ["ReturnInspected", "settling"],
    ["RefundSettled", "settling"],
    ["SomethingNew", "closed"],
  ])("are none for %s in %s", (type, stage) => {
    expect(messagesFor(anEvent(type, stage))).toEqual([]);
  });

  it("are none for goods that simply go back into stock", () => {
    const back = { itemId: "bag-7", quantity: 1, disposition: "RESTOCK" };
    expect(messagesFor(anEvent("DispositionDecided", "settling", back))).toEqual([]);
  });

  it("say that there is no deadline rather than inventing one", () => {
    const { deadlineAt: _, ...event } = anEvent("CaseRefused", "refused");
    const [message] = messagesFor(event);
    if (!message) throw new Error("a refusal is told");
    expect(renderMessage(message).en).toContain("until —");
  });
});
