import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { type LocalServer, listen } from "../../lib/local/http-server.ts";
import { createMeter } from "../../lib/local/meter.ts";
import { createS3Endpoint } from "../../lib/local/s3/endpoint.ts";
import { createObjectStore } from "../../lib/local/s3/object-store.ts";

const client = new AwsClient({
  accessKeyId: "local",
  secretAccessKey: "local",
  service: "s3",
  // An error is what is asked for here.
  retries: 0,
  region: "us-east-1",
});
const now = Date.UTC(2026, 0, 1);
const storeAt = (directory: string | undefined) =>
  createObjectStore({ buckets: new Set(["evidence", "exports"]), directory, now: () => now });

describe.each(["in memory", "in files"])("S3 %s", (where) => {
  const meter = createMeter();
  let directory: string;
  let server: LocalServer;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "objects-"));
    server = await listen(0, () => {});
    const unused = () => Promise.reject(new Error("not asked for"));
    const store = storeAt(where === "in files" ? directory : undefined);
    const objects = createS3Endpoint({
      store,
      meter,
      activity: createActivity(),
      now: () => now,
      secretOf: (accessKeyId) => (accessKeyId === "local" ? "local" : undefined),
      corsOf: () => [],
    });
    server.answerWith({ objects, wire: unused, control: unused, gateway: unused });
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  const ask = (method: string, path: string, init: RequestInit = {}) =>
    client.fetch(`${server.url}/_s3/${path}`, { method, ...init });
  const put = (path: string, body: string, headers: Record<string, string> = {}) =>
    ask("PUT", path, { body, headers });

  it("gives back what was put, with its type, its ETag and its metadata", async () => {
    const stored = await put("evidence/lux/photo 1%2B2.txt", "hello", {
      "content-type": "text/plain",
      "x-amz-meta-case-id": "01ABC",
    });
    expect(stored.status).toBe(200);
    expect(stored.headers.get("etag")).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const got = await ask("GET", "evidence/lux/photo%201%2B2.txt");
    expect(await got.text()).toBe("hello");
    expect(Object.fromEntries(got.headers)).toMatchObject({
      "content-type": "text/plain",
      etag: '"5d41402abc4b2a76b9719d911017c592"',
      "x-amz-meta-case-id": "01ABC",
      "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    });
    const head = await ask("HEAD", "evidence/lux/photo%201%2B2.txt");
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "5", ""]);
    expect((await ask("HEAD", "evidence/none")).status).toBe(404);
  });

  it.each([
    ["bytes=1-3", 206, "ell", "bytes 1-3/5"],
    ["bytes=2-", 206, "llo", "bytes 2-4/5"],
    ["bytes=-2", 206, "lo", "bytes 3-4/5"],
    ["bytes=0-99", 206, "hello", "bytes 0-4/5"],
    ["lines=1-2", 200, "hello", null],
  ])("reads %s", async (range, status, text, contentRange) => {
    await put("evidence/range", "hello");
    const got = await ask("GET", "evidence/range", { headers: { range } });
    expect([got.status, await got.text(), got.headers.get("content-range")]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  it("answers a range beyond the end, a missing key and a foreign bucket as S3 does", async () => {
    const beyond = await ask("GET", "evidence/range", { headers: { range: "bytes=5-" } });
    expect([beyond.status, await beyond.text()]).toEqual([
      416,
      expect.stringContaining("<Code>InvalidRange</Code>"),
    ]);
    const missing = await ask("GET", "evidence/none");
    expect([missing.status, missing.headers.get("content-type")]).toEqual([404, "application/xml"]);
    expect(await missing.text()).toContain("<Code>NoSuchKey</Code>");
    const foreign = await put("elsewhere/key", "");
    expect([foreign.status, await foreign.text()]).toEqual([
      403,
      expect.stringContaining("<Code>AccessDenied</Code>"),
    ]);
  });

  it("refuses by name what it does not play", async () => {
    const tags = await ask("GET", "evidence/range?tagging");
    expect([tags.status, await tags.text()]).toEqual([501, expect.stringContaining("tagging")]);
    const copy = await put("evidence/copy", "", { "x-amz-copy-source": "/evidence/range" });
    expect([copy.status, await copy.text()]).toEqual([501, expect.stringContaining("x-amz-copy-source")]);
  });

  it("replaces an object, unless it is put on the condition that there is none", async () => {
    await put("evidence/once", "first");
    expect((await put("evidence/once", "second", { "if-none-match": "*" })).status).toBe(412);
    await put("evidence/once", "third");
    expect(await (await ask("GET", "evidence/once")).text()).toBe("third");
  });

  it("takes a body in chunks with a trailer", async () => {
    const sent = "5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    const headers = {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "content-encoding": "aws-chunked",
    };
    await put("evidence/chunked", sent, headers);
    const got = await ask("GET", "evidence/chunked");
    expect([await got.text(), got.headers.get("content-encoding")]).toEqual(["hello!", null]);
  });

  it("lists by prefix, in pages, in the order of the keys", async () => {
    for (const key of ["p/b", "p/a&<b>", "p/c", "q/a"]) await put(`exports/${encodeURI(key)}`, key);
    const keysOf = (text: string) => [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
    const first = await (await ask("GET", "exports?list-type=2&prefix=p%2F&max-keys=2")).text();
    expect(keysOf(first)).toEqual(["p/a&amp;&lt;b&gt;", "p/b"]);
    expect(first).toContain("<IsTruncated>true</IsTruncated>");
    const token = /<NextContinuationToken>(.*)<\/NextContinuationToken>/.exec(first)?.[1];
    const second = await (
      await ask("GET", `exports?list-type=2&prefix=p%2F&max-keys=2&continuation-token=${token}`)
    ).text();
    expect(keysOf(second)).toEqual(["p/c"]);
    expect(second).toContain("<IsTruncated>false</IsTruncated>");
  });

  it("folds up what lies behind a delimiter", async () => {
    const text = await (await ask("GET", "exports?list-type=2&delimiter=%2F")).text();
    expect(text).toContain("<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>");
    expect(text).toContain("<KeyCount>2</KeyCount>");
    expect(text).not.toContain("<Contents>");
  });

  it("deletes one, and many at once", async () => {
    expect((await ask("DELETE", "exports/q/a")).status).toBe(204);
    const body =
      "<Delete><Object><Key>p/a&amp;&lt;b&gt;</Key></Object><Object><Key>p/b</Key></Object></Delete>";
    const deleted = await ask("POST", "exports?delete", { body });
    expect(await deleted.text()).toContain("<Deleted><Key>p/b</Key></Deleted>");
    const left = await (await ask("GET", "exports?list-type=2")).text();
    expect(left).toContain("<KeyCount>1</KeyCount>");
  });

  it("bills puts and gets", () => {
    expect(meter.total().costUsd).toBeGreaterThan(10 * (0.005 / 1000));
  });

  it("has them after a restart where it keeps them in files", async () => {
    const again = storeAt(where === "in files" ? directory : undefined);
    const object = again.find("evidence", "once");
    const text = object && (await again.read(object)).toString();
    expect([object?.size, object?.contentType, text]).toEqual(
      where === "in files" ? [5, "text/plain;charset=UTF-8", "third"] : [undefined, undefined, undefined],
    );
  });
});
