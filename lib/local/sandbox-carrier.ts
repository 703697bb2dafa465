import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { dayMs as day, hourMs as hour } from "../../functions/domain/calendar.ts";
import { type MagicCourse, magicCourseOf } from "../../functions/domain/magic-waybill.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";
import type { Activity } from "./activity.ts";
import type { BusEvent } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { keep, recall } from "./data-directory.ts";

/**
 * A carrier that exists on this machine alone: when a waybill is one of the sandbox's, it plays that course
 * over the service's clock and pushes every scan to the tenant's own webhook, signed like any carrier's. Nothing
 * in the service knows of it.
 */

type CourseScan = { readonly after: number; readonly status: ParcelStatus; readonly place: string };

const takenOver: CourseScan = { after: 4 * hour, status: "picked_up", place: "杭州市" };
const onTheRoad: CourseScan = { after: day, status: "in_transit", place: "嘉兴市" };

/** What the carrier tells, counted from the moment the waybill was given. What is not told is silence. */
export const courses: { readonly [course in MagicCourse]: readonly CourseScan[] } = {
  DELIVERED: [
    takenOver,
    onTheRoad,
    { after: 2 * day, status: "out_for_delivery", place: "上海市" },
    { after: 2 * day + 3 * hour, status: "delivered", place: "上海市" },
  ],
  LOST: [takenOver, onTheRoad],
  DAMAGED: [
    takenOver,
    { after: day, status: "damaged", place: "嘉兴市" },
    { after: 3 * day, status: "delivered", place: "上海市" },
  ],
  // Silent for a week, so that everybody is told on the sixth day; then it moves on.
  STUCK: [
    takenOver,
    onTheRoad,
    { after: 8 * day, status: "in_transit", place: "苏州市" },
    { after: 9 * day, status: "delivered", place: "上海市" },
  ],
  RETURNED: [
    takenOver,
    { after: 2 * day, status: "refused", place: "上海市" },
    { after: 2 * day + 2 * hour, status: "returning", place: "上海市" },
    { after: 5 * day, status: "returned", place: "杭州市" },
  ],
};

/** A parcel on its way, and how many of its scans were told. */
type Travelling = {
  readonly tenantId: string;
  readonly trackingNumber: string;
  readonly course: MagicCourse;
  readonly givenAt: number;
  readonly told: number;
};
type Subscription = { readonly webhookPath: string; readonly secret: string };
type Kept = {
  readonly subscriptions: Readonly<Record<string, Subscription>>;
  readonly travelling: readonly Travelling[];
};

export type SandboxCarrier = {
  /** Hears every event of the bus. */
  hear(event: BusEvent): void;
  /** Takes a parcel over now; false where its waybill plays no course. What travels already goes on as it does. */
  take(tenantId: string, trackingNumber: string): boolean;
  /** Goes on with what was on its way when an earlier run stopped. */
  resume(): void;
};

const waybillsGiven: readonly string[] = ["ReturnShipped", "ReturnParcelAdded", "ReplacementShipped"];

const given = (event: BusEvent): Omit<Travelling, "course" | "told"> | undefined => {
  if (!waybillsGiven.includes(event["detail-type"])) return undefined;
  const { tenantId, at, payload } = event.detail as {
    readonly tenantId?: string;
    readonly at?: number;
    readonly payload?: { readonly trackingNumber?: string };
  };
  const trackingNumber = payload?.trackingNumber;
  return tenantId !== undefined && at !== undefined && trackingNumber !== undefined
    ? { tenantId, trackingNumber, givenAt: at }
    : undefined;
};

export const createSandboxCarrier = (options: {
  readonly url: string;
  /** Of the role partner. */
  readonly token: (tenant: string) => Promise<string>;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Where what is on its way is kept; nowhere without it. */
  readonly file: string | undefined;
  readonly failed: (error: unknown) => void;
}): SandboxCarrier => {
  const { clock, url } = options;
  const kept = recall<Kept>(options.file);
  const subscriptions = new Map(Object.entries(kept?.subscriptions ?? {}));
  const travelling = new Map((kept?.travelling ?? []).map((parcel) => [keyOf(parcel), parcel]));

  const save = (): void =>
    keep(options.file, {
      subscriptions: Object.fromEntries(subscriptions),
      travelling: [...travelling.values()],
    } satisfies Kept);

  const post = async (path: string, body: string, headers: Readonly<Record<string, string>>) => {
    const answer = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };

  /** One webhook a tenant, opened over the API like any partner does. */
  const subscriptionOf = async (tenantId: string): Promise<Subscription> => {
    const known = subscriptions.get(tenantId);
    if (known) return known;
    const opened = (await post("/v1/carrier-subscriptions", JSON.stringify({ carrier: "standard" }), {
      authorization: `Bearer ${await options.token(tenantId)}`,
      "idempotency-key": randomUUID(),
    })) as Subscription;
    const { webhookPath, secret } = opened;
    subscriptions.set(tenantId, { webhookPath, secret });
    save();
    return opened;
  };

  const push = async ({ tenantId, trackingNumber, givenAt }: Travelling, scan: CourseScan): Promise<void> => {
    const { webhookPath, secret } = await subscriptionOf(tenantId);
    const { after, status, place } = scan;
    const body = JSON.stringify({
      type: "parcel.scanned",
      timestamp: new Date(clock.now()).toISOString(),
      data: {
        trackingNumber,
        checkpoints: [{ at: new Date(givenAt + after).toISOString(), status, place }],
      },
    });
    const id = `msg_${randomUUID()}`;
    const sentAt = new Date(clock.now());
    await post(webhookPath, body, {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, sentAt, body),
    });
  };

  /** The next scan of a parcel, when it is its time. */
  const follow = (parcel: Travelling): void => {
    const scan = courses[parcel.course][parcel.told];
    if (!scan) {
      travelling.delete(keyOf(parcel));
      save();
      return;
    }
    travelling.set(keyOf(parcel), parcel);
    save();
    clock.schedule(parcel.givenAt + scan.after, async () => {
      const done = options.activity.begin();
      try {
        await push(parcel, scan);
        follow({ ...parcel, told: parcel.told + 1 });
      } catch (error) {
        options.failed(error);
      } finally {
        done();
      }
    });
  };

  const begin = (parcel: Omit<Travelling, "course" | "told">): boolean => {
    const course = magicCourseOf(parcel.trackingNumber);
    // An event is told at least once; a course is played once.
    if (course && !travelling.has(keyOf(parcel))) follow({ ...parcel, course, told: 0 });
    return course !== undefined;
  };

  return {
    hear: (event) => {
      const parcel = given(event);
      if (parcel) begin(parcel);
    },
    take: (tenantId, trackingNumber) => begin({ tenantId, trackingNumber, givenAt: clock.now() }),
    resume: () => {
      for (const parcel of travelling.values()) follow(parcel);
    },
  };
};

const keyOf = ({ tenantId, trackingNumber }: Pick<Travelling, "tenantId" | "trackingNumber">): string =>
  `${tenantId} ${trackingNumber}`;
