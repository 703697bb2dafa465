import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RuleError } from "../../functions/domain/judgment/conditions.ts";
import { ruleSetDocumentKey } from "../../functions/store/keys.ts";
import {
  createDraft,
  DocumentTooLarge,
  findDocument,
  findVersion,
  latestVersion,
  listVersions,
  publishDraft,
  type RuleSetVersion,
  replaceDraft,
  retireVersion,
} from "../../functions/store/rule-sets.ts";
import { rulesFiledUnder, rulesOfVersion } from "../../functions/store/rules-in-force.ts";
import { Conflict, type Table } from "../../functions/store/table.ts";
import { fresh, openTestTable } from "../support/cases-in-table.ts";
import { aDocument, aRule, publish } from "../support/rules.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());

const by = { by: "operator-1", now: 100 };
const nothing = () => [];
const draftOf = (tenantId: string, rulesetId = "house") =>
  createDraft(
    table,
    undefined,
    { tenantId, rulesetId, name: "House", document: aDocument(), now: 100 },
    nothing,
  );
const inForce = async (tenantId: string, at: number) => (await rulesFiledUnder(table, tenantId, at)).version;
const conflictsOf = (results: readonly PromiseSettledResult<RuleSetVersion>[]) =>
  results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));

describe("the version in force", () => {
  it("is the one that took effect last, over all rule sets of the tenant; else the shipped one", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", 1_000);
    await publish(table, tenantId, "autumn", 2_000);
    await publish(table, tenantId, "house", 3_000);
    const expected = {
      0: "cn-standard@1",
      999: "cn-standard@1",
      1000: "house@1",
      1999: "house@1",
      2000: "autumn@1",
      3000: "house@2",
    };
    for (const [at, version] of Object.entries(expected))
      expect(await inForce(tenantId, Number(at))).toBe(version);
    expect(await inForce(fresh("tenant"), 5_000)).toBe("cn-standard@1");
  });

  it("is not one that was retired by then, however many were", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", 1_000);
    for (let at = 2_000; at < 2_012; at += 1) {
      const published = await publish(table, tenantId, "brief", at);
      await retireVersion(table, published, { ...by, now: 5_000 }, nothing);
    }
    expect(await inForce(tenantId, 4_999)).toBe("brief@12");
    expect(await inForce(tenantId, 5_000)).toBe("house@1");
  });

  it("that was retired before it took effect gives its moment back", async () => {
    const tenantId = fresh("tenant");
    const published = await publish(table, tenantId, "house", 1_000);
    await retireVersion(table, published, { ...by, now: 500 }, nothing);
    expect(await inForce(tenantId, 1_000)).toBe("cn-standard@1");
    await publish(table, tenantId, "autumn", 1_000);
    expect(await inForce(tenantId, 1_000)).toBe("autumn@1");
  });

  it("that does not compile judges nothing, and nothing else judges instead", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", 1_000);
    const broken = JSON.stringify(aDocument({ rules: [aRule("r", { fact: "luck", op: "eq", value: 1 })] }));
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...ruleSetDocumentKey(tenantId, "house", 1), document: broken },
      }),
    );
    await expect(rulesFiledUnder(table, tenantId, 1_000)).rejects.toThrow(RuleError);
    await expect(rulesOfVersion(table, tenantId, "house@1")).rejects.toThrow(RuleError);
  });

  it("is compiled once, and a version that is not there judges nothing", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", 1_000);
    expect(await rulesFiledUnder(table, tenantId, 1_000)).toBe(
      await rulesOfVersion(table, tenantId, "house@1"),
    );
    await expect(rulesOfVersion(table, tenantId, "house@2")).rejects.toThrow("gone");
    await expect(rulesOfVersion(table, fresh("tenant"), "house@1")).rejects.toThrow("gone");
    await expect(rulesOfVersion(table, tenantId, "whatever")).rejects.toThrow("names no rules");
  });
});

describe("a race", () => {
  it("of two publications for one moment is won by one of them", async () => {
    const tenantId = fresh("tenant");
    const drafts = [await draftOf(tenantId, "house"), await draftOf(tenantId, "autumn")];
    const results = await Promise.allSettled(
      drafts.map((draft) => publishDraft(table, draft, 1_000, by, nothing)),
    );
    const [lost, ...others] = conflictsOf(results);
    expect(others).toEqual([]);
    expect(lost).toBeInstanceOf(Conflict);
    const states = (await Promise.all(drafts.map((draft) => findVersion(table, tenantId, draft)))).map(
      (v) => v?.state,
    );
    expect(states.toSorted()).toEqual(["draft", "published"]);
  });

  it("of publishing against replacing never publishes what was not read", async () => {
    for (let round = 0; round < 10; round += 1) {
      const tenantId = fresh("tenant");
      const draft = await draftOf(tenantId);
      const document = aDocument({ merchantAnswerHours: 24 });
      const results = await Promise.allSettled([
        publishDraft(table, draft, 1_000, by, nothing),
        replaceDraft(table, draft, { name: "House", document, now: 200 }),
      ]);
      expect(conflictsOf(results)).toHaveLength(1);
      const standing = await latestVersion(table, tenantId, "house");
      const hours = (await findDocument(table, tenantId, draft))?.merchantAnswerHours;
      expect([standing?.state, hours]).toEqual(
        results[0].status === "fulfilled" ? ["published", 48] : ["draft", 24],
      );
    }
  });

  it("of two next versions is won by one of them", async () => {
    const tenantId = fresh("tenant");
    const results = await Promise.allSettled([draftOf(tenantId), draftOf(tenantId)]);
    expect(conflictsOf(results)).toHaveLength(1);
    expect((await listVersions(table, tenantId, 10)).items).toHaveLength(1);
  });
});

it("a document larger than an item is refused, and nothing is written", async () => {
  const tenantId = fresh("tenant");
  const rule = aRule("r", { fact: "signedOff", op: "eq", value: true }, { source: "x".repeat(400 * 1024) });
  const document = aDocument({ rules: [rule] });
  const draft = { tenantId, rulesetId: "house", name: "House", document, now: 100 };
  await expect(createDraft(table, undefined, draft, nothing)).rejects.toThrow(DocumentTooLarge);
  expect(await latestVersion(table, tenantId, "house")).toBeUndefined();
});
