import { randomBytes } from "node:crypto";
import {
  confirmParcelOperation,
  listParcelExceptionsOperation,
  subscribeCarrierOperation,
} from "../../functions/api/carriers/operations.ts";
import {
  fileCaseOperation,
  getCaseOperation,
  getTimelineOperation,
} from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import { shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import { putOrderOperation } from "../../functions/api/sync/operations.ts";
import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import { UnexpectedAnswer } from "./api-client.ts";
import { aftershipPush, type CarrierScan, type SignedBody, seventeenTrackPush } from "./carrier-pushes.ts";
import type { World } from "./story.ts";

/**
 * One returned parcel that AfterShip and 17TRACK both tell of, in their own formats and in any order: one truth, one
 * move of its case, and a person for what cannot be.
 */

const tenant = "lux";
const partner = { tenant, role: "partner" } as const;
const buyer = { tenant, role: "buyer", buyerId: "buyer-01" } as const;
const trackingNumber = "SF2000000009101";

/** What a new sale of the first order's goods looks like, eight days ago; signed off two days ago. */
const sell = async ({ api, fixtures, service }: World, orderId: string): Promise<void> => {
  const sold = fixtures[tenant].orders["ord-1001"];
  if (!sold) throw new RangeError("the fixtures have no order ord-1001");
  const ago = (ms: number) => new Date(service.clock.now() - ms).toISOString();
  const lines = sold.lines.map(({ outboundParcel: _, outboundInspection, ...line }) => ({
    ...line,
    ...(outboundInspection
      ? { outboundInspection: { ...outboundInspection, inspectedAt: ago(7 * dayMs) } }
      : {}),
    signedOffAt: ago(2 * dayMs),
  }));
  const body = { ...sold, placedAt: ago(8 * dayMs), lines };
  await api.call(partner, putOrderOperation, { params: { orderId }, body });
};

/** Behind a month of cases a rule may want to hear the merchant first. */
const approveAsked = async ({ api, fixtures, service }: World, caseId: string): Promise<void> => {
  const params = { caseId };
  if ((await api.call(partner, getCaseOperation, { params })).stage !== "awaiting_merchant") return;
  const merchantId = fixtures[tenant].items["bag-0001"]?.merchantId ?? "";
  const merchant = { tenant, role: "merchant", merchantId } as const;
  await api.call(merchant, decideCaseOperation, { params, body: { decision: "approve" } });
  await service.idle();
};

export type CarriersReport = { readonly lines: readonly string[]; readonly differences: readonly string[] };

/** Plays it and says what came of it; `differences` holds a sentence for all that is not as it should be. */
export const tellTwice = async (world: World): Promise<CarriersReport> => {
  const { api, service } = world;
  const webhookOf = async (carrier: "aftership" | "17track") => {
    const secret = randomBytes(16).toString("hex");
    const { webhookPath } = await api.call(partner, subscribeCarrierOperation, { body: { carrier, secret } });
    return { webhookPath, secret };
  };
  const [aftership, seventeenTrack] = [await webhookOf("aftership"), await webhookOf("17track")];
  const push = async (webhookPath: string, { body, headers }: SignedBody): Promise<void> => {
    const answer = await api.raw(undefined, "POST", webhookPath, { body, headers });
    if (answer.status !== 200) throw new UnexpectedAnswer(`a push was answered ${answer.status}`);
    await service.idle();
  };
  const byAftership = (scans: readonly CarrierScan[]) =>
    push(aftership.webhookPath, aftershipPush(trackingNumber, scans, aftership.secret));
  const bySeventeenTrack = (scans: readonly CarrierScan[]) =>
    push(seventeenTrack.webhookPath, seventeenTrackPush(trackingNumber, scans, seventeenTrack.secret));

  const orderId = "ord-9101";
  await sell(world, orderId);
  const { caseId } = await api.call(buyer, fileCaseOperation, {
    body: {
      orderId,
      type: "return_and_refund",
      reason: "CHANGED_MIND",
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await service.idle();
  const params = { caseId };
  await approveAsked(world, caseId);
  const body = { carrier: "shunfeng", trackingNumber, freightMinor: 2_300 };
  await api.call(buyer, shipReturnOperation, { params, body });
  await service.idle();

  const from = service.clock.now();
  const scans: readonly CarrierScan[] = [
    { at: from + 2 * hourMs, status: "picked_up", place: "杭州" },
    { at: from + 9 * hourMs, status: "in_transit", place: "嘉兴" },
    { at: from + 26 * hourMs, status: "out_for_delivery", place: "上海" },
    { at: from + 30 * hourMs, status: "delivered", place: "上海" },
  ];
  await service.clock.advance(31 * hourMs);
  await bySeventeenTrack(scans);
  await byAftership(scans.slice(0, 2));
  await byAftership(scans);
  await bySeventeenTrack(scans.slice(0, 3));
  const { stage, returnParcels = [] } = await api.call(partner, getCaseOperation, { params });
  const [parcel] = returnParcels;
  const timeline = await api.call(partner, getTimelineOperation, { params, query: { limit: "100" } });
  const deliveries = timeline.items.filter(({ type }) => type === "ParcelDelivered").length;

  const confirmation = await api.call({ tenant, role: "warehouse" }, confirmParcelOperation, {
    params: { carrier: "shunfeng", trackingNumber },
    body: { status: "delivered", at: new Date(service.clock.now()).toISOString() },
  });
  await service.clock.advance(hourMs);
  await byAftership([...scans, { at: from + 31.5 * hourMs, status: "returned", place: "杭州" }]);
  const exceptions = await api.call(partner, listParcelExceptionsOperation, { query: {} });
  const kinds = exceptions.items
    .filter((exception) => exception.trackingNumber === trackingNumber)
    .map(({ kind }) => kind);
  const after = await api.call(partner, getCaseOperation, { params });

  const expected: readonly (readonly [string, unknown, unknown])[] = [
    ["the parcel's status", parcel?.status, "delivered"],
    ["the case's stage", stage, "awaiting_inspection"],
    ["deliveries told to the case", deliveries, 1],
    ["confirmed", confirmation.confirmed, true],
    ["exceptions", kinds.join(), "delivered.returned"],
    ["the stage after the contradiction", after.stage, "awaiting_inspection"],
  ];
  return {
    lines: [
      `${trackingNumber} is told by AfterShip and by 17TRACK, four pushes in the wrong order: it is ${parcel?.status}, once`,
      "both sign weakly, so the case waits for the inspection and no clock would pay; the dock confirms: now one would",
      `AfterShip then says it went back: ${kinds.join(", ")} waits for a person, the case stays ${after.stage}`,
    ],
    differences: expected
      .filter(([, is, shouldBe]) => is !== shouldBe)
      .map(([what, is, shouldBe]) => `Two carriers: ${what}: ${String(is)}, not ${String(shouldBe)}.`),
  };
};
