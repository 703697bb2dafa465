import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Actor, CaseCommand, CaseState } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { type Action, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { caseRecords, changeCase } from "../../functions/store/cases.ts";
import { Conflict, type Table } from "../../functions/store/table.ts";
import {
  aDetail,
  anInspection,
  buyer,
  day,
  merchant,
  operator,
  referenceOf,
  warehouse,
  whollyOn,
} from "../support/builders.ts";
import { asKnown } from "../support/cases.ts";
import { caseInTable, fresh, openTestTable, standingCase } from "../support/cases-in-table.ts";

/**
 * Two people and a clock act on one case at the same moment, on the real engine: for every stage that waits and every two
 * actions of its table. Whoever wins, one transaction ends the wait; the others are refused or act on what stands.
 */

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());
beforeEach(() => {
  vi.spyOn(Metrics.prototype, "publishStoredMetrics").mockReturnThis();
});

const freightMinor = 0n;
const commandOf: { readonly [action in Action]: (state: CaseState) => CaseCommand } = {
  approve: () => ({ type: "ApproveCase" }),
  refuse: () => ({ type: "RefuseCase", reason: "evidence_insufficient" }),
  counter_offer: () => ({ type: "MakeOffer", offer: { remedy: "refund_only", amountMinor: 1n } }),
  accept_offer: () => ({ type: "AnswerOffer", answer: "accept" }),
  decline_offer: () => ({ type: "AnswerOffer", answer: "decline" }),
  resume: () => ({ type: "ResumeCase" }),
  cancel: () => ({ type: "CancelCase" }),
  ship_return: () => ({
    type: "ShipReturn",
    carrier: "kuaidi100",
    trackingNumber: fresh("SF"),
    freightMinor,
  }),
  order_label: () => ({ type: "OrderReturnLabel" }),
  add_parcel: (state) => ({
    type: "AddReturnParcel",
    carrier: "kuaidi100",
    trackingNumber: fresh("SF"),
    freightMinor,
    clockMs: asKnown(state).clocks.firstScanMs,
  }),
  repaired: () => ({ type: "FinishRepair", costMinor: 0n }),
  not_repairable: () => ({ type: "GiveUpRemedy", of: "repairing" }),
  reship: () => ({
    type: "ShipReplacement",
    carrier: "kuaidi100",
    trackingNumber: fresh("SF"),
    freightMinor,
    clockMs: day,
  }),
  cannot_supply: () => ({ type: "GiveUpRemedy", of: "awaiting_reshipment" }),
  confirm: () => ({ type: "ConfirmReplacement" }),
  report_problem: () => ({ type: "ReportProblem", problem: "faulty" }),
  inspect: () => ({ type: "RecordInspection", goods: [], inspection: anInspection(aDetail()) }),
  escalate: () => ({ type: "OpenDispute", text: "No.", evidenceIds: [] }),
  submit_statement: () => ({ type: "SubmitStatement", text: "No.", evidenceIds: [], rests: true }),
  propose: () => ({ type: "ProposeSettlement", remedy: "refund_only", amountMinor: 1n }),
  accept_proposal: () => ({ type: "AcceptProposal", number: 1 }),
  withdraw: () => ({ type: "WithdrawDispute" }),
  assign: () => ({ type: "AssignDispute" }),
  rule: ({ claimMinor }) => ({
    type: "RuleCase",
    liability: whollyOn("merchant"),
    remedy: "refund_only",
    refundMinor: claimMinor,
    freightPayer: "merchant",
    reason: { "zh-CN": "证据表明如此。", en: "The evidence says so." },
    told: {},
  }),
  appeal: () => ({ type: "AppealRuling", text: "No.", evidenceIds: [] }),
  waive_appeal: () => ({ type: "WaiveAppeal" }),
  report_not_received: (state) => ({ type: "ReportNotReceived", parcels: [asKnown(state)] }),
};
const actorOf = { buyer, merchant, warehouse, operator } as const satisfies Record<string, Actor>;

type Act = { readonly by: Actor; readonly action: Action };
const actsOf = (stage: Stage): readonly Act[] =>
  (Object.keys(actorOf) as (keyof typeof actorOf)[]).flatMap((role) =>
    (lifecycle[stage].actions[role] ?? []).map((action) => ({ by: actorOf[role], action })),
  );
/** Every two of them, one with itself as well: a click is made twice. */
const pairsOf = (stage: Stage): readonly (readonly [Act, Act])[] =>
  actsOf(stage).flatMap((one, index, all) => all.slice(index).map((other) => [one, other] as const));

const act = async (state: CaseState, { by, action }: Act, now: number): Promise<"done" | "refused"> => {
  try {
    await changeCase(table, referenceOf(state), {
      command: commandOf[action](state),
      decide,
      by,
      now,
    });
    return "done";
  } catch (error) {
    // A label is ordered once: the second order of it meets the first.
    if (error instanceof CaseError || error instanceof Conflict) return "refused";
    throw error;
  }
};

const waiting = stages.filter((stage) => lifecycle[stage].wait);

describe("two people and a clock", () => {
  it.each(waiting)("end the wait of %s once, whoever was faster", async (stage) => {
    await Promise.all(
      pairsOf(stage).map(async ([one, other]) => {
        const state = await caseInTable(table, stage);
        const now = state.deadlineAt ?? 0;
        const name = `${one.by.role} ${one.action}, ${other.by.role} ${other.action}, the clock`;
        await Promise.all([
          act(state, one, now),
          act(state, other, now),
          applyTimeout(table, referenceOf(state), now),
        ]);
        const records = await caseRecords(table, state, 1, 100);
        const { state: after, ledger } = await standingCase(table, state);
        expect(
          records.filter(({ endedWait }) => endedWait === state.waitSince),
          name,
        ).toHaveLength(1);
        expect(records.map(({ version }) => version)).toEqual(records.map((_, index) => index + 1));
        expect(after.version).toBe(records.length);
        expect(new Set(ledger.map(({ transferId }) => transferId)).size).toBe(ledger.length);
      }),
    );
  });
});
