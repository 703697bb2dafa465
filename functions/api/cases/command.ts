import type { CaseCommand, CaseSnapshot, CaseState } from "../../domain/case.ts";
import type { Decide } from "../../domain/decide-case.ts";
import { lifecycle } from "../../domain/lifecycle.ts";
import type { Caller, Reply } from "../../http/endpoint.ts";
import type { Operation } from "../../http/operation.ts";
import { notFound } from "../../http/problem.ts";
import { renderReply } from "../../http/reply.ts";
import { changeCase } from "../../store/cases.ts";
import { type IdempotentRequest, recordReply } from "../../store/idempotency.ts";
import type { Table, Write } from "../../store/table.ts";
import { actorOf, requireVersion, requireVisible } from "./access.ts";

/** The short answer to a command: what stands now. */
export const receiptOf = (state: CaseState) => ({
  caseId: state.caseId,
  stage: state.stage,
  nextActor: lifecycle[state.stage].nextActor,
  version: state.version,
  ...(state.deadlineAt === undefined ? {} : { deadlineAt: state.deadlineAt }),
  ...(state.paused ? { pausedUntil: state.paused.until } : {}),
});

/** The write that records the answer to an idempotent request in its own transaction. */
export const replyWrites = (
  table: Table,
  operation: Operation,
  caller: Caller,
  idempotency: IdempotentRequest | undefined,
  reply: Reply,
  now: number,
): readonly Write[] =>
  idempotency
    ? [recordReply(table, caller.tenantId, actorOf(caller), idempotency, renderReply(operation, reply), now)]
    : [];

type CommandRequest = {
  readonly caller: Caller;
  readonly params: { readonly caseId: string };
  readonly now: number;
  readonly ifMatch?: number;
  readonly idempotency?: IdempotentRequest;
};

/** Runs a command of a caller, as `decide` decides it, on a case it may see; answers with what stands afterwards. */
export const commandCase = async <Command extends CaseCommand>(
  decide: Decide<Command>,
  operation: Operation,
  { caller, params, now, ifMatch, idempotency }: CommandRequest,
  table: Table,
  command: Command | ((snapshot: CaseSnapshot) => Command | Promise<Command>),
  extra: (after: CaseState) => readonly Write[] = () => [],
): Promise<Reply> => {
  const reference = { tenantId: caller.tenantId, caseId: params.caseId };
  const replyTo = (after: CaseState): Reply => ({
    status: 200,
    body: receiptOf(after),
    version: after.version,
  });
  const changed = await changeCase(table, reference, {
    decide,
    command,
    by: actorOf(caller),
    now,
    precondition: ({ state }) => {
      requireVisible(caller, state);
      requireVersion(ifMatch, state);
    },
    extra: (after) => [
      ...replyWrites(table, operation, caller, idempotency, replyTo(after), now),
      ...extra(after),
    ],
  });
  if (!changed) throw notFound("case");
  return replyTo(changed.after);
};
