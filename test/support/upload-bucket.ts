import { createHash } from "node:crypto";
import type { AnnouncedFile } from "../../functions/domain/evidence.ts";
import { openUploads, type Uploads } from "../../functions/store/uploads.ts";
import { createActivity } from "../../lib/local/activity.ts";
import { listen } from "../../lib/local/http-server.ts";
import { createMeter } from "../../lib/local/meter.ts";
import { createS3Endpoint } from "../../lib/local/s3/endpoint.ts";
import { createObjectStore, type ObjectStore } from "../../lib/local/s3/object-store.ts";

/** A bucket behind the same S3 that the local service has. */
export type UploadBucket = {
  readonly uploads: Uploads;
  /** For what nobody can do with a link. */
  readonly store: ObjectStore;
  /** The keys that were put, in order; S3 would tell of each. */
  readonly written: string[];
  readonly close: () => Promise<void>;
};

export const openUploadBucket = async (now: () => number): Promise<UploadBucket> => {
  const server = await listen(0, () => {});
  const unused = () => Promise.reject(new Error("not asked for"));
  const written: string[] = [];
  const store = createObjectStore({
    buckets: new Set(["evidence"]),
    directory: undefined,
    now,
    written: ({ key }) => written.push(key),
  });
  const objects = createS3Endpoint({
    store,
    meter: createMeter(),
    activity: createActivity(),
    now,
    secretOf: () => "local",
    corsOf: () => [],
  });
  server.answerWith({ objects, wire: unused, control: unused, gateway: unused });
  return {
    uploads: openUploads({
      bucket: "evidence",
      endpoint: `${server.url}/_s3`,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    }),
    store,
    written,
    close: server.stop,
  };
};

export const sha256Of = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

/** A photograph of these bytes. */
export const aPhoto = (content: string): AnnouncedFile & { kind: "photo" } => ({
  kind: "photo",
  contentType: "image/jpeg",
  sizeBytes: Buffer.byteLength(content),
  sha256: sha256Of(content),
});

/** Uploads as any client would; `but` replaces headers, and one that is empty is not sent. */
export const upload = (
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  content: string | Uint8Array<ArrayBuffer>,
  but: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const { "content-length": _, ...sent } = { ...headers, ...but };
  const given = Object.entries(sent).filter(([, value]) => value !== "");
  return fetch(url, { method: "PUT", body: content, headers: Object.fromEntries(given) });
};
