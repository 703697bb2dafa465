import { dayMs, hourMs } from "./calendar.ts";

/**
 * The lifecycle of a case as a table. `evolve` refuses a step that is not in it, the state machine has a
 * branch for each stage in it, and tests prove that every stage can be reached, that every waiting stage
 * has a clock and that silence has a consequence.
 */

export const stages = [
  "submitted",
  "awaiting_merchant",
  "offered",
  "ineligible",
  "refused",
  "awaiting_shipment",
  "in_transit",
  "lost",
  "awaiting_inspection",
  "inspected",
  "repairing",
  "awaiting_reshipment",
  "reshipping",
  "awaiting_confirmation",
  "awaiting_objection",
  "disputed",
  "evidence_closed",
  "awaiting_ruling",
  "ruled",
  "settling",
  "manual_review",
  "closed",
  "cancelled",
] as const;
export type Stage = (typeof stages)[number];

/** Who moves next. `system` is this service itself, `carrier` whoever carries the parcel, `parties` both sides. */
export const nextActors = [
  "system",
  "merchant",
  "buyer",
  "warehouse",
  "carrier",
  "operator",
  "parties",
  "nobody",
] as const;
export type NextActor = (typeof nextActors)[number];

/** What somebody may do with a case. */
export const actions = [
  "approve",
  "refuse",
  "counter_offer",
  "accept_offer",
  "decline_offer",
  "cancel",
  "ship_return",
  "order_label",
  "add_parcel",
  "inspect",
  "report_not_received",
  "repaired",
  "not_repairable",
  "reship",
  "cannot_supply",
  "confirm",
  "report_problem",
  "resume",
  "escalate",
  "submit_statement",
  "propose",
  "accept_proposal",
  "withdraw",
  "assign",
  "rule",
  "appeal",
  "waive_appeal",
] as const;
export type Action = (typeof actions)[number];

/** What it means when the clock runs out and nobody acted. */
export type Silence =
  | "outcome_of_the_rule"
  | "offer_lapses"
  | "case_closes"
  | "parcel_is_stuck_then_lost"
  | "accepted_as_sent_if_trusted"
  | "turns_into_refund"
  | "replacement_is_stuck_then_lost"
  | "counts_as_confirmed"
  | "settled_as_judged"
  | "decided_on_file"
  | "standing_verdict_rules"
  | "ruling_is_final"
  | "closes_unresolved_or_calls_again";

export type Wait = {
  /** The state of the machine that waits. */
  readonly state: string;
  /** How long, in milliseconds; the verdict's own clock wins for the merchant's answer. */
  readonly durationMs: number;
  readonly silence: Silence;
};

export type StageRule = {
  readonly nextActor: NextActor;
  readonly wait?: Wait;
  /** A stage without a wait is passed by this task of the machine, unless it is an end. */
  readonly task?: string;
  readonly leadsTo: readonly Stage[];
  readonly actions: {
    readonly [role in "buyer" | "merchant" | "warehouse" | "operator"]?: readonly Action[];
  };
};

/** Clocks: see facts.md for the source of each figure. */
export const clocks = {
  merchantAnswerMs: 48 * hourMs,
  offerMs: 72 * hourMs,
  shipmentMs: 7 * dayMs,
  /** Of a parcel whose lane gives no clock of its own; see transit-clocks.ts. */
  stuckWithoutScanMs: 5 * dayMs,
  inspectionMs: 10 * dayMs,
  /** Ours: "within a reasonable period" (Directive (EU) 2019/771, art. 14 (1) (b)) named. */
  repairMs: 14 * dayMs,
  /** As long as the buyer has for the return. */
  reshipmentMs: 7 * dayMs,
  /** From delivery on; as long as the buyer may object to anything else. */
  confirmationMs: 7 * dayMs,
  escalationMs: 7 * dayMs,
  manualReviewMs: 30 * dayMs,
  /** Like the merchant's answer: whoever returned the goods is owed the refund within seven days. */
  objectionMs: 48 * hourMs,
  evidenceMs: 48 * hourMs,
  /** By then a ruling is due, and the arbiters are called again. */
  rulingTargetMs: 48 * hourMs,
  /** By then it is over: the verdict that stands decides. Ours; eBay names none. */
  rulingEndMs: 14 * dayMs,
  appealMs: 7 * dayMs,
} as const;

const operatorCalled: Stage = "manual_review";

/** Where a case goes when the goods are back or gone: money, or goods instead. */
const onceReturned: readonly Stage[] = ["settling", "repairing", "awaiting_reshipment"];

export const lifecycle: { readonly [stage in Stage]: StageRule } = {
  submitted: {
    nextActor: "system",
    task: "JudgeResponsibility",
    leadsTo: [
      "awaiting_merchant",
      "ineligible",
      "awaiting_shipment",
      "awaiting_reshipment",
      "settling",
      "disputed",
      "cancelled",
      operatorCalled,
    ],
    actions: { buyer: ["cancel"] },
  },
  awaiting_merchant: {
    nextActor: "merchant",
    wait: {
      state: "AwaitMerchantDecision",
      durationMs: clocks.merchantAnswerMs,
      silence: "outcome_of_the_rule",
    },
    leadsTo: [
      "awaiting_shipment",
      "awaiting_reshipment",
      "settling",
      "refused",
      "offered",
      "cancelled",
      operatorCalled,
    ],
    actions: { merchant: ["approve", "refuse", "counter_offer"], buyer: ["cancel"] },
  },
  offered: {
    nextActor: "buyer",
    wait: { state: "AwaitBuyerAnswer", durationMs: clocks.offerMs, silence: "offer_lapses" },
    leadsTo: [
      "awaiting_merchant",
      "awaiting_shipment",
      "awaiting_reshipment",
      "settling",
      "cancelled",
      operatorCalled,
    ],
    actions: { buyer: ["accept_offer", "decline_offer", "cancel"] },
  },
  ineligible: {
    nextActor: "buyer",
    wait: { state: "AwaitEscalation", durationMs: clocks.escalationMs, silence: "case_closes" },
    leadsTo: ["disputed", "closed", "cancelled", operatorCalled],
    actions: { buyer: ["escalate", "cancel"] },
  },
  refused: {
    nextActor: "buyer",
    wait: { state: "AwaitEscalation", durationMs: clocks.escalationMs, silence: "case_closes" },
    leadsTo: ["disputed", "closed", "cancelled", operatorCalled],
    actions: { buyer: ["escalate", "cancel"] },
  },
  awaiting_shipment: {
    nextActor: "buyer",
    wait: { state: "AwaitShipment", durationMs: clocks.shipmentMs, silence: "case_closes" },
    leadsTo: ["in_transit", "settling", "closed", "cancelled", operatorCalled],
    actions: { buyer: ["ship_return", "order_label", "cancel"] },
  },
  in_transit: {
    nextActor: "carrier",
    wait: {
      state: "AwaitDelivery",
      durationMs: clocks.stuckWithoutScanMs,
      silence: "parcel_is_stuck_then_lost",
    },
    leadsTo: ["awaiting_inspection", "lost", "inspected", ...onceReturned, operatorCalled],
    // Not the merchant: it pays, and nobody else has said yet that the goods arrived.
    actions: { buyer: ["add_parcel"], warehouse: ["inspect"] },
  },
  lost: {
    nextActor: "system",
    task: "JudgeResponsibility",
    // A parcel that turns up before anything was posted is inspected.
    leadsTo: [...onceReturned, "awaiting_inspection", "disputed", operatorCalled],
    actions: {},
  },
  awaiting_inspection: {
    nextActor: "warehouse",
    wait: {
      state: "AwaitInspection",
      durationMs: clocks.inspectionMs,
      silence: "accepted_as_sent_if_trusted",
    },
    leadsTo: ["inspected", ...onceReturned, "in_transit", operatorCalled],
    actions: { warehouse: ["inspect", "report_not_received"], merchant: ["inspect", "report_not_received"] },
  },
  inspected: {
    nextActor: "system",
    task: "JudgeResponsibility",
    leadsTo: ["awaiting_objection", "disputed", ...onceReturned, operatorCalled],
    actions: {},
  },
  repairing: {
    nextActor: "merchant",
    wait: { state: "AwaitRepair", durationMs: clocks.repairMs, silence: "turns_into_refund" },
    leadsTo: ["awaiting_reshipment", "settling", operatorCalled],
    actions: { merchant: ["repaired", "not_repairable"], warehouse: ["repaired", "not_repairable"] },
  },
  awaiting_reshipment: {
    nextActor: "merchant",
    wait: { state: "AwaitReshipment", durationMs: clocks.reshipmentMs, silence: "turns_into_refund" },
    // What was to be sent first cannot be had: then the goods come back for a refund.
    leadsTo: ["reshipping", "awaiting_shipment", "settling", operatorCalled],
    actions: { merchant: ["reship", "cannot_supply"], warehouse: ["reship", "cannot_supply"] },
  },
  reshipping: {
    nextActor: "carrier",
    wait: {
      state: "AwaitReplacementDelivery",
      durationMs: clocks.stuckWithoutScanMs,
      silence: "replacement_is_stuck_then_lost",
    },
    leadsTo: ["awaiting_confirmation", "awaiting_shipment", "lost", "settling", operatorCalled],
    // The buyer has it in hand whatever the carrier says.
    actions: { buyer: ["confirm"] },
  },
  awaiting_confirmation: {
    nextActor: "buyer",
    wait: {
      state: "AwaitConfirmation",
      durationMs: clocks.confirmationMs,
      silence: "counts_as_confirmed",
    },
    // Where it was sent first, what was bought is due now.
    leadsTo: ["settling", "awaiting_shipment", operatorCalled],
    actions: { buyer: ["confirm", "report_problem"] },
  },
  // The goods came back worse than sent and the case was judged again: either side may say that this is wrong.
  awaiting_objection: {
    nextActor: "parties",
    wait: { state: "AwaitEscalation", durationMs: clocks.objectionMs, silence: "settled_as_judged" },
    leadsTo: ["disputed", ...onceReturned, operatorCalled],
    actions: { buyer: ["escalate"], merchant: ["escalate"] },
  },
  disputed: {
    nextActor: "parties",
    wait: { state: "AwaitDisputeEvidence", durationMs: clocks.evidenceMs, silence: "decided_on_file" },
    // On an appeal also to itself, when the other side appeals as well, and back, when the only appeal is let go.
    leadsTo: [
      "evidence_closed",
      "awaiting_ruling",
      "disputed",
      "ruled",
      "submitted",
      "awaiting_shipment",
      ...onceReturned,
      "closed",
      operatorCalled,
    ],
    actions: {
      buyer: ["submit_statement", "propose", "accept_proposal", "appeal", "withdraw"],
      merchant: ["submit_statement", "propose", "accept_proposal", "appeal", "withdraw"],
      operator: ["assign"],
    },
  },
  evidence_closed: {
    nextActor: "system",
    task: "JudgeResponsibility",
    leadsTo: ["awaiting_ruling", operatorCalled],
    actions: {},
  },
  awaiting_ruling: {
    nextActor: "operator",
    wait: { state: "AwaitRuling", durationMs: clocks.rulingTargetMs, silence: "standing_verdict_rules" },
    leadsTo: [
      "ruled",
      "disputed",
      "submitted",
      "awaiting_shipment",
      ...onceReturned,
      "closed",
      operatorCalled,
    ],
    actions: {
      buyer: ["propose", "accept_proposal", "appeal", "withdraw"],
      merchant: ["propose", "accept_proposal", "appeal", "withdraw"],
      operator: ["assign", "rule"],
    },
  },
  ruled: {
    nextActor: "parties",
    wait: { state: "AwaitAppeal", durationMs: clocks.appealMs, silence: "ruling_is_final" },
    leadsTo: ["disputed", "awaiting_shipment", ...onceReturned, "closed", operatorCalled],
    actions: {
      buyer: ["appeal", "waive_appeal", "propose", "accept_proposal"],
      merchant: ["appeal", "waive_appeal", "propose", "accept_proposal"],
    },
  },
  settling: {
    nextActor: "system",
    task: "SettleCase",
    leadsTo: ["settling", "closed", operatorCalled],
    actions: {},
  },
  manual_review: {
    nextActor: "operator",
    wait: {
      state: "ManualReview",
      durationMs: clocks.manualReviewMs,
      silence: "closes_unresolved_or_calls_again",
    },
    leadsTo: stages.filter((stage) => stage !== "manual_review"),
    // The buyer withdraws while nothing has moved: `cancellation.ts`.
    actions: { buyer: ["cancel"], operator: ["approve", "refuse", "resume"] },
  },
  closed: { nextActor: "nobody", leadsTo: [], actions: {} },
  cancelled: { nextActor: "nobody", leadsTo: [], actions: {} },
};

export const isEnd = (stage: Stage): boolean => lifecycle[stage].leadsTo.length === 0;
