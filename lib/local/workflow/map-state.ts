import { randomUUID } from "node:crypto";
import { StateFailed } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Template } from "./expressions.ts";
import { readItems } from "./item-reader.ts";
import type { Json } from "./json.ts";
import type { MapState } from "./machine.ts";
import type { ExecutionRecord, MapRunRecord, Standing } from "./record.ts";
import { boundedText, withPlace } from "./surroundings.ts";
import type { TaskServices } from "./task.ts";

type MapSurroundings = {
  readonly record: ExecutionRecord;
  readonly standing: Standing;
  readonly services: TaskServices;
  readonly evaluation: Evaluation;
  readonly now: number;
  /** Told how many items there are before they are read: 0 where a reader has yet to fetch them. */
  readonly started: (length: number) => void;
};

/**
 * The run of a Map state that an execution stands in: its items, as the children's inputs, and its bounds.
 *
 * @throws StateFailed for a field that cannot be evaluated, items that cannot be read, or an input over the limit
 */
export const mapRunOf = async (
  state: MapState,
  { record, standing, services, evaluation, now, started }: MapSurroundings,
): Promise<MapRunRecord> => {
  const { evaluate, whole } = evaluation;
  const maxConcurrency = await whole("MaxConcurrency", state.maxConcurrency, 0);
  const { reader, toleratedCount, toleratedPercentage } = state;
  const count = toleratedCount && (await whole("ToleratedFailureCount", toleratedCount, 0));
  const percentage = toleratedPercentage && Number(await evaluate(toleratedPercentage));
  const listed = reader === undefined ? await listedItems(state, standing, evaluation) : [];
  started(listed.length);
  const items =
    reader === undefined ? listed : await readItems(services, reader, await evaluate(reader.arguments));
  const inputs =
    state.selector === undefined ? items : await selectedItems(items, state.selector, evaluation);
  for (const input of inputs) boundedText(standing.name, input);
  return {
    mapRunArn: `${record.stateMachineArn.replace(":stateMachine:", ":mapRun:")}/${state.label}:${randomUUID()}`,
    stateName: standing.name,
    label: state.label,
    executionType: state.executionType,
    definition: state.processor,
    inputs,
    maxConcurrency,
    toleratedCount: count,
    toleratedPercentage: percentage,
    startedAt: now,
    status: "RUNNING",
    redriveCount: 0,
  };
};

const listedItems = async (
  state: MapState,
  standing: Standing,
  { evaluate }: Evaluation,
): Promise<readonly Json[]> => {
  const items = state.items === undefined ? standing.input : await evaluate(state.items);
  if (Array.isArray(items)) return items;
  const cause = "The field 'Items' is no array.";
  throw new StateFailed({ error: "States.QueryEvaluationError", cause: withPlace(standing, cause) });
};

const selectedItems = async (
  items: readonly Json[],
  selector: Template,
  { evaluate }: Evaluation,
): Promise<readonly Json[]> => {
  const inputs: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    inputs.push(await evaluate(selector, { item: { Index, Value } }));
  }
  return inputs;
};
