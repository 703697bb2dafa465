/**
 * Every key of the single table, in one place. The tenant stands in each partition key, so an id that
 * belongs to another tenant is simply not there: it answers exactly like an id that does not exist.
 */

/** Names of the table's key attributes; the CDK table is defined from them. */
export const tableKeys = {
  partitionKey: "PK",
  sortKey: "SK",
  index: { name: "GSI1", partitionKey: "GSI1PK", sortKey: "GSI1SK" },
  timeToLive: "expiresAt",
} as const;

/** Sort-key prefixes the relay listens to on the table's stream. */
export const outboxPrefixes = { event: "EVENT#", token: "TOKEN#" } as const;

export type Key = { readonly PK: string; readonly SK: string };

const tenantKey = (tenantId: string): string => `T#${tenantId}`;

export const merchantKey = (tenantId: string, merchantId: string): Key => ({
  PK: `${tenantKey(tenantId)}#MERCHANT#${merchantId}`,
  SK: "PROFILE",
});

export const itemKey = (tenantId: string, itemId: string): Key => ({
  PK: `${tenantKey(tenantId)}#ITEM#${itemId}`,
  SK: "ITEM",
});

export const orderPartition = (tenantId: string, orderId: string): string =>
  `${tenantKey(tenantId)}#ORDER#${orderId}`;

export const orderKey = (tenantId: string, orderId: string): Key => ({
  PK: orderPartition(tenantId, orderId),
  SK: "ORDER",
});

export const orderLineKey = (tenantId: string, orderId: string, lineId: string): Key => ({
  PK: orderPartition(tenantId, orderId),
  SK: `LINE#${lineId}`,
});

export const casePartition = (tenantId: string, caseId: string): string =>
  `${tenantKey(tenantId)}#CASE#${caseId}`;

/** The small part of a case that every command changes, guarded by its version. */
export const caseStateKey = (tenantId: string, caseId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: "STATE",
});

/**
 * What was frozen when the case was filed. Never changed. It sorts behind `STATE`, and events and
 * notifications sort before, so that one query from `STATE` on reads what a command has to look at.
 */
export const caseDetailKey = (tenantId: string, caseId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: "SUBMISSION",
});

/** Where the verdicts of a case begin in its partition. */
export const verdictPrefix = "VERDICT#";

export const verdictKey = (tenantId: string, caseId: string, number: number): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${verdictPrefix}${number}`,
});

/** Where the disputes of a case begin. They sort behind `STATE`: a command looks at the latest. */
export const disputePrefix = "STATE#DISPUTE#";

const disputeNumber = (number: number): string => String(number).padStart(3, "0");

export const disputeKey = (tenantId: string, caseId: string, number: number): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${disputePrefix}${disputeNumber(number)}`,
});

/** What the sides said sorts before `STATE`: no command looks at it. */
export const statementPrefix = "DISPUTE#";

export const disputeStatementKey = (
  tenantId: string,
  caseId: string,
  dispute: number,
  statement: number,
): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${statementPrefix}${disputeNumber(dispute)}#STATEMENT#${String(statement).padStart(4, "0")}`,
});

/** Index partition of a shard of the open disputes, the nearest deadline first. */
export const disputeQueuePartition = (tenantId: string, shard: number): string =>
  `${tenantKey(tenantId)}#DISPUTES#${shard}`;

/** Index partition of the decided disputes of a reason, the oldest first. */
export const decidedDisputesPartition = (tenantId: string, reason: string): string =>
  `${tenantKey(tenantId)}#DECIDED#${reason}`;

/** One item a transaction: the case's timeline and the outbox of the relay. */
export const caseEventKey = (tenantId: string, caseId: string, version: number): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${outboxPrefixes.event}${String(version).padStart(6, "0")}`,
});

/**
 * What happened beside a case, without a new version of it. It sorts behind the version the case stood at, so that
 * timeline and relay come to it in its place.
 */
export const besideEventKey = (
  tenantId: string,
  caseId: string,
  version: number,
  { at, id }: { readonly at: number; readonly id: string },
): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${caseEventKey(tenantId, caseId, version).SK}+${String(at).padStart(15, "0")}+${id}`,
});

/** Begins the keys of a case's evidence and of what is counted of it. They sort before `STATE`. */
export const evidencePrefix = "EVIDENCE";

export const evidenceKey = (tenantId: string, caseId: string, evidenceId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${evidencePrefix}#${evidenceId}`,
});

/** How much evidence a case has; its version keeps two announcements from taking the last place. */
export const evidenceTallyKey = (tenantId: string, caseId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: evidencePrefix,
});

/** Where the messages of a case begin in its partition. They and what belongs to them sort before `STATE`. */
export const messagePrefix = "MESSAGE#";

export const messageKey = (tenantId: string, caseId: string, messageId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${messagePrefix}${messageId}`,
});

/** How long a thread is and when it was last written to: the guard of its order. */
export const threadKey = (tenantId: string, caseId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: "MESSAGES",
});

/** Where the files that hang on messages begin, in the order of those. */
export const attachmentPrefix = "ATTACHMENT#";

/** @param attachmentId begins with its message's id */
export const attachmentKey = (tenantId: string, caseId: string, attachmentId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${attachmentPrefix}${attachmentId}`,
});

/** How far somebody has read a case's messages. */
export const readMarkKey = (
  tenantId: string,
  caseId: string,
  { role, id }: { readonly role: string; readonly id: string },
): Key => ({ PK: casePartition(tenantId, caseId), SK: `READ#${role}:${id}` });

/** The task token of the state that waits since `wait`, put there by Step Functions itself. */
export const taskTokenKey = (tenantId: string, caseId: string, wait: number): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `${outboxPrefixes.token}${wait}`,
});

/** Where the transfers begin in a partition; the stream's filters know it. */
export const transferPrefix = "TRANSFER#";

/** A transfer's key is its identity: put only if absent, so a stage can run twice and move money once. */
export const transferKey = (partition: string, stage: string, purpose: string): Key => ({
  PK: partition,
  SK: `${transferPrefix}${stage}#${purpose}`,
});

/** Transfers that belong to no case lie with others of their subject: a sale's order, a payout. */
export const ledgerPartition = (tenantId: string, subject: string): string =>
  `${tenantKey(tenantId)}#LEDGER#${subject}`;

/** What a carrier owes for a case. It sorts before `STATE`: no command of the case looks at it. */
export const carrierClaimKey = (tenantId: string, caseId: string, carrier: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `CLAIM#${carrier}`,
});

/** Index partition of a tenant's claims on carriers, the oldest first. */
export const carrierClaimsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#CLAIMS`;

/** A tenant's few tariffs lie together: which one is in force is asked of all of them. */
export const tariffsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#TARIFFS`;

export const tariffKey = (tenantId: string, tariffId: string): Key => ({
  PK: tariffsPartition(tenantId),
  SK: `TARIFF#${tariffId}`,
});

/** A label that was ordered for a return. */
export const labelKey = (tenantId: string, labelId: string): Key => ({
  PK: `${tenantKey(tenantId)}#LABEL#${labelId}`,
  SK: "LABEL",
});

/** Index partition of a tenant's labels, by what became of them. */
export const labelsPartition = (tenantId: string, status: string): string =>
  `${tenantKey(tenantId)}#LABELS#${status}`;

/** How long a tenant lets parcels be silent, by carrier and lane: few items, read together. */
export const transitClocksPartition = (tenantId: string): string => `${tenantKey(tenantId)}#TRANSIT_CLOCKS`;

export const transitClockKey = (tenantId: string, carrier: string, lane: string): Key => ({
  PK: transitClocksPartition(tenantId),
  SK: `${carrier}#${lane}`,
});

/** Whether a sale's proceeds may be paid out yet, one item an order beside the merchant's other money. */
export const holdPrefix = "HOLD#";

export const holdKey = (tenantId: string, merchantId: string, orderId: string): Key => ({
  PK: merchantKey(tenantId, merchantId).PK,
  SK: `${holdPrefix}${orderId}`,
});

/** What was posted to a merchant's account, by the minute and by what it was for: the statement's lines. */
export const postingPrefix = "POSTING#";

export const postingPageKey = (
  tenantId: string,
  merchantId: string,
  minute: string,
  subject: string,
): Key => ({
  PK: merchantKey(tenantId, merchantId).PK,
  SK: `${postingPrefix}${minute}#${subject}`,
});

/** The sums of those pages that are old enough to be added up for good. */
export const merchantTotalsKey = (tenantId: string, merchantId: string): Key => ({
  PK: merchantKey(tenantId, merchantId).PK,
  SK: "TOTALS",
});

/** Where a transfer lies: whose it is and what it is for. */
export const ledgerPlace = (
  partition: string,
): { readonly tenantId: string; readonly subject: string } | undefined => {
  const [, tenantId, kind, subject] = /^T#([^#]+)#(CASE|LEDGER)#([^#]+)$/.exec(partition) ?? [];
  return tenantId && kind && subject ? { tenantId, subject } : undefined;
};

/** What of a merchant's money is on its way out, by currency: the gate every payout passes. */
export const payoutGatePrefix = "PAYOUTS#";

export const payoutGateKey = (tenantId: string, merchantId: string, currency: string): Key => ({
  PK: merchantKey(tenantId, merchantId).PK,
  SK: `${payoutGatePrefix}${currency}`,
});

export const payoutKey = (tenantId: string, payoutId: string): Key => ({
  PK: ledgerPartition(tenantId, payoutId),
  SK: "PAYOUT",
});

export type PayoutList = "open" | "failed" | "advanced" | "succeeded";

/** Index partition of a tenant's payouts, by what is known of them. */
export const payoutsPartition = (tenantId: string, list: PayoutList): string =>
  `${tenantKey(tenantId)}#PAYOUTS#${list}`;

/** A tenant's few payout schedules lie together. */
export const payoutSchedulesPartition = (tenantId: string): string =>
  `${tenantKey(tenantId)}#PAYOUTSCHEDULES`;

export const payoutScheduleKey = (tenantId: string, scheduleId: string): Key => ({
  PK: payoutSchedulesPartition(tenantId),
  SK: `SCHEDULE#${scheduleId}`,
});

/** Index partition of every tenant's schedules by when they are due: only the service itself asks it. */
export const payoutSchedulesDue = "PAYOUTSCHEDULES";

/** Index partition of all of a tenant's merchants. */
export const merchantsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#MERCHANTS`;

/** A reconciliation with the parts of its file and what differs. */
export const reconciliationPartition = (tenantId: string, reconciliationId: string): string =>
  `${tenantKey(tenantId)}#RECONCILIATION#${reconciliationId}`;

export const notificationKey = (tenantId: string, caseId: string, eventId: string): Key => ({
  PK: casePartition(tenantId, caseId),
  SK: `NOTIFICATION#${eventId}`,
});

/** Carriers and people write the same number in either case; it is one parcel. */
export const parcelPartition = (tenantId: string, trackingNumber: string): string =>
  `${tenantKey(tenantId)}#PARCEL#${trackingNumber.toUpperCase()}`;

/** The pointer from a tracking number to what it carries. */
export const parcelKey = (tenantId: string, trackingNumber: string): Key => ({
  PK: parcelPartition(tenantId, trackingNumber),
  SK: "PARCEL",
});

/** Where what carriers told of a parcel begins in its partition. */
export const toldPrefix = "TOLD#";

/** What one push told that was not known yet, named by what it says. */
export const toldKey = (tenantId: string, trackingNumber: string, digest: string): Key => ({
  PK: parcelPartition(tenantId, trackingNumber),
  SK: `${toldPrefix}${digest}`,
});

/** What contradicts a parcel's terminal facts: one of each kind, for good. */
export const parcelExceptionKey = (tenantId: string, trackingNumber: string, kind: string): Key => ({
  PK: parcelPartition(tenantId, trackingNumber),
  SK: `EXCEPTION#${kind}`,
});

/** Index partition of a tenant's parcel exceptions, by whether somebody has looked. */
export const parcelExceptionsPartition = (tenantId: string, list: "open" | "resolved"): string =>
  `${tenantKey(tenantId)}#PARCEL-EXCEPTIONS#${list}`;

const parkedPushPartition = (tenantId: string, parkedPushId: string): string =>
  `${tenantKey(tenantId)}#PARKED#${parkedPushId}`;

/** What is known of a push that was parked; small, since lists read it. */
export const parkedPushKey = (tenantId: string, parkedPushId: string): Key => ({
  PK: parkedPushPartition(tenantId, parkedPushId),
  SK: "PUSH",
});

/** Its raw body, sealed. */
export const parkedBodyKey = (tenantId: string, parkedPushId: string): Key => ({
  PK: parkedPushPartition(tenantId, parkedPushId),
  SK: "BODY",
});

/** Index partition of a tenant's parked pushes. */
export const parkedPushesPartition = (tenantId: string, list: "parked" | "replayed"): string =>
  `${tenantKey(tenantId)}#PARKED-PUSHES#${list}`;

/** A carrier knows no tenant: the subscription in its webhook's path names it, and holds the secret. */
export const carrierSubscriptionKey = (subscriptionId: string): Key => ({
  PK: `SUBSCRIPTION#${subscriptionId}`,
  SK: "SUBSCRIPTION",
});

/** Index partition of a tenant's carrier subscriptions. */
export const carrierSubscriptionsPartition = (tenantId: string): string =>
  `${tenantKey(tenantId)}#SUBSCRIPTIONS`;

/** A tenant's rule sets: the index lists all their versions, the table itself says which is in force when. */
export const ruleSetsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#RULESETS`;

const effectivePrefix = "EFFECTIVE#";

/** Every moment has one place, so that two versions never take effect at once. In order of time. */
export const effectiveRulesKey = (tenantId: string, effectiveFrom: number): Key => ({
  PK: ruleSetsPartition(tenantId),
  SK: `${effectivePrefix}${String(effectiveFrom).padStart(15, "0")}`,
});

export const ruleSetPartition = (tenantId: string, rulesetId: string): string =>
  `${tenantKey(tenantId)}#RULESET#${rulesetId}`;

/** Where the versions of one rule set begin in its partition. */
export const ruleSetVersionPrefix = "VERSION#";

/** What a version is and since when; small, since lists and races look at it. */
export const ruleSetVersionKey = (tenantId: string, rulesetId: string, version: number): Key => ({
  PK: ruleSetPartition(tenantId, rulesetId),
  SK: `${ruleSetVersionPrefix}${String(version).padStart(6, "0")}`,
});

/** What a version says. */
export const ruleSetDocumentKey = (tenantId: string, rulesetId: string, version: number): Key => ({
  PK: ruleSetPartition(tenantId, rulesetId),
  SK: `DOCUMENT#${String(version).padStart(6, "0")}`,
});

/** A tenant's backtests: the index lists them, the table itself holds which one is running. */
export const backtestsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#BACKTESTS`;

/** There while a backtest runs, so that a second one finds it taken. */
export const runningBacktestKey = (tenantId: string): Key => ({
  PK: backtestsPartition(tenantId),
  SK: "RUNNING",
});

export const backtestPartition = (tenantId: string, backtestId: string): string =>
  `${tenantKey(tenantId)}#BACKTEST#${backtestId}`;

/** Every partition of backtests and no other, as a pattern. */
export const backtestPartitions = `${tenantKey("*")}#BACKTEST*`;

/** What a backtest was asked and what became of it. */
export const backtestKey = (tenantId: string, backtestId: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: "BACKTEST",
});

/** Makes the relay start the machine. */
export const backtestEventKey = (tenantId: string, backtestId: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: `${outboxPrefixes.event}000001`,
});

/** The rules it judges by, to the letter, whatever becomes of the draft. */
export const backtestRulesKey = (tenantId: string, backtestId: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: "RULES",
});

export const backtestPartPrefix = "PART#";

/** What one file of the export came to. */
export const backtestPartKey = (tenantId: string, backtestId: string, fileHash: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: `${backtestPartPrefix}${fileHash}`,
});

export const backtestResultKey = (tenantId: string, backtestId: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: "RESULT",
});

export const backtestExamplesKey = (tenantId: string, backtestId: string): Key => ({
  PK: backtestPartition(tenantId, backtestId),
  SK: "EXAMPLES",
});

/** A tenant's few calendars and its choice of them lie together. */
export const calendarsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#CALENDARS`;

/** A calendar as it is now. */
export const calendarKey = (tenantId: string, calendarId: string): Key => ({
  PK: calendarsPartition(tenantId),
  SK: `CALENDAR#${calendarId}`,
});

/** What a calendar said at a revision; never changed, since cases are promised their deadlines by it. */
export const calendarRevisionKey = (tenantId: string, calendarId: string, revision: number): Key => ({
  PK: calendarsPartition(tenantId),
  SK: `REVISION#${calendarId}#${revision}`,
});

/** Whose clocks run by which calendar. */
export const clockPlanKey = (tenantId: string): Key => ({
  PK: calendarsPartition(tenantId),
  SK: "PLAN",
});

/** A tenant's extensions of many cases, by the end of their period. */
export const clockExtensionsPartition = (tenantId: string): string => `${tenantKey(tenantId)}#EXTENSIONS`;

export const clockExtensionKey = (tenantId: string, until: number, extensionId: string): Key => ({
  PK: clockExtensionsPartition(tenantId),
  SK: `${String(until).padStart(15, "0")}#${extensionId}`,
});

/** Brings the worker to its next stretch. */
export const clockExtensionEventKey = (tenantId: string, extensionId: string, step: number): Key => ({
  PK: `${tenantKey(tenantId)}#EXTENSION#${extensionId}`,
  SK: `${outboxPrefixes.event}${String(step).padStart(6, "0")}`,
});

/** The cases filed on a day. */
export const filedCasesPartition = (tenantId: string, day: string): string =>
  `${tenantKey(tenantId)}#FILED#${day}`;

export const filedCaseKey = (tenantId: string, day: string, caseId: string): Key => ({
  PK: filedCasesPartition(tenantId, day),
  SK: caseId,
});

/** An idempotency key belongs to the actor that sent it, never to the tenant as a whole. */
export const idempotencyKey = (tenantId: string, actorId: string, key: string): Key => ({
  PK: `${tenantKey(tenantId)}#IDEMPOTENCY#${actorId}#${key}`,
  SK: "IDEMPOTENCY",
});

/** Rows of a request over many cases lie with its answer. */
export const bulkRowPrefix = "ROW#";

export const dailyCounterKey = (tenantId: string, merchantId: string, day: string): Key => ({
  PK: `${tenantKey(tenantId)}#MERCHANT#${merchantId}`,
  SK: `DAY#${day}`,
});

export const countedEventKey = (tenantId: string, eventId: string): Key => ({
  PK: `${tenantKey(tenantId)}#COUNTED#${eventId}`,
  SK: "COUNTED",
});

/**
 * Which of `shards` an id belongs to (FNV-1a): the same for ever, and evenly spread also over ids that were made one
 * after the other.
 */
export const shardOf = (id: string, shards: number): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % shards;
};

/** Index partition of a merchant's queue. One shard carries 250 changes a second (performance.md). */
export const queuePartition = (tenantId: string, merchantId: string, shard: number): string =>
  `${tenantKey(tenantId)}#QUEUE#${merchantId}#${shard}`;

export const buyerPartition = (tenantId: string, buyerId: string): string =>
  `${tenantKey(tenantId)}#BUYER#${buyerId}`;

export const returnOwedPrefix = "RETURN_OWED#";

export const buyerReturnOwedKey = (tenantId: string, buyerId: string, caseId: string): Key => ({
  PK: buyerPartition(tenantId, buyerId),
  SK: `${returnOwedPrefix}${caseId}`,
});
