import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rememberedMs } from "../../functions/api/carrier-webhook/known-subscriptions.ts";
import { receivePushOperation } from "../../functions/api/carrier-webhook/operations.ts";
import { receivePushEndpoint } from "../../functions/api/carrier-webhook/receive-push.ts";
import { listCarriersEndpoint } from "../../functions/api/carriers/list-carriers.ts";
import {
  endCarrierSubscriptionOperation,
  getCarrierSubscriptionOperation,
  listCarrierSubscriptionsOperation,
  listCarriersOperation,
  rotateCarrierSecretOperation,
  subscribeCarrierOperation,
} from "../../functions/api/carriers/operations.ts";
import {
  endCarrierSubscriptionEndpoint,
  getCarrierSubscriptionEndpoint,
  listCarrierSubscriptionsEndpoint,
  rotateCarrierSecretEndpoint,
  subscribeCarrierEndpoint,
} from "../../functions/api/carriers/subscriptions.ts";
import { findCarrierSubscription, secretsAt } from "../../functions/store/carrier-subscriptions.ts";
import { carrierSubscriptionKey, idempotencyKey } from "../../functions/store/keys.ts";
import { getItem, StoreUnavailable } from "../../functions/store/table.ts";
import { kuaidi100Push } from "../../lib/demo/kuaidi100-push.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { fresh } from "../support/cases-in-table.ts";
import { memoryKeys } from "../support/keys.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

const keys = memoryKeys();
const hour = 3_600_000;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi([
    listCarriersEndpoint,
    subscribeCarrierEndpoint(() => keys),
    listCarrierSubscriptionsEndpoint,
    getCarrierSubscriptionEndpoint,
    endCarrierSubscriptionEndpoint,
    rotateCarrierSecretEndpoint(() => keys),
    receivePushEndpoint(() => keys),
  ]);
});
afterAll(() => api.close());

const partner = claimsOf("partner");
const subscribed = async (body: object = { carrier: "kuaidi100" }, claims = partner) => {
  const { status, body: reply } = await api.call(subscribeCarrierOperation, {
    claims,
    body,
    idempotencyKey: fresh("key"),
  });
  return { status, ...reply };
};
const rotate = (subscriptionId: string, body: object, idempotencyKey = fresh("key")) =>
  api.call(rotateCarrierSecretOperation, {
    claims: partner,
    params: { subscriptionId },
    body,
    idempotencyKey,
  });
const read = (subscriptionId: string) =>
  api.call(getCarrierSubscriptionOperation, { claims: partner, params: { subscriptionId } });
/** Once nobody can remember what stood before. */
const later = async <Result>(work: () => Promise<Result>, laterMs = rememberedMs): Promise<Result> => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + laterMs });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
};
const push = async (subscription: string, secret: string): Promise<number> => {
  const scans = [{ at: Date.now(), what: "揽收", area: "上海" }] as const;
  const { status } = await api.call(receivePushOperation, {
    params: { carrier: "kuaidi100", subscription },
    rawBody: kuaidi100Push(fresh("SF"), scans, secret),
  });
  return status;
};

describe("a subscription", () => {
  it("shows its secret once, keeps it sealed, and records it nowhere", async () => {
    const call = { claims: partner, body: { carrier: "kuaidi100" }, idempotencyKey: "subscribe" };
    const first = await api.call(subscribeCarrierOperation, call);
    const { secret, ...shownAgain } = first.body;
    expect(first.status).toBe(201);
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);

    const { subscriptionId } = shownAgain;
    const stored = await getItem<Record<string, unknown>>(api.table, carrierSubscriptionKey(subscriptionId));
    expect(Buffer.from(JSON.stringify(stored)).includes(secret)).toBe(false);
    const subscription = await findCarrierSubscription(api.table, subscriptionId);
    expect(subscription && (await secretsAt(keys, subscription, Date.now()))).toEqual([secret]);

    const recorded = await getItem(api.table, idempotencyKey("lux", "partner:partner-1", "subscribe"));
    expect(recorded).toMatchObject({ status: 201 });
    expect(JSON.stringify(recorded)).not.toContain(secret);

    const again = await api.call(subscribeCarrierOperation, call);
    expect(again).toMatchObject({ status: 201, headers: { "idempotency-replayed": "true" } });
    expect(again.body).toEqual(shownAgain);
  });

  it("is read without its secret", async () => {
    const { subscriptionId, secret, webhookPath } = await subscribed();
    const { status, body, text } = await read(subscriptionId);
    expect(status).toBe(200);
    expect(body).toMatchObject({ subscriptionId, carrier: "kuaidi100", webhookPath });
    expect(Object.keys(body.secrets[0])).toEqual(["since"]);
    expect(text).not.toContain(secret);
  });

  it("is listed page by page until it ends", async () => {
    const claims = claimsOf("operator", "maison");
    const ids: string[] = [];
    for (let each = 0; each < 3; each += 1)
      ids.push((await subscribed({ carrier: "kuaidi100" }, claims)).subscriptionId);
    const listed = async () => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const { body } = await api.call(listCarrierSubscriptionsOperation, {
          claims,
          query: { limit: "2", ...(cursor ? { cursor } : {}) },
        });
        found.push(...body.items.map((one: { subscriptionId: string }) => one.subscriptionId));
        cursor = body.nextCursor;
      } while (cursor);
      return found;
    };
    expect((await listed()).sort()).toEqual(ids.sort());
    const [first = ""] = ids;
    const params = { subscriptionId: first };
    await api.call(endCarrierSubscriptionOperation, { claims, params });
    expect(await listed()).toHaveLength(2);
  });

  it("is refused its pushes as soon as nobody remembers it, and its secrets are gone", async () => {
    const { subscriptionId, secret } = await subscribed();
    expect(await push(subscriptionId, secret)).toBe(200);
    const end = () =>
      api.call(endCarrierSubscriptionOperation, { claims: partner, params: { subscriptionId } });
    const { status, body } = await end();
    expect([status, body.secrets, typeof body.endedAt]).toEqual([200, [], "string"]);
    expect((await end()).body).toEqual(body);
    expect(await later(() => push(subscriptionId, secret))).toBe(401);
    expect((await read(subscriptionId)).body).toEqual(body);
    expect((await rotate(subscriptionId, {})).status).toBe(404);
  });

  it("costs a burst no call of the key service but the opening itself, once", async () => {
    const { subscriptionId, secret } = await subscribed();
    keys.calls.length = 0;
    for (let each = 0; each < 3; each += 1) expect(await push(subscriptionId, secret)).toBe(200);
    expect(keys.calls).toEqual(["unwrap"]);
  });

  it("is asked for again by the next push when the key service did not answer", async () => {
    const { subscriptionId, secret } = await subscribed();
    const unwrap = vi.spyOn(keys, "unwrap").mockRejectedValueOnce(new StoreUnavailable("no answer"));
    try {
      expect([await push(subscriptionId, secret), await push(subscriptionId, secret)]).toEqual([503, 200]);
    } finally {
      unwrap.mockRestore();
    }
  });
});

describe("whose secret it is", () => {
  it.each(["aftership", "17track"])(
    "%s makes its own: it has to be given, and is never shown",
    async (carrier) => {
      const missing = await subscribed({ carrier });
      expect([missing.status, missing.errors?.[0]?.pointer]).toEqual([422, "/secret"]);
      const given = await subscribed({ carrier, secret: "0123456789abcdef" });
      expect([given.status, given.secret]).toEqual([201, undefined]);
    },
  );

  it.each(["easypost", "standard"])("%s takes either", async (carrier) => {
    const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
    expect((await subscribed({ carrier, secret })).secret).toBeUndefined();
    expect((await subscribed({ carrier })).secret).toBeTypeOf("string");
  });

  it.each([
    ["kuaidi100", "a-salt-of-my-own-choice"],
    ["standard", "no-standard-webhooks-secret"],
    ["easypost", "too-short"],
  ])("%s does not take %s", async (carrier, secret) => {
    const { status, errors } = await subscribed({ carrier, secret });
    expect([status, errors[0].pointer]).toEqual([422, "/secret"]);
  });
});

describe("a rotation", () => {
  it("gives a new secret, and both hold until the grace ends", async () => {
    const { subscriptionId, secret: old } = await subscribed();
    const { status, body } = await rotate(subscriptionId, { graceHours: 2 });
    expect(status).toBe(200);
    expect(body.secret).not.toBe(old);
    expect([await push(subscriptionId, old), await push(subscriptionId, body.secret)]).toEqual([200, 200]);
    const until = Date.parse(body.previousUntil);
    expect(Math.abs(until - Date.now() - 2 * hour)).toBeLessThan(60_000);
    vi.useFakeTimers({ toFake: ["Date"], now: until });
    try {
      expect([await push(subscriptionId, old), await push(subscriptionId, body.secret)]).toEqual([401, 200]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("without a grace ends the old one at once", async () => {
    const { subscriptionId, secret: old } = await subscribed();
    const { body } = await rotate(subscriptionId, { graceHours: 0 });
    expect(await later(() => push(subscriptionId, old))).toBe(401);
    expect(await push(subscriptionId, body.secret)).toBe(200);
  });

  it("again, since its answer was lost, leaves the secret that the carrier signs with to its own grace", async () => {
    const { subscriptionId, secret: first } = await subscribed();
    const { previousUntil } = (await rotate(subscriptionId, { graceHours: 2 })).body;
    const { secret: third } = (await rotate(subscriptionId, { graceHours: 24 })).body;
    expect([await push(subscriptionId, first), await push(subscriptionId, third)]).toEqual([200, 200]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(previousUntil) });
    try {
      expect([await push(subscriptionId, first), await push(subscriptionId, third)]).toEqual([401, 200]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("without a grace ends all that are older, and three hold at most", async () => {
    const { subscriptionId, secret } = await subscribed();
    const secrets = [secret];
    for (let each = 0; each < 3; each += 1) secrets.push((await rotate(subscriptionId, {})).body.secret);
    const statuses = [];
    for (const each of secrets) statuses.push(await push(subscriptionId, each));
    expect(statuses).toEqual([401, 200, 200, 200]);
    const { secret: last } = (await rotate(subscriptionId, { graceHours: 0 })).body;
    expect((await read(subscriptionId)).body.secrets).toHaveLength(1);
    expect([
      await later(() => push(subscriptionId, secrets[3] ?? "")),
      await push(subscriptionId, last),
    ]).toEqual([401, 200]);
  });

  it("that is sent again changes nothing and shows nothing", async () => {
    const { subscriptionId } = await subscribed();
    const { secret, ...shownAgain } = (await rotate(subscriptionId, {}, "rotate-once")).body;
    expect((await rotate(subscriptionId, {}, "rotate-once")).body).toEqual(shownAgain);
    expect(await push(subscriptionId, secret)).toBe(200);
  });
});

it("another tenant's subscription is not there", async () => {
  const { subscriptionId } = await subscribed();
  for (const operation of [getCarrierSubscriptionOperation, endCarrierSubscriptionOperation]) {
    const ask = (id: string) =>
      api.call(operation, { claims: claimsOf("partner", "vintage"), params: { subscriptionId: id } });
    expect((await ask(subscriptionId)).status).toBe(404);
    expect((await ask(subscriptionId)).text).toBe((await ask("nothing")).text);
  }
});

it("the carriers are listed with how far each is believed", async () => {
  const { body } = await api.call(listCarriersOperation, { claims: partner });
  expect(body.items.map((each: Record<string, unknown>) => [each.carrier, each.movesMoney])).toEqual([
    ["kuaidi100", false],
    ["aftership", false],
    ["easypost", false],
    ["17track", false],
    ["standard", true],
  ]);
});
