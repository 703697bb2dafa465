import type { Actor, CaseCommand, CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import { type ExtensionReason, extensionOf, maximumAheadMs } from "./clock-changes.ts";
import { applyEvents } from "./evolve-case.ts";
import { lifecycle } from "./lifecycle.ts";
import { pendingParcels } from "./return-parcels.ts";

/*
 * More time for many cases at once: a festival, a flood. It is given to every wait of its scope that runs at some
 * moment of the period, once a wait: to those that run when it is declared, and to those that begin afterwards.
 */

/** Whose cases: a merchant's, those of a region's buyers, or those whose parcel a carrier has on the road. */
export type ExtensionScope =
  | { readonly merchantId: string }
  | { readonly region: string }
  | { readonly carrier: string };

export type ClockExtension = {
  readonly extensionId: string;
  readonly scope: ExtensionScope;
  readonly from: number;
  readonly until: number;
  readonly extension: Extract<CaseCommand, { type: "ExtendDeadline" }>["extension"];
  readonly reason: ExtensionReason;
  readonly declaredAt: number;
};

/** Who declares: it is the platform's decision, made once for all of them. */
const declarer: Actor = { role: "system", id: "clock-extension" };

/** The parcels a case waits for. */
const onTheRoad = (state: CaseState): readonly { readonly carrier: string }[] => {
  if (lifecycle[state.stage].nextActor !== "carrier") return [];
  if (state.stage !== "reshipping") return pendingParcels(state);
  return state.replacementParcel ? [state.replacementParcel] : [];
};

const isInScope = (scope: ExtensionScope, state: CaseState): boolean => {
  if ("merchantId" in scope) return state.merchantId === scope.merchantId;
  if ("region" in scope) return state.region === scope.region;
  return onTheRoad(state).some(({ carrier }) => carrier === scope.carrier);
};

/**
 * Whether the present wait of a case is to have this extension and has not got it yet. What has not changed since the
 * period ran was waiting then, however late it is looked at.
 */
const isDue = ({ extensionId, scope, from, until }: ClockExtension, state: CaseState, at: number): boolean =>
  state.deadlineAt !== undefined &&
  lifecycle[state.stage].nextActor !== "operator" &&
  Math.min(at, state.updatedAt) < until &&
  state.deadlineAt > from &&
  isInScope(scope, state) &&
  !state.extensions?.includes(extensionId);

/** What gives the present wait of a case all the time that is due to it; nothing if it has it. */
export const extensionsDue = (
  snapshot: CaseSnapshot,
  extensions: readonly ClockExtension[],
  at: number,
): readonly CaseEvent[] => {
  const given: CaseEvent[] = [];
  let standing = snapshot;
  for (const { extensionId, extension, reason, ...rest } of extensions) {
    if (!isDue({ extensionId, extension, reason, ...rest }, standing.state, at)) continue;
    const command = { type: "ExtendDeadline", extension, reason, extensionId } as const;
    const event = extensionOf(command, { snapshot: standing, at, by: declarer });
    // A deadline that would lie too far ahead stays where it is: nobody is there to be told so.
    if (!event || event.deadlineAt > at + maximumAheadMs) continue;
    given.push(event);
    standing = { ...standing, state: applyEvents(standing.state, [event], standing.calendars) };
  }
  return given;
};
