/** A request in the AWS JSON protocol: the operation stands in a header, everything else in the body. */
export type WireRequest = {
  /** `X-Amz-Target`, for example `DynamoDB_20120810.PutItem`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

export type WireReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

export const wireJson = (status: number, body: unknown): WireReply => ({
  status,
  body: JSON.stringify(body),
});

/** An error as AWS names it: SDKs read the class from `__type`. */
export const wireError = (status: number, type: string, message: string): WireReply =>
  wireJson(status, { __type: type, message });
