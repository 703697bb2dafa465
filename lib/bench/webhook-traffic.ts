import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpMethod, HttpNoneAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { buildSync } from "esbuild";
import { buildApp } from "../app.ts";
import { projectRoot } from "../constructs/bundles.ts";
import type { ServiceApi } from "../constructs/http-api.ts";
import type { DataStack } from "../data-stack.ts";
import { aftershipPush, type CarrierScan, type SignedBody } from "../demo/carrier-pushes.ts";
import { type LocalAssembly, readAssembly } from "../local/assembly.ts";
import { type LocalService, playTemplate } from "../local/service.ts";
import { median } from "./statistics.ts";

export type WebhookTraffic = {
  readonly pushesPerSecond: number;
  /** Of a handler that stores the body and nothing else, in the same rounds. */
  readonly barePerSecond: number;
  readonly ratio: number;
  readonly writeUnitsPerPush: number;
  /** Of the same pushes, once they were all taken in. */
  readonly replayedPerSecond: number;
  readonly writeUnitsPerReplayedPush: number;
};

/** What every push is measured against: it is not verified, not read, and stored as it came. */
const bareHandler = `
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export const handler = async ({ body }) => {
  const Item = { PK: "BARE#" + randomUUID(), SK: "BARE", body };
  await client.send(new PutCommand({ TableName: process.env.TABLE_NAME, Item }));
  return { statusCode: 200, body: "{}" };
};
`;
const barePath = "/bench/bare";

/** Our app with one route more, so that both go through the same gateway to the same engine. */
const appWithBareRoute = async (outdir: string): Promise<LocalAssembly> => {
  const app = await buildApp({ outdir, nag: false });
  const directory = join(outdir, "bare");
  mkdirSync(directory);
  buildSync({
    stdin: { contents: bareHandler, resolveDir: projectRoot, loader: "js" },
    outfile: join(directory, "index.mjs"),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    logLevel: "silent",
  });
  const { table } = app.node.findChild("AfterSalesData") as DataStack;
  const service = app.node.findChild("AfterSalesService");
  const bare = new lambda.Function(service, "BareWebhook", {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: lambda.Code.fromAsset(directory),
    environment: { TABLE_NAME: table.tableName },
  });
  table.grantWriteData(bare);
  (service.node.findChild("Api") as ServiceApi).httpApi.addRoutes({
    path: barePath,
    methods: [HttpMethod.POST],
    integration: new HttpLambdaIntegration("bare", bare),
    authorizer: new HttpNoneAuthorizer(),
  });
  return readAssembly(app.synth());
};

const hourMs = 3_600_000;
const parcelsARound = 15;
const rounds = 10;
const inFlight = 8;

/** A course as a carrier tells it: picked up, some hubs, out for delivery, delivered. */
const course: readonly CarrierScan["status"][] = [
  "picked_up",
  ...Array.from({ length: 5 }, () => "in_transit" as const),
  "out_for_delivery",
  "delivered",
];

const waybill = (round: number, parcel: number): string =>
  `SF${String(round).padStart(4, "0")}${String(parcel).padStart(8, "0")}`;

/** The parcels are on their way to buyers, two of an order. */
const sync = async (service: LocalService, call: Caller): Promise<void> => {
  const at = (hours: number): string => new Date(service.clock.now() + hours * hourMs).toISOString();
  const inspection = { inspectedAt: at(-500), grade: "A", flaws: [], photoHashes: [] };
  await call("PUT", "/v1/merchants/bench", {
    name: "Bench",
    contracts: [
      { effectiveFrom: at(-900), commissionBps: 3000, transitRisk: "carrier", custodyRisk: "platform" },
    ],
  });
  await call("PUT", "/v1/items/bag", {
    merchantId: "bench",
    title: "Bag",
    category: "bags",
    intakeInspection: inspection,
    disclosedFlaws: [],
  });
  const parcels = Array.from({ length: rounds + 1 }, (_, round) =>
    Array.from({ length: parcelsARound }, (_each, parcel) => waybill(round, parcel)),
  ).flat();
  for (let from = 0; from < parcels.length; from += 2) {
    await call("PUT", `/v1/orders/order-${from}`, {
      buyerId: "buyer",
      currency: "CNY",
      placedAt: at(-100),
      lines: parcels.slice(from, from + 2).map((trackingNumber, index) => ({
        lineId: String(index + 1),
        itemId: "bag",
        quantity: 1,
        paidMinor: 100_000,
        exclusionConfirmed: false,
        packedBy: "merchant",
        outboundParcel: { carrier: "shunfeng", trackingNumber },
      })),
    });
  }
};

type Caller = (method: string, path: string, body: unknown) => Promise<Record<string, unknown>>;

/** Pushes a second, and write units a push. */
type Played = { readonly perSecond: number; readonly writeUnits: number };

/** Sends the pushes of a round, some at a time and each parcel's in their order; pushes a second. */
const play = async (url: string, pushes: readonly (readonly SignedBody[])[]): Promise<number> => {
  const waiting = [...pushes];
  const began = performance.now();
  const work = async (): Promise<void> => {
    for (let parcel = waiting.pop(); parcel; parcel = waiting.pop()) {
      for (const { body, headers } of parcel) {
        const { ok, status } = await fetch(url, { method: "POST", body, headers });
        if (!ok) throw new Error(`a push was answered ${status}`);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return pushes.flat().length / ((performance.now() - began) / 1000);
};

/**
 * Pushes a second of one carrier, each with the whole history, beside the bare handler: the same bodies, in turns, so
 * that a noisy machine is noisy for both. Ours are then sent once more, which should cost a look and no write. The first
 * round warms both up and does not count.
 */
export const measureWebhookTraffic = async (): Promise<WebhookTraffic> => {
  const outdir = mkdtempSync(join(tmpdir(), "bench-webhooks-"));
  const service = await playTemplate({
    memory: true,
    quiet: true,
    assembly: await appWithBareRoute(outdir),
  });
  try {
    const token = await service.token({ tenant: "lux", role: "partner" });
    const call: Caller = async (method, path, body) => {
      const answer = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
        },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
      return JSON.parse(text);
    };
    await sync(service, call);
    const secret = randomBytes(16).toString("hex");
    const { webhookPath } = await call("POST", "/v1/carrier-subscriptions", { carrier: "aftership", secret });
    await service.idle();

    const from = service.clock.now() - 20 * hourMs;
    const measured: {
      readonly ours: Played;
      readonly replayed: Played;
      readonly bare: number;
    }[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const pushes = Array.from({ length: parcelsARound }, (_, parcel) =>
        course.map((_status, told) => {
          const scans = course
            .slice(0, told + 1)
            .map((status, index) => ({ at: from + index * hourMs, status, place: "Shanghai" }));
          return aftershipPush(waybill(round, parcel), scans, secret);
        }),
      );
      const playMetered = async (): Promise<Played> => {
        const before = service.meter.total().writeUnits;
        const perSecond = await play(`${service.url}${webhookPath}`, pushes);
        await service.idle();
        return { perSecond, writeUnits: (service.meter.total().writeUnits - before) / pushes.flat().length };
      };
      const playOurs = async () => ({ ours: await playMetered(), replayed: await playMetered() });
      const playBare = async () => {
        const bare = await play(`${service.url}${barePath}`, pushes);
        // The stream carries its writes as well; they are not to be paid for by the next round.
        await service.idle();
        return bare;
      };
      if (round % 2 === 0) {
        const bare = await playBare();
        measured.push({ bare, ...(await playOurs()) });
      } else {
        const ours = await playOurs();
        measured.push({ ...ours, bare: await playBare() });
      }
    }
    const counted = measured.slice(1);
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    return {
      pushesPerSecond: Math.round(median(counted.map(({ ours }) => ours.perSecond))),
      barePerSecond: Math.round(median(counted.map(({ bare }) => bare))),
      ratio: rounded(median(counted.map(({ ours, bare }) => ours.perSecond / bare))),
      writeUnitsPerPush: rounded(median(counted.map(({ ours }) => ours.writeUnits))),
      replayedPerSecond: Math.round(median(counted.map(({ replayed }) => replayed.perSecond))),
      // A mean: one that writes after all is to be seen.
      writeUnitsPerReplayedPush: counted.reduce((sum, { replayed }) => sum + replayed.writeUnits, 0) / rounds,
    };
  } finally {
    await service.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
};
