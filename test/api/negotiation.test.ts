import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answerOfferEndpoint } from "../../functions/api/desk/answer-offer.ts";
import { decideCaseEndpoint } from "../../functions/api/desk/decide-case.ts";
import { answerOfferOperation, decideCaseOperation } from "../../functions/api/desk/operations.ts";
import type { CaseCommand, CaseState } from "../../functions/domain/case.ts";
import { fileCase } from "../../functions/domain/case.ts";
import { decide as decideCommand } from "../../functions/domain/decide-case.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { type CaseRecord, caseRecords, changeCase, commitFiledCase } from "../../functions/store/cases.ts";
import { evidenceKey } from "../../functions/store/keys.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aReturn, buyer, merchant, monday, referenceOf } from "../support/builders.ts";
import { judged, offers } from "../support/cases.ts";
import { caseInTable, fresh, linesOf, standingCase } from "../support/cases-in-table.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([answerOfferEndpoint, decideCaseEndpoint]);
});
afterAll(() => api.close());

const byBuyer = claimsOf("buyer", "tenant-1", buyer.id);
const byMerchant = claimsOf("merchant", "tenant-1", merchant.id);

const answer = ({ caseId }: CaseState, said: "accept" | "decline", claims = byBuyer) =>
  api.call(answerOfferOperation, {
    claims,
    params: { caseId },
    body: { answer: said },
    idempotencyKey: fresh("key"),
  });

const decide = ({ caseId }: CaseState, body: unknown) =>
  api.call(decideCaseOperation, {
    claims: byMerchant,
    params: { caseId },
    body,
    idempotencyKey: fresh("key"),
  });

const happened = async (state: CaseState): Promise<readonly string[]> =>
  (await caseRecords(api.table, referenceOf(state), 1, 100)).flatMap(({ announcements }: CaseRecord) =>
    announcements.map(({ type }) => type),
  );

describe("an offer over the API", () => {
  it("is made, declined, made again and accepted", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const keeping = { decision: "counter_offer", remedy: "refund_only", amountMinor: 20_000 };
    vi.setSystemTime(state.updatedAt + 1_000);
    expect(await decide(state, keeping)).toMatchObject({ status: 200, body: { stage: "offered" } });
    expect(await answer(state, "decline")).toMatchObject({
      status: 200,
      body: { stage: "awaiting_merchant" },
    });
    expect(await decide(state, { ...keeping, amountMinor: 30_000 })).toMatchObject({ status: 200 });
    expect(await answer(state, "accept", claimsOf("partner", "tenant-1"))).toMatchObject({
      status: 200,
      body: { stage: "settling" },
    });
    expect((await standingCase(api.table, state)).state.agreed).toEqual({
      remedy: "refund_only",
      amountMinor: 30_000n,
    });
    vi.useRealTimers();
  });

  it("is refused by name where the rules do not allow it", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    vi.setSystemTime(state.updatedAt + 1_000);
    const tooMuch = { decision: "counter_offer", remedy: "refund_only", amountMinor: 128_001 };
    expect(await decide(state, tooMuch)).toMatchObject({
      status: 409,
      body: {
        type: "/problems/decision_forbidden",
        errors: [{ pointer: "/amountMinor", detail: "must be from 1 to 128000" }],
      },
    });
    vi.useRealTimers();
  });

  it("cannot bring back units that another case has claimed since", async () => {
    const offered = await caseInTable(
      api.table,
      [judged(), offers({ remedy: "return_and_refund", amountMinor: 100_000n })],
      { type: "refund_only" },
    );
    const [line] = await linesOf(api.table, offered.orderId);
    if (!line) throw new RangeError("the order has a line");
    // A case over the unit and none of its money: what is left once the price is claimed.
    const { detail } = aReturn();
    const other = aReturn({
      caseId: fresh("case"),
      orderId: offered.orderId,
      detail: { ...detail, lines: detail.lines.map((each) => ({ ...each, amountMinor: 0n })) },
    });
    await commitFiledCase(api.table, fileCase(other, monday, buyer), [line], () => []);
    expect(await answer(offered, "accept")).toMatchObject({
      status: 409,
      body: { type: "/problems/quantity_exceeded" },
    });
    expect((await standingCase(api.table, offered)).state).toMatchObject({
      stage: "offered",
      version: offered.version,
    });
    expect(await answer(offered, "decline")).toMatchObject({ status: 200 });
  });
});

describe("a refusal that has to be shown", () => {
  const file = (state: CaseState, evidenceId: string, but: Record<string, unknown> = {}) =>
    api.table.client.send(
      new PutCommand({
        TableName: api.table.name,
        Item: {
          ...evidenceKey(state.tenantId, state.caseId, evidenceId),
          evidenceId,
          side: "merchant",
          ...but,
        },
      }),
    );

  it("takes files of the merchant's that have arrived for this case, and no others", async () => {
    const state = await caseInTable(api.table, "awaiting_merchant");
    const other = await caseInTable(api.table, "awaiting_merchant");
    await file(state, "arrived", { arrivedAt: state.updatedAt });
    await file(state, "announced");
    await file(state, "buyers", { side: "buyer", arrivedAt: state.updatedAt });
    await file(other, "elsewhere", { arrivedAt: state.updatedAt });
    const refusal = { decision: "refuse", reason: "used_or_worn", note: "内衬有使用痕迹" };
    expect(await decide(state, refusal)).toMatchObject({
      status: 409,
      body: {
        type: "/problems/decision_forbidden",
        errors: [{ pointer: "/evidenceIds" }],
        allowed: { rule: "quality-problem", decisions: ["approve", "refuse", "counter_offer"] },
      },
    });
    const evidenceIds = ["arrived", "announced", "buyers", "elsewhere"];
    const named = await decide(state, { ...refusal, evidenceIds });
    expect(named.status).toBe(422);
    expect(named.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/evidenceIds/1",
      "/evidenceIds/2",
      "/evidenceIds/3",
    ]);
    expect(await decide(state, { ...refusal, evidenceIds: ["arrived"] })).toMatchObject({
      status: 200,
      body: { stage: "refused" },
    });
    const record = (await caseRecords(api.table, referenceOf(state), 1, 100)).at(-1);
    expect(record).toMatchObject({ note: refusal.note, evidenceIds: ["arrived"] });
  });
});

describe("an offer that is accepted, declined, withdrawn with the whole case, and lapses at the same instant", () => {
  it("ends in one of these and no other", async () => {
    const ends = new Set<string>();
    const rounds = Array.from({ length: 24 }, async (_, round) => {
      const state = await caseInTable(api.table, "offered");
      const now = state.deadlineAt ?? 0;
      const command = (made: CaseCommand) =>
        changeCase(api.table, referenceOf(state), { decide: decideCommand, by: buyer, now, command: made });
      const all = [
        () => command({ type: "AnswerOffer", answer: "accept" }),
        () => command({ type: "AnswerOffer", answer: "decline" }),
        () => command({ type: "CancelCase" }),
        () => applyTimeout(api.table, referenceOf(state), now),
      ];
      const turned = [...all.slice(round % 4), ...all.slice(0, round % 4)];
      await Promise.allSettled(turned.map((send) => send()));

      const decisions = (await happened(state)).filter((type) =>
        ["OfferAccepted", "OfferDeclined", "CaseCancelled"].includes(type),
      );
      // Whoever declines hands the case to the merchant, and the buyer may still withdraw it then.
      const [first, ...more] = decisions;
      expect(first === "OfferDeclined" ? more.filter((type) => type !== "CaseCancelled") : more).toEqual([]);
      ends.add(String(first));
      const { state: standing } = await standingCase(api.table, state);
      expect(standing.version).toBe(state.version + decisions.length);
      if (standing.stage === "awaiting_merchant") {
        expect((standing.deadlineAt ?? 0) - standing.updatedAt).toBe(state.interrupted?.leftMs);
      }
    });
    await Promise.all(rounds);
    expect(ends.size).toBeGreaterThan(1);
  });
});
