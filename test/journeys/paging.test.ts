import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fileCaseOperation,
  getTimelineOperation,
  listCasesOperation,
} from "../../functions/api/cases/operations.ts";
import { getQueueOperation } from "../../functions/api/desk/operations.ts";
import type { Operation } from "../../functions/http/operation.ts";
import type { As, Input, SuccessOf } from "../../lib/demo/api-client.ts";
import { type Journey, startJourney } from "../support/journey.ts";
import { changedMind, faultWithoutRecord } from "../support/journey-requests.ts";

let journey: Journey;
/** In the order in which they were filed, an hour apart. */
const waiting: string[] = [];
const requestsOfOneLine: string[] = [];

const partner = { tenant: "lux", role: "partner" } as const;
const merchant = { tenant: "lux", role: "merchant", merchantId: "second-bloom" } as const;
const queueParams = { merchantId: "second-bloom" };

const file = async (body: ReturnType<typeof changedMind>, as: As = partner): Promise<string> => {
  const { caseId } = await journey.api.call(as, fileCaseOperation, { body });
  await journey.service.idle();
  return caseId;
};

beforeAll(async () => {
  journey = await startJourney();
  for (const orderId of ["ord-1008", "ord-1011", "ord-1014", "ord-1017", "ord-1018"]) {
    waiting.push(await file(faultWithoutRecord(orderId)));
    await journey.service.clock.advance(3_600_000);
  }
  requestsOfOneLine.push(await file(changedMind("ord-1017")), await file(changedMind("ord-1017")));
  await file(changedMind("ord-1001"), { tenant: "vintage", role: "partner" });
}, 120_000);

afterAll(() => journey?.stop());

type Listed<O extends Operation> = SuccessOf<O> extends { items: readonly (infer Entry)[] } ? Entry : never;

/** Every page of a list, each of `limit` entries. */
const pagesOf = async <O extends Operation>(
  as: As,
  operation: O,
  input: Input<O>,
  limit: number,
): Promise<Listed<O>[][]> => {
  const pages: Listed<O>[][] = [];
  let cursor: string | undefined;
  do {
    const query = { ...input.query, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) };
    const page = (await journey.api.call(as, operation, { ...input, query })) as {
      items: Listed<O>[];
      nextCursor?: string;
    };
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
};

const idsIn = (pages: readonly (readonly { readonly caseId: string }[])[]) =>
  pages.flat().map(({ caseId }) => caseId);

describe("the merchant's queue", () => {
  it("shows what waits for the merchant, the nearest deadline first, page by page", async () => {
    const pages = await pagesOf(merchant, getQueueOperation, { params: queueParams }, 2);
    expect(pages.filter(({ length }) => length > 0).map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(idsIn(pages)).toEqual(waiting);
    const deadlines = pages.flat().map(({ deadlineAt }) => deadlineAt);
    expect(deadlines).toEqual(deadlines.toSorted((a, b) => a - b));
  });

  it("is the same for the platform, and empty for a merchant nobody waits for", async () => {
    expect(idsIn(await pagesOf(partner, getQueueOperation, { params: queueParams }, 100))).toEqual(waiting);
    const other = { params: { merchantId: "maison-rive" } };
    expect(idsIn(await pagesOf(partner, getQueueOperation, other, 100))).toEqual([]);
  });
});

describe("the lists of cases", () => {
  it("of a buyer, oldest first, whatever order they are about", async () => {
    const query = { buyerId: "buyer-17" };
    const pages = await pagesOf(partner, listCasesOperation, { query }, 1);
    expect(idsIn(pages)).toEqual([waiting[3], ...requestsOfOneLine]);
  });

  it("of an order, oldest first", async () => {
    const query = { orderId: "ord-1017" };
    const pages = await pagesOf(partner, listCasesOperation, { query }, 2);
    expect(idsIn(pages)).toEqual([waiting[3], ...requestsOfOneLine]);
    expect(idsIn(await pagesOf(partner, listCasesOperation, { query: { orderId: "ord-1001" } }, 10))).toEqual(
      [],
    );
  });

  it("want exactly one of order and buyer", async () => {
    for (const query of [undefined, { orderId: "ord-1017", buyerId: "buyer-17" }]) {
      const input = query ? { query } : {};
      const answer = await journey.api.send(partner, listCasesOperation, input);
      expect(answer.status).toBe(422);
    }
  });
});

describe("the timeline", () => {
  it("is the same in pages of one as in one page", async () => {
    const params = { caseId: requestsOfOneLine[0] ?? "" };
    const whole = await pagesOf(partner, getTimelineOperation, { params }, 100);
    const single = await pagesOf(partner, getTimelineOperation, { params }, 1);
    expect(single.flat()).toEqual(whole.flat());
    expect(new Set(single.map((page) => page.length))).toEqual(new Set([1]));
    expect(whole.flat().map(({ type }) => type)).toEqual([
      "CaseFiled",
      "CaseJudged",
      "CaseApproved",
      "FundsReserved",
    ]);
  });
});

describe("a cursor", () => {
  const firstCursor = async (): Promise<string> => {
    const page = await journey.api.call(merchant, getQueueOperation, {
      params: queueParams,
      query: { limit: "2" },
    });
    return page.nextCursor ?? "";
  };

  const refused = async (operation: typeof getQueueOperation | typeof listCasesOperation, input: object) => {
    const answer = await journey.api.send(partner, operation as Operation, input as Input<Operation>);
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({
      type: "/problems/invalid_cursor",
      errors: [{ pointer: "/query/cursor" }],
    });
  };

  it("serves only the list it was issued for", async () => {
    const cursor = await firstCursor();
    await refused(getQueueOperation, { params: { merchantId: "maison-rive" }, query: { cursor } });
    await refused(listCasesOperation, { query: { buyerId: "buyer-17", cursor } });
  });

  it("serves no other tenant", async () => {
    const cursor = await firstCursor();
    const answer = await journey.api.send({ tenant: "vintage", role: "operator" }, getQueueOperation, {
      params: queueParams,
      query: { cursor },
    });
    expect(answer.status).toBe(422);
  });

  it("cannot be changed or made up", async () => {
    const cursor = await firstCursor();
    const swapped = cursor.startsWith("A") ? `B${cursor.slice(1)}` : `A${cursor.slice(1)}`;
    for (const bad of [swapped, cursor.slice(0, -1), "bm90LWEtY3Vyc29y"]) {
      await refused(getQueueOperation, { params: queueParams, query: { cursor: bad } });
    }
  });

  it("carries no key of the table that is not the caller's own", async () => {
    const payload = Buffer.from(await firstCursor(), "base64url")
      .subarray(32)
      .toString();
    expect(payload).not.toContain("vintage");
  });
});
