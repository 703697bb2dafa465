import * as z from "zod";
import { magicCourses } from "../../functions/domain/magic-waybill.ts";
import { payoutKinds } from "../../functions/domain/settlement/payout.ts";
import { roles } from "../../functions/http/operation.ts";
import type { ServiceClock } from "./clock.ts";
import type { Failures } from "./failures.ts";
import type { Faults } from "./faults.ts";
import { type HttpReply, message } from "./gateway-event.ts";
import { type Identity, TokenRefused } from "./identity.ts";
import { type LabelService, labelBehaviours } from "./label-service.ts";
import type { Meter } from "./meter.ts";
import { type PaymentSide, paymentBehaviours } from "./payment-side.ts";
import type { SandboxCarrier } from "./sandbox-carrier.ts";

/** `/_local/*`: what one machine has and AWS does not. */
export type Control = {
  handle(method: string, url: URL, body: Buffer): Promise<HttpReply>;
};

/** Ten years: more is a typing error. */
const longestAdvanceMs = 10 * 365 * 86_400_000;

const durationPattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

const durationMs = (text: string): number | undefined => {
  const [, ...parts] = durationPattern.exec(text) ?? [];
  if (parts.every((part) => part === undefined)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
};

const forward = z.number().min(0, "time moves forward only");

const advanceBody = z.union(
  [
    z.strictObject({ advanceMs: forward }),
    z.strictObject({
      advance: z
        .string()
        .refine((text) => durationMs(text) !== undefined, "an ISO 8601 duration such as PT48H or P7D"),
    }),
    z.strictObject({ days: forward.optional(), hours: forward.optional(), minutes: forward.optional() }),
  ],
  {
    error:
      'Say how far to advance, forward only: {"advance": "PT48H"}, {"days": 2, "hours": 12} or {"advanceMs": 60000}.',
  },
);

const labelSettings = z.strictObject({ behaviour: z.enum(labelBehaviours) });

const parcelBody = z.strictObject({ tenant: z.string().min(1), trackingNumber: z.string() });

const tokenBody = z.strictObject({
  tenant: z.string().min(1),
  role: z.enum(roles),
  merchantId: z.string().min(1).optional(),
  operatorId: z.string().min(1).optional(),
  buyerId: z.string().min(1).optional(),
  expiresInSeconds: z.int().positive().optional(),
});

const paymentRule = z.strictObject({
  behaviour: z.enum(paymentBehaviours),
  tenant: z.string().optional(),
  kind: z.enum(payoutKinds).optional(),
  payoutId: z.string().optional(),
  merchantId: z.string().optional(),
  caseId: z.string().optional(),
  attempt: z.int().positive().optional(),
  reason: z.string().min(1).max(200).optional(),
  afterMs: z.int().min(0).optional(),
});

const paymentSettings = z.strictObject({
  open: z.boolean().optional(),
  rules: z.array(paymentRule).optional(),
});

const faultSettings = z.strictObject({
  faults: z.array(
    z.strictObject({ state: z.string(), error: z.string().min(1).max(256), caseId: z.string().optional() }),
  ),
});

const msOf = (body: z.infer<typeof advanceBody>): number => {
  if ("advanceMs" in body) return Math.round(body.advanceMs);
  if ("advance" in body) return durationMs(body.advance) ?? 0;
  const { days = 0, hours = 0, minutes = 0 } = body;
  return Math.round(((days * 24 + hours) * 60 + minutes) * 60_000);
};

const json = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

const parsed = <Body>(schema: z.ZodType<Body>, body: Buffer): Body | HttpReply => {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch {
    return message(400, "The body is not JSON.");
  }
  const result = schema.safeParse(value);
  return result.success ? result.data : message(422, z.prettifyError(result.error));
};

const isReply = (value: unknown): value is HttpReply =>
  typeof value === "object" && value !== null && "status" in value && "body" in value;

export const createControl = (options: {
  clock: ServiceClock;
  meter: Meter;
  identity: Identity;
  failures: Failures;
  faults: Faults;
  paymentSide: PaymentSide;
  labelService: LabelService;
  sandboxCarrier: SandboxCarrier;
  idle: () => Promise<void>;
}): Control => {
  const { clock, faults, paymentSide, labelService, sandboxCarrier } = options;
  const time = () => ({ now: new Date(clock.now()).toISOString(), nowMs: clock.now() });

  const routes: Readonly<Record<string, (url: URL, body: Buffer) => HttpReply | Promise<HttpReply>>> = {
    "GET /_local/clock": () => json(200, { ...time(), timers: clock.pending().length }),
    "POST /_local/clock": async (_, body) => {
      const wanted = parsed(advanceBody, body);
      if (isReply(wanted)) return wanted;
      const ms = msOf(wanted);
      if (ms > longestAdvanceMs) return message(422, "The clock moves by ten years at most.");
      await clock.advance(ms);
      return json(200, time());
    },
    "GET /_local/meter": (url) => {
      const caseId = url.searchParams.get("caseId");
      return json(200, caseId === null ? options.meter.total() : options.meter.forCase(caseId));
    },
    "POST /_local/token": async (_, body) => {
      const claims = parsed(tokenBody, body);
      if (isReply(claims)) return claims;
      try {
        return json(200, { token: await options.identity.token(claims) });
      } catch (error) {
        if (error instanceof TokenRefused) return message(422, error.message);
        throw error;
      }
    },
    "GET /_local/idle": async () => {
      await options.idle();
      return json(200, time());
    },
    "GET /_local/payment-side": () =>
      json(200, { ...paymentSide.settings(), payments: paymentSide.payments() }),
    "PUT /_local/payment-side": (_, body) => {
      const wanted = parsed(paymentSettings, body);
      if (isReply(wanted)) return wanted;
      const { open, rules } = wanted;
      paymentSide.tell({ ...(open === undefined ? {} : { open }), ...(rules ? { rules } : {}) });
      return json(200, paymentSide.settings());
    },
    "GET /_local/payment-side/file": (url) => ({
      status: 200,
      headers: { "content-type": "text/csv; charset=utf-8" },
      body: paymentSide.file(url.searchParams.get("tenant") ?? ""),
    }),
    "GET /_local/label-service": () => json(200, { behaviour: labelService.behaviour() }),
    "PUT /_local/label-service": (_, body) => {
      const wanted = parsed(labelSettings, body);
      if (isReply(wanted)) return wanted;
      labelService.behave(wanted.behaviour);
      return json(200, { behaviour: labelService.behaviour() });
    },
    "POST /_local/parcels": (_, body) => {
      const parcel = parsed(parcelBody, body);
      if (isReply(parcel)) return parcel;
      if (sandboxCarrier.take(parcel.tenant, parcel.trackingNumber)) return json(200, parcel);
      const known = magicCourses.map((course) => `TEST-${course}`).join(", ");
      return message(422, `trackingNumber is one of ${known}, with a suffix of its own.`);
    },
    "GET /_local/faults": () => json(200, { faults: faults.told() }),
    "PUT /_local/faults": (_, body) => {
      const wanted = parsed(faultSettings, body);
      if (isReply(wanted)) return wanted;
      try {
        faults.tell(wanted.faults);
      } catch (error) {
        if (error instanceof RangeError) return message(422, error.message);
        throw error;
      }
      return json(200, { faults: faults.told() });
    },
    "GET /_local/failures": () => json(200, { failures: options.failures.list() }),
  };

  return {
    handle: async (method, url, body) => {
      const route = routes[`${method} ${url.pathname}`];
      if (route) return route(url, body);
      return message(404, `Not Found. There are ${Object.keys(routes).join(", ")}.`);
    },
  };
};
