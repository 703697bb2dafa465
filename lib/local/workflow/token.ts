import { randomBytes } from "node:crypto";

/** Unguessable, and of a form that tells a token from any other text. */
export const newToken = (): string => `AQ${randomBytes(150).toString("base64url")}`;

export const isToken = (text: string): boolean => /^AQ[A-Za-z0-9_-]{200}$/.test(text);
