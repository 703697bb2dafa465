import { createHmac, timingSafeEqual } from "node:crypto";

/** Compares in constant time. The length of a signature is no secret. */
export const isSame = (given: string | undefined, expected: string): boolean => {
  if (given === undefined) return false;
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
};

export const hmacSha256 = (bytes: Buffer, secret: string, encoding: "base64" | "hex"): string =>
  createHmac("sha256", secret).update(bytes).digest(encoding);
