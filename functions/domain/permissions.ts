import type { Actor, CaseState } from "./case.ts";
import { CaseError } from "./errors.ts";
import { type Action, lifecycle, type Stage } from "./lifecycle.ts";

/** What anybody may do with a case in a stage, by who they are; a partner acts for its buyers. */
export const actionsOf = (stage: Stage, role: Actor["role"]): readonly Action[] => {
  const { actions } = lifecycle[stage];
  switch (role) {
    case "partner":
    case "buyer":
      return actions.buyer ?? [];
    case "merchant":
      return actions.merchant ?? [];
    case "warehouse":
      return actions.warehouse ?? [];
    case "operator":
      return actions.operator ?? [];
    case "carrier":
    case "system":
      return [];
    default:
      return role satisfies never;
  }
};

/** @throws CaseError `stage_forbids`, naming what is allowed */
export const requireAction = (state: CaseState, by: Actor, action: Action): void => {
  const allowed = actionsOf(state.stage, by.role);
  if (allowed.includes(action)) return;
  throw new CaseError(
    "stage_forbids",
    `A case in stage ${state.stage} cannot be answered with ${action} by ${by.role}; allowed now: ${
      allowed.length === 0 ? "nothing" : allowed.join(", ")
    }.`,
  );
};

/** @throws CaseError `stage_forbids` */
export const requireStage = (state: CaseState, ...allowed: readonly Stage[]): void => {
  if (allowed.includes(state.stage)) return;
  throw new CaseError("stage_forbids", `A case in stage ${state.stage} has passed ${allowed.join(" and ")}.`);
};
