import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { openTable, type Table } from "../../functions/store/table.ts";
import { type ApiClient, createApiClient } from "../../lib/demo/api-client.ts";
import type { Scenario } from "../../lib/demo/scenario.ts";
import { scenarios } from "../../lib/demo/scenarios.ts";
import type { World } from "../../lib/demo/story.ts";
import { prepareWorld, storyStart } from "../../lib/demo/world.ts";
import { localClientConfig } from "../../lib/local/dynamodb.ts";
import { type LocalService, type LocalServiceOptions, playTemplate } from "../../lib/local/service.ts";
import { sharedAssembly } from "./shared-assembly.ts";

/** The played template with the demo's two platforms synced into it. */
export type Journey = {
  readonly service: LocalService;
  readonly world: World;
  readonly api: ApiClient;
  readonly table: Table;
  stop(): Promise<void>;
};

const journeyOn = (service: LocalService, world: World): Journey => {
  const client = new DynamoDBClient(localClientConfig(service.endpoints.dynamodb));
  return {
    service,
    world,
    api: world.api,
    table: openTable(service.tableName, client),
    stop: async () => {
      client.destroy();
      await service.stop();
    },
  };
};

/** Starts a service in memory, unless `options` say otherwise, on the morning the story begins. */
export const startJourney = async (options: LocalServiceOptions = {}): Promise<Journey> => {
  const startAt = storyStart(Date.now());
  const service = await playTemplate({
    memory: true,
    quiet: true,
    startAt,
    schedules: false,
    assembly: await sharedAssembly(),
    ...options,
  });
  return journeyOn(service, await prepareWorld(service, startAt));
};

/** Starts another service where one has stopped: what was synced and subscribed is still there. */
export const continueJourney = async ({ world }: Journey, options: LocalServiceOptions): Promise<Journey> => {
  const service = await playTemplate({ quiet: true, assembly: await sharedAssembly(), ...options });
  return journeyOn(service, { ...world, service, api: createApiClient(service) });
};

/** A scenario of the demo by its name. */
export const scenarioNamed = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new RangeError(`the demo has no scenario ${name}`);
  return found;
};

/** Everything in the table, so that a test can say that nothing was written at all. */
export const everythingIn = async ({ table }: Journey): Promise<ReadonlyMap<string, unknown>> => {
  const found = new Map<string, unknown>();
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await table.client.send(
      new ScanCommand({
        TableName: table.name,
        ConsistentRead: true,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    for (const item of Items) found.set(`${item.PK} ${item.SK}`, item);
    start = LastEvaluatedKey;
  } while (start);
  return found;
};
