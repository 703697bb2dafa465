import { createActivity } from "./activity.ts";
import { type LocalAssembly, synthesize } from "./assembly.ts";
import { createAsyncInvoke } from "./async-invoke.ts";
import { createAwsEndpoint, putItemThrough } from "./aws-endpoint.ts";
import { createBus, DeliveryFailed } from "./bus.ts";
import { createClock } from "./clock.ts";
import { createControl } from "./control.ts";
import { keep, openDataDirectory, recall } from "./data-directory.ts";
import { ensureTable, startEngine, withoutStream } from "./dynamodb.ts";
import { createDynamoDbProxy } from "./dynamodb-proxy.ts";
import { createEngineClient } from "./engine-client.ts";
import { createFailures, type Failure } from "./failures.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createFunctionLogs } from "./function-logs.ts";
import { createFunctions } from "./functions.ts";
import { createGateway } from "./gateway.ts";
import { listen } from "./http-server.ts";
import { account, credentials, region } from "./identities.ts";
import { createIdentity, type TokenClaims, TokenRefused } from "./identity.ts";
import { createKms } from "./kms.ts";
import { createLabelService } from "./label-service.ts";
import { createMeter, expressCounts, type Usage } from "./meter.ts";
import { createPaymentSide, type PaymentSide } from "./payment-side.ts";
import { planService } from "./plan.ts";
import { createS3Endpoint, s3Path } from "./s3/endpoint.ts";
import { objectCreated } from "./s3/notification.ts";
import { createObjectStore } from "./s3/object-store.ts";
import { createSandboxCarrier } from "./sandbox-carrier.ts";
import { createSecrets } from "./secrets.ts";
import { createStreamConsumer, type StreamConsumer } from "./stream.ts";
import { openStream } from "./stream-source.ts";
import { createTableExports } from "./table-export.ts";
import { resolveTemplates, TemplateRefused } from "./template.ts";
import { writeWorkerFile } from "./worker-file.ts";
import { taskStatesOf } from "./workflow/definition.ts";
import { fileStore, memoryStore } from "./workflow/persistence.ts";
import { workflowHandler } from "./workflow/wire.ts";
import { createWorkflow, type Workflow } from "./workflow/workflow.ts";

export type { TokenClaims } from "./identity.ts";
export type { Usage } from "./meter.ts";

export type LocalServiceOptions = {
  /** Nothing is kept. */
  readonly memory?: boolean;
  /** Where data is kept; `.local` in the working directory. */
  readonly dataDir?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Says nothing about events that were lost or parts that failed. */
  readonly quiet?: boolean;
  /** Epoch milliseconds the clock starts at. */
  readonly startAt?: number;
  /**
   * Whether rules for times fire, as they do unless this says not: each hour of an advanced clock costs some
   * milliseconds then, and a story of months that is about something else can do without.
   */
  readonly schedules?: boolean;
  /** Opens the sandbox of the platforms' payment side from the start; else somebody tells it to. */
  readonly paymentSide?: boolean;
  /** Fills the table past the service before anything reads its stream, for measurements over much data. */
  readonly fill?: (engineEndpoint: string, tableName: string) => Promise<void>;
  /** Another synthesized app than ours. */
  readonly assembly?: LocalAssembly;
};

export type LocalService = {
  /** The HTTP API, `/_local/*` and, told apart by `X-Amz-Target`, the AWS APIs. */
  readonly url: string;
  readonly endpoints: {
    readonly stepFunctions: string;
    readonly dynamodb: string;
    readonly events: string;
    /** Path style. */
    readonly s3: string;
  };
  readonly tableName: string;
  /** The machine that follows a case: the first of the template. */
  readonly stateMachineArn: string;
  /** ARNs of all machines, by logical id without the CDK's suffix. */
  readonly stateMachines: Readonly<Record<string, string>>;
  /** Names of the template's buckets. */
  readonly bucketNames: readonly string[];
  readonly clock: { now(): number; advance(ms: number): Promise<void> };
  /** Resolves when nothing is in flight: only timers, people and carriers can move a case now. */
  idle(): Promise<void>;
  readonly meter: { total(): Usage; forCase(caseId: string): Usage };
  token(claims: TokenClaims): Promise<string>;
  readonly paymentSide: Pick<PaymentSide, "tell" | "payments" | "file">;
  readonly faults: Pick<Faults, "tell" | "told">;
  /** What was given up on: dead-letter queues and failure buckets. */
  failures(): readonly Failure[];
  /** The last lines a function wrote, by its logical id without the CDK's suffix. */
  logs(functionName: string): string[];
  stop(): Promise<void>;
};

/** The clock never goes back, neither behind an earlier run nor behind what is asked for; undefined: real time. */
const startOfTime = (keptOffsetMs: number | undefined, startAt: number | undefined): number | undefined => {
  const wanted = [startAt, keptOffsetMs === undefined ? undefined : Date.now() + keptOffsetMs];
  const given = wanted.filter((moment) => moment !== undefined);
  return given.length === 0 ? undefined : Math.max(...given);
};

/**
 * Synthesizes the CDK app and plays its template on this machine. Throws, with one sentence, `PortInUse`,
 * `DataInUse`, `EngineMissing`, `TemplateRefused`, `PatternRefused` or `DefinitionRefused`.
 */
export const playTemplate = async (options: LocalServiceOptions = {}): Promise<LocalService> => {
  const say = (text: string) => {
    if (!options.quiet) console.error(text);
  };
  const failed = (error: unknown) =>
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));

  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };

  try {
    const server = await listen(options.port ?? 0, failed);
    stops.push(server.stop);
    const files = options.memory ? undefined : openDataDirectory(options.dataDir ?? ".local");
    if (files) stops.push(files.release);
    const engine = await startEngine(files && { databaseFile: files.database });
    stops.push(engine.stop);
    const assembly = options.assembly ?? (await synthesize());
    stops.push(assembly.remove);
    const worker = await writeWorkerFile();
    stops.push(worker.remove);

    const secrets = createSecrets(files?.secrets);
    const plan = planService(
      resolveTemplates(assembly.stacks, { apiUrl: server.url, secret: secrets }),
      assembly,
    );
    const [machine] = plan.machines;
    if (machine === undefined) throw new TemplateRefused("The template has no state machine.");
    await ensureTable(engine.endpoint, plan.table, { fresh: options.memory === true });
    const { fill } = options;
    if (fill) {
      const { endpoint } = engine;
      await withoutStream(endpoint, plan.table, () => fill(endpoint, plan.table.TableName));
    }

    const activity = createActivity();
    const meter = createMeter();
    const consumers: StreamConsumer[] = [];
    let workflow: Workflow | undefined;

    /** Nothing in flight anywhere, and no batching window left open. */
    const settle = async (): Promise<void> => {
      for (;;) {
        await activity.settled();
        if (workflow && workflow.activity() > 0) await workflow.idle();
        else if (!consumers.map((consumer) => consumer.closeWindow()).includes(true)) return;
      }
    };

    const startAt = startOfTime(recall<{ offsetMs: number }>(files?.clock)?.offsetMs, options.startAt);
    const clock = createClock({
      settle,
      failed,
      ...(startAt !== undefined && { startAt }),
      moved: (offsetMs) => keep(files?.clock, { offsetMs }),
    });
    const failures = createFailures(clock.now, files?.failures);
    const logs = createFunctionLogs(files?.logs);
    stops.push(logs.stop);

    const engineClient = createEngineClient(engine.endpoint);
    stops.push(engineClient.stop);
    const proxy = createDynamoDbProxy({
      engine: engineClient,
      meter,
      activity,
      written: () => {
        for (const consumer of consumers) consumer.poke();
      },
    });

    const objects = createObjectStore({
      buckets: new Set(plan.buckets.keys()),
      directory: files?.objects,
      now: clock.now,
      written: (object) => {
        const bucket = plan.buckets.get(object.bucket);
        if (bucket?.tellsTheBus) bus.tell(objectCreated(bucket.arn, object));
      },
    });
    const exports = createTableExports({
      table: plan.exported,
      engine: engineClient,
      store: objects,
      meter,
      activity,
      now: clock.now,
      file: files?.exports,
      failed,
    });

    const functions = createFunctions(plan.functions, {
      endpoint: server.url,
      worker: worker.url,
      offset: clock.offset,
      meter,
      activity,
      logs,
    });
    stops.push(functions.stop);

    const faults = createFaults(new Set(plan.machines.flatMap(({ definition }) => taskStatesOf(definition))));
    const played = createWorkflow({
      machines: plan.machines,
      clock,
      faultOf: faults.of,
      meter: {
        transition: (caseId) => meter.charge({ transitions: 1 }, [caseId]),
        express: (name, durationMs) => meter.charge(expressCounts(durationMs), [name]),
      },
      random: Math.random,
      store: files ? fileStore(files.executions) : memoryStore(),
      invokeFunction: async (functionArn, payload) => {
        const result = await functions.invoke(functionArn, payload);
        return result.ok ? { payload: result.payload } : { functionError: result.error };
      },
      putItem: putItemThrough(proxy),
      exportTable: exports.start,
      describeExport: exports.describe,
      readObject: async (bucket, key) => {
        const object = objects.find(bucket, key);
        if (object) return (await objects.read(object)).toString();
        throw Object.assign(new Error("The specified key does not exist."), { name: "S3.NoSuchKey" });
      },
    });
    workflow = played;
    stops.push(played.stop);

    const invokeAsync = createAsyncInvoke({
      configs: plan.asyncConfigs,
      invoke: functions.invoke,
      clock,
      activity,
      failures,
      lost: (functionArn, _, error) => say(`Lost an event for ${functionArn}: ${error.errorMessage}`),
    });
    const { triggerArn, poolArn } = plan.pool;
    const identity = await createIdentity({
      pool: plan.pool,
      invoke: (functionArn, event) => {
        if (triggerArn && !plan.permits(triggerArn, "cognito-idp.amazonaws.com", poolArn)) {
          throw new TokenRefused("The user pool may not invoke its pre-token-generation trigger.");
        }
        return functions.invoke(functionArn, event);
      },
      now: clock.now,
      keyFile: files?.keys,
    });

    const paymentSide = createPaymentSide({
      url: server.url,
      token: (tenant) => identity.token({ tenant, role: "partner" }),
      clock,
      activity,
      failed,
      file: files?.payments,
    });
    const labelService = createLabelService({
      url: server.url,
      token: (tenant) => identity.token({ tenant, role: "partner" }),
      activity,
      failed,
    });
    const sandboxCarrier = createSandboxCarrier({
      url: server.url,
      token: (tenant) => identity.token({ tenant, role: "partner" }),
      clock,
      activity,
      file: files?.sandboxCarrier,
      failed,
    });
    const bus = createBus({
      buses: plan.buses,
      rules: plan.rules,
      deliver: (functionArn, event, rule) => {
        if (!plan.permits(functionArn, "events.amazonaws.com", rule.arn)) {
          throw new DeliveryFailed("NO_PERMISSIONS", `${rule.name} may not invoke ${functionArn}`, false);
        }
        invokeAsync(functionArn, event);
      },
      clock,
      activity,
      meter,
      failures,
      account,
      region,
      heard: (event) => {
        paymentSide.hear(event);
        sandboxCarrier.hear(event);
        labelService.hear(event);
      },
      lost: (rule, _, error) => say(`Lost an event of rule ${rule.name}: ${String(error)}`),
    });

    const gateway = createGateway({
      apiId: plan.api.id,
      account,
      routes: plan.api.routes,
      verify: identity.verify,
      invoke: functions.invoke,
      now: clock.now,
    });
    const control = createControl({
      clock,
      meter,
      identity,
      failures,
      faults,
      paymentSide,
      labelService,
      sandboxCarrier,
      idle: settle,
    });
    const kms = createKms({
      keyArns: plan.keyArns,
      secret: (keyArn) => secrets(keyArn, undefined, { PasswordLength: 64 }),
    });
    const wire = createAwsEndpoint({ dynamodb: proxy, stepFunctions: workflowHandler(played), bus, kms });

    for (const [index, mapping] of plan.streams.entries()) {
      const position = files?.position(index);
      const source = await openStream({
        endpoint: engine.endpoint,
        tableName: plan.table.TableName,
        streamArn: mapping.streamArn,
        region,
        position: recall(position),
        now: clock.now,
      });
      const consumer = createStreamConsumer({
        mapping,
        source,
        invoke: functions.invoke,
        clock,
        activity,
        failures,
        reached: (reached) => keep(position, reached),
        failed,
      });
      consumers.push(consumer);
      stops.push(consumer.stop);
    }
    stops.push(clock.stop);

    server.answerWith({
      wire,
      objects: createS3Endpoint({
        store: objects,
        meter,
        activity,
        now: clock.now,
        secretOf: (accessKeyId) =>
          accessKeyId === credentials.accessKeyId ? credentials.secretAccessKey : undefined,
        corsOf: (bucket) => plan.buckets.get(bucket)?.corsRules ?? [],
      }),
      control: control.handle,
      gateway: async (request, body) => {
        const done = activity.begin();
        try {
          return await gateway.handle(request, body);
        } finally {
          done();
        }
      },
    });
    exports.resume();
    played.resume();
    sandboxCarrier.resume();
    for (const consumer of consumers) consumer.poke();
    if (options.schedules !== false) bus.startSchedules();
    if (options.paymentSide) paymentSide.tell({ open: true });
    paymentSide.resume();

    return {
      url: server.url,
      endpoints: {
        stepFunctions: server.url,
        dynamodb: server.url,
        events: server.url,
        s3: `${server.url}${s3Path}`,
      },
      tableName: plan.table.TableName,
      stateMachineArn: machine.arn,
      stateMachines: Object.fromEntries(plan.machines.map(({ logicalName, arn }) => [logicalName, arn])),
      bucketNames: [...plan.buckets.keys()],
      clock: { now: clock.now, advance: clock.advance },
      idle: settle,
      meter: { total: meter.total, forCase: meter.forCase },
      token: identity.token,
      paymentSide,
      faults,
      failures: failures.list,
      logs: (functionName) =>
        plan.functions.flatMap(({ name }) => (name.includes(functionName) ? logs.last(name) : [])),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
