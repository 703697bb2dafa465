import type { CaseCommand, CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import { deadlineAfter } from "./clock.ts";
import type { Decision } from "./consequences.ts";
import { isUndecided } from "./dispute.ts";
import type { Stage } from "./lifecycle.ts";
import { carriersCharged } from "./settlement/carrier-claim.ts";
import { type Checkpoint, momentOf, type ParcelProjection, type ParcelStatus } from "./tracking.ts";
import type { TransitClocks } from "./transit-clocks.ts";

/**
 * What becomes of a case about a parcel on its way to the buyer: it waits for the carrier's news and for the
 * carrier's silence, and hears of a parcel that turned up after it was settled as lost.
 */

type ReconsiderCase = Extract<CaseCommand, { type: "ReconsiderCase" }>;
type ExpireWait = Extract<CaseCommand, { type: "ExpireWait" }>;

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

/** When all parcels of a case count as lost: as long as one may still come, their lines are not judged alike. */
export const allLostAt = (
  parcels: readonly ({ readonly lostAt?: number } | undefined)[],
): number | undefined => {
  const moments = parcels.flatMap((parcel) => parcel?.lostAt ?? []);
  return moments.length > 0 && moments.length === parcels.length ? Math.max(...moments) : undefined;
};

const waitsForParcel: readonly Stage[] = ["disputed", "awaiting_ruling"];

/** When the machine looks at the parcel, if that is before the deadline of the present wait; else the next wait does. */
export const lossWakes = ({ stage, lossDueAt, deadlineAt }: CaseState): readonly number[] =>
  lossDueAt !== undefined &&
  deadlineAt !== undefined &&
  lossDueAt < deadlineAt &&
  waitsForParcel.includes(stage)
    ? [lossDueAt]
    : [];

export const lossIsDue = ({ stage, lossDueAt }: CaseState, at: number): boolean =>
  lossDueAt !== undefined && lossDueAt <= at && waitsForParcel.includes(stage);

export const withLossClock = ({ lossDueAt: _, ...state }: CaseState, lossDueAt?: number): CaseState =>
  lossDueAt === undefined ? state : { ...state, lossDueAt };

/** The day has come: what was scanned since waits on, and what is silent, or has ended unnoticed, is judged again. */
export const outboundFallsSilent = (
  { outboundLostAt }: ExpireWait,
  { at, by }: Decision,
): readonly CaseEvent[] => {
  if (outboundLostAt === undefined) return [{ type: "DisputeOvertaken", at, by, cause: "parcel_news" }];
  return outboundLostAt > at
    ? [{ type: "LossClockMoved", at, by, lossDueAt: outboundLostAt }]
    : [{ type: "DisputeOvertaken", at, by, cause: "parcel_silent" }];
};

/** The carrier, or whoever confirms, says what has become of the parcel. */
export const reconsider = (command: ReconsiderCase, decision: Decision): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  if (!restsOnOther(snapshot, command)) return found(command, decision);
  return snapshot.state.stage === "manual_review"
    ? [{ type: "ManualReviewResolved", at, by, resolution: "resume" }]
    : [{ type: "DisputeOvertaken", at, by, cause: "parcel_news" }];
};

/**
 * Whether a case is disputed, or was handed to an operator, because nobody knew what had become of the parcel to the
 * buyer, and something else is known now. Judged by what the verdict itself says it rests on, so that the same news told
 * twice reconsiders nothing, and a case that is about something else is left to its operator.
 */
const restsOnOther = (snapshot: CaseSnapshot, { status, statusTrusted }: ReconsiderCase): boolean => {
  const { state, verdict } = snapshot;
  const { outboundParcelStatus: judgedOn, outboundStatusTrusted: trusted } = verdict?.facts ?? {};
  return (
    (isUndecided(snapshot) || (state.stage === "manual_review" && state.resumeStage === "submitted")) &&
    judgedOn !== undefined &&
    (judgedOn !== status || (trusted === false && statusTrusted))
  );
};

/**
 * A parcel that was settled as lost is delivered. Nothing is taken back by itself: the claim on the carrier is marked,
 * and an operator is told.
 */
const found = (
  { trackingNumber, deliveredAt }: ReconsiderCase,
  { snapshot: { state, verdict, ledger }, at, by }: Decision,
): readonly CaseEvent[] => {
  const { outboundParcelLost, outboundParcelStatus } = verdict?.facts ?? {};
  const judgedLost = outboundParcelLost === true || outboundParcelStatus === "lost";
  const settled = state.reserved && state.stage !== "cancelled";
  if (deliveredAt === undefined || !judgedLost || !settled || state.foundAt !== undefined) return [];
  return [
    {
      type: "ParcelFound",
      at,
      by,
      trackingNumber,
      deliveredAt,
      inTime: false,
      outbound: true,
      claimedFrom: carriersCharged(ledger),
    },
  ];
};
