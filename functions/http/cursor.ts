import { createHmac, timingSafeEqual } from "node:crypto";
import { Problem } from "./problem.ts";

/** Where a page ended, as the table says it. */
export type LastKey = Record<string, unknown>;

/**
 * Cursors carry a place in a list through the caller's hands. `scope` names the list (tenant, operation and
 * filter), so a cursor serves only the list it was issued for.
 */
export type Cursors = {
  readonly sign: (scope: string, lastKey: LastKey) => string;
  /** @throws Problem `invalid_cursor` for one that was changed, made up or issued for another list */
  readonly verify: (scope: string, cursor: string) => LastKey;
};

const signatureBytes = 32;

/** `key` is asked for only when a cursor is used, so a function without lists needs none. */
export const cursorsWith = (key: () => string): Cursors => {
  const signatureOf = (scope: string, payload: Buffer): Buffer =>
    createHmac("sha256", key()).update(scope).update("\n").update(payload).digest();

  return {
    sign: (scope, lastKey) => {
      const payload = Buffer.from(JSON.stringify(lastKey));
      return Buffer.concat([signatureOf(scope, payload), payload]).toString("base64url");
    },
    verify: (scope, cursor) => {
      const bytes = Buffer.from(cursor, "base64url");
      const signature = bytes.subarray(0, signatureBytes);
      const payload = bytes.subarray(signatureBytes);
      if (
        signature.length !== signatureBytes ||
        bytes.toString("base64url") !== cursor ||
        !timingSafeEqual(signature, signatureOf(scope, payload))
      ) {
        throw new Problem("invalid_cursor", "Start again without a cursor.", [
          { pointer: "/query/cursor", detail: "was not issued for this list" },
        ]);
      }
      return JSON.parse(payload.toString()) as LastKey;
    },
  };
};

export const cursorsFromEnvironment = (): Cursors =>
  cursorsWith(() => {
    const key = process.env.CURSOR_KEY;
    if (!key) throw new Error("CURSOR_KEY is not set");
    return key;
  });
