import { fileNameOf } from "../../domain/evidence.ts";
import { type Message, readAudiences } from "../../domain/thread.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import type { CaseReference } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { arrivedAttachments, messagesAfter, readMark } from "../../store/thread.ts";
import { type Uploads, uploadKey } from "../../store/uploads.ts";
import { actorOf } from "../cases/access.ts";
import { requireCaseState } from "../cases/visible-case.ts";
import { listMessagesOperation } from "./operations.ts";
import { unreadAfter } from "./unread.ts";

const withAttachments = async (
  table: Table,
  uploads: () => Uploads,
  reference: CaseReference,
  messages: readonly Message[],
  now: number,
) => {
  const [first] = messages;
  const last = messages.at(-1);
  if (!first || !last) return [];
  const files = await arrivedAttachments(table, reference, first.messageId, last.messageId);
  const shown = await Promise.all(
    files.map(async (file) => ({
      ...file,
      download: await uploads().downloadLink(
        uploadKey("attachment", reference, file.attachmentId),
        fileNameOf(file, file.attachmentId),
        now,
      ),
    })),
  );
  return messages.map((message) => ({
    ...message,
    attachments: shown.filter(({ messageId }) => messageId === message.messageId),
  }));
};

export const listMessagesEndpoint = (uploadsOf: () => Uploads): Endpoint =>
  endpoint(listMessagesOperation, async ({ caller, params, query, now }, { table, cursors }) => {
    const state = await requireCaseState(table, caller, params.caseId);
    const scope = `${caller.tenantId}/listMessages/${state.caseId}`;
    const after = query.cursor === undefined ? "" : String(cursors.verify(scope, query.cursor).after);
    const [found, mark] = await Promise.all([
      // One more than asked for tells whether there is another page.
      messagesAfter(table, state, readAudiences(caller.role), after, query.limit + 1),
      readMark(table, state, actorOf(caller)),
    ]);
    const page = found.slice(0, query.limit);
    const last = found.length > page.length ? page.at(-1) : undefined;
    const [items, unread] = await Promise.all([
      withAttachments(table, uploadsOf, state, page, now),
      unreadAfter(table, state, caller, mark),
    ]);
    return {
      status: 200,
      body: {
        items,
        ...unread,
        ...(last ? { nextCursor: cursors.sign(scope, { after: last.messageId }) } : {}),
      },
    };
  });
