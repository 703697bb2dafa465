import { AwsV4Signer } from "aws4fetch";

/**
 * A bucket and who signs for it. The SDK's own client would cost a bundle some 70 KiB more than the few
 * requests that are made here, which are signed by hand.
 */
export type S3Bucket = {
  readonly bucket: string;
  /** Where S3 answers, path style; absent: AWS itself. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

/** Where a bucket's keys begin. */
export const addressOf = ({ bucket, endpoint, region }: S3Bucket): string =>
  endpoint ? `${endpoint}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`;

export const encodePath = (key: string): string => key.split("/").map(encodeURIComponent).join("/");

export type LinkRequest = {
  readonly method: "GET" | "PUT";
  readonly key: string;
  /** All of them are signed, so the link is good only with just these values. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Epoch milliseconds from which the link counts. */
  readonly signedAt: number;
  readonly lastsMs: number;
};

/** A link that lets whoever has it make one request, for a while. Nothing is sent for that. */
export const signedLink = async (from: S3Bucket, request: LinkRequest): Promise<string> => {
  const url = new URL(`${addressOf(from)}/${encodePath(request.key)}`);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  url.searchParams.set("X-Amz-Expires", String(Math.floor(request.lastsMs / 1000)));
  const signer = new AwsV4Signer({
    ...from.credentials,
    service: "s3",
    region: from.region,
    method: request.method,
    url: url.toString(),
    headers: { ...request.headers },
    datetime: `${new Date(request.signedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`,
    signQuery: true,
    // Its default leaves out length and type, which are what matters here.
    allHeaders: true,
  });
  return (await signer.sign()).url.toString();
};

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/** The bucket that an environment variable of this deployed function names, from what Lambda puts there. */
export const deployedBucket = (variable: string): S3Bucket => {
  const { AWS_ENDPOINT_URL_S3: endpoint, AWS_SESSION_TOKEN: sessionToken } = process.env;
  return {
    bucket: required(variable),
    region: required("AWS_REGION"),
    ...(endpoint ? { endpoint } : {}),
    credentials: {
      accessKeyId: required("AWS_ACCESS_KEY_ID"),
      secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
      ...(sessionToken ? { sessionToken } : {}),
    },
  };
};
