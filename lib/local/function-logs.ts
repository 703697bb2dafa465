import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";

/** What functions write. Never to our own stdout, which belongs to whoever started the service. */
export type FunctionLogs = {
  write(functionName: string, text: string): void;
  /** The last lines of a function, for a test that wants to know why. */
  last(functionName: string): string[];
  stop(): Promise<void>;
};

const keptLines = 200;

/** Keeps the last lines in memory and, with a directory, everything in `<directory>/<function>.log`. */
export const createFunctionLogs = (directory: string | undefined): FunctionLogs => {
  const lines = new Map<string, string[]>();
  const files = new Map<string, WriteStream>();
  if (directory) mkdirSync(directory, { recursive: true });

  const fileOf = (functionName: string): WriteStream | undefined => {
    if (directory === undefined) return undefined;
    const file =
      files.get(functionName) ?? createWriteStream(join(directory, `${functionName}.log`), { flags: "a" });
    files.set(functionName, file);
    return file;
  };

  return {
    write: (functionName, text) => {
      const kept = [...(lines.get(functionName) ?? []), ...text.split("\n").filter((line) => line !== "")];
      lines.set(functionName, kept.slice(-keptLines));
      fileOf(functionName)?.write(text);
    },
    last: (functionName) => lines.get(functionName) ?? [],
    stop: async () => {
      await Promise.all([...files.values()].map((file) => new Promise((resolve) => file.end(resolve))));
    },
  };
};
