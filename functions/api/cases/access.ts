import type { Actor, CaseState } from "../../domain/case.ts";
import type { Reader } from "../../domain/judgment/readers.ts";
import type { Caller } from "../../http/endpoint.ts";
import type { Role } from "../../http/operation.ts";
import { notFound, Problem } from "../../http/problem.ts";

/** The caller as the one who acts on a case. */
export const actorOf = ({ role, id }: Caller): Actor => ({ role, id });

/**
 * Lets a buyer and a merchant see their own cases only. Another's case answers like one that does not exist.
 *
 * @throws Problem `not_found`
 */
export const requireVisible = (
  caller: Caller,
  state: Pick<CaseState, "buyerId" | "merchantId">,
  what: "case" | "dispute" = "case",
): void => {
  const visible =
    caller.role === "buyer"
      ? caller.buyerId === state.buyerId
      : caller.role === "merchant"
        ? caller.merchantId === state.merchantId
        : true;
  if (!visible) throw notFound(what);
};

/** @throws Problem `precondition_failed` if the caller decided on another version than the one that stands */
export const requireVersion = (ifMatch: number | undefined, state: Pick<CaseState, "version">): void => {
  if (ifMatch === undefined || ifMatch === state.version) return;
  throw new Problem("precondition_failed", `The case stands at version ${state.version}. Read it again.`);
};

/** Whose register a role reads. A warehouse reads none: what it finds must not depend on what hangs on it. */
export const readerOf: { readonly [role in Role]: Reader | undefined } = {
  buyer: "buyer",
  merchant: "merchant",
  partner: "arbiter",
  operator: "arbiter",
  warehouse: undefined,
};
