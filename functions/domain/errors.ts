import type { AllowedDecisions } from "./merchant-decision.ts";

/** Everything that can be wrong with a command, by name. The list is closed; `http/problem.ts` maps it. */
export type CaseErrorCode =
  | "stage_forbids"
  | "decision_forbidden"
  | "clock_bound_exceeded"
  | "statements_exceeded"
  | "proposal_gone"
  | "dispute_taken"
  | "arbiter_barred"
  | "ruling_unsound"
  | "quantity_exceeded"
  | "refundable_exceeded"
  | "requests_exceeded"
  | "tracking_number_taken"
  | "parcel_unknown"
  | "parcels_exceeded"
  | "label_answered"
  | "inspection_incomplete"
  | "disposition_forbidden"
  | "evidence_repeated"
  | "evidence_limit_reached"
  | "thread_closed"
  | "thread_full"
  | "audience_forbidden"
  | "claim_exceeded"
  | "payout_contradicts"
  | "payout_attempt_unknown"
  | "payout_not_failed"
  | "payout_attempts_exhausted"
  | "payout_not_answered"
  | "payout_not_refund"
  | "payout_not_advanced";

/** Where in the request the trouble lies: a JSON pointer and a sentence. */
export type FieldError = { readonly pointer: string; readonly detail: string };

/** A command the domain refuses. Nothing has been written. */
export class CaseError extends Error {
  override readonly name = "CaseError";
  readonly code: CaseErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: CaseErrorCode, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.code = code;
    this.fields = fields;
  }
}

/** A decision the rules do not allow, with those they do. */
export class DecisionForbidden extends CaseError {
  readonly allowed: AllowedDecisions;

  constructor(allowed: AllowedDecisions, message: string, field: FieldError) {
    super("decision_forbidden", message, [field]);
    this.allowed = allowed;
  }
}

/**
 * An assertion about money or lifecycle that does not hold. It is never answered by a guess: the machine
 * catches it and an operator takes the case over.
 */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}
