import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listDisputesEndpoint } from "../../functions/api/arbitration/list-disputes.ts";
import {
  getDisputeFileOperation,
  listDisputesOperation,
} from "../../functions/api/arbitration/operations.ts";
import { getDisputeFileEndpoint } from "../../functions/api/arbitration/read-file.ts";
import {
  acceptProposalEndpoint,
  appealRulingEndpoint,
  assignDisputeEndpoint,
  openDisputeEndpoint,
  proposeSettlementEndpoint,
  ruleCaseEndpoint,
  submitStatementEndpoint,
  withdrawDisputeEndpoint,
} from "../../functions/api/disputes/commands.ts";
import {
  acceptProposalOperation,
  appealRulingOperation,
  assignDisputeOperation,
  getDisputeOperation,
  openDisputeOperation,
  proposeSettlementOperation,
  ruleCaseOperation,
  submitStatementOperation,
  withdrawDisputeOperation,
} from "../../functions/api/disputes/operations.ts";
import { getDisputeEndpoint } from "../../functions/api/disputes/read-dispute.ts";
import { type CaseState, fileCase } from "../../functions/domain/case.ts";
import type { Operation } from "../../functions/http/operation.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { caseRecords, commitFiledCase } from "../../functions/store/cases.ts";
import { type Claims, claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { aReturn, buyer, day, merchant, monday, referenceOf } from "../support/builders.ts";
import { appeals, escalates, judged, proposes, refuses, rests, rules, wayTo } from "../support/cases.ts";
import { caseInTable, fresh, linesOf, make, standingCase } from "../support/cases-in-table.ts";

let api: TestApi;
beforeAll(async () => {
  // While what these cases wait for is still open.
  vi.useFakeTimers({ now: monday + day, toFake: ["Date"] });
  api = await createTestApi([
    openDisputeEndpoint,
    submitStatementEndpoint,
    proposeSettlementEndpoint,
    withdrawDisputeEndpoint,
    acceptProposalEndpoint,
    getDisputeEndpoint,
    ruleCaseEndpoint,
    appealRulingEndpoint,
    assignDisputeEndpoint,
    listDisputesEndpoint,
    getDisputeFileEndpoint,
  ]);
});
afterAll(async () => {
  vi.useRealTimers();
  await api?.close();
});

const buyers = claimsOf("buyer", "tenant-1", buyer.id);
const merchants = claimsOf("merchant", "tenant-1", merchant.id);
const anArbiter = (name: string): Claims => ({ ...claimsOf("operator", "tenant-1"), operatorId: name });

let keys = 0;
const send = (
  claims: Claims,
  operation: Operation,
  { caseId }: Pick<CaseState, "caseId">,
  body?: unknown,
) => {
  keys += 1;
  return api.call(operation, { claims, params: { caseId }, body, idempotencyKey: `key-${keys}` });
};
const read = (claims: Claims, operation: Operation, { caseId }: Pick<CaseState, "caseId">) =>
  api.call(operation, { claims, params: { caseId } });

const half = {
  liability: { merchant: 10_000, platform: 0, carrier: 0, buyer: 0 },
  remedy: "refund_only",
  refundMinor: 64_000,
  freightPayer: "merchant",
  reason: "两边都有道理。",
};

describe("a dispute over the API", () => {
  it("is opened, heard, ruled on and appealed, each by who may, and both sides read the same", async () => {
    const state = await caseInTable(api.table, [judged(), refuses()]);
    expect((await send(merchants, openDisputeOperation, state, { text: "No." })).status).toBe(409);
    expect(
      (await send(buyers, openDisputeOperation, state, { text: "Not as described." })).body,
    ).toMatchObject({
      stage: "disputed",
      nextActor: "parties",
    });
    const foreign = { text: "Look.", evidenceIds: ["somebody-elses"] };
    expect((await send(buyers, submitStatementOperation, state, foreign)).body.errors).toEqual([
      { pointer: "/evidenceIds/0", detail: "is no file of this side that has arrived" },
    ]);
    expect((await send(buyers, submitStatementOperation, state, {})).status).toBe(422);
    await send(buyers, submitStatementOperation, state, { rest: true });
    const answered = await send(merchants, submitStatementOperation, state, { text: "It was.", rest: true });
    expect(answered.body).toMatchObject({ stage: "awaiting_ruling", nextActor: "operator" });
    for (const claims of [buyers, merchants]) {
      const { body } = await read(claims, getDisputeOperation, state);
      expect(body.statements.map(({ text }: { text: string }) => text)).toEqual([
        "Not as described.",
        "It was.",
      ]);
      expect(body).not.toHaveProperty("arbiterId");
    }

    const nameless = await send(claimsOf("operator", "tenant-1"), ruleCaseOperation, state, half);
    expect([nameless.status, nameless.body.type]).toEqual([403, "/problems/role_forbidden"]);
    expect((await send(anArbiter("lin"), ruleCaseOperation, state, half)).body).toMatchObject({
      stage: "ruled",
    });
    expect((await send(buyers, appealRulingOperation, state, { text: "More." })).body.stage).toBe("disputed");
    await make(api.table, state, rests(merchant));
    const barred = await send(anArbiter("lin"), ruleCaseOperation, state, half);
    expect([barred.status, barred.body.type]).toEqual([403, "/problems/arbiter_barred"]);
    const { body: file } = await read(anArbiter("zhao"), getDisputeFileOperation, state);
    expect(file).toMatchObject({
      round: 2,
      barredArbiters: ["lin"],
      appealedBy: ["buyer"],
      remedies: ["refund_only", "return_and_refund", "exchange"],
    });
    expect(file.verdicts).toHaveLength(2);
    expect(file.lines[0]).toMatchObject({ lineId: "line-1", intake: { grade: "A" } });
    expect((await send(anArbiter("zhao"), ruleCaseOperation, state, half)).body.stage).toBe("settling");
  });

  it("gives goods where they fit, says which may be had, and prices what cannot", async () => {
    const state = await caseInTable(api.table, [
      judged(),
      refuses(),
      escalates(),
      rests(buyer),
      rests(merchant),
    ]);
    const inKind = { ...half, remedy: "exchange", refundMinor: undefined, compensationMinor: 500 };
    const unfit = await send(anArbiter("lin"), ruleCaseOperation, state, { ...inKind, remedy: "repair" });
    expect([unfit.status, unfit.body.type, unfit.body.errors]).toEqual([
      422,
      "/problems/ruling_unsound",
      [
        {
          pointer: "/remedy",
          detail: "must not be repair as the case stands; allowed: refund_only, return_and_refund, exchange",
        },
      ],
    ]);
    const proposal = { remedy: "resend" };
    expect((await send(merchants, proposeSettlementOperation, state, proposal)).body.errors).toHaveLength(1);
    expect((await send(merchants, proposeSettlementOperation, state, { remedy: "exchange" })).status).toBe(
      200,
    );
    for (const claims of [buyers, merchants]) {
      expect((await read(claims, getDisputeOperation, state)).body).toMatchObject({
        remedies: ["refund_only", "return_and_refund", "exchange"],
        proposal: { remedy: "exchange", amountMinor: 128_000 },
      });
    }
    expect((await send(anArbiter("lin"), ruleCaseOperation, state, inKind)).body.stage).toBe("ruled");
    const lin = anArbiter("lin");
    const { body: queue } = await api.call(listDisputesOperation, { claims: lin, query: { stage: "ruled" } });
    const row = queue.items.find(({ caseId }: { caseId: string }) => caseId === state.caseId);
    expect(row.ruling).toEqual({ basis: "arbiter", remedy: "exchange", refundMinor: 128_000 });
    const { body: file } = await read(lin, getDisputeFileOperation, state);
    expect(file.atStake).toMatchObject({
      inKind: "replacement",
      refundMinor: 128_000,
      compensationMinor: 500,
    });
    expect(file.verdicts.at(-1)).toMatchObject({ remedies: ["exchange"], ruling: { remedy: "exchange" } });
  });

  it("is refused by name where another case holds the units that are to come back", async () => {
    const history = [judged(), refuses(), escalates(), proposes(merchant, 100_000n, "return_and_refund")];
    const state = await caseInTable(api.table, history, { type: "refund_only" });
    const [line] = await linesOf(api.table, state.orderId);
    if (!line) throw new RangeError("the order has a line");
    const { detail } = aReturn();
    const other = aReturn({
      caseId: fresh("case"),
      orderId: state.orderId,
      detail: { ...detail, lines: detail.lines.map((each) => ({ ...each, amountMinor: 0n })) },
    });
    await commitFiledCase(api.table, fileCase(other, monday, buyer), [line], () => []);
    const refused = await send(buyers, acceptProposalOperation, state, { proposal: 1 });
    expect([refused.status, refused.body.type]).toEqual([409, "/problems/quantity_exceeded"]);
    expect((await standingCase(api.table, state)).state.stage).toBe("disputed");
  });

  it("shows decided disputes of the same reason beside the next one, the nearest amount first", async () => {
    const decided = await caseInTable(api.table, [...wayTo.ruled, appeals(buyer), rests(merchant)]);
    await send(anArbiter("zhao"), ruleCaseOperation, decided, half);
    const next = await caseInTable(api.table, "disputed");
    const { body } = await read(anArbiter("zhao"), getDisputeFileOperation, next);
    expect(body.similar.map(({ caseId }: { caseId: string }) => caseId)).toContain(decided.caseId);
  });
});

describe("the arbiters' queue", () => {
  it("lists every open dispute once, by deadline, page by page, and by whose it is", async () => {
    const tenantId = "queue-tenant";
    const open: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      open.push(
        (await caseInTable(api.table, count % 2 ? "disputed" : "awaiting_ruling", { tenantId })).caseId,
      );
    }
    const lin = { ...claimsOf("operator", tenantId), operatorId: "lin" };
    const page = async (query: Record<string, string>) =>
      (await api.call(listDisputesOperation, { claims: lin, query })).body;
    const seen: { caseId: string; deadlineAt: string }[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page({ limit: "5", ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...items);
      cursor = nextCursor;
    } while (cursor !== undefined);
    expect(seen.map(({ caseId }) => caseId).sort()).toEqual(open.sort());
    expect(seen.map(({ deadlineAt }) => deadlineAt)).toEqual(seen.map(({ deadlineAt }) => deadlineAt).sort());
    expect((await page({ stage: "disputed" })).items).toHaveLength(6);

    const [first = ""] = open;
    keys += 1;
    const taken = await api.call(assignDisputeOperation, {
      claims: lin,
      params: { caseId: first },
      body: {},
      idempotencyKey: `key-${keys}`,
    });
    expect(taken.status).toBe(200);
    expect((await page({ assigned: "me" })).items).toMatchObject([{ caseId: first, arbiterId: "lin" }]);
    expect((await page({ assigned: "nobody" })).items).toHaveLength(11);
  });
});

describe("at the same moment", () => {
  it("two arbiters rule once, and an agreement and a ruling are not both carried out", async () => {
    for (let round = 0; round < 6; round += 1) {
      const state = await caseInTable(api.table, [...wayTo.awaiting_ruling, proposes(merchant)]);
      const { dispute } = await standingCase(api.table, state);
      const answers = await Promise.all([
        send(anArbiter("lin"), ruleCaseOperation, state, half),
        send(anArbiter("zhao"), ruleCaseOperation, state, half),
        send(buyers, acceptProposalOperation, state, { proposal: dispute?.proposal?.number }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const types = (await caseRecords(api.table, referenceOf(state), 1, 100)).flatMap(({ announcements }) =>
        announcements.map(({ type }) => type),
      );
      expect(types.filter((type) => type === "CaseRuled" || type === "CaseApproved")).toHaveLength(1);
    }
  });

  it("two sides who let their appeals go leave the ruling final, once", async () => {
    for (let round = 0; round < 6; round += 1) {
      const state = await caseInTable(api.table, [...wayTo.ruled, appeals(merchant), appeals(buyer)]);
      const answers = await Promise.all(
        [buyers, merchants].map((claims) => send(claims, withdrawDisputeOperation, state, {})),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const { state: after, dispute } = await standingCase(api.table, state);
      expect(after.stage).toBe("awaiting_shipment");
      expect(dispute).toMatchObject({ end: "ruled" });
    }
  });

  it("an appeal and the end of its window come to one of the two", async () => {
    const ends = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const state = await caseInTable(api.table, [...wayTo.awaiting_ruling, rules()]);
      const end = state.deadlineAt ?? 0;
      const [appealed] = await Promise.all([
        make(api.table, state, (standing) => ({ ...appeals(merchant)(standing), at: end - 1 })).then(
          () => true,
          () => false,
        ),
        applyTimeout(api.table, referenceOf(state), end),
      ]);
      const { state: after } = await standingCase(api.table, state);
      expect(after.stage).toBe(appealed ? "disputed" : "awaiting_shipment");
      ends.add(after.stage);
    }
    expect(ends.size).toBeGreaterThan(0);
  });
});
