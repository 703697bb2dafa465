import type { AnnouncementPayload } from "../../domain/announcement.ts";
import type { CaseState } from "../../domain/case.ts";
import { type Caller, endpoint } from "../../http/endpoint.ts";
import type { Role } from "../../http/operation.ts";
import { notFound } from "../../http/problem.ts";
import { type CaseRecord, caseRecords, findCaseStates } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { requireVisible } from "./access.ts";
import { getTimelineOperation } from "./operations.ts";

/** The state of a case the caller may see. */
export const requireCaseState = async (table: Table, caller: Caller, caseId: string): Promise<CaseState> => {
  const [state] = await findCaseStates(table, caller.tenantId, [caseId]);
  if (!state) throw notFound("case");
  requireVisible(caller, state);
  return state;
};

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
type Place = { readonly version: number; readonly index: number };

const entriesFor =
  (role: Role) =>
  ({ announcements, stage, version }: CaseRecord) =>
    announcements.map((announcement, index) => ({
      place: { version, index },
      ...announcement,
      payload: payloadFor(role, announcement.payload),
      stage,
    }));

const isFrom =
  (start: Place) =>
  ({ place }: { readonly place: Place }): boolean =>
    place.version > start.version || place.index >= start.index;

export const getTimelineEndpoint = endpoint(
  getTimelineOperation,
  async ({ caller, params, query }, { table, cursors }) => {
    const { caseId } = await requireCaseState(table, caller, params.caseId);
    const scope = `${caller.tenantId}/getCaseTimeline/${caseId}`;
    const start =
      query.cursor === undefined
        ? { version: 1, index: 0 }
        : (cursors.verify(scope, query.cursor) as unknown as Place);
    const reference = { tenantId: caller.tenantId, caseId };
    // One record more than asked for tells whether there is another page.
    const records = await caseRecords(table, reference, start.version, query.limit + 1);
    const entries = records.flatMap(entriesFor(caller.role)).filter(isFrom(start));
    const next = entries[query.limit]?.place;
    return {
      status: 200,
      body: {
        items: entries.slice(0, query.limit),
        ...(next ? { nextCursor: cursors.sign(scope, next) } : {}),
      },
    };
  },
);
