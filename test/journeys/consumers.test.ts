import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SFNClient } from "@aws-sdk/client-sfn";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getNotificationsOperation, getTimelineOperation } from "../../functions/api/cases/operations.ts";
import { localDate } from "../../functions/domain/calendar.ts";
import { detailOf, eventSource } from "../../functions/events/contracts.ts";
import { relay } from "../../functions/events/relay.ts";
import type { CaseRecord } from "../../functions/store/cases.ts";
import { dailyCounters } from "../../functions/store/daily-counters.ts";
import { outboxPrefixes } from "../../functions/store/keys.ts";
import type { As } from "../../lib/demo/api-client.ts";
import { type PlayedScenario, playStory } from "../../lib/demo/story.ts";
import { localClientConfig } from "../../lib/local/dynamodb.ts";
import { everythingIn, type Journey, scenarioNamed, startJourney } from "../support/journey.ts";
import { sharedAssembly } from "../support/shared-assembly.ts";

/** What the events lead to: messages for people, counters for merchants, each once. */

let journey: Journey;
let busName: string;
let eventBridge: EventBridgeClient;
let stepFunctions: SFNClient;
const played = new Map<string, PlayedScenario>();

const stories = [
  "merchant-refuses",
  "came-back-worse",
  "buyer-cancels",
  "counterfeit",
  "no-reason-too-late",
  "delivery-not-confirmed",
  "vintage-same-ids",
] as const;

const caseIdOf = (story: (typeof stories)[number]): string => {
  const found = played.get(story);
  if (!found) throw new RangeError(`${story} was not played`);
  return found.caseId;
};

beforeAll(async () => {
  const assembly = await sharedAssembly();
  const buses = assembly.stacks.flatMap(({ name, template }) =>
    Object.entries(template.Resources ?? {})
      .filter(([, { Type }]) => Type === "AWS::Events::EventBus")
      .map(([logicalId, { Properties }]) => String(Properties?.Name ?? `${name}-${logicalId}`)),
  );
  busName = buses[0] ?? "";
  journey = await startJourney();
  const config = localClientConfig(journey.service.endpoints.events);
  eventBridge = new EventBridgeClient(config);
  stepFunctions = new SFNClient(config);
  for (const one of await playStory(journey.world, stories.map(scenarioNamed))) {
    played.set(one.scenario.name, one);
  }
}, 120_000);

afterAll(async () => {
  eventBridge?.destroy();
  stepFunctions?.destroy();
  await journey?.stop();
});

const messagesFor = async (as: As, caseId: string) =>
  (await journey.api.call(as, getNotificationsOperation, { params: { caseId } })).items;

const operator = { tenant: "lux", role: "operator" } as const;

describe("notifications", () => {
  it("tell each side what concerns it, in the order in which it happened", async () => {
    const caseId = caseIdOf("counterfeit");
    const told = async (as: As) => (await messagesFor(as, caseId)).map(({ template }) => template);
    expect(await told({ tenant: "lux", role: "buyer", buyerId: "buyer-18" })).toEqual([
      "buyer.judged.awaiting_merchant",
      "buyer.approved.awaiting_shipment",
      "buyer.closed",
    ]);
    expect(await told({ tenant: "lux", role: "merchant", merchantId: "second-bloom" })).toEqual([
      "merchant.judged.awaiting_merchant",
      "merchant.approved",
      "merchant.delivered",
      "merchant.disposed",
      "merchant.closed",
    ]);
  });

  it("call an operator, and only an operator, when a human is needed", async () => {
    const messages = await messagesFor(operator, caseIdOf("delivery-not-confirmed"));
    const called = messages.filter(({ template }) => template === "operator.manual_review");
    expect(called).toHaveLength(1);
    expect(called[0]?.audience).toBe("operator");
    expect(called[0]?.text.en).toContain("weak signature");
    const merchant = { tenant: "lux", role: "merchant", merchantId: "atelier-shanghai" } as const;
    const seen = await messagesFor(merchant, caseIdOf("delivery-not-confirmed"));
    expect(seen.map(({ audience }) => audience)).not.toContain("operator");
  });

  it("are whole sentences in both languages", async () => {
    for (const { scenario, caseId } of played.values()) {
      for (const { text } of await messagesFor({ tenant: scenario.tenant, role: "operator" }, caseId)) {
        expect(text["zh-CN"]).toMatch(/\p{Script=Han}/u);
        expect(text.en).not.toMatch(/\p{Script=Han}/u);
        for (const sentence of [text["zh-CN"], text.en]) {
          expect(sentence).toContain(caseId);
          expect(sentence).not.toMatch(/[{}—]|undefined/);
        }
      }
    }
  });

  it("say how it ended", async () => {
    const last = async (story: (typeof stories)[number]) =>
      (await messagesFor(operator, caseIdOf(story))).findLast(({ audience }) => audience === "buyer")?.text;
    expect(await last("came-back-worse")).toMatchObject({
      en: expect.stringContaining("refunded in part"),
      "zh-CN": expect.stringContaining("已部分退款"),
    });
    expect(await last("no-reason-too-late")).toMatchObject({ en: expect.stringContaining("not eligible") });
  });
});

type Counters = Readonly<Record<string, unknown>>;

/** The counters of every day on which something happened, over one merchant. */
const countersOf = async (tenant: string, merchantId: string): Promise<Map<string, Counters>> => {
  const days = new Map<string, Counters>();
  for (let day = 0; day < 30; day += 1) {
    const date = localDate(journey.world.startAt + day * 86_400_000, "Asia/Shanghai");
    const counters = await dailyCounters(journey.table, tenant, merchantId, date);
    if (counters) days.set(date, counters);
  }
  return days;
};

const summed = (days: ReadonlyMap<string, Counters>, counter: string): number =>
  [...days.values()].reduce((sum, counters) => sum + Number(counters[counter] ?? 0), 0);

describe("a merchant's counters", () => {
  it("say how many cases came in, why, and how they ended", async () => {
    const days = await countersOf("lux", "second-bloom");
    const counters = [
      "filed",
      "filed.DEFECTIVE",
      "filed.SIZE_TOO_LARGE",
      "filed.SIZE_TOO_SMALL",
      "filed.COUNTERFEIT",
      "ended",
      "ended.refused",
      "ended.partially_refunded",
      "ended.cancelled",
      "ended.refunded",
    ];
    expect(Object.fromEntries(counters.map((counter) => [counter, summed(days, counter)]))).toEqual({
      filed: 4,
      "filed.DEFECTIVE": 1,
      "filed.SIZE_TOO_LARGE": 1,
      "filed.SIZE_TOO_SMALL": 1,
      "filed.COUNTERFEIT": 1,
      ended: 4,
      "ended.refused": 1,
      "ended.partially_refunded": 1,
      "ended.cancelled": 1,
      "ended.refunded": 1,
    });
  });

  it("add up how long the cases took", async () => {
    let tookMs = 0;
    for (const story of ["merchant-refuses", "came-back-worse", "buyer-cancels", "counterfeit"] as const) {
      const { items } = await journey.api.call(operator, getTimelineOperation, {
        params: { caseId: caseIdOf(story) },
        query: { limit: "100" },
      });
      tookMs += (items.at(-1)?.at ?? 0) - (items[0]?.at ?? 0);
    }
    expect(summed(await countersOf("lux", "second-bloom"), "handlingMs")).toBe(tookMs);
  });

  it("count for the day in the platform's time zone", async () => {
    const days = await countersOf("lux", "second-bloom");
    const first = localDate(journey.world.startAt, "Asia/Shanghai");
    expect(days.get(first)).toMatchObject({ filed: 4 });
  });

  it("are each tenant's own", async () => {
    expect(summed(await countersOf("vintage", "showa-selection"), "filed")).toBe(1);
    expect(await countersOf("lux", "showa-selection")).toEqual(new Map());
    expect(await countersOf("vintage", "second-bloom")).toEqual(new Map());
  });
});

describe("a delivery that is repeated", () => {
  const outbox = async (prefix: string) =>
    [...(await everythingIn(journey)).values()]
      .map((item) => item as Record<string, unknown> & { PK: string; SK: string })
      .filter(({ SK }) => SK.startsWith(prefix));

  it("by the bus changes nothing: every event is counted and told once", async () => {
    const before = await everythingIn(journey);
    const entries = (await outbox(outboxPrefixes.event)).flatMap((item) => {
      const record = item as unknown as CaseRecord;
      return record.announcements.map((announcement) => ({
        EventBusName: busName,
        Source: eventSource,
        DetailType: announcement.type,
        Detail: detailOf(record, announcement),
      }));
    });
    expect(entries.length).toBeGreaterThan(40);
    const invocations = journey.service.meter.total().invocations;
    for (const entry of [...entries, ...entries]) {
      const { FailedEntryCount } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
      expect(FailedEntryCount).toBe(0);
    }
    await journey.service.idle();
    // Both consumers did run again.
    expect(journey.service.meter.total().invocations - invocations).toBeGreaterThan(entries.length);
    expect(journey.service.failures()).toEqual([]);
    expect(await everythingIn(journey)).toEqual(before);
  });

  it("by the stream changes nothing: no case starts or goes on twice", async () => {
    const before = await everythingIn(journey);
    const records = [...(await outbox(outboxPrefixes.event)), ...(await outbox(outboxPrefixes.token))].map(
      (item, index): DynamoDBRecord => ({
        eventName: "INSERT",
        dynamodb: {
          SequenceNumber: String(index),
          Keys: marshall({ PK: item.PK, SK: item.SK }) as never,
          NewImage: marshall(item) as never,
        },
      }),
    );
    const { table, service } = journey;
    const transitions = service.meter.total().transitions;
    const effects = {
      table,
      stepFunctions,
      eventBridge,
      busName,
      stateMachineArn: service.stateMachineArn,
      backtestMachineArn: "none",
    };
    expect(await relay(effects, { Records: records }, service.clock.now())).toEqual({
      batchItemFailures: [],
    });
    await service.idle();
    expect(service.meter.total().transitions).toBe(transitions);
    expect(service.failures()).toEqual([]);
    expect(await everythingIn(journey)).toEqual(before);
  });
});
