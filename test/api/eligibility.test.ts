import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fileCaseEndpoint } from "../../functions/api/cases/file-case.ts";
import { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { checkEligibilityEndpoint } from "../../functions/api/eligibility/check-eligibility.ts";
import { checkEligibilityOperation } from "../../functions/api/eligibility/operations.ts";
import { windowEndsAt } from "../../functions/domain/calendar.ts";
import type { OrderLine } from "../../functions/domain/catalog.ts";
import type { RuleDocument } from "../../functions/domain/judgment/rule-document.ts";
import { caseTypes, isChangeOfMind, type Reason, reasons, suits } from "../../functions/domain/request.ts";
import type { Role } from "../../functions/http/operation.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, day } from "../support/builders.ts";
import { fresh, itemsOf, linesOf, standingCase, syncOrder } from "../support/cases-in-table.ts";
import { aRule, publish, shipped } from "../support/rules.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([checkEligibilityEndpoint, fileCaseEndpoint]);
});
afterAll(() => api.close());

const partner = claimsOf("partner", "tenant-1");
const asBuyer = claimsOf("buyer", "tenant-1", buyer.id);
const claimedFlaw = { code: "scratch", place: "back" };
const scratch = { ...claimedFlaw, severity: "minor" } as const;
const inspection = { inspectedAt: 0, grade: "A", flaws: [scratch], photoHashes: [] };

const ask = async (orderId: string, more: object = {}, claims = partner) =>
  api.call(checkEligibilityOperation, { claims, body: { orderId, lineId: "line-1", ...more } });

type Option = {
  readonly reason: string;
  readonly type: string;
  readonly status: string;
  readonly route?: string;
  readonly problem?: string;
  readonly until?: string;
};

const lines: { readonly [title: string]: Partial<OrderLine> } = {
  "signed for three days ago": { signedOffAt: Date.now() - 3 * day },
  "signed for long ago": { signedOffAt: Date.now() - 30 * day, packedBy: "merchant" },
  "with a flaw at dispatch, exclusion confirmed": {
    signedOffAt: Date.now() - 2 * day,
    outboundInspection: inspection,
    exclusionConfirmed: true,
  },
  "dear, never inspected": { paidMinor: 9_000_000n, signedOffAt: Date.now() - day },
};

/** What is refunded for a missing part if it cannot be sent. */
const worth = (type: string, reason: string): object =>
  type === "resend" && reason === "MISSING_PART" ? { amountMinor: 5_000 } : {};

describe.each(Object.entries(lines))("of a line %s", (_, line) => {
  it("what eligibility says is what filing then gets", async () => {
    const claims = { ...asBuyer };
    const { status, body } = await ask(await syncOrder(api.table, [line]), { claimedFlaw }, claims);
    expect(status).toBe(200);
    expect(body.options.map(({ reason, type }: Option) => [reason, type])).toEqual(
      reasons.flatMap((reason) =>
        caseTypes.filter((type) => suits(type, reason)).map((type) => [reason, type]),
      ),
    );
    await Promise.all(
      body.options.map(async ({ reason, type, status: said, route }: Option) => {
        const orderId = await syncOrder(api.table, [line]);
        const filed = await api.call(fileCaseOperation, {
          claims,
          idempotencyKey: fresh("key"),
          body: {
            orderId,
            reason,
            type,
            ...(isChangeOfMind(reason as Reason) ? {} : { claimedFlaw }),
            lines: [{ lineId: "line-1", quantity: 1, ...worth(type, reason) }],
          },
        });
        expect(filed.status).toBe(201);
        const reference = { tenantId: "tenant-1", caseId: filed.body.caseId };
        await judgeResponsibility(api.table, reference, Date.now());
        const { verdict, state } = await standingCase(api.table, reference);
        expect([reason, type, verdict?.route]).toEqual([reason, type, route]);
        expect(said === "open").toBe(state.stage !== "ineligible");
      }),
    );
  });
});

describe("eligibility", () => {
  it("says until when: the judge turns the request down from that very moment on", async () => {
    const signedOffAt = Date.now() - 3 * day;
    const orderId = await syncOrder(api.table, [{ signedOffAt }]);
    const { body } = await ask(orderId, { reasons: ["CHANGED_MIND"] });
    const [refundOnly, back] = body.options;
    expect(refundOnly).toMatchObject({ type: "refund_only", status: "closed" });
    expect(refundOnly).not.toHaveProperty("until");
    expect(back).toMatchObject({ status: "open", buyerPaysFreight: true, freightPayer: "buyer" });
    expect(Date.parse(back.until)).toBe(windowEndsAt(signedOffAt, 7, "Asia/Shanghai"));
  });

  it("tells what is left, and closes with the very problem that filing answers with", async () => {
    const orderId = await syncOrder(api.table, [{ signedOffAt: Date.now() - day, quantity: 2 }]);
    const answer = await ask(orderId, { reasons: ["CHANGED_MIND"], quantity: 3 });
    expect(answer.body).toMatchObject({
      requestsLeft: 5,
      remainingQuantity: 2,
      refundableMinor: 128_000,
      options: [
        { type: "refund_only", status: "closed", problem: "quantity_exceeded" },
        { type: "return_and_refund", status: "closed", problem: "quantity_exceeded" },
        { type: "exchange", status: "closed", problem: "quantity_exceeded" },
      ],
    });
    const filed = await api.call(fileCaseOperation, {
      claims: partner,
      idempotencyKey: fresh("key"),
      body: {
        orderId,
        reason: "CHANGED_MIND",
        type: "return_and_refund",
        lines: [{ lineId: "line-1", quantity: 3 }],
      },
    });
    expect(filed.body.type).toBe("/problems/quantity_exceeded");
  });

  it("does not guess at a flaw nobody named", async () => {
    const { body } = await ask(await syncOrder(api.table), { reasons: ["DEFECTIVE"] });
    expect(body.options.map(({ status }: Option) => status)).toEqual([
      "depends",
      "depends",
      "depends",
      "depends",
    ]);
  });

  it("tells a buyer nothing of who else would pay", async () => {
    const orderId = await syncOrder(api.table);
    const { body } = await ask(orderId, { reasons: ["WRONG_ITEM"] }, asBuyer);
    expect(body.options[1]).toMatchObject({ status: "open", buyerPaysFreight: false });
    expect(body.options[1]).not.toHaveProperty("freightPayer");
  });

  it("writes nothing and needs no Idempotency-Key", async () => {
    const orderId = await syncOrder(api.table);
    const before = await linesOf(api.table, orderId);
    expect((await ask(orderId)).status).toBe(200);
    expect(await linesOf(api.table, orderId)).toEqual(before);
    expect(await itemsOf(api.table, "T#tenant-1#CASE#")).toEqual([]);
  });

  it("answers for another's order as for none", async () => {
    const orderId = await syncOrder(api.table);
    const stranger = claimsOf("buyer", "tenant-1", "somebody-else");
    expect((await ask(orderId, {}, stranger)).status).toBe(404);
    expect((await ask("nowhere")).status).toBe(404);
    expect((await ask(orderId, { lineId: "no-line" })).body.errors).toEqual([
      { pointer: "/lineId", detail: "The order has no line no-line." },
    ]);
    expect((await ask(orderId, {}, claimsOf("merchant", "tenant-1"))).status).toBe(403);
  });
});

describe("under a platform's own rules", () => {
  /** A platform in Berlin whose rules were put in force long ago. */
  const inBerlin = async (document: Partial<RuleDocument> = {}) => {
    const tenant = fresh("tenant");
    await publish(api.table, tenant, "house", 0, { ...shipped, timeZone: "Europe/Berlin", ...document });
    return tenant;
  };
  const askIn = async (
    tenantId: string,
    line: Partial<OrderLine>,
    more: object = {},
    role: Role = "partner",
  ) => {
    const orderId = await syncOrder(api.table, [line], { tenantId });
    const claims = claimsOf(role, tenantId, role === "buyer" ? buyer.id : undefined);
    return (await ask(orderId, { reasons: ["CHANGED_MIND"], ...more }, claims)).body;
  };

  it("asks those that are in force now, and names their version", async () => {
    const tenant = await inBerlin({ noReasonWindowDays: 0 });
    const line = { signedOffAt: Date.now() - 3 * day };
    const closed = await askIn(tenant, line);
    expect(closed.rulesVersion).toBe("house@1");
    expect(closed.options.map(({ status }: Option) => status)).toEqual(["closed", "closed", "closed"]);
    await publish(api.table, tenant, "later", Date.now() + day, shipped);
    expect((await askIn(tenant, line)).rulesVersion).toBe("house@1");
  });

  it("says until when by whatever days the rules count, not by the no-reason window alone", async () => {
    const { outcome } = shipped.otherwise;
    const tooLate = aRule(
      "fault-too-late",
      {
        all: [
          { fact: "daysSinceSignOff", op: "gt", value: 30 },
          { fact: "reasonKind", op: "eq", value: "fault" },
        ],
      },
      { outcome: { ...outcome, route: "ineligible", remedies: [] } },
    );
    const tenant = await inBerlin({ rules: [tooLate] });
    const signedOffAt = Date.now() - 3 * day;
    const { options } = await askIn(tenant, { signedOffAt }, { reasons: ["WRONG_ITEM", "CHANGED_MIND"] });
    const until = new Date(windowEndsAt(signedOffAt, 30, "Europe/Berlin")).toISOString();
    expect(
      options.map((option: Option) => [option.type, option.reason, option.status, option.until]),
    ).toEqual([
      ["refund_only", "WRONG_ITEM", "open", until],
      ["return_and_refund", "WRONG_ITEM", "open", until],
      ["exchange", "WRONG_ITEM", "open", until],
      ["refund_only", "CHANGED_MIND", "open", undefined],
      ["return_and_refund", "CHANGED_MIND", "open", undefined],
      ["exchange", "CHANGED_MIND", "open", undefined],
    ]);
  });

  it("tells a buyer nothing that the rules say of others", async () => {
    const secret = { "zh-CN": "打包方：{packedBy}", en: "Packed by {packedBy}" };
    const rule = aRule(
      "contract-only",
      { fact: "packedBy", op: "eq", value: "platform" },
      { explanation: secret },
    );
    const tenant = await inBerlin({ rules: [rule] });
    const line = { signedOffAt: Date.now() - day };
    expect(JSON.stringify(await askIn(tenant, line))).toContain("Packed by the platform");
    const told = JSON.stringify(await askIn(tenant, line, {}, "buyer"));
    for (const hidden of ["Packed by", "打包方", "contract-only", "freightPayer"])
      expect(told).not.toContain(hidden);
  });

  it.each([
    ["on the day that has 25 hours", "2026-10-18T10:00:00Z", "2026-10-25T23:00:00.000Z"],
    ["behind the day that has 25 hours", "2026-10-20T10:00:00Z", "2026-10-27T23:00:00.000Z"],
    ["on the day that has 23 hours", "2027-03-21T10:00:00Z", "2027-03-28T22:00:00.000Z"],
    ["before the day that has 23 hours", "2027-03-20T10:00:00Z", "2027-03-27T23:00:00.000Z"],
  ])("closes at midnight there: %s", async (_, signedOff, until) => {
    const tenant = await inBerlin();
    const signedOffAt = Date.parse(signedOff);
    const returnOf = async (now: number) => {
      vi.setSystemTime(now);
      const { options } = await askIn(tenant, { signedOffAt });
      return options.find(({ type }: Option) => type === "return_and_refund");
    };
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      expect(await returnOf(signedOffAt + day)).toMatchObject({ status: "open", until });
      expect(await returnOf(Date.parse(until) - 1)).toMatchObject({ status: "open", until });
      expect(await returnOf(Date.parse(until))).toMatchObject({ status: "closed" });
    } finally {
      vi.useRealTimers();
    }
  });
});

it("says beforehand that an exchange goes first, where the platform vouches for the buyer", async () => {
  const wrongItem = async (order: object) => {
    const { body } = await ask(await syncOrder(api.table, [{}], order), { reasons: ["WRONG_ITEM"] }, asBuyer);
    return body.options.find(({ type }: Option) => type === "exchange").explanation.en;
  };
  expect(await wrongItem({ buyerTrusted: true })).toContain("The replacement is sent to you first");
  expect(await wrongItem({})).toContain("Send the goods back; after inspection");
});
