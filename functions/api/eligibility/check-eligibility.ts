import { type CaseDetail, fileCase } from "../../domain/case.ts";
import { type Item, maximumRequestsPerLine, type OrderLine } from "../../domain/catalog.ts";
import { CaseError, type CaseErrorCode } from "../../domain/errors.ts";
import { claimLine } from "../../domain/filing.ts";
import { eligibilityOf } from "../../domain/judgment/eligibility.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import type { CompiledRuleSet } from "../../domain/judgment/rule-set.ts";
import {
  type CaseType,
  caseTypes,
  isChangeOfMind,
  namesFlaw,
  type Reason,
  reasons,
  suits,
} from "../../domain/request.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, notFound } from "../../http/problem.ts";
import { type FoundOrder, findOrder } from "../../store/catalog.ts";
import { type JudgedRecords, judgmentInputOf, readJudgedRecords } from "../../store/judgment-input.ts";
import { countReturnsOwed } from "../../store/returns-owed.ts";
import { rulesFiledUnder } from "../../store/rules-in-force.ts";
import { checkEligibilityOperation } from "./operations.ts";

type Question = Request<typeof checkEligibilityOperation>;

/** What filing refuses before anything is judged. */
const refusals: readonly CaseErrorCode[] = ["requests_exceeded", "quantity_exceeded", "refundable_exceeded"];

/** The request as filing would write it down, judged as the machine would judge it. */
const optionOf = (
  question: Question,
  found: FoundOrder,
  line: OrderLine,
  records: JudgedRecords & { readonly returnsOwed: number },
  rules: CompiledRuleSet,
  item: Item,
  reason: Reason,
  type: CaseType,
) => {
  const { caller, body, now } = question;
  const asked = {
    reasonKind: isChangeOfMind(reason) ? ("change_of_mind" as const) : ("fault" as const),
    reason,
    type,
  };
  let claimed: CaseDetail["lines"][number];
  try {
    const quantity = body.quantity ?? Math.max(1, line.remainingQuantity);
    claimed = claimLine(asked, { quantity }, 0, line, item);
  } catch (error) {
    if (!(error instanceof CaseError && refusals.includes(error.code))) throw error;
    return { ...asked, status: "closed" as const, problem: error.code };
  }
  if (namesFlaw(reason) && !body.claimedFlaw) {
    return { ...asked, status: "depends" as const };
  }
  const detail: CaseDetail = {
    reason,
    description: "",
    lines: [claimed],
    // A change of mind claims no flaw; the caller asks about all its reasons at once.
    ...(body.claimedFlaw && !isChangeOfMind(reason) ? { claimedFlaw: body.claimedFlaw } : {}),
  };
  const { tenantId, orderId, buyerId, currency } = found.order;
  const { state } = fileCase(
    { tenantId, caseId: "", type, orderId, buyerId, merchantId: line.merchantId, currency, detail },
    now,
    { role: caller.role, id: caller.id },
  );
  const input = {
    ...judgmentInputOf({ state, detail }, records, now),
    ...(type === "exchange" ? { returnsOwed: records.returnsOwed } : {}),
  };
  const { verdict, open, until } = eligibilityOf(rules, input);
  const { explanation, freight } = readAs(caller.role === "buyer" ? "buyer" : "arbiter", verdict);
  return {
    ...asked,
    status: open ? ("open" as const) : ("closed" as const),
    route: verdict.route,
    explanation,
    ...(until === undefined ? {} : { until }),
    ...(open
      ? {
          buyerPaysFreight: freight.buyerPays,
          ...(freight.payer ? { freightPayer: freight.payer } : {}),
          refundCapBps: verdict.refundCapBps,
        }
      : {}),
  };
};

export const checkEligibilityEndpoint = endpoint(checkEligibilityOperation, async (question, { table }) => {
  const { caller, body } = question;
  const found = await findOrder(table, caller.tenantId, body.orderId);
  if (!found || (caller.role === "buyer" && found.order.buyerId !== caller.buyerId)) throw notFound("order");
  const line = found.lines.find(({ lineId }) => lineId === body.lineId);
  if (!line) throw invalidField("/lineId", `The order has no line ${body.lineId}.`);
  const [records, returnsOwed, rules] = await Promise.all([
    readJudgedRecords(table, caller.tenantId, { ...found, lines: [line] }, line.merchantId, question.now),
    countReturnsOwed(table, caller.tenantId, found.order.buyerId),
    rulesFiledUnder(table, caller.tenantId, question.now),
  ]);
  const item = records.lines[0]?.item;
  if (!item) throw invalidField("/lineId", "The line's item is gone.");
  const asked = [...new Set(body.reasons ?? reasons)];
  return {
    status: 200,
    body: {
      orderId: found.order.orderId,
      lineId: line.lineId,
      currency: found.order.currency,
      requestsLeft: Math.max(0, maximumRequestsPerLine - line.caseIds.length),
      remainingQuantity: line.remainingQuantity,
      refundableMinor: line.remainingMinor,
      rulesVersion: rules.version,
      options: asked.flatMap((reason) =>
        caseTypes
          .filter((type) => suits(type, reason))
          .map((type) =>
            optionOf(question, found, line, { ...records, returnsOwed }, rules, item, reason, type),
          ),
      ),
    },
  };
});
