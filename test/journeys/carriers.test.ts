import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  confirmParcelOperation,
  endCarrierSubscriptionOperation,
  rotateCarrierSecretOperation,
  subscribeCarrierOperation,
} from "../../functions/api/carriers/operations.ts";
import { fileCaseOperation, getCaseOperation } from "../../functions/api/cases/operations.ts";
import { shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import { getSettlementOperation } from "../../functions/api/settlement/operations.ts";
import { type CarrierScan, type SignedBody, standardPush } from "../../lib/demo/carrier-pushes.ts";
import { tellTwice } from "../../lib/demo/carriers-story.ts";
import { kuaidi100Push } from "../../lib/demo/kuaidi100-push.ts";
import { goldenPushes } from "../support/carrier-fixtures.ts";
import { everythingIn, type Journey, startJourney } from "../support/journey.ts";
import { changedMind } from "../support/journey-requests.ts";

/** What carriers tell over HTTP: who is believed, and how far. */

let journey: Journey;
const lux = { tenant: "lux", role: "partner" } as const;
const hour = 3_600_000;
const day = 24 * hour;
const standardSecret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const paths = new Map<string, string>();

/** Three returns of equal goods, each told delivered by somebody else. */
let weak: string;
let confirmed: string;
let strong: string;
const waybills = {
  weak: "SF4000000000011",
  confirmed: "SF4000000000028",
  strong: "SF4000000000035",
} as const;

const send = async (carrier: string, { body, headers }: SignedBody): Promise<number> => {
  const { status } = await journey.api.raw(undefined, "POST", paths.get(carrier) ?? "", { body, headers });
  await journey.service.idle();
  return status;
};

const shippedUnder = async (orderId: string, trackingNumber: string): Promise<string> => {
  const { api, service } = journey;
  const { caseId } = await api.call(lux, fileCaseOperation, { body: changedMind(orderId) });
  await service.idle();
  await api.call(lux, shipReturnOperation, {
    params: { caseId },
    body: { carrier: "shunfeng", trackingNumber },
  });
  await service.idle();
  return caseId;
};

const standing = async (caseId: string) => {
  const { stage, reception } = await journey.api.call(lux, getCaseOperation, { params: { caseId } });
  const { postings } = await journey.api.call(lux, getSettlementOperation, { params: { caseId } });
  return { stage, reception, posted: postings.filter(({ phase }) => phase === "posted").length };
};

beforeAll(async () => {
  journey = await startJourney();
  const { api, world } = journey;
  for (const { carrier, secret } of goldenPushes.filter(({ carrier: code }) => code !== "kuaidi100")) {
    const given = carrier === "standard" ? standardSecret : secret;
    const { webhookPath } = await api.call(lux, subscribeCarrierOperation, {
      body: { carrier, secret: given },
    });
    paths.set(carrier, webhookPath);
  }
  paths.set("kuaidi100", world.subscriptions.lux.webhookPath);
  weak = await shippedUnder("ord-1001", waybills.weak);
  confirmed = await shippedUnder("ord-1012", waybills.confirmed);
  strong = await shippedUnder("ord-1005", waybills.strong);
}, 120_000);
afterAll(() => journey?.stop());

describe.each(goldenPushes)("a push in the name of $carrier", (golden) => {
  const { carrier, body, headers } = golden;
  it("that is forged is refused, and nothing is written", async () => {
    const before = await everythingIn(journey);
    const forged: readonly SignedBody[] = [
      { body: body.replace("2026-03-08", "2026-03-09"), headers },
      { body, headers: { "content-type": "application/json" } },
      { body: `${body} `, headers },
      // Another subscription's secret, or a signature that is months old.
      ...(carrier === "kuaidi100" || carrier === "standard" ? [{ body, headers }] : []),
    ];
    for (const push of forged.slice(carrier === "kuaidi100" ? 3 : 0)) {
      expect(await send(carrier, push)).toBe(401);
    }
    expect(await everythingIn(journey)).toEqual(before);
  });

  it("is found whatever the case of its headers", async () => {
    if (carrier === "kuaidi100" || carrier === "standard") return;
    const shouted = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(await send(carrier, { body, headers: shouted })).toBe(200);
  });
});

describe("a delivery", () => {
  it("moves money by how far its teller is believed, and the status in any case", async () => {
    const { api, service, world } = journey;
    await service.clock.advance(2 * day);
    const at = service.clock.now() - hour;
    // Whoever has got hold of the salt can say so: MD5 and no time.
    for (const number of [waybills.weak, waybills.confirmed]) {
      const form = { "content-type": "application/x-www-form-urlencoded" };
      const pushed = kuaidi100Push(
        number,
        [{ at, what: "签收", area: "上海市" }],
        world.subscriptions.lux.secret,
      );
      expect(await send("kuaidi100", { body: pushed, headers: form })).toBe(200);
    }
    const scans: readonly CarrierScan[] = [{ at, status: "delivered", place: "Dock 4" }];
    const fresh = standardPush(waybills.strong, scans, standardSecret, service.clock.now());
    expect(await send("standard", fresh)).toBe(200);
    for (const caseId of [weak, confirmed, strong]) {
      expect(await standing(caseId)).toEqual({
        stage: "awaiting_inspection",
        reception: "delivered",
        posted: 0,
      });
    }

    const confirmation = await api.call({ tenant: "lux", role: "warehouse" }, confirmParcelOperation, {
      params: { carrier: "shunfeng", trackingNumber: waybills.confirmed },
      body: { status: "delivered", at: new Date(at).toISOString() },
    });
    expect(confirmation).toMatchObject({ status: "delivered", confirmed: true });

    // Nobody inspects: the clock accepts as sent what is believed, and asks an operator about the rest.
    await service.clock.advance(11 * day);
    await service.idle();
    expect(await standing(weak)).toMatchObject({ stage: "manual_review", posted: 0 });
    for (const caseId of [confirmed, strong]) {
      const { stage, posted } = await standing(caseId);
      expect(stage).not.toBe("manual_review");
      expect(posted).toBeGreaterThan(0);
    }
  });

  it("sent again as a new one is refused where the time is signed", async () => {
    const { clock } = journey.service;
    const scans: readonly CarrierScan[] = [{ at: clock.now(), status: "delivered", place: "Dock 4" }];
    const old = standardPush("SF4000000000042", scans, standardSecret, clock.now() - 6 * 60_000);
    expect(await send("standard", old)).toBe(401);
  });
});

describe("a secret", () => {
  it("is rotated with a grace, by the service's own clock, and ends with its subscription", async () => {
    const { api, service } = journey;
    const {
      subscriptionId,
      webhookPath,
      secret = "",
    } = await api.call(lux, subscribeCarrierOperation, {
      body: { carrier: "standard" },
    });
    paths.set("rotated", webhookPath);
    const params = { subscriptionId };
    const signed = (by: string) => standardPush("SF4000000000059", [], by, service.clock.now());
    const { secret: next = "" } = await api.call(lux, rotateCarrierSecretOperation, {
      params,
      body: { graceHours: 1 },
    });
    expect([await send("rotated", signed(secret)), await send("rotated", signed(next))]).toEqual([200, 200]);
    await service.clock.advance(hour);
    expect([await send("rotated", signed(secret)), await send("rotated", signed(next))]).toEqual([401, 200]);
    await api.call(lux, endCarrierSubscriptionOperation, { params });
    await service.clock.advance(6_000);
    expect(await send("rotated", signed(next))).toBe(401);
  });
});

it("one parcel told by two carriers' formats is one truth", async () => {
  expect((await tellTwice(journey.world)).differences).toEqual([]);
});
