import {
  anythingPosted,
  type CaseCommand,
  type CaseEvent,
  type CaseSnapshot,
  type CaseState,
} from "./case.ts";
import { deadlineAfter } from "./clock.ts";
import type { Decision } from "./consequences.ts";
import { CaseError } from "./errors.ts";
import type { Enter } from "./interrupted-wait.ts";
import { requireAction, requireStage } from "./permissions.ts";
import { carriersCharged } from "./settlement/carrier-claim.ts";
import {
  isPlausibleDelivery,
  type KnownParcel,
  type Outlook,
  outlookOf,
  type ReturnParcel,
} from "./stuck-parcel.ts";

/**
 * A case and the parcels of its return: it goes on when all have arrived, is judged again when all are lost, and an
 * operator is called where nobody can know. Nothing here takes money back.
 */

type CommandOf<Type extends CaseCommand["type"]> = Extract<CaseCommand, { type: Type }>;
type EventOf<Type extends CaseEvent["type"]> = Extract<CaseEvent, { type: Type }>;

/** Parcels of which nobody knows yet where they end. */
export const pendingParcels = ({ returnParcels = [] }: CaseState): readonly ReturnParcel[] =>
  returnParcels.filter(({ standing }) => standing !== "arrived" && standing !== "lost");

/** What a carrier or a buyer splits a return into; each is kept with the case's state. */
export const maximumReturnParcels = 5;

/** Another part of a return that is on its way. */
export const addReturnParcel = (
  { type: _, ...shipped }: CommandOf<"AddReturnParcel">,
  { snapshot: { state }, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(state, by, "add_parcel");
  if ((state.returnParcels?.length ?? 0) >= maximumReturnParcels) {
    throw new CaseError(
      "parcels_exceeded",
      `A return travels in at most ${maximumReturnParcels} parcels; put the rest into these.`,
    );
  }
  return [{ type: "ReturnParcelAdded", at, by, ...shipped }];
};

type Seen = { readonly parcel: ReturnParcel; readonly outlook: Outlook };

const neverSeen: Outlook = { is: "unclear", cause: "never_scanned" };

const look = (parcels: readonly KnownParcel[], { snapshot: { state }, at }: Decision): readonly Seen[] =>
  pendingParcels(state).map((parcel) => {
    const known = parcels.find(({ trackingNumber }) => trackingNumber === parcel.trackingNumber);
    return { parcel, outlook: known ? outlookOf(known, parcel, state, at) : neverSeen };
  });

const reviewed = (cause: string, { at, by }: Decision): CaseEvent => ({
  type: "ManualReviewOpened",
  at,
  by,
  cause,
});

/** The buyer has the goods again; an operator who lets the case go on lets them be sent once more. */
const broughtBack = ({ at, by }: Decision): CaseEvent => ({
  type: "ManualReviewOpened",
  at,
  by,
  cause: "returned_to_sender",
  resumeStage: "awaiting_shipment",
});

const happened = (
  { parcel: { carrier, trackingNumber }, outlook }: Seen,
  deadline: { readonly deadlineAt?: number },
  { at, by }: Decision,
): readonly CaseEvent[] => {
  switch (outlook.is) {
    case "delivered": {
      const { deliveredAt, trusted } = outlook;
      return [{ type: "ParcelDelivered", at, by, trackingNumber, deliveredAt, trusted, ...deadline }];
    }
    case "lost":
      return [{ type: "ParcelLost", at, by, trackingNumber, lastScanAt: outlook.lastScanAt, ...deadline }];
    case "stuck": {
      const { step, cause } = outlook;
      return [{ type: "ParcelStuck", at, by, carrier, trackingNumber, step, cause, ...deadline }];
    }
    case "moving_again":
      return [{ type: "ParcelMovedOn", at, by, trackingNumber, ...deadline }];
    case "travelling":
    case "unclear":
      return [];
    default:
      return outlook satisfies never;
  }
};

/** What becomes of a case whose parcels have been silent for as long as they may. */
export const parcelsFallSilent = (
  parcels: readonly KnownParcel[],
  decision: Decision,
): readonly CaseEvent[] => {
  const seen = look(parcels, decision);
  for (const { outlook } of seen) {
    if (outlook.is === "unclear") return [reviewOf(outlook, decision)];
  }
  const waking = seen.flatMap(({ outlook }) => ("nextAt" in outlook ? [outlook.nextAt] : []));
  if (waking.length === 0) {
    const events = seen.flatMap((each) => happened(each, {}, decision));
    return endsMixed(decision.snapshot.state, events)
      ? [...events, reviewed("part_of_return_lost", decision)]
      : events;
  }
  const deadlineAt = Math.min(...waking);
  const events = seen.flatMap((each) => happened(each, { deadlineAt }, decision));
  const { at, by } = decision;
  return events.length > 0
    ? events
    : [{ type: "DeadlineExtended", at, by, deadlineAt, reason: "scanned_since" }];
};

const reviewOf = ({ cause }: Extract<Outlook, { is: "unclear" }>, decision: Decision): CaseEvent =>
  cause === "returned_to_sender" ? broughtBack(decision) : reviewed(cause, decision);

/** One verdict a case: where a part arrived and a part is lost, a person says what is whose. */
const endsMixed = ({ returnParcels = [] }: CaseState, events: readonly CaseEvent[]): boolean => {
  const ends = new Set(
    returnParcels.map((parcel) => {
      const event = events.find(
        (each) => "trackingNumber" in each && each.trackingNumber === parcel.trackingNumber,
      );
      if (event?.type === "ParcelLost") return "lost";
      return event?.type === "ParcelDelivered" ? "arrived" : parcel.standing;
    }),
  );
  return ends.has("lost") && ends.has("arrived");
};

/**
 * What a carrier's news means before any clock runs out: a parcel that turns back is told at once, one that is back
 * calls an operator, one that was stuck and moves again is on its way. Repeated news means nothing.
 */
export const followParcel = (
  { parcel }: CommandOf<"FollowParcel">,
  decision: Decision,
): readonly CaseEvent[] => {
  const { state } = decision.snapshot;
  if (state.stage !== "in_transit") return [];
  const seen = look([parcel], decision).find((each) => each.parcel.trackingNumber === parcel.trackingNumber);
  if (!seen) return [];
  const { outlook } = seen;
  if (outlook.is === "unclear" && outlook.cause === "returned_to_sender") return [broughtBack(decision)];
  const alone = pendingParcels(state).length === 1;
  if (outlook.is === "lost" && parcel.projection.statusTrusted) {
    const lost = happened(seen, alone ? {} : clockOf(state), decision);
    return alone && endsMixed(state, lost) ? [...lost, reviewed("part_of_return_lost", decision)] : lost;
  }
  const toldByTheCarrier =
    outlook.is === "stuck" && (outlook.cause === "turned_back" || outlook.cause === "reported_lost");
  if (!toldByTheCarrier && outlook.is !== "moving_again") return [];
  return happened(seen, alone ? { deadlineAt: outlook.nextAt } : clockOf(state), decision);
};

/** The clock of a case whose other parcels are on their way: it looks at all of them when it runs out. */
const clockOf = ({ deadlineAt }: CaseState): { readonly deadlineAt?: number } =>
  deadlineAt === undefined ? {} : { deadlineAt };

/** The carrier, or whoever confirms, says that a parcel arrived. */
export const recordDelivery = (
  { deliveredAt, trusted, trackingNumber, elsewhere }: CommandOf<"RecordDelivery">,
  decision: Decision,
): readonly CaseEvent[] => {
  const { snapshot, at, by } = decision;
  const { state } = snapshot;
  if (!isPlausibleDelivery(state, deliveredAt, at)) return [];
  if (state.reception === "lost" || state.reception === "found")
    return found(snapshot, { deliveredAt, trackingNumber }, decision);
  requireStage(state, "in_transit");
  const parcel = pendingParcels(state).find((each) => each.trackingNumber === trackingNumber);
  // The carrier says again what somebody at the place denies.
  if (!parcel || parcel.notReceived) return [];
  const delivered: CaseEvent = {
    type: "ParcelDelivered",
    at,
    by,
    trackingNumber,
    deliveredAt,
    // Where it was delivered is not where it was sent: somebody has to confirm.
    trusted: trusted && !elsewhere,
    ...(elsewhere ? { elsewhere } : {}),
  };
  const mixed = endsMixed(state, [delivered]) && pendingParcels(state).length === 1;
  return mixed ? [delivered, reviewed("part_of_return_lost", decision)] : [delivered];
};

/**
 * A parcel that counted as lost turns up. Before any money has moved the case goes on to the inspection and is judged
 * again. Afterwards nothing is taken back by itself: the claim on the carrier is marked, and an operator decides what
 * becomes of the goods.
 */
const found = (
  { state, ledger }: CaseSnapshot,
  { deliveredAt, trackingNumber }: Pick<CommandOf<"RecordDelivery">, "deliveredAt" | "trackingNumber">,
  { at, by }: Decision,
): readonly CaseEvent[] => {
  const { returnParcels = [], stage, resumeStage } = state;
  const parcel = returnParcels.find((each) => each.trackingNumber === trackingNumber);
  if (parcel?.standing !== "lost") return [];
  const undecided = stage === "lost" || (stage === "manual_review" && resumeStage === "lost");
  const inTime = undecided && returnParcels.length === 1 && !anythingPosted(ledger);
  const claimedFrom = inTime ? [] : carriersCharged(ledger);
  return [{ type: "ParcelFound", at, by, trackingNumber, deliveredAt, inTime, claimedFrom }];
};

/** Somebody at the place says that what the carrier delivered is not there. */
export const reportNotReceived = (
  { parcels }: CommandOf<"ReportNotReceived">,
  { snapshot: { state }, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(state, by, "report_not_received");
  if (parcels.length === 0) {
    throw new CaseError("parcel_unknown", "The case has no such parcel.", [
      { pointer: "/trackingNumber", detail: "is no waybill of this case" },
    ]);
  }
  const distances = parcels.map(({ clocks }) => clocks.claimMs - clocks.stuckMs);
  return [
    {
      type: "ReturnNotReceived",
      at,
      by,
      trackingNumbers: parcels.map(({ trackingNumber }) => trackingNumber),
      deadlineAt: deadlineAfter(at, Math.min(...distances)),
    },
  ];
};

const withParcel = (
  { returnParcels = [] }: CaseState,
  trackingNumber: string,
  change: (parcel: ReturnParcel) => ReturnParcel,
): readonly ReturnParcel[] =>
  returnParcels.map((parcel) => (parcel.trackingNumber === trackingNumber ? change(parcel) : parcel));

const standingAs =
  (standing: ReturnParcel["standing"]) =>
  ({ carrier, trackingNumber, notReceived }: ReturnParcel): ReturnParcel => ({
    carrier,
    trackingNumber,
    ...(standing === undefined ? {} : { standing }),
    // An arrival ends what was reported of the parcel.
    ...(notReceived && standing !== "arrived" ? { notReceived } : {}),
  });

const onTheWay = (state: CaseState): CaseState => ({
  ...state,
  reception: pendingParcels(state).some(({ standing }) => standing !== undefined) ? "stuck" : "in_transit",
});

/** Folds what happened to a parcel into its case. */
export const evolveParcels = (
  state: CaseState,
  event: EventOf<
    | "ReturnParcelAdded"
    | "ParcelStuck"
    | "ParcelMovedOn"
    | "ParcelDelivered"
    | "ParcelLost"
    | "ParcelFound"
    | "ReturnNotReceived"
  >,
  enter: Enter,
): CaseState => {
  switch (event.type) {
    case "ReturnParcelAdded": {
      const { carrier, trackingNumber, freightMinor, clockMs } = event;
      const firstScanBy = deadlineAfter(event.at, clockMs);
      return {
        ...state,
        returnParcels: [...(state.returnParcels ?? []), { carrier, trackingNumber }],
        returnFreightMinor: state.returnFreightMinor + freightMinor,
        deadlineAt: Math.min(state.deadlineAt ?? firstScanBy, firstScanBy),
      };
    }
    case "ParcelStuck":
    case "ParcelMovedOn": {
      const told =
        event.type === "ParcelMovedOn" ? undefined : event.step === "claim" ? "claimable" : "nudged";
      const { deadlineAt } = event;
      return onTheWay({
        ...state,
        returnParcels: withParcel(state, event.trackingNumber, standingAs(told)),
        ...(deadlineAt === undefined ? {} : { deadlineAt }),
      });
    }
    case "ParcelDelivered": {
      const { deadlineAt } = event;
      const after: CaseState = {
        ...state,
        returnParcels: withParcel(state, event.trackingNumber, standingAs("arrived")),
        deliveryTrusted: event.trusted && state.deliveryTrusted !== false,
      };
      const all = after.returnParcels?.every(({ standing }) => standing === "arrived");
      if (!all) return onTheWay({ ...after, ...(deadlineAt === undefined ? {} : { deadlineAt }) });
      return {
        ...enter(after, "awaiting_inspection", event.at),
        reception: "delivered",
        deliveredAt: event.at,
      };
    }
    case "ParcelLost": {
      const { deadlineAt } = event;
      const after: CaseState = {
        ...state,
        returnParcels: withParcel(state, event.trackingNumber, standingAs("lost")),
      };
      const all = after.returnParcels?.every(({ standing }) => standing === "lost");
      if (!all) return onTheWay({ ...after, ...(deadlineAt === undefined ? {} : { deadlineAt }) });
      return { ...enter(after, "lost", event.at), reception: "lost" };
    }
    case "ParcelFound": {
      if (event.outbound) return { ...state, foundAt: event.at };
      const after: CaseState = {
        ...state,
        returnParcels: withParcel(state, event.trackingNumber, standingAs("found")),
      };
      if (!event.inTime) return { ...after, reception: "found" };
      return {
        ...enter(after, "awaiting_inspection", event.at),
        reception: "delivered",
        // It was judged as lost, so what comes back is judged again in any case. And somebody has to have it.
        foundAt: event.at,
        deliveryTrusted: false,
        deliveredAt: event.at,
      };
    }
    case "ReturnNotReceived": {
      const by = event.by.role === "warehouse" ? "warehouse" : "merchant";
      const { deliveryTrusted: _, ...before } = state;
      const returnParcels = event.trackingNumbers.reduce<readonly ReturnParcel[]>(
        (parcels, trackingNumber) =>
          parcels.map((parcel) =>
            parcel.trackingNumber === trackingNumber
              ? { ...standingAs("nudged")(parcel), notReceived: { at: event.at, by } }
              : parcel,
          ),
        state.returnParcels ?? [],
      );
      const waits = { ...before, returnParcels, reception: "stuck" } as const;
      return enter(waits, "in_transit", event.at, event.deadlineAt - event.at);
    }
    default:
      return event satisfies never;
  }
};
