import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Checkpoint,
  checkpointId,
  type ParcelStatus,
  parcelStatuses,
  projectParcel,
} from "../../functions/domain/tracking.ts";

const runs = { seed: 20_261_122, numRuns: 2_000 };

/** Few instants, codes and places, so that scans often share them. */
const checkpoint: fc.Arbitrary<Checkpoint> = fc.record(
  {
    at: fc.integer({ min: 0, max: 5 }),
    status: fc.constantFrom(...parcelStatuses),
    code: fc.constantFrom("0", "3", "a#b", "é", "e\u0301"),
    place: fc.constantFrom("", "上海", "b#c"),
    text: fc.string(),
    trusted: fc.boolean(),
  },
  { requiredKeys: ["at", "status", "code", "place", "text"] },
);
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

describe("the projection of a parcel", () => {
  it("is the same in whatever order and however often the checkpoints are told", () => {
    fc.assert(
      fc.property(retold, ({ checkpoints, retelling }) => {
        expect(projectParcel(retelling)).toEqual(projectParcel(checkpoints));
      }),
      runs,
    );
  });

  it("never takes back a delivery, a return or a damage scan", () => {
    fc.assert(
      fc.property(history, checkpoint, (checkpoints, next) => {
        const before = projectParcel(checkpoints);
        const after = projectParcel([...checkpoints, { ...next, at: 6 }]);
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
        const told = (what: ParcelStatus) => checkpoints.filter(({ status }) => status === what);
        expect(projection.damaged).toBe(told("damaged").length > 0);
        expect(projection.damageTrusted).toBe(told("damaged").some(({ trusted }) => trusted));
        if (projection.statusTrusted) {
          expect(told(projection.status).some(({ trusted }) => trusted)).toBe(true);
        }
        expect(projection.lastScanAt).toBe(
          checkpoints.length === 0 ? undefined : Math.max(...checkpoints.map(({ at }) => at)),
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
  it("is shared exactly by checkpoints of one time, code and place", () => {
    fc.assert(
      fc.property(checkpoint, checkpoint, (a, b) => {
        const same = a.at === b.at && a.code === b.code && a.place === b.place;
        expect(checkpointId(a) === checkpointId(b)).toBe(same);
      }),
      runs,
    );
  });
});
