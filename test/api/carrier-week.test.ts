import { AsyncLocalStorage } from "node:async_hooks";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adapters } from "../../functions/api/carrier-webhook/adapters.ts";
import { receivePushOperation } from "../../functions/api/carrier-webhook/operations.ts";
import { receivePushEndpoint } from "../../functions/api/carrier-webhook/receive-push.ts";
import { carrierTeller } from "../../functions/api/carrier-webhook/record-push.ts";
import { type CarrierCode, carrierCodes, carriers, mayMoveMoney } from "../../functions/domain/carriers.ts";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import type { Stage } from "../../functions/domain/lifecycle.ts";
import { projectParcel } from "../../functions/domain/tracking.ts";
import { applyTimeout } from "../../functions/steps/apply-timeout.ts";
import { settleCase } from "../../functions/steps/settle-case.ts";
import { caseRecords } from "../../functions/store/cases.ts";
import { loadTracking } from "../../functions/store/parcels.ts";
import { parkedPushes } from "../../functions/store/parked-pushes.ts";
import { transact } from "../../functions/store/table.ts";
import { parcelWrite } from "../../functions/store/waybills.ts";
import { aftershipPush, type SignedBody } from "../../lib/demo/carrier-pushes.ts";
import { createTestApi, type TestApi } from "../support/api.ts";
import { day, monday, referenceOf } from "../support/builders.ts";
import {
  aWeekOf,
  type Course,
  shuffled,
  type WeeklyParcel,
  type WeeklyPush,
  weekSecret,
} from "../support/carrier-week.ts";
import { judged, waybillOf } from "../support/cases.ts";
import { caseInTable, fresh, standingCase } from "../support/cases-in-table.ts";
import { memoryKeys, subscribe } from "../support/keys.ts";

// The logger reads it when it is loaded, so it is set before any import runs.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
});

/**
 * A week of pushes comes in one burst, because we or the network were away: by every carrier, in any order, at the same
 * time, while the table fails now and then. Then all of it comes again, twice.
 */

const seed = 20_261_130;
const inFlight = 24;
const weekBegins = monday + day;
const weekEnds = weekBegins + 7 * day;

const keys = memoryKeys();
let api: TestApi;

/** What one push did to the table. */
type Account = { readonly commands: string[]; writeUnits: number };
const accounts = new AsyncLocalStorage<Account>();

const writes = ["PutItemCommand", "TransactWriteItemsCommand", "UpdateItemCommand", "DeleteItemCommand"];
const isWrite = (command: string) => writes.includes(command);

/** Every fifth write fails while this holds, before it reached the table or after it was done. */
let troubled = false;
let written = 0;
const timedOut = () => Object.assign(new Error("the table did not answer"), { name: "TimeoutError" });

const meterEachPush = () =>
  api.table.client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const account = accounts.getStore();
        if (!account) return next(args);
        account.commands.push(commandName);
        if (!isWrite(commandName)) return next(args);
        written += 1;
        const fails = troubled && written % 5 === 0;
        if (fails && written % 2 === 0) throw timedOut();
        const done = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity = [] } = done.output as { ConsumedCapacity?: object | readonly object[] };
        for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat() as { CapacityUnits?: number }[]) {
          account.writeUnits += CapacityUnits;
        }
        if (fails) throw timedOut();
        return done;
      },
    { step: "initialize", name: "meterEachPush" },
  );

type Delivery = Account & { readonly push: WeeklyPush; readonly status: number };

/** Sends a push once. */
const send = (
  push: WeeklyPush,
  { body, headers }: SignedBody = push.sentAt(Date.now()),
): Promise<Delivery> => {
  const account: Account = { commands: [], writeUnits: 0 };
  return accounts.run(account, async () => {
    const { status } = await api.call(receivePushOperation, {
      params: { carrier: push.carrier, subscription: push.carrier },
      rawBody: body,
      headers,
    });
    return Object.assign(account, { push, status });
  });
};

/** Sends pushes as a carrier does, many at a time, each again until it is taken. */
const burst = async (pushes: readonly WeeklyPush[]): Promise<readonly Delivery[]> => {
  const waiting = [...pushes];
  const attempts: Delivery[] = [];
  const work = async () => {
    for (let push = waiting.shift(); push; push = waiting.shift()) {
      const attempt = await send(push);
      attempts.push(attempt);
      if (attempt.status !== 200) waiting.push(push);
      if (attempts.length > 4 * pushes.length) throw new Error("the burst does not end");
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return attempts;
};

const statusesOf = (attempts: readonly Delivery[]) =>
  [...new Set(attempts.map(({ status }) => status))].sort();
const writeUnitsOf = (attempts: readonly Delivery[]) =>
  attempts.reduce((sum, { writeUnits }) => sum + writeUnits, 0);

const everything = async () => {
  const { Items = [], LastEvaluatedKey } = await api.table.client.send(
    new ScanCommand({ TableName: api.table.name, ConsistentRead: true }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  return Items;
};

/** A parcel, and the case it belongs to as that stood before the week. */
type Told = WeeklyParcel & { readonly before?: CaseSnapshot };
const parcels: Told[] = [];

const isBelieved = ({ tellers }: WeeklyParcel) => tellers.some(mayMoveMoney);

/** A case whose goods come back in a parcel. */
const returning = async (course: Course, ...tellers: readonly CarrierCode[]) => {
  const before = await standingCase(api.table, await caseInTable(api.table, "in_transit"));
  parcels.push({ trackingNumber: waybillOf(before.state), course, tellers, before });
};

/** A case that was judged while the parcel to its buyer was on its way. */
const awaitingNews = async (course: Course, ...tellers: readonly CarrierCode[]) => {
  const trackingNumber = fresh("SF");
  const verdict = judged({ route: "arbitration", facts: { outboundParcelStatus: "in_transit" } });
  const { table } = api;
  const state = await caseInTable(table, [verdict], { type: "refund_only" });
  const { tenantId, orderId } = state;
  const lineIds = ["line-1"];
  await transact(table, [
    parcelWrite(table, { tenantId, orderId, lineIds, carrier: "sf", trackingNumber, leg: "outbound" }),
  ]);
  parcels.push({ trackingNumber, course, tellers, before: await standingCase(table, state) });
};

const nobodyWaitsFor = (...tellers: readonly CarrierCode[]) =>
  parcels.push({ trackingNumber: fresh("SF"), course: "arrives", tellers });

/** The cases of parcels of a course, as they stood and as they stand. */
const casesOf = (course: Course, stage: Stage) =>
  Promise.all(
    parcels.flatMap(async ({ before, ...parcel }) => {
      if (!before || parcel.course !== course || before.state.stage !== stage) return [];
      const { state, ledger } = await standingCase(api.table, before.state);
      return [{ parcel, before, state, ledger }];
    }),
  ).then((found) => found.flat());

let week: readonly WeeklyPush[];
/** What is told only while the rest is replayed. */
let late: readonly WeeklyPush[];

/** Genuine, and about no parcel that can be: put aside once, however often it comes. */
const unreadable = aftershipPush("SF 1#2", [], weekSecret);
const poisoned: WeeklyPush = {
  trackingNumber: "SF 1#2",
  carrier: "aftership",
  last: true,
  sentAt: () => unreadable,
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: weekEnds });
  vi.spyOn(console, "log").mockImplementation(() => {});
  api = await createTestApi([receivePushEndpoint(() => keys)]);
  for (const carrier of carrierCodes) {
    await subscribe(api.table, keys, { subscriptionId: carrier, tenantId: "tenant-1", carrier }, weekSecret);
  }
  for (const carrier of carrierCodes) await returning("arrives", carrier);
  await returning("arrives", "kuaidi100", "standard");
  await returning("arrives", "aftership", "17track");
  await returning("arrives", "easypost", "standard");
  for (const carrier of ["aftership", "17track", "standard"] as const) await returning("comes_back", carrier);
  await returning("travels", "kuaidi100", "easypost");
  await awaitingNews("arrives", "aftership");
  await awaitingNews("comes_back", "17track", "standard");
  for (const carrier of carrierCodes) nobodyWaitsFor(carrier);
  const all = aWeekOf(parcels, weekBegins, seed);
  const lateParcels = new Set(
    parcels.filter((_, index) => index % 4 === 0).map(({ trackingNumber }) => trackingNumber),
  );
  late = all.filter(({ trackingNumber, last }) => last && lateParcels.has(trackingNumber));
  week = [...all.filter((push) => !late.includes(push)), poisoned];
  meterEachPush();
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await api.close();
});

/** What the parcel stands at when all was told, by the fold alone. */
const expectedOf = ({ trackingNumber }: WeeklyParcel) => {
  const told = [...week, ...late].filter((push) => push.trackingNumber === trackingNumber && push.last);
  return projectParcel(
    told.flatMap((push) => {
      const { checkpoints = [] } = adapters[push.carrier].parse(push.sentAt(weekEnds).body) ?? {};
      const { source, trusted } = carrierTeller(push.carrier);
      return checkpoints.map((checkpoint) => ({ ...checkpoint, source, trusted, heardAt: weekEnds }));
    }),
  );
};

const happened = async ({ state }: CaseSnapshot, type: string) =>
  (await caseRecords(api.table, state, state.version + 1, 100))
    .flatMap(({ announcements }) => announcements)
    .filter((announcement) => announcement.type === type).length;

describe("a week that comes in one burst, and again", () => {
  it("is taken in once whoever met a busy table sends again, and parks only what cannot be read", async () => {
    troubled = true;
    const attempts = await burst(shuffled(week, seed));
    expect(statusesOf(attempts)).toEqual([200, 503]);
    const { items } = await parkedPushes(api.table, "tenant-1", "parked", 100);
    expect(items).toMatchObject([{ carrier: "aftership", reason: "unreadable" }]);
  });

  it("moves each case once, whatever else is told while it is told again", async () => {
    vi.setSystemTime(weekEnds + day);
    const attempts = await burst(shuffled([...week, ...late], seed + 1));
    troubled = false;
    expect(statusesOf(attempts)).toEqual([200, 503]);
    const news = new Set(late);
    const kept = attempts.filter(
      ({ push, commands }) => !news.has(push) && commands.includes("PutItemCommand"),
    );
    expect(kept).toEqual([]);

    for (const parcel of parcels) {
      const { checkpoints } = await loadTracking(api.table, "tenant-1", parcel.trackingNumber);
      expect(projectParcel(checkpoints)).toEqual(expectedOf(parcel));
    }
    for (const { parcel, before, state, ledger } of await casesOf("arrives", "in_transit")) {
      expect(state).toMatchObject({ stage: "awaiting_inspection", deliveryTrusted: isBelieved(parcel) });
      expect(await happened(before, "ParcelDelivered")).toBe(1);
      // What a teller of little trust told first is confirmed by one that is believed.
      const most = isBelieved(parcel) && parcel.tellers.length > 1 ? 2 : 1;
      expect(state.version - before.state.version).toBeLessThanOrEqual(most);
      expect(ledger).toEqual(before.ledger);
    }
    for (const [course, from, to] of [
      ["comes_back", "in_transit", "manual_review"],
      ["comes_back", "disputed", "submitted"],
      ["arrives", "disputed", "submitted"],
    ] as const) {
      const cases = await casesOf(course, from);
      expect(cases.length).toBeGreaterThan(0);
      for (const { before, state } of cases) {
        expect([state.stage, state.version]).toEqual([to, before.state.version + 1]);
      }
    }
    for (const { before, state } of await casesOf("travels", "in_transit"))
      expect(state).toEqual(before.state);
  });

  it("writes nothing when all of it comes once more, and looks at little", async () => {
    vi.setSystemTime(weekEnds + 7 * day);
    const table = await everything();
    const attempts = await burst(shuffled([...week, ...late], seed + 2));
    expect(statusesOf(attempts)).toEqual([200]);
    expect(writeUnitsOf(attempts)).toBe(0);
    expect(attempts.flatMap(({ commands }) => commands).filter(isWrite)).toEqual([]);
    expect(await everything()).toEqual(table);
    const withCase = new Set(
      parcels.filter(({ before }) => before).map(({ trackingNumber }) => trackingNumber),
    );
    for (const { push, commands } of attempts) {
      // The parcel; and, once it has ended, its case, by way of its order if it went to the buyer.
      const queries = commands.filter((command) => command === "QueryCommand").length;
      expect(queries).toBeLessThanOrEqual(withCase.has(push.trackingNumber) ? 3 : 1);
      // The subscription, by those who come before it is remembered again; and whether a push is parked.
      expect(commands.length - queries).toBeLessThanOrEqual(push === poisoned ? 2 : 1);
    }
  });

  it("is refused, where the time is signed, to whoever caught it and sends it as it was", async () => {
    const table = await everything();
    const caught = week.filter(({ carrier }) => carriers[carrier].signsTime);
    expect(caught.length).toBeGreaterThan(10);
    for (const push of caught) {
      const { status, commands } = await send(push, push.sentAt(weekEnds));
      expect([status, commands]).toEqual([401, ["GetItemCommand"]]);
    }
    expect(await everything()).toEqual(table);
  });

  it("changes nothing when it comes after the money, and what tellers of little trust said pays nobody", async () => {
    for (const { parcel, state } of await casesOf("arrives", "in_transit")) {
      const silent = await applyTimeout(api.table, referenceOf(state), state.deadlineAt ?? 0);
      expect(silent.stage).toBe(isBelieved(parcel) ? "settling" : "manual_review");
      if (silent.stage === "settling") {
        await settleCase(api.table, referenceOf(state), state.deadlineAt ?? 0);
      }
    }
    const table = await everything();
    vi.setSystemTime(weekEnds + 40 * day);
    const attempts = await burst(shuffled([...week, ...late], seed + 3));
    expect([statusesOf(attempts), writeUnitsOf(attempts)]).toEqual([[200], 0]);
    expect(await everything()).toEqual(table);
    for (const { parcel, before, state, ledger } of await casesOf("arrives", "in_transit")) {
      const refunds = ledger.filter(({ purpose }) => purpose === "refund-to-buyer");
      expect([state.stage, refunds.map(({ amountMinor }) => amountMinor)]).toEqual(
        isBelieved(parcel) ? ["closed", [before.state.claimMinor]] : ["manual_review", []],
      );
    }
  });
});
