import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CfnResource, type Stack } from "aws-cdk-lib";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalAssembly } from "../../lib/local/assembly.ts";
import { localClientConfig } from "../../lib/local/dynamodb.ts";
import { credentials, region } from "../../lib/local/identities.ts";
import { type LocalService, type LocalServiceOptions, playTemplate } from "../../lib/local/service.ts";
import { tinyAssembly } from "./tiny/app.ts";

const hour = 3_600_000;
const startAt = Date.UTC(2026, 2, 1);

let assembly: LocalAssembly;
let service: LocalService;

/** The tests of this file share one synthesized app; each service that stops would remove it. */
const play = (options: LocalServiceOptions = {}) =>
  playTemplate({ quiet: true, startAt, assembly: { ...assembly, remove: async () => {} }, ...options });

beforeAll(async () => {
  assembly = await tinyAssembly();
  service = await play({ memory: true });
});

afterAll(async () => {
  await service.stop();
  await assembly.remove();
});

const file = async (on: LocalService, detailType: string): Promise<string> => {
  const token = await on.token({ tenant: "lux", role: "merchant", merchantId: "atelier" });
  const response = await fetch(`${on.url}/cases`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ detailType }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { caseId: string }).caseId;
};

const read = async (on: LocalService, caseId: string, SK: string) => {
  const client = new DynamoDBClient(localClientConfig(on.endpoints.dynamodb));
  const Key = { PK: { S: `T#lux#CASE#${caseId}` }, SK: { S: SK } };
  const { Item } = await client.send(new GetItemCommand({ TableName: on.tableName, Key }));
  client.destroy();
  return Item;
};

const post = async (path: string, body: unknown, method = "POST") => {
  const response = await fetch(`${service.url}${path}`, { method, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe("a played template", () => {
  it("takes a case all the way: table, stream, bus, machine, and its clock in between", async () => {
    const caseId = await file(service, "CaseFiled");
    await service.idle();
    expect(await read(service, caseId, "NOTE")).toBeDefined();
    expect(await read(service, caseId, "WAITING")).toBeDefined();
    expect(await read(service, caseId, "CLOSED")).toBeUndefined();

    const before = service.clock.now();
    await service.clock.advance(11 * hour);
    const closed = await read(service, caseId, "CLOSED");
    const closedAt = Number(closed?.at?.N);
    expect(closedAt - before).toBeGreaterThan(9.9 * hour);
    expect(closedAt - before).toBeLessThan(10.1 * hour);

    const machine = new SFNClient(localClientConfig(service.endpoints.stepFunctions));
    const { executions } = await machine.send(
      new ListExecutionsCommand({ stateMachineArn: service.stateMachineArn, statusFilter: "SUCCEEDED" }),
    );
    const executionArn = executions?.find(({ name }) => name === caseId)?.executionArn;
    const execution = await machine.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(execution.output ?? "")).toEqual({ caseId, how: "silence" });
    machine.destroy();

    const usage = service.meter.forCase(caseId);
    expect(usage).toMatchObject({ transitions: 3, invocations: 4, writeUnits: 4, events: 1 });
    expect(usage.costUsd).toBeGreaterThan(3 * 0.000025);
  });

  it("shows functions the service's time and their own environment", async () => {
    const token = await service.token({ tenant: "lux", role: "merchant" });
    const response = await fetch(`${service.url}/cases`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ detailType: "Ignored" }),
    });
    const { at, cursorKey } = (await response.json()) as { at: number; cursorKey: string };
    expect(Math.abs(service.clock.now() - at)).toBeLessThan(60_000);
    expect(cursorKey).toHaveLength(48);
  });

  it("exports the table to a bucket and maps a function over the files, in another machine", async () => {
    const caseId = await file(service, "Ignored");
    await service.idle();
    const { Counting: stateMachineArn } = service.stateMachines;
    expect(Object.values(service.stateMachines)).toEqual([service.stateMachineArn, stateMachineArn]);
    const machine = new SFNClient(localClientConfig(service.endpoints.stepFunctions));
    const { executionArn } = await machine.send(
      new StartExecutionCommand({ stateMachineArn, name: `count-${caseId}` }),
    );
    await service.clock.advance(hour);
    const execution = await machine.send(new DescribeExecutionCommand({ executionArn }));
    const table = new DynamoDBClient(localClientConfig(service.endpoints.dynamodb));
    const { Count } = await table.send(new ScanCommand({ TableName: service.tableName, Select: "COUNT" }));
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: JSON.stringify({ items: Count }) });
    const [bucket] = service.bucketNames.filter((name) => name.includes("exports"));
    const objects = new AwsClient({ ...credentials, service: "s3", region });
    const listed = await objects.fetch(`${service.endpoints.s3}/${bucket}?list-type=2&prefix=AWSDynamoDB%2F`);
    expect(await listed.text()).toContain("<KeyCount>7</KeyCount>");
    table.destroy();
    machine.destroy();
  });

  it("keeps what the stream's function and the bus's function could not take", async () => {
    const poisoned = await file(service, "Poisoned");
    const unbearable = await file(service, "Unbearable");
    await service.idle();
    await service.clock.advance(hour);
    const failures = service.failures().map(({ destinationArn, document }) => ({
      to: destinationArn.replace(/[A-F0-9]{8}$/i, ""),
      text: JSON.stringify(document),
    }));
    expect(failures).toEqual([
      { to: "arn:aws:s3:::tinyservice-undelivered", text: expect.stringContaining(poisoned) },
      {
        to: "arn:aws:sqs:us-east-1:000000000000:TinyService-NotNotified",
        text: expect.stringContaining(unbearable),
      },
    ]);
  });

  it("answers 500 for a function that throws, crashes or takes too long, and lives on", async () => {
    for (const path of ["/throw", "/crash", "/slow"]) {
      expect((await fetch(`${service.url}${path}`)).status).toBe(500);
    }
    const log = service.logs("Api").join("\n");
    expect(log).toContain("broken on purpose");
    expect(log).toContain("Runtime.ExitError");
    expect(log).toContain("Task timed out after 1.00 seconds");
    await file(service, "Ignored");
  });

  it("answers many at once", async () => {
    const filed = await Promise.all(Array.from({ length: 20 }, () => file(service, "Ignored")));
    expect(new Set(filed).size).toBe(20);
  });
});

describe("/_local", () => {
  it("moves the clock forward only", async () => {
    const before = service.clock.now();
    const moved = await post("/_local/clock", { advance: "P1DT1H" });
    expect(Number(moved.body.nowMs) - before).toBeGreaterThanOrEqual(25 * hour);
    expect((await post("/_local/clock", { days: 0.5 })).status).toBe(200);
    for (const wrong of [{ advance: "-PT1H" }, { advance: "2 days" }, { advanceMs: -1 }, { weeks: 1 }, 5]) {
      expect((await post("/_local/clock", wrong)).status).toBe(422);
    }
  });

  it("refuses a token for a tenant, role or field it does not know", async () => {
    expect((await post("/_local/token", { tenant: "lux", role: "merchant" })).status).toBe(200);
    const stranger = await post("/_local/token", { tenant: "nobody", role: "merchant" });
    expect(stranger.status).toBe(422);
    expect(stranger.body.message).toContain("tenants/nobody");
    expect((await post("/_local/token", { tenant: "lux", role: "king" })).status).toBe(422);
    expect((await post("/_local/token", { tenant: "lux", role: "buyer", admin: true })).status).toBe(422);
  });

  it("plays the faults it is told to, in the cases they name, until it is told otherwise", async () => {
    const faulty = await file(service, "CaseFiled");
    const other = await file(service, "CaseFiled");
    const told = { faults: [{ state: "Close", error: "StoreUnavailable", caseId: faulty }] };
    expect(await post("/_local/faults", told, "PUT")).toEqual({ status: 200, body: told });
    for (const wrong of [{ state: "Closed", error: "No" }, { state: "Close" }]) {
      expect((await post("/_local/faults", { faults: [wrong] }, "PUT")).status).toBe(422);
    }
    expect(await (await fetch(`${service.url}/_local/faults`)).json()).toEqual(told);
    await service.clock.advance(11 * hour);
    expect(await read(service, other, "CLOSED")).toBeDefined();
    expect(await read(service, faulty, "CLOSED")).toBeUndefined();

    const machine = new SFNClient(localClientConfig(service.endpoints.stepFunctions));
    const executionArn = `${service.stateMachineArn.replace(":stateMachine:", ":execution:")}:${faulty}`;
    expect(await machine.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: "FAILED",
      error: "StoreUnavailable",
    });
    await post("/_local/faults", { faults: [] }, "PUT");
    await machine.send(new RedriveExecutionCommand({ executionArn }));
    await service.idle();
    expect(await read(service, faulty, "CLOSED")).toBeDefined();
    machine.destroy();
  });

  it("reads the meter, of all and of a case", async () => {
    const total = await (await fetch(`${service.url}/_local/meter`)).json();
    expect(total).toMatchObject({ transitions: expect.any(Number) });
    const one = await (await fetch(`${service.url}/_local/meter?caseId=none`)).json();
    expect(one).toMatchObject({ transitions: 0, costUsd: 0 });
  });
});

describe("a service that keeps its data", () => {
  it("goes on after a restart: case, clock, execution, tokens", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "tiny-data-"));
    const first = await play({ dataDir });
    const caseId = await file(first, "CaseFiled");
    await first.idle();
    await first.clock.advance(8 * hour);
    const stoppedAt = first.clock.now();
    await expect(play({ dataDir })).rejects.toThrow(expect.objectContaining({ name: "DataInUse" }));
    await first.stop();

    const second = await play({ dataDir });
    expect(second.clock.now()).toBeGreaterThanOrEqual(stoppedAt);
    await second.idle();
    expect(second.meter.forCase(caseId).transitions).toBe(0);
    expect(await read(second, caseId, "CLOSED")).toBeUndefined();
    await second.clock.advance(3 * hour);
    expect(await read(second, caseId, "CLOSED")).toMatchObject({ how: { S: "silence" } });
    await second.stop();
    await rm(dataDir, { recursive: true });
  });
});

describe("a start that cannot be", () => {
  const failure = async (options: LocalServiceOptions) =>
    play({ memory: true, ...options }).then(
      () => undefined,
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it("says in a sentence that the port is in use", async () => {
    const port = Number(new URL(service.url).port);
    expect(await failure({ port })).toBe(`PortInUse: Port ${port} is in use: choose another with --port.`);
  });

  it("names the resource it does not play", async () => {
    const change = (stack: Stack) => void new CfnResource(stack, "Cache", { type: "AWS::DAX::Cluster" });
    const changed = await tinyAssembly(change);
    expect(await failure({ assembly: changed })).toBe(
      "TemplateRefused: TinyService/Cache (AWS::DAX::Cluster) is not played on one machine.",
    );
  });
});
