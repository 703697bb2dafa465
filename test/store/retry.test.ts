import { describe, expect, it } from "vitest";
import { retryRaces } from "../../functions/store/retry.ts";
import { Conflict } from "../../functions/store/table.ts";

const lost = new Conflict(["version"]);

describe("a race that is lost", () => {
  it("is run again, and the result is the winner's", async () => {
    let runs = 0;
    const result = await retryRaces(async () => {
      runs += 1;
      if (runs < 3) throw lost;
      return "won";
    });
    expect([result, runs]).toEqual(["won", 3]);
  });

  it("again and again ends after eight attempts with the last loss", async () => {
    let runs = 0;
    const losing = retryRaces(async () => {
      runs += 1;
      throw new Conflict([`version ${runs}`]);
    });
    await expect(losing).rejects.toMatchObject({ conflicts: ["version 8"] });
    expect(runs).toBe(8);
  });

  it("waits anywhere between nothing and a bound that doubles up to a fifth of a second", async () => {
    const waits = async (random: number): Promise<readonly number[]> => {
      const waited: number[] = [];
      const pause = async (ms: number) => void waited.push(ms);
      const losing = retryRaces(() => Promise.reject(lost), undefined, { random: () => random, pause });
      await expect(losing).rejects.toThrow(Conflict);
      return waited;
    };
    expect(await waits(1)).toEqual([5, 10, 20, 40, 80, 160, 200]);
    expect(await waits(0.5)).toEqual([2.5, 5, 10, 20, 40, 80, 100]);
    expect(await waits(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it("is lost for good where the caller says so, and whatever is no race is thrown at once", async () => {
    let runs = 0;
    const run = (error: Error) => () => {
      runs += 1;
      return Promise.reject(error);
    };
    const forTransactions = (conflict: Conflict) => conflict.conflicts.includes("transaction");
    await expect(retryRaces(run(lost), forTransactions)).rejects.toThrow(lost);
    await expect(retryRaces(run(new RangeError("ours")))).rejects.toThrow(RangeError);
    expect(runs).toBe(2);
  });
});
