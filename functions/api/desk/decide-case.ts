import { decideDesk } from "../../domain/decide-case.ts";
import { pendingParcels } from "../../domain/return-parcels.ts";
import { endpoint } from "../../http/endpoint.ts";
import { type CaseReference, loadCase } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
import { commandCase } from "../cases/command.ts";
import { commandOf } from "./decision-forms.ts";
import { decideCaseOperation } from "./operations.ts";
import { requireMerchantFiles } from "./shown-files.ts";

export const decideCaseEndpoint = endpoint(decideCaseOperation, async (request, { table }) => {
  const reply = await commandCase(decideDesk, decideCaseOperation, request, table, async ({ state }) => {
    const command = commandOf(request.body);
    if (command.type === "RefuseCase") await requireMerchantFiles(table, state, command.evidenceIds ?? []);
    return command;
  });
  if (request.body.decision === "resume") {
    await catchUpResumed(
      table,
      { tenantId: request.caller.tenantId, caseId: request.params.caseId },
      request.now,
    );
  }
  return reply;
});

/** Nobody listened to the carrier while the case was in an operator's hands. */
const catchUpResumed = async (table: Table, reference: CaseReference, now: number): Promise<void> => {
  const state = (await loadCase(table, reference))?.state;
  if (!state) return;
  const { stage, replacementParcel } = state;
  const sent = stage === "reshipping" && replacementParcel ? [replacementParcel] : [];
  for (const { trackingNumber } of stage === "in_transit" ? pendingParcels(state) : sent) {
    await catchUpWithParcel(table, reference.tenantId, trackingNumber, now);
  }
};
