import { monotonicFactory } from "ulid";
import { type CaseDetail, fileCase } from "../../domain/case.ts";
import type { Item, OrderLine } from "../../domain/catalog.ts";
import { claimLine, exchangeBarredBy } from "../../domain/filing.ts";
import { goodsComeBack, isChangeOfMind, namesFlaw, suits } from "../../domain/request.ts";
import { termsAt } from "../../domain/settlement/tariff.ts";
import { endpoint, type Reply, type Request } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import { calendarsToFreeze } from "../../store/calendars.ts";
import { commitFiledCase, isLineConflict } from "../../store/cases.ts";
import { findItem, findMerchant, findOrder } from "../../store/catalog.ts";
import { retryRaces } from "../../store/retry.ts";
import type { Conflict, Table } from "../../store/table.ts";
import { findTariffs } from "../../store/tariffs.ts";
import { actorOf } from "./access.ts";
import { receiptOf, replyWrites } from "./command.ts";
import { fileCaseOperation } from "./operations.ts";

type Filing = Request<typeof fileCaseOperation>;
type ClaimedLine = Filing["body"]["lines"][number];

const newCaseId = monotonicFactory();

export const fileCaseEndpoint = endpoint(fileCaseOperation, async (request, { table }) => {
  requireFlawToFitReason(request.body);
  requireTypeToFitReason(request.body);
  const caseId = newCaseId(request.now);
  // A claim is computed anew when another case of the same line was faster.
  return retryRaces(() => tryToFile(table, request, caseId), isRaceForLine);
});

const isRaceForLine = ({ conflicts }: Conflict): boolean =>
  conflicts.every((conflict) => isLineConflict(conflict) || conflict === "transaction");

const requireFlawToFitReason = ({ reason, claimedFlaw }: Filing["body"]): void => {
  if (claimedFlaw && isChangeOfMind(reason)) {
    throw invalidField("/claimedFlaw", `The reason ${reason} is a change of mind: it claims no flaw.`);
  }
  if (namesFlaw(reason) && !claimedFlaw) {
    throw invalidField("/claimedFlaw", `The reason ${reason} names a flaw: say which and where.`);
  }
};

/** A part is not worth all that its line cost: what is refunded for it, if it cannot be sent, is asked here. */
const requireTypeToFitReason = ({ type, reason, lines }: Filing["body"]): void => {
  if (!suits(type, reason)) {
    throw invalidField("/type", `Is no remedy for the reason ${reason}: ask for another one.`);
  }
  const unpriced = lines.findIndex(({ amountMinor }) => amountMinor === undefined);
  if (type === "resend" && reason === "MISSING_PART" && unpriced !== -1) {
    throw invalidField(`/lines/${unpriced}/amountMinor`, "Say what the missing part is worth.");
  }
};

const tryToFile = async (table: Table, request: Filing, caseId: string): Promise<Reply> => {
  const { caller, body, now, idempotency } = request;
  const { tenantId } = caller;
  const found = await findOrder(table, tenantId, body.orderId);
  if (!found || (caller.role === "buyer" && found.order.buyerId !== caller.buyerId)) throw notFound("order");

  const claims = body.lines.map((claimed, index) => ({
    claimed,
    index,
    line: requireLine(found.lines, body.lines, claimed, index),
  }));
  const [first] = claims;
  if (!first) throw invalidField("/lines", "A case has at least one line.");
  const { merchantId } = first.line;
  const other = claims.find(({ line }) => line.merchantId !== merchantId);
  if (other) {
    throw new Problem("merchant_mismatch", "A case is about one merchant; file one for each.", [
      { pointer: `/lines/${other.index}/lineId`, detail: `Line ${other.line.lineId} is another merchant's.` },
    ]);
  }
  const lines = await Promise.all(
    claims.map(async ({ claimed, index, line }) => {
      const [item, exchangeFor] = await Promise.all([
        findItem(table, tenantId, line.itemId),
        exchangeOf(table, request, claimed, index, line, found.order.currency),
      ]);
      if (!item) throw invalidField(`/lines/${index}/lineId`, "The line's item is gone.");
      if (claimed.amountMinor !== undefined && goodsComeBack(body.type)) {
        throw invalidField(
          `/lines/${index}/amountMinor`,
          "Only a refund_only or a resend case asks for an amount.",
        );
      }
      return claimLine(body, { ...claimed, ...exchangeFor }, index, line, item);
    }),
  );
  const [tariffs, calendars, merchant] = await Promise.all([
    findTariffs(table, tenantId),
    calendarsToFreeze(table, tenantId),
    findMerchant(table, tenantId, merchantId),
  ]);
  const feeTerms = termsAt(tariffs, found.order.currency, now);
  const { queueShards = 1 } = merchant ?? {};
  const detail: CaseDetail = {
    reason: body.reason,
    description: body.description ?? "",
    lines,
    ...(body.claimedFlaw ? { claimedFlaw: body.claimedFlaw } : {}),
    ...(feeTerms ? { feeTerms } : {}),
  };
  const { buyerId, currency } = found.order;
  const filed = fileCase(
    {
      tenantId,
      caseId,
      type: body.type,
      orderId: body.orderId,
      buyerId,
      merchantId,
      currency,
      detail,
      ...(calendars ? { calendars } : {}),
      ...(queueShards > 1 ? { queueShards } : {}),
      ...(found.order.region === undefined ? {} : { region: found.order.region }),
    },
    now,
    actorOf(caller),
  );
  const replyTo = (after: Parameters<typeof receiptOf>[0]): Reply => ({
    status: 201,
    body: receiptOf(after),
    version: after.version,
    location: `/v1/cases/${caseId}`,
  });
  const after = await commitFiledCase(
    table,
    filed,
    claims.map(({ line }) => line),
    (state) => replyWrites(table, fileCaseOperation, caller, idempotency, replyTo(state), now),
  );
  return replyTo(after);
};

/** The item a line is to be exchanged for, where it is another than the line's own. */
const exchangeOf = async (
  table: Table,
  { caller, body }: Filing,
  { exchangeForItemId: itemId }: ClaimedLine,
  index: number,
  line: OrderLine,
  currency: string,
): Promise<{ readonly exchangeFor?: Pick<Item, "itemId" | "title"> }> => {
  if (itemId === undefined || itemId === line.itemId) return {};
  const pointer = `/lines/${index}/exchangeForItemId`;
  if (body.type !== "exchange") throw invalidField(pointer, "Only an exchange names another item.");
  const wanted = await findItem(table, caller.tenantId, itemId);
  const barredBy = exchangeBarredBy(wanted, line, currency);
  if (!wanted || barredBy !== undefined) throw invalidField(pointer, `The item ${barredBy}.`);
  return { exchangeFor: { itemId, title: wanted.title } };
};

const requireLine = (
  lines: readonly OrderLine[],
  claimed: readonly ClaimedLine[],
  { lineId }: ClaimedLine,
  index: number,
): OrderLine => {
  const line = lines.find((candidate) => candidate.lineId === lineId);
  if (!line) throw invalidField(`/lines/${index}/lineId`, `The order has no line ${lineId}.`);
  if (claimed.findIndex((other) => other.lineId === lineId) !== index) {
    throw invalidField(`/lines/${index}/lineId`, `Line ${lineId} is claimed twice.`);
  }
  return line;
};
