import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import { type WireReply, wireError, wireJson } from "./aws-wire.ts";
import type { Clock } from "./clock.ts";
import type { EventPattern } from "./event-pattern.ts";
import type { Failures } from "./failures.ts";
import type { Meter } from "./meter.ts";
import type { Schedule } from "./schedule-expression.ts";

/** An event as rules and targets see it. */
export type BusEvent = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

export type BusTarget = {
  readonly id: string;
  readonly arn: string;
  readonly maximumRetries: number;
  readonly maximumAgeSeconds: number;
  readonly deadLetterArn: string | undefined;
};

export type BusRule = {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  /** Of a rule for events. */
  readonly matches?: EventPattern;
  /** Of a rule for times. */
  readonly schedule?: Schedule;
  readonly targets: readonly BusTarget[];
};

/** The target could not take the event. `retriable` as EventBridge decides it: a missing permission is not. */
export class DeliveryFailed extends Error {
  override readonly name = "DeliveryFailed";
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, retriable: boolean) {
    super(message);
    this.code = code;
    this.retriable = retriable;
  }
}

export type Bus = {
  /** `AWSEvents.PutEvents`. */
  putEvents(body: unknown): WireReply;
  /** What an AWS service tells the account's default bus, free of charge. */
  tell(event: Pick<BusEvent, "source" | "detail-type" | "resources" | "detail">): void;
  /** From now on the rules for times fire, on the service's clock. */
  startSchedules(): void;
};

type Entry = {
  Source?: unknown;
  DetailType?: unknown;
  Detail?: unknown;
  EventBusName?: unknown;
  Resources?: unknown;
  Time?: unknown;
};

const maximumEntries = 10;
const maximumBytes = 262_144;
const billedChunkBytes = 65_536;
const firstRetryDelayMs = 1_000;
const longestRetryDelayMs = 600_000;

const bytesOf = (value: unknown): number => (typeof value === "string" ? Buffer.byteLength(value) : 0);

const entryBytes = (entry: Entry): number =>
  bytesOf(entry.Source) +
  bytesOf(entry.DetailType) +
  bytesOf(entry.Detail) +
  (entry.Time === undefined ? 0 : 14);

const invalid = (code: string, message: string) => ({ ErrorCode: code, ErrorMessage: message });

const parseDetail = (detail: unknown): Record<string, unknown> | undefined => {
  try {
    const parsed: unknown = JSON.parse(String(detail));
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

/** `deliver` hands an event to a target and throws `DeliveryFailed` when that does not take it. */
export const createBus = (options: {
  buses: ReadonlySet<string>;
  rules: readonly BusRule[];
  deliver: (targetArn: string, event: BusEvent, rule: BusRule) => void | Promise<void>;
  /** Hears every event, as somebody with a rule of their own would. */
  heard?: (event: BusEvent) => void;
  clock: Clock;
  activity: Activity;
  meter: Meter;
  failures: Failures;
  account: string;
  region: string;
  /** Told of an event that went nowhere: its target has no dead-letter queue. */
  lost: (rule: BusRule, event: BusEvent, error: unknown) => void;
}): Bus => {
  const { clock } = options;

  const send = async (
    rule: BusRule,
    target: BusTarget,
    event: BusEvent,
    acceptedAt: number,
    before: number,
  ) => {
    const done = options.activity.begin();
    try {
      await options.deliver(target.arn, event, rule);
    } catch (error) {
      const retriable = !(error instanceof DeliveryFailed) || error.retriable;
      const at = clock.now() + Math.min(firstRetryDelayMs * 2 ** before, longestRetryDelayMs);
      const timeLeft = at - acceptedAt <= target.maximumAgeSeconds * 1000;
      if (retriable && before < target.maximumRetries && timeLeft) {
        clock.schedule(at, () => send(rule, target, event, acceptedAt, before + 1));
      } else if (target.deadLetterArn) {
        options.failures.put(target.deadLetterArn, {
          body: event,
          attributes: {
            RULE_ARN: rule.arn,
            TARGET_ARN: target.arn,
            ERROR_CODE: error instanceof DeliveryFailed ? error.code : "SDK_CLIENT_ERROR",
            ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
            RETRY_ATTEMPTS: before,
          },
        });
      } else {
        options.lost(rule, event, error);
      }
    } finally {
      done();
    }
  };

  /** The bus an entry goes to, by name or ARN. */
  const busOf = (entry: Entry): string => {
    const name = entry.EventBusName === undefined ? "default" : String(entry.EventBusName);
    return name.slice(name.lastIndexOf("/") + 1);
  };

  const eventOf = (
    told: Pick<BusEvent, "source" | "detail-type" | "resources" | "detail">,
    at: number,
  ): BusEvent => ({
    version: "0",
    id: randomUUID(),
    account: options.account,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region: options.region,
    ...told,
  });

  const route = (bus: string, event: BusEvent): void => {
    options.heard?.(event);
    for (const rule of options.rules) {
      if (rule.bus !== bus || !rule.matches?.(event)) continue;
      for (const target of rule.targets) void send(rule, target, event, clock.now(), 0);
    }
  };

  const accept = (entry: Entry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } => {
    for (const [name, value] of Object.entries({
      Source: entry.Source,
      DetailType: entry.DetailType,
      Detail: entry.Detail,
    })) {
      if (typeof value === "string" && value !== "") continue;
      return invalid(
        "InvalidArgument",
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
    }
    const detail = parseDetail(entry.Detail);
    if (detail === undefined) return invalid("MalformedDetail", "Detail is malformed.");
    const bus = busOf(entry);
    if (!options.buses.has(bus)) {
      return invalid("ResourceNotFoundException", `Event bus ${bus} does not exist.`);
    }

    const event = eventOf(
      {
        "detail-type": String(entry.DetailType),
        source: String(entry.Source),
        resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
        detail,
      },
      typeof entry.Time === "number" ? entry.Time * 1000 : clock.now(),
    );
    const events = Math.max(1, Math.ceil(entryBytes(entry) / billedChunkBytes));
    options.meter.charge({ events }, typeof detail.caseId === "string" ? [detail.caseId] : []);
    route(bus, event);
    return { EventId: event.id };
  };

  /** Fires when its next time has come, and then once more. */
  const arm = (rule: BusRule, schedule: Schedule): void => {
    const at = schedule(clock.now());
    const told = {
      source: "aws.events",
      "detail-type": "Scheduled Event",
      resources: [rule.arn],
      detail: {},
    };
    clock.schedule(at, () => {
      arm(rule, schedule);
      for (const target of rule.targets) void send(rule, target, eventOf(told, at), clock.now(), 0);
    });
  };

  return {
    startSchedules: () => {
      for (const rule of options.rules) if (rule.schedule) arm(rule, rule.schedule);
    },
    tell: (told) => route("default", eventOf(told, clock.now())),
    putEvents: (body) => {
      const entries = (body as { Entries?: unknown } | null)?.Entries;
      if (!Array.isArray(entries) || entries.length === 0 || entries.length > maximumEntries) {
        const reason = `Member must have length between 1 and ${maximumEntries}`;
        return wireError(
          400,
          "ValidationException",
          `1 validation error detected: Value at 'entries' failed to satisfy constraint: ${reason}`,
        );
      }
      if (entries.reduce((sum: number, entry: Entry) => sum + entryBytes(entry), 0) > maximumBytes) {
        return wireError(
          400,
          "ValidationException",
          "Total size of the entries in the request is over the limit.",
        );
      }
      const results = entries.map((entry: Entry) => accept(entry));
      return wireJson(200, {
        Entries: results,
        FailedEntryCount: results.filter((result) => "ErrorCode" in result).length,
      });
    },
  };
};
