import { describe, expect, it } from "vitest";
import { type Actor, type CaseCommand, type FiledCase, fileCase } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError, InvariantViolation } from "../../functions/domain/errors.ts";
import { applyEvents } from "../../functions/domain/evolve-case.ts";
import { type Action, clocks, lifecycle, type Stage, stages } from "../../functions/domain/lifecycle.ts";
import { actionsOf } from "../../functions/domain/permissions.ts";
import { openPending } from "../../functions/domain/settlement/transfer.ts";
import {
  aDetail,
  aLine,
  anInspection,
  aRefundOnly,
  aReturn,
  buyer,
  carrier,
  day,
  everybody,
  hour,
  merchant,
  monday,
  operator,
  partner,
  system,
  warehouse,
  whollyOn,
} from "../support/builders.ts";
import {
  approves,
  asKnown,
  at,
  cancels,
  delivered,
  domestic,
  filedFor,
  given,
  goesMissing,
  inspected,
  judged,
  learnsOfOutbound,
  type Move,
  machineFails,
  neverSeen,
  played,
  refuses,
  resumes,
  scannedAt,
  settles,
  ships,
  silence,
  untilClosed,
  wayTo,
} from "../support/cases.ts";

const lineHold = { lineId: "line-1", amountMinor: 128_000n, quantity: 1 };
const minute = 60_000;

/** A moment before the deadline, or after it. */
const offDeadline = (offsetMs: number, move: Move): Move =>
  at(({ deadlineAt }) => (deadlineAt ?? 0) + offsetMs, move);

describe("a case is filed", () => {
  it("claims the sum of its lines, waits for its judgment and for the goods", () => {
    const lines = [aLine(), aLine({ lineId: "line-2", amountMinor: 1n })];
    const { state } = given(aReturn({ detail: aDetail({ lines }) })).before;
    expect(state).toMatchObject({
      version: 1,
      stage: "submitted",
      claimMinor: 128_001n,
      reception: "awaiting",
      acceptance: "pending",
      verdictNumber: 0,
      reserved: false,
      filedAt: monday,
      updatedAt: monday,
    });
    expect(state.deadlineAt).toBeUndefined();
  });

  it("waits for no goods when the buyer keeps them", () => {
    expect(given(aRefundOnly()).before.state).toMatchObject({ reception: "none", acceptance: "not_needed" });
  });
});

describe("a case is judged", () => {
  it("automatic: approved by the rule, the money promised, in the same transaction", () => {
    const after = given(aReturn())
      .when(judged({ route: "automatic" }))
      .thenHappens("CaseJudged", { type: "CaseApproved", basis: "rule" }, "FundsReserved");
    expect(after.state).toMatchObject({ stage: "awaiting_shipment", reserved: true, verdictNumber: 1 });
  });

  it("automatic and nothing comes back: it is settled at once", () => {
    const after = given(aRefundOnly())
      .when(judged({ route: "automatic" }))
      .thenHappens("CaseJudged", "CaseApproved", "FundsReserved");
    expect(after.state.stage).toBe("settling");
  });

  it("merchant: the merchant answers, within the verdict's own clock", () => {
    const after = given(aReturn())
      .when(judged({ clocks: { merchantAnswerHours: 24, silence: "approve" } }))
      .thenHappens("CaseJudged");
    expect(after.state).toMatchObject({ stage: "awaiting_merchant", reserved: false });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + 24 * hour);
  });

  it("ineligible: the buyer may object for seven days", () => {
    const after = given(aReturn())
      .when(judged({ route: "ineligible" }))
      .thenHappens("CaseJudged");
    expect(after.state).toMatchObject({ stage: "ineligible" });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + 7 * day);
  });

  it("arbitration: a dispute opens by itself, the verdict on record", () => {
    const after = given(aReturn())
      .when(judged({ route: "arbitration" }))
      .thenHappens("CaseJudged", { type: "DisputeOpened", ground: "arbitration", side: "system" });
    expect(after.state).toMatchObject({ stage: "disputed", verdictNumber: 1 });
  });

  it.each(stages.filter((stage) => !["submitted", "lost", "inspected", "evidence_closed"].includes(stage)))(
    "not in %s",
    (stage) => {
      given(filedFor(stage), ...wayTo[stage])
        .when(judged())
        .thenIsRefused("stage_forbids");
    },
  );

  it.each([
    ["lost", "settling"],
    ["inspected", "awaiting_objection"],
  ] as const)("again when the goods are %s, by what is known now: %s", (stage, then) => {
    for (const route of ["automatic", "merchant"] as const) {
      const after = given(filedFor(stage), ...wayTo[stage])
        .when(judged({ route, refundCapBps: 5_000 }))
        .thenHappens("CaseJudged");
      expect(after.state).toMatchObject({ stage: then, verdictNumber: 2 });
    }
    given(filedFor(stage), ...wayTo[stage])
      .when(judged({ route: "arbitration" }))
      .thenHappens("CaseJudged", "DisputeOpened");
  });

  it("again and found ineligible after the goods came back: an operator decides, nothing is guessed", () => {
    for (const stage of ["lost", "inspected"] as const) {
      const after = given(filedFor(stage), ...wayTo[stage])
        .when(judged({ route: "ineligible" }))
        .thenHappens("CaseJudged", { type: "ManualReviewOpened", cause: "ineligible_after_approval" });
      expect(after.state).toMatchObject({ stage: "manual_review", verdictNumber: 2, resumeStage: stage });
    }
  });
});

describe("the merchant answers", () => {
  it("approves a return: the buyer has seven days to send the goods", () => {
    const after = given(aReturn(), judged())
      .when(approves())
      .thenHappens({ type: "CaseApproved", basis: "merchant" }, "FundsReserved");
    expect(after.state).toMatchObject({ stage: "awaiting_shipment", reserved: true });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + 7 * day);
    expect(after.ledger).toMatchObject([{ stage: "reserve", phase: "pending", amountMinor: 128_000n }]);
  });

  it("approves a refund: it is settled", () => {
    const after = given(aRefundOnly(), judged())
      .when(approves())
      .thenHappens("CaseApproved", "FundsReserved");
    expect(after.state.stage).toBe("settling");
  });

  it("refuses with a reason: the buyer may object for seven days, and nothing is promised", () => {
    const after = given(aReturn(), judged())
      .when(refuses())
      .thenHappens({ type: "CaseRefused", basis: "merchant", reason: "evidence_insufficient" });
    expect(after.state).toMatchObject({ stage: "refused", reserved: false });
    expect(after.ledger).toEqual([]);
  });

  it("says nothing until the deadline: what the rule gives happens, and not a moment earlier", () => {
    const approving = given(aReturn(), judged());
    approving.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
    approving.when(silence()).thenHappens({ type: "CaseApproved", basis: "silence" }, "FundsReserved");
    const refusing = given(aReturn(), judged({ clocks: { merchantAnswerHours: 48, silence: "refuse" } }));
    const after = refusing.when(silence()).thenHappens({ type: "CaseRefused", basis: "silence" });
    expect(after.state.stage).toBe("refused");
  });
});

describe("the buyer cancels", () => {
  it("before the judgment: the case ends and its lines are free again", () => {
    const after = given(aReturn())
      .when(cancels())
      .thenHappens({ type: "CaseCancelled", released: [lineHold], transfers: [] });
    expect(after.state).toMatchObject({ stage: "cancelled", outcome: "cancelled" });
    expect(after.state.deadlineAt).toBeUndefined();
  });

  it("after the approval: the promise is voided", () => {
    given(aReturn(), judged(), approves())
      .when(cancels())
      .thenHappens({
        type: "CaseCancelled",
        released: [lineHold],
        transfers: [expect.objectContaining({ stage: "release", phase: "voided", amountMinor: 128_000n })],
      });
  });

  const cancellable: readonly Stage[] = [
    "submitted",
    "awaiting_merchant",
    "offered",
    "ineligible",
    "refused",
    "awaiting_shipment",
    "manual_review",
  ];
  it.each(stages)("%s: only before goods travel and money moves", (stage) => {
    for (const who of [buyer, partner]) {
      const when = given(filedFor(stage), ...wayTo[stage]).when(cancels(who));
      if (cancellable.includes(stage)) when.thenHappens("CaseCancelled");
      else when.thenIsRefused("stage_forbids");
    }
  });
});

describe("the goods travel back", () => {
  it("the buyer names the waybill and what was paid for it", () => {
    const after = given(aReturn(), ...wayTo.awaiting_shipment)
      .when(ships(buyer, 1_500n))
      .thenHappens({ type: "ReturnShipped", freightMinor: 1_500n });
    expect(after.state).toMatchObject({
      stage: "in_transit",
      reception: "in_transit",
      returnFreightMinor: 1_500n,
      returnParcels: [{ carrier: "kuaidi100", trackingNumber: "SF1000000001" }],
    });
    expect(after.state.deadlineAt).toBe(after.state.updatedAt + clocks.stuckWithoutScanMs);
  });

  it("are never sent: the case closes, the promise is voided, the lines are free again", () => {
    const waiting = given(aReturn(), ...wayTo.awaiting_shipment);
    waiting.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
    const after = waiting
      .when(silence())
      .thenHappens("ReserveReleased", { type: "CaseClosed", outcome: "never_shipped", released: [lineHold] });
    expect(after.state).toMatchObject({ stage: "closed", outcome: "never_shipped" });
  });

  it.each([true, false])("arrive, told by a push that is trusted: %s", (trusted) => {
    const after = given(aReturn(), ...wayTo.in_transit)
      .when(delivered(trusted))
      .thenHappens({ type: "ParcelDelivered", trusted });
    expect(after.state).toMatchObject({
      stage: "awaiting_inspection",
      reception: "delivered",
      deliveryTrusted: trusted,
    });
    expect(after.ledger).toEqual(given(aReturn(), ...wayTo.in_transit).before.ledger);
  });

  it.each([
    ["before the case was filed", monday - day],
    ["in a future no carrier can know", monday + 400 * day],
  ])(
    "are said to be delivered %s: that is another parcel or a wrong clock, and moves nothing",
    (_when, deliveredAt) => {
      given(aReturn(), ...wayTo.in_transit)
        .when((standing) => ({
          command: { type: "RecordDelivery", trackingNumber: "SF1000000001", deliveredAt, trusted: true },
          by: carrier,
          at: standing.state.updatedAt + hour,
        }))
        .thenNothingHappens();
    },
  );

  it("were delivered, and only the clock noticed: inspected next, not lost", () => {
    given(aReturn(), ...wayTo.in_transit)
      .when((standing) =>
        silence({ status: "delivered", lastScanAt: monday + 2 * day, deliveredAt: monday + 2 * day })(
          standing,
        ),
      )
      .thenHappens({ type: "ParcelDelivered", trusted: false });
  });

  it("are without a scan for fifteen days: lost, to be judged again", () => {
    const travelling = given(aReturn(), ...wayTo.in_transit);
    const { updatedAt } = travelling.before.state;
    travelling
      .when(at(updatedAt + domestic.lostMs - 1, goesMissing()))
      .thenHappens({ type: "ParcelStuck", step: "claim" });
    const after = travelling.when(goesMissing()).thenHappens("ParcelLost");
    expect(after.state).toMatchObject({ stage: "lost", reception: "lost" });
  });

  it.each<readonly [string, Move]>([
    ["no carrier knows", neverSeen()],
    ["a carrier has registered without a time", neverSeen({ status: "registered" })],
    ["was last scanned before the case was filed", neverSeen(scannedAt(monday - 1, "picked_up"))],
  ])("by a waybill that %s: nobody's loss, an operator looks and no money moves", (_waybill, move) => {
    const after = given(aReturn(), ...wayTo.in_transit)
      .when(move)
      .thenHappens({ type: "ManualReviewOpened", cause: "never_scanned" });
    expect(after.state).toMatchObject({ stage: "manual_review", reception: "in_transit" });
    expect(after.ledger.every(({ phase }) => phase === "pending")).toBe(true);
  });

  it("were scanned at the moment the case was filed: lost like any other parcel", () => {
    given(aReturn(), ...wayTo.in_transit)
      .when(neverSeen(scannedAt(monday)))
      .thenHappens({ type: "ParcelLost", lastScanAt: monday });
  });

  it("were scanned in a future no carrier can know: an operator looks, the clock is not put off for ever", () => {
    const { before, when } = given(aReturn(), ...wayTo.in_transit);
    const nextCentury = (before.state.deadlineAt ?? 0) + 36_500 * day;
    const after = when(silence(scannedAt(nextCentury))).thenHappens({
      type: "ManualReviewOpened",
      cause: "scan_in_the_future",
    });
    expect(after.state.stage).toBe("manual_review");
  });

  it("arrive only while they travel", () => {
    for (const stage of stages.filter((each) => each !== "in_transit" && each !== "lost")) {
      given(filedFor(stage), ...wayTo[stage])
        .when(delivered())
        .thenIsRefused("stage_forbids");
    }
  });
});

describe("the return is inspected", () => {
  it.each(["in_transit", "awaiting_inspection"] as const)("in %s as it was sent: it is settled", (stage) => {
    const after = given(filedFor(stage), ...wayTo[stage])
      .when(inspected())
      .thenHappens({ type: "ReturnInspected", acceptance: "accepted" }, "DispositionDecided");
    expect(after.state).toMatchObject({ stage: "settling", reception: "received", acceptance: "accepted" });
  });

  const scratch = { code: "scratch", place: "front", severity: "moderate" } as const;

  it.each([
    ["another item", { sameItem: false }],
    ["too few", { receivedQuantity: 0 }],
    ["a flaw nobody knew", { flaws: [scratch] }],
  ])("with %s: it is judged again", (_found, but) => {
    const after = given(aReturn(), ...wayTo.awaiting_inspection)
      .when(inspected(but))
      .thenHappens({ type: "ReturnInspected", acceptance: "contradicted" }, "DispositionDecided");
    expect(after.state).toMatchObject({ stage: "inspected", acceptance: "contradicted" });
  });

  it("with a flaw that was on record, or one the buyer claimed: as sent", () => {
    const onRecord = aDetail({ lines: [aLine({ knownFlaws: [scratch] })] });
    const claimed = aDetail({ reason: "DEFECTIVE", claimedFlaw: { code: "scratch", place: "front" } });
    for (const detail of [onRecord, claimed]) {
      given(aReturn({ detail }), ...wayTo.awaiting_inspection)
        .when(inspected({ flaws: [scratch] }))
        .thenHappens({ type: "ReturnInspected", acceptance: "accepted" }, "DispositionDecided");
    }
  });

  it("with a flaw named beside a change of mind: judged again, for it is no claim of fault", () => {
    const detail = aDetail({ reason: "CHANGED_MIND", claimedFlaw: { code: "scratch", place: "front" } });
    given(aReturn({ detail }), ...wayTo.awaiting_inspection)
      .when(inspected({ flaws: [scratch] }))
      .thenHappens({ type: "ReturnInspected", acceptance: "contradicted" }, "DispositionDecided");
  });

  it("on the way by the warehouse only: the merchant waits for the delivery", () => {
    given(aReturn(), ...wayTo.in_transit)
      .when(inspected({}, merchant))
      .thenIsRefused("stage_forbids");
    given(aReturn(), ...wayTo.awaiting_inspection)
      .when(inspected({}, merchant))
      .thenHappens({ type: "ReturnInspected", acceptance: "accepted" }, "DispositionDecided");
  });

  it("with a known flaw that got worse, or sits elsewhere: judged again", () => {
    const detail = aDetail({ lines: [aLine({ knownFlaws: [{ ...scratch, severity: "minor" }] })] });
    for (const flaw of [scratch, { ...scratch, severity: "minor", place: "back" } as const]) {
      given(aReturn({ detail }), ...wayTo.awaiting_inspection)
        .when(inspected({ flaws: [flaw] }))
        .thenHappens({ type: "ReturnInspected", acceptance: "contradicted" }, "DispositionDecided");
    }
  });

  const twoLines = aDetail({ lines: [aLine(), aLine({ lineId: "line-2", quantity: 2, heldQuantity: 2 })] });
  const whole = anInspection(twoLines);
  const [first, second] = whole.lines;
  if (!first || !second) throw new Error("two lines were built");

  it.each([
    ["a line is missing", [first], ["/lines"]],
    ["a line is foreign", [first, second, { ...first, lineId: "line-9" }], ["/lines/2/lineId"]],
    ["a line comes twice", [first, second, second], ["/lines/2/lineId"]],
    [
      "more come back than went out",
      [first, { ...second, receivedQuantity: 3 }],
      ["/lines/1/receivedQuantity"],
    ],
    [
      "much is wrong at once",
      [{ ...first, receivedQuantity: 5 }, first],
      ["/lines", "/lines/0/receivedQuantity", "/lines/1/lineId"],
    ],
  ])("incompletely, %s: refused, and each field is named", (_what, lines, pointers) => {
    const incomplete: Move = (standing) => ({
      command: { type: "RecordInspection", inspection: { ...whole, lines }, goods: [] },
      by: warehouse,
      at: standing.state.updatedAt + hour,
    });
    const error = given(aReturn({ detail: twoLines }), ...wayTo.awaiting_inspection)
      .when(incomplete)
      .thenIsRefused("inspection_incomplete");
    expect(error.fields.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it("before the case was filed: refused, that was not this return", () => {
    const error = given(aReturn({ detail: twoLines }), ...wayTo.awaiting_inspection)
      .when((standing) => ({
        command: { type: "RecordInspection", inspection: { ...whole, inspectedAt: monday - day }, goods: [] },
        by: warehouse,
        at: standing.state.updatedAt + hour,
      }))
      .thenIsRefused("inspection_incomplete");
    expect(error.fields.map(({ pointer }) => pointer)).toEqual(["/inspectedAt"]);
  });

  it("by nobody within ten days of a trusted delivery: accepted as sent", () => {
    const waiting = given(aReturn(), ...wayTo.awaiting_inspection);
    waiting.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
    waiting.when(silence()).thenHappens(
      {
        type: "ReturnInspected",
        acceptance: "accepted",
        inspection: expect.objectContaining({ inspectedBy: "silence" }),
      },
      { type: "DispositionDecided", disposition: "QUARANTINE" },
    );
  });

  it("by nobody after a push anybody could have replayed: an operator confirms, no money moves", () => {
    const after = given(aReturn(), ...wayTo.in_transit, delivered(false))
      .when(silence())
      .thenHappens({ type: "ManualReviewOpened", cause: "delivery_not_confirmed" });
    expect(after.ledger.every(({ phase }) => phase === "pending")).toBe(true);
  });
});

describe("a refused or ineligible case", () => {
  it.each(["refused", "ineligible"] as const)(
    "that is %s closes after seven days and frees its lines",
    (stage) => {
      const standing = given(filedFor(stage), ...wayTo[stage]);
      standing.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
      const after = standing
        .when(offDeadline(minute, silence()))
        .thenHappens({ type: "CaseClosed", outcome: stage, released: [lineHold] });
      expect(after.ledger).toEqual([]);
    },
  );
});

describe("silence where nobody is waited for", () => {
  it.each(stages.filter((stage) => !lifecycle[stage].wait))("means nothing in %s", (stage) => {
    given(filedFor(stage), ...wayTo[stage])
      .when(at(monday + 1_000 * day, silence()))
      .thenNothingHappens();
  });
});

describe("manual review", () => {
  it.each(stages.filter((stage) => !["manual_review", "closed", "cancelled"].includes(stage)))(
    "opens from %s, and resume leads back there",
    (stage) => {
      const opened = given(filedFor(stage), ...wayTo[stage])
        .when(machineFails())
        .thenHappens({ type: "ManualReviewOpened", cause: "JudgeResponsibility: Lambda.Unknown" });
      expect(opened.state).toMatchObject({ stage: "manual_review", resumeStage: stage });
      const resumed = given(filedFor(stage), ...wayTo[stage], machineFails())
        .when(resumes())
        .thenHappens({ type: "ManualReviewResolved", resolution: "resume" });
      expect(resumed.state.stage).toBe(stage);
      expect(resumed.state.resumeStage).toBeUndefined();
      expect(resumed.state.deadlineAt !== undefined).toBe(lifecycle[stage].wait !== undefined);
    },
  );

  it.each(["manual_review", "closed", "cancelled"] as const)("does not open again in %s", (stage) => {
    given(filedFor(stage), ...wayTo[stage])
      .when(machineFails())
      .thenNothingHappens();
  });

  it("opens for the stage that failed, and not once the case has left it", () => {
    const failed = machineFails("AwaitMerchantDecision: DynamoDb.DynamoDbException", "awaiting_merchant");
    given(aReturn(), ...wayTo.awaiting_merchant)
      .when(failed)
      .thenHappens("ManualReviewOpened");
    given(aReturn(), ...wayTo.awaiting_shipment)
      .when(failed)
      .thenNothingHappens();
  });

  it("approves: the goods still have to come back, the money is promised", () => {
    const after = given(aReturn(), ...wayTo.manual_review)
      .when(approves(operator))
      .thenHappens(
        { type: "ManualReviewResolved", resolution: "approve" },
        { type: "CaseApproved", basis: "operator" },
        "FundsReserved",
      );
    expect(after.state).toMatchObject({ stage: "awaiting_shipment", reserved: true });
    expect(after.state.resumeStage).toBeUndefined();
  });

  it("approves what was promised before: it is not promised twice", () => {
    const after = given(aReturn(), ...wayTo.in_transit, delivered(false), silence())
      .when(approves(operator))
      .thenHappens("ManualReviewResolved", "CaseApproved");
    expect(after.state.stage).toBe("settling");
    expect(after.ledger).toHaveLength(1);
  });

  it("approves nothing that was never judged; resuming has it judged", () => {
    const unjudged = given(aReturn(), machineFails());
    unjudged.when(approves(operator)).thenIsRefused("stage_forbids");
    const resumed = unjudged.when(resumes()).thenHappens("ManualReviewResolved");
    expect(resumed.state.stage).toBe("submitted");
  });

  it("gives a case back to the judge when the parcel it rests on turns out otherwise, and no other", () => {
    const open = judged({ route: "arbitration", facts: { outboundParcelStatus: "in_transit" } });
    const waiting = given(aRefundOnly(), open);
    const again = waiting
      .when(learnsOfOutbound("returned"))
      .thenHappens({ type: "DisputeOvertaken", cause: "parcel_news" });
    expect(again.state).toMatchObject({ stage: "submitted", verdictNumber: 1 });
    expect(again.dispute?.end).toBe("overtaken");

    waiting.when(learnsOfOutbound("in_transit")).thenNothingHappens();
    given(aRefundOnly(), judged({ route: "arbitration" }))
      .when(learnsOfOutbound("returned"))
      .thenNothingHappens();
    given(aRefundOnly(), machineFails()).when(learnsOfOutbound("returned")).thenNothingHappens();
    for (const stage of stages.filter((each) => each !== "manual_review")) {
      given(filedFor(stage), ...wayTo[stage])
        .when(learnsOfOutbound("returned"))
        .thenNothingHappens();
    }
  });

  it("refuses: the case closes unpaid and frees its lines, judged or not", () => {
    given(aReturn(), machineFails())
      .when(refuses(operator))
      .thenHappens("ManualReviewResolved", { type: "CaseClosed", outcome: "refused", released: [lineHold] });
    given(aReturn(), ...wayTo.in_transit, machineFails())
      .when(refuses(operator))
      .thenHappens("ManualReviewResolved", "ReserveReleased", { type: "CaseClosed", outcome: "refused" });
  });

  const paid = [...wayTo.settling, settles(), settles()];

  it.each([
    ["the buyer was paid", paid],
    ["only the freight was", [...wayTo.settling, settles()]],
  ])("cannot refuse once %s; resuming settles the rest", (_posted, history) => {
    const stuck = given(aReturn(), ...history, machineFails("SettleCase: InvariantViolation"));
    expect(stuck.before.ledger.some(({ phase }) => phase === "posted")).toBe(true);
    stuck.when(refuses(operator)).thenIsRefused("stage_forbids");
    const resumed = stuck.when(resumes()).thenHappens("ManualReviewResolved");
    expect(resumed.state.stage).toBe("settling");
    expect(untilClosed(resumed).state.outcome).toBe("refunded");
  });

  it.each<readonly [string, FiledCase, readonly Move[]]>([
    ["judged by nobody", aReturn(), []],
    ["approved, the goods not sent", aReturn(), wayTo.awaiting_shipment],
    ["approved, nothing to send, nothing paid", aRefundOnly(), [judged(), approves()]],
  ])(
    "is decided by nobody for thirty days, %s: closed unresolved, nothing is pending",
    (_case, filed, history) => {
      const open = given(filed, ...history, machineFails());
      open.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
      const { reserved } = open.before.state;
      const after = open.when(silence()).thenHappens(...(reserved ? (["ReserveReleased"] as const) : []), {
        type: "CaseClosed",
        outcome: "unresolved",
        released: [expect.objectContaining({ lineId: "line-1", amountMinor: 128_000n })],
      });
      expect([...openPending(after.ledger).values()].every((left) => left === 0n)).toBe(true);
    },
  );

  it.each<readonly [string, FiledCase, readonly Move[]]>([
    ["the goods travel", aReturn(), wayTo.in_transit],
    ["the goods were delivered", aReturn(), wayTo.awaiting_inspection],
    ["the goods were lost", aReturn(), wayTo.lost],
    ["the goods were received", aReturn(), wayTo.inspected],
    ["the freight was paid", aReturn(), [...wayTo.settling, settles()]],
    ["the buyer was paid", aReturn(), paid],
    ["money moved, though no goods did", aRefundOnly(), [judged(), approves(), settles()]],
  ])(
    "is decided by nobody for thirty days while %s: the operator is called again",
    (_case, filed, history) => {
      const open = given(filed, ...history, machineFails());
      open.when(offDeadline(-1, silence())).thenHappens("DeadlineApproaching");
      const { deadlineAt = 0, resumeStage, version } = open.before.state;
      const after = open.when(silence()).thenHappens({
        type: "DeadlineExtended",
        deadlineAt: deadlineAt + 30 * day,
        reason: "operator_overdue",
      });
      expect(after.state).toMatchObject({ stage: "manual_review", resumeStage, waitSince: version + 1 });
      expect(after.state.deadlineAt).toBe(deadlineAt + 30 * day);
      expect(after.ledger).toEqual(open.before.ledger);
    },
  );

  it("gives the merchant the verdict's own clock again where none of it was left", () => {
    const clock = { merchantAnswerHours: 12, silence: "approve" } as const;
    const resumed = given(aReturn(), judged({ clocks: clock }), offDeadline(0, machineFails()))
      .when(resumes())
      .thenHappens({ type: "ManualReviewResolved", clockMs: 12 * hour });
    expect(resumed.state.deadlineAt).toBe(resumed.state.updatedAt + 12 * hour);
  });
});

describe("a case is settled", () => {
  it("freight, refund, commission, each once; the last of them closes it", () => {
    const history = [...wayTo.settling];
    const one = given(aReturn(), ...history)
      .when(settles())
      .thenHappens("FreightSettled");
    const two = given(aReturn(), ...history, settles())
      .when(settles())
      .thenHappens("RefundSettled", "PayoutInstructed");
    for (const { state } of [one, two]) expect(state.stage).toBe("settling");
    const after = given(aReturn(), ...history, settles(), settles())
      .when(settles())
      .thenHappens("CommissionReversed", { type: "CaseClosed", outcome: "refunded", released: [] });
    expect(after.state).toMatchObject({ stage: "closed", outcome: "refunded" });
  });

  it("skips the stages that move nothing", () => {
    const nothingButRefund = {
      freight: { payer: "buyer", capMinor: 0n },
      liability: whollyOn("platform"),
    } as const;
    const after = played(aRefundOnly(), judged(nothingButRefund), approves(), settles());
    expect(after.state.outcome).toBe("refunded");
    expect(after.ledger.map(({ transferId }) => transferId)).toEqual([
      "case-1.reserve.refund-from-platform",
      "case-1.refund.refund-from-platform",
      "case-1.refund.refund-to-buyer",
    ]);
  });

  it.each([
    [10_000, "refunded"],
    [5_000, "partially_refunded"],
    [0, "not_refunded"],
  ] as const)("with %i bps of the claim refundable: %s", (refundCapBps, outcome) => {
    const settled = untilClosed(played(aRefundOnly(), judged({ refundCapBps }), approves()));
    expect(settled.state.outcome).toBe(outcome);
  });

  it.each(stages.filter((stage) => stage !== "settling"))("not in %s", (stage) => {
    given(filedFor(stage), ...wayTo[stage])
      .when(settles())
      .thenIsRefused("stage_forbids");
  });
});

describe("versions, waits and deadlines", () => {
  it("counts one version a transaction, however many events it has", () => {
    const { before, when } = given(aReturn());
    const after = when(judged({ route: "automatic" })).thenHappens(
      "CaseJudged",
      "CaseApproved",
      "FundsReserved",
    );
    expect(after.state.version).toBe(before.state.version + 1);
  });

  it("numbers a wait by the version it began at, and drops number and deadline when nobody is waited for", () => {
    const waiting = played(aReturn(), ...wayTo.awaiting_inspection);
    expect(waiting.state.waitSince).toBe(waiting.state.version);
    const settling = played(aReturn(), ...wayTo.settling);
    expect(settling.state).not.toHaveProperty("waitSince");
    expect(settling.state).not.toHaveProperty("deadlineAt");
  });

  it("keeps a wait's number while the same wait goes on", () => {
    const { state } = played(aReturn(), ...wayTo.awaiting_merchant);
    const noted = applyEvents(state, [
      { type: "FundsReserved", at: monday + day, by: system, transfers: [] },
    ]);
    expect(noted).toMatchObject({ waitSince: state.waitSince, deadlineAt: state.deadlineAt });
    expect(noted.version).toBe(state.version + 1);
  });

  it("refuses a step the table does not have, a transaction without events and a case without a beginning", () => {
    const { state } = played(aReturn());
    const closed = { type: "CaseClosed", at: monday, by: system, outcome: "refused", released: [] } as const;
    expect(() => applyEvents(state, [closed])).toThrow(InvariantViolation);
    expect(() => applyEvents(state, [])).toThrow(InvariantViolation);
    expect(() => applyEvents(undefined, [closed])).toThrow(InvariantViolation);
    expect(applyEvents(undefined, [fileCase(aReturn(), monday, buyer)]).version).toBe(1);
  });
});

describe("who may do what", () => {
  const commandOf: { readonly [action in Action]: CaseCommand } = {
    approve: { type: "ApproveCase" },
    refuse: { type: "RefuseCase", reason: "evidence_insufficient" },
    counter_offer: { type: "MakeOffer", offer: { remedy: "refund_only", amountMinor: 1n } },
    accept_offer: { type: "AnswerOffer", answer: "accept" },
    decline_offer: { type: "AnswerOffer", answer: "decline" },
    resume: { type: "ResumeCase" },
    cancel: { type: "CancelCase" },
    ship_return: {
      type: "ShipReturn",
      carrier: "kuaidi100",
      trackingNumber: "SF1000000001",
      freightMinor: 0n,
    },
    order_label: { type: "OrderReturnLabel" },
    add_parcel: {
      type: "AddReturnParcel",
      carrier: "kuaidi100",
      trackingNumber: "SF1000000002",
      freightMinor: 0n,
      clockMs: domestic.firstScanMs,
    },
    inspect: { type: "RecordInspection", inspection: anInspection(aDetail()), goods: [] },
    repaired: { type: "FinishRepair", costMinor: 0n },
    not_repairable: { type: "GiveUpRemedy", of: "repairing" },
    reship: {
      type: "ShipReplacement",
      carrier: "kuaidi100",
      trackingNumber: "SF2000000001",
      freightMinor: 0n,
      clockMs: day,
    },
    cannot_supply: { type: "GiveUpRemedy", of: "awaiting_reshipment" },
    confirm: { type: "ConfirmReplacement" },
    report_problem: { type: "ReportProblem", problem: "faulty" },
    report_not_received: {
      type: "ReportNotReceived",
      parcels: [asKnown(played(aReturn(), ...wayTo.in_transit).state)],
    },
    escalate: { type: "OpenDispute", text: "No.", evidenceIds: [] },
    submit_statement: { type: "SubmitStatement", text: "Look.", evidenceIds: [], rests: false },
    propose: { type: "ProposeSettlement", remedy: "refund_only", amountMinor: 1n },
    accept_proposal: { type: "AcceptProposal", number: 1 },
    withdraw: { type: "WithdrawDispute" },
    assign: { type: "AssignDispute" },
    rule: {
      type: "RuleCase",
      liability: whollyOn("merchant"),
      remedy: "refund_only",
      refundMinor: 1n,
      freightPayer: "merchant",
      reason: { "zh-CN": "裁定。", en: "Ruled." },
      told: {},
    },
    appeal: { type: "AppealRuling", text: "No.", evidenceIds: [] },
    waive_appeal: { type: "WaiveAppeal" },
  };
  /** What only one of those who may can do at a time; `dispute.test.ts` says who. */
  const conditional: readonly Action[] = ["accept_proposal", "withdraw", "appeal"];
  const actions = Object.keys(commandOf) as readonly Action[];

  /** A partner acts for its buyers; nobody else acts for anybody. */
  const allowed = (stage: Stage, { role }: Actor): readonly Action[] => {
    const { actions: of } = lifecycle[stage];
    switch (role) {
      case "partner":
      case "buyer":
        return of.buyer ?? [];
      case "merchant":
      case "warehouse":
      case "operator":
        return of[role] ?? [];
      default:
        return [];
    }
  };

  it.each(stages)("in %s: exactly what the table says, for each role and each action", (stage) => {
    const standing = played(filedFor(stage), ...wayTo[stage]);
    for (const who of everybody) {
      expect(actionsOf(stage, who.role)).toEqual(allowed(stage, who));
      for (const action of actions) {
        const attempt = () => decide(commandOf[action], standing, standing.state.updatedAt + hour, who);
        const may = allowed(stage, who).includes(action);
        if (may && conditional.includes(action)) continue;
        if (may) expect(attempt(), `${who.role} ${action}`).not.toEqual([]);
        else expect(attempt, `${who.role} ${action}`).toThrow(CaseError);
      }
    }
  });

  it("says in a refusal what is allowed now", () => {
    const error = given(aReturn(), ...wayTo.awaiting_merchant)
      .when(resumes(merchant))
      .thenIsRefused("stage_forbids");
    expect(error.message).toContain("allowed now: approve, refuse");
  });
});
