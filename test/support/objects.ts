import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type Exports, openExports } from "../../functions/store/exports.ts";
import type { Table } from "../../functions/store/table.ts";

/** As much of S3 as `store/exports.ts` asks for, spoken over HTTP, two keys a page. */
export type Objects = {
  readonly exports: Exports;
  readonly put: (key: string, content: Uint8Array) => void;
  readonly keys: () => readonly string[];
  readonly close: () => Promise<void>;
};

const keysAPage = 2;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export const openObjects = async (): Promise<Objects> => {
  const bucket = "exports";
  const objects = new Map<string, Uint8Array>();
  const listed = (query: URLSearchParams): string => {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, keysAPage);
    const more =
      keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    const contents = page.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`).join("");
    return `<?xml version="1.0"?><ListBucketResult>${contents}${more}</ListBucketResult>`;
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const key = decodeURIComponent(pathname.slice(bucket.length + 2));
    const signed = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ");
    if (!signed) response.writeHead(403).end();
    else if (request.method === "DELETE") {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (searchParams.has("list-type")) response.end(listed(searchParams));
    else if (objects.has(key)) response.end(objects.get(key));
    else response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    exports: openExports({
      bucket,
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    }),
    put: (key, content) => objects.set(key, content),
    keys: () => [...objects.keys()].sort(),
    close: () => new Promise((closed) => server.close(() => closed())),
  };
};

/** A data file of an export. */
export const dataFile = (lines: readonly string[]): Uint8Array =>
  gzipSync(lines.map((line) => `${line}\n`).join(""));

/** Every item of the table as an export writes it. */
export const exportedItems = async ({ client, name }: Table): Promise<readonly string[]> => {
  const lines: string[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName: name, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    lines.push(...Items.map((item) => JSON.stringify({ Item: marshall(item) }, bytesInBase64)));
    start = LastEvaluatedKey;
  } while (start);
  return lines;
};

/** `JSON.stringify` hands a Buffer over as what its own `toJSON` made of it. */
function bytesInBase64(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const bytes = this[name];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("base64") : value;
}
