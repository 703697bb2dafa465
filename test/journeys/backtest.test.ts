import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as z from "zod/mini";
import {
  cancelBacktestOperation,
  createBacktestOperation,
  getBacktestOperation,
  listBacktestsOperation,
  listExamplesOperation,
} from "../../functions/api/backtests/operations.ts";
import { cancelCaseOperation, fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { createRuleSetOperation, replaceRuleSetOperation } from "../../functions/api/rules/operations.ts";
import type { draftBody } from "../../functions/api/rules/schemas.ts";
import type { As } from "../../lib/demo/api-client.ts";
import { everythingIn, type Journey, startJourney } from "../support/journey.ts";
import { changedMind, faultWithoutRecord } from "../support/journey-requests.ts";
import { aRule, shipped } from "../support/rules.ts";

/** A draft is tried on the closed cases of a platform, over a real export of the table. */

let journey: Journey;
/** The case the draft judges otherwise: 12,860.00 for a change of mind. */
let dearCaseId: string;
let period: { closedFrom: string; closedTo: string };

const lux = { tenant: "lux", role: "partner" } as const;
const operator = { tenant: "lux", role: "operator" } as const;
const vintage = { tenant: "vintage", role: "operator" } as const;

const { outcome } = shipped.otherwise;
const document = {
  ...shipped,
  rules: [
    aRule(
      "dear-change-of-mind",
      {
        all: [
          { fact: "reasonKind", op: "eq", value: "change_of_mind" },
          { fact: "amountMinor", op: "gt", value: 1_000_000 },
        ],
      },
      {
        outcome: {
          ...outcome,
          liability: { merchant: 0, platform: 0, carrier: 0, buyer: 10_000 },
          route: "ineligible",
          remedies: [],
          refundCapBps: 0,
          freightPayer: "buyer",
        },
      },
    ),
    ...shipped.rules,
  ],
} as unknown as Omit<z.input<typeof draftBody>, "name">;

const instant = (ms: number): string => new Date(ms).toISOString();

const closed = async (as: As, body: ReturnType<typeof changedMind>): Promise<string> => {
  const { caseId } = await journey.api.call(as, fileCaseOperation, { body });
  await journey.service.idle();
  await journey.api.call(as, cancelCaseOperation, { params: { caseId } });
  await journey.service.idle();
  return caseId;
};

beforeAll(async () => {
  journey = await startJourney();
  const { service, api } = journey;
  const from = service.clock.now();
  dearCaseId = await closed(lux, changedMind("ord-1001"));
  await closed(lux, changedMind("ord-1010"));
  await closed(lux, faultWithoutRecord("ord-1008"));
  await closed({ ...vintage, role: "partner" }, changedMind("ord-1001"));
  await api.call(lux, fileCaseOperation, { body: changedMind("ord-1014") });
  await api.call(lux, createRuleSetOperation, { body: { rulesetId: "house", name: "House", ...document } });
  await service.idle();
  period = { closedFrom: instant(from), closedTo: instant(service.clock.now() + 1) };
}, 120_000);

afterAll(() => journey?.stop());

const begin = (as: As = operator) =>
  journey.api.call(as, createBacktestOperation, { body: { rulesetId: "house", version: 1, ...period } });

const read = (backtestId: string, as: As = operator) =>
  journey.api.call(as, getBacktestOperation, { params: { backtestId } });

/** The machine looks at the export after a second. */
const runOn = async (): Promise<void> => {
  await journey.service.clock.advance(1_000);
  await journey.service.idle();
};

const objectKeys = async (): Promise<readonly string[]> => {
  const { endpoints, bucketNames } = journey.service;
  const client = new AwsClient({
    accessKeyId: "local",
    secretAccessKey: "local",
    service: "s3",
    region: "us-east-1",
  });
  const pages = await Promise.all(
    bucketNames.map(async (name) => (await client.fetch(`${endpoints.s3}/${name}?list-type=2`)).text()),
  );
  return pages.flatMap((page) => [...page.matchAll(/<Key>([^<]*)/g)].map(([, key = ""]) => key));
};

/** All that a run changed, its record and the recorded answers aside. */
const leftBy = (before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>) =>
  [...after.keys()].filter((key) => !before.has(key) && !key.includes("#IDEMPOTENCY#"));

describe("a draft tried on the closed cases", () => {
  it("says how far it is, then from what to what, and who would pay", async () => {
    const before = await everythingIn(journey);
    const { backtestId, status, sha256 } = await begin();
    expect(status).toBe("queued");
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    await journey.service.idle();
    expect(await read(backtestId)).toMatchObject({
      status: "exporting",
      progress: { itemsSeen: 0, cases: 0 },
    });
    await runOn();

    const done = await read(backtestId);
    expect(done.status).toBe("done");
    expect(done.progress.itemsSeen).toBe(done.progress.itemsTotal);
    expect(done.result).toMatchObject({
      cases: 3,
      judged: 3,
      changed: 1,
      notJudged: { never_judged: 0, not_kept: 0, unreadable: 0, no_verdict: 0 },
    });
    expect(done.result?.rules.filter(({ changed }) => changed > 0)).toEqual([
      { from: "no-reason-within-window", to: "dear-change-of-mind", cases: 1, changed: 1 },
    ]);
    expect(done.result?.routes.filter(({ changed }) => changed > 0)).toEqual([
      { from: "automatic", to: "ineligible", cases: 1, changed: 1 },
    ]);
    // 12,860.00 at 30 %, 7,210.00 at 25 % and 5,490.00 at 50 % commission; the first is not refunded any more.
    expect(done.result?.money).toEqual({
      CNY: {
        merchant: { beforeMinor: -900_200n - 540_750n - 274_500n, afterMinor: -540_750n - 274_500n },
        platform: { beforeMinor: -385_800n - 180_250n - 274_500n, afterMinor: -180_250n - 274_500n },
        carrier: { beforeMinor: 0n, afterMinor: 0n },
        buyer: { beforeMinor: 2_556_000n, afterMinor: 1_270_000n },
      },
    });
    expect(journey.service.failures()).toEqual([]);
    expect(leftBy(before, await everythingIn(journey))).toEqual(
      ["BACKTEST", "EXAMPLES", "RESULT"].map((key) => `T#lux#BACKTEST#${backtestId} ${key}`),
    );
    expect(await objectKeys()).toEqual([]);
  });

  it("shows examples, by the rules they go from and to", async () => {
    const [latest] = (await journey.api.call(operator, listBacktestsOperation, { query: {} })).items;
    const params = { backtestId: latest?.backtestId ?? "" };
    const list = (query: Readonly<Record<string, string>>) =>
      journey.api.call(operator, listExamplesOperation, { params, query });
    const { items } = await list({});
    expect(items).toMatchObject([
      {
        caseId: dearCaseId,
        currency: "CNY",
        claimMinor: 1_286_000n,
        before: { rulesVersion: "cn-standard@1", route: "automatic" },
        after: { rule: "dear-change-of-mind", rulesVersion: "house@1", route: "ineligible", refundCapBps: 0 },
        moved: { buyer: { beforeMinor: 1_286_000n, afterMinor: 0n } },
      },
    ]);
    expect((await list({ from: "no-reason-within-window", to: "dear-change-of-mind" })).items).toEqual(items);
    expect((await list({ to: "presumed-merchant" })).items).toEqual([]);
  });

  it("tells nothing about another platform's cases", async () => {
    const body = { rulesetId: "cn-standard", version: 1, ...period };
    const { backtestId } = await journey.api.call(vintage, createBacktestOperation, { body });
    await journey.service.idle();
    await runOn();
    const { status, result } = await read(backtestId, vintage);
    expect(status).toBe("done");
    expect(result).toMatchObject({ cases: 1, judged: 1, changed: 0 });
  });

  it("judges by the draft as it was when it began", async () => {
    const { backtestId, sha256 } = await begin();
    await journey.service.idle();
    await journey.api.call(lux, replaceRuleSetOperation, {
      params: { rulesetId: "house" },
      headers: { "if-match": '"1"' },
      body: { name: "House", ...(shipped as unknown as typeof document) },
    });
    await runOn();
    expect(await read(backtestId)).toMatchObject({ status: "done", sha256, result: { changed: 1 } });
  });
});

describe("a run that is cancelled", () => {
  it("leaves nothing behind but the record that it was", async () => {
    const before = await everythingIn(journey);
    const { backtestId } = await begin();
    await journey.service.idle();
    expect((await objectKeys()).length).toBeGreaterThan(0);
    expect(
      (
        await journey.api.send(operator, createBacktestOperation, {
          body: { rulesetId: "house", version: 1, ...period },
        })
      ).json,
    ).toMatchObject({ type: "/problems/backtest_running" });
    const params = { backtestId };
    expect(await journey.api.call(operator, cancelBacktestOperation, { params })).toMatchObject({
      status: "cancelled",
    });
    await runOn();

    expect(await read(backtestId)).toMatchObject({ status: "cancelled" });
    expect(leftBy(before, await everythingIn(journey))).toEqual([`T#lux#BACKTEST#${backtestId} BACKTEST`]);
    expect(await objectKeys()).toEqual([]);
    expect((await journey.api.send(operator, cancelBacktestOperation, { params })).json).toMatchObject({
      type: "/problems/backtest_over",
    });
    const { items } = await journey.api.call(operator, listExamplesOperation, { params, query: {} });
    expect(items).toEqual([]);
    await expect(begin()).resolves.toMatchObject({ status: "queued" });
    await journey.service.idle();
    await runOn();
  });
});
