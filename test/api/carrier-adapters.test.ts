import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { adapters } from "../../functions/api/carrier-webhook/adapters.ts";
import { aftershipMeanings } from "../../functions/api/carrier-webhook/aftership.ts";
import {
  easypostDetails,
  easypostMeaning,
  easypostStatuses,
} from "../../functions/api/carrier-webhook/easypost.ts";
import { kuaidi100States } from "../../functions/api/carrier-webhook/kuaidi100.ts";
import { receivePushOperation } from "../../functions/api/carrier-webhook/operations.ts";
import { receivePushEndpoint } from "../../functions/api/carrier-webhook/receive-push.ts";
import { seventeenTrackMeanings } from "../../functions/api/carrier-webhook/seventeen-track.ts";
import {
  standardSecretFault,
  standardSecretOf,
} from "../../functions/api/carrier-webhook/standard-secret.ts";
import { carrierCodes, carriers, mayMoveMoney } from "../../functions/domain/carriers.ts";
import { loadTracking } from "../../functions/store/parcels.ts";
import { createTestApi, type TestApi } from "../support/api.ts";
import { type GoldenPush, goldenPushes } from "../support/carrier-fixtures.ts";
import { memoryKeys, subscribe } from "../support/keys.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

const inLowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const subscriptionOf = (carrier: string) => `subscription-of-${carrier}`;
const anotherSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const keys = memoryKeys();
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([receivePushEndpoint(() => keys)]);
  for (const { carrier, secret } of goldenPushes) {
    for (const [subscriptionId, each] of [
      [subscriptionOf(carrier), secret],
      [`another-${subscriptionOf(carrier)}`, anotherSecret],
    ] as const) {
      await subscribe(api.table, keys, { subscriptionId, tenantId: "tenant-1", carrier }, each);
    }
  }
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

/** The function's clock stands where a signature that has a time was made. */
const atTheTimeOf = ({ sentAt }: GoldenPush, laterMs = 0): void => {
  if (sentAt) vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(sentAt) + laterMs });
};

type Change = {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subscription?: string;
  readonly carrier?: string;
  readonly base64?: boolean;
};

const send = (push: GoldenPush, change: Change = {}) =>
  api.call(receivePushOperation, {
    params: {
      carrier: change.carrier ?? push.carrier,
      subscription: change.subscription ?? subscriptionOf(push.carrier),
    },
    rawBody: change.body ?? push.body,
    headers: inLowerCase(change.headers ?? push.headers),
    base64: change.base64 ?? false,
  });

const everything = async () => {
  const { Items = [] } = await api.table.client.send(
    new ScanCommand({ TableName: api.table.name, ConsistentRead: true }),
  );
  return Items;
};

describe.each(goldenPushes)("the adapter of $carrier, by the carrier's documents", (golden) => {
  const adapter = adapters[golden.carrier];

  it("is found under its own code", () => {
    expect(adapter.carrier).toBe(golden.carrier);
  });

  it("believes the signature, and reads the checkpoints", () => {
    atTheTimeOf(golden);
    const signed = {
      bytes: Buffer.from(golden.body),
      headers: inLowerCase(golden.headers),
      now: Date.now(),
    };
    expect(adapter.verify(signed, golden.secret)).toBe(true);
    const push = adapter.parse(golden.body);
    const checkpoints = push?.checkpoints.map((each) => ({ ...each, at: new Date(each.at).toISOString() }));
    expect({ ...push, checkpoints }).toEqual(golden.told);
  });

  it("takes it, whether the gateway hands it over as text or in base64, and answers in the carrier's words", async () => {
    atTheTimeOf(golden);
    const { trackingNumber, checkpoints } = golden.told;
    for (const base64 of [false, true]) {
      const answer = await send(golden, { base64 });
      expect([answer.status, answer.body]).toEqual([200, golden.reply]);
    }
    const tracking = await loadTracking(api.table, "tenant-1", trackingNumber);
    const kept = tracking.checkpoints.filter(({ source }) => source === golden.carrier);
    expect(kept.map(({ code }) => code).sort()).toEqual(checkpoints.map(({ code }) => code).sort());
    expect(kept.every(({ trusted }) => trusted === mayMoveMoney(golden.carrier))).toBe(true);
  });

  const flipped = golden.body.replace("2026-03-08", "2026-03-09");
  const reserialised = golden.body.startsWith("{")
    ? JSON.stringify(JSON.parse(golden.body), null, 1)
    : golden.body.replaceAll("%22%2C%22", "%22%2C+%22");
  const { "content-type": contentType = "", ...signature } = golden.headers;
  const bare = { "content-type": contentType };
  const changed = (value: string) => {
    const middle = value.length >> 1;
    return `${value.slice(0, middle)}${value[middle] === "7" ? "8" : "7"}${value.slice(middle + 1)}`;
  };

  it.each<[string, Change]>([
    ["with one byte flipped", { body: flipped }],
    ["written anew with other white space", { body: reserialised }],
    ["with another body", { body: "{}" }],
    ["with nothing in it", { body: "" }],
    [
      "sent to a subscription with another secret",
      { subscription: `another-${subscriptionOf(golden.carrier)}` },
    ],
    ["sent to a subscription nobody has", { subscription: "nobody" }],
    ["in another carrier's name", { carrier: carrierCodes.find((code) => code !== golden.carrier) ?? "" }],
    ...(Object.keys(signature).length === 0
      ? []
      : ([
          ["without its headers", { headers: bare }],
          ...Object.keys(signature).map((name): [string, Change] => {
            const { [name]: _, ...others } = golden.headers;
            return [`without ${name}`, { headers: others }];
          }),
          ...Object.entries(signature).flatMap(([name, value]): [string, Change][] => [
            [`with ${name} cut short`, { headers: { ...golden.headers, [name]: value.slice(0, -1) } }],
            [`with ${name} changed in one place`, { headers: { ...golden.headers, [name]: changed(value) } }],
          ]),
        ] satisfies [string, Change][])),
  ])("%s: 401, and nothing is written", async (_what, change) => {
    atTheTimeOf(golden);
    expect(change.body).not.toBe(golden.body);
    const before = await everything();
    const { status, body } = await send(golden, change);
    expect([status, body.type]).toEqual([401, "/problems/signature_invalid"]);
    expect(await everything()).toEqual(before);
  });
});

describe("a push that signs its time", () => {
  const [golden] = goldenPushes.filter(({ sentAt }) => sentAt);
  if (!golden) throw new Error("one carrier signs its time");
  const minutes = 60_000;

  it("is refused when it is older than five minutes, or from a future as far", async () => {
    for (const [laterMs, status] of [
      [5 * minutes, 200],
      [5 * minutes + 1000, 401],
      [-5 * minutes, 200],
      [-5 * minutes - 1000, 401],
    ] as const) {
      atTheTimeOf(golden, laterMs);
      expect((await send(golden)).status).toBe(status);
    }
  });

  it("may carry several signatures, of which one is ours, and only in the version we know", async () => {
    atTheTimeOf(golden);
    const ours = golden.headers["webhook-signature"] ?? "";
    const withSignature = (signature: string) =>
      send(golden, { headers: { ...golden.headers, "webhook-signature": signature } });
    expect((await withSignature(`v1,${"A".repeat(43)}= ${ours}`)).status).toBe(200);
    expect((await withSignature(ours.replace("v1,", "v2,"))).status).toBe(401);
  });

  it("is not one by another id: the id is signed too", async () => {
    atTheTimeOf(golden);
    expect((await send(golden, { headers: { ...golden.headers, "webhook-id": "msg_other" } })).status).toBe(
      401,
    );
  });
});

describe("what is genuine and tells nothing of a parcel", () => {
  it("is taken: EasyPost tells one address of all objects of an account", () => {
    const event = { object: "Event", description: "batch.created", result: { object: "Batch" } };
    expect(adapters.easypost.parse(JSON.stringify(event))).toBeUndefined();
  });

  it("is taken: a Standard Webhook of another type", () => {
    expect(adapters.standard.parse(JSON.stringify({ type: "ping", data: 1 }))).toBeUndefined();
  });

  it("is taken: 17TRACK stops to track", () => {
    const push = { event: "TRACKING_STOPPED", data: { number: "RR123456789CN", carrier: 3011, tag: null } };
    expect(adapters["17track"].parse(JSON.stringify(push))).toEqual({
      trackingNumber: "RR123456789CN",
      checkpoints: [],
    });
  });
});

describe("a code nobody knows", () => {
  it("is kept as it came and has no meaning", () => {
    const push = {
      event: "tracking_update",
      msg: {
        tracking_number: "SF1234567890",
        checkpoints: [{ checkpoint_time: "2026-03-06", tag: "InTransit", subtag: "InTransit_099" }],
      },
    };
    expect(adapters.aftership.parse(JSON.stringify(push))?.checkpoints).toEqual([
      { at: Date.parse("2026-03-06"), status: "unknown", code: "InTransit_099", place: "", text: "" },
    ]);
    expect(easypostMeaning("in_transit", "teleported")).toBe("unknown");
    expect(easypostMeaning("vanished", "lost")).toBe("unknown");
  });
});

describe("the vocabularies of facts.md are mapped on purpose", () => {
  /** The codes of each meaning, in the order of the adapter's table. */
  const byMeaning = (meanings: Readonly<Record<string, string>>) =>
    Object.groupBy(Object.keys(meanings), (code) => meanings[code] ?? "");
  const words = (text: string) => text.split(" ");
  /** A tag and its numbered sub-tags. */
  const tagged = (tag: string, ...numbers: readonly number[]) => [
    tag,
    ...numbers.map((number) => `${tag}_${String(number).padStart(3, "0")}`),
  ];

  it("AfterShip: nine tags and their sub-tags", () => {
    expect(byMeaning(aftershipMeanings)).toEqual({
      silence: [...tagged("Pending", 1, 2, 3, 4, 5, 6), ...tagged("Expired", 1)],
      registered: tagged("InfoReceived", 1),
      picked_up: ["InTransit_002"],
      in_transit: tagged("InTransit", 1, 3, 4, 5, 6, 7, 8, 9),
      out_for_delivery: [...tagged("OutForDelivery", 1, 3, 4), ...tagged("AvailableForPickup", 1)],
      delivered: tagged("Delivered", 1, 2, 3, 4, 5),
      exception: [
        ...tagged("AttemptFail", 1, 2, 3),
        ...tagged("Exception", 1, 2, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18),
      ],
      refused: ["Exception_003"],
      returning: ["Exception_010"],
      returned: ["Exception_011"],
      damaged: ["Exception_012"],
      lost: ["Exception_013"],
    });
  });

  it("EasyPost: ten statuses and 28 details, whatever detail comes with whatever status", () => {
    expect(byMeaning(easypostStatuses)).toEqual({
      silence: words("unknown cancelled error"),
      registered: ["pre_transit"],
      in_transit: ["in_transit"],
      out_for_delivery: words("out_for_delivery available_for_pickup"),
      delivered: ["delivered"],
      returning: ["return_to_sender"],
      exception: ["failure"],
    });
    expect(byMeaning(easypostDetails)).toEqual({
      as_status: words(
        "arrived_at_destination arrived_at_facility arrived_at_pickup_location cancelled departed_facility departed_origin_facility failure in_transit label_created out_for_delivery received_at_destination_facility status_update transferred_to_destination_carrier unknown",
      ),
      exception: words(
        "address_correction awaiting_information delayed delivery_exception held missorted transit_exception weather_delay",
      ),
      damaged: ["damaged"],
      silence: ["expired"],
      lost: ["lost"],
      picked_up: ["received_at_origin_facility"],
      refused: ["refused"],
      returning: ["return"],
    });
    expect(Object.keys(easypostDetails)).toHaveLength(28);
    for (const status of Object.keys(easypostStatuses)) {
      for (const detail of Object.keys(easypostDetails)) {
        expect(easypostMeaning(status, detail)).not.toBe("unknown");
      }
    }
    expect(easypostMeaning("failure", "lost")).toBe("lost");
    expect(easypostMeaning("failure", "refused")).toBe("refused");
    expect(easypostMeaning("delivered", "delayed")).toBe("delivered");
    expect(easypostMeaning("return_to_sender", "status_update")).toBe("returning");
  });

  it("17TRACK: nine main statuses, their sub-statuses and the milestones that are neither", () => {
    expect(byMeaning(seventeenTrackMeanings)).toEqual({
      silence: words("NotFound NotFound_Other NotFound_InvalidCode Expired Expired_Other Exception_Cancel"),
      registered: ["InfoReceived"],
      picked_up: words("InTransit_PickedUp PickedUp"),
      in_transit: words(
        "InTransit InTransit_Other InTransit_Departure InTransit_Arrival InTransit_CustomsProcessing InTransit_CustomsReleased Departure Arrival",
      ),
      out_for_delivery: words(
        "AvailableForPickup AvailableForPickup_Other OutForDelivery OutForDelivery_Other",
      ),
      delivered: words("Delivered Delivered_Other"),
      exception: words(
        "InTransit_CustomsRequiringInformation DeliveryFailure DeliveryFailure_Other DeliveryFailure_NoBody DeliveryFailure_Security DeliveryFailure_InvalidAddress Exception Exception_Other Exception_NoBody Exception_Security Exception_Delayed",
      ),
      refused: words("DeliveryFailure_Rejected Exception_Rejected"),
      returning: words("Exception_Returning Returning"),
      returned: words("Exception_Returned Returned"),
      damaged: ["Exception_Damage"],
      lost: words("Exception_Lost Exception_Destroyed"),
    });
  });

  it("Kuaidi100: the classes and their detailed states, by number and by name", () => {
    expect(
      Object.fromEntries(Object.entries(kuaidi100States).map(([code, { status }]) => [code, status])),
    ).toEqual({
      0: "in_transit",
      1: "picked_up",
      2: "exception",
      3: "delivered",
      4: "returned",
      5: "out_for_delivery",
      6: "returning",
      7: "in_transit",
      8: "in_transit",
      10: "in_transit",
      11: "in_transit",
      12: "in_transit",
      13: "exception",
      14: "refused",
      101: "registered",
      102: "registered",
      103: "picked_up",
      201: "exception",
      202: "exception",
      203: "refused",
      204: "exception",
      205: "exception",
      206: "exception",
      207: "exception",
      208: "exception",
      209: "damaged",
      210: "silence",
      301: "delivered",
      302: "delivered",
      303: "delivered",
      304: "delivered",
      401: "silence",
      501: "out_for_delivery",
      1001: "in_transit",
      1002: "in_transit",
      1003: "in_transit",
    });
    const names = Object.values(kuaidi100States).flatMap((state) => state.names);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("how far a carrier is believed", () => {
  it("stands in one table: only what is signed strongly and fresh may move money", () => {
    expect(carrierCodes.filter(mayMoveMoney)).toEqual(["standard"]);
    expect(Object.values(carriers).map(({ signature, signsTime }) => [signature, signsTime])).toEqual([
      ["md5", false],
      ["hmac-sha256", false],
      ["hmac-sha256", false],
      ["sha256", false],
      ["hmac-sha256", true],
    ]);
  });
});

describe("a secret in a carrier's own form", () => {
  it("is made so that the carrier's library takes it", () => {
    const secret = standardSecretOf(Buffer.alloc(32, 1));
    expect(standardSecretFault(secret)).toBeUndefined();
    const [now, body] = [Date.now(), '{"type":"ping"}'];
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_1", new Date(now), body),
    };
    expect(adapters.standard.verify({ bytes: Buffer.from(body), headers, now }, secret)).toBe(true);
  });

  it.each([
    "plain",
    "whsec_",
    "whsec_dG9vIHNob3J0",
    "whsec_not base64 at all, and long enough to be one ===",
  ])("is refused as %s", (secret) => {
    expect(standardSecretFault(secret)).toMatch(/base64 of 24 to 64 bytes/);
  });
});
