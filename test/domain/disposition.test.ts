import { describe, expect, it } from "vitest";
import type { CaseDetail } from "../../functions/domain/case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import {
  dispositionsOf,
  inspectedGoods,
  type NamedLine,
  reconsideredGoods,
} from "../../functions/domain/inspected-goods.ts";
import type { ReturnInspection } from "../../functions/domain/judgment/input.ts";
import { aDetail, aLine, anInspection, aReturn, hour, warehouse } from "../support/builders.ts";
import {
  approves,
  delivered,
  given,
  givesUp,
  judged,
  type Move,
  played,
  ships,
  untilClosed,
} from "../support/cases.ts";

const back = [judged(), approves(), ships(), delivered()] as const;
const scratch = { code: "scratch", place: "front", severity: "moderate" } as const;
const onRecord = { lines: [aLine({ knownFlaws: [scratch] })] };
const claimed = { reason: "DEFECTIVE", claimedFlaw: { code: "scratch", place: "front" } } as const;

type Found = Partial<ReturnInspection["lines"][number]>;

const inspects =
  (found: Found = {}, named: readonly NamedLine[] = []): Move =>
  (standing) => {
    const inspection = anInspection(standing.detail, found);
    const goods = inspectedGoods(inspection, named, standing);
    const at = standing.state.updatedAt + hour;
    return { command: { type: "RecordInspection", inspection, goods }, by: warehouse, at };
  };

const changes =
  (disposition: NamedLine["disposition"], found: Found = {}, lineId = "line-1"): Move =>
  (standing) => {
    const named = [{ lineId, disposition }];
    const goods = reconsideredGoods(named, anInspection(standing.detail, found), standing);
    const at = standing.state.updatedAt + hour;
    return { command: { type: "ChangeDisposition", goods }, by: warehouse, at };
  };

const forbidden = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    if (error instanceof CaseError) return [error.code, ...error.fields.map(({ pointer }) => pointer)];
    throw error;
  }
};

const filed = (but: Partial<CaseDetail> = {}, type: "return_and_refund" | "repair" = "return_and_refund") =>
  aReturn({ type, detail: aDetail(but) });

describe("what becomes of goods, where the inspector does not say", () => {
  it.each([
    ["as sent", {}, {}, "RESTOCK"],
    ["a flaw that was sold with it", onRecord, { flaws: [scratch] }, "RESTOCK"],
    ["the flaw that was claimed", claimed, { flaws: [scratch] }, "RETURN_TO_CONSIGNOR"],
    ["claimed to be counterfeit", { reason: "COUNTERFEIT" }, {}, "RETURN_TO_CONSIGNOR"],
    ["past its date", { reason: "EXPIRED" }, {}, "RETURN_TO_CONSIGNOR"],
    ["incomplete when it was sent", { reason: "MISSING_PART" }, {}, "RETURN_TO_CONSIGNOR"],
    ["a flaw nobody told of", {}, { flaws: [scratch] }, "QUARANTINE"],
    ["another item", {}, { sameItem: false }, "QUARANTINE"],
    ["nothing", {}, { receivedQuantity: 0 }, "MISSING"],
  ] as const)("%s", (_found, but, found, disposition) => {
    const after = given(filed(but), ...back)
      .when(inspects(found))
      .thenHappens("ReturnInspected", {
        type: "DispositionDecided",
        lineId: "line-1",
        itemId: "item-1",
        quantity: 1,
        disposition,
      });
    expect(dispositionsOf(after)).toEqual([{ lineId: "line-1", itemId: "item-1", quantity: 1, disposition }]);
  });

  it("counts what came back and what did not apart", () => {
    const lines = [aLine({ quantity: 3, heldQuantity: 3 })];
    const after = given(filed({ lines }), ...back)
      .when(inspects({ receivedQuantity: 2 }))
      .thenHappens(
        "ReturnInspected",
        { type: "DispositionDecided", quantity: 2, disposition: "RESTOCK" },
        { type: "DispositionDecided", quantity: 1, disposition: "MISSING" },
      );
    expect(dispositionsOf(after).map(({ quantity, disposition }) => [quantity, disposition])).toEqual([
      [2, "RESTOCK"],
      [1, "MISSING"],
    ]);
  });

  it("is to be repaired if that was asked for, and goes back to the consignor if it cannot be", () => {
    const { state } = given(filed(claimed, "repair"), ...back)
      .when(inspects({ flaws: [scratch] }))
      .thenHappens("ReturnInspected", { type: "DispositionDecided", disposition: "REPAIR" });
    expect(state.stage).toBe("repairing");
    given(filed(claimed, "repair"), ...back, inspects({ flaws: [scratch] }))
      .when(givesUp("repairing"))
      .thenHappens("TurnedIntoRefund", {
        type: "DispositionDecided",
        disposition: "RETURN_TO_CONSIGNOR",
        instead: "REPAIR",
      });
  });

  it("is nothing before they were inspected, and adds nothing to the state of an ordinary return", () => {
    expect(dispositionsOf(played(filed(), ...back))).toEqual([]);
    expect(played(filed(), ...back, inspects()).state).not.toHaveProperty("setAside");
  });
});

describe("the inspector decides", () => {
  it("otherwise than the table would", () => {
    const named = [{ lineId: "line-1", disposition: "SCRAP" }] as const;
    given(filed(), ...back)
      .when(inspects({}, named))
      .thenHappens("ReturnInspected", { type: "DispositionDecided", disposition: "SCRAP" });
  });

  it.each([
    ["restock another item", { sameItem: false }, "RESTOCK"],
    ["repair another item", { sameItem: false }, "REPAIR"],
    ["scrap what did not come", { receivedQuantity: 0 }, "SCRAP"],
  ] as const)("but cannot %s", (_what, found, disposition) => {
    const inspect = inspects(found, [{ lineId: "line-1", disposition }]);
    expect(forbidden(() => inspect(played(filed(), ...back)))).toEqual([
      "disposition_forbidden",
      "/lines/0/disposition",
    ]);
  });
});

describe("the warehouse thinks again", () => {
  it("with an event that says what it was; the same again is none", () => {
    const standing = given(filed(), ...back, inspects());
    standing.when(changes("RESTOCK")).thenNothingHappens();
    const after = standing.when(changes("QUARANTINE")).thenHappens({
      type: "DispositionDecided",
      lineId: "line-1",
      itemId: "item-1",
      quantity: 1,
      disposition: "QUARANTINE",
      instead: "RESTOCK",
    });
    expect(after.state).toMatchObject({ stage: "settling", setAside: [{ disposition: "QUARANTINE" }] });
    const again = given(filed(), ...back, inspects(), changes("QUARANTINE"))
      .when(changes("RESTOCK"))
      .thenHappens({ type: "DispositionDecided", disposition: "RESTOCK", instead: "QUARANTINE" });
    expect(again.state).not.toHaveProperty("setAside");
  });

  it("only of what came back: the missing stay missing", () => {
    const lines = [aLine({ quantity: 3, heldQuantity: 3 })];
    const found = { receivedQuantity: 2 };
    const after = given(filed({ lines }), ...back, inspects(found))
      .when(changes("SCRAP", found))
      .thenHappens({ type: "DispositionDecided", quantity: 2, disposition: "SCRAP" });
    expect(dispositionsOf(after).map(({ quantity, disposition }) => [quantity, disposition])).toEqual([
      [1, "MISSING"],
      [2, "SCRAP"],
    ]);
    const nothing = { receivedQuantity: 0 };
    const missing = played(filed({ lines }), ...back, inspects(nothing));
    expect(forbidden(() => changes("SCRAP", nothing)(missing))).toEqual([
      "disposition_forbidden",
      "/lines/0/disposition",
    ]);
  });

  it("not of another case's line, before the inspection, or of a closed case", () => {
    expect(forbidden(() => changes("SCRAP", {}, "line-9")(played(filed(), ...back, inspects())))).toEqual([
      "disposition_forbidden",
      "/lines/0/disposition",
    ]);
    for (const standing of [played(filed(), ...back), untilClosed(played(filed(), ...back, inspects()))]) {
      expect(forbidden(() => changes("SCRAP")(standing))).toEqual(["stage_forbids"]);
    }
  });
});
