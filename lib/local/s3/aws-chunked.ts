/**
 * The bytes inside `aws-chunked`, the coding in which SDKs and the CLI send a body whose checksum follows it:
 * `<size in hex>[;chunk-signature=…]`, a line break, the bytes, a line break; a chunk of size 0 ends it, and
 * trailers come after.
 */
export const decodeChunks = (body: Buffer): Buffer => {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf("\r\n", at);
    if (lineEnd === -1) return Buffer.concat(chunks);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    chunks.push(body.subarray(start, start + size));
    at = start + size + 2;
  }
};
