import * as z from "zod/mini";
import { evidenceKinds } from "../../domain/evidence.ts";
import { maximumAttachments, maximumTextLength, speakers, threadAudiences } from "../../domain/thread.ts";
import { documented, instant, text } from "../../http/schemas.ts";
import { announcedFile, downloadLink, uploadLink } from "../evidence/schemas.ts";

const audience = documented(z.enum(threadAudiences), {
  description: "Who reads it beside the platform, which reads all: both parties, the buyer, the merchant.",
});

/** The id of a message, as it was given. */
export const messageId = documented(
  z.string().check(z.regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, "must be the id of a message")),
  { description: "The id of a message.", example: "01KJPENR40HV76E3HWBK8HPC69" },
);

export const newMessage = z.strictObject({
  audience,
  text: text(maximumTextLength),
  attachments: documented(z._default(z.array(announcedFile).check(z.maxLength(maximumAttachments)), []), {
    description: "Files to be uploaded by the links of the answer; each is shown once it has arrived.",
  }),
});

const said = {
  messageId: z.string(),
  speaker: z.enum(speakers),
  audience,
  text: z.string(),
  postedAt: instant,
};

export const postedMessage = z.object({
  ...said,
  uploads: documented(z.array(z.object({ attachmentId: z.string(), upload: uploadLink })), {
    description: "A link for each attachment, in their order.",
  }),
});

export const messageView = documented(
  z.object({
    ...said,
    attachments: z.array(
      z.object({
        attachmentId: z.string(),
        kind: z.enum(evidenceKinds),
        contentType: z.string(),
        sizeBytes: z.int(),
        sha256: z.string(),
        download: downloadLink,
      }),
    ),
  }),
  { id: "Message" },
);

export const readState = {
  unread: documented(z.int(), { description: "Messages of others behind what was marked as read." }),
  readUpTo: documented(z.optional(z.string()), { description: "Absent if nothing was marked yet." }),
};
