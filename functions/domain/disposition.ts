import type { Actor, CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import type { Disposition } from "./inspected-goods.ts";
import type { CaseType } from "./request.ts";

/**
 * What becomes of goods that came back. It is decided where they are inspected and told by an event: stock is the
 * platform's, and no money hangs on this. What an inspection comes to is worked out by `inspected-goods.ts`, which
 * functions that inspect nothing do not carry.
 */

/** Units of a line, and what becomes of them. */
export type DisposedUnits = {
  readonly lineId: string;
  readonly itemId: string;
  readonly quantity: number;
  readonly disposition: Disposition;
};

/** What is told of them. */
export type DecidedUnits = DisposedUnits & {
  /** What had been decided before. */
  readonly instead?: Disposition;
};

type DispositionDecided = Extract<CaseEvent, { type: "DispositionDecided" }>;

export const decidedOf = (
  units: readonly DecidedUnits[],
  at: number,
  by: Actor,
): readonly DispositionDecided[] => units.map((each) => ({ type: "DispositionDecided", at, by, ...each }));

/** The clock settles for the parties; nobody has looked at the goods. */
export const uninspectedGoods = ({ state, detail }: CaseSnapshot): readonly DecidedUnits[] =>
  detail.lines.map(({ lineId, itemId, quantity }) => ({
    lineId,
    itemId,
    quantity,
    disposition: state.type === "repair" ? "REPAIR" : "QUARANTINE",
  }));

/** What was to be repaired for the buyer and is paid for instead goes back to whom it belongs. */
export const leftUnrepaired = (
  events: readonly CaseEvent[],
  { type, setAside = [] }: CaseState,
): readonly CaseEvent[] => {
  const turned = events.find((event) => event.type === "TurnedIntoRefund");
  if (!turned || type !== "repair") return [];
  const goods = setAside
    .filter(({ disposition }) => disposition === "REPAIR")
    .map((units) => ({ ...units, disposition: "RETURN_TO_CONSIGNOR", instead: "REPAIR" }) as const);
  return decidedOf(goods, turned.at, turned.by);
};

/**
 * What was ruled or agreed on while the goods are back changes what becomes of them: they are mended for the buyer, or
 * not any more.
 */
export const goodsUnder = (
  { state: { reception, setAside = [] }, detail }: CaseSnapshot,
  remedy: CaseType | "none",
  at: number,
  by: Actor,
): readonly CaseEvent[] => {
  if (reception !== "received") return [];
  const changed = detail.lines.flatMap(({ lineId, itemId, quantity }): readonly DecidedUnits[] => {
    const aside = setAside.filter((units) => units.lineId === lineId);
    const missing = aside.find(({ disposition }) => disposition === "MISSING")?.quantity ?? 0;
    const instead = aside.find(({ disposition }) => disposition !== "MISSING")?.disposition ?? "RESTOCK";
    const unmended = instead === "REPAIR" ? "RETURN_TO_CONSIGNOR" : instead;
    const disposition = remedy === "repair" ? "REPAIR" : unmended;
    return missing === quantity || disposition === instead
      ? []
      : [{ lineId, itemId, quantity: quantity - missing, disposition, instead }];
  });
  return decidedOf(changed, at, by);
};

/** The state keeps what does not go back into stock, so that an ordinary return adds nothing to it. */
export const disposedState = (
  { setAside = [], ...rest }: CaseState,
  { type: _1, at: _2, by: _3, instead, ...units }: DispositionDecided,
): CaseState => {
  const others = setAside.filter(
    ({ lineId, disposition }) => lineId !== units.lineId || disposition !== instead,
  );
  const aside = units.disposition === "RESTOCK" ? others : [...others, units];
  return aside.length > 0 ? { ...rest, setAside: aside } : rest;
};
