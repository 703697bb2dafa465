import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { cancelCaseEndpoint } from "../../functions/api/cases/cancel-case.ts";
import { getNotificationsEndpoint } from "../../functions/api/cases/notifications.ts";
import { getCaseEndpoint } from "../../functions/api/cases/read-case.ts";
import { getTimelineEndpoint } from "../../functions/api/cases/timeline.ts";
import {
  extendDeadlineEndpoint,
  pauseClockEndpoint,
  resumeClockEndpoint,
} from "../../functions/api/clocks/move-clock.ts";
import { answerOfferEndpoint } from "../../functions/api/desk/answer-offer.ts";
import { decideCaseEndpoint } from "../../functions/api/desk/decide-case.ts";
import { listVerdictsEndpoint } from "../../functions/api/judgment/list-verdicts.ts";
import { inspectReturnEndpoint } from "../../functions/api/logistics/inspect-return.ts";
import { shipReturnEndpoint } from "../../functions/api/logistics/ship-return.ts";
import { getSettlementEndpoint } from "../../functions/api/settlement/get-settlement.ts";
import type { CaseState } from "../../functions/domain/case.ts";
import { type Action, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { actionsOf } from "../../functions/domain/permissions.ts";
import type { Endpoint } from "../../functions/http/endpoint.ts";
import { type Operation, type Role, roles } from "../../functions/http/operation.ts";
import { claimsOf, createTestApi, type TestApi } from "../support/api.ts";
import { buyer, hour, merchant } from "../support/builders.ts";
import { caseInTable, fresh } from "../support/cases-in-table.ts";

/**
 * Who may call what in which stage: every cell of role × route × stage, over HTTP's own stack. What is expected follows
 * from the operation's roles and from the lifecycle's table, and from nothing else.
 */

const endpoints: readonly Endpoint[] = [
  getCaseEndpoint,
  getTimelineEndpoint,
  getNotificationsEndpoint,
  getSettlementEndpoint,
  listVerdictsEndpoint,
  cancelCaseEndpoint,
  decideCaseEndpoint,
  answerOfferEndpoint,
  shipReturnEndpoint,
  inspectReturnEndpoint,
  pauseClockEndpoint,
  resumeClockEndpoint,
  extendDeadlineEndpoint,
];

/** A command, and in which stages whose call of it is taken. */
type Command = {
  readonly operationId: string;
  readonly body?: (state: CaseState) => object;
  readonly taken: (stage: Stage, role: Role) => boolean;
};

const byTable =
  (action: Action) =>
  (stage: Stage, role: Role): boolean =>
    actionsOf(stage, role).includes(action);
const hasClock = (stage: Stage): boolean =>
  lifecycle[stage].wait !== undefined && lifecycle[stage].nextActor !== "operator";
const iso = (at: number): string => new Date(at).toISOString();

const commands: readonly Command[] = [
  { operationId: "cancelCase", taken: byTable("cancel") },
  { operationId: "decideCase", body: () => ({ decision: "approve" }), taken: byTable("approve") },
  { operationId: "decideCase", body: () => ({ decision: "resume" }), taken: byTable("resume") },
  { operationId: "answerOffer", body: () => ({ answer: "accept" }), taken: byTable("accept_offer") },
  { operationId: "answerOffer", body: () => ({ answer: "decline" }), taken: byTable("decline_offer") },
  {
    operationId: "shipReturn",
    body: () => ({ carrier: "kuaidi100", trackingNumber: fresh("SF-matrix") }),
    taken: byTable("ship_return"),
  },
  {
    operationId: "inspectReturn",
    body: (state) => ({
      inspectedAt: iso(state.updatedAt),
      lines: [{ lineId: "line-1", receivedQuantity: 1, sameItem: true, flaws: [] }],
    }),
    taken: byTable("inspect"),
  },
  {
    operationId: "pauseClock",
    body: (state) => ({ until: iso(state.updatedAt + 30 * hour), reason: "other" }),
    taken: (stage) => hasClock(stage) && lifecycle[stage].nextActor !== "carrier",
  },
  { operationId: "resumeClock", taken: () => false },
  {
    operationId: "extendDeadline",
    body: () => ({ hours: 24, reason: "festival" }),
    taken: hasClock,
  },
];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi(endpoints);
});
afterAll(() => api.close());
afterEach(() => vi.useRealTimers());

const subjectOf: { readonly [role in Role]?: string } = { buyer: buyer.id, merchant: merchant.id };
const call = async (operation: Operation, role: Role, state: CaseState, body?: object) => {
  vi.useFakeTimers({ now: state.updatedAt + hour, toFake: ["Date"] });
  const { status, body: answered } = await api.call(operation, {
    claims: claimsOf(role, "tenant-1", subjectOf[role]),
    params: { caseId: state.caseId },
    ...(body ? { body } : {}),
    ...(operation.method === "POST" ? { idempotencyKey: fresh("key") } : {}),
  });
  return status < 300 ? String(status) : String(answered.type).split("/").at(-1);
};

const operations = endpoints.map(({ operation }) => operation);
const asked = operations.filter(({ method }) => method === "GET");
const told = operations.filter(({ method }) => method === "POST");

it("has a row for every command among its routes", () => {
  const named = new Set(commands.map(({ operationId }) => operationId));
  expect(told.map(({ operationId }) => operationId).filter((id) => !named.has(id))).toEqual([]);
});

describe("a case", () => {
  it.each(stages)("in %s is read by the roles of each route, and by no other", async (stage) => {
    const state = await caseInTable(api.table, stage);
    for (const operation of asked) {
      for (const role of roles) {
        const expected = operation.roles.includes(role) ? "200" : "role_forbidden";
        expect([operation.operationId, role, await call(operation, role, state)]).toEqual([
          operation.operationId,
          role,
          expected,
        ]);
      }
    }
  });

  it.each(stages)("in %s takes the commands of its table from its roles, and no other", async (stage) => {
    const untouched = await caseInTable(api.table, stage);
    for (const { operationId, body, taken } of commands) {
      const operation = told.find((each) => each.operationId === operationId);
      if (!operation) throw new RangeError(`${operationId} has no route here`);
      for (const role of roles) {
        const mayCall = operation.roles.includes(role);
        const taking = mayCall && taken(stage, role);
        const state = taking ? await caseInTable(api.table, stage) : untouched;
        const expected = !mayCall ? "role_forbidden" : taking ? "200" : "stage_forbids";
        expect([operationId, role, await call(operation, role, state, body?.(state))]).toEqual([
          operationId,
          role,
          expected,
        ]);
      }
    }
  });
});
