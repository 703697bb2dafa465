import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LinkRequest, signedLink } from "../../functions/store/s3-bucket.ts";
import { createActivity } from "../../lib/local/activity.ts";
import { type LocalServer, listen } from "../../lib/local/http-server.ts";
import { createMeter } from "../../lib/local/meter.ts";
import { createS3Endpoint } from "../../lib/local/s3/endpoint.ts";
import { createObjectStore } from "../../lib/local/s3/object-store.ts";
import { checkSignature } from "../../lib/local/s3/signature.ts";

/** What a signed link allows, and that nothing else passes. */

const start = Date.UTC(2026, 0, 1);
let now = start;
let server: LocalServer;
const written: string[] = [];

beforeAll(async () => {
  server = await listen(0, () => {});
  const unused = () => Promise.reject(new Error("not asked for"));
  const objects = createS3Endpoint({
    store: createObjectStore({
      buckets: new Set(["evidence"]),
      directory: undefined,
      now: () => now,
      written: ({ key }) => written.push(key),
    }),
    meter: createMeter(),
    activity: createActivity(),
    now: () => now,
    secretOf: (accessKeyId) => (accessKeyId === "local" ? "secret" : undefined),
    corsOf: () => [
      {
        AllowedMethods: ["PUT"],
        AllowedOrigins: ["https://*.lux.example"],
        AllowedHeaders: ["content-type", "x-amz-*"],
        ExposedHeaders: ["etag"],
        MaxAge: 600,
      },
    ],
  });
  server.answerWith({ objects, wire: unused, control: unused, gateway: unused });
});
afterAll(() => server.stop());

const body = "a photograph";
const digest = (text: string) => createHash("sha256").update(text).digest("base64");
const headersFor = (text: string) => ({
  "content-type": "image/jpeg",
  "content-length": String(Buffer.byteLength(text)),
  "x-amz-checksum-sha256": digest(text),
  "if-none-match": "*",
});
const link = (
  key: string,
  but: Partial<LinkRequest> = {},
  secretAccessKey = "secret",
  accessKeyId = "local",
) =>
  signedLink(
    {
      bucket: "evidence",
      endpoint: `${server.url}/_s3`,
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
    },
    { method: "PUT", key, headers: headersFor(body), signedAt: now, lastsMs: 900_000, ...but },
  );
const put = (url: string, text: string, headers: Record<string, string> = headersFor(body)) => {
  const { "content-length": _, ...sent } = headers;
  return fetch(url, { method: "PUT", body: text, headers: sent });
};
/** Status and error code; no code for a success. */
const outcome = async (answer: Promise<Response>) => {
  const response = await answer;
  return [response.status, /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]];
};

describe("a link to upload to", () => {
  it("takes the body it was signed for, once", async () => {
    const url = await link("evidence/t-lux/case/once");
    expect(await outcome(put(url, body))).toEqual([200, undefined]);
    expect(await outcome(put(url, body))).toEqual([412, "PreconditionFailed"]);
    expect(written).toEqual(["evidence/t-lux/case/once"]);
  });

  it.each([
    ["another body of the same length", "b photograph", headersFor(body), [400, "BadDigest"]],
    ["a longer body", `${body}!`, headersFor(body), [403, "SignatureDoesNotMatch"]],
    [
      "another body with its own checksum",
      "b photograph",
      headersFor("b photograph"),
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "another type",
      body,
      { ...headersFor(body), "content-type": "text/html" },
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "no condition",
      body,
      { "content-type": "image/jpeg", "x-amz-checksum-sha256": digest(body) },
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "no checksum",
      body,
      { "content-type": "image/jpeg", "if-none-match": "*" },
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "a header that was not signed",
      body,
      { ...headersFor(body), "x-amz-acl": "public-read" },
      [403, "AccessDenied"],
    ],
  ])("refuses %s", async (_name, text, headers, refused) => {
    const key = `evidence/t-lux/case/${encodeURIComponent(_name)}`;
    expect(await outcome(put(await link(key), text, headers))).toEqual(refused);
    expect(written).not.toContain(key);
  });

  it("is good for its own key and method only", async () => {
    const url = await link("evidence/t-lux/case/mine");
    expect(await outcome(put(url.replace("/mine?", "/yours?"), body))).toEqual([
      403,
      "SignatureDoesNotMatch",
    ]);
    expect(await outcome(fetch(url))).toEqual([403, "SignatureDoesNotMatch"]);
    expect(await outcome(fetch(url.split("?")[0] ?? "", { method: "PUT", body }))).toEqual([
      403,
      "AccessDenied",
    ]);
  });

  it("ends by the service's clock, and does not begin before it", async () => {
    const url = await link("evidence/t-lux/case/late");
    now = start + 900_001;
    expect(await outcome(put(url, body))).toEqual([403, "AccessDenied"]);
    now = start + 900_000;
    expect(await outcome(put(url, body))).toEqual([200, undefined]);
    const ahead = await link("evidence/t-lux/case/early", { signedAt: now + 16 * 60_000 });
    expect(await outcome(put(ahead, body))).toEqual([403, "AccessDenied"]);
    const long = await link("evidence/t-lux/case/long", { lastsMs: 8 * 24 * 3_600_000 });
    expect(await outcome(put(long, body))).toEqual([400, "AuthorizationQueryParametersError"]);
    now = start;
  });

  it("needs a key that is known here, and its secret", async () => {
    expect(await outcome(put(await link("evidence/x", {}, "guessed"), body))).toEqual([
      403,
      "SignatureDoesNotMatch",
    ]);
    expect(await outcome(put(await link("evidence/x", {}, "secret", "stranger"), body))).toEqual([
      403,
      "InvalidAccessKeyId",
    ]);
  });
});

it("a link to download by says under which name, and tells the checksum if asked", async () => {
  const key = "evidence/t-lux/case/read it (1)!";
  await put(await link(key), body);
  const url = await link(key, {
    method: "GET",
    headers: { "x-amz-checksum-mode": "ENABLED" },
    query: { "response-content-disposition": "attachment;filename=01ABC.jpg" },
  });
  const answer = await fetch(url, { headers: { "x-amz-checksum-mode": "ENABLED" } });
  expect(await answer.text()).toBe(body);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "image/jpeg",
    "content-disposition": "attachment;filename=01ABC.jpg",
    "x-amz-checksum-sha256": digest(body),
  });
  const other = url.replace("01ABC", "payload");
  expect(await outcome(fetch(other, { headers: { "x-amz-checksum-mode": "ENABLED" } }))).toEqual([
    403,
    "SignatureDoesNotMatch",
  ]);
});

describe("a browser", () => {
  const preflight = (origin: string, headers: string) =>
    fetch(`${server.url}/_s3/evidence/evidence/x`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": headers,
      },
    });

  it("is let upload from the pages that the bucket names", async () => {
    const asked = await preflight("https://app.lux.example", "content-type,x-amz-checksum-sha256");
    expect([asked.status, Object.fromEntries(asked.headers)]).toEqual([
      200,
      expect.objectContaining({
        "access-control-allow-origin": "https://app.lux.example",
        "access-control-allow-methods": "PUT",
        "access-control-allow-headers": "content-type, x-amz-checksum-sha256",
        "access-control-max-age": "600",
      }),
    ]);
    const url = await link("evidence/t-lux/case/browser");
    const sent = await put(url, body, { ...headersFor(body), origin: "https://app.lux.example" });
    expect([sent.status, sent.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://app.lux.example",
    ]);
  });

  it("is told no by any other", async () => {
    expect(await outcome(preflight("https://elsewhere.example", "content-type"))).toEqual([
      403,
      "AccessForbidden",
    ]);
    expect(await outcome(preflight("https://app.lux.example", "x-other"))).toEqual([403, "AccessForbidden"]);
  });
});

it("reads the signature of AWS's own example", () => {
  // Amazon S3 API reference, "Authenticating requests: using query parameters".
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
    "X-Amz-Date": "20130524T000000Z",
    "X-Amz-Expires": "86400",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  });
  const request = {
    method: "GET",
    path: "/test.txt",
    query,
    headers: { host: "examplebucket.s3.amazonaws.com" },
    body: Buffer.alloc(0),
  };
  const signers = {
    secretOf: () => "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    now: () => Date.UTC(2013, 4, 24, 12),
  };
  expect(() => checkSignature(request, signers)).not.toThrow();
  expect(() => checkSignature({ ...request, path: "/other.txt" }, signers)).toThrow("signature");
});
