import type { CaseState } from "../../domain/case.ts";
import { decideDesk } from "../../domain/decide-case.ts";
import type { FieldError } from "../../domain/errors.ts";
import { applyEvents } from "../../domain/evolve-case.ts";
import { type Caller, endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem, problemOf, problems } from "../../http/problem.ts";
import { doneRowWrite, findDoneRow, findDoneRows } from "../../store/bulk-rows.ts";
import { type CaseReference, changeCase, loadCase } from "../../store/cases.ts";
import type { IdempotentRequest } from "../../store/idempotency.ts";
import { type Table, transact } from "../../store/table.ts";
import { actorOf, requireVersion, requireVisible } from "../cases/access.ts";
import { receiptOf, replyWrites } from "../cases/command.ts";
import { commandOf } from "./decision-forms.ts";
import { decideCasesOperation } from "./operations.ts";
import { requireMerchantFiles } from "./shown-files.ts";

/**
 * Many decisions in one request, each on its own: what becomes of one is nothing to another. A row is decided in the
 * transaction that also says that this request has done it, so that a repetition after any crash finds its own work
 * done and not a conflict.
 */

type Bulk = Request<typeof decideCasesOperation>;
type Row = Bulk["body"]["decisions"][number];
type Receipt = ReturnType<typeof receiptOf>;

/** Every row is a read and a transaction of some 30 ms; more at once would only throttle the table's partition. */
const rowsAtOnce = 8;

export const decideCasesEndpoint = endpoint(decideCasesOperation, async (request, { table }) => {
  const { caller, params, body, now, idempotency } = request;
  if (caller.merchantId !== params.merchantId) throw notFound("merchant");
  const done = await doneBefore(table, request);
  const broken: unknown[] = [];
  let busy = false;
  const rows = await inTurns(body.decisions, rowsAtOnce, async (row, index) => {
    try {
      requireFirst(body.decisions, index);
      const earlier = done.get(row.caseId);
      if (earlier) return decided(row, earlier);
      return body.dryRun
        ? wouldBe(row, await tryRow(table, request, row))
        : await decideRow(table, request, row);
    } catch (error) {
      const { name } = problemOf(error);
      if (name === "internal") broken.push(error);
      busy ||= name === "busy";
      return failed(row, index, error);
    }
  });
  // Nobody knows what became of such a row: the others are finished, nothing is answered, and a repetition goes on.
  if (broken.length > 0) throw broken[0];
  const count = (outcome: (typeof rows)[number]["outcome"]): number =>
    rows.filter((row) => row.outcome === outcome).length;
  const reply = {
    status: 200,
    body: {
      dryRun: body.dryRun,
      decided: count("decided"),
      wouldBeDecided: count("would_be_decided"),
      failed: count("failed"),
      rows,
    },
  };
  // A row that is to be sent again is tried again under this key, so the answer is not the last one.
  if (!body.dryRun && !busy) {
    await transact(table, replyWrites(table, decideCasesOperation, caller, idempotency, reply, now));
  }
  return reply;
});

/** @throws Problem `idempotency_key_reused` if the rows of another request stand under this one's key */
const doneBefore = async (
  table: Table,
  { caller, idempotency, body }: Bulk,
): Promise<ReadonlyMap<string, Receipt>> => {
  if (!idempotency || body.dryRun) return new Map();
  const rows = await findDoneRows<Receipt>(table, caller.tenantId, actorOf(caller), idempotency);
  if (rows.some(({ requestHash }) => requestHash !== idempotency.requestHash)) {
    throw new Problem("idempotency_key_reused", "Use a fresh Idempotency-Key for another request.");
  }
  return new Map(rows.map(({ caseId, receipt }) => [caseId, receipt]));
};

/** @throws Problem `invalid_request` for a case that an earlier row decides */
const requireFirst = (rows: readonly Row[], index: number): void => {
  const first = rows.findIndex(({ caseId }) => caseId === rows[index]?.caseId);
  if (first !== index) throw invalidField("/caseId", `is decided by row ${first} of this request`);
};

const referenceOf = ({ caller }: Bulk, { caseId }: Row): CaseReference => ({
  tenantId: caller.tenantId,
  caseId,
});

const requireMine = (caller: Caller, row: Row, state: CaseState): void => {
  requireVisible(caller, state);
  requireVersion(row.version, state);
};

const checked = async (table: Table, row: Row, state: CaseState) => {
  const command = commandOf(row);
  if (command.type === "RefuseCase") await requireMerchantFiles(table, state, command.evidenceIds ?? []);
  return command;
};

const decideRow = async (table: Table, request: Bulk, row: Row) => {
  const { caller, now, idempotency } = request;
  const by = actorOf(caller);
  try {
    const changed = await changeCase(table, referenceOf(request, row), {
      decide: decideDesk,
      by,
      now,
      precondition: ({ state }) => requireMine(caller, row, state),
      command: ({ state }) => checked(table, row, state),
      extra: (after) =>
        idempotency ? [doneRowWrite(table, caller.tenantId, by, idempotency, doneAs(after), now)] : [],
    });
    if (!changed) throw notFound("case");
    return decided(row, receiptOf(changed.after));
  } catch (error) {
    const mine = idempotency && (await doneMeanwhile(table, request, idempotency, row));
    if (mine) return decided(row, mine);
    throw error;
  }
};

const doneAs = (after: CaseState) => ({ caseId: after.caseId, receipt: receiptOf(after) });

/** The same request may be running twice, and the other one was faster. */
const doneMeanwhile = async (
  table: Table,
  { caller }: Bulk,
  idempotency: IdempotentRequest,
  { caseId }: Row,
): Promise<Receipt | undefined> => {
  const found = await findDoneRow<Receipt>(table, caller.tenantId, actorOf(caller), idempotency, caseId);
  return found?.requestHash === idempotency.requestHash ? found.receipt : undefined;
};

/** What a row would come to as things stand. Nothing is written. */
const tryRow = async (table: Table, request: Bulk, row: Row): Promise<Receipt> => {
  const { caller, now } = request;
  const snapshot = await loadCase(table, referenceOf(request, row));
  if (!snapshot) throw notFound("case");
  requireMine(caller, row, snapshot.state);
  const events = decideDesk(await checked(table, row, snapshot.state), snapshot, now, actorOf(caller));
  return receiptOf(applyEvents(snapshot.state, events, snapshot.calendars));
};

const decided = ({ caseId, decision }: Row, receipt: Receipt) => ({
  caseId,
  outcome: "decided" as const,
  status: 200,
  explanation: sayOutcome(decision, receipt),
  receipt,
});

const wouldBe = (row: Row, receipt: Receipt) => ({
  ...decided(row, receipt),
  outcome: "would_be_decided" as const,
});

/** The case itself is taken from the list, so its id is no field of the row's body. */
const failed = ({ caseId }: Row, index: number, error: unknown) => {
  const { name, detail, fields, extension } = problemOf(error);
  const errors = fields.map(
    (field): FieldError => ({ ...field, pointer: `/decisions/${index}${field.pointer}` }),
  );
  const { status, title } = problems[name];
  return {
    caseId,
    outcome: "failed" as const,
    status,
    explanation: detail,
    problem: {
      type: `/problems/${name}`,
      title,
      status,
      detail,
      ...(errors.length === 0 ? {} : { errors }),
      ...extension,
    },
  };
};

const decisionWords: { readonly [decision in Row["decision"]]: string } = {
  approve: "Approved",
  refuse: "Refused",
  counter_offer: "Offered",
};

const sayOutcome = (decision: Row["decision"], { stage, nextActor, deadlineAt }: Receipt): string => {
  const until = deadlineAt === undefined ? "" : ` until ${new Date(deadlineAt).toISOString()}`;
  return `${decisionWords[decision]}: the case is ${stage}, and the ${nextActor} is next${until}.`;
};

/** At most so many at once, in order; the answers in the order of the rows. */
const inTurns = async <Entry, Answer>(
  entries: readonly Entry[],
  atOnce: number,
  work: (entry: Entry, index: number) => Promise<Answer>,
): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  const waiting = entries.entries();
  const worker = async (): Promise<void> => {
    for (const [index, entry] of waiting) answers[index] = await work(entry, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
  return answers;
};
