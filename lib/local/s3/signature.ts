import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { region } from "../identities.ts";
import { S3Refused } from "./refusal.ts";

/**
 * AWS Signature Version 4 as S3 checks it, in the `Authorization` header or in the query of a presigned URL. So
 * what a link allows on this machine is what it allows on AWS: this method, this key, these headers, this long.
 */

export type SignedRequest = {
  readonly method: string;
  /** The path with its key, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type Signers = {
  readonly secretOf: (accessKeyId: string) => string | undefined;
  /** Epoch milliseconds of the service's clock, by which links end. */
  readonly now: () => number;
};

const algorithm = "AWS4-HMAC-SHA256";

/** S3's own limits: a link lives a week at most, and a clock may be a quarter of an hour ahead. */
const longestLinkSeconds = 7 * 24 * 3600;
const clockToleranceMs = 15 * 60_000;

type Claim = {
  readonly accessKeyId: string;
  /** `<day>/<region>/s3/aws4_request`. */
  readonly scope: string;
  /** `20260101T000000Z`. */
  readonly signedAt: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** RFC 3986: what `encodeURIComponent` leaves alone and SigV4 does not. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const claimOf = (
  credential: string,
  signedAt: string,
  signedHeaders: string,
  signature: string,
): Claim | undefined => {
  const [, accessKeyId, scope] = /^([^/]+)\/(\d{8}\/[a-z0-9-]+\/s3\/aws4_request)$/.exec(credential) ?? [];
  if (!accessKeyId || !scope || !/^\d{8}T\d{6}Z$/.test(signedAt)) return undefined;
  if (!scope.startsWith(`${signedAt.slice(0, 8)}/${region}/`)) return undefined;
  return { accessKeyId, scope, signedAt, signedHeaders: signedHeaders.split(";"), signature };
};

const headerClaim = ({ headers }: SignedRequest): Claim => {
  const parts = new Map(
    String(headers.authorization)
      .slice(algorithm.length)
      .split(",")
      .map((part) => {
        const [name = "", ...value] = part.trim().split("=");
        return [name, value.join("=")] as const;
      }),
  );
  const claim = claimOf(
    parts.get("Credential") ?? "",
    String(headers["x-amz-date"] ?? ""),
    parts.get("SignedHeaders") ?? "",
    parts.get("Signature") ?? "",
  );
  if (!claim) throw new S3Refused("AuthorizationHeaderMalformed");
  return claim;
};

const queryClaim = ({ query }: SignedRequest, now: number): Claim => {
  const parameter = (name: string): string => query.get(`X-Amz-${name}`) ?? "";
  const claim = claimOf(
    parameter("Credential"),
    parameter("Date"),
    parameter("SignedHeaders"),
    parameter("Signature"),
  );
  const seconds = Number(parameter("Expires"));
  const lasts = Number.isInteger(seconds) && seconds >= 1 && seconds <= longestLinkSeconds;
  if (!claim || !lasts) throw new S3Refused("AuthorizationQueryParametersError");
  const signedAt = Date.parse(
    claim.signedAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  if (now > signedAt + seconds * 1000) throw new S3Refused("AccessDenied", "Request has expired");
  if (signedAt > now + clockToleranceMs) throw new S3Refused("AccessDenied", "Request is not valid yet");
  return claim;
};

/** The hash of the body that the request promises; a link seldom knows it. */
const promisedHash = ({ headers, query }: SignedRequest): string =>
  String(headers["x-amz-content-sha256"] ?? query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD");

const canonicalRequest = (request: SignedRequest, signedHeaders: readonly string[]): string => {
  const { method, path, query, headers } = request;
  const search = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
    .map((pair) => pair.join("="))
    .join("&");
  // A header that was signed and is not sent counts as empty, and so spoils the signature.
  const lines = signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? "")
        .trim()
        .replaceAll(/\s+/g, " ")}\n`,
  );
  return [
    method,
    path.split("/").map(encoded).join("/"),
    search,
    lines.join(""),
    signedHeaders.join(";"),
    promisedHash(request),
  ].join("\n");
};

const signatureOf = (request: SignedRequest, claim: Claim, secret: string): string => {
  const toSign = [
    algorithm,
    claim.signedAt,
    claim.scope,
    sha256(canonicalRequest(request, claim.signedHeaders)),
  ].join("\n");
  const key = claim.scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
};

/**
 * Lets a request pass that carries a valid signature. A request signed in its header may come from a person whose
 * machine knows nothing of the service's clock, so only links are held against it.
 *
 * @throws S3Refused as S3 answers
 */
export const checkSignature = (request: SignedRequest, { secretOf, now }: Signers): void => {
  const { headers, query } = request;
  const inHeader = headers.authorization?.startsWith(algorithm);
  if (!inHeader && query.get("X-Amz-Algorithm") !== algorithm) throw new S3Refused("AccessDenied");
  const claim = inHeader ? headerClaim(request) : queryClaim(request, now());
  const secret = secretOf(claim.accessKeyId);
  if (secret === undefined) throw new S3Refused("InvalidAccessKeyId");
  const unsigned = Object.keys(headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !claim.signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Refused(
      "AccessDenied",
      `There were headers present in the request which were not signed: ${unsigned}`,
    );
  }
  if (signatureOf(request, claim, secret) !== claim.signature) throw new S3Refused("SignatureDoesNotMatch");
  const promised = promisedHash(request);
  if (/^[0-9a-f]{64}$/.test(promised) && promised !== sha256(request.body)) {
    throw new S3Refused("XAmzContentSHA256Mismatch");
  }
};
