/** What S3 answers with an error, and its status. */
export const refusals = {
  AccessDenied: [403, "Access Denied"],
  AccessForbidden: [403, "CORSResponse: This CORS request is not allowed."],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "The query parameters that authorize the request are not valid"],
  BadDigest: [400, "The SHA256 you specified did not match the calculated checksum."],
  InvalidAccessKeyId: [403, "The access key ID that you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  NoSuchKey: [404, "The specified key does not exist."],
  NotImplemented: [501, "A header or parameter you provided implies functionality that is not implemented"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  SignatureDoesNotMatch: [
    403,
    "The request signature that the server calculated does not match the signature that you provided.",
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const;

export type RefusalCode = keyof typeof refusals;

export class S3Refused extends Error {
  override readonly name = "S3Refused";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, detail?: string) {
    super(detail === undefined ? refusals[code][1] : `${refusals[code][1]}: ${detail}`);
    this.code = code;
  }
}
