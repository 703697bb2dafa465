import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as z from "zod/mini";
import { getDisputeFileOperation } from "../../functions/api/arbitration/operations.ts";
import {
  cancelBacktestOperation,
  createBacktestOperation,
  getBacktestOperation,
  listExamplesOperation,
} from "../../functions/api/backtests/operations.ts";
import { replayParkedPushOperation } from "../../functions/api/carrier-webhook/operations.ts";
import {
  confirmParcelOperation,
  endCarrierSubscriptionOperation,
  getCarrierSubscriptionOperation,
  resolveParcelExceptionOperation,
  rotateCarrierSecretOperation,
} from "../../functions/api/carriers/operations.ts";
import {
  cancelCaseOperation,
  fileCaseOperation,
  getCaseOperation,
  getNotificationsOperation,
  getTimelineOperation,
  listCasesOperation,
} from "../../functions/api/cases/operations.ts";
import {
  extendDeadlineOperation,
  getCalendarOperation,
  pauseClockOperation,
  putCalendarOperation,
  resumeClockOperation,
} from "../../functions/api/clocks/operations.ts";
import {
  answerOfferOperation,
  decideCaseOperation,
  decideCasesOperation,
  getQueueCountsOperation,
  getQueueOperation,
} from "../../functions/api/desk/operations.ts";
import {
  acceptProposalOperation,
  acceptRulingOperation,
  appealRulingOperation,
  assignDisputeOperation,
  getDisputeOperation,
  openDisputeOperation,
  proposeSettlementOperation,
  ruleCaseOperation,
  submitStatementOperation,
  withdrawDisputeOperation,
} from "../../functions/api/disputes/operations.ts";
import { checkEligibilityOperation } from "../../functions/api/eligibility/operations.ts";
import { announceEvidenceOperation, listEvidenceOperation } from "../../functions/api/evidence/operations.ts";
import { listVerdictsOperation, previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import {
  answerLabelOperation,
  getLabelOperation,
  orderReturnLabelOperation,
} from "../../functions/api/labels/operations.ts";
import {
  addReturnShipmentOperation,
  changeDispositionOperation,
  inspectReturnOperation,
  reportNotReceivedOperation,
  shipReturnOperation,
} from "../../functions/api/logistics/operations.ts";
import {
  listMessagesOperation,
  markReadOperation,
  postMessageOperation,
} from "../../functions/api/messages/operations.ts";
import { operations } from "../../functions/api/operations.ts";
import {
  advancePayoutOperation,
  confirmPayoutOperation,
  getMerchantBalanceOperation,
  getPayoutOperation,
  getStatementOperation,
  provePayoutOperation,
  recoverPayoutOperation,
  retryPayoutOperation,
  runPayoutsOperation,
} from "../../functions/api/payouts/operations.ts";
import {
  closeReconciliationOperation,
  createReconciliationOperation,
  getReconciliationOperation,
  listFindingsOperation,
  putReconciliationPartOperation,
} from "../../functions/api/payouts/reconciliation-operations.ts";
import {
  getPayoutScheduleOperation,
  putPayoutScheduleOperation,
} from "../../functions/api/payouts/schedule-operations.ts";
import {
  answerReplacementOperation,
  giveUpReplacementOperation,
  recordRepairOperation,
  shipReplacementOperation,
} from "../../functions/api/remedies/operations.ts";
import {
  createRuleSetOperation,
  getRuleSetOperation,
  publishRuleSetOperation,
  replaceRuleSetOperation,
  retireRuleSetOperation,
} from "../../functions/api/rules/operations.ts";
import type { draftBody } from "../../functions/api/rules/schemas.ts";
import {
  getCarrierClaimOperation,
  getSettlementOperation,
  getTariffOperation,
  putTariffOperation,
  settleCarrierClaimOperation,
} from "../../functions/api/settlement/operations.ts";
import {
  getItemOperation,
  getMerchantOperation,
  getOrderOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import type { Operation } from "../../functions/http/operation.ts";
import type { Answer, As, Input } from "../../lib/demo/api-client.ts";
import { kuaidi100Push } from "../../lib/demo/kuaidi100-push.ts";
import { everythingIn, type Journey, startJourney } from "../support/journey.ts";
import { promptMerchant, sellFor } from "../support/journey-money.ts";
import { changedMind, faultWithoutRecord } from "../support/journey-requests.ts";
import { aDocument } from "../support/rules.ts";
import { aPhoto } from "../support/upload-bucket.ts";

/** What belongs to somebody else answers exactly like what does not exist. */

let journey: Journey;
/** A case of `lux`, of buyer-08 and second-bloom, that waits for the merchant. */
let caseId: string;
/** What `lux` owes a merchant for a sale whose window has ended. */
let payoutId: string;
/** Another of `lux`, of buyer-01 and atelier-shanghai, that waits for the buyer to ship. */
let shippableCaseId: string;

/** A backtest of `lux` that is done. */
let backtestId: string;

const lux = { tenant: "lux", role: "partner" } as const;
const document = aDocument() as Omit<z.input<typeof draftBody>, "name">;
const nowhere = "01AAAAAAAAAAAAAAAAAAAAAAAA";

beforeAll(async () => {
  journey = await startJourney();
  const { api, service } = journey;
  caseId = (await api.call(lux, fileCaseOperation, { body: faultWithoutRecord("ord-1008") })).caseId;
  shippableCaseId = (await api.call(lux, fileCaseOperation, { body: changedMind("ord-1001") })).caseId;
  await api.call(lux, createRuleSetOperation, {
    body: { rulesetId: "house", name: "House", ...document },
  });
  const period = { closedFrom: "2020-01-01T00:00:00Z", closedTo: "2040-01-01T00:00:00Z" };
  const begun = await api.call(lux, createBacktestOperation, {
    body: { rulesetId: "house", version: 1, ...period },
  });
  backtestId = begun.backtestId;
  await service.idle();
  await service.clock.advance(1_000);
  await api.call(lux, putCalendarOperation, {
    params: { calendarId: "house" },
    body: { timeZone: "Asia/Shanghai", weekly: { monday: [{ opens: "09:00", closes: "18:00" }] } },
  });
  await api.call(lux, putTariffOperation, {
    params: { tariffId: "standard" },
    body: {
      currency: "CNY",
      periods: [
        {
          effectiveFrom: new Date(service.clock.now() + 86_400_000).toISOString(),
          caseFeeMinor: 500,
          refundFeeBps: 0,
          rebateBps: 5_000,
          firstAnswerWithinHours: 12,
          inspectionWithinHours: 48,
        },
      ],
    },
  });
  await service.idle();
  payoutId = await instructedPayout();
  await api.call(lux, putPayoutScheduleOperation, {
    params: { scheduleId: "daily" },
    body: { every: "day", hour: 9, timeZone: "Asia/Shanghai" },
  });
  await api.call(lux, createReconciliationOperation, {
    body: { reconciliationId: "first", from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
  });
}, 120_000);

afterAll(() => journey?.stop());

/** A merchant without a hold, one sale of it, and a run. */
const instructedPayout = async (): Promise<string> => {
  await promptMerchant(journey, "prompt");
  await sellFor(journey, "prompt", "ord-prompt", 100_000);
  const { payouts } = await journey.api.call(lux, runPayoutsOperation, { body: { runId: "first" } });
  const [payout] = payouts;
  if (!payout) throw new RangeError("nothing was instructed");
  return payout.payoutId;
};

const pastInstant = () => new Date(journey.service.clock.now() - 60_000).toISOString();

/** A request about a thing, with everything else in order. */
type About = { readonly operation: Operation; readonly inputOf: (id: string) => Input<Operation> };

const about = <O extends Operation>(operation: O, inputOf: (id: string) => Input<O>): About => ({
  operation,
  inputOf: (id) => inputOf(id) as Input<Operation>,
});

const aboutCase: readonly About[] = [
  about(getCaseOperation, (id) => ({ params: { caseId: id } })),
  about(getTimelineOperation, (id) => ({ params: { caseId: id } })),
  about(getNotificationsOperation, (id) => ({ params: { caseId: id } })),
  about(getSettlementOperation, (id) => ({ params: { caseId: id } })),
  about(listVerdictsOperation, (id) => ({ params: { caseId: id } })),
  about(previewJudgmentOperation, (id) => ({ body: { caseId: id } })),
  about(cancelCaseOperation, (id) => ({ params: { caseId: id } })),
  about(listMessagesOperation, (id) => ({ params: { caseId: id } })),
  about(postMessageOperation, (id) => ({
    params: { caseId: id },
    body: { audience: "parties" as const, text: "hello" },
  })),
  about(markReadOperation, (id) => ({ params: { caseId: id }, body: { upTo: nowhere } })),
  about(listEvidenceOperation, (id) => ({ params: { caseId: id } })),
  about(announceEvidenceOperation, (id) => ({ params: { caseId: id }, body: aPhoto("isolated") })),
  about(decideCaseOperation, (id) => ({ params: { caseId: id }, body: { decision: "approve" as const } })),
  about(answerOfferOperation, (id) => ({ params: { caseId: id }, body: { answer: "accept" as const } })),
  about(pauseClockOperation, (id) => ({
    params: { caseId: id },
    body: {
      until: new Date(journey.service.clock.now() + 3_600_000).toISOString(),
      reason: "other" as const,
    },
  })),
  about(resumeClockOperation, (id) => ({ params: { caseId: id } })),
  about(extendDeadlineOperation, (id) => ({
    params: { caseId: id },
    body: { hours: 24, reason: "festival" as const },
  })),
  about(shipReturnOperation, (id) => ({
    params: { caseId: id },
    body: { carrier: "kuaidi100", trackingNumber: "SF3000000000018" },
  })),
  about(orderReturnLabelOperation, (id) => ({ params: { caseId: id } })),
  about(addReturnShipmentOperation, (id) => ({
    params: { caseId: id },
    body: { carrier: "kuaidi100", trackingNumber: "SF3000000000019" },
  })),
  about(reportNotReceivedOperation, (id) => ({ params: { caseId: id }, body: {} })),
  about(openDisputeOperation, (id) => ({ params: { caseId: id }, body: { text: "No." } })),
  about(submitStatementOperation, (id) => ({ params: { caseId: id }, body: { rest: true } })),
  about(proposeSettlementOperation, (id) => ({
    params: { caseId: id },
    body: { remedy: "refund_only" as const, amountMinor: 1 },
  })),
  about(acceptProposalOperation, (id) => ({ params: { caseId: id }, body: { proposal: 1 } })),
  about(withdrawDisputeOperation, (id) => ({ params: { caseId: id } })),
  about(getDisputeOperation, (id) => ({ params: { caseId: id } })),
  about(appealRulingOperation, (id) => ({ params: { caseId: id }, body: { text: "No." } })),
  about(acceptRulingOperation, (id) => ({ params: { caseId: id } })),
  about(ruleCaseOperation, (id) => ({
    params: { caseId: id },
    body: {
      liability: { merchant: 10_000, platform: 0, carrier: 0, buyer: 0 },
      remedy: "none" as const,
      refundMinor: 0,
      freightPayer: "buyer" as const,
      reason: "No.",
    },
  })),
  about(assignDisputeOperation, (id) => ({ params: { caseId: id }, body: {} })),
  about(getDisputeFileOperation, (id) => ({ params: { caseId: id } })),
  about(inspectReturnOperation, (id) => ({
    params: { caseId: id },
    body: {
      inspectedAt: pastInstant(),
      lines: [{ lineId: "1", receivedQuantity: 1, sameItem: true, flaws: [] }],
    },
  })),
  about(changeDispositionOperation, (id) => ({
    params: { caseId: id },
    body: { lines: [{ lineId: "1", disposition: "SCRAP" as const }] },
  })),
  about(recordRepairOperation, (id) => ({
    params: { caseId: id },
    body: { outcome: "not_repairable" as const },
  })),
  about(shipReplacementOperation, (id) => ({
    params: { caseId: id },
    body: { carrier: "kuaidi100", trackingNumber: "SF3000000000099" },
  })),
  about(giveUpReplacementOperation, (id) => ({ params: { caseId: id } })),
  about(answerReplacementOperation, (id) => ({
    params: { caseId: id },
    body: { outcome: "confirmed" as const },
  })),
];

const aboutOrder: readonly About[] = [
  about(getOrderOperation, (id) => ({ params: { orderId: id } })),
  about(listCasesOperation, (id) => ({ query: { orderId: id } })),
  about(fileCaseOperation, (id) => ({ body: changedMind(id) })),
  about(checkEligibilityOperation, (id) => ({ body: { orderId: id, lineId: "1" } })),
];

const aboutMerchant: readonly About[] = [
  about(getMerchantOperation, (id) => ({ params: { merchantId: id } })),
  about(decideCasesOperation, (id) => ({
    params: { merchantId: id },
    body: { decisions: [{ caseId: nowhere, decision: "approve" as const }] },
  })),
  about(getQueueCountsOperation, (id) => ({ params: { merchantId: id } })),
  about(getQueueOperation, (id) => ({ params: { merchantId: id } })),
  about(getMerchantBalanceOperation, (id) => ({ params: { merchantId: id } })),
  about(getStatementOperation, (id) => ({ params: { merchantId: id }, query: { from: pastInstant() } })),
];

const aboutItem: readonly About[] = [about(getItemOperation, (id) => ({ params: { itemId: id } }))];

const aboutPayout: readonly About[] = [
  about(getPayoutOperation, (id) => ({ params: { payoutId: id } })),
  about(confirmPayoutOperation, (id) => ({
    params: { payoutId: id },
    body: { result: "succeeded" as const, attempt: 1 },
  })),
  about(retryPayoutOperation, (id) => ({ params: { payoutId: id } })),
  about(advancePayoutOperation, (id) => ({ params: { payoutId: id }, body: { reference: "bank-7" } })),
  about(recoverPayoutOperation, (id) => ({ params: { payoutId: id }, body: { reference: "bank-7" } })),
  about(provePayoutOperation, (id) => ({ params: { payoutId: id }, body: { reference: "bank-7" } })),
];

const aboutSchedule: readonly About[] = [
  about(getPayoutScheduleOperation, (id) => ({ params: { scheduleId: id } })),
];

const aboutReconciliation: readonly About[] = [
  about(getReconciliationOperation, (id) => ({ params: { reconciliationId: id } })),
  about(listFindingsOperation, (id) => ({ params: { reconciliationId: id } })),
  about(closeReconciliationOperation, (id) => ({ params: { reconciliationId: id } })),
  about(putReconciliationPartOperation, (id) => ({
    params: { reconciliationId: id, part: "1" },
    body: { lines: [{ payoutId: "po-1", amountMinor: 1, currency: "CNY", status: "paid" as const }] },
  })),
];

const firstRevision = { "if-match": '"1"' };

const aboutRuleSet: readonly About[] = [
  about(getRuleSetOperation, (id) => ({ params: { rulesetId: id } })),
  about(previewJudgmentOperation, (id) => ({ body: { facts: {}, rulesetId: id } })),
  about(replaceRuleSetOperation, (id) => ({
    params: { rulesetId: id },
    headers: firstRevision,
    body: { name: "Mine now", ...document },
  })),
  about(publishRuleSetOperation, (id) => ({
    params: { rulesetId: id },
    headers: firstRevision,
    body: { version: 1 },
  })),
  about(retireRuleSetOperation, (id) => ({
    params: { rulesetId: id },
    headers: firstRevision,
    body: { version: 1 },
  })),
];

const aboutBacktest: readonly About[] = [
  about(getBacktestOperation, (id) => ({ params: { backtestId: id } })),
  about(listExamplesOperation, (id) => ({ params: { backtestId: id } })),
  about(cancelBacktestOperation, (id) => ({ params: { backtestId: id } })),
];

const aboutCalendar: readonly About[] = [
  about(getCalendarOperation, (id) => ({ params: { calendarId: id } })),
];

const aboutTariff: readonly About[] = [about(getTariffOperation, (id) => ({ params: { tariffId: id } }))];

/** No case of this journey has a claim; of whose case it is not is told by its own test. */
const aboutClaim: readonly About[] = [
  about(getCarrierClaimOperation, (id) => ({ params: { claimId: `${id}.kuaidi100` } })),
  about(settleCarrierClaimOperation, (id) => ({
    params: { claimId: `${id}.kuaidi100` },
    body: { outcome: "written_off" as const },
  })),
];

const aboutLabel: readonly About[] = [
  about(getLabelOperation, (id) => ({ params: { labelId: `${id}.label` } })),
  about(answerLabelOperation, (id) => ({
    params: { labelId: `${id}.label` },
    body: { result: "failed" as const, reason: "mine now" },
  })),
];

const aboutSubscription: readonly About[] = [
  about(getCarrierSubscriptionOperation, (id) => ({ params: { subscriptionId: id } })),
  about(endCarrierSubscriptionOperation, (id) => ({ params: { subscriptionId: id } })),
  about(rotateCarrierSecretOperation, (id) => ({ params: { subscriptionId: id }, body: {} })),
];

/** Nothing was parked and nothing contradicted in this journey; whose they are is told by their own tests. */
const aboutTracking: readonly About[] = [
  about(confirmParcelOperation, (id) => ({
    params: { carrier: "kuaidi100", trackingNumber: id },
    body: { status: "delivered" as const, at: "2020-01-01T00:00:00Z" },
  })),
  about(resolveParcelExceptionOperation, (id) => ({
    params: { trackingNumber: id, kind: "delivered.returned" },
    body: { note: "seen" },
  })),
  about(replayParkedPushOperation, (id) => ({ params: { parkedPushId: id } })),
];

const foreigner = (tenant: string, role: As["role"]): As => ({
  tenant,
  role,
  ...(role === "operator" ? { operatorId: "arbiter-1" } : {}),
  ...(role === "buyer" ? { buyerId: "buyer-02" } : {}),
  ...(role === "merchant" ? { merchantId: "maison-rive" } : {}),
});

/** All that a client can see but the request's own id and its moment. */
const seen = ({ status, headers, text }: Answer) => ({
  status,
  text: text.replace(/"instance":"[^"]*"/, ""),
  headers: [...headers].filter(([name]) => !["apigw-requestid", "date", "content-length"].includes(name)),
});

/** The table as it was last looked at; whoever writes says so by `undefined`. */
let standing: ReadonlyMap<string, unknown> | undefined;

/** Asks about a real thing and about none, as each role of the operation; the answers must be the same. */
const tellsNothing = async (tenant: string, roles: readonly As["role"][], each: About, real: string) => {
  const { operation, inputOf } = each;
  const before = standing ?? (await everythingIn(journey));
  for (const role of roles.filter((one) => operation.roles.includes(one))) {
    const as = foreigner(tenant, role);
    const answer = await journey.api.send(as, operation, inputOf(real));
    const reference = await journey.api.send(as, operation, inputOf(nowhere));
    expect(seen(answer)).toEqual(seen(reference));
    expect(answer.status).toBe(404);
  }
  standing = await everythingIn(journey);
  expect(standing).toEqual(before);
};

const everyRole = ["partner", "buyer", "merchant", "operator", "warehouse"] as const;
const nameOf = ({ operation }: About): string => operation.operationId;
const withNames = (all: readonly About[]) => all.map((each) => [nameOf(each), each] as const);

describe("another tenant", () => {
  it.each(withNames(aboutCase))("%s: its case is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, caseId);
    await tellsNothing("vintage", everyRole, each, shippableCaseId);
  });

  it.each(withNames(aboutOrder))("%s: its order is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "ord-1008");
  });

  it.each(withNames(aboutMerchant))("%s: its merchant is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "second-bloom");
  });

  it.each(withNames(aboutItem))("%s: its item is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "jacket-0001");
  });

  it.each(withNames(aboutRuleSet))("%s: its rule set is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "house");
  });

  it.each(withNames(aboutBacktest))("%s: its backtest is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, backtestId);
  });

  it("cannot try its rules: they are not there", async () => {
    const period = { closedFrom: "2020-01-01T00:00:00Z", closedTo: "2040-01-01T00:00:00Z" };
    const begin = (rulesetId: string) =>
      journey.api.send({ tenant: "vintage", role: "operator" }, createBacktestOperation, {
        body: { rulesetId, version: 1, ...period },
      });
    expect(seen(await begin("house"))).toEqual(seen(await begin("nothing")));
  });

  it.each(withNames(aboutCalendar))("%s: its calendar is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "house");
  });

  it.each(withNames(aboutTariff))("%s: its tariff is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "standard");
  });

  it.each(withNames(aboutPayout))("%s: its payout is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, payoutId);
  });

  it.each(withNames(aboutSchedule))("%s: its schedule is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "daily");
  });

  it.each(withNames(aboutReconciliation))("%s: its reconciliation is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, "first");
  });

  it.each(withNames(aboutClaim))("%s: its claim is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, caseId);
  });

  it.each(withNames(aboutLabel))("%s: its label is not there", async (_name, each) => {
    await tellsNothing("vintage", everyRole, each, caseId);
  });

  it.each(withNames(aboutSubscription))("%s: its subscription is not there", async (_name, each) => {
    const subscriptionId = journey.world.subscriptions.lux.webhookPath.split("/").at(-1) ?? "";
    await tellsNothing("vintage", everyRole, each, subscriptionId);
  });

  it.each(withNames(aboutTracking))("%s: its parcel is not there", async (_name, each) => {
    const order = journey.world.fixtures.lux.orders["ord-1008"];
    const [line] = order?.lines ?? [];
    await tellsNothing("vintage", everyRole, each, line?.outboundParcel?.trackingNumber ?? "");
  });

  it("cannot sell its items: they cannot be synced into an order", async () => {
    const order = journey.world.fixtures.vintage.orders["ord-1001"];
    if (!order) throw new RangeError("the fixtures have no such order");
    const sell = (itemId: string) =>
      journey.api.send({ tenant: "vintage", role: "partner" }, putOrderOperation, {
        params: { orderId: "ord-9001" },
        body: {
          ...order,
          lines: order.lines.map(({ outboundParcel: _, ...line }) => ({ ...line, itemId })),
        },
      });
    expect(seen(await sell("jacket-0001"))).toEqual(seen(await sell("nothing")));
  });

  it("cannot move its parcels: the same waybill is another parcel there", async () => {
    standing = undefined;
    const { api, service, world } = journey;
    const params = { caseId: shippableCaseId };
    await api.call(lux, shipReturnOperation, {
      params,
      body: { carrier: "kuaidi100", trackingNumber: "SF3000000000025" },
    });
    const { webhookPath, secret } = world.subscriptions.vintage;
    const scans = [{ at: service.clock.now() - 60_000, what: "签收", area: "上海市" }] as const;
    const push = await api.raw(undefined, "POST", webhookPath, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: kuaidi100Push("SF3000000000025", scans, secret),
    });
    expect(push.status).toBe(200);
    await service.idle();
    const { stage, returnParcels } = await api.call(lux, getCaseOperation, { params });
    expect(stage).toBe("in_transit");
    expect(returnParcels).toMatchObject([{ status: "registered" }]);
  });
});

describe("another merchant or buyer of the same tenant", () => {
  it.each(withNames(aboutCase))("%s: the case is not there", async (_name, each) => {
    await tellsNothing("lux", ["buyer", "merchant"], each, caseId);
  });

  it.each(withNames(aboutOrder))("%s: the order is not there", async (_name, each) => {
    await tellsNothing("lux", ["buyer"], each, "ord-1008");
  });

  it.each(withNames([...aboutMerchant, ...aboutItem]))("%s: it is not there", async (name, each) => {
    await tellsNothing("lux", ["merchant"], each, name === "getItem" ? "jacket-0001" : "second-bloom");
  });

  it("a buyer lists nobody else's cases, and cannot tell whether there are any", async () => {
    const as = foreigner("lux", "buyer");
    const list = (buyerId: string) => journey.api.send(as, listCasesOperation, { query: { buyerId } });
    expect(seen(await list("buyer-08"))).toEqual(seen(await list("nobody")));
  });
});

it("no operation whose path names a case was left out", () => {
  const named = operations.filter(({ path }) => path.includes("{caseId}"));
  const asked = aboutCase.map(({ operation }) => operation);
  expect(named.filter((operation) => !asked.includes(operation)).map(({ path }) => path)).toEqual([]);
});

it("no operation with an id in it was left out", () => {
  const covered = new Set(
    [
      ...aboutCase,
      ...aboutOrder,
      ...aboutMerchant,
      ...aboutItem,
      ...aboutRuleSet,
      ...aboutBacktest,
      ...aboutCalendar,
      ...aboutTariff,
      ...aboutClaim,
      ...aboutPayout,
      ...aboutReconciliation,
      ...aboutSchedule,
      ...aboutSubscription,
      ...aboutTracking,
      ...aboutLabel,
    ].map(nameOf),
  );
  const left = operations
    .filter(({ operationId, roles }) => roles !== "public" && !covered.has(operationId))
    .map(({ operationId }) => operationId);
  // What these name is made by them, inside the caller's own tenant; the facts are everybody's.
  expect(left.sort()).toEqual([
    "createBacktest",
    "createReconciliation",
    "createRuleSet",
    "declareClockExtension",
    "getClockPlan",
    "listBacktests",
    "listCalendars",
    "listCarrierClaims",
    "listCarrierSubscriptions",
    "listCarriers",
    "listClockExtensions",
    "listDisputes",
    "listFacts",
    "listLabels",
    "listParcelExceptions",
    "listParkedPushes",
    "listPayoutSchedules",
    "listPayouts",
    "listRuleSets",
    "listTransitClocks",
    "putCalendar",
    "putClockPlan",
    "putItem",
    "putMerchant",
    "putOrder",
    "putPayoutSchedule",
    "putTariff",
    "putTransitClock",
    "runPayouts",
    "subscribeCarrier",
  ]);
});
