import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import type { BusEvent } from "../../lib/local/bus.ts";
import { courses, createSandboxCarrier } from "../../lib/local/sandbox-carrier.ts";
import { day } from "../support/builders.ts";
import { createHandClock } from "../workflow/hand-clock.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const pushed: { readonly body: string; readonly headers: Record<string, string> }[] = [];
let server: Server;
let directory: string;
let subscriptions = 0;

/** The service as the carrier sees it: it opens a webhook, and takes pushes. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sandbox-carrier-"));
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/v1/carrier-subscriptions") {
      subscriptions += 1;
      response.end(JSON.stringify({ webhookPath: "/hook", secret }));
      return;
    }
    pushed.push({ body, headers: request.headers as Record<string, string> });
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

const shipped = (at: number, trackingNumber: string, type = "ReturnShipped"): BusEvent => ({
  version: "0",
  id: "event-1",
  "detail-type": type,
  source: "consignment.after-sales",
  account: "000000000000",
  time: new Date(at).toISOString(),
  region: "us-east-1",
  resources: [],
  detail: { tenantId: "lux", at, payload: { carrier: "sf", trackingNumber } },
});

const optionsAt = (startAt: number, file?: string) => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  token: () => Promise.resolve("a-token"),
  clock: createHandClock(startAt),
  activity: createActivity(),
  file,
  failed: (error: unknown) => {
    throw error;
  },
});

it("plays a waybill's course once, signs each scan, and goes on where an earlier run stopped", async () => {
  const startAt = Date.now();
  const options = optionsAt(startAt, join(directory, "carrier.json"));
  const { clock, activity } = options;
  const first = createSandboxCarrier(options);
  first.hear(shipped(startAt, "TEST-RETURNED-7"));
  first.hear(shipped(startAt, "TEST-RETURNED-7"));
  first.hear(shipped(startAt, "SF1000000001"));
  await clock.advance(day, activity.settled);
  expect(pushed).toHaveLength(1);

  // The machine is restarted: time goes on, timers do not.
  const later = createHandClock(clock.now());
  createSandboxCarrier({ ...options, clock: later }).resume();
  await later.advance(10 * day, activity.settled);
  const told = pushed.map(({ body }) => JSON.parse(body).data.checkpoints[0].status);
  expect(told).toEqual(courses.RETURNED.map(({ status }) => status));
  for (const { body, headers } of pushed) {
    const sentAt = new Date(Number(headers["webhook-timestamp"]) * 1000);
    const signature = new Webhook(secret).sign(headers["webhook-id"] ?? "", sentAt, body);
    expect(headers["webhook-signature"]).toBe(signature);
  }
  expect(subscriptions).toBe(1);
  expect(later.pending()).toEqual([]);
});

it("plays the course of what is sent instead of money as well", async () => {
  pushed.length = 0;
  const startAt = Date.now();
  const options = optionsAt(startAt);
  createSandboxCarrier(options).hear(shipped(startAt, "TEST-LOST-8", "ReplacementShipped"));
  await options.clock.advance(10 * day, options.activity.settled);
  const told = pushed.map(({ body }) => JSON.parse(body).data);
  expect(told.map(({ trackingNumber }) => trackingNumber)).toEqual(courses.LOST.map(() => "TEST-LOST-8"));
});
