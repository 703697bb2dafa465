import { StateFailed } from "./errors.ts";
import { type Json, parseJson } from "./json.ts";
import type { MapState } from "./machine.ts";
import type { TaskServices } from "./task.ts";

/** Reads the items of a Map state from an object. Throws `StateFailed`, `States.ItemReaderFailed`. */
export const readItems = async (
  services: TaskServices,
  reader: NonNullable<MapState["reader"]>,
  argument: Json,
): Promise<readonly Json[]> => {
  const { Bucket, Key } = argument as { Bucket: string; Key: string };
  const place = `s3://${Bucket}/${Key}`;
  const text = await services.readObject(Bucket, Key).catch((error: unknown) => {
    throw unreadable(error instanceof Error ? `${error.name}: ${error.message} (${place})` : String(error));
  });
  if (reader.inputType === "JSON") {
    const items = parseJson(text);
    if (Array.isArray(items)) return items;
    throw unreadable(`Attempted to parse JSON but found no array in ${place}`);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const item = parseJson(line);
    if (item !== undefined) return item;
    throw unreadable(`Line ${index + 1} of ${place} is no JSON`);
  });
};

const unreadable = (cause: string): StateFailed =>
  new StateFailed({ error: "States.ItemReaderFailed", cause });
