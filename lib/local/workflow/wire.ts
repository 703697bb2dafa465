import * as z from "zod";
import { WorkflowError, type WorkflowErrorName } from "./errors.ts";
import { describeEvent } from "./history.ts";
import { maxPayloadBytes } from "./json.ts";
import type { ExecutionRecord, ExecutionStatus, MapRunRecord } from "./record.ts";
import type { Workflow } from "./workflow.ts";

/** An HTTP answer of the AWS JSON 1.0 protocol; the body is written as JSON. */
export type WorkflowReply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/**
 * Answers one request of the Step Functions API.
 *
 * @param target the header `X-Amz-Target`, `AWSStepFunctions.<Action>`
 * @param body the request's body, parsed
 */
export type WorkflowHandler = (target: string, body: unknown) => Promise<WorkflowReply>;

type Action = (workflow: Workflow, body: unknown) => unknown;

const arn = z.string().min(1).max(256);
const token = z.string().min(1).max(2048);
const data = z.string().max(maxPayloadBytes);
const page = {
  maxResults: z.int().min(0).max(1000).default(0),
  nextToken: z.string().min(1).max(3096).optional(),
};
const errorAndCause = { error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() };
const defaultPageSize = 100;

/** Members of a request that are not named here are ignored, as the real service does. */
const action =
  <Request>(schema: z.ZodType<Request>, run: (workflow: Workflow, request: Request) => unknown): Action =>
  (workflow, body) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return run(workflow, parsed.data);
    const [issue] = parsed.error.issues;
    const message = `1 validation error detected: '${issue?.path.join(".") ?? ""}' failed to satisfy constraint: ${issue?.message}`;
    throw new WorkflowError("ValidationException", message);
  };

const actions: Readonly<Record<string, Action>> = {
  ListStateMachines: action(z.object(page), (workflow, request) => {
    const { items, nextToken } = paginate(workflow.machines(), request, (machine) => machine.arn);
    const stateMachines = items.map(({ arn: stateMachineArn, name, createdAt }) => ({
      stateMachineArn,
      name,
      type: "STANDARD",
      creationDate: createdAt / 1000,
    }));
    return { stateMachines, nextToken };
  }),

  DescribeStateMachine: action(z.object({ stateMachineArn: arn }), (workflow, { stateMachineArn }) => {
    const machine = workflow.machines().find((candidate) => candidate.arn === stateMachineArn);
    if (machine === undefined) {
      throw new WorkflowError(
        "StateMachineDoesNotExist",
        `State Machine Does Not Exist: '${stateMachineArn}'`,
      );
    }
    return {
      stateMachineArn,
      name: machine.name,
      status: "ACTIVE",
      definition: machine.definition,
      roleArn: machine.roleArn,
      type: "STANDARD",
      creationDate: machine.createdAt / 1000,
      loggingConfiguration: { level: "OFF", includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    };
  }),

  UpdateStateMachine: action(
    z.object({ stateMachineArn: arn, definition: z.string().min(1).max(1_048_576) }),
    (workflow, { stateMachineArn, definition }) => ({
      updateDate: workflow.update(stateMachineArn, definition) / 1000,
    }),
  ),

  StartExecution: action(
    z.object({ stateMachineArn: arn, name: z.string().optional(), input: z.string().optional() }),
    (workflow, request) => {
      const { executionArn, startedAt } = workflow.start(request);
      return { executionArn, startDate: startedAt / 1000 };
    },
  ),

  ListExecutions: action(
    z
      .object({
        stateMachineArn: arn.optional(),
        mapRunArn: arn.optional(),
        statusFilter: z
          .enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"])
          .optional(),
        redriveFilter: z.enum(["REDRIVEN", "NOT_REDRIVEN"]).optional(),
        ...page,
      })
      .refine(
        (one) => (one.stateMachineArn === undefined) !== (one.mapRunArn === undefined),
        "either stateMachineArn or mapRunArn",
      ),
    (workflow, { stateMachineArn, mapRunArn, statusFilter, redriveFilter, ...request }) => {
      const all =
        mapRunArn === undefined
          ? workflow.executions(stateMachineArn ?? "")
          : workflow.mapRun(mapRunArn).children;
      const newestFirst = all
        .filter(({ status }) => statusFilter === undefined || status === statusFilter)
        .filter(
          (one) => redriveFilter === undefined || (redriveFilter === "REDRIVEN") === one.redriveCount > 0,
        )
        .toSorted((a, b) => b.startedAt - a.startedAt || a.executionArn.localeCompare(b.executionArn));
      const { items, nextToken } = paginate(newestFirst, request, (one) => one.executionArn);
      return { executions: items.map(summary), nextToken };
    },
  ),

  ListMapRuns: action(z.object({ executionArn: arn, ...page }), (workflow, { executionArn, ...request }) => {
    const { stateMachineArn } = workflow.execution(executionArn);
    const runs = workflow.mapRuns(executionArn).toReversed();
    const { items, nextToken } = paginate(runs, request, (run) => run.mapRunArn);
    const mapRuns = items.map((run) => ({ executionArn, stateMachineArn, ...runTimes(run) }));
    return { mapRuns, nextToken };
  }),

  DescribeMapRun: action(z.object({ mapRunArn: arn }), (workflow, { mapRunArn }) => {
    const { run, parent, children } = workflow.mapRun(mapRunArn);
    const counts = childCounts(run, children);
    return {
      ...runTimes(run),
      executionArn: parent.executionArn,
      status: run.status,
      maxConcurrency: run.maxConcurrency,
      toleratedFailureCount: run.toleratedCount ?? 0,
      toleratedFailurePercentage: run.toleratedPercentage ?? 0,
      // Without batches every item has a child of its own.
      itemCounts: counts,
      executionCounts: counts,
      redriveCount: run.redriveCount,
      ...(run.redrivenAt !== undefined && { redriveDate: run.redrivenAt / 1000 }),
    };
  }),

  DescribeExecution: action(z.object({ executionArn: arn }), (workflow, { executionArn }) =>
    description(workflow, workflow.execution(executionArn)),
  ),

  GetExecutionHistory: action(
    z.object({
      executionArn: arn,
      reverseOrder: z.boolean().default(false),
      includeExecutionData: z.boolean().default(true),
      ...page,
    }),
    (workflow, { executionArn, reverseOrder, includeExecutionData, ...request }) => {
      const { history } = workflow.execution(executionArn);
      const ordered = reverseOrder ? history.toReversed() : history;
      const { items, nextToken } = paginate(ordered, request, (event) => `${executionArn}#${event.id}`);
      return { events: items.map((event) => describeEvent(event, includeExecutionData)), nextToken };
    },
  ),

  SendTaskSuccess: action(z.object({ taskToken: token, output: data }), (workflow, { taskToken, output }) => {
    workflow.succeed(taskToken, output);
    return {};
  }),

  SendTaskFailure: action(
    z.object({ taskToken: token, ...errorAndCause }),
    (workflow, { taskToken, error = "", cause }) => {
      workflow.fail(taskToken, { error, ...(cause !== undefined && { cause }) });
      return {};
    },
  ),

  SendTaskHeartbeat: action(z.object({ taskToken: token }), (workflow, { taskToken }) => {
    workflow.heartbeat(taskToken);
    return {};
  }),

  StopExecution: action(
    z.object({ executionArn: arn, ...errorAndCause }),
    async (workflow, { executionArn, ...failure }) => {
      const { stoppedAt = 0 } = await workflow.stopExecution(executionArn, failure);
      return { stopDate: stoppedAt / 1000 };
    },
  ),

  RedriveExecution: action(
    z.object({ executionArn: arn, clientToken: z.string().min(1).max(64).optional() }),
    (workflow, { executionArn, clientToken }) => {
      const { redrivenAt = 0 } = workflow.redrive(executionArn, clientToken);
      return { redriveDate: redrivenAt / 1000 };
    },
  ),
};

/** Speaks the wire protocol for a workflow, so that the SDK and the `aws` CLI work against it. */
export const workflowHandler =
  (workflow: Workflow): WorkflowHandler =>
  async (target, body) => {
    const name = target.replace(/^AWSStepFunctions\./, "");
    const run = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (run === undefined) {
      return refused(
        "UnknownOperationException",
        `The action '${target}' is not played on this machine. Played are: ${Object.keys(actions).join(", ")}.`,
      );
    }
    try {
      return { status: 200, body: (await run(workflow, body ?? {})) as WorkflowReply["body"] };
    } catch (error) {
      if (error instanceof WorkflowError) return refused(error.name, error.message);
      throw error;
    }
  };

export const refused = (
  name: WorkflowErrorName | "SerializationException",
  message: string,
): WorkflowReply => ({
  status: 400,
  body: { __type: name, message },
});

const summary = (record: ExecutionRecord): Record<string, unknown> => ({
  executionArn: record.executionArn,
  stateMachineArn: record.stateMachineArn,
  name: record.name,
  status: record.status,
  startDate: record.startedAt / 1000,
  ...(record.stoppedAt !== undefined && { stopDate: record.stoppedAt / 1000 }),
  redriveCount: record.redriveCount,
  ...(record.redrivenAt !== undefined && { redriveDate: record.redrivenAt / 1000 }),
});

const runTimes = ({ mapRunArn, startedAt, stoppedAt }: MapRunRecord): Record<string, unknown> => ({
  mapRunArn,
  startDate: startedAt / 1000,
  ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
});

const childCounts = (
  { inputs }: MapRunRecord,
  children: readonly ExecutionRecord[],
): Record<string, number> => {
  const inStatus = (status: ExecutionStatus): number =>
    children.filter((child) => child.status === status).length;
  return {
    pending: inputs.length - children.length,
    running: inStatus("RUNNING"),
    succeeded: inStatus("SUCCEEDED"),
    failed: inStatus("FAILED"),
    timedOut: inStatus("TIMED_OUT"),
    aborted: inStatus("ABORTED"),
    total: inputs.length,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
};

const description = (workflow: Workflow, record: ExecutionRecord): Record<string, unknown> => {
  const refusal = workflow.redriveRefusal(record);
  return {
    ...summary(record),
    ...(record.parent !== undefined && { mapRunArn: record.parent.mapRunArn }),
    input: record.input,
    inputDetails: { included: true },
    ...(record.output !== undefined && { output: record.output, outputDetails: { included: true } }),
    ...record.failure,
    redriveStatus: refusal === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
    ...(refusal !== undefined && { redriveStatusReason: refusal }),
  };
};

/**
 * One page, and the token of the next: the key of the last item shown, so that items that come up in between
 * shift nothing.
 */
const paginate = <Item>(
  items: readonly Item[],
  { maxResults, nextToken }: { readonly maxResults: number; readonly nextToken?: string | undefined },
  keyOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly nextToken?: string } => {
  const last = nextToken === undefined ? undefined : Buffer.from(nextToken, "base64url").toString();
  const start = last === undefined ? 0 : items.findIndex((item) => keyOf(item) === last) + 1;
  if (last !== undefined && start === 0)
    throw new WorkflowError("InvalidToken", "Invalid Token: 'Invalid token'");
  const shown = items.slice(start, start + (maxResults || defaultPageSize));
  const end = shown.at(-1);
  const more = end !== undefined && start + shown.length < items.length;
  return { items: shown, ...(more && { nextToken: Buffer.from(keyOf(end)).toString("base64url") }) };
};
