import { randomUUID } from "node:crypto";
import type { Bus } from "../bus.ts";
import { account } from "../identities.ts";
import type { StoredObject } from "./object-store.ts";

/** What S3 tells EventBridge of a new object, where its bucket is told to. */
export const objectCreated = (
  bucketArn: string,
  { bucket, key, size, etag, modifiedAt }: StoredObject,
): Parameters<Bus["tell"]>[0] => ({
  source: "aws.s3",
  "detail-type": "Object Created",
  resources: [bucketArn],
  detail: {
    version: "0",
    bucket: { name: bucket },
    object: { key, size, etag, sequencer: modifiedAt.toString(16).toUpperCase().padStart(16, "0") },
    "request-id": randomUUID(),
    requester: account,
    "source-ip-address": "127.0.0.1",
    reason: "PutObject",
  },
});
