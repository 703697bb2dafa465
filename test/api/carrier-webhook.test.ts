import { createHash } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { kuaidi100 } from "../../functions/api/carrier-webhook/kuaidi100.ts";
import { receivePushEndpoint } from "../../functions/api/carrier-webhook/receive-push.ts";
import { carrierTeller, recordPush } from "../../functions/api/carrier-webhook/record-push.ts";
import { catchUpWithParcel } from "../../functions/api/cases/catch-up.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { projectParcel } from "../../functions/domain/tracking.ts";
import { cursorsWith } from "../../functions/http/cursor.ts";
import { routesOn } from "../../functions/http/endpoint.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { caseRecords, changeCase } from "../../functions/store/cases.ts";
import { parcelPartition } from "../../functions/store/keys.ts";
import { loadParcel, loadTracking } from "../../functions/store/parcels.ts";
import { type Table, transact } from "../../functions/store/table.ts";
import { parcelWrite } from "../../functions/store/waybills.ts";
import { buyer, day, referenceOf } from "../support/builders.ts";
import { inspected, waybillOf } from "../support/cases.ts";
import {
  aReturnPointer,
  caseInTable,
  fresh,
  itemsOf,
  make,
  openAgain,
  openTestTable,
  standingCase,
} from "../support/cases-in-table.ts";
import { memoryKeys, subscribe } from "../support/keys.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

const salt = "salt-of-the-subscription";
const subscriptionId = "subscription-1";

const keys = memoryKeys();
const handler = routesOn(
  () => ({ table, cursors: cursorsWith(() => "test-key") }),
  [receivePushEndpoint(() => keys)],
);

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
  for (const [subscription, carrier, secret] of [
    [subscriptionId, "kuaidi100", salt],
    ["subscription-2", "kuaidi100", "another-salt"],
    ["subscription-3", "aftership", salt],
  ] as const) {
    await subscribe(table, keys, { subscriptionId: subscription, tenantId: "tenant-1", carrier }, secret);
  }
});
afterAll(() => cleanup());

/** The history as Kuaidi100 pushes it: whole, and newest first. */
type Entry = {
  time: string;
  context: string;
  ftime?: string;
  status?: string;
  statusCode?: string;
  areaName?: string | null;
};

const pickedUp: Entry = {
  time: "2026-03-06 18:32:10",
  ftime: "2026-03-06 18:32:10",
  context: "[上海市] 上海浦东公司 已揽收",
  status: "揽收",
  statusCode: "1",
  areaName: "上海,浦东新区",
};
const onTheRoad: Entry = {
  time: "2026-03-07 02:10:45",
  ftime: "2026-03-07 02:10:45",
  context: "[杭州市] 快件已到达 杭州转运中心",
  status: "在途",
  statusCode: "0",
  areaName: "浙江,杭州市",
};
const outForDelivery: Entry = {
  time: "2026-03-08 08:20:00",
  ftime: "2026-03-08 08:20:00",
  context: "[杭州市] 派送中",
  status: "派件",
  statusCode: "5",
  areaName: "浙江,杭州市",
};
const signed: Entry = {
  time: "2026-03-08 11:05:33",
  ftime: "2026-03-08 11:05:33",
  context: "[杭州市] 已签收，签收人：仓库",
  status: "签收",
  statusCode: "3",
  areaName: "浙江,杭州市",
};
const journey = [signed, outForDelivery, onTheRoad, pickedUp];
const deliveredAt = Date.parse("2026-03-08T11:05:33+08:00");

type LastResult = Record<string, unknown>;
const aPush = (trackingNumber: string, data: readonly unknown[], but: LastResult = {}) => ({
  status: "polling",
  billstatus: "got",
  message: "",
  autoCheck: "0",
  comOld: "",
  comNew: "",
  lastResult: {
    message: "ok",
    state: "0",
    status: "200",
    condition: "F00",
    ischeck: "0",
    com: "yuantong",
    nu: trackingNumber,
    data,
    ...but,
  },
});

const sign = (param: string, by: string): string =>
  createHash("md5")
    .update(param + by)
    .digest("hex")
    .toUpperCase();

const formOf = (param: string, signature: string | undefined): string =>
  new URLSearchParams({ ...(signature === undefined ? {} : { sign: signature }), param }).toString();

/** A signed form around any text, well-formed or not. */
const signedForm = (param: string, by = salt): string => formOf(param, sign(param, by));
const form = (push: unknown): string => signedForm(JSON.stringify(push));

const send = async (
  body: string,
  { carrier = "kuaidi100", subscription = subscriptionId, base64 = false } = {},
) => {
  const path = `/v1/carriers/${carrier}/webhook/${subscription}`;
  const event = {
    version: "2.0",
    routeKey: "POST /v1/carriers/{carrier}/webhook/{subscription}",
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" },
    pathParameters: { carrier, subscription },
    requestContext: { requestId: "request-1", http: { method: "POST", path } },
    body: base64 ? Buffer.from(body).toString("base64") : body,
    isBase64Encoded: base64,
  } as unknown as APIGatewayProxyEventV2;
  const answer = await handler(event, { getRemainingTimeInMillis: () => 10_000 } as never);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? "null") };
};

const success = { status: 200, body: { result: true, returnCode: "200", message: "成功" } };

const shipped = async () => {
  const state = await caseInTable(table, "in_transit");
  return { state, trackingNumber: waybillOf(state) };
};
const parcelOf = (trackingNumber: string) => loadParcel(table, "tenant-1", trackingNumber);
const checkpointsOf = (trackingNumber: string) =>
  loadTracking(table, "tenant-1", trackingNumber).then(({ checkpoints }) => checkpoints);
const happened = async (reference: { tenantId: string; caseId: string }) =>
  (await caseRecords(table, reference, 1, 100)).flatMap(({ announcements }) => announcements);

/** The same table, with somebody told of each command before it is sent. */
const watched = (before: (command: string) => Promise<void> | void): Table => {
  const own = openAgain(table, {});
  own.client.middlewareStack.add(
    (next, context) => async (args) => {
      await before(String(context.commandName));
      return next(args);
    },
    { step: "initialize", name: "watched" },
  );
  return own;
};

/** Everything in the table, so that "nothing was written" is what it says. */
const everything = async (): Promise<readonly Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new ScanCommand({ TableName: table.name, ConsistentRead: true, ExclusiveStartKey: start }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
};

describe("a push that this subscription did not sign", () => {
  const param = JSON.stringify(aPush("SF-forged", journey));
  const genuine = signedForm(param);
  const reserialised = formOf(JSON.stringify(JSON.parse(param), null, 1), sign(param, salt));

  it.each([
    ["with one byte flipped in the body", genuine.replace("11%3A05%3A33", "11%3A05%3A34"), {}],
    [
      "with one byte flipped in the signature",
      formOf(
        param,
        sign(param, salt).replace(/^./, (c) => (c === "0" ? "1" : "0")),
      ),
      {},
    ],
    ["signed with another subscription's secret", signedForm(param, "another-salt"), {}],
    ["sent to another subscription", genuine, { subscription: "subscription-2" }],
    ["written anew with other white space", reserialised, {}],
    ["without a signature", formOf(param, undefined), {}],
    ["with an empty signature", formOf(param, ""), {}],
    ["with the signature in lower case", formOf(param, sign(param, salt).toLowerCase()), {}],
    ["with the secret itself as signature", formOf(param, salt), {}],
    ["to a subscription nobody has", genuine, { subscription: "subscription-9" }],
    ["to another carrier's subscription", genuine, { subscription: "subscription-3" }],
    ["in another carrier's name", genuine, { carrier: "aftership", subscription: "subscription-3" }],
    ["in the name of a carrier nobody knows", genuine, { carrier: "pigeon" }],
    ["with nothing in it", "", {}],
    ["with no form in it", param, {}],
  ])("%s: 401 in the same words, and nothing is written", async (_what, body, to) => {
    const before = await everything();
    const { status, body: problem } = await send(body, to);
    expect(status).toBe(401);
    expect(problem).toEqual({
      type: "/problems/signature_invalid",
      title: "The signature does not match the body",
      status: 401,
      detail: "The push was not signed with this subscription's secret.",
      instance: "request-1",
    });
    expect(await everything()).toEqual(before);
  });
});

describe("a push that is signed and malformed", () => {
  const push = (but: LastResult, data: readonly unknown[] = [pickedUp]) =>
    JSON.stringify(aPush("SF-malformed", data, but));
  const { lastResult: _, ...withoutResult } = aPush("SF-malformed", []);

  it.each([
    ["is no JSON", "{", "/param"],
    ["is empty", "", "/param"],
    ["is null", "null", "/param"],
    ["is a list", "[]", "/param"],
    [
      "has a status nobody knows",
      JSON.stringify({ ...aPush("SF-malformed", []), status: "sleeping" }),
      "/param/status",
    ],
    ["has no result", JSON.stringify(withoutResult), "/param/lastResult"],
    ["has no number", push({ nu: undefined }), "/param/lastResult/nu"],
    ["has an empty number", push({ nu: "" }), "/param/lastResult/nu"],
    ["has a number that is none", push({ nu: 12 }), "/param/lastResult/nu"],
    ["has a number no parcel has", push({ nu: "SF 1#2" }), "/param/lastResult/nu"],
    ["has a history that is a text", push({ data: "none" }), "/param/lastResult/data"],
    [
      "has a history without end",
      push(
        {},
        Array.from({ length: 501 }, () => pickedUp),
      ),
      "/param/lastResult/data",
    ],
    [
      "has an entry without a time",
      push({}, [{ ...pickedUp, time: undefined }]),
      "/param/lastResult/data/0/time",
    ],
    [
      "has a time of another form",
      push({}, [signed, { ...pickedUp, time: "06/03/2026" }]),
      "/param/lastResult/data/1/time",
    ],
    [
      "has a time that never was",
      push({}, [{ ...pickedUp, time: "2026-13-41 99:99:99" }]),
      "/param/lastResult/data/0/time",
    ],
    [
      "has a day that never was",
      push({}, [{ ...pickedUp, time: "2026-02-30 10:00:00" }]),
      "/param/lastResult/data/0/time",
    ],
    [
      "has an entry without words",
      push({}, [{ ...pickedUp, context: 5 }]),
      "/param/lastResult/data/0/context",
    ],
    ["has a state that is an object", push({ state: {} }), "/param/lastResult/state"],
  ])(
    "%s: it is thanked for and parked with the place of the fault, and nothing else is written",
    async (_what, param, pointer) => {
      const before = await everything();
      expect(await send(signedForm(param))).toEqual(success);
      expect(await send(signedForm(param))).toEqual(success);
      const written = (await everything()).filter(
        ({ PK, SK }) => !before.some((item) => item.PK === PK && item.SK === SK),
      );
      expect(written.map(({ SK }) => SK).sort()).toEqual(["BODY", "PUSH"]);
      expect(written.find(({ SK }) => SK === "PUSH")).toMatchObject({
        reason: "unreadable",
        detail: expect.stringContaining(`${pointer} `),
      });
    },
  );

  it("but has more fields than we know: it is taken, carriers add fields", async () => {
    const trackingNumber = fresh("SF");
    const more = {
      ...aPush(trackingNumber, [{ ...pickedUp, areaCenter: "121.5,31.2" }], { isLoop: false }),
      extra: 1,
    };
    expect(await send(form(more))).toEqual(success);
    expect(await checkpointsOf(trackingNumber)).toHaveLength(1);
  });
});

describe("a push with the whole history", () => {
  it("is kept entry by entry, in our words, and answered in the carrier's", async () => {
    const { trackingNumber } = await shipped();
    const push = aPush(trackingNumber, [outForDelivery, onTheRoad, pickedUp], { state: "5" });
    expect(await send(form(push))).toEqual(success);
    const parcel = await parcelOf(trackingNumber);
    expect(parcel?.checkpoints.map(({ at, status, code, place }) => ({ at, status, code, place }))).toEqual([
      { at: Date.parse("2026-03-06T18:32:10+08:00"), status: "picked_up", code: "1", place: "上海,浦东新区" },
      { at: Date.parse("2026-03-07T02:10:45+08:00"), status: "in_transit", code: "0", place: "浙江,杭州市" },
      {
        at: Date.parse("2026-03-08T08:20:00+08:00"),
        status: "out_for_delivery",
        code: "5",
        place: "浙江,杭州市",
      },
    ]);
    expect(parcel?.projection).toMatchObject({ status: "out_for_delivery", damaged: false });
  });

  it("of a delivery moves the case to its inspection, and no money", async () => {
    const { state, trackingNumber } = await shipped();
    const before = await standingCase(table, state);
    expect(await send(form(aPush(trackingNumber, journey, { state: "3", ischeck: "1" })))).toEqual(success);
    const { state: standing, ledger } = await standingCase(table, state);
    expect(standing).toMatchObject({
      stage: "awaiting_inspection",
      reception: "delivered",
      deliveryTrusted: false,
    });
    expect(ledger).toEqual(before.ledger);
    expect((await happened(state)).at(-1)).toMatchObject({
      type: "ParcelDelivered",
      by: { role: "carrier", id: "kuaidi100" },
      payload: { trusted: false },
    });
    expect((await parcelOf(trackingNumber))?.projection).toMatchObject({ status: "delivered", deliveredAt });
  });

  it("is read the same when the gateway hands its body over in base64", async () => {
    const { state, trackingNumber } = await shipped();
    expect(await send(form(aPush(trackingNumber, journey)), { base64: true })).toEqual(success);
    expect((await standingCase(table, state)).state.stage).toBe("awaiting_inspection");
  });

  it("without entries' own states: the parcel's state speaks for the newest entry only", async () => {
    const { trackingNumber } = await shipped();
    const bare = journey.map(({ time, context }) => ({ time, context }));
    await send(form(aPush(trackingNumber, bare, { state: 3 })));
    const parcel = await parcelOf(trackingNumber);
    expect(parcel?.checkpoints.map(({ status, place }) => [status, place])).toEqual([
      ["in_transit", ""],
      ["in_transit", ""],
      ["in_transit", ""],
      ["delivered", ""],
    ]);
  });

  it("of damage is latched, whatever comes later", async () => {
    const { trackingNumber } = await shipped();
    const damaged = { ...onTheRoad, time: "2026-03-07 09:00:00", status: "破损", statusCode: "209" };
    await send(form(aPush(trackingNumber, [damaged, pickedUp], { state: "2" })));
    await send(form(aPush(trackingNumber, [outForDelivery, damaged, pickedUp], { state: "5" })));
    expect((await parcelOf(trackingNumber))?.projection).toMatchObject({
      status: "out_for_delivery",
      damaged: true,
    });
  });

  it("with codes nobody knows keeps them as they came and moves nothing by them", async () => {
    const { state, trackingNumber } = await shipped();
    const unheard = [
      {
        ...onTheRoad,
        time: "2026-03-07 12:00:00",
        status: "外星转运",
        statusCode: undefined,
        areaName: null,
      },
      { ...onTheRoad, time: "2026-03-07 11:00:00", statusCode: "9999" },
    ];
    expect(await send(form(aPush(trackingNumber, unheard, { state: "77" })))).toEqual(success);
    const parcel = await parcelOf(trackingNumber);
    expect(parcel?.checkpoints.map(({ code, status }) => [code, status])).toEqual([
      ["9999", "unknown"],
      ["外星转运", "unknown"],
    ]);
    expect((await standingCase(table, state)).state.version).toBe(state.version);
  });

  it.each([
    ["0", "in_transit"],
    ["1", "picked_up"],
    ["2", "exception"],
    ["3", "delivered"],
    ["4", "returned"],
    ["5", "out_for_delivery"],
    ["6", "returning"],
    ["7", "in_transit"],
    ["8", "in_transit"],
    ["14", "refused"],
    ["103", "picked_up"],
    ["1001", "in_transit"],
    ["1002", "in_transit"],
    ["10", "in_transit"],
    ["11", "in_transit"],
    ["202", "exception"],
    ["209", "damaged"],
    ["301", "delivered"],
    ["304", "delivered"],
    ["501", "out_for_delivery"],
  ])("reads state %s as %s", async (statusCode, status) => {
    const trackingNumber = fresh("SF");
    await send(form(aPush(trackingNumber, [{ ...pickedUp, statusCode }])));
    expect(await checkpointsOf(trackingNumber)).toMatchObject([{ status, code: statusCode }]);
  });
});

describe("pushes repeat, overlap and come in any order", () => {
  it("a push that comes again changes nothing", async () => {
    const { state, trackingNumber } = await shipped();
    const body = form(aPush(trackingNumber, journey));
    await send(body);
    const [checkpoints, { state: standing }] = [
      await checkpointsOf(trackingNumber),
      await standingCase(table, state),
    ];
    for (let again = 0; again < 3; again += 1) expect(await send(body)).toEqual(success);
    await Promise.all([1, 2, 3].map(() => send(body)));
    expect(await checkpointsOf(trackingNumber)).toEqual(checkpoints);
    expect((await standingCase(table, state)).state).toEqual(standing);
  });

  const histories = [1, 2, 3, 4].map((length) => journey.slice(-length));
  const permutations = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
    items.length < 2
      ? [items]
      : items.flatMap((item, index) =>
          permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
        );

  it("every order of the pushes of a journey leaves the same checkpoints and moves the case once", async () => {
    const orders = permutations(histories);
    expect(orders).toHaveLength(24);
    const outcomes = await Promise.all(
      orders.map(async (order) => {
        const { state, trackingNumber } = await shipped();
        for (const history of order) await send(form(aPush(trackingNumber, history)));
        const parcel = await parcelOf(trackingNumber);
        const { state: standing } = await standingCase(table, state);
        expect(standing).toMatchObject({ stage: "awaiting_inspection", version: state.version + 1 });
        return JSON.stringify([
          parcel?.checkpoints.map(({ at, status, code, place, text }) => ({ at, status, code, place, text })),
          projectParcel(parcel?.checkpoints ?? []),
        ]);
      }),
    );
    expect(new Set(outcomes).size).toBe(1);
  });

  it("all of them at the same time move the case once", async () => {
    const rounds = Array.from({ length: 8 }, async () => {
      const { state, trackingNumber } = await shipped();
      const bodies = [...histories, ...histories].map((history) => form(aPush(trackingNumber, history)));
      const answers = await Promise.all(bodies.map((body) => send(body)));
      for (const answer of answers) expect(answer).toEqual(success);
      expect((await standingCase(table, state)).state).toMatchObject({
        stage: "awaiting_inspection",
        version: state.version + 1,
      });
      expect((await happened(state)).filter(({ type }) => type === "ParcelDelivered")).toHaveLength(1);
      expect(await checkpointsOf(trackingNumber)).toHaveLength(4);
    });
    await Promise.all(rounds);
  });

  it("a delivery told after somebody has inspected the goods is kept and moves nothing", async () => {
    const { state, trackingNumber } = await shipped();
    const settling = await make(table, state, inspected());
    expect(await send(form(aPush(trackingNumber, journey)))).toEqual(success);
    expect((await standingCase(table, state)).state.version).toBe(settling.version);
    expect(await checkpointsOf(trackingNumber)).toHaveLength(4);
  });
});

describe("a push about a parcel nobody has named yet", () => {
  it("is kept, and counts as soon as the waybill is known", async () => {
    const trackingNumber = fresh("SF");
    expect(await send(form(aPush(trackingNumber, [onTheRoad, pickedUp])))).toEqual(success);
    expect(await parcelOf(trackingNumber)).toBeUndefined();
    const reference = { tenantId: "tenant-1", caseId: "case-of-the-waybill" };
    await transact(table, [parcelWrite(table, aReturnPointer(reference, trackingNumber))]);
    expect((await parcelOf(trackingNumber))?.projection).toMatchObject({ status: "in_transit" });
  });

  /** Gives the waybill and nothing more, as if the catching up behind it had found nothing or was cut off. */
  const shipUnder = async (trackingNumber: string) => {
    const waiting = await caseInTable(table, "awaiting_shipment");
    const changed = await changeCase(table, referenceOf(waiting), {
      decide,
      by: buyer,
      now: deliveredAt + day,
      command: { type: "ShipReturn", carrier: "kuaidi100", trackingNumber, freightMinor: 0n },
      extra: () => [parcelWrite(table, aReturnPointer(waiting, trackingNumber, deliveredAt + day))],
    });
    return changed?.after ?? waiting;
  };

  it("told the delivery already: the carrier says it again, and the case moves", async () => {
    const trackingNumber = fresh("SF");
    await send(form(aPush(trackingNumber, journey)));
    const state = await shipUnder(trackingNumber);
    expect(await send(form(aPush(trackingNumber, journey)))).toEqual(success);
    expect((await standingCase(table, state)).state).toMatchObject({
      stage: "awaiting_inspection",
      deliveryTrusted: false,
      version: state.version + 1,
    });
    expect((await happened(state)).at(-1)).toMatchObject({
      type: "ParcelDelivered",
      by: { role: "carrier" },
    });
  });

  it("told the delivery already and nothing since: the timeout of the wait finds it, at the latest", async () => {
    const trackingNumber = fresh("SF");
    await send(form(aPush(trackingNumber, journey)));
    const state = await shipUnder(trackingNumber);
    expect(await applyTimeout(table, referenceOf(state), state.deadlineAt ?? 0)).toMatchObject({
      stage: "awaiting_inspection",
    });
  });

  it("tells the delivery between the waybill and its catching up: the case moves all the same", async () => {
    const trackingNumber = fresh("SF");
    let shippedState: CaseState | undefined;
    // The push has read that nobody named the parcel; before it stores anything, the waybill is given.
    const late = watched(async (command) => {
      if (command === "PutItemCommand" && !shippedState) {
        shippedState = await shipUnder(trackingNumber);
        await catchUpWithParcel(table, "tenant-1", trackingNumber, deliveredAt + day);
        expect((await standingCase(table, shippedState)).state.stage).toBe("in_transit");
      }
    });
    const delivery = { at: deliveredAt, status: "delivered", code: "3", place: "", text: "" } as const;
    const push = { trackingNumber, checkpoints: [delivery] };
    await recordPush(late, "tenant-1", carrierTeller("kuaidi100"), push, deliveredAt + day);
    if (!shippedState) throw new Error("the waybill was given");
    expect((await standingCase(table, shippedState)).state.stage).toBe("awaiting_inspection");
  });

  it("belongs to the subscription's tenant and to no other", async () => {
    const trackingNumber = fresh("SF");
    await send(form(aPush(trackingNumber, [pickedUp])));
    expect(await itemsOf(table, parcelPartition("tenant-2", trackingNumber))).toEqual([]);
    expect(await checkpointsOf(trackingNumber)).toHaveLength(1);
  });

  it("on its way out to a buyer moves no case", async () => {
    const trackingNumber = fresh("SF");
    await transact(table, [
      parcelWrite(table, {
        tenantId: "tenant-1",
        carrier: "kuaidi100",
        trackingNumber,
        leg: "outbound",
        orderId: "order-1",
        lineIds: ["line-1"],
      }),
    ]);
    expect(await send(form(aPush(trackingNumber, journey)))).toEqual(success);
    expect((await parcelOf(trackingNumber))?.projection.status).toBe("delivered");
  });
});

describe("what a push costs", () => {
  const costOf = async (
    trackingNumber: string,
    ...statuses: readonly ("in_transit" | "delivered")[]
  ): Promise<readonly string[]> => {
    const commands: string[] = [];
    const counting = watched((command) => void commands.push(command));
    const checkpoints = statuses.map((status, index) => {
      const code = status === "delivered" ? "3" : "0";
      return { at: deliveredAt - day + index, status, code, place: "", text: "" };
    });
    const push = { trackingNumber, checkpoints };
    await recordPush(counting, "tenant-1", carrierTeller("kuaidi100"), push, deliveredAt);
    return commands;
  };

  it("is one query and one put while the parcel travels, and one query when nothing is new", async () => {
    const { trackingNumber } = await shipped();
    expect(await costOf(trackingNumber, "in_transit")).toEqual(["QueryCommand", "PutItemCommand"]);
    expect(await costOf(trackingNumber, "in_transit")).toEqual(["QueryCommand"]);
  });

  it("is the same for a parcel nobody has named, until it is delivered", async () => {
    const trackingNumber = fresh("SF");
    expect(await costOf(trackingNumber, "in_transit")).toEqual(["QueryCommand", "PutItemCommand"]);
  });

  it("is a transaction when it tells the delivery, and only a look at the case ever after", async () => {
    const { trackingNumber } = await shipped();
    await costOf(trackingNumber, "in_transit");
    expect(await costOf(trackingNumber, "in_transit", "delivered")).toEqual([
      "QueryCommand",
      "PutItemCommand",
      "QueryCommand",
      // Whether more time was given for the wait that begins.
      "QueryCommand",
      "TransactWriteItemsCommand",
    ]);
    expect(await costOf(trackingNumber, "in_transit", "delivered")).toEqual(["QueryCommand", "QueryCommand"]);
  });
});

describe("a carrier that gives up", () => {
  it.each([
    ["3天查询无记录", "快递公司参数异常：单号不存在或者已经过期"],
    ["60天无变化", "ok"],
  ])("says so (%s), and is thanked: nothing moves", async (message, resultMessage) => {
    const { state, trackingNumber } = await shipped();
    const push = {
      ...aPush(trackingNumber, [], { message: resultMessage, status: "201", state: "0" }),
      status: "abort",
      message,
      comNew: "shunfeng",
    };
    expect(await send(form(push))).toEqual(success);
    expect(await checkpointsOf(trackingNumber)).toEqual([]);
    expect((await standingCase(table, state)).state.version).toBe(state.version);
  });

  it("shuts down after the delivery with the whole history once more", async () => {
    const { state, trackingNumber } = await shipped();
    const push = { ...aPush(trackingNumber, journey, { state: "3", ischeck: "1" }), status: "shutdown" };
    expect(await send(form(push))).toEqual(success);
    expect((await standingCase(table, state)).state.stage).toBe("awaiting_inspection");
  });
});

describe("the clock of a case", () => {
  it("runs from the carrier's own scans", async () => {
    const { state, trackingNumber } = await shipped();
    const scan = new Date((state.deadlineAt ?? 0) - 3 * day + 8 * 3_600_000)
      .toISOString()
      .slice(0, 19)
      .replace("T", " ");
    await send(form(aPush(trackingNumber, [{ ...onTheRoad, time: scan }])));
    expect(await applyTimeout(table, referenceOf(state), state.deadlineAt ?? 0)).toMatchObject({
      stage: "in_transit",
      timeoutSeconds: (2 * day) / 1000,
    });
  });
});

it("a text the carrier cut in the middle of a character is kept as far as it is text", () => {
  const entry = {
    context: "\ud800已签收",
    time: "2026-03-03 10:00:00",
    status: "签收",
    areaName: "上海\ud800",
  };
  const param = {
    status: "polling",
    lastResult: { nu: "SF0001", com: "shunfeng", state: "3", data: [entry] },
  };
  const push = kuaidi100.parse(new URLSearchParams({ param: JSON.stringify(param) }).toString());
  expect(push?.checkpoints.map(({ text, place }) => text.isWellFormed() && place.isWellFormed())).toEqual([
    true,
  ]);
});
