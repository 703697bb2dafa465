import { isDeepStrictEqual } from "node:util";
import { cancelCaseOperation, fileCaseOperation } from "../../functions/api/cases/operations.ts";
import {
  decideCasesOperation,
  getQueueCountsOperation,
  getQueueOperation,
} from "../../functions/api/desk/operations.ts";
import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { dayMs } from "../../functions/domain/calendar.ts";
import { formatMinor } from "../../functions/domain/money.ts";
import type { Input, SuccessOf } from "./api-client.ts";
import type { World } from "./story.ts";

/** A busy merchant answers all that waits for it in one request, with mixed outcomes. */

const tenant = "lux";
const partner = { tenant, role: "partner" } as const;
const merchantId = "busy-house";
const merchant = { tenant, role: "merchant", merchantId } as const;
const params = { merchantId };
const paidMinor = 50_000;

type Row = Input<typeof decideCasesOperation>["body"]["decisions"][number];
type Answer = SuccessOf<typeof decideCasesOperation>;

export type DeskStory = {
  readonly counts: SuccessOf<typeof getQueueCountsOperation>;
  readonly rows: SuccessOf<typeof getQueueOperation>["items"];
  readonly tried: Answer;
  readonly done: Answer;
  /** The same request once more. */
  readonly again: Answer;
  readonly decisions: readonly Row[];
  /** Wall clock of the request that decided, in milliseconds. */
  readonly tookMs: number;
};

const linesAnOrder = 25;

/** So many cases that wait for one merchant, of goods inspected before they left. */
const fileCases = async ({ api, service }: World, count: number): Promise<readonly string[]> => {
  const at = (daysAgo: number) => new Date(service.clock.now() - daysAgo * dayMs).toISOString();
  const inspection = { inspectedAt: at(9), grade: "A", flaws: [], photoHashes: [] };
  const contract = {
    effectiveFrom: at(300),
    commissionBps: 3_000,
    transitRisk: "carrier",
    custodyRisk: "platform",
  };
  await api.call(partner, putMerchantOperation, {
    params,
    body: { name: "Busy House", contracts: [contract as never] },
  });
  await api.call(partner, putItemOperation, {
    params: { itemId: "busy-coat" },
    body: {
      merchantId,
      title: "Coat, wool",
      category: "clothing",
      intakeInspection: inspection,
      disclosedFlaws: [],
    },
  });
  const caseIds: string[] = [];
  for (let from = 0; from < count; from += linesAnOrder) {
    const orderId = `ord-busy-${from}`;
    const lineIds = Array.from({ length: Math.min(linesAnOrder, count - from) }, (_, line) =>
      String(line + 1),
    );
    await api.call(partner, putOrderOperation, {
      params: { orderId },
      body: {
        buyerId: "buyer-01",
        currency: "CNY",
        placedAt: at(6),
        lines: lineIds.map((lineId) => ({
          lineId,
          itemId: "busy-coat",
          quantity: 1,
          paidMinor,
          exclusionConfirmed: false,
          packedBy: "platform" as const,
          outboundInspection: inspection,
          signedOffAt: at(1),
        })),
      },
    });
    for (const lineId of lineIds) {
      const { caseId } = await api.call(partner, fileCaseOperation, {
        body: {
          orderId,
          type: "return_and_refund",
          reason: "DEFECTIVE",
          claimedFlaw: { code: "open_seam", place: "back" },
          lines: [{ lineId, quantity: 1 }],
        },
      });
      caseIds.push(caseId);
    }
  }
  await service.idle();
  return caseIds;
};

/** Five kinds of rows in turn: three that are allowed, one without its proof, one whose buyer has withdrawn. */
const rowFor = (caseId: string, index: number): Row => {
  switch (index % 5) {
    case 0:
      return { caseId, decision: "approve" };
    case 1:
      return { caseId, decision: "refuse", reason: "goods_as_described" };
    case 2:
      return { caseId, decision: "counter_offer", remedy: "refund_only", amountMinor: paidMinor / 5 };
    case 3:
      return { caseId, decision: "refuse", reason: "used_or_worn" };
    default:
      return { caseId, decision: "approve" };
  }
};

/** Files so many cases and has the merchant answer them at once: tried, done, and sent again. */
export const playDesk = async (world: World, count: number): Promise<DeskStory> => {
  const { api, service } = world;
  const caseIds = await fileCases(world, count);
  const [counts, queue] = await Promise.all([
    api.call(merchant, getQueueCountsOperation, { params }),
    api.call(merchant, getQueueOperation, { params, query: { limit: "100" } }),
  ]);
  const withdrawn = caseIds.filter((_, index) => index % 5 === 4);
  for (const caseId of withdrawn) await api.call(partner, cancelCaseOperation, { params: { caseId } });
  await service.idle();
  const decisions = caseIds.map(rowFor);
  const headers = { "idempotency-key": `desk-${caseIds[0]}` };
  const tried = await api.call(merchant, decideCasesOperation, { params, body: { decisions, dryRun: true } });
  const beganAt = performance.now();
  const done = await api.call(merchant, decideCasesOperation, { params, body: { decisions }, headers });
  const tookMs = performance.now() - beganAt;
  const again = await api.call(merchant, decideCasesOperation, { params, body: { decisions }, headers });
  await service.idle();
  return { counts, rows: queue.items, tried, done, again, decisions, tookMs };
};

/** What the desk showed, a sentence a line. */
export const deskLines = ({ counts, rows, tried, done }: DeskStory): readonly string[] => {
  const [first] = rows;
  const { recommended, atStake } = first ?? {};
  return [
    `${counts.all} cases wait for ${merchantId}, ${counts.overdue} of them overdue`,
    ...(first && recommended && atStake
      ? [
          `the first: ${formatMinor(atStake.refundMinor, first.currency)} at stake, ${formatMinor(atStake.merchantMinor, first.currency)} of it the merchant's; recommended: ${recommended.decision}. ${recommended.because.en}`,
        ]
      : []),
    `tried: ${tried.wouldBeDecided} of ${tried.rows.length} rows would be decided; done: ${done.decided}, not: ${done.failed}`,
    ...done.rows.slice(0, 5).map(({ status, explanation }) => `${status} ${explanation}`),
  ];
};

/** What should have come of it and did not; a sentence, none if all is as it should be. */
export const deskDifferencesOf = ({
  counts,
  tried,
  done,
  again,
  decisions,
}: DeskStory): readonly string[] => {
  const allowed = decisions.filter((_, index) => index % 5 < 3).length;
  return [
    ...(counts.all === decisions.length
      ? []
      : [`The queue counts ${counts.all} of ${decisions.length} cases.`]),
    ...(tried.wouldBeDecided === allowed && done.decided === allowed
      ? []
      : [`Of ${allowed} rows ${tried.wouldBeDecided} would be and ${done.decided} are decided.`]),
    ...(isDeepStrictEqual(again, done) ? [] : ["The same request was answered otherwise."]),
  ];
};
