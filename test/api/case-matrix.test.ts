import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { previewJudgmentOperation } from "../../functions/api/judgment/operations.ts";
import { answerLabelOperation, getLabelOperation } from "../../functions/api/labels/operations.ts";
import { postMessageOperation } from "../../functions/api/messages/operations.ts";
import { operations } from "../../functions/api/operations.ts";
import { withdrawalBarredBy } from "../../functions/domain/cancellation.ts";
import type { CaseSnapshot, CaseState } from "../../functions/domain/case.ts";
import { type Action, isEnd, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { actionsOf } from "../../functions/domain/permissions.ts";
import { labelIdOf } from "../../functions/domain/return-label.ts";
import type { ThreadAudience } from "../../functions/domain/thread.ts";
import { isIdempotent, type Operation, type Role, roles } from "../../functions/http/operation.ts";
import { casePartition } from "../../functions/store/keys.ts";
import { type Answer, type Claims, claimsOf, createDeployedApi, type TestApi } from "../support/api.ts";
import { arbiter, buyer, day, hour, merchant, operator } from "../support/builders.ts";
import { appeals, escalates, type Move, proposes, rests, wayTo } from "../support/cases.ts";
import { caseInTable, copierOf, fresh, itemsOf, make, standingCase } from "../support/cases-in-table.ts";
import { aPhoto } from "../support/upload-bucket.ts";

/**
 * Who may call what in which stage: every cell of role × route × stage, over HTTP's own stack, through the areas' own
 * handlers. The routes are the operations about one case. What is expected follows from the operation's roles, from the
 * lifecycle's table, and from the rule a row below states where it has one of its own.
 */

/** A case as a row's rule looks at it. */
type Here = CaseSnapshot & {
  /** Of a message that both parties read. */
  readonly messageId: string;
};

/** That a call is taken, or what it is refused with and what the refusal has to say. */
type Expected = "taken" | { readonly problem: string; readonly saying: string };

type Row = {
  readonly operationId: string;
  /** Told apart where one operation has several rows. */
  readonly which?: string;
  /** A sound body. */
  readonly body?: (here: Here) => object;
  /** Where the path names the case otherwise. */
  readonly params?: (state: CaseState) => Readonly<Record<string, string>>;
  /** What else has happened in the stage where the call is taken. */
  readonly given?: (role: Role) => readonly Move[];
  /** Where the call needs a case with another story, in the stages named. */
  readonly ways?: { readonly [stage in Stage]?: readonly Move[] };
  /** What is written lies beside the case, which stays as it is. */
  readonly beside?: true;
  /** How long after the case last changed; an hour if absent. */
  readonly after?: number;
  readonly expected: (here: Here, role: Role) => Expected;
};

const refused = (problem: string, saying: string): Expected => ({ problem, saying });

/** By the lifecycle's table alone. */
const byTable =
  (action: Action): Row["expected"] =>
  ({ state: { stage } }, role) =>
    actionsOf(stage, role).includes(action)
      ? "taken"
      : refused("stage_forbids", `A case in stage ${stage} cannot be answered with ${action} by ${role}`);

const always = (): Expected => "taken";

const takenIf = (holds: boolean, problem: string, saying: string): Expected =>
  holds ? "taken" : refused(problem, saying);

const iso = (at: number): string => new Date(at).toISOString();
const waybill = () => ({ carrier: "kuaidi100", trackingNumber: fresh("SF-MATRIX") });
const text = "The seam is open.";

const movable = ({ state: { stage } }: Here): boolean =>
  lifecycle[stage].wait !== undefined && lifecycle[stage].nextActor !== "operator";
const pausable = (here: Here): boolean =>
  movable(here) && lifecycle[here.state.stage].nextActor !== "carrier";

const pauses: Move = ({ state }) => ({
  command: { type: "PauseClock", until: state.updatedAt + 30 * hour, reason: "other" },
  by: operator,
  at: state.updatedAt + hour,
});
const ordersLabel: Move = ({ state }) => ({
  command: { type: "OrderReturnLabel" },
  by: buyer,
  at: state.updatedAt + hour,
});

const other = (role: Role) => (role === "merchant" ? buyer : merchant);

/** Of a dispute that the merchant has opened, over goods that are not with the buyer any more. */
const objected = [...wayTo.awaiting_objection, escalates(merchant)];
const opened: Row["ways"] = {
  disputed: objected,
  awaiting_ruling: [...objected, rests(buyer), rests(merchant)],
};

/** Of a ruling that the merchant has appealed. */
const appealed: Row["ways"] = {
  disputed: [...wayTo.ruled, appeals(merchant)],
  awaiting_ruling: [...wayTo.ruled, appeals(merchant), rests(buyer)],
};

const messageTo = (audience: ThreadAudience, expected: Row["expected"]): Row => ({
  operationId: "postMessage",
  beside: true,
  which: audience,
  body: () => ({ audience, text }),
  expected,
});

const rows: readonly Row[] = [
  {
    operationId: "cancelCase",
    // Not once the goods have left the buyer, something was sent to it, or money has moved: `cancellation.ts`.
    expected: (here, role) => {
      const barred = withdrawalBarredBy(here);
      return barred === undefined ? byTable("cancel")(here, role) : refused("stage_forbids", barred);
    },
  },
  {
    operationId: "decideCase",
    which: "approve",
    body: () => ({ decision: "approve" }),
    expected: byTable("approve"),
  },
  {
    operationId: "decideCase",
    which: "refuse",
    body: () => ({ decision: "refuse", reason: "evidence_insufficient" }),
    expected: byTable("refuse"),
  },
  {
    operationId: "decideCase",
    which: "counter_offer",
    body: () => ({ decision: "counter_offer", remedy: "refund_only", amountMinor: 38_400 }),
    expected: byTable("counter_offer"),
  },
  {
    operationId: "decideCase",
    which: "resume",
    body: () => ({ decision: "resume" }),
    expected: byTable("resume"),
  },
  {
    operationId: "answerOffer",
    which: "accept",
    body: () => ({ answer: "accept" }),
    expected: byTable("accept_offer"),
  },
  {
    operationId: "answerOffer",
    which: "decline",
    body: () => ({ answer: "decline" }),
    expected: byTable("decline_offer"),
  },
  { operationId: "shipReturn", body: waybill, expected: byTable("ship_return") },
  { operationId: "addReturnShipment", body: waybill, expected: byTable("add_parcel") },
  { operationId: "reportNotReceived", body: () => ({}), expected: byTable("report_not_received") },
  {
    operationId: "inspectReturn",
    body: ({ state }) => ({
      inspectedAt: iso(state.updatedAt),
      lines: [{ lineId: "line-1", receivedQuantity: 1, sameItem: true, flaws: [] }],
    }),
    expected: byTable("inspect"),
  },
  {
    operationId: "changeDisposition",
    body: () => ({ lines: [{ lineId: "line-1", disposition: "SCRAP" }] }),
    // From the inspection to the end of the case.
    expected: ({ state: { stage, reception } }) =>
      takenIf(
        reception === "received" && !isEnd(stage),
        "stage_forbids",
        "between the inspection and the end of the case",
      ),
  },
  { operationId: "orderReturnLabel", expected: byTable("order_label") },
  {
    operationId: "recordRepair",
    which: "repaired",
    body: () => ({ outcome: "repaired" }),
    expected: byTable("repaired"),
  },
  {
    operationId: "recordRepair",
    which: "not_repairable",
    body: () => ({ outcome: "not_repairable" }),
    expected: byTable("not_repairable"),
  },
  { operationId: "shipReplacement", body: waybill, expected: byTable("reship") },
  { operationId: "giveUpReplacement", expected: byTable("cannot_supply") },
  {
    operationId: "answerReplacement",
    which: "confirmed",
    body: () => ({ outcome: "confirmed" }),
    expected: byTable("confirm"),
  },
  {
    operationId: "answerReplacement",
    which: "problem",
    body: () => ({ outcome: "problem", problem: "faulty" }),
    expected: byTable("report_problem"),
  },
  {
    operationId: "pauseClock",
    body: ({ state }) => ({ until: iso(state.updatedAt + 30 * hour), reason: "other" }),
    // A clock of somebody else than the platform; a parcel travels on.
    expected: (here) =>
      takenIf(
        pausable(here),
        "stage_forbids",
        movable(here) ? "A parcel travels on" : `stage ${here.state.stage} has no clock`,
      ),
  },
  {
    operationId: "resumeClock",
    given: () => [pauses],
    // What can be stopped goes on.
    expected: (here) => takenIf(pausable(here), "stage_forbids", "The clock is running"),
  },
  {
    operationId: "extendDeadline",
    body: () => ({ hours: 24, reason: "festival" }),
    // A clock of somebody else than the platform, whoever waits.
    expected: (here) =>
      takenIf(movable(here), "stage_forbids", `stage ${here.state.stage} has no clock that can be moved`),
  },
  { operationId: "openDispute", body: () => ({ text }), expected: byTable("escalate") },
  { operationId: "submitDisputeStatement", body: () => ({ text }), expected: byTable("submit_statement") },
  {
    operationId: "proposeDisputeSettlement",
    body: () => ({ remedy: "refund_only", amountMinor: 30_000 }),
    expected: byTable("propose"),
  },
  {
    operationId: "acceptDisputeProposal",
    body: () => ({ proposal: 1 }),
    given: (role) => [proposes(other(role))],
    expected: byTable("accept_proposal"),
  },
  {
    operationId: "withdrawDispute",
    // By whoever opened it, here a verdict; and by a buyer, since the goods are with it.
    expected: (here, role) => {
      const expected = byTable("withdraw")(here, role);
      return expected === "taken" && role === "merchant"
        ? refused("stage_forbids", "No verdict stands that both would be left with")
        : expected;
    },
  },
  {
    operationId: "withdrawDispute",
    which: "the merchant's",
    ways: opened,
    // By the merchant that opened it, and not by the buyer, whose goods are away.
    expected: (_here, role) =>
      takenIf(role === "merchant", "stage_forbids", "No verdict stands that both would be left with"),
  },
  {
    operationId: "ruleCase",
    body: () => ({
      liability: { merchant: 10_000, platform: 0, carrier: 0, buyer: 0 },
      remedy: "refund_only",
      refundMinor: 64_000,
      freightPayer: "merchant",
      reason: text,
    }),
    expected: byTable("rule"),
  },
  {
    operationId: "appealRuling",
    body: () => ({ text }),
    // Once somebody has ruled.
    expected: (here, role) => {
      const expected = byTable("appeal")(here, role);
      return expected === "taken" && here.state.stage !== "ruled"
        ? refused("stage_forbids", "Nobody has ruled yet")
        : expected;
    },
  },
  {
    operationId: "appealRuling",
    which: "across the merchant's",
    ways: appealed,
    body: () => ({ text }),
    expected: (_here, role) =>
      takenIf(role !== "merchant", "stage_forbids", "The merchant has appealed already"),
  },
  { operationId: "acceptRuling", expected: byTable("waive_appeal") },
  { operationId: "assignDispute", body: () => ({}), expected: byTable("assign") },
  {
    operationId: "announceEvidence",
    beside: true,
    body: () => aPhoto(fresh("photo")),
    // Until the case is decided; of the warehouse, only while there is something that comes back.
    expected: ({ state: { stage, reception } }, role) => {
      if (isEnd(stage) || stage === "settling") {
        return refused("stage_forbids", `A case in stage ${stage} takes no more evidence`);
      }
      const comesBack = ["in_transit", "delivered", "received"].includes(reception);
      return takenIf(
        role !== "warehouse" || comesBack,
        "stage_forbids",
        "nothing of this case is on its way",
      );
    },
  },
  // Whoever writes reads it as well; for a week after the end too.
  messageTo("parties", always),
  messageTo("buyer_and_platform", (_here, role) =>
    takenIf(role !== "merchant", "audience_forbidden", "The merchant does not read"),
  ),
  messageTo("merchant_and_platform", (_here, role) =>
    takenIf(role === "merchant" || role === "operator", "audience_forbidden", "The buyer does not read"),
  ),
  {
    ...messageTo("parties", ({ state: { stage } }) =>
      takenIf(!isEnd(stage), "thread_closed", "ended more than seven days ago"),
    ),
    which: "parties, later",
    after: 8 * day,
  },
  // What a reader may read it may have read, whatever has become of the case.
  {
    operationId: "markMessagesRead",
    beside: true,
    body: ({ messageId }) => ({ upTo: messageId }),
    expected: always,
  },
  // A case that was never disputed has no dispute.
  ...["getCaseDispute", "getDispute"].map(
    (operationId): Row => ({
      operationId,
      expected: ({ dispute }) => takenIf(dispute !== undefined, "not_found", "There is no such dispute"),
    }),
  ),
  {
    operationId: previewJudgmentOperation.operationId,
    params: () => ({}),
    body: ({ state }) => ({ caseId: state.caseId }),
    // It only asks.
    expected: always,
  },
  // A case has a label from when one was ordered, which is while its goods are to be sent.
  ...[
    { operationId: getLabelOperation.operationId },
    {
      operationId: answerLabelOperation.operationId,
      body: () => ({ result: "failed", reason: "no courier today" }),
    },
  ].map(
    (row): Row => ({
      ...row,
      params: ({ caseId }) => ({ labelId: labelIdOf(caseId) }),
      given: () => [ordersLabel],
      expected: ({ state: { stage } }) =>
        takenIf(stage === "awaiting_shipment", "not_found", "There is no such label"),
    }),
  ),
];

/** Operations about one case whose path names it otherwise, or not at all. */
const besides: readonly Operation[] = [previewJudgmentOperation, getLabelOperation, answerLabelOperation];

const aboutCase = operations.filter(
  (operation) => operation.path.includes("{caseId}") || besides.includes(operation),
);

/** A question without a rule of its own is answered in every stage; a command has to have one. */
const rowsOf = ({ operationId, method }: Operation): readonly Row[] => {
  const own = rows.filter((row) => row.operationId === operationId);
  return own.length === 0 && method === "GET" ? [{ operationId, expected: always }] : own;
};

const nameOf = ({ operationId, which }: Row): string =>
  which === undefined ? operationId : `${operationId} (${which})`;

const everyRow = aboutCase.flatMap(rowsOf);

let api: TestApi;

const identified: { readonly [role in Role]?: string } = { buyer: buyer.id, merchant: merchant.id };
/** An operator's token names a person, since nobody else may rule. */
const claimsFor = (role: Role, tenant = "tenant-1", subject = identified[role]): Claims => ({
  ...claimsOf(role, tenant, subject),
  ...(role === "operator" ? { operatorId: arbiter.id } : {}),
});

/** A case that nobody changes, a copy to which anybody may add what lies beside it, and copies for the rest. */
type Standing = {
  readonly here: Here;
  readonly shared: CaseState;
  readonly copy: () => Promise<CaseState>;
};

const stand = async (history: Stage | readonly Move[]): Promise<Standing> => {
  const { table } = api;
  const state = await caseInTable(table, history);
  vi.setSystemTime(state.updatedAt);
  const { body } = await api.call(postMessageOperation, {
    claims: claimsFor("buyer"),
    params: { caseId: state.caseId },
    body: { audience: "parties", text },
    idempotencyKey: fresh("key"),
  });
  const here = { ...(await standingCase(table, state)), messageId: body.messageId };
  const copy = await copierOf(table, state);
  return { here, shared: await copy(), copy };
};

const standings = new Map<Stage | readonly Move[], Standing>();
let counted = 0;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  api = await createDeployedApi(aboutCase.map(({ area }) => area));
  const ways = rows.flatMap((row) => Object.values(row.ways ?? {}));
  for (const history of [...stages, ...ways]) standings.set(history, await stand(history));
});
afterAll(async () => {
  vi.useRealTimers();
  await api?.close();
  const size = `${aboutCase.length} routes in ${everyRow.length} rows × ${roles.length} roles × ${stages.length} stages`;
  console.info(`case matrix: ${size}: ${counted} cells`);
});

/** One row as one role meets it in one stage. */
type Cell = {
  readonly operation: Operation;
  readonly row: Row;
  readonly role: Role;
  readonly standing: Standing;
  readonly expected: Expected;
};

const cellsOf = (operation: Operation, stage: Stage): readonly Cell[] =>
  rowsOf(operation).flatMap((row) => {
    const history = row.ways ? row.ways[stage] : stage;
    const standing = history && standings.get(history);
    if (!standing) return [];
    return roles.map((role) => ({
      operation,
      row,
      role,
      standing,
      expected: operation.roles.includes(role)
        ? row.expected(standing.here, role)
        : refused("role_forbidden", `This is not for the role ${role}.`),
    }));
  });

const changesSomething = ({ operation, row, expected }: Cell): boolean =>
  expected === "taken" && (row.given !== undefined || (operation.method !== "GET" && !operation.readOnly));

/** A copy of the case, with what has to have happened before the call is taken. */
const prepared = async ({ row, role, standing }: Cell): Promise<Here> => {
  let state = row.beside ? standing.shared : await standing.copy();
  for (const move of row.given?.(role) ?? []) state = await make(api.table, state, move);
  return { ...standing.here, state };
};

const call = (
  { operation, row, role }: Cell,
  here: Here,
  { claims = claimsFor(role), idempotencyKey = "refused" } = {},
): Promise<Answer> => {
  const { state } = here;
  vi.setSystemTime(state.updatedAt + (row.after ?? hour));
  const body = row.body?.(here);
  return api.call(operation, {
    claims,
    params: row.params?.(state) ?? { caseId: state.caseId },
    ...(body ? { body } : {}),
    ...(isIdempotent(operation) ? { idempotencyKey } : {}),
  });
};

const inWords = (expected: Expected): string =>
  expected === "taken" ? expected : `${expected.problem}: ${expected.saying}`;

/** An answer in the words of what was expected, or else in its own. */
const told = ({ operation, expected }: Cell, { status, body }: Answer): string => {
  if (status in operation.replies) return "taken";
  const { type, detail } = body;
  const fits = expected !== "taken" && detail.includes(expected.saying);
  return `${type.replace("/problems/", "")}: ${fits ? expected.saying : detail}`;
};

const partition = <Each>(all: readonly Each[], holds: (each: Each) => boolean) =>
  [all.filter(holds), all.filter((each) => !holds(each))] as const;

const itemsOn = ({ state: { tenantId, caseId } }: Here) =>
  itemsOf(api.table, casePartition(tenantId, caseId));

it("has a row for every command about a case, and none about anything else", () => {
  const known = aboutCase.map(({ operationId }) => operationId);
  const missing = aboutCase.filter((operation) => rowsOf(operation).length === 0);
  expect(missing.map(({ operationId }) => operationId)).toEqual([]);
  expect(rows.map(({ operationId }) => operationId).filter((each) => !known.includes(each))).toEqual([]);
  expect(new Set(everyRow.map(nameOf)).size).toBe(everyRow.length);
});

describe("a case", () => {
  it.each(stages)(
    "in %s takes what it should from each role, and is as it was after the rest",
    async (stage) => {
      const cells = aboutCase.flatMap((operation) => cellsOf(operation, stage));
      const untouched = [...new Set(cells.map(({ standing }) => standing.here))];
      const before = await Promise.all(untouched.map(itemsOn));
      const answers = new Map<Cell, string>();
      const ask = async (cell: Cell, here: Here, idempotencyKey: string): Promise<void> => {
        answers.set(cell, told(cell, await call(cell, here, { idempotencyKey })));
      };
      const [changing, others] = partition(cells, changesSomething);
      await Promise.all(others.map((cell) => ask(cell, cell.standing.here, "refused")));
      const after = await Promise.all(untouched.map(itemsOn));

      const [beside, alone] = partition(changing, ({ row }) => row.beside === true);
      const asked = alone.map(async (cell) => ask(cell, await prepared(cell), fresh("key")));
      for (const cell of beside) await ask(cell, await prepared(cell), fresh("key"));
      await Promise.all(asked);

      const named = ({ row, role }: Cell) => `${nameOf(row)} by ${role}`;
      expect(Object.fromEntries(cells.map((cell) => [named(cell), answers.get(cell)]))).toEqual(
        Object.fromEntries(cells.map((cell) => [named(cell), inWords(cell.expected)])),
      );
      expect(after).toEqual(before);
      counted += cells.length;
    },
  );
});

/** Whoever has the role with another platform, and another buyer or merchant of the same. */
const strangersTo = (role: Role): readonly Claims[] => [
  claimsFor(role, "tenant-2"),
  ...(identified[role] === undefined ? [] : [claimsFor(role, "tenant-1", `${role}-2`)]),
];

describe("somebody else's case", () => {
  it.each(aboutCase.map((operation) => [operation.operationId, operation] as const))(
    "is answered by %s like none",
    async (_name, operation) => {
      const cells = stages.flatMap((stage) => cellsOf(operation, stage));
      for (const role of roles.filter((one) => operation.roles.includes(one))) {
        const cell = cells.find((each) => each.role === role && each.expected === "taken");
        if (!cell) throw new RangeError(`${operation.operationId} is taken from no ${role}`);
        const here = cell.row.given ? await prepared(cell) : cell.standing.here;
        const nowhere = { ...here, state: { ...here.state, caseId: "nowhere" } };
        const before = await itemsOn(here);
        for (const claims of strangersTo(role)) {
          const answer = await call(cell, here, { claims });
          expect(answer.status).toBe(404);
          expect(answer).toEqual(await call(cell, nowhere, { claims }));
        }
        expect(await itemsOn(here)).toEqual(before);
      }
    },
  );
});
