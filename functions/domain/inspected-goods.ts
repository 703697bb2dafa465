import type { CaseDetail, CaseLine, CaseSnapshot, CaseState } from "./case.ts";
import type { DecidedUnits, DisposedUnits } from "./disposition.ts";
import { CaseError, type FieldError } from "./errors.ts";
import type { ReturnInspection } from "./judgment/input.ts";
import { claimedFlawOf, isCovered, isExpectedBack } from "./judgment/inspections.ts";
import { isEnd } from "./lifecycle.ts";
import type { Reason } from "./request.ts";

/** What becomes of goods by what was found, by who inspects them, and by the warehouse that thinks again. */

/** What somebody may decide. Which units are missing follows from how many came back. */
export const namedDispositions = ["RESTOCK", "RETURN_TO_CONSIGNOR", "REPAIR", "SCRAP", "QUARANTINE"] as const;
export type NamedDisposition = (typeof namedDispositions)[number];

export const dispositions = [...namedDispositions, "MISSING"] as const;
export type Disposition = (typeof dispositions)[number];

/** A line, and what somebody wants to become of the units that came back. */
export type NamedLine = { readonly lineId: string; readonly disposition?: NamedDisposition | undefined };

type InspectedLine = ReturnInspection["lines"][number];
type Seen = {
  readonly type: CaseState["type"];
  readonly detail: CaseDetail;
  readonly line: CaseLine;
  readonly found: InspectedLine;
};

/** Claims that stand in the way of selling again, without a flaw an inspection would look for. */
const unsellable: readonly Reason[] = ["COUNTERFEIT", "EXPIRED", "MISSING_PART"];

/** What becomes of goods where nobody says otherwise: the first row that holds; none: they are sold again. */
const rows: readonly { readonly when: (seen: Seen) => boolean; readonly is: NamedDisposition }[] = [
  { when: ({ found }) => !found.sameItem, is: "QUARANTINE" },
  { when: ({ type }) => type === "repair", is: "REPAIR" },
  {
    when: ({ detail, line, found }) =>
      !found.flaws.every((flaw) => isExpectedBack(flaw, line.knownFlaws, claimedFlawOf(detail))),
    is: "QUARANTINE",
  },
  {
    when: ({ line, found }) => !found.flaws.every((flaw) => isCovered(flaw, line.knownFlaws)),
    is: "RETURN_TO_CONSIGNOR",
  },
  { when: ({ detail }) => unsellable.includes(detail.reason), is: "RETURN_TO_CONSIGNOR" },
];

export const defaultDisposition = (seen: Seen): NamedDisposition =>
  rows.find(({ when }) => when(seen))?.is ?? "RESTOCK";

const impossible = (
  { disposition }: NamedLine,
  found: InspectedLine | undefined,
  pointer: string,
): readonly FieldError[] => {
  if (disposition === undefined) return [];
  if (!found || found.receivedQuantity === 0) {
    return [{ pointer, detail: "must be left out: nothing of this line came back" }];
  }
  return !found.sameItem && (disposition === "RESTOCK" || disposition === "REPAIR")
    ? [{ pointer, detail: `must not be ${disposition}: what came back is not the item that was sold` }]
    : [];
};

/** @throws CaseError `disposition_forbidden`, naming each field */
const requirePossible = (named: readonly NamedLine[], inspection: ReturnInspection): void => {
  const fields = named.flatMap((line, index) => {
    if (named.findIndex(({ lineId }) => lineId === line.lineId) !== index) {
      return [{ pointer: `/lines/${index}/lineId`, detail: "must be named once" }];
    }
    const found = inspection.lines.find(({ lineId }) => lineId === line.lineId);
    return impossible(line, found, `/lines/${index}/disposition`);
  });
  if (fields.length > 0) {
    throw new CaseError("disposition_forbidden", "That cannot become of what came back.", fields);
  }
};

/**
 * What becomes of everything the case is about, once it was inspected.
 *
 * @param named what the inspector decided; the other lines follow from what was found
 * @throws CaseError `disposition_forbidden`, naming each field
 */
export const inspectedGoods = (
  inspection: ReturnInspection,
  named: readonly NamedLine[],
  { state: { type }, detail }: CaseSnapshot,
): readonly DecidedUnits[] => {
  requirePossible(named, inspection);
  return detail.lines.flatMap((line): readonly DecidedUnits[] => {
    const { lineId, itemId } = line;
    const found = inspection.lines.find((each) => each.lineId === lineId);
    const received = found?.receivedQuantity ?? 0;
    const own = named.find((each) => each.lineId === lineId)?.disposition;
    const units = (quantity: number, disposition: Disposition): readonly DecidedUnits[] =>
      quantity > 0 ? [{ lineId, itemId, quantity, disposition }] : [];
    return [
      ...(found ? units(received, own ?? defaultDisposition({ type, detail, line, found })) : []),
      ...units(line.quantity - received, "MISSING"),
    ];
  });
};

/** What was decided of the goods that came back, line by line; nothing before they are inspected. */
export const dispositionsOf = ({
  state: { reception, setAside = [] },
  detail,
}: Pick<CaseSnapshot, "state" | "detail">): readonly DisposedUnits[] => {
  if (reception !== "received") return [];
  return detail.lines.flatMap(({ lineId, itemId, quantity }) => {
    const aside = setAside.filter((units) => units.lineId === lineId);
    const restocked = quantity - aside.reduce((sum, units) => sum + units.quantity, 0);
    const units: readonly DisposedUnits[] =
      restocked > 0 ? [{ lineId, itemId, quantity: restocked, disposition: "RESTOCK" }, ...aside] : aside;
    return units;
  });
};

/**
 * The warehouse thinks again, until the case is closed; what is as it was is left out.
 *
 * @throws CaseError `stage_forbids`, or `disposition_forbidden` naming each field
 */
export const reconsideredGoods = (
  lines: readonly NamedLine[],
  inspection: ReturnInspection | undefined,
  snapshot: CaseSnapshot,
): readonly DecidedUnits[] => {
  const { stage, reception } = snapshot.state;
  if (isEnd(stage) || reception !== "received" || !inspection) {
    throw new CaseError("stage_forbids", "It is changed between the inspection and the end of the case.");
  }
  requirePossible(lines, inspection);
  return lines.flatMap(({ lineId, disposition }): readonly DecidedUnits[] => {
    const stands = dispositionsOf(snapshot).find(
      (units) => units.lineId === lineId && units.disposition !== "MISSING",
    );
    if (!stands || disposition === undefined || stands.disposition === disposition) return [];
    return [{ ...stands, disposition, instead: stands.disposition }];
  });
};
