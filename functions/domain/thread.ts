import { dayMs } from "./calendar.ts";
import type { Actor, CaseState } from "./case.ts";
import { CaseError } from "./errors.ts";
import type { AnnouncedFile } from "./evidence.ts";
import { isEnd } from "./lifecycle.ts";

/**
 * What buyer, merchant and platform write to each other about a case. A message never changes; who reads it was said
 * when it was written.
 */

export const threadAudiences = ["parties", "buyer_and_platform", "merchant_and_platform"] as const;
export type ThreadAudience = (typeof threadAudiences)[number];

/** Whose word it is. A partner writes for its buyers, an operator for the platform. */
export const speakers = ["buyer", "merchant", "platform"] as const;
export type Speaker = (typeof speakers)[number];

export type Message = {
  /** In the order of writing. */
  readonly messageId: string;
  readonly speaker: Speaker;
  readonly by: Actor;
  readonly audience: ThreadAudience;
  readonly text: string;
  readonly postedAt: number;
};

/** A file that belongs to a message. It counts once it has arrived, as evidence does, and is none. */
export type Attachment = AnnouncedFile & {
  readonly attachmentId: string;
  readonly messageId: string;
  readonly announcedAt: number;
  readonly arrivedAt?: number | undefined;
};

export const maximumTextLength = 2_000;
export const maximumAttachments = 5;

/** Far beyond any talk about one case; a thread is read whole to count what is unread. */
export const maximumMessages = 500;

/** How long a case that has ended can still be written about: whether the money came shows some days later. */
const openAfterEndMs = 7 * dayMs;

const seenBy: { readonly [audience in ThreadAudience]: readonly Speaker[] } = {
  parties: ["buyer", "merchant", "platform"],
  buyer_and_platform: ["buyer", "platform"],
  merchant_and_platform: ["merchant", "platform"],
};

/** As whom somebody writes; a warehouse, a carrier and this service itself do not. */
export const speakerOf = (role: Actor["role"]): Speaker | undefined => {
  switch (role) {
    case "partner":
    case "buyer":
      return "buyer";
    case "merchant":
      return "merchant";
    case "operator":
      return "platform";
    case "warehouse":
    case "carrier":
    case "system":
      return undefined;
    default:
      return role satisfies never;
  }
};

/** The audiences whose messages somebody reads. The platform, and so its partner, reads all. */
export const readAudiences = (role: Actor["role"]): readonly ThreadAudience[] => {
  if (role === "partner") return threadAudiences;
  const speaker = speakerOf(role);
  return threadAudiences.filter((audience) => speaker !== undefined && seenBy[audience].includes(speaker));
};

/** Those who are to hear of a message: its readers, without the one who wrote it. */
export const hearersOf = (audience: ThreadAudience, speaker: Speaker): readonly Speaker[] =>
  seenBy[audience].filter((one) => one !== speaker && (one !== "platform" || audience !== "parties"));

/** Whether a thread can still be written to. */
export const isOpen = ({ stage, updatedAt }: Pick<CaseState, "stage" | "updatedAt">, at: number): boolean =>
  !isEnd(stage) || at < updatedAt + openAfterEndMs;

/**
 * Refuses a message that the thread does not take.
 *
 * @throws CaseError `thread_closed`, `audience_forbidden` or `thread_full`
 */
export const requireWritable = (
  state: Pick<CaseState, "stage" | "updatedAt">,
  speaker: Speaker,
  audience: ThreadAudience,
  messages: number,
  at: number,
): void => {
  if (!isOpen(state, at)) {
    throw new CaseError(
      "thread_closed",
      "The case ended more than seven days ago: its messages can be read only.",
    );
  }
  if (!seenBy[audience].includes(speaker)) {
    throw new CaseError("audience_forbidden", `The ${speaker} does not read what is for ${audience}.`);
  }
  if (messages >= maximumMessages) {
    throw new CaseError("thread_full", `A case takes ${maximumMessages} messages.`);
  }
};
