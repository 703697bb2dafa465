import type { Attachment, Message } from "../../domain/thread.ts";
import { requireWritable, speakerOf } from "../../domain/thread.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { retryRaces } from "../../store/retry.ts";
import { transact } from "../../store/table.ts";
import { messageWrites, nextMessageId, threadHead } from "../../store/thread.ts";
import { type Uploads, uploadKey } from "../../store/uploads.ts";
import { actorOf } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { requireCaseState } from "../cases/visible-case.ts";
import { postMessageOperation } from "./operations.ts";

export const postMessageEndpoint = (uploadsOf: () => Uploads): Endpoint =>
  endpoint(postMessageOperation, async ({ caller, params, body, now, idempotency }, { table }) => {
    const speaker = speakerOf(caller.role);
    if (!speaker) throw new Problem("role_forbidden", `The role ${caller.role} writes no messages.`);
    return retryRaces(
      async () => {
        const state = await requireCaseState(table, caller, params.caseId);
        const head = await threadHead(table, state);
        requireWritable(state, speaker, body.audience, head.messages, now);
        const { messageId, at: idAt } = nextMessageId(head, now);
        const { audience, text } = body;
        const by = actorOf(caller);
        const message: Message = { messageId, speaker, by, audience, text, postedAt: now };
        const attachments = body.attachments.map(
          (file, index): Attachment => ({
            ...file,
            attachmentId: `${messageId}-${index + 1}`,
            messageId,
            announcedAt: now,
          }),
        );
        const uploads = await Promise.all(
          attachments.map(async (file) => ({
            attachmentId: file.attachmentId,
            upload: await uploadsOf().uploadLink(
              uploadKey("attachment", state, file.attachmentId),
              file,
              now,
            ),
          })),
        );
        const reply = { status: 201, body: { ...message, uploads } };
        await transact(table, [
          ...messageWrites(table, state, head, idAt, message, attachments),
          ...replyWrites(table, postMessageOperation, caller, idempotency, reply, now),
        ]);
        return reply;
      },
      ({ conflicts }) => !conflicts.includes("idempotency"),
    );
  });
