import { AwsClient } from "aws4fetch";
import { addressOf, deployedBucket, encodePath, type S3Bucket } from "./s3-bucket.ts";
import { StoreUnavailable } from "./table.ts";

/** The table's exports in S3. */
export type Exports = {
  /** The lines of a compressed file, some at a time, without ever holding all of it. */
  readonly linesOf: (key: string) => AsyncIterable<readonly string[]>;
  /** Deletes every object whose key begins so. */
  readonly removeAll: (prefix: string) => Promise<void>;
};

/** Below this lie all exports; the machine's definition spells it too. */
export const exportsFolder = "backtests/";

/** Below this all objects of one backtest's export lie. */
export const exportPrefix = (backtestId: string): string => `${exportsFolder}${backtestId}/`;

const deletionsAtOnce = 16;

export const openExports = (from: S3Bucket): Exports => {
  const client = new AwsClient({ ...from.credentials, service: "s3", region: from.region, retries: 4 });
  const base = addressOf(from);

  const send = async (method: "GET" | "DELETE", path: string): Promise<Response> => {
    const response = await client.fetch(`${base}/${path}`, { method });
    if (response.ok) return response;
    const told = `S3 answered ${response.status} to ${method} ${path}: ${await response.text()}`;
    throw response.status >= 500 ? new StoreUnavailable(told) : new Error(told);
  };

  const list = async (prefix: string, continuation?: string): Promise<string> => {
    const query = new URLSearchParams({
      "list-type": "2",
      prefix,
      ...(continuation === undefined ? {} : { "continuation-token": continuation }),
    });
    return (await send("GET", `?${query}`)).text();
  };

  return {
    linesOf: async function* (key) {
      const { body } = await send("GET", encodePath(key));
      if (!body) throw new Error(`${key} has no content`);
      yield* linesIn(body.pipeThrough(new DecompressionStream("gzip")));
    },
    removeAll: async (prefix) => {
      let continuation: string | undefined;
      do {
        const page = await list(prefix, continuation);
        const keys = textsIn(page, "Key");
        for (let from = 0; from < keys.length; from += deletionsAtOnce) {
          const some = keys.slice(from, from + deletionsAtOnce);
          await Promise.all(some.map((key) => send("DELETE", encodePath(key))));
        }
        [continuation] = textsIn(page, "NextContinuationToken");
      } while (continuation !== undefined);
    },
  };
};

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};

/** The texts of one element of S3's answer, which is flat and of our own making: keys and tokens. */
const textsIn = (xml: string, element: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) =>
    text.replace(/&\w+;/g, (entity) => entities[entity] ?? entity),
  );

/** A stream that breaks off throws: half a file is never taken for the whole. */
const linesIn = async function* (bytes: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest];
};

/** The exports of this deployed function, from what Lambda puts into its environment. */
export const deployedExports = (): Exports => openExports(deployedBucket("EXPORT_BUCKET"));
