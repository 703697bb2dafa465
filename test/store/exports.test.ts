import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataFile, type Objects, openObjects } from "../support/objects.ts";

let objects: Objects;
beforeAll(async () => {
  objects = await openObjects();
});
afterAll(() => objects?.close());

const linesOf = async (key: string): Promise<readonly string[]> => {
  const all: string[] = [];
  for await (const lines of objects.exports.linesOf(key)) all.push(...lines);
  return all;
};

it("reads a file line by line, whatever its chunks cut through", async () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `{"Item":{"n":"第${index}条 & ${"x".repeat(index % 97)}"}}`,
  );
  objects.put("backtests/b/data one.json.gz", dataFile(lines));
  expect(await linesOf("backtests/b/data one.json.gz")).toEqual(lines);
  objects.put("backtests/b/last.json.gz", gzipSync("a\nb"));
  expect(await linesOf("backtests/b/last.json.gz")).toEqual(["a", "b"]);
});

it("never takes half a file for the whole", async () => {
  const whole = dataFile(Array.from({ length: 5_000 }, (_, index) => `line ${index} ${Math.sin(index)}`));
  objects.put("backtests/b/half.json.gz", whole.subarray(0, whole.length / 2));
  await expect(linesOf("backtests/b/half.json.gz")).rejects.toThrow();
});

it("says which object is not there", async () => {
  await expect(linesOf("backtests/b/nothing.json.gz")).rejects.toThrow(
    "404 to GET backtests/b/nothing.json.gz",
  );
});

it("removes all below a prefix, page after page, and nothing beside it", async () => {
  for (const key of ["c/1", "c/2&3", "c/4", "c/5", "c/6", "cc/1"])
    objects.put(`backtests/${key}`, dataFile([]));
  await objects.exports.removeAll("backtests/c/");
  expect(objects.keys().filter((key) => key.startsWith("backtests/c"))).toEqual(["backtests/cc/1"]);
  await objects.exports.removeAll("backtests/c/");
});
