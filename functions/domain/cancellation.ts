import { anythingPosted, type CaseEvent, type CaseSnapshot, holdsOf } from "./case.ts";
import type { Decision } from "./consequences.ts";
import { CaseError } from "./errors.ts";
import { isEnd } from "./lifecycle.ts";
import { requireAction } from "./permissions.ts";
import { releaseTransfers } from "./settlement/stages.ts";

/**
 * Why a request cannot be withdrawn any more; nothing where it can. The buyer may take back what it asked for as
 * long as it still has the goods and nobody has paid: afterwards somebody else would be left with neither.
 */
export const withdrawalBarredBy = ({
  state,
  ledger,
}: Pick<CaseSnapshot, "state" | "ledger">): string | undefined => {
  if (isEnd(state.stage)) return `The case is ${state.stage}.`;
  if (anythingPosted(ledger))
    return "Money has been posted: what has been paid is settled and not withdrawn.";
  if (state.replacementParcel) return "Something has been sent to the buyer already.";
  if (state.reception !== "none" && state.reception !== "awaiting") {
    return "The goods have left the buyer: what becomes of them decides the case.";
  }
  if (state.stage === "settling") return "The case is approved and being paid.";
  return undefined;
};

/**
 * The buyer withdraws its request: what was held of the order's lines and promised is given back.
 *
 * @throws CaseError `stage_forbids` with the reason
 */
export const cancel = ({ snapshot, at, by }: Decision): readonly CaseEvent[] => {
  const { state, ledger } = snapshot;
  const barred = by.role === "buyer" || by.role === "partner" ? withdrawalBarredBy(snapshot) : undefined;
  if (barred !== undefined) throw new CaseError("stage_forbids", barred);
  requireAction(state, by, "cancel");
  return [
    {
      type: "CaseCancelled",
      at,
      by,
      transfers: releaseTransfers(state, ledger, at),
      released: holdsOf(snapshot),
    },
  ];
};
