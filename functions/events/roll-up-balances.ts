import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { CaseState } from "../domain/case.ts";
import { merchantPostings } from "../domain/settlement/merchant-money.ts";
import type { Transfer, TransferStage } from "../domain/settlement/transfer.ts";
import { caseStateKey, ledgerPlace } from "../store/keys.ts";
import {
  addUpPages,
  keepPostings,
  minuteOf,
  type PostingPage,
  type PostingSubject,
} from "../store/merchant-ledger.ts";
import { deployedTable, getItem, type Table } from "../store/table.ts";

/**
 * Rolls the ledger up into what each merchant has. It may meet a transfer twice, late and in any order.
 * What many transfers say of one page is written at once, so a case's settlement costs one write.
 */

/** Amounts stay exact: DynamoDB's numbers come as text. */
const transferIn = (record: DynamoDBRecord): Transfer | undefined => {
  const image = record.dynamodb?.NewImage;
  if (!image) return undefined;
  const item = unmarshall(image as Record<string, AttributeValue>, { wrapNumbers: (text) => text });
  return { ...item, amountMinor: BigInt(item.amountMinor), at: Number(item.at) } as Transfer;
};

const orderOfCase = async (table: Table, tenantId: string, caseId: string): Promise<string | undefined> =>
  (await getItem<Pick<CaseState, "orderId">>(table, caseStateKey(tenantId, caseId)))?.orderId;

const subjectOf = async (
  table: Table,
  tenantId: string,
  subject: string,
  stage: TransferStage,
): Promise<PostingSubject> => {
  if (stage === "sale") return { subject, orderId: subject };
  if (stage === "payout") return { subject, payoutId: subject };
  const orderId = await orderOfCase(table, tenantId, subject);
  return { subject, caseId: subject, ...(orderId ? { orderId } : {}) };
};

/** The pages that the records of a batch speak of, each once. */
const pagesOf = async (table: Table, records: readonly DynamoDBRecord[]): Promise<readonly PostingPage[]> => {
  const pages = new Map<string, PostingPage>();
  for (const record of records) {
    const transfer = transferIn(record);
    const place = ledgerPlace(record.dynamodb?.Keys?.PK?.S ?? "");
    if (!transfer || !place) continue;
    const { tenantId, subject } = place;
    for (const { merchantId, ...posting } of merchantPostings(transfer)) {
      const minute = minuteOf(posting.at);
      const name = [tenantId, merchantId, minute, subject].join(" ");
      const page = pages.get(name) ?? {
        tenantId,
        merchantId,
        minute,
        ...(await subjectOf(table, tenantId, subject, posting.stage)),
        postings: [],
      };
      // The same posting twice in one batch is one posting.
      const others = page.postings.filter(
        ({ stage, purpose }) => stage !== posting.stage || purpose !== posting.purpose,
      );
      pages.set(name, { ...page, postings: [...others, posting] });
    }
  }
  return [...pages.values()];
};

/** A batch that fails anywhere is delivered again as a whole: what was kept of it is kept again, the same. */
export const rollUpBalances = async (
  table: Table,
  { Records }: DynamoDBStreamEvent,
  now: number,
): Promise<DynamoDBBatchResponse> => {
  try {
    const pages = await pagesOf(table, Records);
    await Promise.all(pages.map((page) => keepPostings(table, page, now)));
    const merchants = new Map(
      pages.map(({ tenantId, merchantId }) => [`${tenantId} ${merchantId}`, { tenantId, merchantId }]),
    );
    await Promise.all([...merchants.values()].map((merchant) => addUpPages(table, merchant, now)));
    return { batchItemFailures: [] };
  } catch (error) {
    console.error(error);
    return { batchItemFailures: [{ itemIdentifier: Records[0]?.dynamodb?.SequenceNumber ?? "" }] };
  }
};

export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
  rollUpBalances(deployedTable(), event, Date.now());
