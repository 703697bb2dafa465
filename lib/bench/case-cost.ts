import { createHash, randomUUID } from "node:crypto";
import { type LocalService, playTemplate, type Usage } from "../local/service.ts";

export type CaseCost = {
  readonly transitions: number;
  readonly invocations: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly events: number;
  readonly costUsd: number;
};

/** A day's sync and the pushes of one parcel, picked up to signed for, as a carrier tells them. */
const scans = ["揽收", "在途", "在途", "在途", "在途", "在途", "派件", "签收"] as const;

const hourMs = 3_600_000;

type Caller = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

const callerWith =
  (service: LocalService, token: string): Caller =>
  async (method, path, body) => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };

/** The carrier tells the whole history each time, newest first. */
const push = async (
  service: LocalService,
  webhook: { readonly path: string; readonly secret: string },
  number: string,
  told: number,
  startAt: number,
): Promise<void> => {
  const data = scans
    .slice(0, told)
    .map((status, index) => {
      const time = new Date(startAt + index * hourMs + 8 * hourMs).toISOString();
      return {
        context: `快件${status}`,
        time: `${time.slice(0, 10)} ${time.slice(11, 19)}`,
        status,
        areaName: "上海",
      };
    })
    .reverse();
  const param = JSON.stringify({
    status: told === scans.length ? "shutdown" : "polling",
    message: "",
    lastResult: { message: "ok", state: "0", com: "shunfeng", nu: number, data },
  });
  const sign = createHash("md5")
    .update(param + webhook.secret)
    .digest("hex")
    .toUpperCase();
  const answer = await fetch(`${service.url}${webhook.path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ param, sign }).toString(),
  });
  if (!answer.ok) throw new Error(`the push answered ${answer.status}: ${await answer.text()}`);
};

const difference = (after: Usage, before: Usage, cases: number): CaseCost => {
  const each = (name: keyof CaseCost): number => (after[name] - before[name]) / cases;
  return {
    transitions: each("transitions"),
    invocations: Math.round(each("invocations") * 100) / 100,
    writeUnits: Math.round(each("writeUnits") * 100) / 100,
    readUnits: Math.round(each("readUnits") * 100) / 100,
    events: each("events"),
    costUsd: Number(each("costUsd").toFixed(7)),
  };
};

const sync = async (service: LocalService, partner: Caller, cases: number): Promise<void> => {
  const now = service.clock.now();
  const instant = (hours: number) => new Date(now + hours * hourMs).toISOString();
  const inspection = { inspectedAt: instant(-500), grade: "A", flaws: [], photoHashes: [] };
  await partner("PUT", "/v1/merchants/bench", {
    name: "Bench",
    contracts: [
      {
        effectiveFrom: instant(-9000),
        commissionBps: 3000,
        transitRisk: "carrier",
        custodyRisk: "platform",
      },
    ],
  });
  for (let index = 0; index < cases; index += 1) {
    await partner("PUT", `/v1/items/item-${index}`, {
      merchantId: "bench",
      title: "Bag",
      category: "bags",
      intakeInspection: inspection,
      disclosedFlaws: [],
    });
    await partner("PUT", `/v1/orders/order-${index}`, {
      buyerId: `buyer-${index}`,
      currency: "CNY",
      placedAt: instant(-240),
      lines: [
        {
          lineId: "1",
          itemId: `item-${index}`,
          quantity: 1,
          paidMinor: 300_000,
          exclusionConfirmed: false,
          packedBy: "merchant",
          outboundInspection: { ...inspection, inspectedAt: instant(-230) },
          signedOffAt: instant(-48),
        },
      ],
    });
  }
};

/**
 * What one complete return costs, read from the meter: filed, approved by the merchant, shipped, tracked by
 * eight pushes, inspected as sent, and settled with freight, refund and commission.
 *
 * @param cases how many run side by side; the relay's batches are shared among them, as in production
 */
export const measureCase = async (cases: number): Promise<CaseCost> => {
  const service = await playTemplate({ memory: true, quiet: true });
  try {
    const tokenFor = (role: "partner" | "merchant" | "warehouse", merchantId?: string) =>
      service.token({ tenant: "lux", role, ...(merchantId ? { merchantId } : {}) });
    const partner = callerWith(service, await tokenFor("partner"));
    const merchant = callerWith(service, await tokenFor("merchant", "bench"));
    const warehouse = callerWith(service, await tokenFor("warehouse"));
    await sync(service, partner, cases);
    const subscription = await partner("POST", "/v1/carrier-subscriptions", { carrier: "kuaidi100" });
    const webhook = { path: String(subscription.webhookPath), secret: String(subscription.secret) };
    await service.idle();

    const indexes = Array.from({ length: cases }, (_, index) => index);
    const each = async (step: (index: number) => Promise<unknown>): Promise<void> => {
      await Promise.all(indexes.map(step));
      await service.idle();
    };
    const before = service.meter.total();
    const caseIds: string[] = [];
    await each(async (index) => {
      const filed = await partner("POST", "/v1/cases", {
        orderId: `order-${index}`,
        type: "return_and_refund",
        reason: "DEFECTIVE",
        claimedFlaw: { code: "broken_zip", place: "inside" },
        lines: [{ lineId: "1", quantity: 1 }],
      });
      caseIds[index] = String(filed.caseId);
    });
    await each((index) => merchant("POST", `/v1/cases/${caseIds[index]}/decision`, { decision: "approve" }));
    await each((index) =>
      partner("POST", `/v1/cases/${caseIds[index]}/return-shipment`, {
        carrier: "shunfeng",
        trackingNumber: `SF${String(index).padStart(12, "0")}`,
        freightMinor: 1_800,
      }),
    );
    const shippedAt = service.clock.now();
    for (let told = 1; told <= scans.length; told += 1) {
      await each((index) => push(service, webhook, `SF${String(index).padStart(12, "0")}`, told, shippedAt));
    }
    await each((index) =>
      warehouse("POST", `/v1/cases/${caseIds[index]}/inspection`, {
        inspectedAt: new Date(service.clock.now()).toISOString(),
        lines: [{ lineId: "1", receivedQuantity: 1, sameItem: true, flaws: [] }],
      }),
    );
    const cost = difference(service.meter.total(), before, cases);
    for (const caseId of caseIds) {
      const { stage, outcome } = await partner("GET", `/v1/cases/${caseId}`);
      if (stage !== "closed" || outcome !== "refunded") {
        throw new Error(`case ${caseId} is ${stage} (${outcome}) where it should be closed and refunded`);
      }
    }
    return cost;
  } finally {
    await service.stop();
  }
};
