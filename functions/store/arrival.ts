import type { AnnouncedFile } from "../domain/evidence.ts";
import { type Key, tableKeys } from "./keys.ts";
import { putOnce, type Table, type Write } from "./table.ts";

/** A file that is announced, and later has arrived: the same for evidence and for what hangs on a message. */

/** The label under which it is reported that a file was announced, or has arrived, before. */
export const fileConflict = "file";

/** Long after its link has ended and its last notification was retried. */
const announcementKeptMs = 7 * 24 * 3_600_000;

/** Puts an announcement, which is forgotten if nothing comes. */
export const announcementWrite = (
  table: Table,
  key: Key,
  announced: AnnouncedFile & { readonly announcedAt: number },
): Write =>
  putOnce(table, fileConflict, {
    ...key,
    ...announced,
    [tableKeys.timeToLive]: Math.ceil((announced.announcedAt + announcementKeptMs) / 1000),
  });

/** Marks an announced file as arrived, once, and keeps it for good. */
export const arrivalWrite = (table: Table, key: Key, at: number): Write => ({
  conflict: fileConflict,
  item: {
    Update: {
      TableName: table.name,
      Key: key,
      UpdateExpression: "SET arrivedAt = :at REMOVE #expiry",
      ConditionExpression: "attribute_exists(PK) AND attribute_not_exists(arrivedAt)",
      ExpressionAttributeNames: { "#expiry": tableKeys.timeToLive },
      ExpressionAttributeValues: { ":at": at },
    },
  },
});
