import { type BacktestStatus, isOver } from "../domain/judgment/backtest.ts";
import {
  type BacktestReference,
  clearBacktest,
  completeBacktest,
  failBacktest,
  findBacktest,
  statusConflict,
} from "../store/backtests.ts";
import { deployedExports, exportPrefix } from "../store/exports.ts";
import { Conflict, deployedTable } from "../store/table.ts";
import type { BacktestEffects } from "./judge-exported-cases.ts";

export type FinishedRun = BacktestReference & {
  /** The name of what went wrong; absent where nothing did. */
  readonly error?: string | null;
};

/**
 * Writes down how a run ended, then removes everything it needed: its parts, the copy of the rules, the
 * exported objects. Cut off anywhere, it is done by the next attempt.
 */
export const finishBacktest = async (
  { table, exports }: BacktestEffects,
  { tenantId, backtestId, error }: FinishedRun,
  now: number,
): Promise<{ readonly status: BacktestStatus }> => {
  const reference = { tenantId, backtestId };
  const standing = async () => {
    const found = await findBacktest(table, reference);
    if (!found) throw new RangeError(`there is no backtest ${backtestId}`);
    return found.status;
  };
  if (!isOver(await standing())) {
    try {
      if (error === undefined || error === null) await completeBacktest(table, reference, now);
      else await failBacktest(table, reference, error, now);
    } catch (lost) {
      if (!(lost instanceof Conflict && lost.conflicts.includes(statusConflict))) throw lost;
    }
  }
  const status = await standing();
  if (!isOver(status)) throw new Conflict([statusConflict]);
  await exports.removeAll(exportPrefix(backtestId));
  await clearBacktest(table, reference);
  return { status };
};

export const handler = (input: FinishedRun): Promise<{ readonly status: BacktestStatus }> =>
  finishBacktest({ table: deployedTable(), exports: deployedExports() }, input, Date.now());
