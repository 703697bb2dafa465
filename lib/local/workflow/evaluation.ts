import { failureOf, StateFailed } from "./errors.ts";
import { evaluationFailed, type Template } from "./expressions.ts";
import type { HistoryDetails } from "./history.ts";
import type { Json } from "./json.ts";
import { type ExecutionRecord, standingOf } from "./record.ts";
import { contextOf, type MapItem, withPlace } from "./surroundings.ts";

/** What a field may read beside the state's input and the execution's context. */
type Readable = {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string | undefined;
  readonly item?: MapItem;
};

/** Evaluates the fields of the state an execution stands in. What fails is `StateFailed`, and in its history. */
export type Evaluation = {
  evaluate(template: Template, readable?: Readable): Promise<Json>;
  /** A field that has to be an integer from `least` up. */
  whole(field: string, template: Template, least: number): Promise<number>;
  /** A field that has to be a boolean. */
  holds(field: string, condition: Template): Promise<boolean>;
};

export const evaluationIn = (
  record: ExecutionRecord,
  failed: (details: HistoryDetails["EvaluationFailed"]) => void,
): Evaluation => {
  const evaluate: Evaluation["evaluate"] = async (template, { token, item, ...readable } = {}) => {
    const standing = standingOf(record);
    try {
      const context = contextOf(record, { token, item });
      return await template({ input: standing.input, context, ...readable });
    } catch (error) {
      const { error: name, cause } = failureOf(error);
      const failure = { error: name, cause: withPlace(standing, cause ?? "") };
      const location = error instanceof StateFailed ? error.location : undefined;
      failed({ ...failure, ...(location && { location }), state: standing.name });
      throw new StateFailed(failure, location);
    }
  };

  /** A value of another kind fails like an expression that cannot be evaluated. */
  const checked =
    (field: string, template: Template, isRight: (value: Json) => boolean, what: string): Template =>
    async (scope) => {
      const value = await template(scope);
      if (isRight(value)) return value;
      throw evaluationFailed(field, `The field '${field}' is ${JSON.stringify(value)}, and no ${what}.`);
    };

  return {
    evaluate,
    whole: async (field, template, least) => {
      const isWhole = (value: Json): boolean => Number.isInteger(value) && Number(value) >= least;
      return Number(await evaluate(checked(field, template, isWhole, `integer from ${least} up`)));
    },
    holds: async (field, condition) =>
      (await evaluate(checked(field, condition, (value) => typeof value === "boolean", "boolean"))) === true,
  };
};
