import type { SealPurpose } from "../../functions/store/key-service.ts";
import { backtestPartitions, parcelPartition } from "../../functions/store/keys.ts";

/**
 * Every deployed function: where its code begins and what it may do with the table. Least privilege is
 * read, and changed, here; a test fails when a function's code does more or less than it says here. `Scan` is not
 * even a word of this language, and a deletion needs a kind of partition: what was decided is never deleted.
 */

/** The DynamoDB actions a function can be given. A transaction needs those of its parts. */
export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "ConditionCheckItem";

export type FunctionSpec = {
  readonly entry: string;
  readonly summary: string;
  /** A caller waits for an API function, so it gives up early; a worker may take its time. */
  readonly kind: "api" | "worker";
  readonly tableActions: readonly TableAction[];
  /** `Query` reaches the index too. */
  readonly queriesIndex?: boolean;
  /** The only partitions in which it may delete an item, as a pattern of partition keys. */
  readonly deletesIn?: string;
  /** Signs and checks the cursors of paged lists. */
  readonly needsCursorKey?: boolean;
  /** What it may seal with the key of secrets, and what it may open. */
  readonly seals?: readonly SealPurpose[];
  readonly opens?: readonly SealPurpose[];
  readonly memoryMiB?: number;
  /** Where a worker needs more than its 30 seconds. */
  readonly timeoutSeconds?: number;
};

/**
 * Reads a case and writes what happened. `UpdateItem` gives back what it held of its order's lines, and opens
 * claims on carriers.
 */
const changeCase = ["Query", "PutItem", "UpdateItem"] as const;
/** The same for commands after which a case holds what it held. */
const changeCaseAndKeepHolds = ["Query", "PutItem"] as const;

export const functionSpecs = {
  ApiSync: {
    entry: "functions/api/sync/handler.ts",
    summary: "Merchants, items and orders from the partner platform",
    kind: "api",
    tableActions: ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"],
    // A tracking number that was synced wrong gives up its pointer.
    deletesIn: parcelPartition("*", "*"),
  },
  ApiCases: {
    entry: "functions/api/cases/handler.ts",
    summary: "Files and reads cases",
    kind: "api",
    tableActions: ["GetItem", "BatchGetItem", ...changeCase],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiEvidence: {
    entry: "functions/api/evidence/handler.ts",
    summary: "Takes announcements of evidence and lists it, with links to the files",
    kind: "api",
    tableActions: ["GetItem", "Query", "PutItem", "UpdateItem"],
  },
  ApiMessages: {
    entry: "functions/api/messages/handler.ts",
    summary: "The threads of cases, with links to the files that hang on messages",
    kind: "api",
    tableActions: ["GetItem", "Query", "PutItem", "UpdateItem"],
    needsCursorKey: true,
  },
  ApiDesk: {
    entry: "functions/api/desk/handler.ts",
    summary: "The merchant's queue and decisions",
    kind: "api",
    tableActions: ["BatchGetItem", "GetItem", ...changeCase],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiClocks: {
    entry: "functions/api/clocks/handler.ts",
    summary: "Business calendars, and clocks that are stopped or extended, one by one and all at once",
    kind: "api",
    tableActions: ["GetItem", ...changeCase],
  },
  ApiDisputes: {
    entry: "functions/api/disputes/handler.ts",
    summary: "Disputes, rulings and appeals",
    kind: "api",
    tableActions: ["GetItem", ...changeCase],
  },
  ApiArbitration: {
    entry: "functions/api/arbitration/handler.ts",
    summary: "What arbiters read of disputes; cannot write",
    kind: "api",
    tableActions: ["GetItem", "Query"],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiEligibility: {
    entry: "functions/api/eligibility/handler.ts",
    summary: "Says which requests are open for an order line; cannot write",
    kind: "api",
    tableActions: ["GetItem", "Query"],
  },
  ApiJudgment: {
    entry: "functions/api/judgment/handler.ts",
    summary: "Says what a judgment would be and what it was; cannot write",
    kind: "api",
    tableActions: ["GetItem", "Query"],
  },
  ApiLogistics: {
    entry: "functions/api/logistics/handler.ts",
    summary: "Return shipments and inspections",
    kind: "api",
    tableActions: ["GetItem", ...changeCase],
  },
  ApiRemedies: {
    entry: "functions/api/remedies/handler.ts",
    summary: "Repairs, replacements, and what the buyer says of them",
    kind: "api",
    tableActions: ["GetItem", ...changeCaseAndKeepHolds],
  },
  ApiRules: {
    entry: "functions/api/rules/handler.ts",
    summary: "The platform's own rule sets and the fact catalogue",
    kind: "api",
    tableActions: ["GetItem", "Query", "PutItem"],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiBacktests: {
    entry: "functions/api/backtests/handler.ts",
    summary: "Asks for backtests, reads and cancels them",
    kind: "api",
    tableActions: ["GetItem", "Query", "PutItem", "UpdateItem"],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiSettlement: {
    entry: "functions/api/settlement/handler.ts",
    summary: "What was reserved and posted, tariffs, and claims on carriers",
    kind: "api",
    tableActions: ["GetItem", "Query", "PutItem"],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiPayouts: {
    entry: "functions/api/payouts/handler.ts",
    summary: "What merchants are owed and paid",
    kind: "api",
    tableActions: ["GetItem", "BatchGetItem", "Query", "PutItem", "ConditionCheckItem"],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiService: {
    entry: "functions/api/service/handler.ts",
    summary: "Health and the OpenAPI document",
    kind: "api",
    tableActions: ["GetItem"],
  },
  ApiLabels: {
    entry: "functions/api/labels/handler.ts",
    summary: "Return labels from the platform's carrier account",
    kind: "api",
    tableActions: ["GetItem", ...changeCase],
    queriesIndex: true,
    needsCursorKey: true,
  },
  ApiCarriers: {
    entry: "functions/api/carriers/handler.ts",
    summary: "Carriers and their webhooks",
    kind: "api",
    // It takes confirmations in as the webhook takes pushes.
    tableActions: ["GetItem", ...changeCase],
    queriesIndex: true,
    needsCursorKey: true,
    seals: ["carrier-secret"],
  },
  CarrierWebhook: {
    entry: "functions/api/carrier-webhook/handler.ts",
    summary: "Tracking pushes in the carriers' own formats",
    kind: "api",
    // It marks parcels whose cases wait for them, and claims on a parcel that turned up.
    tableActions: ["GetItem", ...changeCase],
    memoryMiB: 256,
    opens: ["carrier-secret", "parked-push"],
    seals: ["parked-push"],
  },
  IssueClaims: {
    entry: "functions/api/access/issue-claims.ts",
    summary: "Turns granted scopes into the token's claims",
    kind: "api",
    tableActions: [],
  },
  JudgeResponsibility: {
    entry: "functions/steps/judge-responsibility.ts",
    summary: "Judges who is liable",
    kind: "worker",
    tableActions: ["GetItem", ...changeCase],
  },
  ApplyTimeout: {
    entry: "functions/steps/apply-timeout.ts",
    summary: "Writes down what silence means",
    kind: "worker",
    tableActions: changeCase,
  },
  SettleCase: {
    entry: "functions/steps/settle-case.ts",
    summary: "Moves the money, stage by stage",
    kind: "worker",
    tableActions: changeCase,
  },
  OpenManualReview: {
    entry: "functions/steps/open-manual-review.ts",
    summary: "Calls an operator to a case that failed",
    kind: "worker",
    tableActions: changeCaseAndKeepHolds,
  },
  AdvanceBacktest: {
    entry: "functions/steps/advance-backtest.ts",
    summary: "Notes how far a backtest is",
    kind: "worker",
    tableActions: ["UpdateItem"],
  },
  JudgeExportedCases: {
    entry: "functions/steps/judge-exported-cases.ts",
    summary: "Judges the closed cases of one exported file once more",
    kind: "worker",
    tableActions: ["GetItem", "PutItem", "ConditionCheckItem"],
    // One whole core: it decompresses, parses and judges.
    memoryMiB: 1769,
    timeoutSeconds: 900,
  },
  FinishBacktest: {
    entry: "functions/steps/finish-backtest.ts",
    summary: "Puts a backtest's parts together and clears up after it",
    kind: "worker",
    tableActions: ["GetItem", "Query", "PutItem", "UpdateItem"],
    deletesIn: backtestPartitions,
    memoryMiB: 1024,
    timeoutSeconds: 900,
  },
  Relay: {
    entry: "functions/events/relay.ts",
    summary: "Carries the outbox to the bus and to the waiting executions",
    kind: "worker",
    tableActions: ["GetItem"],
  },
  Notify: {
    entry: "functions/events/notify.ts",
    summary: "Turns events into messages",
    kind: "worker",
    tableActions: ["PutItem"],
  },
  KeepUpload: {
    entry: "functions/events/keep-upload.ts",
    summary: "Makes an uploaded file what it was announced as",
    kind: "worker",
    tableActions: ["GetItem", "PutItem", "UpdateItem"],
  },
  RecordAnalytics: {
    entry: "functions/events/record-analytics.ts",
    summary: "Keeps the daily counters of each merchant",
    kind: "worker",
    tableActions: ["PutItem", "UpdateItem"],
  },
  RunDuePayouts: {
    entry: "functions/events/run-due-payouts.ts",
    summary: "Pays merchants by their platforms' schedules",
    kind: "worker",
    tableActions: ["GetItem", "Query", "PutItem"],
    queriesIndex: true,
    timeoutSeconds: 900,
  },
  ExtendDeadlines: {
    entry: "functions/events/extend-deadlines.ts",
    summary: "Gives an extension of many cases to those that are open",
    kind: "worker",
    tableActions: changeCase,
    timeoutSeconds: 120,
  },
  RollUpBalances: {
    entry: "functions/events/roll-up-balances.ts",
    summary: "Rolls the ledger up into each merchant's balance",
    kind: "worker",
    tableActions: ["GetItem", "Query", "PutItem", "UpdateItem"],
  },
} as const satisfies Record<string, FunctionSpec>;

export type FunctionName = keyof typeof functionSpecs;
export const functionNames = Object.keys(functionSpecs) as FunctionName[];
