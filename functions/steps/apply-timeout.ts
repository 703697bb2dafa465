import type { Actor } from "../domain/case.ts";
import { decideSilence } from "../domain/decide-case.ts";
import { arrivedSince } from "../domain/dispute.ts";
import { lossIsDue } from "../domain/outbound-parcel.ts";
import { changeCase, extendOpenCase } from "../store/cases.ts";
import { extensionsAtWork } from "../store/clock-extensions.ts";
import { loadEvidence } from "../store/evidence.ts";
import { outboundLostAt } from "../store/outbound-parcels.ts";
import { awaitedParcelsOf, knownParcel } from "../store/parcels.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { type MachineAnswer, machineAnswer, type StepInput } from "./machine-answer.ts";
import { raiseManualReviewAlarm } from "./manual-review-alarm.ts";

const clock: Actor = { role: "system", id: "clock" };

/**
 * Writes down what the silence of a wait means, with the same conditional write a human's decision takes.
 * If somebody was faster, or the deadline was moved, nothing is written and the machine follows what stands.
 */
export const applyTimeout = async (
  table: Table,
  reference: StepInput,
  now: number,
): Promise<MachineAnswer> => {
  // Whoever was missed by an extension of many cases has its time before anything is said of silence.
  await extendOpenCase(table, reference, await extensionsAtWork(table, reference.tenantId, now), now);
  const changed = await changeCase(table, reference, {
    by: clock,
    now,
    decide: decideSilence,
    command: async ({ state, detail, dispute }) => {
      if (lossIsDue(state, now)) {
        const lostAt = await outboundLostAt(table, { state, detail });
        return { type: "ExpireWait", ...(lostAt === undefined ? {} : { outboundLostAt: lostAt }) };
      }
      if (state.stage === "disputed") {
        const { files } = await loadEvidence(table, state);
        return { type: "ExpireWait", filesArrived: arrivedSince(files, dispute) };
      }
      const parcels = await awaitedParcelsOf(table, state);
      return { type: "ExpireWait", parcels: parcels.flatMap((parcel) => knownParcel(parcel) ?? []) };
    },
  });
  if (!changed) throw new RangeError(`there is no case ${reference.caseId}`);
  raiseManualReviewAlarm(changed.snapshot.state, changed.after);
  return machineAnswer(changed.after, now);
};

export const handler = ({ tenantId, caseId }: StepInput): Promise<MachineAnswer> =>
  applyTimeout(deployedTable(), { tenantId, caseId }, Date.now());
