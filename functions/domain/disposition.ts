import type { Actor, CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import type { Disposition } from "./inspected-goods.ts";

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
