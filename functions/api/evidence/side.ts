import { type EvidenceSide, sideOf } from "../../domain/evidence.ts";
import type { Caller } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";

/** On whose side the caller's files are. */
export const callerSide = ({ role }: Caller): EvidenceSide => {
  const side = sideOf(role);
  if (side === undefined) throw new Problem("role_forbidden", `The role ${role} has no side in a case.`);
  return side;
};
