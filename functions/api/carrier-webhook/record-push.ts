import type { Actor } from "../../domain/case.ts";
import { CaseError } from "../../domain/errors.ts";
import { type Checkpoint, checkpointId, projectParcel } from "../../domain/tracking.ts";
import { changeCase } from "../../store/cases.ts";
import {
  checkpointConflict,
  checkpointWrite,
  keepCheckpoint,
  loadParcel,
  type Parcel,
} from "../../store/parcels.ts";
import { Conflict, type Table } from "../../store/table.ts";
import type { Push } from "./adapter.ts";

/**
 * Stores what a push tells that was not known yet: one conditional put a checkpoint. The case is touched
 * only when its return parcel turns out to be delivered, and then in the transaction that stores the
 * checkpoint that says so.
 */
export const recordPush = async (
  table: Table,
  tenantId: string,
  carrier: string,
  trusted: boolean,
  { trackingNumber, checkpoints }: Push,
  now: number,
): Promise<void> => {
  const parcel = await loadParcel(table, tenantId, trackingNumber);
  const known = new Set((parcel?.checkpoints ?? []).map(checkpointId));
  const fresh = [
    ...new Map(checkpoints.map((checkpoint) => [checkpointId(checkpoint), checkpoint])).values(),
  ].filter((checkpoint) => !known.has(checkpointId(checkpoint)));
  const telling = parcel && deliveryAmong(parcel, fresh);
  await Promise.all(
    fresh
      .filter((checkpoint) => checkpoint !== telling)
      .map((checkpoint) => keepCheckpoint(table, tenantId, trackingNumber, checkpoint)),
  );
  if (!parcel || !telling) return;
  const moved = await moveCase(table, parcel, telling, { role: "carrier", id: carrier }, trusted, now);
  if (!moved) await keepCheckpoint(table, tenantId, trackingNumber, telling);
};

/** The checkpoint that makes a return parcel delivered, if it was not delivered before. */
const deliveryAmong = (parcel: Parcel, fresh: readonly Checkpoint[]): Checkpoint | undefined => {
  if (parcel.pointer.leg !== "return" || parcel.projection.deliveredAt !== undefined) return undefined;
  const { deliveredAt } = projectParcel([...parcel.checkpoints, ...fresh]);
  return fresh.find(({ at, status }) => status === "delivered" && at === deliveredAt);
};

/** Returns false if the case has moved on or somebody stored the same checkpoint meanwhile. */
const moveCase = async (
  table: Table,
  { pointer }: Parcel,
  telling: Checkpoint,
  by: Actor,
  trusted: boolean,
  now: number,
): Promise<boolean> => {
  if (pointer.leg !== "return") return false;
  const { tenantId, caseId, trackingNumber } = pointer;
  try {
    const changed = await changeCase(
      table,
      { tenantId, caseId },
      {
        by,
        now,
        command: { type: "RecordDelivery", deliveredAt: telling.at, trusted },
        extra: () => [checkpointWrite(table, tenantId, trackingNumber, telling)],
      },
    );
    return changed !== undefined;
  } catch (error) {
    if (error instanceof CaseError) return false;
    if (error instanceof Conflict && error.conflicts.includes(checkpointConflict)) return false;
    throw error;
  }
};
