import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTableCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";

/** A running DynamoDB engine. `stop` ends only what `startEngine` started. */
export type Engine = { readonly endpoint: string; stop(): Promise<void> };

/** What every client of the engine needs. The engine checks no signature, so the credentials are dummies. */
export const localClientConfig = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});

export class EngineMissing extends Error {
  override readonly name = "EngineMissing";
}

const missingEngine =
  "No DynamoDB engine. On linux x64 `npm ci` installs one; elsewhere set DYNAMODB_ENDPOINT to a running one, " +
  "for example DynamoDB Local at http://127.0.0.1:8000.";

/** The binary comes with an optional package that npm installs on linux x64 only. */
const engineBinary = (): string => {
  try {
    return join(
      dirname(createRequire(import.meta.url).resolve("@dynoxide/linux-x64/package.json")),
      "dynoxide",
    );
  } catch {
    throw new EngineMissing(missingEngine);
  }
};

/** A loopback port that was free a moment ago; the engine cannot choose one and tell us. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new EngineMissing("No free loopback port.");
  return address.port;
};

/**
 * Runs the engine for as long as its standard input is open. The pipe closes when we end, however we end, so
 * that even `kill -9` leaves no engine behind on the data.
 */
const tiedToUs =
  'exec 3<&0; "$@" </dev/null & engine=$!; (cat <&3 >/dev/null; kill "$engine") & wait "$engine"';

/** Resolves once the engine says that it listens, rejects with its last words if it ends before. */
const spawnEngine = async (binary: string, databaseFile: string | undefined): Promise<Engine> => {
  const port = await freePort();
  const arguments_ = ["--port", String(port), ...(databaseFile ? ["--db-path", databaseFile] : [])];
  // A process group of its own: Ctrl-C reaches us first, and the engine outlives the last write.
  const child = spawn("sh", ["-c", tiedToUs, "engine", binary, ...arguments_], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {});
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });

  let said = "";
  const listening = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("listening on")) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", (error) => reject(new EngineMissing(`${missingEngine} (${error.message})`)));
    child.once("exit", () => reject(new EngineMissing(`The DynamoDB engine ended at once: ${said.trim()}`)));
  });
  await listening;
  child.stdout.removeAllListeners("data").resume();
  child.stderr.removeAllListeners("data").resume();

  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
};

/**
 * Starts the bundled engine on a free loopback port, in memory or on `databaseFile`, or takes the one
 * that DYNAMODB_ENDPOINT names. Throws `EngineMissing` with one sentence when there is neither.
 */
export const startEngine = async (options: { databaseFile?: string } = {}): Promise<Engine> => {
  const named = process.env.DYNAMODB_ENDPOINT;
  if (named) {
    await fetch(named).catch(() => {
      throw new EngineMissing(`No DynamoDB engine answers at ${named}, which DYNAMODB_ENDPOINT names.`);
    });
    return { endpoint: named, stop: async () => {} };
  }
  const binary = engineBinary();
  try {
    return await spawnEngine(binary, options.databaseFile);
  } catch (error) {
    // Between our look and its start somebody else may have taken the port: one more try with another.
    if (error instanceof EngineMissing && error.message.includes("already in use")) {
      return spawnEngine(binary, options.databaseFile);
    }
    throw error;
  }
};

/** Creates the table, or keeps the one of an earlier run; `fresh` starts over on a shared engine. */
export const ensureTable = async (
  endpoint: string,
  table: CreateTableCommandInput,
  options: { fresh?: boolean } = {},
): Promise<void> => {
  const client = new DynamoDBClient(localClientConfig(endpoint));
  const wait = { client, maxWaitTime: 20, minDelay: 0.01, maxDelay: 0.1 };
  const { TableName } = table;
  try {
    await client.send(new CreateTableCommand(table)).catch(async (error) => {
      if (!(error instanceof ResourceInUseException)) throw error;
      if (!options.fresh) return;
      await client.send(new DeleteTableCommand({ TableName }));
      await waitUntilTableNotExists(wait, { TableName });
      await client.send(new CreateTableCommand(table));
    });
    await waitUntilTableExists(wait, { TableName });
  } finally {
    client.destroy();
  }
};

/**
 * Does something to the table while it has no stream: no consumer hears of it. The engine also writes slower the longer
 * the stream is, so that many items are put in many times faster like this.
 */
export const withoutStream = async (
  endpoint: string,
  { TableName, StreamSpecification }: CreateTableCommandInput,
  work: () => Promise<void>,
): Promise<void> => {
  const client = new DynamoDBClient(localClientConfig(endpoint));
  try {
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } }));
    await work();
    await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  } finally {
    client.destroy();
  }
};
