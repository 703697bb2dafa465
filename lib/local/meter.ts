/**
 * Counts what AWS would bill and prices it. A case's share of an invocation that served several cases (a
 * batch of the relay) is an even split, so the cases never add up to more than the total.
 */
export type Usage = {
  transitions: number;
  invocations: number;
  writeUnits: number;
  readUnits: number;
  events: number;
  costUsd: number;
};

/** AWS list prices in USD, us-east-1, on demand, arm64, beyond every free tier (aws.amazon.com/…/pricing, 2026-11). */
export const listPrices = {
  perTransition: 25 / 1e6,
  perLambdaRequest: 0.2 / 1e6,
  perLambdaGbSecond: 0.0000133334,
  perHttpRequest: 1 / 1e6,
  perWriteUnit: 0.625 / 1e6,
  perReadUnit: 0.125 / 1e6,
  /** EventBridge counts 64 KB of a custom event as one. */
  perEvent: 1 / 1e6,
  perExpressExecution: 1 / 1e6,
  perExpressGbSecond: 0.00001667,
  perS3Put: 0.005 / 1e3,
  perS3Get: 0.0004 / 1e3,
  /** DynamoDB's export, per byte of the table (1 GB = 2³⁰). */
  perExportedByte: 0.1 / 2 ** 30,
  /** CloudWatch Logs, per byte taken in. */
  perLogByte: 0.5 / 1e9,
} as const;

export type Counts = {
  transitions: number;
  invocations: number;
  gbSeconds: number;
  httpRequests: number;
  writeUnits: number;
  readUnits: number;
  events: number;
  logBytes: number;
  expressExecutions: number;
  expressGbSeconds: number;
  s3Puts: number;
  s3Gets: number;
  exportedBytes: number;
};

/** Collects what one invocation uses and which cases it touched; `close` charges it, once. */
export type Account = {
  /** Looks for case ids in an event, a request or a reply. */
  see(text: string): void;
  add(counts: Partial<Counts>): void;
  close(): void;
};

export type Meter = {
  /** Charges `counts` to the total and evenly to the cases. */
  charge(counts: Partial<Counts>, caseIds: readonly string[]): void;
  /** Opens the account of an invocation, found again by its trace id. */
  open(traceId: string): Account;
  find(traceId: string | undefined): Account | undefined;
  total(): Usage;
  forCase(caseId: string): Usage;
};

/** An express execution, billed in steps of 100 ms, with 64 MB of memory at the least. */
export const expressCounts = (durationMs: number): Partial<Counts> => ({
  expressExecutions: 1,
  expressGbSeconds: (Math.max(1, Math.ceil(durationMs / 100)) / 10) * (64 / 1024),
});

const ulid = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

/** In a key of the table, or the value of an attribute or field `caseId`, also inside a JSON string. */
const caseIdPattern = new RegExp(
  `#CASE#(${ulid})|\\\\?"caseId\\\\?":\\s*(?:\\{"S":\\s*)?\\\\?"(${ulid})`,
  "g",
);

/** The ids of the cases a text names, each once, in the order they appear. */
export const caseIdsIn = (text: string): string[] => {
  const found = new Set<string>();
  for (const match of text.matchAll(caseIdPattern)) {
    const id = match[1] ?? match[2];
    if (id !== undefined) found.add(id);
  }
  return [...found];
};

const nothing = (): Counts => ({
  transitions: 0,
  invocations: 0,
  gbSeconds: 0,
  httpRequests: 0,
  writeUnits: 0,
  readUnits: 0,
  events: 0,
  logBytes: 0,
  expressExecutions: 0,
  expressGbSeconds: 0,
  s3Puts: 0,
  s3Gets: 0,
  exportedBytes: 0,
});

const addTo = (sum: Counts, counts: Partial<Counts>, share: number): void => {
  for (const [name, count] of Object.entries(counts)) sum[name as keyof Counts] += count * share;
};

const costUsd = (counts: Counts): number =>
  counts.transitions * listPrices.perTransition +
  counts.invocations * listPrices.perLambdaRequest +
  counts.gbSeconds * listPrices.perLambdaGbSecond +
  counts.httpRequests * listPrices.perHttpRequest +
  counts.writeUnits * listPrices.perWriteUnit +
  counts.readUnits * listPrices.perReadUnit +
  counts.events * listPrices.perEvent +
  counts.logBytes * listPrices.perLogByte +
  counts.expressExecutions * listPrices.perExpressExecution +
  counts.expressGbSeconds * listPrices.perExpressGbSecond +
  counts.s3Puts * listPrices.perS3Put +
  counts.s3Gets * listPrices.perS3Get +
  counts.exportedBytes * listPrices.perExportedByte;

const usageOf = (counts: Counts): Usage => ({
  transitions: counts.transitions,
  invocations: counts.invocations,
  writeUnits: counts.writeUnits,
  readUnits: counts.readUnits,
  events: counts.events,
  costUsd: costUsd(counts),
});

export const createMeter = (): Meter => {
  const all = nothing();
  const byCase = new Map<string, Counts>();
  const open = new Map<string, Account>();

  const charge = (counts: Partial<Counts>, caseIds: readonly string[]): void => {
    addTo(all, counts, 1);
    for (const caseId of caseIds) {
      const sum = byCase.get(caseId) ?? nothing();
      addTo(sum, counts, 1 / caseIds.length);
      byCase.set(caseId, sum);
    }
  };

  return {
    charge,
    open: (traceId) => {
      const used = nothing();
      const cases = new Set<string>();
      const account: Account = {
        see: (text) => {
          for (const caseId of caseIdsIn(text)) cases.add(caseId);
        },
        add: (counts) => addTo(used, counts, 1),
        close: () => {
          if (open.delete(traceId)) charge(used, [...cases]);
        },
      };
      open.set(traceId, account);
      return account;
    },
    find: (traceId) => (traceId === undefined ? undefined : open.get(traceId)),
    total: () => usageOf(all),
    forCase: (caseId) => usageOf(byCase.get(caseId) ?? nothing()),
  };
};
