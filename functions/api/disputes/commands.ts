import { decideDispute } from "../../domain/decide-case.ts";
import { arrivedSince } from "../../domain/dispute.ts";
import { type Evidence, sideOf } from "../../domain/evidence.ts";
import type { BilingualText } from "../../domain/judgment/verdict.ts";
import { type Caller, endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { loadEvidence } from "../../store/evidence.ts";
import type { Table } from "../../store/table.ts";
import { commandCase } from "../cases/command.ts";
import { unlessHeldElsewhere } from "../cases/held-elsewhere.ts";
import {
  acceptProposalOperation,
  acceptRulingOperation,
  appealRulingOperation,
  assignDisputeOperation,
  openDisputeOperation,
  proposeSettlementOperation,
  ruleCaseOperation,
  submitStatementOperation,
  withdrawDisputeOperation,
} from "./operations.ts";

/**
 * The files of a case, if those that are named belong to the caller's side of it and have arrived. Another's file is
 * answered like none.
 *
 * @throws Problem `invalid_request`
 */
const requireOwnFiles = async (
  table: Table,
  { tenantId, role }: Caller,
  caseId: string,
  evidenceIds: readonly string[],
): Promise<readonly Evidence[]> => {
  const { files } = await loadEvidence(table, { tenantId, caseId });
  const arrived = files.filter(({ arrivedAt }) => arrivedAt !== undefined);
  const own = arrived.filter(({ side }) => side === sideOf(role)).map(({ evidenceId }) => evidenceId);
  const index = evidenceIds.findIndex((evidenceId) => !own.includes(evidenceId));
  if (index >= 0) throw invalidField(`/evidenceIds/${index}`, "is no file of this side that has arrived");
  return arrived;
};

export const openDisputeEndpoint = endpoint(openDisputeOperation, (request, { table }) => {
  const { caller, params, body } = request;
  return commandCase(decideDispute, openDisputeOperation, request, table, async () => {
    await requireOwnFiles(table, caller, params.caseId, body.evidenceIds);
    return { type: "OpenDispute", ...body };
  });
});

export const submitStatementEndpoint = endpoint(submitStatementOperation, (request, { table }) => {
  const { caller, params, body } = request;
  const { text, evidenceIds, rest } = body;
  return commandCase(decideDispute, submitStatementOperation, request, table, async ({ dispute }) => {
    const files = await requireOwnFiles(table, caller, params.caseId, evidenceIds);
    return {
      type: "SubmitStatement",
      evidenceIds,
      rests: rest,
      filesArrived: arrivedSince(files, dispute),
      ...(text === undefined ? {} : { text }),
    };
  });
});

export const proposeSettlementEndpoint = endpoint(proposeSettlementOperation, (request, { table }) =>
  commandCase(decideDispute, proposeSettlementOperation, request, table, {
    type: "ProposeSettlement",
    ...request.body,
  }),
);

export const acceptProposalEndpoint = endpoint(acceptProposalOperation, (request, { table }) =>
  unlessHeldElsewhere(
    commandCase(decideDispute, acceptProposalOperation, request, table, {
      type: "AcceptProposal",
      number: request.body.proposal,
    }),
  ),
);

export const withdrawDisputeEndpoint = endpoint(withdrawDisputeOperation, (request, { table }) =>
  unlessHeldElsewhere(
    commandCase(decideDispute, withdrawDisputeOperation, request, table, { type: "WithdrawDispute" }),
  ),
);

export const appealRulingEndpoint = endpoint(appealRulingOperation, (request, { table }) => {
  const { caller, params, body } = request;
  return commandCase(decideDispute, appealRulingOperation, request, table, async () => {
    await requireOwnFiles(table, caller, params.caseId, body.evidenceIds);
    return { type: "AppealRuling", ...body };
  });
});

export const acceptRulingEndpoint = endpoint(acceptRulingOperation, (request, { table }) =>
  unlessHeldElsewhere(
    commandCase(decideDispute, acceptRulingOperation, request, table, { type: "WaiveAppeal" }),
  ),
);

/**
 * An appeal is heard by somebody else, so whoever rules has to be somebody: a partner's machine client is the same
 * for all its operators.
 *
 * @throws Problem `role_forbidden`
 */
const requireNamed = ({ operatorId }: Caller): void => {
  if (operatorId !== undefined) return;
  throw new Problem("role_forbidden", "An arbiter's token names the person: ask for it with an operatorId.");
};

const inBothLanguages = (text: string | BilingualText): BilingualText =>
  typeof text === "string" ? { "zh-CN": text, en: text } : text;

type RulingBody = Request<typeof ruleCaseOperation>["body"];

const toldIn = ({ told }: RulingBody) => ({
  ...(told?.buyer === undefined ? {} : { buyer: inBothLanguages(told.buyer) }),
  ...(told?.merchant === undefined ? {} : { merchant: inBothLanguages(told.merchant) }),
});

const given = <Value>(name: string, value: Value | undefined) =>
  value === undefined ? {} : { [name]: value };

export const ruleCaseEndpoint = endpoint(ruleCaseOperation, (request, { table }) => {
  requireNamed(request.caller);
  const { body } = request;
  const ruled = commandCase(decideDispute, ruleCaseOperation, request, table, {
    type: "RuleCase",
    liability: body.liability,
    remedy: body.remedy,
    freightPayer: body.freightPayer,
    reason: inBothLanguages(body.reason),
    told: toldIn(body),
    ...given("refundMinor", body.refundMinor),
    ...given("compensationMinor", body.compensationMinor),
    ...given("freightCapMinor", body.freightCapMinor),
    ...given("carrier", body.carrier),
  });
  return unlessHeldElsewhere(ruled);
});

export const assignDisputeEndpoint = endpoint(assignDisputeOperation, (request, { table }) => {
  requireNamed(request.caller);
  return commandCase(decideDispute, assignDisputeOperation, request, table, {
    type: "AssignDispute",
    ...given("arbiterId", request.body.arbiterId),
  });
});
