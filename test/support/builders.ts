import type { Actor, CaseDetail, CaseLine, CaseState, FiledCase } from "../../functions/domain/case.ts";
import type { ReturnInspection } from "../../functions/domain/judgment/input.ts";
import type { Liability, Party, Verdict } from "../../functions/domain/judgment/verdict.ts";

/** Builders of domain objects: the ordinary case, and a test names only what it is about. */

/** Monday, 2 March 2026, noon in Shanghai. */
export const monday = Date.UTC(2026, 2, 2, 4);
export const hour = 3_600_000;
export const day = 24 * hour;

export const buyer: Actor = { role: "buyer", id: "buyer-1" };
export const partner: Actor = { role: "partner", id: "platform-client" };
export const merchant: Actor = { role: "merchant", id: "merchant-1" };
export const warehouse: Actor = { role: "warehouse", id: "inspector-1" };
export const operator: Actor = { role: "operator", id: "operator-1" };
export const carrier: Actor = { role: "carrier", id: "kuaidi100" };
/** People who rule, by name. */
export const arbiter: Actor = { role: "operator", id: "arbiter-1" };
export const secondArbiter: Actor = { role: "operator", id: "arbiter-2" };
export const system: Actor = { role: "system", id: "test" };
export const everybody = [buyer, partner, merchant, warehouse, operator, carrier, system] as const;

/** All liability on one party. */
export const whollyOn = (party: Party): Liability => ({
  merchant: 0,
  platform: 0,
  carrier: 0,
  buyer: 0,
  [party]: 10_000,
});

export const aLine = (but: Partial<CaseLine> = {}): CaseLine => ({
  lineId: "line-1",
  itemId: "item-1",
  title: "Handbag, second hand",
  quantity: 1,
  amountMinor: 128_000n,
  heldQuantity: 1,
  commissionBps: 3_000,
  knownFlaws: [],
  ...but,
});

export const aDetail = (but: Partial<CaseDetail> = {}): CaseDetail => ({
  reason: "CHANGED_MIND",
  description: "I would rather have the blue one.",
  lines: [aLine()],
  ...but,
});

export const aReturn = (but: Partial<FiledCase> = {}): FiledCase => ({
  tenantId: "tenant-1",
  caseId: "case-1",
  type: "return_and_refund",
  orderId: "order-1",
  buyerId: buyer.id,
  merchantId: merchant.id,
  currency: "CNY",
  detail: aDetail(),
  ...but,
});

/** The buyer keeps the goods: nothing has to come back and no unit is held. */
export const aRefundOnly = (but: Partial<FiledCase> = {}): FiledCase =>
  aReturn({ type: "refund_only", detail: aDetail({ lines: [aLine({ heldQuantity: 0 })] }), ...but });

/** What never arrived is sent again: nothing comes back and no unit is held. */
export const aResend = (but: Partial<FiledCase> = {}): FiledCase =>
  aReturn({
    type: "resend",
    detail: aDetail({ reason: "EMPTY_PACKAGE", lines: [aLine({ heldQuantity: 0 })] }),
    ...but,
  });

export const aVerdict = (but: Partial<Verdict> = {}): Verdict => ({
  number: 1,
  rule: "quality-problem",
  rulesVersion: "cn-standard@1",
  liability: whollyOn("merchant"),
  route: "merchant",
  remedies: ["refund_only", "return_and_refund"],
  refundCapBps: 10_000,
  freight: { payer: "merchant", capMinor: 2_000n },
  clocks: { merchantAnswerHours: 48, silence: "approve" },
  explanation: { "zh-CN": "质量问题由商户负责。", en: "The merchant answers for quality." },
  told: {
    buyer: { "zh-CN": "经核实属实。", en: "It is confirmed." },
    merchant: { "zh-CN": "责任由贵方承担。", en: "You answer for it." },
  },
  confidence: { bps: 5_000, records: 1, claims: 1, unknown: 0 },
  facts: {},
  trace: [
    { rule: "window-over", matched: false, failedOn: "withinNoReasonWindow" },
    { rule: "quality-problem", matched: true },
  ],
  nearMisses: [],
  judgedAt: monday,
  ...but,
});

type InspectedLine = ReturnInspection["lines"][number];

/** Everything came back as it was sent, except where a test says otherwise. */
export const anInspection = (
  { lines }: Pick<CaseDetail, "lines">,
  but: Partial<InspectedLine> = {},
  inspectedAt = monday,
): ReturnInspection => ({
  inspectedAt,
  inspectedBy: "warehouse",
  lines: lines.map(({ lineId, quantity }) => ({
    lineId,
    receivedQuantity: quantity,
    sameItem: true,
    flaws: [],
    ...but,
  })),
});

/** A case's reference, as the store takes it. */
export const referenceOf = ({ tenantId, caseId }: Pick<CaseState, "tenantId" | "caseId">) => ({
  tenantId,
  caseId,
});
