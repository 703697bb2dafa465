import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  getCarrierClaimEndpoint,
  listCarrierClaimsEndpoint,
  settleCarrierClaimEndpoint,
} from "../../functions/api/settlement/carrier-claims.ts";
import { getSettlementEndpoint } from "../../functions/api/settlement/get-settlement.ts";
import {
  getCarrierClaimOperation,
  getSettlementOperation,
  listCarrierClaimsOperation,
  settleCarrierClaimOperation,
} from "../../functions/api/settlement/operations.ts";
import { balances } from "../../functions/domain/settlement/transfer.ts";
import { cursorsWith } from "../../functions/http/cursor.ts";
import { routesOn } from "../../functions/http/endpoint.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { announcementWrites, keepArrivedEvidence } from "../../functions/store/evidence.ts";
import { type Table, transact } from "../../functions/store/table.ts";
import { apiEvent, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { dyingAt } from "../support/broken-table.ts";
import { buyer, hour, referenceOf, whollyOn } from "../support/builders.ts";
import {
  approves,
  delivered,
  goesMissing,
  inspected,
  judged,
  ships,
  silence,
  waybillOf,
} from "../support/cases.ts";
import { caseInTable, fresh, standingCase } from "../support/cases-in-table.ts";

/** The buyer is paid at once; what the carrier owes for it is claimed, and settled later in parts. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    getSettlementEndpoint,
    listCarrierClaimsEndpoint,
    getCarrierClaimEndpoint,
    settleCarrierClaimEndpoint,
  ]);
});
afterAll(() => api.close());

const onCarrier = { liability: whollyOn("carrier"), carrier: "kuaidi100", route: "automatic" } as const;

/** A parcel that was lost on its way back, paid to the buyer: 1,280.00 are the carrier's. */
const lostParcel = async (tenantId = "tenant-1") => {
  const state = await caseInTable(
    api.table,
    [judged(), approves(), ships(), goesMissing(), judged(onCarrier)],
    { tenantId },
  );
  await settleCase(api.table, referenceOf(state), state.updatedAt + hour);
  return state;
};

const claims = claimsOf("operator", "tenant-1");
const read = (claimId: string, as = claims) =>
  api.call(getCarrierClaimOperation, { claims: as, params: { claimId } });
const settle = (claimId: string, body: object, idempotencyKey = fresh("key"), as = claims) =>
  api.call(settleCarrierClaimOperation, { claims: as, params: { claimId }, body, idempotencyKey });

const claimsBalanceOf = async (caseId: string) =>
  balances((await standingCase(api.table, { tenantId: "tenant-1", caseId })).ledger, "CNY").get(
    "carrier:kuaidi100:claims",
  );

describe("a claim on a carrier", () => {
  it("names the case's files that have arrived, and no file that was only announced", async () => {
    const state = await lostParcel();
    const file = { kind: "photo", contentType: "image/jpeg", sizeBytes: 3, sha256: "ab".repeat(32) } as const;
    const announced = { ...file, side: "buyer", by: buyer, announcedAt: state.updatedAt } as const;
    for (const [index, evidenceId] of ["ev-1", "ev-2"].entries()) {
      await transact(api.table, announcementWrites(api.table, state, { ...announced, evidenceId }, index));
    }
    await keepArrivedEvidence(api.table, { ...referenceOf(state), fileId: "ev-2" }, file, state.updatedAt);
    const { body } = await read(`${state.caseId}.kuaidi100`);
    expect(body.evidence.files).toEqual([
      {
        evidenceId: "ev-2",
        side: "buyer",
        kind: "photo",
        sha256: file.sha256,
        arrivedAt: new Date(state.updatedAt).toISOString(),
      },
    ]);
  });

  it("is opened with what was charged, and with where the evidence lies", async () => {
    const lost = await lostParcel();
    const { caseId, orderId } = lost;
    expect((await read(`${caseId}.kuaidi100`)).body).toEqual({
      claimId: `${caseId}.kuaidi100`,
      caseId,
      carrier: "kuaidi100",
      currency: "CNY",
      status: "open",
      amountMinor: 128_000,
      openMinor: 128_000,
      paidMinor: 0,
      reducedMinor: 0,
      writtenOffMinor: 0,
      evidence: {
        verdictNumber: 2,
        orderId,
        lineIds: ["line-1"],
        trackingNumber: waybillOf(lost),
        files: [],
      },
      openedAt: expect.any(String),
      version: 1,
    });
    expect(await claimsBalanceOf(caseId)).toBe(-128_000n);
  });

  it("holds the freight and the refund that a carrier owes for one case together", async () => {
    const state = await caseInTable(api.table, [
      judged(),
      approves(),
      ships(),
      delivered(),
      inspected({ sameItem: false }),
      judged({ ...onCarrier, freight: { payer: "carrier", capMinor: 2_000n } }),
      silence(),
    ]);
    await settleCase(api.table, referenceOf(state), state.updatedAt + hour);
    const { body } = await read(`${state.caseId}.kuaidi100`);
    expect(body).toMatchObject({ amountMinor: 129_500, openMinor: 129_500, version: 2 });
  });

  it("is opened for no case in which no carrier pays", async () => {
    const state = await caseInTable(api.table, "settling");
    await settleCase(api.table, referenceOf(state), state.updatedAt + hour);
    expect((await read(`${state.caseId}.kuaidi100`)).status).toBe(404);
  });

  it("is settled in parts, each a transfer, until the carrier's account is even", async () => {
    const { caseId } = await lostParcel();
    const claimId = `${caseId}.kuaidi100`;
    await settle(claimId, { outcome: "paid", amountMinor: 100_000, reference: "KD-77" });
    await settle(claimId, { outcome: "reduced", amountMinor: 20_000 });
    const last = await settle(claimId, { outcome: "written_off" });
    expect(last.body).toMatchObject({
      status: "closed",
      openMinor: 0,
      paidMinor: 100_000,
      reducedMinor: 20_000,
      writtenOffMinor: 8_000,
      version: 4,
    });
    expect(await claimsBalanceOf(caseId)).toBe(0n);
    const settlement = await api.call(getSettlementOperation, { claims, params: { caseId } });
    const ofClaim = settlement.body.postings.filter(({ stage }: { stage: string }) => stage === "claim");
    expect(ofClaim).toMatchObject([
      { purpose: "kuaidi100.paid.1", from: "platform:clearing", amountMinor: 100_000, reference: "KD-77" },
      { purpose: "kuaidi100.reduced.2", from: "platform:expense", amountMinor: 20_000 },
      { purpose: "kuaidi100.written_off.3", from: "platform:expense", amountMinor: 8_000 },
    ]);
    expect((await settle(claimId, { outcome: "written_off" })).body).toMatchObject({
      type: "/problems/claim_exceeded",
    });
  });

  it("is settled by no more than is open, and by no nothing", async () => {
    const { caseId } = await lostParcel();
    for (const amountMinor of [0, 128_001]) {
      expect((await settle(`${caseId}.kuaidi100`, { outcome: "paid", amountMinor })).status).toBe(409);
    }
    expect(await claimsBalanceOf(caseId)).toBe(-128_000n);
  });

  it("honours If-Match", async () => {
    const { caseId } = await lostParcel();
    const answer = await api.call(settleCarrierClaimOperation, {
      claims,
      params: { claimId: `${caseId}.kuaidi100` },
      body: { outcome: "written_off" },
      idempotencyKey: fresh("key"),
      headers: { "if-match": '"9"' },
    });
    expect(answer.status).toBe(412);
  });
});

describe("races", () => {
  it("a double click on half of a claim settles half of it", async () => {
    const { caseId } = await lostParcel();
    const claimId = `${caseId}.kuaidi100`;
    const half = { outcome: "paid", amountMinor: 64_000 };
    const answers = await Promise.all([1, 2, 3, 4].map(() => settle(claimId, half, `double-${caseId}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await read(claimId)).body).toMatchObject({ paidMinor: 64_000, openMinor: 64_000 });
  });

  it("two equal payments under keys of their own are two payments", async () => {
    const { caseId } = await lostParcel();
    const half = { outcome: "paid", amountMinor: 64_000 };
    await Promise.all([1, 2].map(() => settle(`${caseId}.kuaidi100`, half)));
    expect(await claimsBalanceOf(caseId)).toBe(0n);
  });

  it("the last cent is settled once, whoever comes first", async () => {
    const { caseId } = await lostParcel();
    const claimId = `${caseId}.kuaidi100`;
    await settle(claimId, { outcome: "paid", amountMinor: 127_999 });
    const answers = await Promise.all(
      ["paid", "reduced", "paid", "reduced"].map((outcome) => settle(claimId, { outcome, amountMinor: 1 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await claimsBalanceOf(caseId)).toBe(0n);
  });
});

describe("a worker that dies", () => {
  it.each(["before", "after"] as const)(
    "right %s its commit leaves the request to be sent again, and it is done once",
    async (when) => {
      const { caseId } = await lostParcel();
      const event = apiEvent(settleCarrierClaimOperation, {
        claims,
        params: { claimId: `${caseId}.kuaidi100` },
        body: { outcome: "paid", amountMinor: 64_000 },
        idempotencyKey: `dies-${when}-${caseId}`,
      });
      const answerOn = (table: Table) =>
        routesOn(() => ({ table, cursors: cursorsWith(() => "key") }), [settleCarrierClaimEndpoint])(
          event,
          {} as never,
        );
      await answerOn(dyingAt(api.table, 1, when));
      expect((await answerOn(api.table)).statusCode).toBe(200);
      expect((await answerOn(api.table)).headers).toMatchObject({ "idempotency-replayed": "true" });
      expect(await claimsBalanceOf(caseId)).toBe(-64_000n);
    },
  );
});

describe("the list of claims", () => {
  it("shows a tenant its own, the oldest first, page by page, and the open ones alone", async () => {
    const tenantId = "t-claims";
    const as = claimsOf("operator", tenantId);
    const cases = [await lostParcel(tenantId), await lostParcel(tenantId), await lostParcel(tenantId)];
    const ids = cases.map(({ caseId }) => `${caseId}.kuaidi100`).sort();
    await settle(ids[1] ?? "", { outcome: "written_off" }, fresh("key"), as);
    const list = async (query: Record<string, string>) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.call(listCarrierClaimsOperation, {
          claims: as,
          query: { ...query, ...(cursor === undefined ? {} : { cursor }) },
        });
        expect(page.status).toBe(200);
        seen.push(...page.body.items.map(({ claimId }: { claimId: string }) => claimId));
        cursor = page.body.nextCursor;
      } while (cursor !== undefined);
      return seen.sort();
    };
    expect(await list({ limit: "1" })).toEqual(ids);
    expect(await list({ limit: "2", status: "open" })).toEqual([ids[0], ids[2]]);
    expect(await list({ status: "closed" })).toEqual([ids[1]]);
  });

  it("hides a claim from other tenants: it is not there", async () => {
    const { caseId } = await lostParcel();
    const elsewhere = claimsOf("operator", "elsewhere");
    const there = await read(`${caseId}.kuaidi100`, elsewhere);
    const nowhere = await read("nowhere.kuaidi100", elsewhere);
    expect([there.status, there.body]).toEqual([404, nowhere.body]);
    const written = await settle(`${caseId}.kuaidi100`, { outcome: "written_off" }, fresh("key"), elsewhere);
    expect(written.status).toBe(404);
    expect(await claimsBalanceOf(caseId)).toBe(-128_000n);
  });
});
