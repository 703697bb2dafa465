import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import type { BusEvent } from "./bus.ts";
import type { Clock } from "./clock.ts";
import { keep, recall } from "./data-directory.ts";

/**
 * A sandbox of the platforms' payment side. It hears instructions on the bus, pulls those it has missed, pays or
 * does not, and confirms over HTTP the way it is told to. It pays a payout once whatever it hears twice, and its
 * file says what really happened. Closed, which it is until somebody opens it, it only remembers whom it serves.
 */

/** How an attempt is treated. `times_out`: paid, but the word of it is lost. */
export const paymentBehaviours = ["succeeds", "fails", "answers_late", "answers_twice", "times_out"] as const;
export type PaymentBehaviour = (typeof paymentBehaviours)[number];

/** What to do with the instructions it describes: everything it names has to agree, and the first rule counts. */
export type PaymentRule = {
  readonly behaviour: PaymentBehaviour;
  readonly tenant?: string | undefined;
  readonly kind?: "merchant" | "refund" | undefined;
  readonly payoutId?: string | undefined;
  readonly merchantId?: string | undefined;
  readonly caseId?: string | undefined;
  readonly attempt?: number | undefined;
  /** Why it fails. */
  readonly reason?: string | undefined;
  /** How late it answers; 36 hours if absent, beyond the clock of a confirmation. */
  readonly afterMs?: number | undefined;
};

export type PaymentSettings = { readonly open: boolean; readonly rules: readonly PaymentRule[] };

type Instruction = {
  readonly tenant: string;
  readonly payoutId: string;
  readonly attempt: number;
  readonly kind: "merchant" | "refund";
  readonly amountMinor: number;
  readonly currency: string;
  readonly merchantId?: string;
  readonly caseId?: string;
};

/** One attempt, as the payment side knows it. */
export type Payment = Instruction & {
  readonly behaviour: PaymentBehaviour;
  readonly status: "paid" | "failed";
  readonly reason?: string;
  readonly at: number;
  /** When its word of it goes out, and what it was answered. */
  readonly answers: readonly { readonly at: number; readonly httpStatus?: number }[];
};

type Kept = PaymentSettings & {
  readonly tenants: readonly string[];
  readonly payments: readonly Payment[];
};

export type PaymentSide = {
  /** What the platform's own rule on the bus would hand over. */
  hear(event: Pick<BusEvent, "detail-type" | "detail">): void;
  /** Opened, it treats at once what it has missed. */
  tell(settings: Partial<PaymentSettings>): void;
  /** Goes on after a restart. */
  resume(): void;
  settings(): PaymentSettings;
  payments(): readonly Payment[];
  /** What really happened to each payout of a tenant, as CSV. */
  file(tenant: string): string;
};

const lateMs = 36 * 3_600_000;

const nothingYet: Kept = { open: false, rules: [], tenants: [], payments: [] };

const fits = (rule: PaymentRule, instruction: Instruction): boolean =>
  (["tenant", "kind", "payoutId", "merchantId", "caseId", "attempt"] as const).every(
    (name) => rule[name] === undefined || rule[name] === instruction[name],
  );

const answerTimes = ({ behaviour, afterMs = lateMs }: PaymentRule, now: number): readonly number[] => {
  switch (behaviour) {
    case "succeeds":
    case "fails":
      return [now];
    case "answers_twice":
      return [now, now];
    case "answers_late":
      return [now + afterMs];
    case "times_out":
      return [];
    default:
      return behaviour satisfies never;
  }
};

/** The instruction in the detail of a `PayoutInstructed`. */
const instructionIn = (detail: unknown): Instruction => {
  const { tenantId, payoutId, merchantId, caseId, payload } = detail as {
    readonly tenantId: string;
    readonly payoutId: string;
    readonly merchantId?: string;
    readonly caseId?: string;
    readonly payload: Pick<Instruction, "kind" | "attempt" | "amountMinor" | "currency">;
  };
  const { kind, attempt, amountMinor, currency } = payload;
  return {
    tenant: tenantId,
    payoutId,
    attempt,
    kind,
    amountMinor,
    currency,
    ...(merchantId ? { merchantId } : {}),
    ...(caseId ? { caseId } : {}),
  };
};

export const createPaymentSide = (options: {
  readonly url: string;
  /** Of the role partner. */
  readonly token: (tenant: string) => Promise<string>;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly failed: (error: unknown) => void;
  /** Where it keeps what it knows. */
  readonly file: string | undefined;
}): PaymentSide => {
  const { clock } = options;
  let known = recall<Kept>(options.file) ?? nothingYet;
  const remember = (change: Partial<Kept>): void => {
    known = { ...known, ...change };
    keep(options.file, known);
  };

  /** One after the other, so that it comes to the same in every run. */
  let before: Promise<void> = Promise.resolve();
  const soon = (work: () => Promise<void>): void => {
    const done = options.activity.begin();
    before = before.then(work).catch(options.failed).finally(done);
  };

  const call = async (
    tenant: string,
    method: "GET" | "POST",
    path: string,
    body?: object,
  ): Promise<Response> =>
    fetch(`${options.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await options.token(tenant)}`,
        ...(body ? { "content-type": "application/json", "idempotency-key": randomUUID() } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  const find = ({ tenant, payoutId, attempt }: Pick<Instruction, "tenant" | "payoutId" | "attempt">) =>
    known.payments.find(
      (one) => one.tenant === tenant && one.payoutId === payoutId && one.attempt === attempt,
    );

  const answer = async (of: Payment, index: number): Promise<void> => {
    const { tenant, payoutId, attempt, status, reason } = of;
    const said =
      status === "paid"
        ? { attempt, result: "succeeded" }
        : { attempt, result: "failed", reason: reason ?? "refused" };
    const { status: httpStatus } = await call(tenant, "POST", `/v1/payouts/${payoutId}/confirmation`, said);
    remember({
      payments: known.payments.map((payment) =>
        payment.tenant === tenant && payment.payoutId === payoutId && payment.attempt === attempt
          ? {
              ...payment,
              answers: payment.answers.map((one, place) => (place === index ? { ...one, httpStatus } : one)),
            }
          : payment,
      ),
    });
  };

  /** Sends its word of a payment when the time has come, unless it was sent. */
  const send = async (payment: Payment): Promise<void> => {
    for (const [index, { at, httpStatus }] of payment.answers.entries()) {
      if (httpStatus !== undefined) continue;
      if (at <= clock.now()) await answer(payment, index);
      else clock.schedule(at, () => soon(() => answer(payment, index)));
    }
  };

  const treat = async (instruction: Instruction): Promise<void> => {
    if (!known.open || find(instruction)) return;
    const rule = known.rules.find((one) => fits(one, instruction)) ?? { behaviour: "succeeds" };
    const paidBefore = known.payments.some(
      ({ tenant, payoutId, status }) =>
        tenant === instruction.tenant && payoutId === instruction.payoutId && status === "paid",
    );
    const fails = rule.behaviour === "fails" && !paidBefore;
    const at = clock.now();
    const payment: Payment = {
      ...instruction,
      behaviour: rule.behaviour,
      status: fails ? "failed" : "paid",
      ...(fails ? { reason: rule.reason ?? "account closed" } : {}),
      at,
      answers: answerTimes(rule, at).map((time) => ({ at: time })),
    };
    remember({ payments: [...known.payments, payment] });
    await send(payment);
  };

  /** What the pull list of a tenant holds. */
  const pull = async (tenant: string): Promise<void> => {
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        status: "instructed",
        limit: "100",
        ...(cursor ? { cursor } : {}),
      });
      const reply = await call(tenant, "GET", `/v1/payouts?${query}`);
      if (!reply.ok) throw new Error(`the pull list answered ${reply.status}: ${await reply.text()}`);
      const page = (await reply.json()) as {
        readonly items: readonly Omit<Instruction, "tenant">[];
        readonly nextCursor?: string;
      };
      for (const { payoutId, attempt, kind, amountMinor, currency, merchantId, caseId } of page.items) {
        await treat({
          tenant,
          payoutId,
          attempt,
          kind,
          amountMinor,
          currency,
          ...(merchantId ? { merchantId } : {}),
          ...(caseId ? { caseId } : {}),
        });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  };

  const catchUp = (): void => {
    if (known.open) for (const tenant of known.tenants) soon(() => pull(tenant));
  };

  return {
    hear: (event) => {
      if (event["detail-type"] !== "PayoutInstructed") return;
      const instruction = instructionIn(event.detail);
      const { tenant } = instruction;
      if (!known.tenants.includes(tenant)) remember({ tenants: [...known.tenants, tenant] });
      if (known.open) soon(() => treat(instruction));
    },
    tell: ({ open = known.open, rules = known.rules }) => {
      remember({ open, rules });
      catchUp();
    },
    resume: () => {
      for (const payment of known.payments) soon(() => send(payment));
      catchUp();
    },
    settings: () => ({ open: known.open, rules: known.rules }),
    payments: () => known.payments,
    file: (tenant) => {
      const lines = new Map<string, Payment>();
      for (const payment of known.payments) {
        if (payment.tenant !== tenant || lines.get(payment.payoutId)?.status === "paid") continue;
        lines.set(payment.payoutId, payment);
      }
      return [
        "payoutId,amountMinor,currency,status,paidAt",
        ...[...lines.values()].map(({ payoutId, amountMinor, currency, status, at }) =>
          [payoutId, amountMinor, currency, status, new Date(at).toISOString()].join(","),
        ),
        "",
      ].join("\r\n");
    },
  };
};
