import { deflateSync, inflateSync } from "node:zlib";

/**
 * Values as one binary attribute: compressed JSON, in which an amount (`…Minor`) is text and comes back as
 * bigint. For what the table is never asked about.
 */
export const packed = (value: unknown, dictionary?: Uint8Array): Uint8Array =>
  deflateSync(
    JSON.stringify(value, (_name, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)),
    dictionary ? { dictionary } : {},
  );

/** @throws an error of zlib or JSON if it was packed otherwise, with another dictionary too */
export const unpacked = <Value>(bytes: Uint8Array, dictionary?: Uint8Array): Value =>
  JSON.parse(inflateSync(bytes, dictionary ? { dictionary } : {}).toString(), (name, inner: unknown) =>
    name.endsWith("Minor") && typeof inner === "string" ? BigInt(inner) : inner,
  ) as Value;
