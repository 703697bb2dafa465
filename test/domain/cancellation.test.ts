import { describe, expect, it } from "vitest";
import { balances, openPending } from "../../functions/domain/settlement/transfer.ts";
import { aRefundOnly, aReturn, buyer, merchant, operator, partner, warehouse } from "../support/builders.ts";
import {
  answers,
  approves,
  cancels,
  given,
  judged,
  type Move,
  machineFails,
  offers,
  settles,
  wayTo,
} from "../support/cases.ts";

/** Where a request can be withdrawn, and why not where it cannot. */

const goodsLeft = "The goods have left the buyer";
const paid = "Money has been posted";

const table: readonly (readonly [string, readonly Move[], "withdrawn" | string])[] = [
  ["before it is judged", wayTo.submitted, "withdrawn"],
  ["while the merchant thinks", wayTo.awaiting_merchant, "withdrawn"],
  ["while an offer waits for its answer", wayTo.offered, "withdrawn"],
  ["after an offer was declined", [...wayTo.offered, answers("decline")], "withdrawn"],
  ["after a refusal", wayTo.refused, "withdrawn"],
  ["where it does not fit the rules", wayTo.ineligible, "withdrawn"],
  ["approved, and the goods still with the buyer", wayTo.awaiting_shipment, "withdrawn"],
  ["while a person looks into it", wayTo.manual_review, "withdrawn"],
  [
    "while its machine has failed before anything moved",
    [...wayTo.awaiting_shipment, machineFails()],
    "withdrawn",
  ],
  ["with the goods on their way back", wayTo.in_transit, goodsLeft],
  ["with the goods lost on their way", wayTo.lost, goodsLeft],
  ["with the goods back", wayTo.awaiting_inspection, goodsLeft],
  ["with the goods worse than sent", wayTo.inspected, goodsLeft],
  ["in review after the goods left", [...wayTo.in_transit, machineFails()], goodsLeft],
  ["while it is paid", [...wayTo.settling, settles()], paid],
  ["in review after money moved", [...wayTo.settling, settles(), machineFails()], paid],
  ["once it is closed", wayTo.closed, "The case is closed"],
  ["once it was withdrawn", wayTo.cancelled, "The case is cancelled"],
];

describe("a request is withdrawn", () => {
  it.each(table)("%s", (_when, history, expected) => {
    for (const who of [buyer, partner]) {
      const when = given(aReturn(), ...history).when(cancels(who));
      if (expected !== "withdrawn") {
        expect(when.thenIsRefused("stage_forbids").message).toContain(expected);
        continue;
      }
      const after = when.thenHappens({
        type: "CaseCancelled",
        released: [{ lineId: "line-1", amountMinor: 128_000n, quantity: 1 }],
      });
      expect(after.state).toMatchObject({ stage: "cancelled", outcome: "cancelled" });
      expect([...openPending(after.ledger).values()].every((left) => left === 0n)).toBe(true);
      expect([...balances(after.ledger, "CNY").values()].every((balance) => balance === 0n)).toBe(true);
    }
  });

  it.each([
    ["approved and about to be paid", [judged(), approves()]],
    ["agreed on and about to be paid", [judged(), offers(), answers("accept")]],
  ] as const)("no more once it is %s, where the goods stay", (_when, history) => {
    const { message } = given(aRefundOnly(), ...history)
      .when(cancels())
      .thenIsRefused("stage_forbids");
    expect(message).toContain("approved and being paid");
  });

  it("by its buyer alone, or the platform for it", () => {
    for (const who of [merchant, operator, warehouse]) {
      given(aReturn(), ...wayTo.awaiting_merchant)
        .when(cancels(who))
        .thenIsRefused("stage_forbids");
    }
  });
});
