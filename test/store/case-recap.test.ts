import { afterAll, beforeAll, expect, it } from "vitest";
import { ruledBy } from "../../functions/domain/judgment/backtest.ts";
import { cnStandard } from "../../functions/domain/judgment/cn-standard.ts";
import { judgeKnown } from "../../functions/domain/judgment/known-case.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { unpackedKnown, unpackedRecap } from "../../functions/store/case-recap.ts";
import { casePartition } from "../../functions/store/keys.ts";
import type { Table } from "../../functions/store/table.ts";
import { monday, referenceOf } from "../support/builders.ts";
import { approves, cancels, judged, refuses } from "../support/cases.ts";
import {
  caseInTable,
  fileInTable,
  itemsOf,
  make,
  type OpenTestTable,
  openTestTable,
  standingCase,
} from "../support/cases-in-table.ts";

let opened: OpenTestTable;
let table: Table;
beforeAll(async () => {
  opened = await openTestTable();
  table = opened.table;
});
afterAll(() => opened?.cleanup());

const recapOf = async ({ caseId }: { readonly caseId: string }) => {
  const [state] = await itemsOf(table, casePartition("tenant-1", caseId), "STATE");
  return state?.recap as Uint8Array | undefined;
};

it("a case that ends carries what it was judged on, in far less than a write unit", async () => {
  const filed = await fileInTable(table);
  await judgeResponsibility(table, referenceOf(filed), monday);
  const { verdict, known } = await standingCase(table, filed);
  expect(await recapOf(filed)).toBeUndefined();

  await make(table, filed, cancels());
  const recap = await recapOf(filed);
  expect(recap?.length).toBeLessThan(250);
  const { ruled, lines, ...rest } = unpackedRecap(recap as Uint8Array);
  expect(rest.known).toEqual(known);
  expect(ruled).toEqual(verdict && ruledBy(verdict));
  expect(lines).toEqual([{ amountMinor: 128_000n, commissionBps: 3_000 }]);
  expect(ruledBy(judgeKnown(cnStandard, rest.known, { number: 1, judgedAt: monday }))).toEqual(ruled);
});

it("a case that was never judged, or before this was kept, carries nothing", async () => {
  const unjudged = await caseInTable(table, [cancels()]);
  expect(await recapOf(unjudged)).toBeUndefined();
  const before = await caseInTable(table, [judged(), approves(), cancels()]);
  expect(before.stage).toBe("cancelled");
  expect(await recapOf(before)).toBeUndefined();
  const goesOn = await caseInTable(table, [judged(), refuses()]);
  expect(await recapOf(goesOn)).toBeUndefined();
});

it("reads what was packed by the first release: the dictionary is part of the format", () => {
  const packedThen =
    "eLuKSMc3w92AMDcyMTIBNxsM0NoSCCPRqxe0Gt3cyNDMxMIA2tjEWbnjqlAxK3HUOg7sDIyqB3ewFqeBgg4ATNRMvw==";
  expect(unpackedKnown(Buffer.from(packedThen, "base64"))).toEqual([
    {
      measured: {
        filedAt: 1_772_424_000_000,
        claimMinor: 128_000n,
        currency: "CNY",
        signedOffAt: 1_772_164_800_000,
      },
      facts: {
        requestType: "return_and_refund",
        reason: "CHANGED_MIND",
        amountMinor: 128_000,
        signedOff: true,
      },
      carriers: { outbound: "sf" },
    },
  ]);
});
