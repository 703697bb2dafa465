import { AwsClient } from "aws4fetch";
import { StoreUnavailable } from "./table.ts";

/** What a secret is bound to: it opens only for whoever names the same. Not secret itself, and in every audit log. */
export type SealContext = Readonly<Record<string, string>> & {
  readonly purpose: SealPurpose;
  readonly tenantId: string;
};

/** What is kept sealed. A function's role names the purposes for which it may use the key. */
export const sealPurposes = ["carrier-secret", "parked-push"] as const;
export type SealPurpose = (typeof sealPurposes)[number];

/** The key that never leaves KMS, and the data keys it wraps. */
export type KeyService = {
  readonly newDataKey: (context: SealContext) => Promise<{ readonly key: Buffer; readonly wrapped: Buffer }>;
  readonly unwrap: (wrapped: Buffer, context: SealContext) => Promise<Buffer>;
};

export type KeyServiceOptions = {
  readonly keyArn: string;
  /** Where KMS answers; absent: AWS itself. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

/** What a caller behind an API can wait for. */
const timeoutMs = 3_000;

/** More subscriptions than one execution environment hears of; beyond them the oldest is asked for again. */
const rememberedKeys = 1_000;

/** KMS over two requests signed by hand: its SDK client would cost a bundle some 30 KiB more. */
export const openKeyService = ({ keyArn, endpoint, region, credentials }: KeyServiceOptions): KeyService => {
  const client = new AwsClient({ ...credentials, service: "kms", region, retries: 2 });
  const url = `${endpoint ?? `https://kms.${region}.amazonaws.com`}/`;

  const call = async (operation: string, body: Record<string, unknown>): Promise<Record<string, string>> => {
    const response = await client
      .fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `TrentService.${operation}`,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      })
      .catch((error: unknown) => {
        throw new StoreUnavailable(`KMS did not answer ${operation}`, { cause: error });
      });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const told = `KMS answered ${response.status} to ${operation}: ${text}`;
    throw response.status >= 500 || text.includes("Throttl") ? new StoreUnavailable(told) : new Error(told);
  };

  /** Data keys by their wrapped form, so that a push on a warm function asks nobody. */
  const unwrapped = new Map<string, Buffer>();
  const remember = (name: string, key: Buffer): Buffer => {
    const [oldest] = unwrapped.keys();
    if (unwrapped.size >= rememberedKeys && oldest !== undefined) unwrapped.delete(oldest);
    unwrapped.set(name, key);
    return key;
  };

  return {
    newDataKey: async (context) => {
      const { Plaintext = "", CiphertextBlob = "" } = await call("GenerateDataKey", {
        KeyId: keyArn,
        KeySpec: "AES_256",
        EncryptionContext: context,
      });
      return { key: Buffer.from(Plaintext, "base64"), wrapped: Buffer.from(CiphertextBlob, "base64") };
    },
    unwrap: async (wrapped, context) => {
      const blob = wrapped.toString("base64");
      const name = `${blob} ${JSON.stringify(context)}`;
      const known = unwrapped.get(name);
      if (known) return known;
      const { Plaintext = "" } = await call("Decrypt", {
        KeyId: keyArn,
        CiphertextBlob: blob,
        EncryptionContext: context,
      });
      return remember(name, Buffer.from(Plaintext, "base64"));
    },
  };
};

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

let deployed: KeyService | undefined;

/** The key service of this deployed function, from its environment. Made once per execution environment. */
export const deployedKeyService = (): KeyService => {
  const { AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL, AWS_SESSION_TOKEN: sessionToken } = process.env;
  const endpoint = AWS_ENDPOINT_URL_KMS ?? AWS_ENDPOINT_URL;
  deployed ??= openKeyService({
    keyArn: required("SECRETS_KEY_ARN"),
    region: required("AWS_REGION"),
    ...(endpoint ? { endpoint } : {}),
    credentials: {
      accessKeyId: required("AWS_ACCESS_KEY_ID"),
      secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
      ...(sessionToken ? { sessionToken } : {}),
    },
  });
  return deployed;
};
