import { StateFailed } from "./errors.ts";
import { type Json, maxPayloadBytes } from "./json.ts";
import { machineName } from "./persistence.ts";
import type { ExecutionRecord, Standing } from "./record.ts";

/** An item of a Map state, while its child's input is made. */
export type MapItem = { readonly Index: number; readonly Value: Json };

/** `$states.context` of the state the execution stands in. */
export const contextOf = (
  record: ExecutionRecord,
  { token, item }: { token?: string | undefined; item?: MapItem | undefined },
): Json => {
  const { standing } = record;
  return {
    Execution: {
      Id: record.executionArn,
      Input: JSON.parse(record.input),
      Name: record.name,
      RedriveCount: record.redriveCount,
      RoleArn: record.roleArn,
      StartTime: new Date(record.startedAt).toISOString(),
    },
    ...(standing !== undefined && {
      State: {
        EnteredTime: new Date(standing.enteredAt).toISOString(),
        Name: standing.name,
        RetryCount: standing.retries.reduce((sum, count) => sum + count, 0),
      },
    }),
    StateMachine: { Id: record.stateMachineArn, Name: machineName(record.stateMachineArn) },
    ...(token !== undefined && { Task: { Token: token } }),
    ...(item !== undefined && { Map: { Item: item } }),
  };
};

/** The words AWS puts before the cause of a failure that the language itself found. */
export const withPlace = ({ name, enteredEventId }: Standing, cause: string): string =>
  `An error occurred while executing the state '${name}' (entered at the event id #${enteredEventId}). ${cause}`;

/** A result or an output as text, or `StateFailed` when it is over the limit. */
export const boundedText = (stateName: string, output: Json): string => {
  const text = JSON.stringify(output);
  if (Buffer.byteLength(text) <= maxPayloadBytes) return text;
  const cause = `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailed({ error: "States.DataLimitExceeded", cause });
};
