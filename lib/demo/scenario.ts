import type * as z from "zod";
import type { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import type { decideCaseOperation } from "../../functions/api/desk/operations.ts";
import type { ruleCaseOperation } from "../../functions/api/disputes/operations.ts";
import type { inspectReturnOperation } from "../../functions/api/logistics/operations.ts";
import type {
  answerReplacementOperation,
  recordRepairOperation,
} from "../../functions/api/remedies/operations.ts";
import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import type { CaseOutcome } from "../../functions/domain/case.ts";
import type { Liability, Party, Route } from "../../functions/domain/judgment/verdict.ts";
import type { Stage } from "../../functions/domain/lifecycle.ts";
import type { TransferPhase } from "../../functions/domain/settlement/transfer.ts";
import type { Tenant } from "./fixtures.ts";
import type { Scan } from "./kuaidi100-push.ts";

/** One case from beginning to end: what the people do and when, and what has to come of it. */
export type Scenario = {
  readonly name: string;
  /** One sentence for the reader. */
  readonly story: string;
  readonly tenant: Tenant;
  readonly orderId: string;
  readonly steps: readonly Step[];
  /** Whether the report shows what the buyer and the merchant are told, in both languages. */
  readonly asTold?: true;
  readonly expect: Expectation;
};

/** `at` counts milliseconds from the start of the story. */
export type Step = { readonly at: number } & Deed;

export type Deed =
  /** The buyer asks for something. */
  | { readonly file: Omit<z.input<typeof fileCaseOperation.body>, "orderId"> }
  /** The merchant answers, or an operator decides a case in manual review. */
  | {
      readonly decide: z.input<typeof decideCaseOperation.body>;
      readonly by: "merchant" | "operator";
    }
  /** Somebody adds a photograph as evidence. */
  | { readonly photograph: string; readonly by: "buyer" | "merchant" }
  /** The buyer gives the waybill. */
  | { readonly ship: { readonly trackingNumber: string; readonly freightMinor: number } }
  /** The carrier tells of new scans; it always sends the whole history along. */
  | { readonly push: { readonly trackingNumber: string; readonly scans: readonly Scan[] } }
  /** Somebody looks at what came back. */
  | {
      readonly inspect: z.input<typeof inspectReturnOperation.body>["lines"];
      readonly by: "warehouse" | "merchant";
    }
  /** The buyer answers what the merchant offers instead. */
  | { readonly answer: "accept" | "decline" }
  /** Somebody has tried to mend what came back. */
  | {
      readonly repair: z.input<typeof recordRepairOperation.body>;
      readonly by: "warehouse" | "merchant";
    }
  /** Somebody sends the buyer what is promised instead of money. */
  | {
      readonly reship: { readonly trackingNumber: string; readonly freightMinor: number };
      readonly by: "warehouse" | "merchant";
    }
  /** The buyer says what has become of it. */
  | { readonly receipt: z.input<typeof answerReplacementOperation.body> }
  /** A side objects, makes its statement in a dispute, or appeals the ruling. */
  | {
      readonly dispute: "object" | "state" | "rest" | "appeal" | "accept";
      readonly text?: string;
      readonly by: "buyer" | "merchant";
    }
  /** An arbiter, by name, rules. */
  | { readonly rule: z.input<typeof ruleCaseOperation.body>; readonly arbiter: string }
  /** The buyer thinks better of it. */
  | { readonly cancel: true }
  /** From now on a task of the case's machine ends with this error; told before the filing, for whatever case. */
  | { readonly fails: string; readonly error: string }
  /** The task is carried out again. */
  | { readonly mends: string }
  /** Nobody does anything until then; the sentence says what time brings about. */
  | { readonly advance: string };

export type Expectation = {
  /** Every verdict in turn: a case that is judged again has two. */
  readonly verdicts: readonly ExpectedVerdict[];
  readonly stages: readonly Stage[];
  /** What the case was told of a parcel in trouble, where there was any. */
  readonly parcel?: readonly string[];
  /** Whose photographs, videos and documents the case got, in order. */
  readonly evidence?: readonly string[];
  readonly outcome: CaseOutcome;
  /** Every transfer in the ledger, in any order; `escrow` stands for the case's own. */
  readonly postings: readonly ExpectedPosting[];
};

export type ExpectedVerdict = {
  readonly rule: string;
  readonly liability: Liability;
  readonly route: Route;
};

export type ExpectedPosting = readonly [
  phase: TransferPhase,
  purpose: string,
  from: string,
  to: string,
  amountMinor: bigint,
];

/** All of it on one party. */
export const allOn = (party: Party): Liability => ({
  merchant: 0,
  platform: 0,
  carrier: 0,
  buyer: 0,
  [party]: 10_000,
});

/** A line that came back complete, and with what flaws. */
export const returned = (
  lineId: string,
  flaws: z.input<typeof inspectReturnOperation.body>["lines"][number]["flaws"] = [],
) => ({ lineId, receivedQuantity: 1, sameItem: true, flaws });

/** A parcel that is picked up six hours after `at`, passes a hub the day after, and is signed for on the third. */
export const travelsBack = (trackingNumber: string, at: number): readonly Step[] => {
  const pickedUp: Scan = { at: at + 6 * hourMs, what: "揽收", area: "杭州市" };
  const passedHub: Scan = { at: at + dayMs + 2 * hourMs, what: "在途", area: "嘉兴市" };
  const onTheWay: Scan = { at: at + 2 * dayMs + hourMs, what: "派件", area: "上海市" };
  const delivered: Scan = { at: at + 2 * dayMs + 4 * hourMs, what: "签收", area: "上海市" };
  return [[pickedUp], [passedHub], [onTheWay, delivered]].map((scans) => ({
    at: Math.max(...scans.map((scan) => scan.at)) + hourMs / 4,
    push: { trackingNumber, scans },
  }));
};

/** An outbound parcel on which the carrier found damage on the way, signed for all the same. */
export const arrivedDamaged = (trackingNumber: string, at: number, signedAt: number): Step => ({
  at,
  push: {
    trackingNumber,
    scans: [
      { at: signedAt - 2 * dayMs, what: "揽收", area: "上海市" },
      { at: signedAt - dayMs, what: "破损", area: "南京市" },
      { at: signedAt - 3 * hourMs, what: "派件", area: "苏州市" },
      { at: signedAt, what: "签收", area: "苏州市" },
    ],
  },
});
