import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  type MockInstance,
  vi,
} from "vitest";
import {
  receivePushOperation,
  replayParkedPushOperation,
} from "../../functions/api/carrier-webhook/operations.ts";
import { receivePushEndpoint } from "../../functions/api/carrier-webhook/receive-push.ts";
import { carrierTeller, recordPush } from "../../functions/api/carrier-webhook/record-push.ts";
import { replayParkedPushEndpoint } from "../../functions/api/carrier-webhook/replay-push.ts";
import { confirmParcelEndpoint } from "../../functions/api/carriers/confirm-parcel.ts";
import {
  confirmParcelOperation,
  listParcelExceptionsOperation,
  listParkedPushesOperation,
  resolveParcelExceptionOperation,
} from "../../functions/api/carriers/operations.ts";
import {
  listParcelExceptionsEndpoint,
  resolveParcelExceptionEndpoint,
} from "../../functions/api/carriers/parcel-exceptions.ts";
import { listParkedPushesEndpoint } from "../../functions/api/carriers/parked-pushes.ts";
import type { CarrierCode } from "../../functions/domain/carriers.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { loadTracking } from "../../functions/store/parcels.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { hour, referenceOf } from "../support/builders.ts";
import { waybillOf } from "../support/cases.ts";
import { caseInTable, fileUndelivered, fresh, standingCase } from "../support/cases-in-table.ts";
import { memoryKeys, subscribe } from "../support/keys.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

const keys = memoryKeys();
const secret = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const operator = claimsOf("operator", "tenant-1");

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    receivePushEndpoint(() => keys),
    confirmParcelEndpoint,
    listParcelExceptionsEndpoint,
    resolveParcelExceptionEndpoint,
    listParkedPushesEndpoint,
    replayParkedPushEndpoint(() => keys),
  ]);
  for (const carrier of ["aftership", "easypost"] as const) {
    await subscribe(api.table, keys, { subscriptionId: carrier, tenantId: "tenant-1", carrier }, secret);
  }
});
afterAll(() => api.close());

let printed: MockInstance<typeof console.log>;
beforeEach(() => {
  printed = vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());
/** What was counted: the metric's name and how many. */
const counts = () =>
  printed.mock.calls
    .map(([line]) => JSON.parse(String(line)))
    .map(({ _aws, service: _, ...counted }) => Object.entries(counted)[0]);

const shipped = async () => {
  const state = await caseInTable(api.table, "in_transit");
  return { state, trackingNumber: waybillOf(state), at: state.updatedAt + hour };
};
const scanned = (at: number, status: ParcelStatus | "unknown", code: string = status) => ({
  at,
  status,
  code,
  place: "",
  text: "",
});
const told = (
  carrier: CarrierCode,
  trackingNumber: string,
  ...checkpoints: readonly ReturnType<typeof scanned>[]
) =>
  recordPush(
    api.table,
    "tenant-1",
    carrierTeller(carrier),
    { trackingNumber, checkpoints },
    Math.max(...checkpoints.map(({ at }) => at)) + hour,
  );
const standing = async (state: { tenantId: string; caseId: string }) =>
  (await standingCase(api.table, state)).state;

describe("a code nobody knows", () => {
  it("is kept and counted when it is first heard, moves nothing, and counts once it has a meaning", async () => {
    const { state, trackingNumber, at } = await shipped();
    await told("17track", trackingNumber, scanned(at, "unknown", "Delivered_Drone"));
    expect(counts()).toEqual([["UnknownCarrierCode", 1]]);
    await told("17track", trackingNumber, scanned(at, "unknown", "Delivered_Drone"));
    expect(counts()).toHaveLength(1);
    expect((await loadTracking(api.table, "tenant-1", trackingNumber)).checkpoints).toMatchObject([
      { status: "unknown", code: "Delivered_Drone" },
    ]);
    expect((await standing(state)).stage).toBe("in_transit");

    await told("17track", trackingNumber, scanned(at, "delivered", "Delivered_Drone"));
    expect((await loadTracking(api.table, "tenant-1", trackingNumber)).checkpoints).toHaveLength(1);
    expect((await standing(state)).stage).toBe("awaiting_inspection");
  });
});

describe("a delivery that is contradicted", () => {
  const exceptions = async (status: "open" | "resolved" = "open") =>
    (await api.call(listParcelExceptionsOperation, { claims: operator, query: { status, limit: "100" } }))
      .body.items;

  it("stands, calls a person once, and waits in a list until it is resolved", async () => {
    const { state, trackingNumber, at } = await shipped();
    await told("aftership", trackingNumber, scanned(at, "delivered"));
    const delivered = await standing(state);
    await told("aftership", trackingNumber, scanned(at + hour, "returned"), scanned(at, "delivered"));
    await told("aftership", trackingNumber, scanned(at + 2 * hour, "returned"));
    expect(counts()).toEqual([["ParcelExceptionOpened", 1]]);
    expect(await standing(state)).toMatchObject({ stage: "awaiting_inspection", version: delivered.version });

    const found = (await exceptions()).filter(
      (one: { trackingNumber: string }) => one.trackingNumber === trackingNumber,
    );
    expect(found).toMatchObject([
      {
        kind: "delivered.returned",
        caseIds: [state.caseId],
        fact: { source: "aftership", status: "delivered", at: new Date(at).toISOString() },
        contradictedBy: { status: "returned", at: new Date(at + hour).toISOString() },
      },
    ]);

    const resolve = (tenant = "tenant-1") =>
      api.call(resolveParcelExceptionOperation, {
        claims: claimsOf("operator", tenant),
        params: { trackingNumber, kind: "delivered.returned" },
        body: { note: "The carrier scanned the wrong parcel." },
        idempotencyKey: fresh("key"),
      });
    expect((await resolve("vintage")).status).toBe(404);
    const { status, body } = await resolve();
    expect([status, body.resolved.by.role, body.resolved.note]).toEqual([
      200,
      "operator",
      "The carrier scanned the wrong parcel.",
    ]);
    expect((await resolve()).body).toEqual(body);
    await told("aftership", trackingNumber, scanned(at + 3 * hour, "returned"));
    expect(counts()).toHaveLength(1);
    const numbers = (await exceptions()).map((one: { trackingNumber: string }) => one.trackingNumber);
    expect(numbers).not.toContain(trackingNumber);
    expect(await exceptions("resolved")).toMatchObject([{ trackingNumber }]);
  });
});

describe("a parcel that is said to be delivered and to be back with its sender", () => {
  it.each([
    ["the delivery first, that comes later", 2, 1],
    ["the delivery first", 1, 2],
  ])("is not accepted as sent by silence: %s", async (_what, delivered, returned) => {
    const { state, trackingNumber, at } = await shipped();
    await told("standard", trackingNumber, scanned(at + delivered * hour, "delivered"));
    expect(await standing(state)).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: true });
    await told("aftership", trackingNumber, scanned(at + returned * hour, "returned"));
    const { deadlineAt = 0 } = await standing(state);
    expect(await applyTimeout(api.table, referenceOf(state), deadlineAt)).toMatchObject({
      stage: "manual_review",
    });
  });
});

describe("one parcel told by two carriers' formats", () => {
  const history = (source: CarrierCode, at: number) =>
    source === "aftership"
      ? [
          scanned(at, "picked_up", "InTransit_002"),
          scanned(at + hour, "in_transit", "InTransit_003"),
          scanned(at + 3 * hour, "delivered", "Delivered_001"),
        ]
      : [
          scanned(at + 60_000, "picked_up", "InTransit_PickedUp"),
          scanned(at + 2 * hour, "out_for_delivery", "OutForDelivery_Other"),
          scanned(at + 3 * hour + 60_000, "delivered", "Delivered_Other"),
        ];

  it("is one truth and one move of its case, in any order and however often it is told", async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            source: fc.constantFrom<CarrierCode>("aftership", "17track"),
            many: fc.integer({ min: 1, max: 3 }),
          }),
          { maxLength: 6 },
        ),
        async (pushes) => {
          const { state, trackingNumber, at } = await shipped();
          for (const { source, many } of pushes) {
            await told(source, trackingNumber, ...history(source, at).slice(0, many));
          }
          for (const source of ["17track", "aftership"] as const) {
            await told(source, trackingNumber, ...history(source, at));
          }
          const { checkpoints } = await loadTracking(api.table, "tenant-1", trackingNumber);
          const { stage, deliveryTrusted, version } = await standing(state);
          outcomes.add(
            JSON.stringify([
              checkpoints.map(({ source, code, at: when }) => [source, code, when - at]),
              stage,
              deliveryTrusted,
              version - state.version,
            ]),
          );
        },
      ),
      { seed: 20_261_122, numRuns: 12 },
    );
    expect(outcomes.size).toBe(1);
    expect([...outcomes][0]).toContain('"awaiting_inspection",false,1]');
    expect(counts()).toEqual([]);
  });
});

describe("a confirmation", () => {
  const confirm = (
    trackingNumber: string,
    body: object,
    role: "operator" | "warehouse" = "warehouse",
    carrier = "kuaidi100",
  ) =>
    api.call(confirmParcelOperation, {
      claims: claimsOf(role, "tenant-1"),
      params: { carrier, trackingNumber },
      body,
      idempotencyKey: fresh("key"),
    });

  it("lets a delivery that a weakly signed push told move money", async () => {
    const { state, trackingNumber, at } = await shipped();
    await told("kuaidi100", trackingNumber, scanned(at, "delivered", "3"));
    expect(await standing(state)).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: false });
    const body = { status: "delivered", at: new Date(at + hour).toISOString(), note: "On the shelf." };
    const answer = await confirm(trackingNumber, body);
    expect([answer.status, answer.body]).toEqual([
      200,
      { carrier: "kuaidi100", trackingNumber, status: "delivered", confirmed: true },
    ]);
    expect(await standing(state)).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: true });
    expect((await confirm(trackingNumber, body)).body).toEqual(answer.body);
  });

  it("before any push moves the case as one", async () => {
    const { state, trackingNumber, at } = await shipped();
    const body = { status: "delivered", at: new Date(at).toISOString() };
    expect((await confirm(trackingNumber, body, "operator")).status).toBe(200);
    expect(await standing(state)).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: true });
    await told("kuaidi100", trackingNumber, scanned(at + hour, "delivered", "3"));
    expect((await standing(state)).deliveryTrusted).toBe(true);
  });

  it("has a case judged again whose parcel to the buyer was only weakly reported lost, once", async () => {
    const { state: filed, trackingNumber } = await fileUndelivered(api.table, {}, "tenant-1");
    const at = filed.filedAt + 2 * hour;
    const judge = () => judgeResponsibility(api.table, referenceOf(filed), at + 3 * hour);
    await told("kuaidi100", trackingNumber, scanned(filed.filedAt - hour, "in_transit", "0"));
    await judge();
    const disputed = await standing(filed);
    expect(disputed.stage).toBe("disputed");
    // Nothing that pays by itself, and nothing that the dispute has to begin anew for.
    await told("kuaidi100", trackingNumber, scanned(at, "lost", "2"));
    expect(await standing(filed)).toEqual(disputed);

    const body = { status: "lost", at: new Date(at + hour).toISOString(), note: "The carrier says so." };
    const answer = await confirm(trackingNumber, body, "operator", "shunfeng");
    expect(answer.body).toMatchObject({ status: "lost", confirmed: true });
    expect((await standing(filed)).stage).toBe("submitted");
    expect(await judge()).toMatchObject({ stage: "settling" });
    await confirm(trackingNumber, body, "operator", "shunfeng");
    const { state, verdict } = await standingCase(api.table, filed);
    expect([state.stage, verdict?.rule]).toEqual(["settling", "reported-lost-on-the-way-out"]);
  });

  it("of a moment to come, of another carrier's parcel or of none is refused", async () => {
    const { trackingNumber } = await shipped();
    const at = new Date(Date.now() + hour).toISOString();
    expect((await confirm(trackingNumber, { status: "delivered", at })).body.errors[0].pointer).toBe("/at");
    const params = { carrier: "aftership", trackingNumber };
    const past = { status: "delivered", at: new Date(0).toISOString() };
    const call = { claims: operator, params, body: past, idempotencyKey: fresh("key") };
    expect((await api.call(confirmParcelOperation, call)).status).toBe(404);
    expect((await confirm("SF-NOBODY-NAMED", past)).status).toBe(404);
  });
});

describe("a genuine push that cannot be taken in", () => {
  const signed = async (body: string) => {
    const { createHmac } = await import("node:crypto");
    return api.call(receivePushOperation, {
      params: { carrier: "aftership", subscription: "aftership" },
      rawBody: body,
      headers: { "aftership-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64") },
    });
  };
  const parked = async (status: "parked" | "replayed" = "parked") =>
    (await api.call(listParkedPushesOperation, { claims: operator, query: { status, limit: "100" } })).body
      .items;
  const replay = (parkedPushId: string, tenant = "tenant-1") =>
    api.call(replayParkedPushOperation, {
      claims: claimsOf("operator", tenant),
      params: { parkedPushId },
      idempotencyKey: fresh("key"),
    });

  it("is thanked for, counted, and listed once with its reason and without what it says", async () => {
    const body = JSON.stringify({ event: "tracking_update", msg: { note: "Ms Li, Nanjing Road" } });
    for (let each = 0; each < 3; each += 1) {
      const answer = await signed(body);
      expect([answer.status, answer.body]).toEqual([200, { received: true }]);
    }
    expect(counts()).toEqual([["PushParked", 1]]);
    const listed = await parked();
    expect(listed).toMatchObject([
      {
        carrier: "aftership",
        subscriptionId: "aftership",
        reason: "unreadable",
        detail: expect.stringContaining("/msg/tracking_number "),
        bytes: body.length,
      },
    ]);
    expect(JSON.stringify(listed)).not.toContain("Nanjing");
    const again = await replay(listed[0].parkedPushId);
    expect([again.status, again.body.errors[0].pointer]).toEqual([422, "/msg/tracking_number"]);
    expect((await replay(listed[0].parkedPushId, "vintage")).status).toBe(404);
    expect(await parked()).toHaveLength(1);
  });

  it("that is no JSON at all says so", async () => {
    await signed("none");
    expect(await parked()).toContainEqual(expect.objectContaining({ detail: "The body is no JSON" }));
  });

  it("whose handling failed is taken in by a replay, once what it met is mended", async () => {
    const { state, trackingNumber, at } = await shipped();
    const body = JSON.stringify({
      event: "tracking_update",
      msg: {
        tracking_number: trackingNumber,
        checkpoints: [
          { checkpoint_time: new Date(at).toISOString(), subtag: "Delivered_001", tag: "Delivered" },
        ],
      },
    });
    const { send } = api.table.client;
    const broken = vi.spyOn(api.table.client, "send").mockImplementation(((
      ...args: Parameters<typeof send>
    ) => {
      const { KeyConditionExpression } = args[0].input as { KeyConditionExpression?: string };
      if (KeyConditionExpression) throw new TypeError("cannot read properties of a parcel");
      return send.apply(api.table.client, args);
    }) as typeof send);
    expect((await signed(body)).status).toBe(200);
    broken.mockRestore();
    const found = (await parked()).find(({ reason }: { reason: string }) => reason === "failed");
    expect(found).toMatchObject({ detail: "TypeError" });
    expect((await standing(state)).stage).toBe("in_transit");

    const { status, body: replayed } = await replay(found.parkedPushId);
    expect([status, typeof replayed.replayedAt]).toEqual([200, "string"]);
    expect((await standing(state)).stage).toBe("awaiting_inspection");
    expect((await replay(found.parkedPushId)).body).toEqual(replayed);
    expect(await parked("replayed")).toMatchObject([{ parkedPushId: found.parkedPushId }]);
  });

  it("but meets a busy table is the carrier's to send again, and is not parked", async () => {
    const before = (await parked()).length;
    const { send } = api.table.client;
    const busy = vi.spyOn(api.table.client, "send").mockImplementation(((
      ...args: Parameters<typeof send>
    ) => {
      const { KeyConditionExpression } = args[0].input as { KeyConditionExpression?: string };
      if (KeyConditionExpression) throw Object.assign(new Error("slow down"), { name: "TimeoutError" });
      return send.apply(api.table.client, args);
    }) as typeof send);
    const msg = { tracking_number: fresh("SF-BUSY"), checkpoints: [] };
    expect((await signed(JSON.stringify({ event: "tracking_update", msg }))).status).toBe(503);
    busy.mockRestore();
    expect(await parked()).toHaveLength(before);
  });

  it("nor does it get thanks for what another write kept from being parked", async () => {
    const before = (await parked()).length;
    const body = JSON.stringify({ event: "tracking_update", msg: { note: fresh("raced") } });
    const { send } = api.table.client;
    const raced = vi.spyOn(api.table.client, "send").mockImplementation(((
      ...args: Parameters<typeof send>
    ) => {
      if (!("TransactItems" in args[0].input)) return send.apply(api.table.client, args);
      throw new TransactionCanceledException({
        $metadata: {},
        message: "cancelled",
        CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
      });
    }) as typeof send);
    expect((await signed(body)).status).toBe(503);
    raced.mockRestore();
    expect((await signed(body)).status).toBe(200);
    expect(await parked()).toHaveLength(before + 1);
  });

  it("of the largest size is kept whole", async () => {
    const noise = Array.from({ length: 120_000 }, (_, index) =>
      ((index * 2_654_435_761) >>> 7).toString(36),
    ).join("");
    const body = JSON.stringify({ event: "tracking_update", msg: { noise: noise.slice(0, 262_000) } });
    expect((await signed(body)).status).toBe(200);
    const found = (await parked()).find(({ bytes }: { bytes: number }) => bytes === body.length);
    expect((await replay(found.parkedPushId)).status).toBe(422);
  });
});
