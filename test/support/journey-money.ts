import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import type { Journey } from "./journey.ts";

/** Merchants of `lux` whose money moves without waiting for weeks. */

const lux = { tenant: "lux", role: "partner" } as const;
const dayMs = 86_400_000;

/** A merchant whose sales are not held at all, at ten percent commission. */
export const promptMerchant = async ({ api, service }: Journey, merchantId: string): Promise<void> => {
  const effectiveFrom = new Date(service.clock.now() - 300 * dayMs).toISOString();
  await api.call(lux, putMerchantOperation, {
    params: { merchantId },
    body: {
      name: "Prompt",
      contracts: [
        {
          effectiveFrom,
          commissionBps: 1_000,
          holdDays: 0,
          transitRisk: "carrier",
          custodyRisk: "platform",
        },
      ],
    },
  });
};

/** An order of one line like the first of `ord-1001`, for this merchant and price. */
export const sellFor = async (
  { api, service, world }: Journey,
  merchantId: string,
  orderId: string,
  paidMinor: number,
): Promise<void> => {
  const item = world.fixtures.lux.items["jacket-0001"];
  const order = world.fixtures.lux.orders["ord-1001"];
  const line = order?.lines[0];
  if (!item || !order || !line) throw new RangeError("the fixtures have no such item or order");
  const itemId = `item-of-${orderId}`;
  await api.call(lux, putItemOperation, { params: { itemId }, body: { ...item, merchantId } });
  const { outboundParcel: _, listMinor: __, ...sold } = line;
  await api.call(lux, putOrderOperation, {
    params: { orderId },
    body: { ...order, lines: [{ ...sold, itemId, paidMinor, commissionBps: 1_000, quantity: 1 }] },
  });
  await service.idle();
};
