import { createHash } from "node:crypto";
import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelCaseOperation, fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import { inspectReturnOperation, shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import type { Answer } from "../../lib/demo/api-client.ts";
import { kuaidi100Push } from "../../lib/demo/kuaidi100-push.ts";
import { playStory } from "../../lib/demo/story.ts";
import { everythingIn, type Journey, scenarioNamed, startJourney } from "../support/journey.ts";
import { changedMind, faultWithoutRecord } from "../support/journey-requests.ts";

/** Every request that has to be refused is answered with a problem that says why, and changes nothing. */

let journey: Journey;
let closedCaseId: string;
let waitingCaseId: string;

const partner = { tenant: "lux", role: "partner" } as const;
const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const key = { "idempotency-key": "bad-input" };

beforeAll(async () => {
  journey = await startJourney();
  const { api, world, service } = journey;
  const [closed] = await playStory(world, [scenarioNamed("damaged-in-transit-carrier-pays")]);
  closedCaseId = closed?.caseId ?? "";
  waitingCaseId = (await api.call(partner, fileCaseOperation, { body: faultWithoutRecord("ord-1008") }))
    .caseId;
  await service.idle();
}, 120_000);

afterAll(() => journey?.stop());

const problemIn = ({ json: body }: Answer) =>
  body as { type: string; status: number; instance: string; errors?: { pointer: string; detail: string }[] };

/** Sends a request that has to be refused, and proves that the table is what it was. */
const refused = async (send: () => Promise<Answer>): Promise<Answer> => {
  await journey.service.idle();
  const before = await everythingIn(journey);
  expect(before.size).toBeGreaterThan(50);
  const answer = await send();
  await journey.service.idle();
  expect(await everythingIn(journey)).toEqual(before);
  return answer;
};

const refusedWith = async (status: number, problem: string, send: () => Promise<Answer>) => {
  const answer = await refused(send);
  expect({ status: answer.status, problem: problemIn(answer)?.type }).toEqual({
    status,
    problem: `/problems/${problem}`,
  });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(problemIn(answer)).toMatchObject({ status, instance: expect.any(String) });
  return problemIn(answer);
};

const file = (body: unknown, as: { tenant: string; role: "partner" } = partner) =>
  journey.api.raw(as, "POST", "/v1/cases", { headers: { ...json, ...key }, body: JSON.stringify(body) });

describe("a body that does not fit", () => {
  it("names an unknown field", async () => {
    const { errors } = await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1001"), colour: "red" }),
    );
    expect(errors).toEqual([{ pointer: "/colour", detail: expect.any(String) }]);
  });

  it("names an unknown field deep inside", async () => {
    const { errors } = await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1001"), lines: [{ lineId: "1", quantity: 1, price: 1 }] }),
    );
    expect(errors?.[0]?.pointer).toBe("/lines/0/price");
  });

  it("names a field of the wrong type", async () => {
    const { errors } = await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1001"), lines: [{ lineId: "1", quantity: "one" }] }),
    );
    expect(errors?.[0]?.pointer).toBe("/lines/0/quantity");
  });

  it("names the flaw that is missing where the reason is one", async () => {
    const { claimedFlaw: _, ...body } = faultWithoutRecord("ord-1001");
    const { errors } = await refusedWith(422, "invalid_request", () => file(body));
    expect(errors?.[0]?.pointer).toBe("/claimedFlaw");
  });

  it("refuses a flaw that is named beside a change of mind", async () => {
    const { errors } = await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1001"), claimedFlaw: { code: "scratch", place: "front" } }),
    );
    expect(errors).toEqual([{ pointer: "/claimedFlaw", detail: expect.any(String) }]);
  });

  it("refuses more units than were bought", async () => {
    const { errors } = await refusedWith(409, "quantity_exceeded", () => file(changedMind("ord-1017", 4)));
    expect(errors?.[0]?.pointer).toBe("/lines/0/quantity");
  });

  it("refuses more money than was paid", async () => {
    const body = {
      ...faultWithoutRecord("ord-1017"),
      type: "refund_only",
      lines: [{ lineId: "1", quantity: 3, amountMinor: 467_001 }],
    };
    await refusedWith(409, "refundable_exceeded", () => file(body));
  });

  it("refuses a line the order does not have, and one named twice", async () => {
    await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1001"), lines: [{ lineId: "9", quantity: 1 }] }),
    );
    const line = { lineId: "1", quantity: 1 };
    await refusedWith(422, "invalid_request", () =>
      file({ ...changedMind("ord-1017"), lines: [line, line] }),
    );
  });

  it("refuses lines of two merchants in one case", async () => {
    const lines = [
      { lineId: "1", quantity: 1 },
      { lineId: "2", quantity: 1 },
    ];
    await refusedWith(409, "merchant_mismatch", () => file({ ...changedMind("ord-1020"), lines }));
  });

  it("refuses a body over 256 KB", async () => {
    await refusedWith(413, "body_too_large", () =>
      file({ ...changedMind("ord-1001"), description: "长".repeat(100_000) }),
    );
  });

  it("refuses what is no JSON, and what does not say that it is", async () => {
    const { api } = journey;
    await refusedWith(400, "malformed_json", () =>
      api.raw(partner, "POST", "/v1/cases", { headers: { ...json, ...key }, body: '{"orderId": ' }),
    );
    await refusedWith(415, "unsupported_media_type", () =>
      api.raw(partner, "POST", "/v1/cases", {
        headers: { "content-type": "text/plain", ...key },
        body: JSON.stringify(changedMind("ord-1001")),
      }),
    );
  });

  it("wants an Idempotency-Key with every POST", async () => {
    await refusedWith(400, "idempotency_key_required", () =>
      journey.api.raw(partner, "POST", "/v1/cases", {
        headers: json,
        body: JSON.stringify(changedMind("ord-1001")),
      }),
    );
  });
});

describe("somebody else's things", () => {
  it("another tenant's order does not exist", async () => {
    await refusedWith(404, "not_found", () =>
      file(changedMind("ord-1019"), { tenant: "vintage", role: "partner" }),
    );
  });

  it("another buyer's order does not exist", async () => {
    await refusedWith(404, "not_found", () =>
      journey.api.send({ tenant: "lux", role: "buyer", buyerId: "buyer-02" }, fileCaseOperation, {
        body: changedMind("ord-1001"),
      }),
    );
  });
});

describe("a command that comes too late or on the wrong footing", () => {
  it("a closed case takes no command of anybody", async () => {
    const { api } = journey;
    const params = { caseId: closedCaseId };
    const merchant = { tenant: "lux", role: "merchant", merchantId: "atelier-shanghai" } as const;
    const lines = [{ lineId: "1", receivedQuantity: 1, sameItem: true, flaws: [] }];
    const inspectedAt = new Date(journey.service.clock.now() - 60_000).toISOString();
    const attempts = [
      () => api.send(partner, cancelCaseOperation, { params }),
      () => api.send(merchant, decideCaseOperation, { params, body: { decision: "approve" } }),
      () =>
        api.send({ tenant: "lux", role: "operator" }, decideCaseOperation, {
          params,
          body: { decision: "resume" },
        }),
      () =>
        api.send(partner, shipReturnOperation, {
          params,
          body: { carrier: "kuaidi100", trackingNumber: "SF3000000000001" },
        }),
      () =>
        api.send({ tenant: "lux", role: "warehouse" }, inspectReturnOperation, {
          params,
          body: { inspectedAt, lines },
        }),
    ];
    for (const attempt of attempts) await refusedWith(409, "stage_forbids", attempt);
  });

  it("a stale If-Match loses, one that cannot be read is refused, the present one wins", async () => {
    const { api } = journey;
    const params = { caseId: waitingCaseId };
    const merchant = { tenant: "lux", role: "merchant", merchantId: "second-bloom" } as const;
    const decide = (version: string) =>
      api.send(merchant, decideCaseOperation, {
        params,
        body: { decision: "refuse", reason: "goods_as_described" },
        headers: { "if-match": version },
      });
    await refusedWith(412, "precondition_failed", () => decide('"1"'));
    await refusedWith(400, "malformed_header", () => decide("version one"));
    const read = await api.raw(partner, "GET", `/v1/cases/${waitingCaseId}`);
    const won = await decide(read.headers.get("etag") ?? "");
    expect(won.status).toBe(200);
    expect(won.headers.get("etag")).not.toBe(read.headers.get("etag"));
    await refusedWith(412, "precondition_failed", () => decide(read.headers.get("etag") ?? ""));
  });

  it("an inspection from the future is refused", async () => {
    const { errors } = await refusedWith(422, "invalid_request", () =>
      journey.api.send({ tenant: "lux", role: "warehouse" }, inspectReturnOperation, {
        params: { caseId: closedCaseId },
        body: {
          inspectedAt: new Date(journey.service.clock.now() + 3_600_000).toISOString(),
          lines: [{ lineId: "1", receivedQuantity: 1, sameItem: true, flaws: [] }],
        },
      }),
    );
    expect(errors?.[0]?.pointer).toBe("/inspectedAt");
  });
});

describe("a token that will not do", () => {
  const withToken = (authorization: string) => () =>
    journey.api.raw(undefined, "POST", "/v1/cases", {
      headers: { ...json, ...key, authorization },
      body: JSON.stringify(changedMind("ord-1001")),
    });

  const refusedByGateway = async (status: number, authorization: string) => {
    const answer = await refused(withToken(authorization));
    expect(answer.status).toBe(status);
  };

  it("none, or none that can be read", async () => {
    await refusedByGateway(401, "");
    await refusedByGateway(401, "Bearer");
    await refusedByGateway(401, "Bearer not.a.token");
  });

  it("one signed by somebody else", async () => {
    const genuine = await journey.service.token(partner);
    const [, payload = ""] = genuine.split(".");
    const { privateKey } = await generateKeyPair("RS256");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "local" })
      .sign(privateKey);
    await refusedByGateway(401, `Bearer ${forged}`);
  });

  it("one whose claims were changed, and one without a signature", async () => {
    const [header, payload = "", signature] = (await journey.service.token(partner)).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    await refusedByGateway(401, `Bearer ${header}.${encode({ ...claims, tenant: "vintage" })}.${signature}`);
    await refusedByGateway(401, `Bearer ${encode({ alg: "none" })}.${payload}.`);
  });

  it("one that has expired", async () => {
    const { service } = journey;
    const token = await service.token({ ...partner, expiresInSeconds: 300 });
    await service.clock.advance(301_000);
    await refusedByGateway(401, `Bearer ${token}`);
  });

  it("one of another role", async () => {
    const token = await journey.service.token({ tenant: "lux", role: "warehouse" });
    await refusedByGateway(403, `Bearer ${token}`);
  });
});

describe("a carrier's push that will not do", () => {
  const push = (body: string, path = journey.world.subscriptions.lux.webhookPath) =>
    journey.api.raw(undefined, "POST", path, { headers: form, body });

  const delivered = (salt: string) =>
    kuaidi100Push("SF1000000010017", [{ at: journey.world.startAt, what: "签收", area: "上海市" }], salt);

  it("signed with another secret, or not at all", async () => {
    const { lux, vintage } = journey.world.subscriptions;
    await refusedWith(401, "signature_invalid", () => push(delivered("wrong")));
    await refusedWith(401, "signature_invalid", () => push(delivered(vintage.secret)));
    const unsigned = new URLSearchParams(delivered(lux.secret));
    unsigned.delete("sign");
    await refusedWith(401, "signature_invalid", () => push(unsigned.toString()));
  });

  it("changed on the way", async () => {
    const { secret } = journey.world.subscriptions.lux;
    const changed = delivered(secret).replace("SF1000000010017", "SF1000000010024");
    await refusedWith(401, "signature_invalid", () => push(changed));
  });

  it("for a subscription that does not exist, which answers like a wrong signature", async () => {
    const { lux } = journey.world.subscriptions;
    const unknown = await refused(() =>
      push(delivered(lux.secret), "/v1/carriers/kuaidi100/webhook/unknown"),
    );
    const wrong = await refused(() => push(delivered("wrong")));
    const withoutInstance = ({ text }: Answer) => text.replace(/"instance":"[^"]*"/, "");
    expect(withoutInstance(unknown)).toBe(withoutInstance(wrong));
    const otherCarrier = await refused(() =>
      push(delivered(lux.secret), lux.webhookPath.replace("kuaidi100", "aftership")),
    );
    expect(otherCarrier.status).toBe(401);
  });

  it.each([
    ["no JSON at all", "not json"],
    ["JSON of another kind", "[]"],
    ["no result", '{"status":"polling"}'],
    [
      "a time that is none",
      '{"status":"polling","lastResult":{"nu":"SF1","com":"shunfeng","data":[{"context":"x","time":"yesterday"}]}}',
    ],
  ])(
    "well signed, but malformed: %s: it is thanked for and parked, and nothing else is written",
    async (_what, param) => {
      const { secret } = journey.world.subscriptions.lux;
      const sign = createHash("md5")
        .update(param + secret)
        .digest("hex")
        .toUpperCase();
      const before = await everythingIn(journey);
      const answer = await push(new URLSearchParams({ param, sign }).toString());
      expect(answer).toMatchObject({ status: 200, json: { returnCode: "200" } });
      const written = [...(await everythingIn(journey)).keys()].filter((key) => !before.has(key));
      expect(written.map((key) => key.replace(/PARKED#\w+/, "PARKED"))).toEqual([
        expect.stringMatching(/^T#lux#PARKED (BODY|PUSH)$/),
        expect.stringMatching(/^T#lux#PARKED (BODY|PUSH)$/),
      ]);
    },
  );

  it("too large", async () => {
    const { secret } = journey.world.subscriptions.lux;
    const param = JSON.stringify({ status: "polling", message: "x".repeat(300_000) });
    const sign = createHash("md5")
      .update(param + secret)
      .digest("hex")
      .toUpperCase();
    await refusedWith(413, "body_too_large", () => push(new URLSearchParams({ param, sign }).toString()));
  });
});
