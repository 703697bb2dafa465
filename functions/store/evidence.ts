import type { CaseState } from "../domain/case.ts";
import { InvariantViolation } from "../domain/errors.ts";
import { type Evidence, type EvidenceCounts, type FoundFile, isAnnounced } from "../domain/evidence.ts";
import { announcementWrite, arrivalWrite, fileConflict } from "./arrival.ts";
import { besideRecordWrite } from "./beside-record.ts";
import type { CaseReference } from "./cases.ts";
import { casePartition, caseStateKey, evidenceKey, evidencePrefix, evidenceTallyKey } from "./keys.ts";
import { retryRaces } from "./retry.ts";
import {
  Conflict,
  getItem,
  getItems,
  queryAll,
  type Table,
  transact,
  type Write,
  withoutKeys,
} from "./table.ts";

/** Everything that was announced for a case, and the version of the tally by which the next one is written. */
export type EvidenceOnFile = { readonly files: readonly Evidence[]; readonly tallyVersion: number };

type Tally = { readonly caseId: string; readonly version: number; readonly counts: EvidenceCounts };

/** What was announced and what has arrived, the oldest first. */
export const loadEvidence = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<EvidenceOnFile> => {
  const items = await queryAll<(Evidence | Tally) & { readonly SK: string }>(table, {
    KeyConditionExpression: "PK = :case AND begins_with(SK, :evidence)",
    ExpressionAttributeValues: { ":case": casePartition(tenantId, caseId), ":evidence": evidencePrefix },
  });
  const tally = items.find((item): item is Tally & { SK: string } => item.SK === evidencePrefix);
  const files = items.filter((item): item is Evidence & { SK: string } => item.SK !== evidencePrefix);
  return { files: files.map(withoutKeys), tallyVersion: tally?.version ?? 0 };
};

/** How much evidence has arrived for each of up to 100 cases; a case without any is not among them. */
export const evidenceCounts = async (
  table: Table,
  tenantId: string,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, EvidenceCounts>> => {
  if (caseIds.length === 0) return new Map();
  const tallies = await getItems<Tally>(
    table,
    caseIds.map((caseId) => evidenceTallyKey(tenantId, caseId)),
  );
  return new Map(tallies.map(({ caseId, counts }) => [caseId, counts]));
};

/** How much evidence has arrived for one case; nothing if none was ever announced. */
export const evidenceCountsOf = async (
  table: Table,
  { tenantId, caseId }: CaseReference,
): Promise<EvidenceCounts | undefined> =>
  (await getItem<Tally>(table, evidenceTallyKey(tenantId, caseId)))?.counts;

/** The writes that announce a file. They lose against another announcement since the tally was read. */
export const announcementWrites = (
  table: Table,
  { tenantId, caseId }: CaseReference,
  announced: Evidence,
  tallyVersion: number,
): readonly Write[] => [
  announcementWrite(table, evidenceKey(tenantId, caseId, announced.evidenceId), announced),
  {
    conflict: "evidence",
    item: {
      Update: {
        TableName: table.name,
        Key: evidenceTallyKey(tenantId, caseId),
        UpdateExpression: "SET version = :next, caseId = :case, #counts = if_not_exists(#counts, :none)",
        ConditionExpression: tallyVersion === 0 ? "attribute_not_exists(PK)" : "version = :read",
        ExpressionAttributeNames: { "#counts": "counts" },
        ExpressionAttributeValues: {
          ":next": tallyVersion + 1,
          ":case": caseId,
          ":none": {},
          ...(tallyVersion === 0 ? {} : { ":read": tallyVersion }),
        },
      },
    },
  },
];

/**
 * Makes an announced file evidence, now that it is there; once, however often its arrival is told. It was admitted
 * when it was announced, so it counts even if the case has ended on its way; it then changes nothing.
 *
 * @throws InvariantViolation if it was never announced, or if it is another file than the one that was
 */
export const keepArrivedEvidence = async (
  table: Table,
  { tenantId, caseId, fileId: evidenceId }: CaseReference & { readonly fileId: string },
  found: FoundFile,
  at: number,
): Promise<void> => {
  const key = evidenceKey(tenantId, caseId, evidenceId);
  const [evidence, state] = await Promise.all([
    getItem<Evidence>(table, key),
    getItem<CaseState>(table, caseStateKey(tenantId, caseId)),
  ]);
  if (!evidence || !state)
    throw new InvariantViolation(`nobody announced evidence ${evidenceId} of ${caseId}`);
  if (evidence.arrivedAt !== undefined) return;
  if (!isAnnounced(evidence, found)) {
    throw new InvariantViolation(
      `what came as evidence ${evidenceId} of ${caseId} is not what was announced`,
    );
  }
  const keep = () =>
    transact(table, [
      arrivalWrite(table, key, at),
      {
        conflict: "tally",
        item: {
          Update: {
            TableName: table.name,
            Key: evidenceTallyKey(tenantId, caseId),
            UpdateExpression: "ADD #counts.#counted :one",
            ConditionExpression: "attribute_exists(PK)",
            ExpressionAttributeNames: {
              "#counts": "counts",
              "#counted": `${evidence.side}_${evidence.kind}`,
            },
            ExpressionAttributeValues: { ":one": 1 },
          },
        },
      },
      besideRecordWrite(table, state, evidenceId, {
        type: "EvidenceAdded",
        at,
        by: evidence.by,
        payload: { side: evidence.side, kind: evidence.kind },
      }),
    ]);
  try {
    // Files that arrive together meet on the tally.
    await retryRaces(keep, ({ conflicts }) => conflicts.every((conflict) => conflict === "transaction"));
  } catch (error) {
    if (error instanceof Conflict && error.conflicts.includes(fileConflict)) return;
    throw error;
  }
};
