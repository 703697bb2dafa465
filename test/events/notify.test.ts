import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderMessage } from "../../functions/domain/notifications.ts";
import { detailOf } from "../../functions/events/contracts.ts";
import { notify } from "../../functions/events/notify.ts";
import { caseRecords, extendOpenCase } from "../../functions/store/cases.ts";
import { caseNotifications } from "../../functions/store/notifications.ts";
import type { Table } from "../../functions/store/table.ts";
import { aRefundOnly, day, hour, monday, operator, referenceOf } from "../support/builders.ts";
import { approves, judged, refuses, settles, silence } from "../support/cases.ts";
import { caseInTable, fresh, make, openTestTable } from "../support/cases-in-table.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

/** Everything that happened to a case, as the bus delivers it. */
const deliveries = async (reference: { tenantId: string; caseId: string }) =>
  (await caseRecords(table, reference, 1, 100)).flatMap((record) =>
    record.announcements.map((announcement) => ({
      "detail-type": announcement.type,
      detail: JSON.parse(detailOf(record, announcement)) as unknown,
    })),
  );

const told = async (reference: { tenantId: string; caseId: string }) =>
  (await caseNotifications(table, reference)).flatMap(({ messages }) =>
    messages.map(({ audience, template }) => `${audience}: ${template}`),
  );

describe("notify", () => {
  it("keeps what each party is told of a case from its judgment to its end", async () => {
    const { type } = aRefundOnly();
    const state = await caseInTable(table, [judged(), approves(), settles(), settles()], { type });
    for (const event of await deliveries(state)) await notify(table, event);
    expect(await told(state)).toEqual([
      "buyer: buyer.judged.awaiting_merchant",
      "merchant: merchant.judged.awaiting_merchant",
      "buyer: buyer.approved.settling",
      "merchant: merchant.approved",
      "buyer: buyer.closed",
      "merchant: merchant.closed",
    ]);
    for (const { messages } of await caseNotifications(table, state)) {
      for (const message of messages) {
        const { "zh-CN": chinese, en } = renderMessage(message);
        for (const text of [chinese, en]) expect(text).not.toMatch(/[{}—]|undefined/);
      }
    }
  });

  it("tells that a case was refused, and its end when nobody objected", async () => {
    const state = await caseInTable(table, [judged(), refuses(), silence()]);
    for (const event of await deliveries(state)) await notify(table, event);
    expect((await told(state)).slice(2)).toEqual([
      "buyer: buyer.refused",
      "buyer: owing.deadline_passed",
      "buyer: buyer.closed",
      "merchant: merchant.closed",
    ]);
  });

  it.each(["one case", "many cases"])(
    "tells everyone concerned of more time that is given to %s",
    async (to) => {
      const state = await caseInTable(table, "awaiting_inspection");
      const extension = { extension: { byMs: day }, reason: "festival" } as const;
      const period = { from: monday, until: state.updatedAt + day, declaredAt: monday };
      if (to === "one case") {
        const command = { type: "ExtendDeadline", ...extension } as const;
        await make(table, state, () => ({ command, by: operator, at: state.updatedAt + hour }));
      } else {
        const scope = { merchantId: state.merchantId };
        const ofMany = { extensionId: fresh("extension"), scope, ...period, ...extension };
        expect(await extendOpenCase(table, state, [ofMany], state.updatedAt + hour)).toBe(true);
      }
      const given = (await deliveries(state)).filter((event) => event["detail-type"] === "DeadlineExtended");
      expect(given).toHaveLength(1);
      for (const event of given) await notify(table, event);
      expect(await told(state)).toEqual(
        ["buyer", "merchant", "warehouse"].map((each) => `${each}: concerned.extended`),
      );
    },
  );

  it("tells what becomes of the refund, and nothing of a merchant's payout", async () => {
    const { type } = aRefundOnly();
    const state = await caseInTable(table, [judged(), approves(), settles(), settles()], { type });
    const { tenantId, caseId } = state;
    const detail = {
      eventId: "rf-1.2.0",
      tenantId,
      caseId,
      payoutId: "rf-1",
      at: state.updatedAt,
      payload: { kind: "refund", amountMinor: 128_000, currency: "CNY" },
    };
    await notify(table, { "detail-type": "PayoutFailed", detail });
    await notify(table, { "detail-type": "PayoutSucceeded", detail: { ...detail, eventId: "rf-1.4.0" } });
    const { caseId: _, ...ofMerchant } = { ...detail, eventId: "po-1.2.0", payload: { kind: "merchant" } };
    await notify(table, { "detail-type": "PayoutSucceeded", detail: ofMerchant });
    expect(await told(state)).toEqual([
      "buyer: buyer.refund_failed",
      "operator: operator.refund_failed",
      "buyer: buyer.refund_paid",
    ]);
  });

  it("keeps a message once, delivered twice in a row, twice at once and out of order", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    const events = await deliveries(state);
    const twice = [...events].reverse().concat(events, events);
    await Promise.all(twice.map((event) => notify(table, event)));
    for (const event of twice) await notify(table, event);
    const kept = await caseNotifications(table, state);
    expect(kept).toHaveLength(2);
    expect(kept.map(({ at }) => at)).toEqual(kept.map(({ at }) => at).sort());
    expect(await told(state)).toHaveLength(4);
  });

  it("keeps the first words of an event, should it be delivered again in others", async () => {
    const state = await caseInTable(table, [judged(), approves()]);
    const events = await deliveries(state);
    for (const event of events) await notify(table, event);
    const kept = await caseNotifications(table, state);
    for (const { detail, ...event } of events) {
      await notify(table, { ...event, detail: { ...(detail as object), deadlineAt: 0 } });
    }
    expect(await caseNotifications(table, state)).toEqual(kept);
  });

  it("keeps nothing for events nobody is told of", async () => {
    const state = await caseInTable(table, "in_transit");
    const silent = (await deliveries(state)).filter(({ "detail-type": type }) => type === "ReturnShipped");
    for (const event of silent) await notify(table, event);
    expect(await told(state)).toEqual([]);
  });

  it("refuses an event that does not fit the contract, so that it is not lost unseen", async () => {
    const malformed = { "detail-type": "CaseClosed", detail: { caseId: fresh("case"), at: monday } };
    await expect(notify(table, malformed)).rejects.toThrow();
  });

  it("shows nothing to another tenant", async () => {
    const state = await caseInTable(table, [judged()]);
    for (const event of await deliveries(state)) await notify(table, event);
    expect(await caseNotifications(table, { ...referenceOf(state), tenantId: "tenant-2" })).toEqual([]);
  });
});
