/**
 * Another way to write a body than one JSON document, such as a file of lines. What it reads goes through the
 * operation's own schema; it only has to say, for what is wrong then, where in the text that stands.
 */
export type BodyFormat = {
  /** For the OpenAPI document. */
  readonly description: string;
  readonly example: string;
  /** @throws Problem if the text is not of this format at all */
  readonly read: (body: string) => ReadBody;
};

export type ReadBody = {
  readonly value: unknown;
  /** Such as `line 4, column currency`; nothing where there is no such place. */
  readonly placeOf: (path: readonly PropertyKey[]) => string | undefined;
};
