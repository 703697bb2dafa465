import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { createClock } from "../../lib/local/clock.ts";
import { createPaymentSide } from "../../lib/local/payment-side.ts";

/** The sandbox of a payment side against an API that only writes down what it is told. */

const hour = 3_600_000;
const startAt = Date.UTC(2026, 2, 1);

let server: Server;
let url: string;
let directory: string;
let pullList: readonly object[];
let confirmed: string[];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (request.method === "POST") {
      const { attempt, result, reason } = JSON.parse(body);
      confirmed.push([request.url?.split("/")[3], attempt, result, reason].filter(Boolean).join(" "));
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ items: request.method === "GET" ? pullList : [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "payment-side-"));
  pullList = [];
  confirmed = [];
});
afterEach(() => rm(directory, { recursive: true }));

const start = (at = startAt) => {
  const activity = createActivity();
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const clock = createClock({ settle: activity.settled, failed, startAt: at });
  const side = createPaymentSide({
    url,
    token: async (tenant) => `token-of-${tenant}`,
    clock,
    activity,
    failed,
    file: join(directory, "payments.json"),
  });
  return { side, clock, settled: activity.settled, failures };
};

const payout = { payoutId: "po-1", attempt: 1, kind: "merchant", amountMinor: 700, currency: "CNY" } as const;

const instructs = (but: Partial<Record<keyof typeof payout, unknown>> = {}, merchantId = "atelier") => {
  const { payoutId, ...payload } = { ...payout, ...but };
  return { "detail-type": "PayoutInstructed", detail: { tenantId: "lux", payoutId, merchantId, payload } };
};

describe("the sandbox payment side", () => {
  it.each([
    ["succeeds", ["po-1 1 succeeded"], "paid"],
    ["fails", ["po-1 1 failed account closed"], "failed"],
    ["answers_twice", ["po-1 1 succeeded", "po-1 1 succeeded"], "paid"],
    ["times_out", [], "paid"],
  ] as const)(
    "%s as it is told to, and its file says what really happened",
    async (behaviour, said, status) => {
      const { side, settled, failures } = start();
      side.tell({ open: true, rules: [{ behaviour }] });
      side.hear(instructs());
      side.hear(instructs());
      await settled();
      expect(confirmed).toEqual(said);
      expect(side.file("lux")).toBe(
        `payoutId,amountMinor,currency,status,paidAt\r\npo-1,700,CNY,${status},${new Date(side.payments()[0]?.at ?? 0).toISOString()}\r\n`,
      );
      expect(side.file("vintage").split("\r\n")).toHaveLength(2);
      expect(failures).toEqual([]);
    },
  );

  it("answers late on the service's clock, also after a restart", async () => {
    const first = start();
    first.side.tell({ open: true, rules: [{ behaviour: "answers_late", afterMs: 30 * hour }] });
    first.side.hear(instructs());
    await first.settled();
    await first.clock.advance(20 * hour);
    expect(confirmed).toEqual([]);
    first.clock.stop();

    const second = start(startAt + 21 * hour);
    second.side.resume();
    await second.settled();
    await second.clock.advance(8 * hour);
    expect(confirmed).toEqual([]);
    await second.clock.advance(2 * hour);
    expect(confirmed).toEqual(["po-1 1 succeeded"]);
    second.clock.stop();
    const third = start(startAt + 40 * hour);
    third.side.resume();
    await third.settled();
    expect(confirmed).toHaveLength(1);
  });

  it("goes by the first rule that fits everything it names", async () => {
    const { side, settled } = start();
    const rules = [
      { merchantId: "atelier", attempt: 1, behaviour: "fails", reason: "card expired" },
      { kind: "refund", behaviour: "times_out" },
    ] as const;
    side.tell({ open: true, rules });
    side.hear(instructs());
    side.hear(instructs({ attempt: 2 }));
    side.hear(instructs({ payoutId: "rf-1", kind: "refund" }, "maison"));
    await settled();
    expect(confirmed).toEqual(["po-1 1 failed card expired", "po-1 2 succeeded"]);
    expect(side.payments().map(({ payoutId, status }) => `${payoutId} ${status}`)).toEqual([
      "po-1 failed",
      "po-1 paid",
      "rf-1 paid",
    ]);
  });

  it("closed only remembers whom it serves; opened it finds on the pull list what it missed", async () => {
    const { side, settled } = start();
    side.hear(instructs());
    await settled();
    expect(side.payments()).toEqual([]);
    pullList = [payout, { ...payout, payoutId: "po-2" }];
    side.tell({ open: true });
    side.hear(instructs());
    await settled();
    expect(confirmed).toEqual(["po-1 1 succeeded", "po-2 1 succeeded"]);
  });

  it("never pays a payout twice: what it paid in one attempt it does not pay in another", async () => {
    const { side, settled } = start();
    side.tell({ open: true, rules: [{ attempt: 1, behaviour: "times_out" }, { behaviour: "fails" }] });
    side.hear(instructs());
    side.hear(instructs({ attempt: 2 }));
    await settled();
    expect(confirmed).toEqual(["po-1 2 succeeded"]);
  });
});
