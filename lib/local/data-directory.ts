import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a service that keeps its data keeps what. */
export type DataDirectory = {
  readonly database: string;
  readonly clock: string;
  readonly secrets: string;
  readonly keys: string;
  readonly executions: string;
  readonly objects: string;
  readonly exports: string;
  readonly failures: string;
  readonly payments: string;
  readonly sandboxCarrier: string;
  readonly logs: string;
  readonly position: (stream: number) => string;
  /** Lets another service have it. */
  release(): void;
};

export class DataInUse extends Error {
  override readonly name = "DataInUse";
}

export class DataUnreadable extends Error {
  override readonly name = "DataUnreadable";
}

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Takes the directory for this process. Two services on one stream would each see half of it. */
export const openDataDirectory = (directory: string): DataDirectory => {
  mkdirSync(directory, { recursive: true });
  const lock = join(directory, "service.pid");
  const owner = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : undefined;
  if (owner !== undefined && runs(owner)) {
    throw new DataInUse(
      `The data in ${directory} is in use by process ${owner}: stop it, or start with --memory.`,
    );
  }
  writeFileSync(lock, String(process.pid));
  return {
    database: join(directory, "table.db"),
    clock: join(directory, "clock.json"),
    secrets: join(directory, "secrets.json"),
    keys: join(directory, "signing-key.json"),
    executions: join(directory, "executions"),
    objects: join(directory, "objects"),
    exports: join(directory, "exports.json"),
    failures: join(directory, "failures"),
    payments: join(directory, "payments.json"),
    sandboxCarrier: join(directory, "sandbox-carrier.json"),
    logs: join(directory, "logs"),
    position: (stream) => join(directory, `stream-position-${stream}.json`),
    release: () => rmSync(lock, { force: true }),
  };
};

/** What was kept in a file, if there is a file and it was. Throws `DataUnreadable` for one that was damaged. */
export const recall = <Content>(file: string | undefined): Content | undefined => {
  if (!file || !existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Content;
  } catch {
    throw new DataUnreadable(
      `${file} cannot be read as JSON: remove it, or the whole directory to start over.`,
    );
  }
};

export const keep = (file: string | undefined, content: unknown): void => {
  if (file) writeFileSync(file, JSON.stringify(content));
};
