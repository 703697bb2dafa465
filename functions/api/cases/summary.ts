import type { CaseState } from "../../domain/case.ts";
import { lifecycle } from "../../domain/lifecycle.ts";

/** A case as lists show it, with who moves next. */
export const summaryOf = <State extends Pick<CaseState, "stage" | "paused">>(state: State) => ({
  ...state,
  nextActor: lifecycle[state.stage].nextActor,
  ...(state.paused ? { pausedUntil: state.paused.until } : {}),
});
