import { cancelCaseOperation, fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { answerOfferOperation, decideCaseOperation } from "../../functions/api/desk/operations.ts";
import {
  acceptRulingOperation,
  appealRulingOperation,
  openDisputeOperation,
  ruleCaseOperation,
  submitStatementOperation,
} from "../../functions/api/disputes/operations.ts";
import { inspectReturnOperation, shipReturnOperation } from "../../functions/api/logistics/operations.ts";
import {
  answerReplacementOperation,
  recordRepairOperation,
  shipReplacementOperation,
} from "../../functions/api/remedies/operations.ts";
import type { LocalService } from "../local/service.ts";
import { type ApiClient, type As, UnexpectedAnswer } from "./api-client.ts";
import { aPicture, uploadPhoto } from "./evidence-upload.ts";
import type { Tenant, TenantFixtures } from "./fixtures.ts";
import { companyOf, kuaidi100Push, type Scan } from "./kuaidi100-push.ts";
import type { Deed, Scenario, Step } from "./scenario.ts";
import type { Subscription } from "./sync-fixtures.ts";

/** The world the scenarios play in: a service with the fixtures synced and a carrier subscribed. */
export type World = {
  readonly service: Pick<LocalService, "clock" | "idle" | "faults">;
  readonly api: ApiClient;
  readonly startAt: number;
  readonly fixtures: Readonly<Record<Tenant, TenantFixtures>>;
  readonly subscriptions: Readonly<Record<Tenant, Subscription>>;
};

/** A scenario with the id its case was given. */
export type PlayedScenario = { readonly scenario: Scenario; readonly caseId: string };

/** What has happened so far, so that a story can go on after a pause: on another service over the same data. */
export type Memory = {
  /** By scenario. */
  readonly caseIds: Map<string, string>;
  /** Everything the carrier has said of a parcel, by tenant and tracking number. */
  readonly scans: Map<string, readonly Scan[]>;
};

export const freshMemory = (): Memory => ({ caseIds: new Map(), scans: new Map() });

/** Told before each step, so that whoever waits can see how far the story is. */
export type Watcher = (step: {
  readonly scenario: Scenario;
  readonly deed: string;
  readonly at: number;
  readonly done: number;
  readonly steps: number;
}) => void;

const deedNames = [
  "file",
  "photograph",
  "decide",
  "ship",
  "push",
  "inspect",
  "answer",
  "repair",
  "reship",
  "receipt",
  "dispute",
  "rule",
  "cancel",
  "fails",
  "mends",
  "advance",
] as const;

const deedName = (deed: Deed): string => deedNames.find((name) => name in deed) ?? "step";

/**
 * Plays scenarios side by side: their steps stand on one timeline, the clock moves from step to step, and
 * everything a step sets off has settled before the next.
 */
export const playStory = async (
  world: World,
  scenarios: readonly Scenario[],
  watch: Watcher = () => {},
  memory: Memory = freshMemory(),
): Promise<readonly PlayedScenario[]> => {
  const { service, startAt } = world;
  const play = playerOf(world, memory);
  const timeline = scenarios
    .flatMap((scenario) => scenario.steps.map((step) => ({ scenario, step })))
    .sort((a, b) => a.step.at - b.step.at);

  for (const [done, { scenario, step }] of timeline.entries()) {
    watch({ scenario, deed: deedName(step), at: step.at, done, steps: timeline.length });
    const ahead = Math.round(startAt + step.at - service.clock.now());
    if (ahead > 0) await service.clock.advance(ahead);
    await play(scenario, step);
    await service.idle();
  }
  return scenarios.map((scenario) => ({ scenario, caseId: caseIdOf(memory, scenario) }));
};

const caseIdOf = ({ caseIds }: Memory, { name }: Scenario): string => {
  const caseId = caseIds.get(name);
  if (caseId === undefined) throw new RangeError(`${name} has not filed its case yet`);
  return caseId;
};

const orderOf = ({ fixtures }: World, { tenant, orderId }: Scenario) => {
  const order = fixtures[tenant].orders[orderId];
  if (!order) throw new RangeError(`the fixtures of ${tenant} have no order ${orderId}`);
  return order;
};

/** The merchant whose goods a scenario is about: the consignor of the order's first item. */
const merchantOf = (world: World, scenario: Scenario): string => {
  const itemId = orderOf(world, scenario).lines[0]?.itemId ?? "";
  const item = world.fixtures[scenario.tenant].items[itemId];
  if (!item) throw new RangeError(`the fixtures of ${scenario.tenant} have no item ${itemId}`);
  return item.merchantId;
};

const playerOf = (world: World, memory: Memory) => {
  const { api, startAt } = world;
  const { faults } = world.service;

  const push = async (tenant: Tenant, trackingNumber: string, fresh: readonly Scan[]): Promise<void> => {
    const { webhookPath, secret } = world.subscriptions[tenant];
    const key = `${tenant}/${trackingNumber}`;
    const history = [
      ...(memory.scans.get(key) ?? []),
      ...fresh.map((scan) => ({ ...scan, at: startAt + scan.at })),
    ];
    memory.scans.set(key, history);
    const answer = await api.raw(undefined, "POST", webhookPath, {
      body: kuaidi100Push(trackingNumber, history, secret),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    if (answer.status !== 200) {
      throw new UnexpectedAnswer(
        `the push for ${trackingNumber} was answered ${answer.status}: ${answer.text}`,
      );
    }
  };

  const dispute = async (
    by: As,
    params: { readonly caseId: string },
    { dispute: deed, text = "" }: Extract<Deed, { readonly dispute: string }>,
  ): Promise<void> => {
    switch (deed) {
      case "object":
        await api.call(by, openDisputeOperation, { params, body: { text } });
        return;
      case "state":
        await api.call(by, submitStatementOperation, { params, body: { text } });
        return;
      case "rest":
        await api.call(by, submitStatementOperation, {
          params,
          body: { rest: true, ...(text === "" ? {} : { text }) },
        });
        return;
      case "appeal":
        await api.call(by, appealRulingOperation, { params, body: { text } });
        return;
      case "accept":
        await api.call(by, acceptRulingOperation, { params });
        return;
      default:
        deed satisfies never;
    }
  };

  return async (scenario: Scenario, step: Step): Promise<void> => {
    const { tenant, orderId } = scenario;
    const buyer = { tenant, role: "buyer", buyerId: orderOf(world, scenario).buyerId } as const;
    const merchant = { tenant, role: "merchant", merchantId: merchantOf(world, scenario) } as const;
    const keeper = (by: "merchant" | "warehouse") =>
      by === "merchant" ? merchant : ({ tenant, role: "warehouse" } as const);
    const params = () => ({ caseId: caseIdOf(memory, scenario) });

    if ("file" in step) {
      const { caseId } = await api.call(buyer, fileCaseOperation, { body: { orderId, ...step.file } });
      memory.caseIds.set(scenario.name, caseId);
    } else if ("decide" in step) {
      const by = step.by === "merchant" ? merchant : ({ tenant, role: "operator" } as const);
      await api.call(by, decideCaseOperation, { params: params(), body: step.decide });
    } else if ("photograph" in step) {
      // What is to be seen on it is told to the reader; the picture is one pixel.
      const picture = aPicture(step.photograph.length);
      await uploadPhoto(api, step.by === "merchant" ? merchant : buyer, params(), picture);
    } else if ("ship" in step) {
      const body = { carrier: companyOf(step.ship.trackingNumber), ...step.ship };
      await api.call(buyer, shipReturnOperation, { params: params(), body });
    } else if ("push" in step) {
      await push(tenant, step.push.trackingNumber, step.push.scans);
    } else if ("inspect" in step) {
      const inspectedAt = new Date(startAt + step.at - 600_000).toISOString();
      await api.call(keeper(step.by), inspectReturnOperation, {
        params: params(),
        body: { inspectedAt, lines: step.inspect },
      });
    } else if ("answer" in step) {
      await api.call(buyer, answerOfferOperation, { params: params(), body: { answer: step.answer } });
    } else if ("repair" in step) {
      await api.call(keeper(step.by), recordRepairOperation, { params: params(), body: step.repair });
    } else if ("reship" in step) {
      const body = { carrier: companyOf(step.reship.trackingNumber), ...step.reship };
      await api.call(keeper(step.by), shipReplacementOperation, { params: params(), body });
    } else if ("receipt" in step) {
      await api.call(buyer, answerReplacementOperation, { params: params(), body: step.receipt });
    } else if ("dispute" in step) {
      const by = step.by === "merchant" ? merchant : buyer;
      await dispute(by, params(), step);
    } else if ("rule" in step) {
      const arbiter = { tenant, role: "operator", operatorId: step.arbiter } as const;
      await api.call(arbiter, ruleCaseOperation, { params: params(), body: step.rule });
    } else if ("cancel" in step) {
      await api.call(buyer, cancelCaseOperation, { params: params() });
    } else if ("fails" in step) {
      const caseId = memory.caseIds.get(scenario.name);
      faults.tell([...faults.told(), { state: step.fails, error: step.error, caseId }]);
    } else if ("mends" in step) {
      const ours = [undefined, memory.caseIds.get(scenario.name)];
      faults.tell(
        faults.told().filter(({ state, caseId }) => state !== step.mends || !ours.includes(caseId)),
      );
    }
  };
};
