import { monotonicFactory } from "ulid";
import { dayMs, hourMs } from "../../domain/calendar.ts";
import { CaseError } from "../../domain/errors.ts";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { findMerchant } from "../../store/catalog.ts";
import { declareExtension, extensionsAtWork, type StoredExtension } from "../../store/clock-extensions.ts";
import { filingDay, longestCaseMs } from "../../store/filed-cases.ts";
import { replyWrites } from "../cases/command.ts";
import { declareExtensionOperation, listExtensionsOperation } from "./operations.ts";

const newExtensionId = monotonicFactory();

/** The moment before which no deadline shall end lies within these days. */
const furthestDeadlineMs = 90 * dayMs;

const viewOf = ({ extension, place, ...rest }: StoredExtension) => ({
  ...rest,
  ...("until" in extension ? { deadline: extension.until } : { hours: extension.byMs / hourMs }),
  status: place ? "extending" : "extended",
});

export const declareExtensionEndpoint = endpoint(
  declareExtensionOperation,
  async ({ caller, body, now, idempotency }, { table }) => {
    const { tenantId } = caller;
    const { scope, from, until, hours, deadline, reason } = body;
    if (until <= now) throw invalidField("/until", "must be in the future");
    if (deadline !== undefined && deadline <= Math.max(from, now)) {
      throw invalidField(
        "/deadline",
        "must be in the future and after from: no wait of the period ends before",
      );
    }
    if (deadline !== undefined && deadline > now + furthestDeadlineMs) {
      throw new CaseError("clock_bound_exceeded", "No deadline is put off further than 90 days from now.", [
        { pointer: "/deadline", detail: "must be within 90 days" },
      ]);
    }
    if ("merchantId" in scope && !(await findMerchant(table, tenantId, scope.merchantId))) {
      throw invalidField("/scope/merchantId", "There is no such merchant.");
    }
    const extension: StoredExtension = {
      tenantId,
      extensionId: newExtensionId(now),
      scope,
      from,
      until,
      extension: deadline === undefined ? { byMs: (hours ?? 0) * hourMs } : { until: deadline },
      reason,
      declaredAt: now,
      step: 0,
      place: { day: filingDay(now - longestCaseMs) },
      extendedCases: 0,
    };
    const reply = { status: 201, body: viewOf(extension) };
    await declareExtension(
      table,
      extension,
      replyWrites(table, declareExtensionOperation, caller, idempotency, reply, now),
    );
    return reply;
  },
);

export const listExtensionsEndpoint = endpoint(
  listExtensionsOperation,
  async ({ caller, now }, { table }) => {
    const extensions = await extensionsAtWork(table, caller.tenantId, now);
    return { status: 200, body: { items: extensions.map(viewOf) } };
  },
);
