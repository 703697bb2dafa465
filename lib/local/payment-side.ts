import { randomUUID } from "node:crypto";

/**
 * A sandbox of a platform's payment side: it pulls what it is to pay over HTTP, with a token of its own, pays
 * or does not, and confirms the way it is told to. It knows a payout by its id and attempt, so it pays each
 * attempt once, and its file of the day says what really happened.
 */

/** How one attempt is treated. `times_out`: paid, but the word of it is lost. */
export const paymentBehaviours = ["succeeds", "fails", "answers_late", "answers_twice", "times_out"] as const;
export type PaymentBehaviour = (typeof paymentBehaviours)[number];

export type Instruction = {
  readonly payoutId: string;
  readonly attempt: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly merchantId?: string;
};

/** One line of the payment side's own file. */
export type PaymentLine = {
  readonly payoutId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly status: "paid" | "failed";
};

export type PaymentSide = {
  /** Pulls every open instruction and treats those it has not seen. */
  work(): Promise<readonly Instruction[]>;
  /** Sends the answers that were kept back. */
  answerLate(): Promise<void>;
  file(): readonly PaymentLine[];
};

export const createPaymentSide = (options: {
  readonly url: string;
  /** Of the role partner. */
  readonly token: () => Promise<string>;
  readonly behaviourOf: (instruction: Instruction) => PaymentBehaviour;
}): PaymentSide => {
  const treated = new Map<string, PaymentLine>();
  const keptBack: (() => Promise<void>)[] = [];

  const call = async (method: "GET" | "POST", path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${options.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await options.token()}`,
        ...(body ? { "content-type": "application/json", "idempotency-key": randomUUID() } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };

  const pull = async (): Promise<readonly Instruction[]> => {
    const found: Instruction[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        status: "instructed",
        limit: "100",
        ...(cursor ? { cursor } : {}),
      });
      const page = (await call("GET", `/v1/payouts?${query}`)) as {
        readonly items: readonly Instruction[];
        readonly nextCursor?: string;
      };
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  };

  const treat = async (instruction: Instruction): Promise<void> => {
    const { payoutId, attempt, amountMinor, currency } = instruction;
    const behaviour = options.behaviourOf(instruction);
    const status = behaviour === "fails" ? "failed" : "paid";
    treated.set(`${payoutId} ${attempt}`, { payoutId, amountMinor, currency, status });
    const confirm = async (): Promise<void> => {
      await call("POST", `/v1/payouts/${payoutId}/confirmation`, {
        attempt,
        ...(status === "paid" ? { result: "succeeded" } : { result: "failed", reason: "account closed" }),
      });
    };
    switch (behaviour) {
      case "succeeds":
      case "fails":
        return confirm();
      case "answers_twice":
        await confirm();
        return confirm();
      case "answers_late":
        keptBack.push(confirm);
        return;
      case "times_out":
        return;
      default:
        return behaviour satisfies never;
    }
  };

  return {
    work: async () => {
      const open = await pull();
      const fresh = open.filter(({ payoutId, attempt }) => !treated.has(`${payoutId} ${attempt}`));
      for (const instruction of fresh) await treat(instruction);
      return fresh;
    },
    answerLate: async () => {
      for (const confirm of keptBack.splice(0)) await confirm();
    },
    file: () => [...treated.values()],
  };
};
