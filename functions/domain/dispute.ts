import { hourMs } from "./calendar.ts";
import type { Actor, CaseEvent, CaseSnapshot, CaseState } from "./case.ts";
import type { Decision } from "./consequences.ts";
import { CaseError, InvariantViolation } from "./errors.ts";
import type { Stage } from "./lifecycle.ts";
import { requireAction } from "./permissions.ts";
import type { CaseType } from "./request.ts";
import { amountUnder, buyerHasGoods, unfitting } from "./ruled-remedy.ts";

/**
 * Two sides that do not agree, and an arbiter who decides. A dispute lies beside its case: the case's stage and
 * clock say what is waited for, the dispute says who is heard, who rules and what was said to whom.
 *
 * Round one hears both sides; an appeal opens round two, in which whoever has an appeal to answer is heard. What a
 * round waits for is the case's own wait, so a side's deadline is the case's until it rests.
 */

export const disputeSides = ["buyer", "merchant"] as const;
export type DisputeSide = (typeof disputeSides)[number];

/** What the dispute is about: an answer, a verdict on the request or on what came back, or no clear verdict at all. */
export const disputeGrounds = ["refusal", "ineligible", "return_inspected", "arbitration"] as const;
export type DisputeGround = (typeof disputeGrounds)[number];

/** How it was over. `overtaken`: what it was about changed, or an operator took the case over. */
export const disputeEnds = ["ruled", "agreed", "withdrawn", "overtaken"] as const;
export type DisputeEnd = (typeof disputeEnds)[number];

export type Statement = {
  /** Counted over both sides of a dispute. */
  readonly number: number;
  readonly side: DisputeSide;
  readonly text: string;
  readonly evidenceIds: readonly string[];
};

/** What one side would be content with. */
export type Proposal = {
  readonly number: number;
  readonly side: DisputeSide;
  readonly remedy: CaseType;
  /** Where it is of goods: what is refunded if they cannot be had. */
  readonly amountMinor: bigint;
  readonly at: number;
};

/** How long the time for an appeal was made, by which extensions, and what was told of it. */
export type AppealWait = Pick<CaseState, "clockMs" | "warned" | "extensions">;

export type Dispute = {
  /** A case may be disputed again after its goods came back. */
  readonly number: number;
  readonly ground: DisputeGround;
  readonly openedBy: DisputeSide | "system";
  readonly openedAt: number;
  readonly round: 1 | 2;
  /** Who is heard in this round, and who has said that it is content with what it said. */
  readonly heard: readonly DisputeSide[];
  readonly rested: readonly DisputeSide[];
  readonly statements: number;
  /** How many of them each side has made. */
  readonly said?: { readonly [side in DisputeSide]?: number };
  /** Files handed in during this round. */
  readonly evidenceInRound: number;
  /** Since when the arbiter is asked to rule in this round. */
  readonly askedAt?: number;
  /** Who has taken the case in hand in this round. */
  readonly arbiterId?: string;
  /** Who ruled first, and so may not hear the appeal; absent where nobody ruled in time. */
  readonly firstArbiterId?: string;
  /** Whose appeals are heard in this round. */
  readonly appealedBy?: readonly DisputeSide[];
  /** Until when the first ruling could be appealed, and what else that wait had when it was. */
  readonly appealUntil?: number;
  readonly appealWait?: AppealWait;
  /** Who has accepted the ruling, in words or by letting its appeal go. */
  readonly waived: readonly DisputeSide[];
  /** How many proposals were made: a number is given once. */
  readonly proposals?: number;
  readonly proposal?: Proposal;
  readonly end?: DisputeEnd;
  readonly endedAt?: number;
};

/**
 * How long each side is heard. A case keeps the window that held when it was filed (WeChat Store complaint change
 * log: 72 h, from 2024-03-25 48 h).
 */
const evidenceWindows: readonly { readonly from: number; readonly durationMs: number }[] = [
  { from: Date.parse("2024-03-25T00:00:00+08:00"), durationMs: 48 * hourMs },
  { from: Number.NEGATIVE_INFINITY, durationMs: 72 * hourMs },
];

export const evidenceWindowMs = (filedAt: number): number => {
  const window = evidenceWindows.find(({ from }) => filedAt >= from);
  if (!window) throw new InvariantViolation("there is always an evidence window");
  return window.durationMs;
};

/** More than this, of one side, is no argument any more. */
const maximumStatements = 10;

type Happened<Type extends string, Payload = unknown> = {
  readonly type: Type;
  readonly at: number;
  readonly by: Actor;
} & Payload;

export type DisputeEvent =
  | Happened<
      "DisputeOpened",
      {
        readonly ground: DisputeGround;
        readonly side: DisputeSide | "system";
        readonly statement?: Statement;
      }
    >
  | Happened<
      "StatementSubmitted",
      { readonly side: DisputeSide; readonly rests: boolean; readonly statement?: Statement }
    >
  | Happened<
      "EvidenceClosed",
      { readonly basis: "rested" | "silence"; readonly round: 1 | 2; readonly judgedAgain: boolean }
    >
  | Happened<"EvidenceWeighed", { readonly changed: boolean }>
  | Happened<"DisputeAssigned", { readonly arbiterId: string }>
  | Happened<"SettlementProposed", { readonly proposal: Proposal }>
  | Happened<
      "DisputeWithdrawn",
      { readonly side: DisputeSide } & (
        | { readonly leaves: "closes" | "settles" | "ruling_stands" | "other_appeal" }
        /** The other side may still appeal. */
        | { readonly leaves: "appeal_open"; readonly deadlineAt: number; readonly wait?: AppealWait }
      )
    >
  | Happened<"DisputeOvertaken", { readonly cause: "parcel_news" | "parcel_silent" }>;

export type DisputeCommand =
  | { readonly type: "OpenDispute"; readonly text: string; readonly evidenceIds: readonly string[] }
  | {
      readonly type: "SubmitStatement";
      readonly text?: string;
      readonly evidenceIds: readonly string[];
      readonly rests: boolean;
      /** Files of either side that have arrived since the dispute opened, named in a statement or not. */
      readonly filesArrived?: number;
    }
  | { readonly type: "AssignDispute"; readonly arbiterId?: string }
  | {
      readonly type: "ProposeSettlement";
      readonly remedy: CaseType;
      /** As of a ruling. */
      readonly amountMinor?: bigint;
    };

/** The side an actor speaks for; a partner speaks for its buyers. */
export const sideOf = ({ role }: Pick<Actor, "role">): DisputeSide =>
  role === "merchant" ? "merchant" : "buyer";

export const otherSide = (side: DisputeSide): DisputeSide => (side === "buyer" ? "merchant" : "buyer");

/** Stages in which a dispute is open. */
export const disputeStages: readonly Stage[] = ["disputed", "evidence_closed", "awaiting_ruling", "ruled"];

/** The dispute a case in one of the dispute's stages has. */
export const standingDispute = ({ dispute, state }: CaseSnapshot): Dispute => {
  if (!dispute || dispute.end !== undefined) {
    throw new InvariantViolation(`case ${state.caseId} in ${state.stage} has no open dispute`);
  }
  return dispute;
};

/**
 * Whether what the case is about may still turn out otherwise than the verdict knew: an arbiter was asked for because
 * the records did not say enough, the goods are with the buyer, nothing was promised for them, and nobody has ruled yet.
 */
export const isUndecided = ({ state, dispute }: CaseSnapshot): boolean =>
  (state.stage === "disputed" || state.stage === "awaiting_ruling") &&
  dispute?.ground === "arbitration" &&
  dispute.round === 1 &&
  !state.reserved &&
  buyerHasGoods(state);

const groundOf = (stage: Stage): DisputeGround => {
  switch (stage) {
    case "refused":
      return "refusal";
    case "ineligible":
      return "ineligible";
    case "awaiting_objection":
      return "return_inspected";
    default:
      throw new InvariantViolation(`nothing can be objected to in ${stage}`);
  }
};

/** What a side answers while its time runs; after it, silence has already said something. */
export const requireInTime = ({ deadlineAt }: CaseState, at: number): void => {
  if (deadlineAt === undefined || at < deadlineAt) return;
  throw new CaseError("stage_forbids", "The time for this is over.");
};

/** @throws CaseError if nothing can be objected to, by this side or any more */
export const openDispute = (
  { text, evidenceIds }: Extract<DisputeCommand, { type: "OpenDispute" }>,
  { snapshot: { state }, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(state, by, "escalate");
  requireInTime(state, at);
  const side = sideOf(by);
  const statement = { number: 1, side, text, evidenceIds };
  return [{ type: "DisputeOpened", at, by, ground: groundOf(state.stage), side, statement }];
};

/** The dispute that a verdict opens by asking for an arbiter. */
export const openedByVerdict = (at: number, by: Actor): CaseEvent => ({
  type: "DisputeOpened",
  at,
  by,
  ground: "arbitration",
  side: "system",
});

/** @throws CaseError if the side is not heard, not heard any more, or has said more than enough */
export const submitStatement = (
  { text, evidenceIds, rests, filesArrived = 0 }: Extract<DisputeCommand, { type: "SubmitStatement" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  const { state } = snapshot;
  requireAction(state, by, "submit_statement");
  requireInTime(state, at);
  const dispute = standingDispute(snapshot);
  const side = sideOf(by);
  if (!dispute.heard.includes(side)) {
    throw new CaseError("stage_forbids", `On an appeal its other side is heard; the ${side} has appealed.`);
  }
  if (dispute.rested.includes(side)) {
    throw new CaseError("stage_forbids", `The ${side} has rested and is not heard any more in this round.`);
  }
  if (text !== undefined && (dispute.said?.[side] ?? 0) >= maximumStatements) {
    throw new CaseError("statements_exceeded", `At most ${maximumStatements} statements of a side.`);
  }
  const statement =
    text === undefined ? {} : { statement: { number: dispute.statements + 1, side, text, evidenceIds } };
  const submitted: CaseEvent = { type: "StatementSubmitted", at, by, side, rests, ...statement };
  const rested = [...dispute.rested, ...(rests ? [side] : [])];
  const evidenceInRound = filesArrived + dispute.evidenceInRound + evidenceIds.length;
  return [submitted, ...closedIfRested({ ...dispute, rested, evidenceInRound }, at, by)];
};

/** The round is over once everybody who is heard in it has rested. */
export const closedIfRested = (dispute: Dispute, at: number, by: Actor): readonly CaseEvent[] =>
  dispute.heard.every((side) => dispute.rested.includes(side))
    ? [evidenceClosed(dispute, "rested", at, by)]
    : [];

/** Files that have arrived since a dispute opened: nobody had judged the case on them. */
export const arrivedSince = (
  files: readonly { readonly arrivedAt?: number | undefined }[],
  dispute: Dispute | undefined,
): number =>
  files.filter(({ arrivedAt }) => arrivedAt !== undefined && arrivedAt >= (dispute?.openedAt ?? 0)).length;

/**
 * The round is over. Evidence that was handed in is judged once, before an arbiter is asked; on an appeal it is
 * the arbiter who weighs it against the first ruling.
 */
const evidenceClosed = (
  { round, evidenceInRound }: Dispute,
  basis: "rested" | "silence",
  at: number,
  by: Actor,
): CaseEvent => ({
  type: "EvidenceClosed",
  at,
  by,
  basis,
  round,
  judgedAgain: round === 1 && evidenceInRound > 0,
});

/** Whoever has not rested by the deadline has said nothing more. */
export const closedBySilence = ({ snapshot, at, by }: Decision, filesArrived = 0): CaseEvent => {
  const dispute = standingDispute(snapshot);
  const evidenceInRound = dispute.evidenceInRound + filesArrived;
  return evidenceClosed({ ...dispute, evidenceInRound }, "silence", at, by);
};

/**
 * An arbiter takes a case, or it is handed to one. What somebody has in hand is not taken away in passing: it is
 * handed over by name.
 *
 * @throws CaseError if another arbiter has it, or this one may not hear the appeal
 */
export const assignDispute = (
  { arbiterId: named }: Extract<DisputeCommand, { type: "AssignDispute" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  requireAction(snapshot.state, by, "assign");
  const dispute = standingDispute(snapshot);
  const arbiterId = named ?? by.id;
  requireUnbarred(dispute, arbiterId);
  if (dispute.arbiterId === arbiterId) return [];
  if (arbiterId === by.id) requireFree(dispute, arbiterId);
  return [{ type: "DisputeAssigned", at, by, arbiterId }];
};

/** @throws CaseError `arbiter_barred` */
export const requireUnbarred = ({ round, firstArbiterId }: Dispute, arbiterId: string): void => {
  if (round === 1 || firstArbiterId !== arbiterId) return;
  throw new CaseError("arbiter_barred", "Whoever ruled first does not hear the appeal.");
};

/** @throws CaseError `dispute_taken` */
export const requireFree = ({ arbiterId }: Dispute, by: string): void => {
  if (arbiterId === undefined || arbiterId === by) return;
  throw new CaseError("dispute_taken", "Another arbiter has this case in hand; have it handed over by name.");
};

/** @throws CaseError if nothing can be proposed now, or not this */
export const proposeSettlement = (
  { remedy, amountMinor: saidMinor }: Extract<DisputeCommand, { type: "ProposeSettlement" }>,
  { snapshot, at, by }: Decision,
): readonly CaseEvent[] => {
  const { state } = snapshot;
  requireAction(state, by, "propose");
  const amountMinor = amountUnder(state, remedy, saidMinor) ?? 0n;
  const outside = amountMinor < 1n || amountMinor > state.claimMinor;
  const fields = [
    ...unfitting(state, remedy),
    ...(outside ? [{ pointer: "/amountMinor", detail: `must be from 1 to ${state.claimMinor}` }] : []),
  ];
  if (fields.length > 0) throw new CaseError("ruling_unsound", "This cannot be agreed on.", fields);
  const { proposals = 0 } = standingDispute(snapshot);
  const next = { number: proposals + 1, side: sideOf(by), remedy, amountMinor, at };
  return [{ type: "SettlementProposed", at, by, proposal: next }];
};
