import { AwsClient } from "aws4fetch";
import { type AnnouncedFile, type FoundFile, uploadLinkMs } from "../domain/evidence.ts";
import type { CaseReference } from "./cases.ts";
import { addressOf, deployedBucket, encodePath, type S3Bucket, signedLink } from "./s3-bucket.ts";
import { StoreUnavailable } from "./table.ts";

/** How a client uploads a file: one request with just these headers. */
export type UploadLink = {
  readonly method: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: number;
};

export type DownloadLink = { readonly url: string; readonly expiresAt: number };

/** The bucket of the files that parties upload, as far as this service has to do with it. */
export type Uploads = {
  readonly uploadLink: (key: string, file: AnnouncedFile, at: number) => Promise<UploadLink>;
  readonly downloadLink: (key: string, fileName: string, at: number) => Promise<DownloadLink>;
  /** What lies under a key. */
  readonly describe: (key: string) => Promise<FoundFile>;
};

/** Long enough to open what a list shows, too short to be passed on. */
const downloadLinkMs = 5 * 60_000;

/** What a file was uploaded as, and below which folder those lie. */
export const uploadFolders = { evidence: "evidence/", attachment: "attachments/" } as const;
export type UploadPurpose = keyof typeof uploadFolders;

export type UploadedFile = CaseReference & { readonly fileId: string };

/** The tenant's id stands behind a letter, so that an id of dots is no step up in a path. */
export const uploadKey = (
  purpose: UploadPurpose,
  { tenantId, caseId }: CaseReference,
  fileId: string,
): string => `${uploadFolders[purpose]}t-${tenantId}/${caseId}/${fileId}`;

/** What a key names; nothing if it is not one of ours. */
export const uploadedAs = (key: string): (UploadedFile & { readonly purpose: UploadPurpose }) | undefined => {
  const [, folder, tenantId, caseId, fileId] = /^([a-z]+\/)t-([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  const purposes = Object.keys(uploadFolders) as UploadPurpose[];
  const purpose = purposes.find((one) => uploadFolders[one] === folder);
  return purpose && tenantId && caseId && fileId ? { purpose, tenantId, caseId, fileId } : undefined;
};

const base64Of = (hex: string): string => Buffer.from(hex, "hex").toString("base64");
const hexOf = (base64: string): string => Buffer.from(base64, "base64").toString("hex");

export const openUploads = (from: S3Bucket): Uploads => {
  const client = new AwsClient({ ...from.credentials, service: "s3", region: from.region, retries: 4 });
  return {
    uploadLink: async (key, file, at) => {
      // Signed headers: S3 refuses a request that has another value or none, and a body that does not fit them.
      const headers = {
        "content-type": file.contentType,
        "content-length": String(file.sizeBytes),
        "x-amz-checksum-sha256": base64Of(file.sha256),
        "if-none-match": "*",
      };
      const url = await signedLink(from, {
        method: "PUT",
        key,
        headers,
        signedAt: at,
        lastsMs: uploadLinkMs,
      });
      return { method: "PUT", url, headers, expiresAt: at + uploadLinkMs };
    },
    downloadLink: async (key, fileName, at) => ({
      url: await signedLink(from, {
        method: "GET",
        key,
        query: { "response-content-disposition": `attachment;filename=${fileName}` },
        signedAt: at,
        lastsMs: downloadLinkMs,
      }),
      expiresAt: at + downloadLinkMs,
    }),
    describe: async (key) => {
      const response = await client.fetch(`${addressOf(from)}/${encodePath(key)}`, {
        method: "HEAD",
        headers: { "x-amz-checksum-mode": "ENABLED" },
      });
      if (!response.ok) {
        const told = `S3 answered ${response.status} to HEAD ${key}`;
        throw response.status >= 500 ? new StoreUnavailable(told) : new Error(told);
      }
      const checksum = response.headers.get("x-amz-checksum-sha256");
      const contentEncoding = response.headers.get("content-encoding");
      return {
        contentType: response.headers.get("content-type") ?? "",
        sizeBytes: Number(response.headers.get("content-length")),
        ...(checksum === null ? {} : { sha256: hexOf(checksum) }),
        ...(contentEncoding === null ? {} : { contentEncoding }),
      };
    },
  };
};

let deployed: Uploads | undefined;

/** The uploads of this deployed function. Made once an execution environment. */
export const deployedUploads = (): Uploads => {
  deployed ??= openUploads(deployedBucket("EVIDENCE_BUCKET"));
  return deployed;
};
