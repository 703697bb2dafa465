import {
  fileCaseOperation,
  getCaseOperation,
  getNotificationsOperation,
} from "../../functions/api/cases/operations.ts";
import { declareExtensionOperation, listExtensionsOperation } from "../../functions/api/clocks/operations.ts";
import {
  putItemOperation,
  putMerchantOperation,
  putOrderOperation,
} from "../../functions/api/sync/operations.ts";
import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import type { World } from "./story.ts";

/**
 * A festival: two cases of one merchant wait for its answer, one before the platform gives everybody 72 hours more
 * and one after. Both have the longer deadline, everyone concerned is told, and silence counts from the new one.
 */

const tenant = "lux";
const partner = { tenant, role: "partner" } as const;
const operator = { tenant, role: "operator" } as const;
const merchantId = "festival-house";

export type ClocksStory = { readonly lines: readonly string[]; readonly differences: readonly string[] };

const syncOrder = async ({ api, service }: World, orderId: string): Promise<void> => {
  const at = (daysAgo: number) => new Date(service.clock.now() - daysAgo * dayMs).toISOString();
  const itemId = `item-of-${orderId}`;
  const inspection = { inspectedAt: at(30), grade: "A", flaws: [], photoHashes: [] };
  await api.call(partner, putMerchantOperation, {
    params: { merchantId },
    body: {
      name: "Festival House",
      contracts: [
        { effectiveFrom: at(40), commissionBps: 3_000, transitRisk: "carrier", custodyRisk: "platform" },
      ],
    },
  });
  await api.call(partner, putItemOperation, {
    params: { itemId },
    body: {
      merchantId,
      title: "Watch, second hand",
      category: "watches",
      intakeInspection: inspection,
      disclosedFlaws: [],
    },
  });
  const line = { lineId: "1", itemId, quantity: 1, paidMinor: 88_000, exclusionConfirmed: false };
  await api.call(partner, putOrderOperation, {
    params: { orderId },
    body: {
      buyerId: "buyer-01",
      currency: "CNY",
      placedAt: at(9),
      lines: [{ ...line, packedBy: "platform", outboundInspection: inspection, signedOffAt: at(3) }],
    },
  });
};

const file = async (world: World, orderId: string): Promise<string> => {
  await syncOrder(world, orderId);
  const { caseId } = await world.api.call(partner, fileCaseOperation, {
    body: {
      orderId,
      type: "return_and_refund",
      reason: "DEFECTIVE",
      claimedFlaw: { code: "stops", place: "movement" },
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await world.service.idle();
  return caseId;
};

const say = (at: number | undefined): string => (at === undefined ? "none" : new Date(at).toISOString());

/** Plays the festival behind the story. */
export const playFestival = async (world: World): Promise<ClocksStory> => {
  const { api, service } = world;
  const read = (caseId: string) => api.call(partner, getCaseOperation, { params: { caseId } });
  const before = await file(world, "ord-festival-1");
  const promised = await read(before);
  const now = service.clock.now();
  await api.call(operator, declareExtensionOperation, {
    body: {
      scope: { merchantId },
      from: new Date(now).toISOString(),
      until: new Date(now + 8 * dayMs).toISOString(),
      hours: 72,
      reason: "festival",
    },
  });
  await service.idle();
  const after = await file(world, "ord-festival-2");
  const [extended, longer] = [await read(before), await read(after)];
  const told = await api.call(partner, getNotificationsOperation, { params: { caseId: before } });
  const { items } = await api.call(operator, listExtensionsOperation, {});
  await service.clock.advance(49 * hourMs);
  await service.idle();
  const waiting = await read(before);
  await service.clock.advance(72 * hourMs);
  await service.idle();
  const silent = await read(before);

  const movedHours = ((extended.deadlineAt ?? 0) - (promised.deadlineAt ?? 0)) / hourMs;
  const longerHours = ((longer.deadlineAt ?? 0) - longer.filedAt) / hourMs;
  const messages = told.items.filter(({ template }) => template === "concerned.extended");
  return {
    lines: [
      `festival · ${merchantId}: 72 hours more for every wait within eight days`,
      `  filed before: ${say(promised.deadlineAt)} became ${say(extended.deadlineAt)} (${items[0]?.extendedCases} case extended)`,
      `  filed after:  ${say(longer.deadlineAt)}, ${Math.round(longerHours)} hours from its first moment`,
      ...messages.map(({ audience, text }) => `  told ${audience}: ${text.en}`),
      `  49 hours later it still waits: ${waiting.stage}; when the new deadline has passed: ${silent.stage}`,
    ],
    differences: [
      ...(movedHours === 72
        ? []
        : [`The festival should move a deadline by 72 hours; it moved by ${movedHours}.`]),
      ...(Math.round(longerHours) === 120
        ? []
        : [`A wait of the festival lasts ${longerHours} hours, not 120.`]),
      ...(messages.length === 2 ? [] : ["Buyer and merchant should be told of the new deadline."]),
      ...(waiting.stage === "awaiting_merchant" ? [] : ["Silence counted before the new deadline."]),
      ...(silent.stage === "awaiting_merchant" ? ["Silence did not count after the new deadline."] : []),
    ],
  };
};

export const festivalText = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
