import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settleCarrierClaimEndpoint } from "../../functions/api/settlement/carrier-claims.ts";
import { settleCarrierClaimOperation } from "../../functions/api/settlement/operations.ts";
import { fileCase } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { CaseError } from "../../functions/domain/errors.ts";
import { settleClaim } from "../../functions/domain/settlement/carrier-claim.ts";
import type { PayoutCommand } from "../../functions/domain/settlement/payout.ts";
import { refundPayoutId } from "../../functions/domain/settlement/refund.ts";
import { balances } from "../../functions/domain/settlement/transfer.ts";
import { cursorsWith } from "../../functions/http/cursor.ts";
import { routesOn } from "../../functions/http/endpoint.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { findCarrierClaim, settleClaimWrites } from "../../functions/store/carrier-claims.ts";
import { caseRecords, changeCase, commitFiledCase } from "../../functions/store/cases.ts";
import { ledgerPartition } from "../../functions/store/keys.ts";
import { commandPayout } from "../../functions/store/payouts.ts";
import { Conflict, type Table, transact } from "../../functions/store/table.ts";
import { apiEvent, claimsOf } from "../support/api.ts";
import { withoutGuards } from "../support/broken-table.ts";
import {
  aReturn,
  buyer,
  hour,
  merchant,
  monday,
  referenceOf,
  system,
  whollyOn,
} from "../support/builders.ts";
import { approves, goesMissing, judged, settles, ships } from "../support/cases.ts";
import {
  caseInTable,
  fresh,
  itemsOf,
  linesOf,
  make,
  openTestTable,
  standingCase,
  syncOrder,
} from "../support/cases-in-table.ts";

/**
 * Which guard holds what. Each story is told twice on the real engine: as it is, and on a table that has
 * forgotten one condition. What a story answers is what is wrong afterwards; a guard that could be taken away
 * and nobody noticed would not be one.
 */

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

/** Loses like everybody whose condition fails; anything else is a failure of the test. */
const unlessConflict = async (attempt: Promise<unknown>): Promise<void> => {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
};

const wrongIf = (wrong: boolean, what: string): readonly string[] => (wrong ? [what] : []);

type Guard = {
  readonly name: string;
  /** Where the conditions lie that the mutant has forgotten. */
  readonly prefixes: readonly string[];
  /** @param open the table, with or without its guard */
  readonly story: (open: (rival?: () => Promise<unknown>) => Table) => Promise<readonly string[]>;
  readonly caught: string;
};

const lostParcelPaid = async () => {
  const onCarrier = { liability: whollyOn("carrier"), carrier: "kuaidi100", route: "automatic" } as const;
  const state = await caseInTable(table, [judged(), approves(), ships(), goesMissing(), judged(onCarrier)]);
  await settleCase(table, referenceOf(state), state.updatedAt + hour);
  return state;
};

const claimsBalanceOf = async (state: Parameters<typeof referenceOf>[0]): Promise<bigint> =>
  balances((await standingCase(table, state)).ledger, "CNY").get("carrier:kuaidi100:claims") ?? 0n;

const guards: readonly Guard[] = [
  {
    name: "the version of a case, on its state and on its timeline",
    prefixes: ["STATE", "EVENT#"],
    caught: "the merchant's accepted refusal is gone",
    story: async (open) => {
      const state = await caseInTable(table, "awaiting_merchant");
      const refuse = () =>
        changeCase(table, referenceOf(state), {
          decide,
          by: merchant,
          now: state.updatedAt + hour,
          command: { type: "RefuseCase", reason: "evidence_insufficient" },
        });
      await applyTimeout(open(refuse), referenceOf(state), state.deadlineAt ?? 0);
      const records = await caseRecords(table, referenceOf(state), 1, 100);
      const happened = records.flatMap(({ announcements }) => announcements.map(({ type }) => type));
      return wrongIf(!happened.includes("CaseRefused"), "the merchant's accepted refusal is gone");
    },
  },
  {
    name: "what remains of a line",
    prefixes: ["LINE#"],
    caught: "more was claimed than was paid",
    story: async (open) => {
      const orderId = await syncOrder(table);
      const read = await linesOf(table, orderId);
      for (const on of [table, open()]) {
        const filed = fileCase(aReturn({ caseId: fresh("case"), orderId }), monday, buyer);
        await unlessConflict(commitFiledCase(on, filed, read, () => []));
      }
      const [line] = await linesOf(table, orderId);
      return wrongIf((line?.remainingMinor ?? 0n) < 0n, "more was claimed than was paid");
    },
  },
  {
    name: "put only if absent, for a transfer",
    prefixes: ["TRANSFER#"],
    caught: "what was posted has changed",
    story: async (open) => {
      const state = await caseInTable(table, "settling");
      await make(table, state, settles());
      const before = await standingCase(table, state);
      const blind = changeCase(open(), referenceOf(state), {
        decide,
        by: system,
        now: monday + 999 * hour,
        // A worker that does not see what was posted decides the stage once more.
        command: (snapshot) => {
          (snapshot as { ledger: unknown }).ledger = snapshot.ledger.filter(
            ({ stage }) => stage !== "freight",
          );
          return { type: "SettleNextStage" };
        },
      });
      await unlessConflict(blind);
      const after = await standingCase(table, state);
      const kept = before.ledger.every((posted) =>
        after.ledger.some(({ transferId, at }) => transferId === posted.transferId && at === posted.at),
      );
      return wrongIf(!kept, "what was posted has changed");
    },
  },
  {
    name: "what is open of a claim, and its version",
    prefixes: ["CLAIM#"],
    caught: "more was settled than was owed",
    story: async (open) => {
      const state = await lostParcelPaid();
      const place = { caseId: state.caseId, carrier: "kuaidi100" };
      const read = await findCarrierClaim(table, state.tenantId, place);
      if (!read) throw new Error("there is no claim");
      for (const [on, outcome] of [
        [table, "paid"],
        [open(), "reduced"],
      ] as const) {
        const { after, transfer } = settleClaim(read, { outcome, amountMinor: read.openMinor }, monday);
        await unlessConflict(transact(on, settleClaimWrites(on, read, after, transfer)));
      }
      return wrongIf((await claimsBalanceOf(state)) > 0n, "more was settled than was owed");
    },
  },
  {
    name: "put only if absent, for the answer to an idempotency key",
    prefixes: ["IDEMPOTENCY"],
    caught: "a double click on half settled the whole",
    story: async (open) => {
      const state = await lostParcelPaid();
      const click = async (on: Table) => {
        const handler = routesOn(
          () => ({ table: on, cursors: cursorsWith(() => "key") }),
          [settleCarrierClaimEndpoint],
        );
        const event = apiEvent(settleCarrierClaimOperation, {
          claims: claimsOf("operator", "tenant-1"),
          params: { claimId: `${state.caseId}.kuaidi100` },
          body: { outcome: "paid", amountMinor: 64_000 },
          idempotencyKey: `double-${state.caseId}`,
        });
        expect((await handler(event, {} as never)).statusCode).toBe(200);
      };
      await click(open(() => click(table)));
      return wrongIf((await claimsBalanceOf(state)) === 0n, "a double click on half settled the whole");
    },
  },
  {
    name: "the version of a payout, put only if absent for its transfers and its event",
    prefixes: ["PAYOUT", "TRANSFER#", "EVENT#"],
    caught: "what failed was also paid",
    story: async (open) => {
      const state = await caseInTable(table, "settling");
      await settleCase(table, referenceOf(state), state.updatedAt + hour);
      const reference = { tenantId: state.tenantId, payoutId: refundPayoutId(state.caseId, 1) };
      const tell = (on: Table, command: PayoutCommand) =>
        commandPayout(on, reference, command, {
          now: state.updatedAt + 2 * hour,
          by: system,
          extra: () => [],
        });
      const fails = () => tell(table, { type: "Confirm", attempt: 1, result: "failed", reason: "closed" });
      // Two words about one attempt at the same moment: the slower one loses, or both have been written.
      try {
        await tell(open(fails), { type: "Confirm", attempt: 1, result: "succeeded" });
      } catch (error) {
        if (!(error instanceof CaseError)) throw error;
      }
      const items = await itemsOf(table, ledgerPartition(state.tenantId, reference.payoutId), "TRANSFER#");
      const phases = items.map(({ phase }) => phase);
      return wrongIf(phases.includes("voided") && phases.includes("posted"), "what failed was also paid");
    },
  },
];

describe.each(guards)("$name", ({ prefixes, story, caught }) => {
  it("holds: nothing is wrong afterwards", async () => {
    expect(await story((rival) => withoutGuards(table, [], rival))).toEqual([]);
  });

  it(`is what holds it: without it, ${caught}`, async () => {
    expect(await story((rival) => withoutGuards(table, prefixes, rival))).toEqual([caught]);
  });
});
