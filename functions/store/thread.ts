import { ulid } from "ulid";
import type { Actor, CaseState } from "../domain/case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { type FoundFile, isAnnounced } from "../domain/evidence.ts";
import type { Attachment, Message, ThreadAudience } from "../domain/thread.ts";
import { announcementWrite, arrivalWrite, fileConflict } from "./arrival.ts";
import { besideRecordWrite } from "./beside-record.ts";
import type { CaseReference } from "./cases.ts";
import {
  attachmentKey,
  attachmentPrefix,
  casePartition,
  messageKey,
  messagePrefix,
  readMarkKey,
  threadKey,
} from "./keys.ts";
import {
  Conflict,
  getItem,
  putWrite,
  queryAll,
  queryPage,
  type Table,
  transact,
  updateItem,
  type Write,
  withoutKeys,
} from "./table.ts";

/** What guards the order of a thread: the next message comes behind the last one, whoever writes at once. */
export type ThreadHead = { readonly messages: number; readonly lastAt: number };

export const threadHead = async (table: Table, { tenantId, caseId }: CaseReference): Promise<ThreadHead> =>
  (await getItem<ThreadHead>(table, threadKey(tenantId, caseId))) ?? { messages: 0, lastAt: 0 };

/** The id of the next message. It sorts behind all before it, even if another clock is ahead of ours. */
export const nextMessageId = ({ lastAt }: ThreadHead, now: number): { messageId: string; at: number } => {
  const at = Math.max(now, lastAt + 1);
  return { messageId: ulid(at), at };
};

/** The writes that post a message behind a head; they lose against another message behind the same one. */
export const messageWrites = (
  table: Table,
  state: CaseState,
  head: ThreadHead,
  idAt: number,
  message: Message,
  attachments: readonly Attachment[],
): readonly Write[] => {
  const { tenantId, caseId } = state;
  const { messageId, audience, speaker, by, postedAt } = message;
  return [
    putWrite(table, "thread", {
      Item: { ...threadKey(tenantId, caseId), messages: head.messages + 1, lastAt: idAt },
      ConditionExpression: head.messages === 0 ? "attribute_not_exists(PK)" : "messages = :read",
      ...(head.messages === 0 ? {} : { ExpressionAttributeValues: { ":read": head.messages } }),
    }),
    putWrite(table, "thread", {
      Item: { ...messageKey(tenantId, caseId, messageId), ...message },
      ConditionExpression: "attribute_not_exists(PK)",
    }),
    ...attachments.map((attachment) =>
      announcementWrite(table, attachmentKey(tenantId, caseId, attachment.attachmentId), attachment),
    ),
    besideRecordWrite(table, state, messageId, {
      type: "MessagePosted",
      at: postedAt,
      by,
      payload: { audience, speaker },
    }),
  ];
};

/** The messages for some audiences from behind one on, oldest first, at most `limit` of them. */
export const messagesAfter = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  audiences: readonly ThreadAudience[],
  after: string,
  limit: number,
): Promise<readonly Message[]> => {
  const found: Message[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryPage<Message>(table, {
      KeyConditionExpression: "PK = :case AND SK BETWEEN :from AND :to",
      // `after` itself is left out by the blank, which sorts behind nothing else.
      ExpressionAttributeValues: {
        ":case": casePartition(tenantId, caseId),
        ":from": `${messagePrefix}${after} `,
        ":to": `${messagePrefix}~`,
      },
      Limit: 100,
      ConsistentRead: true,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    found.push(...items.filter(({ audience }) => audiences.includes(audience)).map(withoutKeys));
    start = lastKey;
  } while (start && found.length < limit);
  return found.slice(0, limit);
};

/** A message for one of these audiences; nothing if there is none. */
export const findMessage = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  audiences: readonly ThreadAudience[],
  messageId: string,
): Promise<Message | undefined> => {
  const message = await getItem<Message>(table, messageKey(tenantId, caseId, messageId));
  return message && audiences.includes(message.audience) ? message : undefined;
};

/** What hangs on the messages from one to another and has arrived. */
export const arrivedAttachments = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  from: string,
  to: string,
): Promise<readonly Attachment[]> => {
  const items = await queryAll<Attachment>(table, {
    KeyConditionExpression: "PK = :case AND SK BETWEEN :from AND :to",
    ExpressionAttributeValues: {
      ":case": casePartition(tenantId, caseId),
      ":from": `${attachmentPrefix}${from}`,
      ":to": `${attachmentPrefix}${to}~`,
    },
  });
  return items.filter(({ arrivedAt }) => arrivedAt !== undefined);
};

/** Up to which message somebody has read; empty if none was. */
export const readMark = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  reader: Actor,
): Promise<string> =>
  (await getItem<{ upTo: string }>(table, readMarkKey(tenantId, caseId, reader)))?.upTo ?? "";

/** Moves a reader's mark forward; one that is further stays. */
export const moveReadMark = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
  reader: Actor,
  upTo: string,
): Promise<void> => {
  try {
    await updateItem(table, "mark", {
      Key: readMarkKey(tenantId, caseId, reader),
      UpdateExpression: "SET upTo = :upTo",
      ConditionExpression: "attribute_not_exists(upTo) OR upTo < :upTo",
      ExpressionAttributeValues: { ":upTo": upTo },
    });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
};

/**
 * Makes an announced file part of its message, now that it is there; once, however often its arrival is told.
 *
 * @throws InvariantViolation if it was never announced, or if it is another file than the one that was
 */
export const keepArrivedAttachment = async (
  table: Table,
  { tenantId, caseId, fileId }: CaseReference & { readonly fileId: string },
  found: FoundFile,
  at: number,
): Promise<void> => {
  const key = attachmentKey(tenantId, caseId, fileId);
  const attachment = await getItem<Attachment>(table, key);
  if (!attachment) throw new InvariantViolation(`nobody announced attachment ${fileId} of ${caseId}`);
  if (attachment.arrivedAt !== undefined) return;
  if (!isAnnounced(attachment, found)) {
    throw new InvariantViolation(`what came as attachment ${fileId} of ${caseId} is not what was announced`);
  }
  try {
    await transact(table, [arrivalWrite(table, key, at)]);
  } catch (error) {
    if (!(error instanceof Conflict && error.conflicts.includes(fileConflict))) throw error;
  }
};
