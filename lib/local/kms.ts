import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { type WireReply, wireError, wireJson } from "./aws-wire.ts";

/**
 * KMS for the template's keys: GenerateDataKey and Decrypt, in their wire form. Each key's material is made up like a
 * secret's value and kept with it, so that what one run sealed the next one still opens.
 */
export type Kms = { handle(operation: string, input: unknown): WireReply };

type Input = {
  readonly KeyId?: string;
  readonly KeySpec?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
};

const cipher = "aes-256-gcm";
const [nonceBytes, tagBytes] = [12, 16];

const bound = (context: Input["EncryptionContext"] = {}): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))));

export const createKms = (options: {
  /** Of the template's keys. */
  readonly keyArns: ReadonlySet<string>;
  readonly secret: (keyArn: string) => string;
}): Kms => {
  const materialOf = (keyArn: string): Buffer => createHash("sha256").update(options.secret(keyArn)).digest();

  const wrap = (keyArn: string, key: Buffer, context: Input["EncryptionContext"]): Buffer => {
    const nonce = randomBytes(nonceBytes);
    const encryption = createCipheriv(cipher, materialOf(keyArn), nonce).setAAD(bound(context));
    const wrapped = Buffer.concat([encryption.update(key), encryption.final()]);
    return Buffer.concat([nonce, encryption.getAuthTag(), wrapped]);
  };

  const unwrap = (keyArn: string, blob: Buffer, context: Input["EncryptionContext"]): Buffer => {
    const tagEnd = nonceBytes + tagBytes;
    const decryption = createDecipheriv(cipher, materialOf(keyArn), blob.subarray(0, nonceBytes))
      .setAAD(bound(context))
      .setAuthTag(blob.subarray(nonceBytes, tagEnd));
    return Buffer.concat([decryption.update(blob.subarray(tagEnd)), decryption.final()]);
  };

  return {
    handle: (operation, input) => {
      const { KeyId = "", KeySpec, CiphertextBlob = "", EncryptionContext } = input as Input;
      if (!options.keyArns.has(KeyId)) {
        return wireError(400, "NotFoundException", `Key '${KeyId}' is not in the template.`);
      }
      if (operation === "GenerateDataKey" && KeySpec === "AES_256") {
        const key = randomBytes(32);
        return wireJson(200, {
          KeyId,
          Plaintext: key.toString("base64"),
          CiphertextBlob: wrap(KeyId, key, EncryptionContext).toString("base64"),
        });
      }
      if (operation === "Decrypt") {
        try {
          const key = unwrap(KeyId, Buffer.from(CiphertextBlob, "base64"), EncryptionContext);
          return wireJson(200, { KeyId, Plaintext: key.toString("base64") });
        } catch {
          return wireError(
            400,
            "InvalidCiphertextException",
            "It was changed, or sealed in another context.",
          );
        }
      }
      return wireError(
        400,
        "UnknownOperationException",
        `TrentService.${operation} is not played like this.`,
      );
    },
  };
};
