import { advanceBacktest, type BacktestReference, statusConflict } from "../store/backtests.ts";
import { Conflict, deployedTable, type Table } from "../store/table.ts";

export type Advance = BacktestReference & {
  readonly to: "exporting" | "judging";
  /** Items in the export, once it is complete. */
  readonly itemsTotal?: number;
};

/** Nobody wants the run any more: the machine catches it and clears up. */
export class BacktestOver extends Error {
  override readonly name = "BacktestOver";
}

/**
 * Notes how far a run is. Noting the same twice changes nothing.
 *
 * @throws BacktestOver if it was cancelled
 */
export const advance = async (table: Table, { to, itemsTotal, ...reference }: Advance): Promise<void> => {
  try {
    await advanceBacktest(table, reference, to, itemsTotal);
  } catch (error) {
    if (!(error instanceof Conflict && error.conflicts.includes(statusConflict))) throw error;
    throw new BacktestOver(`backtest ${reference.backtestId} is over`);
  }
};

export const handler = async (input: Advance): Promise<Record<string, never>> => {
  await advance(deployedTable(), input);
  return {};
};
