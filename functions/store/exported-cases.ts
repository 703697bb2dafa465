import type { ClosedCase, NotJudgedReason } from "../domain/judgment/backtest.ts";
import { isEnd, type Stage } from "../domain/lifecycle.ts";
import type { Backtest } from "./backtests.ts";
import { unpackedRecap } from "./case-recap.ts";
import { casePartition, caseStateKey } from "./keys.ts";

/** An item as an export writes it: DynamoDB's JSON, bytes as base64. */
type ExportedItem = {
  readonly [attribute: string]: { readonly S?: string; readonly N?: string; readonly B?: string } | undefined;
};

const stateSortKey = caseStateKey("", "").SK;

/** What a line of an export is to a backtest: a case of its period, why that cannot be judged, or nothing. */
export const closedCaseIn = (
  line: string,
  { tenantId, closedFrom, closedTo }: Pick<Backtest, "tenantId" | "closedFrom" | "closedTo">,
): ClosedCase | NotJudgedReason | undefined => {
  // Most items are no states of cases, and looking for a word is much faster than parsing.
  if (!line.includes(stateSortKey)) return undefined;
  const { Item: item } = JSON.parse(line) as { readonly Item: ExportedItem };
  if (item.SK?.S !== stateSortKey || !item.PK?.S?.startsWith(casePartition(tenantId, ""))) return undefined;
  if (!isEnd(item.stage?.S as Stage)) return undefined;
  // The last thing that happens to a case is that it ends.
  const closedAt = Number(item.updatedAt?.N);
  if (closedAt < closedFrom || closedAt >= closedTo) return undefined;
  if (item.verdictNumber?.N === "0") return "never_judged";
  if (item.recap?.B === undefined) return "not_kept";
  try {
    return {
      ...unpackedRecap(Buffer.from(item.recap.B, "base64")),
      caseId: item.caseId?.S ?? "",
      currency: item.currency?.S ?? "",
      claimMinor: BigInt(item.claimMinor?.N ?? ""),
      returnFreightMinor: BigInt(item.returnFreightMinor?.N ?? ""),
    };
  } catch {
    return "unreadable";
  }
};
