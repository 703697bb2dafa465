import { deadlineAfter } from "./clock.ts";
import { type Checkpoint, momentOf, type ParcelProjection, type ParcelStatus } from "./tracking.ts";
import type { TransitClocks } from "./transit-clocks.ts";

/** When a parcel on its way to the buyer counts as lost. */

/** A parcel the carrier never had is not lost; what has arrived, or goes back, is not awaited. */
const neverSilent: readonly ParcelStatus[] = ["registered", "returning", "returned", "delivered"];
export const mayFallSilent = ({ status }: Pick<ParcelProjection, "status">): boolean =>
  !neverSilent.includes(status);

/**
 * When a parcel that may fall silent counts as lost, if nothing more is heard of it. What a weakly signed push told
 * counts from when it was heard: whoever forges one cannot make up a silence that nobody has lived through.
 */
export const lostIfSilentAt = (checkpoints: readonly Checkpoint[], { lostMs }: TransitClocks): number =>
  deadlineAfter(
    Math.max(
      ...checkpoints
        .filter(({ status }) => status !== "silence")
        .map((scan) => (scan.trusted ? momentOf(scan) : (scan.heardAt ?? scan.at))),
    ),
    lostMs,
  );
