import type { CarrierCode } from "../../domain/carriers.ts";
import type { Checkpoint } from "../../domain/tracking.ts";
import type { Reply } from "../../http/endpoint.ts";

/** A checkpoint in the carrier's words; who told it and how far it is believed is added where it is kept. */
export type ToldCheckpoint = Omit<Checkpoint, "source" | "heardAt" | "trusted">;

/** What a push tells, in our words. */
export type Push = { readonly trackingNumber: string; readonly checkpoints: readonly ToldCheckpoint[] };

/** A push as it came, before anybody believes it. */
export type SignedPush = {
  readonly bytes: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** When it came, epoch milliseconds. */
  readonly now: number;
};

/**
 * A carrier's own format, signature and reply. One file an adapter; nothing outside it knows the carrier's
 * words. How far it is believed stands in `domain/carriers.ts`. docs/carriers.md tells how to add one.
 */
export type CarrierAdapter = {
  readonly carrier: CarrierCode;
  /** Checks the raw body in constant time. A missing header is a wrong signature; it never throws. */
  readonly verify: (push: SignedPush, secret: string) => boolean;
  /**
   * Nothing, if the push is genuine and not about a parcel.
   *
   * @throws Problem `invalid_request` for a push that does not fit the carrier's documents
   */
  readonly parse: (body: string) => Push | undefined;
  /** What makes the carrier count the push as delivered, beside the status 200. */
  readonly accepted: Reply["body"];
};
