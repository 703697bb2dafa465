import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Activity } from "../activity.ts";
import type { HttpReply } from "../gateway-event.ts";
import type { Counts, Meter } from "../meter.ts";
import { decodeChunks } from "./aws-chunked.ts";
import { type CorsRule, corsHeaders, preflight } from "./cors.ts";
import type { ObjectStore, StoredObject } from "./object-store.ts";
import { refusals, S3Refused } from "./refusal.ts";
import { checkSignature, type Signers } from "./signature.ts";
import { textsOf, type XmlElements, xmlDocument } from "./xml.ts";

/** The path under which the service's one port answers as S3; buckets and keys follow it. */
export const s3Path = "/_s3";

type S3Request = {
  readonly method: string;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  /** The path as it was signed, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Parameters that are obeyed; `x-id` only names the operation, and `x-amz-*` are a presigned URL's. */
const knownParameters =
  /^(list-type|prefix|delimiter|continuation-token|start-after|max-keys|encoding-type|fetch-owner|delete|x-id|x-amz-.*|response-content-(disposition|type))$/i;

/** Headers that would change what a request does, if they were obeyed. */
const unknownHeaders =
  /^(if-match|if-modified-since|if-unmodified-since|x-amz-copy-source.*|x-amz-object-lock.*)$/;

/** Whether a request may be served at all. */
const authorize = (request: S3Request, options: S3Options): void => {
  const { bucket, query, headers } = request;
  if (!options.store.buckets.has(bucket)) {
    throw new S3Refused("AccessDenied", `the template has no bucket ${bucket}`);
  }
  checkSignature(request, options);
  const unknown =
    [...query.keys()].find((name) => !knownParameters.test(name)) ??
    Object.keys(headers).find((name) => unknownHeaders.test(name));
  if (unknown !== undefined) throw new S3Refused("NotImplemented", unknown);
};

const xml = (status: number, root: string, value: XmlElements): HttpReply => ({
  status,
  headers: { "content-type": "application/xml" },
  body: xmlDocument(root, value),
});

const empty = (status: number, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers,
  body: "",
});

/** A checksum is told to whoever asks for it; how the content is to be taken, whoever signed the link decides. */
const headersOf = (object: StoredObject, { headers, query }: S3Request): Record<string, string> => ({
  "content-type": query.get("response-content-type") ?? object.contentType,
  ...(query.has("response-content-disposition") && {
    "content-disposition": query.get("response-content-disposition") ?? "",
  }),
  ...(object.checksumSha256 !== undefined &&
    headers["x-amz-checksum-mode"] === "ENABLED" && { "x-amz-checksum-sha256": object.checksumSha256 }),
  ...(object.contentEncoding !== undefined && { "content-encoding": object.contentEncoding }),
  ...Object.fromEntries(
    Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
  ),
  etag: `"${object.etag}"`,
  "last-modified": new Date(object.modifiedAt).toUTCString(),
  "accept-ranges": "bytes",
});

const objectAt = (store: ObjectStore, { bucket, key }: S3Request): StoredObject => {
  const object = store.find(bucket, key);
  if (object === undefined) throw new S3Refused("NoSuchKey", key);
  return object;
};

/** From which byte up to but not including which; a range that is not understood is ignored, as by S3. */
const rangeOf = (header: string | undefined, size: number): { start: number; end: number } | undefined => {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  if (start >= end) throw new S3Refused("InvalidRange");
  return { start, end };
};

const get = async (store: ObjectStore, request: S3Request): Promise<HttpReply> => {
  const object = objectAt(store, request);
  const headers = headersOf(object, request);
  const range = rangeOf(request.headers.range, object.size);
  const { start, end } = range ?? { start: 0, end: object.size };
  const content = { ...headers, "content-length": String(end - start) };
  const sent =
    range === undefined
      ? { status: 200, headers: content }
      : { status: 206, headers: { ...content, "content-range": `bytes ${start}-${end - 1}/${object.size}` } };
  return { ...sent, body: request.method === "HEAD" ? "" : await store.read(object, start, end) };
};

/** S3 computes what it was promised, and refuses another body. The other algorithms are not looked at. */
const checkedSum = (content: Buffer, promised: string | string[] | undefined): string | undefined => {
  if (promised === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]{43}=$/.test(String(promised))) {
    throw new S3Refused("InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid.");
  }
  if (createHash("sha256").update(content).digest("base64") !== promised) throw new S3Refused("BadDigest");
  return promised;
};

const put = async (store: ObjectStore, request: S3Request): Promise<HttpReply> => {
  const { bucket, key, headers } = request;
  const condition = headers["if-none-match"];
  if (condition !== undefined && condition !== "*") throw new S3Refused("NotImplemented", "If-None-Match");
  if (condition === "*" && store.find(bucket, key) !== undefined) throw new S3Refused("PreconditionFailed");
  const encodings = (headers["content-encoding"] ?? "").split(",").map((one) => one.trim());
  const chunked = String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const contentEncoding = encodings.filter((one) => one !== "" && one !== "aws-chunked").join(",");
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("x-amz-meta-") ? [[name.slice("x-amz-meta-".length), String(value)] as const] : [],
  );
  const content = chunked ? decodeChunks(request.body) : request.body;
  const checksumSha256 = checkedSum(content, headers["x-amz-checksum-sha256"]);
  const object = await store.put(bucket, key, [content], {
    contentType: headers["content-type"] ?? "binary/octet-stream",
    ...(checksumSha256 !== undefined && { checksumSha256 }),
    ...(contentEncoding !== "" && { contentEncoding }),
    metadata: Object.fromEntries(metadata),
  });
  return empty(200, { etag: `"${object.etag}"` });
};

const remove = async (store: ObjectStore, { bucket, key }: S3Request): Promise<HttpReply> => {
  await store.remove(bucket, key);
  return empty(204);
};

const removeMany = async (store: ObjectStore, { bucket, body }: S3Request): Promise<HttpReply> => {
  const document = body.toString();
  const keys = textsOf("Key", document);
  if (keys.length === 0 || keys.length > 1000) throw new S3Refused("MalformedXML");
  for (const key of keys) await store.remove(bucket, key);
  const quiet = textsOf("Quiet", document)[0] === "true";
  return xml(200, "DeleteResult", quiet ? {} : { Deleted: keys.map((Key) => ({ Key })) });
};

const list = (store: ObjectStore, { bucket, query }: S3Request): HttpReply => {
  if (query.get("list-type") !== "2") throw new S3Refused("NotImplemented", "listing without list-type=2");
  const prefix = query.get("prefix") ?? "";
  const maxKeys = Math.min(1000, Number(query.get("max-keys") ?? 1000));
  if (!Number.isInteger(maxKeys) || maxKeys < 0) throw new S3Refused("InvalidArgument", "max-keys");
  const token = query.get("continuation-token") ?? undefined;
  const after = token === undefined ? query.get("start-after") : Buffer.from(token, "base64url").toString();
  const encoding = query.get("encoding-type") ?? undefined;
  const shown = (key: string): string => (encoding === "url" ? encodeURIComponent(key) : key);
  const delimiter = query.get("delimiter") ?? "";
  const behind = (entry: string): boolean =>
    after === null || Buffer.compare(Buffer.from(entry), Buffer.from(after)) > 0;
  const found = entriesOf(store.list(bucket, prefix), prefix, delimiter).filter(([entry]) => behind(entry));
  const page = found.slice(0, maxKeys);
  const last = found.length > page.length ? page.at(-1) : undefined;
  return xml(200, "ListBucketResult", {
    Name: bucket,
    Prefix: shown(prefix),
    Delimiter: delimiter === "" ? undefined : shown(delimiter),
    MaxKeys: maxKeys,
    KeyCount: page.length,
    IsTruncated: last !== undefined,
    EncodingType: encoding,
    ContinuationToken: token,
    NextContinuationToken: last && Buffer.from(last[0]).toString("base64url"),
    Contents: page.flatMap(([, object]) => (object === undefined ? [] : [contentOf(object, shown)])),
    CommonPrefixes: page.flatMap(([entry, object]) =>
      object === undefined ? [{ Prefix: shown(entry) }] : [],
    ),
  });
};

const contentOf = (
  { key, etag, size, modifiedAt }: StoredObject,
  shown: (key: string) => string,
): XmlElements => ({
  Key: shown(key),
  LastModified: new Date(modifiedAt).toISOString(),
  ETag: `"${etag}"`,
  Size: size,
  StorageClass: "STANDARD",
});

/** What a listing shows, in order: objects by their key, and once each the prefix of those it folds up. */
const entriesOf = (
  objects: readonly StoredObject[],
  prefix: string,
  delimiter: string,
): readonly (readonly [string, StoredObject | undefined])[] => {
  const entries = new Map<string, StoredObject | undefined>();
  for (const object of objects) {
    const end = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (end === -1) entries.set(object.key, object);
    else entries.set(object.key.slice(0, end + delimiter.length), undefined);
  }
  return [...entries];
};

const serve = async (options: S3Options, request: S3Request): Promise<HttpReply> => {
  const { store } = options;
  const { method, bucket, key, query } = request;
  if (method === "OPTIONS") return empty(200, preflight(options.corsOf(bucket), request.headers));
  authorize(request, options);
  if (key === "") {
    if (method === "GET") return list(store, request);
    if (method === "HEAD") return empty(200);
    if (method === "POST" && query.has("delete")) return removeMany(store, request);
    throw new S3Refused("MethodNotAllowed");
  }
  if (method === "GET" || method === "HEAD") return get(store, request);
  if (method === "PUT") return put(store, request);
  if (method === "DELETE") return remove(store, request);
  throw new S3Refused("MethodNotAllowed");
};

/** What S3 bills a request as; deleting is free. */
const billedAs = ({ method, key }: S3Request): Partial<Counts> => {
  if (method === "PUT" || (method === "GET" && key === "")) return { s3Puts: 1 };
  return method === "GET" || method === "HEAD" ? { s3Gets: 1 } : {};
};

/** Reads `/<bucket>/<key>` as it was sent: a key may hold `//` and `..`, which a URL would tidy up. */
const requestOf = (method: string, target: string, headers: IncomingHttpHeaders, body: Buffer): S3Request => {
  const [place = "", query] = target.split("?", 2);
  const path = place.slice(s3Path.length);
  const slash = path.indexOf("/", 1);
  const decoded = (text: string): string => {
    try {
      // S3 takes a plus for a space, in paths too.
      return decodeURIComponent(text.replaceAll("+", " "));
    } catch {
      throw new S3Refused("InvalidArgument", "the path is not URL-encoded");
    }
  };
  return {
    method,
    bucket: decoded(slash === -1 ? path.slice(1) : path.slice(1, slash)),
    key: slash === -1 ? "" : decoded(path.slice(slash + 1)),
    path: decoded(place),
    query: new URLSearchParams(query),
    headers,
    body,
  };
};

type S3Options = Signers & {
  readonly store: ObjectStore;
  readonly meter: Meter;
  readonly activity: Activity;
  readonly corsOf: (bucket: string) => readonly CorsRule[];
};

const refused = ({ code, message }: S3Refused, target: string): HttpReply =>
  xml(refusals[code][0], "Error", {
    Code: code,
    Message: message,
    Resource: target.slice(s3Path.length).split("?")[0] ?? "",
  });

/** Speaks S3's protocol, path style, for the template's buckets. */
export const createS3Endpoint =
  (options: S3Options) =>
  async (method: string, target: string, headers: IncomingHttpHeaders, body: Buffer): Promise<HttpReply> => {
    const done = options.activity.begin();
    try {
      const request = requestOf(method, target, headers, body);
      const traceId = headers["x-amzn-trace-id"];
      const account = options.meter.find(typeof traceId === "string" ? traceId : undefined);
      if (account) account.add(billedAs(request));
      else options.meter.charge(billedAs(request), []);
      const reply = await serve(options, request).catch((error: unknown) => {
        if (error instanceof S3Refused) return refused(error, target);
        throw error;
      });
      return {
        ...reply,
        headers: { ...corsHeaders(options.corsOf(request.bucket), method, headers), ...reply.headers },
      };
    } catch (error) {
      if (error instanceof S3Refused) return refused(error, target);
      throw error;
    } finally {
      done();
    }
  };
