import { dayMs } from "../domain/calendar.ts";
import type { Actor } from "../domain/case.ts";
import type { ClockExtension } from "../domain/clock-extension.ts";
import { clockExtensionEventKey, clockExtensionKey, clockExtensionsPartition, type Key } from "./keys.ts";
import { putOnce, putWrite, queryAll, type Table, transact, type Write, withoutKeys } from "./table.ts";

/**
 * Extensions of many cases. One that is declared is worked through from the log of filed cases, a stretch at a
 * time; each stretch is written down together with the event that brings the next one, so a worker that is cut off
 * or runs twice neither leaves out a case nor the rest.
 */

/** Where the work is: the day of filing, and behind which case of it. */
export type Place = { readonly day: string; readonly afterCaseId?: string };

export type StoredExtension = ClockExtension & {
  readonly tenantId: string;
  /** How many stretches have been done. */
  readonly step: number;
  /** Absent once every case has been looked at. */
  readonly place?: Place;
  readonly extendedCases: number;
};

/** What is told of an extension; the relay publishes it. */
export type ClockExtensionRecord = {
  readonly tenantId: string;
  readonly extensionId: string;
  readonly announcements: readonly {
    readonly eventId: string;
    readonly type: "ClockExtensionDeclared" | "ClockExtensionContinued";
    readonly at: number;
    readonly by: Actor;
    readonly payload: Record<string, never>;
  }[];
};

/** The label under which a stretch that somebody else has written down is reported. */
export const stepConflict = "step";

const worker: Actor = { role: "system", id: "clock-extension" };

const itemOf = (extension: StoredExtension): Record<string, unknown> => ({
  ...clockExtensionKey(extension.tenantId, extension.until, extension.extensionId),
  ...extension,
});

const recordWrite = (table: Table, { tenantId, extensionId, step }: StoredExtension, at: number): Write => {
  const type = step === 0 ? "ClockExtensionDeclared" : "ClockExtensionContinued";
  const record: ClockExtensionRecord = {
    tenantId,
    extensionId,
    announcements: [{ eventId: `${extensionId}.${step}`, type, at, by: worker, payload: {} }],
  };
  return putOnce(table, stepConflict, { ...clockExtensionEventKey(tenantId, extensionId, step), ...record });
};

/** Declares an extension, and brings its worker. */
export const declareExtension = (
  table: Table,
  extension: StoredExtension,
  extra: readonly Write[],
): Promise<void> =>
  transact(table, [
    putOnce(table, stepConflict, itemOf(extension)),
    recordWrite(table, extension, extension.declaredAt),
    ...extra,
  ]);

/**
 * Writes down a stretch of work; while there is more, with the event that brings it.
 *
 * @throws Conflict if somebody else has written the same stretch down
 */
export const finishStretch = (table: Table, after: StoredExtension, at: number): Promise<void> =>
  transact(table, [
    putWrite(table, stepConflict, {
      Item: itemOf(after),
      ConditionExpression: "step = :before",
      ExpressionAttributeValues: { ":before": after.step - 1 },
    }),
    ...(after.place ? [recordWrite(table, after, at)] : []),
  ]);

/** How long the work on an extension may take beyond its period; any platform's cases are walked in hours. */
const longestWorkMs = 7 * dayMs;

/** A tenant's extensions that may still be due to a wait: their period runs, or their cases are still walked. */
export const extensionsAtWork = (
  table: Table,
  tenantId: string,
  now: number,
): Promise<readonly StoredExtension[]> => extensionsEndingAfter(table, tenantId, now - longestWorkMs);

/** A tenant's extensions whose period ends after a moment, in that order: few. */
export const extensionsEndingAfter = async (
  table: Table,
  tenantId: string,
  at: number,
): Promise<readonly StoredExtension[]> => {
  const stored = await queryAll<StoredExtension & Key>(table, {
    KeyConditionExpression: "PK = :extensions AND SK > :at",
    ExpressionAttributeValues: {
      ":extensions": clockExtensionsPartition(tenantId),
      ":at": clockExtensionKey(tenantId, at, "~").SK,
    },
  });
  return stored.map(withoutKeys);
};
