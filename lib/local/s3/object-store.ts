import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is kept beside an object's bytes, as it was sent. */
export type ObjectHeaders = {
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  /** SHA-256 of the bytes in base64, where whoever put the object promised it. */
  readonly checksumSha256?: string | undefined;
  /** `x-amz-meta-*`, without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
};

export type StoredObject = ObjectHeaders & {
  readonly bucket: string;
  readonly key: string;
  /** MD5 of the bytes in hex, as S3 has it for an object put in one part. */
  readonly etag: string;
  readonly size: number;
  /** Epoch milliseconds of the service's clock. */
  readonly modifiedAt: number;
};

export type ObjectBody = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The buckets of the template and what lies in them. An object is replaced as a whole or not at all. */
export type ObjectStore = {
  readonly buckets: ReadonlySet<string>;
  put(bucket: string, key: string, body: ObjectBody, headers: ObjectHeaders): Promise<StoredObject>;
  find(bucket: string, key: string): StoredObject | undefined;
  /** The bytes from `start` up to but not including `end`. */
  read(object: StoredObject, start?: number, end?: number): Promise<Buffer>;
  remove(bucket: string, key: string): Promise<void>;
  /** In the order S3 lists them, by the UTF-8 bytes of the key. */
  list(bucket: string, prefix: string): readonly StoredObject[];
};

/** Where the bytes are. */
type Contents = {
  load(): readonly StoredObject[];
  /** Takes bytes in; they count once `keep` is called with what they are. */
  write(name: string, body: AsyncIterable<Uint8Array>): Promise<void>;
  keep(name: string, object: StoredObject): Promise<void>;
  read(name: string, start: number, end: number): Promise<Buffer>;
  remove(name: string): Promise<void>;
};

const memoryContents = (): Contents => {
  const incoming = new Map<string, Buffer>();
  const kept = new Map<string, Buffer>();
  return {
    load: () => [],
    write: async (name, body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      incoming.set(name, Buffer.concat(chunks));
    },
    keep: async (name) => {
      kept.set(name, incoming.get(name) ?? Buffer.alloc(0));
      incoming.delete(name);
    },
    read: async (name, start, end) => (kept.get(name) ?? Buffer.alloc(0)).subarray(start, end),
    remove: async (name) => {
      kept.delete(name);
    },
  };
};

/** `<name>` holds the bytes, `<name>.json` what they are. */
const fileContents = (directory: string): Contents => {
  mkdirSync(directory, { recursive: true });
  const file = (name: string) => join(directory, name);
  return {
    load: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith(".json"))
        .map((name) => JSON.parse(readFileSync(file(name), "utf8")) as StoredObject),
    write: async (name, body) => {
      const handle = await open(file(`${name}.new`), "w");
      try {
        for await (const chunk of body) await handle.write(chunk);
      } finally {
        await handle.close();
      }
    },
    keep: async (name, object) => {
      await rename(file(`${name}.new`), file(name));
      await writeFile(file(`${name}.json.new`), JSON.stringify(object));
      await rename(file(`${name}.json.new`), file(`${name}.json`));
    },
    read: async (name, start, end) => {
      const handle = await open(file(name));
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    remove: async (name) => {
      await rm(file(`${name}.json`), { force: true });
      await rm(file(name), { force: true });
    },
  };
};

/** Keys may hold characters a file system does not take, or be too long for it. */
const nameOf = (bucket: string, key: string): string =>
  createHash("sha256").update(`${bucket}/${key}`).digest("hex");

/** Keeps objects in memory or, with a directory, there. */
export const createObjectStore = (options: {
  readonly buckets: ReadonlySet<string>;
  readonly directory: string | undefined;
  readonly now: () => number;
  /** Told of every object that was put. */
  readonly written?: (object: StoredObject) => void;
}): ObjectStore => {
  const contents = options.directory === undefined ? memoryContents() : fileContents(options.directory);
  const objects = new Map(contents.load().map((object) => [nameOf(object.bucket, object.key), object]));
  /** Two puts of one key take turns, so that bytes and description are of the same one. */
  const turns = new Map<string, Promise<unknown>>();

  const inTurn = <Result>(name: string, run: () => Promise<Result>): Promise<Result> => {
    const mine = (turns.get(name) ?? Promise.resolve()).then(run);
    const over: Promise<void> = mine
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (turns.get(name) === over) turns.delete(name);
      });
    turns.set(name, over);
    return mine;
  };

  return {
    buckets: options.buckets,
    put: (bucket, key, body, headers) => {
      const name = nameOf(bucket, key);
      return inTurn(name, async () => {
        const md5 = createHash("md5");
        let size = 0;
        const counted = async function* (): AsyncIterable<Uint8Array> {
          for await (const chunk of body) {
            md5.update(chunk);
            size += chunk.byteLength;
            yield chunk;
          }
        };
        await contents.write(name, counted());
        const etag = md5.digest("hex");
        const object: StoredObject = { ...headers, bucket, key, etag, size, modifiedAt: options.now() };
        await contents.keep(name, object);
        objects.set(name, object);
        options.written?.(object);
        return object;
      });
    },
    find: (bucket, key) => objects.get(nameOf(bucket, key)),
    read: ({ bucket, key, size }, start = 0, end = size) => contents.read(nameOf(bucket, key), start, end),
    remove: (bucket, key) => {
      const name = nameOf(bucket, key);
      return inTurn(name, async () => {
        objects.delete(name);
        await contents.remove(name);
      });
    },
    list: (bucket, prefix) =>
      [...objects.values()]
        .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
        .toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
  };
};
