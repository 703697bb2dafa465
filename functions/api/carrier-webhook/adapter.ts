import type { Checkpoint } from "../../domain/tracking.ts";
import type { Reply } from "../../http/endpoint.ts";

/** What a push tells, in our words. */
export type Push = { readonly trackingNumber: string; readonly checkpoints: readonly Checkpoint[] };

/**
 * A carrier's own format, signature and reply. One file an adapter; nothing outside it knows the carrier's
 * words.
 */
export type CarrierAdapter = {
  readonly carrier: string;
  /**
   * Whether a delivery it tells may move money without confirmation. False for a signature that carries no
   * time or rests on MD5: then the stage moves, and a human confirms.
   */
  readonly trusted: boolean;
  /** Checks the raw body in constant time. */
  readonly verify: (rawBody: string, secret: string) => boolean;
  /** @throws Problem `invalid_request` for a push that does not fit the carrier's documents */
  readonly parse: (rawBody: string) => Push;
  /** What makes the carrier count the push as delivered. */
  readonly accepted: Reply["body"];
};
