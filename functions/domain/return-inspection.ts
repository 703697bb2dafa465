import type { Actor, CaseDetail, CaseEvent } from "./case.ts";
import { type DecidedUnits, decidedOf } from "./disposition.ts";
import { CaseError } from "./errors.ts";
import type { ReturnInspection } from "./judgment/input.ts";
import { claimedFlawOf, isExpectedBack } from "./judgment/inspections.ts";

/** Whether what came back is what was sent: complete, the same, and with no flaw that was not known. */
export const isAsSent = (detail: CaseDetail, inspection: ReturnInspection): boolean => {
  const claimed = claimedFlawOf(detail);
  return detail.lines.every((line) => {
    const found = inspection.lines.find((entry) => entry.lineId === line.lineId);
    if (!found?.sameItem || found.receivedQuantity !== line.quantity) return false;
    return found.flaws.every((flaw) => isExpectedBack(flaw, line.knownFlaws, claimed));
  });
};

/** What an inspection makes of the return, and what becomes of the goods. */
export const inspected = (
  inspection: ReturnInspection,
  goods: readonly DecidedUnits[],
  detail: CaseDetail,
  at: number,
  by: Actor,
): readonly CaseEvent[] => [
  {
    type: "ReturnInspected",
    at,
    by,
    inspection,
    acceptance: isAsSent(detail, inspection) ? "accepted" : "contradicted",
  },
  ...decidedOf(goods, at, by),
];

/** @throws CaseError `inspection_incomplete`, naming each field */
export const requireCompleteInspection = (detail: CaseDetail, inspection: ReturnInspection): void => {
  const fields = [
    ...detail.lines
      .filter((line) => !inspection.lines.some((entry) => entry.lineId === line.lineId))
      .map((line) => ({ pointer: "/lines", detail: `Line ${line.lineId} of the case is missing.` })),
    ...inspection.lines.flatMap((entry, index) => {
      const line = detail.lines.find((candidate) => candidate.lineId === entry.lineId);
      if (!line) {
        return [
          { pointer: `/lines/${index}/lineId`, detail: `Line ${entry.lineId} is not part of the case.` },
        ];
      }
      const repeated = inspection.lines.findIndex((other) => other.lineId === entry.lineId) !== index;
      if (repeated) {
        return [{ pointer: `/lines/${index}/lineId`, detail: `Line ${entry.lineId} is inspected twice.` }];
      }
      return entry.receivedQuantity > line.quantity
        ? [
            {
              pointer: `/lines/${index}/receivedQuantity`,
              detail: `At most ${line.quantity} can come back for this case.`,
            },
          ]
        : [];
    }),
  ];
  if (fields.length > 0) {
    throw new CaseError("inspection_incomplete", "An inspection covers each line of the case once.", fields);
  }
};
