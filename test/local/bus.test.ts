import { describe, expect, it } from "vitest";
import { createActivity } from "../../lib/local/activity.ts";
import { type AsyncConfig, createAsyncInvoke, defaultAsyncConfig } from "../../lib/local/async-invoke.ts";
import { createBus, DeliveryFailed } from "../../lib/local/bus.ts";
import { createClock } from "../../lib/local/clock.ts";
import { compilePattern } from "../../lib/local/event-pattern.ts";
import { createFailures } from "../../lib/local/failures.ts";
import { createMeter } from "../../lib/local/meter.ts";

const hour = 3_600_000;
const queue = "arn:aws:sqs:us-east-1:000000000000:failures";
const caseId = "01M821DZCFAWKNB1589B08PHYD";

const surroundings = () => {
  const activity = createActivity();
  const clock = createClock({ settle: activity.settled, failed: () => {} });
  return { activity, clock, failures: createFailures(clock.now, undefined), meter: createMeter() };
};

const entry = (change: object = {}) => ({
  EventBusName: "cases",
  Source: "shop",
  DetailType: "CaseFiled",
  Detail: JSON.stringify({ caseId }),
  ...change,
});

const givenBus = (
  deliver: (call: number) => void,
  target: { maximumRetries?: number; dead?: string } = {},
) => {
  const around = surroundings();
  const delivered: unknown[] = [];
  const lost: unknown[] = [];
  const { dead = queue, maximumRetries = 2 } = target;
  const bus = createBus({
    ...around,
    buses: new Set(["cases"]),
    rules: [
      {
        name: "rule",
        arn: "arn:rule",
        bus: "cases",
        matches: compilePattern({ "detail-type": [{ prefix: "Case" }] }),
        targets: [
          {
            id: "t",
            arn: "arn:function",
            maximumRetries,
            maximumAgeSeconds: 86_400,
            deadLetterArn: dead || undefined,
          },
        ],
      },
    ],
    deliver: (_, event) => {
      delivered.push(event);
      deliver(delivered.length);
    },
    account: "000000000000",
    region: "us-east-1",
    lost: (...what) => void lost.push(what),
  });
  const put = (...Entries: unknown[]) => {
    const reply = bus.putEvents({ Entries });
    return { status: reply.status, body: JSON.parse(reply.body.toString()) };
  };
  return { ...around, delivered, lost, put };
};

describe("the bus", () => {
  it("delivers what a rule matches, in the shape rules and targets know, and bills it to its case", async () => {
    const { activity, delivered, meter, put } = givenBus(() => {});
    const { body } = put(entry({ Time: 1_772_323_200 }), entry({ DetailType: "ParcelLost" }));
    await activity.settled();
    expect(body).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }, {}] });
    expect(delivered).toEqual([
      {
        version: "0",
        id: body.Entries[0].EventId,
        "detail-type": "CaseFiled",
        source: "shop",
        account: "000000000000",
        time: "2026-03-01T00:00:00Z",
        region: "us-east-1",
        resources: [],
        detail: { caseId },
      },
    ]);
    expect(meter.forCase(caseId).events).toBe(2);
  });

  it("answers for each entry by itself", () => {
    const { put } = givenBus(() => {});
    const { status, body } = put(
      entry(),
      entry({ Source: undefined }),
      entry({ Detail: "[1]" }),
      entry({ EventBusName: "nowhere" }),
    );
    expect(status).toBe(200);
    expect(body.FailedEntryCount).toBe(3);
    expect(body.Entries.map((one: { ErrorCode?: string }) => one.ErrorCode)).toEqual([
      undefined,
      "InvalidArgument",
      "MalformedDetail",
      "ResourceNotFoundException",
    ]);
  });

  it.each([
    ["eleven entries", Array.from({ length: 11 }, () => entry())],
    ["no entries", []],
    ["more than 256 KB", [entry({ Detail: JSON.stringify({ text: "x".repeat(262_144) }) })]],
  ])("refuses %s as a whole", (_, entries) => {
    const { delivered, put } = givenBus(() => {});
    expect(put(...entries)).toMatchObject({ status: 400, body: { __type: "ValidationException" } });
    expect(delivered).toEqual([]);
  });

  it("tries again what a target could not take", async () => {
    const { activity, clock, delivered, failures, put } = givenBus((call) => {
      if (call < 3) throw new DeliveryFailed("THROTTLING", "later", true);
    });
    put(entry());
    await activity.settled();
    expect(delivered).toHaveLength(1);
    await clock.advance(hour);
    expect(delivered).toHaveLength(3);
    expect(failures.list()).toEqual([]);
  });

  it("puts what it gives up on into the dead-letter queue", async () => {
    const { activity, clock, delivered, failures, put } = givenBus(() => {
      throw new DeliveryFailed("THROTTLING", "never", true);
    });
    put(entry());
    await activity.settled();
    await clock.advance(hour);
    expect(delivered).toHaveLength(3);
    expect(failures.list()).toEqual([
      {
        destinationArn: queue,
        at: expect.any(Number),
        document: {
          body: delivered[0],
          attributes: expect.objectContaining({
            ERROR_CODE: "THROTTLING",
            RETRY_ATTEMPTS: 2,
            RULE_ARN: "arn:rule",
          }),
        },
      },
    ]);
  });

  it("does not retry where a permission is missing, and says so when there is no queue either", async () => {
    const { activity, delivered, lost, put } = givenBus(
      () => {
        throw new DeliveryFailed("NO_PERMISSIONS", "no", false);
      },
      { dead: "" },
    );
    put(entry());
    await activity.settled();
    expect(delivered).toHaveLength(1);
    expect(lost).toHaveLength(1);
  });
});

describe("events that nobody waits for", () => {
  const givenFunction = (config: Partial<AsyncConfig>, succeedsAt = Number.POSITIVE_INFINITY) => {
    const around = surroundings();
    const calls: number[] = [];
    const lost: unknown[] = [];
    const invokeAsync = createAsyncInvoke({
      ...around,
      configs: new Map([["arn:function", { ...defaultAsyncConfig, ...config }]]),
      invoke: async () => {
        calls.push(around.clock.now());
        const error = { errorType: "Error", errorMessage: "broken", trace: [] };
        return calls.length >= succeedsAt ? { ok: true, payload: null } : { ok: false, error };
      },
      lost: (...what) => void lost.push(what),
    });
    return { ...around, calls, invokeAsync, lost };
  };

  it("are tried three times, a minute and two apart, and then kept with the error", async () => {
    const { activity, calls, clock, failures, invokeAsync } = givenFunction({ onFailureArn: queue });
    invokeAsync("arn:function", { id: 1 });
    await activity.settled();
    await clock.advance(hour);
    const [first = 0, second = 0, third = 0, ...more] = calls;
    expect(more).toEqual([]);
    expect(Math.round((second - first) / 60_000)).toBe(1);
    expect(Math.round((third - second) / 60_000)).toBe(2);
    expect(failures.list()).toMatchObject([
      {
        destinationArn: queue,
        document: {
          requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
          requestPayload: { id: 1 },
          responsePayload: { errorMessage: "broken" },
        },
      },
    ]);
  });

  it("stop at the first success", async () => {
    const { activity, calls, clock, failures, invokeAsync } = givenFunction({ onFailureArn: queue }, 2);
    invokeAsync("arn:function", {});
    await activity.settled();
    await clock.advance(hour);
    expect(calls).toHaveLength(2);
    expect(failures.list()).toEqual([]);
  });

  it("go to the function's own dead-letter queue, or are reported as lost", async () => {
    const kept = givenFunction({ deadLetterArn: queue, maximumRetries: 0 });
    kept.invokeAsync("arn:function", { id: 2 });
    await kept.activity.settled();
    expect(kept.failures.list()).toMatchObject([{ destinationArn: queue, document: { id: 2 } }]);

    const dropped = givenFunction({ maximumRetries: 0 });
    dropped.invokeAsync("arn:function", { id: 3 });
    await dropped.activity.settled();
    expect(dropped.lost).toHaveLength(1);
  });
});
