import { CaseError, type CaseErrorCode, DecisionForbidden, type FieldError } from "../domain/errors.ts";
import type { AllowedDecisions } from "../domain/merchant-decision.ts";
import { Conflict, StoreUnavailable } from "../store/table.ts";

/** Everything this API can answer instead of a success, by name. The list is closed. */
export type ProblemName =
  | CaseErrorCode
  | "invalid_request"
  | "malformed_json"
  | "malformed_csv"
  | "malformed_header"
  | "unsupported_media_type"
  | "body_too_large"
  | "unauthenticated"
  | "signature_invalid"
  | "role_forbidden"
  | "not_found"
  | "idempotency_key_required"
  | "idempotency_key_reused"
  | "invalid_cursor"
  | "precondition_failed"
  | "precondition_required"
  | "ruleset_invalid"
  | "ruleset_not_draft"
  | "ruleset_not_published"
  | "ruleset_draft_exists"
  | "ruleset_shipped"
  | "effective_time_taken"
  | "calendar_shipped"
  | "backtest_running"
  | "backtest_over"
  | "order_frozen"
  | "order_line_frozen"
  | "merchant_mismatch"
  | "reconciliation_closed"
  | "busy"
  | "internal";

/** An unmapped name does not compile. */
export const problems: Readonly<Record<ProblemName, { readonly status: number; readonly title: string }>> = {
  malformed_json: { status: 400, title: "The body is not JSON" },
  malformed_csv: { status: 400, title: "The body is not CSV" },
  malformed_header: { status: 400, title: "A header cannot be read" },
  idempotency_key_required: { status: 400, title: "An Idempotency-Key is required" },
  unauthenticated: { status: 401, title: "No valid token" },
  signature_invalid: { status: 401, title: "The signature does not match the body" },
  role_forbidden: { status: 403, title: "The role may not do this" },
  arbiter_barred: { status: 403, title: "This arbiter may not hear the appeal" },
  not_found: { status: 404, title: "There is no such thing" },
  stage_forbids: { status: 409, title: "The case's stage does not allow this" },
  decision_forbidden: { status: 409, title: "The rules do not allow this decision" },
  statements_exceeded: { status: 409, title: "Enough has been said in this dispute" },
  proposal_gone: { status: 409, title: "This is not proposed, or not any more" },
  dispute_taken: { status: 409, title: "Another arbiter has the dispute in hand" },
  quantity_exceeded: { status: 409, title: "More units than the line still has" },
  refundable_exceeded: { status: 409, title: "More money than the line still has" },
  requests_exceeded: { status: 409, title: "Too many requests for one order line" },
  evidence_repeated: { status: 409, title: "The same file was added before" },
  evidence_limit_reached: { status: 409, title: "The case takes no more files" },
  thread_closed: { status: 409, title: "The messages of this case can be read only" },
  thread_full: { status: 409, title: "The case takes no more messages" },
  audience_forbidden: { status: 409, title: "Whoever writes does not read what is for these" },
  tracking_number_taken: { status: 409, title: "The tracking number belongs to another parcel" },
  parcel_unknown: { status: 422, title: "The case has no such parcel" },
  parcels_exceeded: { status: 409, title: "The return travels in too many parcels" },
  label_answered: { status: 409, title: "Another answer of the label service is known" },
  order_frozen: { status: 409, title: "The order was frozen when it was first synced" },
  order_line_frozen: { status: 409, title: "The order line was frozen when it was first synced" },
  reconciliation_closed: { status: 409, title: "The reconciliation is being closed or is closed" },
  payout_contradicts: { status: 409, title: "Another outcome of the payout is known" },
  payout_attempt_unknown: { status: 409, title: "The payout had no such attempt" },
  payout_not_failed: { status: 409, title: "The payout is not known to have failed" },
  payout_attempts_exhausted: { status: 409, title: "The payout has failed too often to be tried again" },
  payout_not_answered: { status: 409, title: "The payment side has been told and can still answer" },
  payout_not_refund: { status: 409, title: "The payout is not a buyer's refund" },
  payout_not_advanced: { status: 409, title: "The platform has not advanced the payout" },
  claim_exceeded: { status: 409, title: "The carrier does not owe that much any more" },
  merchant_mismatch: { status: 409, title: "The lines belong to different merchants" },
  ruleset_not_draft: { status: 409, title: "The rule set is published and cannot be changed" },
  ruleset_not_published: { status: 409, title: "This version is not published" },
  ruleset_draft_exists: { status: 409, title: "The rule set has a draft already" },
  ruleset_shipped: { status: 409, title: "The rule set comes with the service and never changes" },
  calendar_shipped: { status: 409, title: "The calendar comes with the service and never changes" },
  effective_time_taken: { status: 409, title: "Another version takes effect at this moment" },
  backtest_running: { status: 409, title: "Another backtest is running" },
  backtest_over: { status: 409, title: "The backtest is over" },
  precondition_failed: { status: 412, title: "If-Match names another version" },
  body_too_large: { status: 413, title: "The body is larger than 256 KB" },
  unsupported_media_type: { status: 415, title: "The body has another media type" },
  invalid_request: { status: 422, title: "The request does not fit its schema" },
  idempotency_key_reused: { status: 422, title: "The Idempotency-Key was used for another request" },
  clock_bound_exceeded: { status: 422, title: "The clock cannot be moved so far" },
  invalid_cursor: { status: 422, title: "The cursor was not issued for this list" },
  ruleset_invalid: { status: 422, title: "The rule set cannot be used" },
  ruling_unsound: { status: 422, title: "The case cannot be ruled so" },
  disposition_forbidden: { status: 422, title: "That cannot become of these goods" },
  inspection_incomplete: { status: 422, title: "The inspection does not fit the case" },
  precondition_required: { status: 428, title: "If-Match is required" },
  internal: { status: 500, title: "Something went wrong on our side" },
  busy: { status: 503, title: "Too busy at this moment" },
};

/** Something wrong with a request that the domain knows nothing of. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly problem: ProblemName;
  readonly fields: readonly FieldError[];

  constructor(problem: ProblemName, detail: string, fields: readonly FieldError[] = []) {
    super(detail);
    this.problem = problem;
    this.fields = fields;
  }
}

/** A foreign id and a missing one answer alike: the sentence says the kind and nothing of what was asked. */
export const notFound = (
  what:
    | "case"
    | "dispute"
    | "order"
    | "merchant"
    | "item"
    | "rule set"
    | "backtest"
    | "tariff"
    | "calendar"
    | "claim"
    | "label"
    | "payout"
    | "schedule"
    | "reconciliation"
    | "subscription"
    | "exception"
    | "parcel"
    | "parked push",
): Problem => new Problem("not_found", `There is no such ${what}.`);

/** A field that is well-formed and still cannot be accepted, such as a reference to nothing. */
export const invalidField = (pointer: string, detail: string): Problem =>
  new Problem("invalid_request", "The request has errors.", [{ pointer, detail }]);

/** What a problem says beyond what every problem says (RFC 9457, extension members). */
export type ProblemExtension = { readonly allowed: AllowedDecisions };

type ProblemReply = {
  readonly name: ProblemName;
  readonly detail: string;
  readonly fields: readonly FieldError[];
  readonly extension?: ProblemExtension;
};

/** The one place where an error becomes a problem. */
export const problemOf = (error: unknown): ProblemReply => {
  if (error instanceof Problem) {
    return { name: error.problem, detail: error.message, fields: error.fields };
  }
  if (error instanceof DecisionForbidden) {
    const { code, message, fields, allowed } = error;
    return { name: code, detail: message, fields, extension: { allowed } };
  }
  if (error instanceof CaseError) return { name: error.code, detail: error.message, fields: error.fields };
  if (error instanceof StoreUnavailable || error instanceof Conflict) {
    // An answer may be lost after the commit, so this does not say that nothing was changed.
    const detail = "Send the request again shortly; a POST with the same Idempotency-Key is done once.";
    return { name: "busy", detail, fields: [] };
  }
  return { name: "internal", detail: "The error was recorded. Nothing needs to be done.", fields: [] };
};

/** The body of a problem (RFC 9457). */
export const problemBody = ({ name, detail, fields, extension }: ProblemReply, requestId: string) => ({
  type: `/problems/${name}`,
  title: problems[name].title,
  status: problems[name].status,
  detail,
  instance: requestId,
  ...(fields.length === 0 ? {} : { errors: fields }),
  ...extension,
});
