import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newsFor } from "../../functions/api/cases/catch-up.ts";
import { type CarrierCode, carrierCodes, mayMoveMoney } from "../../functions/domain/carriers.ts";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { type Checkpoint, type CheckpointStatus, projectParcel } from "../../functions/domain/tracking.ts";
import { knownParcel, type Parcel } from "../../functions/store/parcels.ts";
import { aDetail, aLine, aReturn, day, hour, system, whollyOn } from "../support/builders.ts";
import {
  afterEvents,
  approves,
  judged,
  type Move,
  played,
  ships,
  silence,
  untilClosed,
  waybillOf,
} from "../support/cases.ts";
import { aReturnPointer } from "../support/cases-in-table.ts";

/**
 * What carriers tell of a returned parcel decides who is paid what. The same must come of it however they tell it: in
 * whatever order, however often, and cut into whatever pushes.
 */

const runs = { seed: 20_261_130, numRuns: 300 };

/**
 * How a parcel's week ends. Two ends that exclude each other are a person's to tell apart. (That a parcel is found which
 * counted as lost depends on what was decided in between, and has stories of its own.)
 */
const ends: readonly (readonly CheckpointStatus[])[] = [
  ["delivered"],
  ["returned"],
  ["lost"],
  ["delivered", "returned"],
  [],
];

/** What may come before any end, in any order: nothing of it is final. */
const before: readonly CheckpointStatus[] = [
  "registered",
  "picked_up",
  "in_transit",
  "out_for_delivery",
  "exception",
  "damaged",
  "refused",
  "returning",
  "silence",
  "unknown",
];

type Scan = { readonly source: CarrierCode; readonly at: number; readonly status: CheckpointStatus };

/** One that is believed is as likely as all others. */
const teller = fc.oneof(fc.constant<CarrierCode>("standard"), fc.constantFrom(...carrierCodes));

type History = { readonly end: readonly CheckpointStatus[]; readonly scans: readonly Scan[] };

/** Somebody takes it over, three days of scans, and each end is told within some hours, by up to three. */
const histories: fc.Arbitrary<History> = fc
  .record({
    takenOver: teller,
    underway: fc.array(
      fc.record({
        source: teller,
        at: fc.integer({ min: 0, max: 72 }),
        status: fc.constantFrom(...before),
      }),
      { maxLength: 8 },
    ),
    end: fc.constantFrom(...ends),
    endings: fc.array(fc.record({ source: teller, at: fc.integer({ min: 73, max: 80 }) }), {
      minLength: 2,
      maxLength: 4,
    }),
  })
  .map(({ takenOver, underway, end, endings }) => ({
    end,
    scans: [
      { source: takenOver, at: 0, status: "picked_up" },
      ...underway,
      ...endings.flatMap((told, index): Scan[] => {
        const status = end[index % end.length];
        return status ? [{ ...told, status }] : [];
      }),
    ],
  }));

/** In another order, some of it again, in pushes of one carrier each. */
const pushesOf = (scans: readonly Scan[]): fc.Arbitrary<readonly (readonly Scan[])[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...scans], { minLength: scans.length }),
      fc.shuffledSubarray([...scans]),
      fc.infiniteStream(fc.boolean()),
    )
    .map(([told, again, together]) => {
      const pushes: Scan[][] = [];
      for (const scan of [...again, ...told, ...again]) {
        const open = pushes.at(-1);
        const joins = open?.[0]?.source === scan.source && together.next().value === true;
        if (open && joins) open.push(scan);
        else pushes.push([scan]);
      }
      return pushes;
    });

const lines = fc.array(
  fc.record({ amountMinor: fc.bigInt(1n, 10_000_000n), commissionBps: fc.integer({ min: 0, max: 10_000 }) }),
  { minLength: 1, maxLength: 3 },
);

const after = (standing: CaseSnapshot, next: Move): CaseSnapshot => {
  const { command, by, at } = next(standing);
  const events = decide(command, standing, at, by);
  return events.length === 0 ? standing : afterEvents(standing, events);
};

/** Tells a case one push after the other, all when the week is over, as the webhook does. */
const told = (shipped: CaseSnapshot, pushes: readonly (readonly Scan[])[]) => {
  const { state } = shipped;
  const pointer = aReturnPointer(state, waybillOf(state), state.updatedAt);
  const heardAt = state.updatedAt + 7 * day;
  const checkpoints: Checkpoint[] = [];
  let standing = shipped;
  let parcel: Parcel = { pointer, checkpoints, projection: projectParcel([]) };
  for (const push of pushes) {
    for (const { source, at, status } of push) {
      const trusted = mayMoveMoney(source);
      checkpoints.push({
        source,
        at: state.updatedAt + at * hour,
        status,
        code: status,
        place: "",
        text: "",
        heardAt,
        trusted,
      });
    }
    parcel = { pointer, checkpoints: [...checkpoints], projection: projectParcel(checkpoints) };
    const command = newsFor(standing.state, parcel);
    if (command) standing = after(standing, () => ({ command, by: system, at: heardAt }));
  }
  return { standing, parcel };
};

/** Nobody does anything any more: the clocks decide, and the judge where a parcel is lost. */
const untilDecided = ({ standing, parcel }: ReturnType<typeof told>): CaseSnapshot => {
  const known = knownParcel(parcel);
  if (!known) throw new Error("a return's parcel is known");
  const { state } = standing;
  switch (state.stage) {
    case "in_transit":
    case "awaiting_inspection": {
      const command = { type: "ExpireWait", parcels: [known] } as const;
      const at = state.deadlineAt ?? 0;
      return untilDecided({ standing: after(standing, () => ({ command, by: system, at })), parcel });
    }
    case "lost":
      return untilDecided({
        standing: after(standing, judged({ liability: whollyOn("carrier"), carrier: "kuaidi100" })),
        parcel,
      });
    case "awaiting_objection":
      return untilDecided({ standing: after(standing, silence()), parcel });
    default:
      return untilClosed(standing);
  }
};

/** What was decided, and every amount that moved, without the moments. */
const decisionOf = ({ state, ledger, verdict }: CaseSnapshot) => ({
  stage: state.stage,
  outcome: state.outcome,
  verdict: verdict?.number,
  transfers: ledger.map(({ at: _, ...transfer }) => transfer),
});

describe("what a parcel's history decides", () => {
  it("is the same stage, the same trust and the same amounts, however it is told", () => {
    fc.assert(
      fc.property(
        lines,
        histories.chain(({ end, scans }) =>
          fc.tuple(fc.constant(end), fc.constant(scans), pushesOf(scans), pushesOf(scans)),
        ),
        (of, [end, scans, ...retellings]) => {
          const detail = aDetail({
            lines: of.map((line, index) => aLine({ ...line, lineId: `line-${index}` })),
          });
          const shipped = played(aReturn({ detail }), judged(), approves(), ships());
          const inOrder = [...scans].sort((a, b) => a.at - b.at).map((scan) => [scan]);
          const tellings = [inOrder, ...retellings].map((pushes) => told(shipped, pushes));
          const decisions = tellings.map((telling) => decisionOf(untilDecided(telling)));
          const [telling, decision] = [tellings[0], decisions[0]];
          if (!telling || !decision) throw new Error("it is told at least once");
          for (const other of decisions) expect(other).toEqual(decision);

          const refunded = decision.transfers
            .filter(({ purpose }) => purpose === "refund-to-buyer")
            .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
          const [ending, contradicted] = end;
          if (contradicted) {
            expect([decision.stage, refunded]).toEqual(["manual_review", 0n]);
            return;
          }
          const { stage, deliveryTrusted } = telling.standing.state;
          for (const { standing } of tellings) {
            expect([standing.state.stage, standing.state.deliveryTrusted]).toEqual([stage, deliveryTrusted]);
          }
          if (ending === "delivered") {
            const believed = scans.some(({ source, status }) => status === ending && mayMoveMoney(source));
            expect([stage, deliveryTrusted]).toEqual(["awaiting_inspection", believed]);
            // A weak word pays nobody.
            expect(refunded).toBe(believed ? shipped.state.claimMinor : 0n);
          }
          if (ending === "returned") expect([stage, refunded]).toEqual(["manual_review", 0n]);
          if (ending === "lost") expect(refunded).toBe(shipped.state.claimMinor);
        },
      ),
      runs,
    );
  });
});
