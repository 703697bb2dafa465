import { dayMs } from "./calendar.ts";
import type { CaseState } from "./case.ts";
import { deadlineAfter } from "./clock.ts";
import { type Checkpoint, type ParcelProjection, type ParcelStatus, parcelStatuses } from "./tracking.ts";
import type { TransitClocks } from "./transit-clocks.ts";

/**
 * What the clocks make of a parcel on its way back: it arrives, falls silent, goes in circles, turns back or is lost.
 * What becomes of its case stands in `return-parcels.ts`.
 */
/** How far a parcel's trouble has been told. A parcel that simply travels has no standing. */
export const parcelStandings = ["nudged", "claimable", "arrived", "lost", "found"] as const;
export type ParcelStanding = (typeof parcelStandings)[number];

/** A parcel of a case's return. */
export type ReturnParcel = {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly standing?: ParcelStanding;
  /** Somebody says that the parcel the carrier delivered did not arrive. */
  readonly notReceived?: { readonly at: number; readonly by: "merchant" | "warehouse" };
};

/** A parcel with what a buyer gets instead of money. */
export type ReplacementParcel = Pick<ReturnParcel, "carrier" | "trackingNumber" | "standing">;

/** What is known of a parcel when its case has to be told of it. */
export type KnownParcel = {
  readonly trackingNumber: string;
  /** When its waybill was given. */
  readonly namedAt: number;
  readonly clocks: TransitClocks;
  readonly projection: Pick<ParcelProjection, "status" | "lastScanAt" | "deliveredAt"> &
    Partial<Pick<ParcelProjection, "statusTrusted">>;
  /** The last scan that told anything new; a parcel that goes in circles is scanned and does not move. */
  readonly movedAt?: number;
  /** Delivered at a place it was not sent to. */
  readonly elsewhere?: true;
  /** Somebody says that it is back with its sender, whatever else is said of it. */
  readonly toldReturned?: true;
};

/** The steps before a parcel counts as lost: sender and carrier are nudged, then the claim is to be announced. */
export type StuckStep = "nudge" | "claim";
export type StuckCause =
  | "no_first_scan"
  | "no_movement"
  | "loop"
  | "turned_back"
  | "reported_lost"
  | "not_received";

/**
 * A carrier's clock may be off by a time zone. A scan further ahead is an error, and would put the deadline
 * off for ever.
 */
const carrierClockDriftMs = dayMs;

/** The goods never reached the merchant: they are with the buyer or on their way there. */
const backToTheBuyer: readonly ParcelStatus[] = ["refused", "returning", "returned"];
export const turnsBack = (status: ParcelStatus): boolean => backToTheBuyer.includes(status);

/** What the case of a return is told at once, before any clock runs out. */
export const needsTelling = (status: ParcelStatus): boolean =>
  status === "delivered" || status === "lost" || turnsBack(status);

/** A return is not delivered before its case was filed, nor in a future no carrier can know. */
export const isPlausibleDelivery = (state: CaseState, deliveredAt: number, at: number): boolean =>
  deliveredAt >= state.filedAt && deliveredAt <= at + carrierClockDriftMs;

/**
 * When a parcel last moved: a scan at a place it had not been to, or in a state it had not reached. A scan that names no
 * place counts as well, since it cannot be told apart from one elsewhere.
 */
export const lastMovementAt = (
  checkpoints: readonly Pick<Checkpoint, "at" | "heardAt" | "status" | "place">[],
): number | undefined => {
  const places = new Set<string>();
  let reached = -1;
  let movedAt: number | undefined;
  const order: readonly string[] = parcelStatuses;
  const scans = checkpoints
    .filter(({ status }) => status !== "silence")
    .map(({ at, heardAt = at, ...scan }) => ({ ...scan, at: Math.min(at, heardAt) }));
  for (const { at, status, place } of scans.sort((a, b) => a.at - b.at)) {
    const progress = order.indexOf(status);
    if (place === "" || !places.has(place) || progress > reached) movedAt = at;
    places.add(place);
    reached = Math.max(reached, progress);
  }
  return movedAt;
};

/** What the clocks make of a parcel at a moment. */
export type Outlook =
  | { readonly is: "delivered"; readonly deliveredAt: number; readonly trusted: boolean }
  | { readonly is: "travelling"; readonly nextAt: number }
  /** It was said to be stuck and is not. */
  | { readonly is: "moving_again"; readonly nextAt: number }
  | {
      readonly is: "stuck";
      readonly step: StuckStep;
      readonly cause: StuckCause;
      readonly nextAt: number;
    }
  | { readonly is: "lost"; readonly lastScanAt: number }
  /** Nobody can know, so no clock decides. */
  | { readonly is: "unclear"; readonly cause: string };

/** The steps of silence: which is due, and when the next one is. */
const silent = (
  quietSince: number,
  { stuckMs, claimMs, lostMs }: TransitClocks,
  cause: StuckCause,
  standing: ParcelStanding | undefined,
  at: number,
): Outlook => {
  const claimAt = deadlineAfter(quietSince, claimMs);
  const lostAt = deadlineAfter(quietSince, lostMs);
  if (at >= claimAt) {
    return standing === "claimable"
      ? { is: "travelling", nextAt: lostAt }
      : { is: "stuck", step: "claim", cause, nextAt: lostAt };
  }
  if (at < deadlineAfter(quietSince, stuckMs)) {
    const nextAt = deadlineAfter(quietSince, stuckMs);
    return standing === undefined ? { is: "travelling", nextAt } : { is: "moving_again", nextAt };
  }
  return standing === undefined
    ? { is: "stuck", step: "nudge", cause, nextAt: claimAt }
    : { is: "travelling", nextAt: claimAt };
};

/** The carrier says it delivered, and whoever should have the parcel has not. */
const undelivered = (
  { at: reportedAt, by }: NonNullable<ReturnParcel["notReceived"]>,
  { clocks, projection }: KnownParcel,
  standing: ParcelStanding | undefined,
  at: number,
): Outlook => {
  // The report is the nudge, so the steps behind it keep their distance.
  const quietSince = reportedAt - clocks.stuckMs;
  if (at < deadlineAfter(quietSince, clocks.lostMs)) {
    return silent(quietSince, clocks, "not_received", standing, at);
  }
  // A merchant gains by goods that did not arrive: its word alone is not enough.
  return by === "merchant"
    ? { is: "unclear", cause: "merchant_reports_not_received" }
    : { is: "lost", lastScanAt: projection.lastScanAt ?? reportedAt };
};

/** The carrier has not scanned the parcel since the case was filed: an invented waybill must not pay. */
const unseen = (
  { namedAt, clocks }: KnownParcel,
  standing: ParcelStanding | undefined,
  at: number,
): Outlook => {
  const firstScanBy = deadlineAfter(namedAt, clocks.firstScanMs);
  const givenUpAt = deadlineAfter(namedAt, clocks.lostMs);
  if (at >= givenUpAt) return { is: "unclear", cause: "never_scanned" };
  if (at < firstScanBy) return { is: "travelling", nextAt: firstScanBy };
  return standing === undefined
    ? { is: "stuck", step: "nudge", cause: "no_first_scan", nextAt: givenUpAt }
    : { is: "travelling", nextAt: givenUpAt };
};

/** The carrier brings the parcel back. It may still be delivered; once it is back, an operator is called. */
const turned = (
  status: ParcelStatus,
  movedAt: number,
  { stuckMs }: TransitClocks,
  standing: ParcelStanding | undefined,
  at: number,
): Outlook => {
  if (status === "returned") return { is: "unclear", cause: "returned_to_sender" };
  const standsUntil = deadlineAfter(movedAt, stuckMs);
  if (standing === undefined) {
    const nextAt = standsUntil > at ? standsUntil : deadlineAfter(at, stuckMs);
    return { is: "stuck", step: "nudge", cause: "turned_back", nextAt };
  }
  return at < standsUntil
    ? { is: "travelling", nextAt: standsUntil }
    : { is: "unclear", cause: "returning_to_sender" };
};

/** The carrier itself says that it has lost the parcel. If it may not move money, the clock has to agree. */
const givenUp = (
  lastScanAt: number,
  { clocks, projection }: KnownParcel,
  standing: ParcelStanding | undefined,
  at: number,
): Outlook => {
  const lostAt = deadlineAfter(lastScanAt, clocks.lostMs);
  if (projection.statusTrusted || at >= lostAt) return { is: "lost", lastScanAt };
  return standing === "claimable"
    ? { is: "travelling", nextAt: lostAt }
    : { is: "stuck", step: "claim", cause: "reported_lost", nextAt: lostAt };
};

export const outlookOf = (
  parcel: KnownParcel,
  { standing, notReceived }: ReturnParcel,
  state: CaseState,
  at: number,
): Outlook => {
  const { clocks, projection } = parcel;
  const { status, lastScanAt, deliveredAt } = projection;
  if (notReceived) return undelivered(notReceived, parcel, standing, at);
  if (deliveredAt !== undefined && isPlausibleDelivery(state, deliveredAt, at)) {
    const trusted = projection.statusTrusted === true && !parcel.elsewhere;
    return { is: "delivered", deliveredAt, trusted };
  }
  if (lastScanAt === undefined || lastScanAt < state.filedAt || status === "registered") {
    return unseen(parcel, standing, at);
  }
  if (lastScanAt > at + carrierClockDriftMs) return { is: "unclear", cause: "scan_in_the_future" };
  if (status === "lost") return givenUp(lastScanAt, parcel, standing, at);
  const movedAt = parcel.movedAt ?? lastScanAt;
  if (turnsBack(status)) return turned(status, movedAt, clocks, standing, at);
  // Scanned at one place twice within a day is arrival and departure, not a circle.
  const circles = lastScanAt - movedAt >= dayMs;
  if (at < deadlineAfter(movedAt, clocks.lostMs)) {
    return silent(movedAt, clocks, circles ? "loop" : "no_movement", standing, at);
  }
  const lostAt = deadlineAfter(lastScanAt, clocks.lostMs);
  if (at >= lostAt) return { is: "lost", lastScanAt };
  // A carrier that still scans it has it.
  return circles ? { is: "unclear", cause: "parcel_loops" } : { is: "travelling", nextAt: lostAt };
};

/** Without what carriers and people add to a place's name. */
const bareName = (place: string): string =>
  place
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s,.·-]|[省市区县]/gu, "");

const isHan = (place: string): boolean => /\p{Script=Han}/u.test(place);

/**
 * Whether a parcel was delivered at a place it was not sent to. Places that are not known, or are written in two
 * scripts, are not compared: a finding has somebody confirm the delivery, and should mean something.
 */
export const isElsewhere = (deliveredAt: string | undefined, destination: string | undefined): boolean => {
  const [place, wanted] = [bareName(deliveredAt ?? ""), bareName(destination ?? "")];
  if (place === "" || wanted === "" || isHan(place) !== isHan(wanted)) return false;
  return !place.includes(wanted) && !wanted.includes(place);
};
