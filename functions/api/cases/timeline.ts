import type { Announcement, AnnouncementPayload } from "../../domain/announcement.ts";
import { mayReadEvidence } from "../../domain/evidence.ts";
import { readAudiences } from "../../domain/thread.ts";
import { endpoint } from "../../http/endpoint.ts";
import type { Role } from "../../http/operation.ts";
import { type CaseRecord, caseRecords, type StoredRecord } from "../../store/cases.ts";
import { getTimelineOperation } from "./operations.ts";
import { requireCaseState } from "./visible-case.ts";

/**
 * Which rule judged and who answers is said to a party by the case, as far as it is for it. The timeline
 * says that the case was judged, and the route it took. The platform's fee is the merchant's business.
 */
const payloadFor = (role: Role, payload: AnnouncementPayload): AnnouncementPayload => {
  if (role === "partner" || role === "operator") return payload;
  const { rule: _rule, liability: _liability, feeMinor, ...rest } = payload;
  return role === "merchant" && feeMinor !== undefined ? { ...rest, feeMinor } : rest;
};

/** A transaction may hold several entries; a page may end between them. */
type Place = { readonly record: string; readonly index: number };

/**
 * What happened beside the case is told to those who may see the file or read the message, and what becomes of goods
 * that came back to all but the buyer.
 */
const isFor = (role: Role, { payload: { side, audience, disposition } }: Announcement): boolean =>
  (disposition === undefined || role !== "buyer") &&
  (side === undefined || mayReadEvidence(role, side)) &&
  (audience === undefined || readAudiences(role).includes(audience));

/** What a merchant writes is for the buyer as well; what an operator writes is the platform's. */
const noteFor = (role: Role, { note, announcements }: CaseRecord): { readonly note?: string } => {
  if (note === undefined || role === "warehouse") return {};
  const readsAll = role === "partner" || role === "operator";
  return readsAll || announcements[0]?.by.role === "merchant" ? { note } : {};
};

const entriesFor = (role: Role) => (found: StoredRecord) => {
  const { announcements, stage, SK: record } = found;
  return announcements
    .map((announcement, index) => ({
      place: { record, index },
      ...announcement,
      ...(index === 0 ? noteFor(role, found) : {}),
      stage,
    }))
    .filter((entry) => isFor(role, entry))
    .map((entry) => ({ ...entry, payload: payloadFor(role, entry.payload) }));
};

const isFrom =
  (start: Place | undefined) =>
  ({ place }: { readonly place: Place }): boolean =>
    start === undefined || place.record !== start.record || place.index >= start.index;

export const getTimelineEndpoint = endpoint(
  getTimelineOperation,
  async ({ caller, params, query }, { table, cursors }) => {
    const { caseId } = await requireCaseState(table, caller, params.caseId);
    const scope = `${caller.tenantId}/getCaseTimeline/${caseId}`;
    const start =
      query.cursor === undefined ? undefined : (cursors.verify(scope, query.cursor) as unknown as Place);
    const reference = { tenantId: caller.tenantId, caseId };
    // One record more than asked for tells whether there is another page.
    const records = await caseRecords(table, reference, start?.record ?? 1, query.limit + 1);
    const following = records[query.limit];
    const entries = records.slice(0, query.limit).flatMap(entriesFor(caller.role)).filter(isFrom(start));
    const next = entries[query.limit]?.place ?? (following && { record: following.SK, index: 0 });
    return {
      status: 200,
      body: {
        items: entries.slice(0, query.limit),
        ...(next ? { nextCursor: cursors.sign(scope, next) } : {}),
      },
    };
  },
);
