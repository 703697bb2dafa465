import { InvariantViolation } from "../domain/errors.ts";
import { countUnder } from "../domain/judgment/backtest.ts";
import {
  type BacktestReference,
  findBacktest,
  hasPart,
  keepPart,
  rulesOfBacktest,
} from "../store/backtests.ts";
import { closedCaseIn } from "../store/exported-cases.ts";
import { deployedExports, type Exports } from "../store/exports.ts";
import { deployedTable, type Table } from "../store/table.ts";

/** One data file, as the export's manifest lists it. */
export type ExportedFile = BacktestReference & {
  readonly file: string;
  /** How many items the manifest says are in it. */
  readonly items: number;
};

export type BacktestEffects = { readonly table: Table; readonly exports: Exports };

/** A large file takes minutes; a run that was cancelled is not to go on that long. */
const itemsBetweenLooks = 50_000;

/**
 * Judges the closed cases of one file once more and keeps what they came to. A file that is done already is
 * left alone, and a run that is over too.
 *
 * @throws InvariantViolation if the file holds more or less than its manifest says
 */
export const judgeExportedCases = async (
  { table, exports }: BacktestEffects,
  { tenantId, backtestId, file, items }: ExportedFile,
): Promise<void> => {
  const judging = async () => {
    const found = await findBacktest(table, { tenantId, backtestId });
    return found?.status === "judging" ? found : undefined;
  };
  const backtest = await judging();
  if (!backtest || (await hasPart(table, backtest, file))) return;
  const counting = countUnder(await rulesOfBacktest(table, backtest));
  let itemsSeen = 0;
  let cases = 0;
  let nextLook = itemsBetweenLooks;
  for await (const lines of exports.linesOf(file)) {
    for (const line of lines) {
      const found = closedCaseIn(line, backtest);
      if (found === undefined) continue;
      cases += 1;
      if (typeof found === "string") counting.passOver(found);
      else counting.judge(found);
    }
    itemsSeen += lines.length;
    if (itemsSeen < nextLook) continue;
    nextLook += itemsBetweenLooks;
    if (!(await judging())) return;
  }
  if (itemsSeen !== items) {
    throw new InvariantViolation(`${file} holds ${itemsSeen} items where its manifest says ${items}`);
  }
  await keepPart(table, backtest, file, { itemsSeen, cases, tally: counting.tally() });
};

/** What a file came to lies in the table; the machine is told nothing, since it holds little. */
export const handler = async (input: ExportedFile): Promise<Record<string, never>> => {
  await judgeExportedCases({ table: deployedTable(), exports: deployedExports() }, input);
  return {};
};
