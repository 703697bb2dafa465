import { type CarrierCode, mayMoveMoney } from "../../domain/carriers.ts";
import type { Actor } from "../../domain/case.ts";
import { contradictionKind, contradictionsIn } from "../../domain/contradictions.ts";
import { type Checkpoint, checkpointId, projectParcel } from "../../domain/tracking.ts";
import { openParcelException } from "../../store/parcel-exceptions.ts";
import { keepCheckpoints, loadTracking, type ParcelPointer, scansOf } from "../../store/parcels.ts";
import type { Table } from "../../store/table.ts";
import { tellCases } from "../cases/catch-up.ts";
import { reconsiderCases } from "../cases/reconsider.ts";
import type { Push } from "./adapter.ts";
import { raiseParcelException, raiseUnknownCodes } from "./tracking-alarms.ts";

/** Who tells of a parcel, and whether that alone may move money. */
export type Teller = { readonly source: string; readonly trusted: boolean; readonly by: Actor };

export const carrierTeller = (carrier: CarrierCode): Teller => ({
  source: carrier,
  trusted: mayMoveMoney(carrier),
  by: { role: "carrier", id: carrier },
});

/** What was not known yet, or was told before its code had a meaning. */
const newsIn = (told: readonly Checkpoint[], known: readonly Checkpoint[]): readonly Checkpoint[] => {
  const statuses = new Map(known.map((checkpoint) => [checkpointId(checkpoint), checkpoint.status]));
  const fresh = told.filter((checkpoint) => {
    const status = statuses.get(checkpointId(checkpoint));
    return status === undefined || (status === "unknown" && checkpoint.status !== "unknown");
  });
  return [...new Map(fresh.map((checkpoint) => [checkpointId(checkpoint), checkpoint])).values()];
};

/**
 * Stores what a push tells that was not known yet, in one conditional put, and then moves the case whose return
 * parcel stands delivered, whoever told that and whenever: so a push that was cut off behind its put is made good
 * by the next one. The end of a parcel on its way to the buyer is told to the cases that wait for it. While a
 * parcel travels, no case is even read.
 *
 * @returns what was new
 */
export const recordPush = async (
  table: Table,
  tenantId: string,
  { source, trusted, by }: Teller,
  { trackingNumber, checkpoints }: Push,
  now: number,
): Promise<readonly Checkpoint[]> => {
  const shared = { source, heardAt: now, trusted };
  const before = await loadTracking(table, tenantId, trackingNumber);
  const news = newsIn(
    checkpoints.map((checkpoint) => ({ ...checkpoint, ...shared })),
    before.checkpoints,
  );
  if (news.length > 0) {
    const scans = news.map(({ source: _, heardAt: __, trusted: ___, ...scan }) => scan);
    await keepCheckpoints(table, tenantId, trackingNumber, shared, scans);
  }

  // A waybill that was given since the first read caught up with less than is stored now: look again.
  const unnamed = !before.pointer && news.some(({ status }) => status === "delivered");
  const { pointer } = unnamed ? await loadTracking(table, tenantId, trackingNumber) : before;
  raiseUnknownCodes(news);
  if (!pointer) return news;
  const known = scansOf(pointer, [...before.checkpoints, ...news]);
  await openExceptions(table, pointer, known, now);
  await tell(table, pointer, known, by, now);
  return news;
};

/** Calls a person to what contradicts a terminal fact, once a kind. The fact stands, and no money is taken back. */
const openExceptions = async (
  table: Table,
  pointer: ParcelPointer,
  checkpoints: readonly Checkpoint[],
  now: number,
): Promise<void> => {
  for (const contradiction of contradictionsIn(checkpoints)) {
    const opened = await openParcelException(table, pointer, contradiction, now);
    if (opened) raiseParcelException(contradictionKind(contradiction));
  }
};

/** Tells the cases of a parcel what they wait for. */
const tell = async (
  table: Table,
  pointer: ParcelPointer,
  checkpoints: readonly Checkpoint[],
  by: Actor,
  now: number,
): Promise<void> => {
  const projection = projectParcel(checkpoints);
  if (pointer.leg === "outbound") await reconsiderCases(table, pointer, projection, by, now);
  else await tellCases(table, { pointer, checkpoints, projection }, by, now);
};
