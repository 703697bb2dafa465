import type { WriteStream } from "node:tty";

/** Says how far something is, while it runs. */
export type Progress = {
  /** What is under way; on a terminal it takes the place of what was said before, elsewhere it is a line. */
  topic(text: string): void;
  /** A detail of it, for those who watch: on a terminal only. */
  now(text: string): void;
  /** Clears the line, so that what comes next starts on an empty one. */
  done(): void;
};

const clearLine = "\r\x1b[2K";

export const createProgress = (out: WriteStream | NodeJS.WriteStream): Progress => {
  let shown = false;
  let lastTopic = "";
  const replaceLine = (text: string): void => {
    shown = true;
    // A terminal that does not know its width says 0.
    out.write(`${clearLine}${text.slice(0, (out.columns || 80) - 1)}`);
  };
  return {
    topic: (text) => {
      if (text === lastTopic) return;
      lastTopic = text;
      if (out.isTTY) replaceLine(text);
      else out.write(`${text}\n`);
    },
    now: (text) => {
      if (out.isTTY) replaceLine(text);
    },
    done: () => {
      if (shown) out.write(clearLine);
      shown = false;
    },
  };
};
