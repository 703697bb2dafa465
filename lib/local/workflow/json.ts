export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The limit of a state's input and output, 256 KiB of JSON text. */
export const maxPayloadBytes = 262_144;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `undefined` where the text is not JSON: `null` is a value of its own. */
export const parseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};
