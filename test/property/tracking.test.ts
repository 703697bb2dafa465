import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradictionsIn } from "../../functions/domain/contradictions.ts";
import {
  type Checkpoint,
  type CheckpointStatus,
  checkpointId,
  orderedCheckpoints,
  type ParcelStatus,
  parcelStatuses,
  projectParcel,
} from "../../functions/domain/tracking.ts";

const runs = { seed: 20_261_122, numRuns: 2_000 };

const statuses: readonly CheckpointStatus[] = [...parcelStatuses, "silence", "unknown"];

/** Few instants, codes and places, so that scans often share them. A code has one meaning. */
const checkpoint: fc.Arbitrary<Checkpoint> = fc
  .record(
    {
      source: fc.constantFrom("aftership", "17track"),
      at: fc.integer({ min: 0, max: 5 }),
      code: fc.constantFrom(...statuses, "delivered#a", "delivered#é", "delivered#e\u0301"),
      place: fc.constantFrom("", "上海", "b#c"),
      text: fc.string(),
      heardAt: fc.integer({ min: 0, max: 6 }),
      trusted: fc.boolean(),
    },
    { requiredKeys: ["source", "at", "code", "place", "text"] },
  )
  .map((told) => ({ ...told, status: told.code.split("#")[0] as CheckpointStatus }));
const history = fc.array(checkpoint, { maxLength: 12 });

/** The same history in another order, and some of it told again. */
const retold = history.chain((checkpoints) =>
  fc
    .tuple(
      fc.shuffledSubarray(checkpoints, { minLength: checkpoints.length }),
      fc.shuffledSubarray(checkpoints),
    )
    .map(([shuffled, again]) => ({ checkpoints, retelling: [...again, ...shuffled, ...again] })),
);

const idsOf = (contradictions: ReturnType<typeof contradictionsIn>) =>
  contradictions.map(({ fact, contradictedBy }) => [checkpointId(fact), checkpointId(contradictedBy)]);

describe("the projection of a parcel", () => {
  it("is the same in whatever order and however often the checkpoints are told", () => {
    fc.assert(
      fc.property(retold, ({ checkpoints, retelling }) => {
        expect(projectParcel(retelling)).toEqual(projectParcel(checkpoints));
        expect(idsOf(contradictionsIn(retelling))).toEqual(idsOf(contradictionsIn(checkpoints)));
      }),
      runs,
    );
  });

  it("never takes back a delivery, a return or a damage scan", () => {
    fc.assert(
      fc.property(history, checkpoint, (checkpoints, next) => {
        const before = projectParcel(checkpoints);
        const { heardAt: _, ...later } = { ...next, at: 6 };
        const after = projectParcel([...checkpoints, later]);
        if (before.damaged) expect(after.damaged).toBe(true);
        if (before.status !== "delivered" && before.status !== "returned") return;
        expect(after.status).toBe(before.status);
        expect(after.deliveredAt).toBe(before.deliveredAt);
      }),
      runs,
    );
  });

  it("knows the last scan, and damage exactly if some scan said so", () => {
    fc.assert(
      fc.property(history, (checkpoints) => {
        const projection = projectParcel(checkpoints);
        const distinct = orderedCheckpoints(checkpoints);
        const scans = distinct.filter(({ status }) => status !== "silence");
        const told = (what: ParcelStatus) => distinct.filter(({ status }) => status === what);
        expect(projection.damaged).toBe(told("damaged").length > 0);
        expect(projection.damageTrusted).toBe(told("damaged").some(({ trusted }) => trusted));
        if (projection.statusTrusted) {
          expect(told(projection.status).some(({ trusted }) => trusted)).toBe(true);
        }
        expect(projection.lastScanAt).toBe(
          scans.length === 0
            ? undefined
            : Math.max(...scans.map(({ at, heardAt = at }) => Math.min(at, heardAt))),
        );
        expect(projection.deliveredAt !== undefined).toBe(projection.status === "delivered");
      }),
      runs,
    );
  });

  it("leaves the given history untouched", () => {
    fc.assert(
      fc.property(history, (checkpoints) => {
        const copy = structuredClone(checkpoints);
        projectParcel(checkpoints);
        expect(checkpoints).toEqual(copy);
      }),
      { ...runs, numRuns: 200 },
    );
  });
});

describe("the identity of a checkpoint", () => {
  it("is shared exactly by checkpoints of one source, time, code and place", () => {
    fc.assert(
      fc.property(checkpoint, checkpoint, (a, b) => {
        const same = a.at === b.at && a.source === b.source && a.code === b.code && a.place === b.place;
        expect(checkpointId(a) === checkpointId(b)).toBe(same);
      }),
      runs,
    );
  });
});
