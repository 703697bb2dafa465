import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeyService, SealContext } from "./key-service.ts";

/**
 * Envelope encryption: each text under a data key of its own (AES-256-GCM), which only KMS can unwrap. What is stored is
 * the length of the wrapped key, the wrapped key, the nonce, the tag and the text.
 */

const cipher = "aes-256-gcm";
const lengthBytes = 2;
const nonceBytes = 12;
const tagBytes = 16;

/** The same in whatever order the context was written. */
const bound = (context: SealContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))));

export const seal = async (keys: KeyService, context: SealContext, text: Buffer): Promise<Uint8Array> => {
  const { key, wrapped } = await keys.newDataKey(context);
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, key, nonce).setAAD(bound(context));
  const sealed = Buffer.concat([encryption.update(text), encryption.final()]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(wrapped.length);
  return Buffer.concat([length, wrapped, nonce, encryption.getAuthTag(), sealed]);
};

/** @throws an error if it was changed, or sealed for something else */
export const unseal = async (keys: KeyService, context: SealContext, sealed: Uint8Array): Promise<Buffer> => {
  const bytes = Buffer.from(sealed);
  const nonceFrom = lengthBytes + bytes.readUInt16BE();
  const tagFrom = nonceFrom + nonceBytes;
  const textFrom = tagFrom + tagBytes;
  const wrapped = bytes.subarray(lengthBytes, nonceFrom);
  const [nonce, tag] = [bytes.subarray(nonceFrom, tagFrom), bytes.subarray(tagFrom, textFrom)];
  const key = await keys.unwrap(wrapped, context);
  const decryption = createDecipheriv(cipher, key, nonce).setAAD(bound(context)).setAuthTag(tag);
  return Buffer.concat([decryption.update(bytes.subarray(textFrom)), decryption.final()]);
};
