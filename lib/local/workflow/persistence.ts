import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ExecutionRecord } from "./record.ts";

/**
 * Where executions live. Writing is synchronous on purpose: when `save` returns, the change outlives the
 * process, so an answer given after it is never taken back.
 */
export type ExecutionStore = {
  load(): ExecutionRecord[];
  save(record: ExecutionRecord): void;
};

export const memoryStore = (): ExecutionStore => ({ load: () => [], save: () => undefined });

/** One JSON file an execution, `<machine>/<execution>.json`, replaced as a whole by a rename. */
export const fileStore = (directory: string): ExecutionStore => ({
  load: () => {
    mkdirSync(directory, { recursive: true });
    return readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .sort()
      .map((file) => readRecord(join(directory, file)));
  },
  save: (record) => {
    const file = join(directory, machineName(record.stateMachineArn), `${fileName(record.name)}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(record));
    renameSync(`${file}.new`, file);
  },
});

export const machineName = (stateMachineArn: string): string => stateMachineArn.split(":").at(-1) ?? "";

/** Names may hold characters a file system does not take, or differ only in case; those are hashed. */
const fileName = (name: string): string =>
  /^[0-9a-z_-]+$/.test(name) || /^[0-9A-Z_-]+$/.test(name)
    ? name
    : createHash("sha256").update(name).digest("hex");

const readRecord = (file: string): ExecutionRecord => {
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as ExecutionRecord;
    if (record.format === 1 && Array.isArray(record.history)) return record;
  } catch (error) {
    throw new Error(`The execution in ${file} cannot be read (${String(error)}). Delete the file to go on.`);
  }
  throw new Error(`The execution in ${file} was written by another version. Delete the file to go on.`);
};
