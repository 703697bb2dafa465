import type { CaseState } from "../../domain/case.ts";
import { decideLabel, type LabelCommand } from "../../domain/decide-case.ts";
import { CaseError } from "../../domain/errors.ts";
import { laneOf, transitClocksFor } from "../../domain/transit-clocks.ts";
import { endpoint, type Reply, type Request } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { changeCase } from "../../store/cases.ts";
import { answeredLabelWrite, findLabel, type Label } from "../../store/labels.ts";
import type { CasePointer } from "../../store/parcels.ts";
import { retryRaces } from "../../store/retry.ts";
import { type Conflict, type Table, transact, type Write } from "../../store/table.ts";
import { findTransitClocks } from "../../store/transit-clocks.ts";
import { givingWaybill, parcelWrite } from "../../store/waybills.ts";
import { actorOf } from "../cases/access.ts";
import { catchUpWithParcel } from "../cases/catch-up.ts";
import { replyWrites } from "../cases/command.ts";
import { requireRealWaybill } from "../logistics/real-waybill.ts";
import { unlessWaybillTaken } from "../logistics/waybill-taken.ts";
import { answerLabelOperation } from "./operations.ts";

type Answer = Request<typeof answerLabelOperation>;

const answered = (label: Label, body: Answer["body"], at: number): Label => {
  if (body.result === "failed") return { ...label, status: "failed", reason: body.reason, answeredAt: at };
  const { result: status, from: _from, to: _to, ...made } = body;
  return { ...label, status, ...made, answeredAt: at };
};

/** Whether the label service only says again what it has said. */
const isRepeated = (label: Label, body: Answer["body"]): boolean => {
  if (label.status !== body.result) return false;
  return body.result === "failed" || label.trackingNumber === body.trackingNumber;
};

/** The buyer was faster, and the service has made one nevertheless: it is kept, to be voided. */
const isMadeInVain = (label: Label, { result }: Answer["body"]): boolean =>
  label.status === "superseded" && label.trackingNumber === undefined && result === "issued";

const waitsForLabel = ({ stage, label }: CaseState): boolean =>
  stage === "awaiting_shipment" && label?.status === "ordered";

const tryToAnswer = async (request: Answer, table: Table, spent?: CasePointer): Promise<Reply> => {
  const { caller, body, params, now, idempotency } = request;
  const { tenantId } = caller;
  if (body.result === "issued") requireRealWaybill(body.trackingNumber);
  const label = await findLabel(table, tenantId, params.labelId);
  if (!label) throw notFound("label");
  const inVain = isMadeInVain(label, body);
  if (isRepeated(label, body) || (label.status === "superseded" && !inVain)) {
    return { status: 200, body: label };
  }
  if (label.status !== "ordered" && !inVain) {
    throw new CaseError("label_answered", "Another answer of the label service is known.");
  }

  const clocks =
    body.result === "issued"
      ? transitClocksFor(body.carrier, laneOf(body), await findTransitClocks(table, tenantId))
      : undefined;
  const command = (): LabelCommand =>
    body.result === "issued"
      ? {
          type: "ShipReturn",
          carrier: body.carrier,
          trackingNumber: body.trackingNumber,
          freightMinor: 0n,
          labelCostMinor: body.costMinor,
          ...(clocks ? { clockMs: clocks.firstScanMs } : {}),
        }
      : { type: "FailReturnLabel" };
  const writes = (after: Label): readonly Write[] => [
    answeredLabelWrite(table, after, label.status),
    ...replyWrites(table, answerLabelOperation, caller, idempotency, { status: 200, body: after }, now),
  ];
  const parcel = ({ caseId, buyerId, merchantId }: Label): readonly Write[] =>
    body.result === "issued" && clocks
      ? [
          parcelWrite(
            table,
            {
              tenantId,
              carrier: body.carrier,
              trackingNumber: body.trackingNumber,
              leg: "return",
              caseId,
              buyerId,
              merchantId,
              namedAt: now,
              clocks,
              freightMinor: 0n,
              ...(body.to?.city === undefined ? {} : { destination: body.to.city }),
            },
            spent,
          ),
        ]
      : [];

  const after = answered(label, body, now);
  const reference = { tenantId, caseId: label.caseId };
  const changed = await changeCase(table, reference, {
    decide: decideLabel,
    by: actorOf(caller),
    now,
    command: ({ state }) => (waitsForLabel(state) ? command() : undefined),
    extra: () => [...writes(after), ...parcel(after)],
  });
  if (!changed) throw notFound("label");
  if (changed.after !== changed.snapshot.state) {
    if (body.result === "issued") await catchUpWithParcel(table, tenantId, body.trackingNumber, now);
    return { status: 200, body: after };
  }
  // The goods travel under another waybill, or the case has ended: what the service made is kept, to be voided.
  const superseded: Label = { ...after, status: "superseded" };
  await transact(table, writes(superseded));
  return { status: 200, body: superseded };
};

/** Another answer, or a waybill of the buyer's, was faster: looked at again, it is what stands. */
const isRaceForLabel = ({ conflicts }: Conflict): boolean =>
  conflicts.includes("label") && !conflicts.includes("idempotency");

export const answerLabelEndpoint = endpoint(answerLabelOperation, (request, { table }) => {
  const { body, caller, now } = request;
  const answer = (spent?: CasePointer): Promise<Reply> =>
    retryRaces(() => tryToAnswer(request, table, spent), isRaceForLabel);
  return unlessWaybillTaken(
    body.result === "failed"
      ? answer()
      : givingWaybill(table, { ...caller, trackingNumber: body.trackingNumber }, now, answer),
  );
});
