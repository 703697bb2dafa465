import type { Actor, CaseState } from "./case.ts";
import { CaseError } from "./errors.ts";
import { isEnd, type Stage } from "./lifecycle.ts";

/**
 * Files that speak for or against a case. A file is announced with its SHA-256 and becomes evidence when just that
 * file has arrived; from then on it never changes. What is in it is looked at by people: it is not scanned here.
 */

export const evidenceKinds = ["photo", "video", "document"] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** Whose file it is. A partner acts for its buyers, an operator for the platform. */
export const evidenceSides = ["buyer", "merchant", "warehouse", "platform"] as const;
export type EvidenceSide = (typeof evidenceSides)[number];

/**
 * What may be uploaded, with the ending a download is named by. Nothing on the list runs when it is opened in a
 * browser: no HTML and no SVG.
 */
export const contentTypes = {
  photo: {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
  },
  video: { "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm" },
  document: { "application/pdf": "pdf", "text/plain": "txt" },
} as const satisfies { readonly [kind in EvidenceKind]: { readonly [contentType: string]: string } };

export const maximumFileBytes = 20 * 1024 * 1024;

/** How long the link lasts to which a file is uploaded. */
export const uploadLinkMs = 15 * 60_000;

/** An upload that began on the last second of its link is still on its way then. */
const uploadGraceMs = 15 * 60_000;

/** A file as whoever uploads it describes it. */
export type AnnouncedFile = {
  readonly kind: EvidenceKind;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Hexadecimal, in lower case. */
  readonly sha256: string;
};

/** What a file is said to show. */
export type EvidenceSubject = {
  readonly lineId?: string | undefined;
  readonly flaw?: { readonly code: string; readonly place: string } | undefined;
  readonly parcel?: EvidenceParcel | undefined;
};

export const evidenceParcels = ["outbound", "return"] as const;
export type EvidenceParcel = (typeof evidenceParcels)[number];

export type Evidence = AnnouncedFile & {
  readonly evidenceId: string;
  readonly side: EvidenceSide;
  readonly by: Actor;
  readonly shows?: EvidenceSubject | undefined;
  readonly announcedAt: number;
  /** Absent until the file has arrived: before that it is no evidence. */
  readonly arrivedAt?: number | undefined;
};

/** How many files a case takes, by the rules it was judged by or by default. */
export type EvidenceLimits = { readonly perSide: number; readonly perCase: number };

export const defaultEvidenceLimits: EvidenceLimits = { perSide: 20, perCase: 50 };

/** Whose side somebody's files are on; a carrier and this service itself have none. */
export const sideOf = (role: Actor["role"]): EvidenceSide | undefined => {
  switch (role) {
    case "partner":
    case "buyer":
      return "buyer";
    case "merchant":
      return "merchant";
    case "warehouse":
      return "warehouse";
    case "operator":
      return "platform";
    case "carrier":
    case "system":
      return undefined;
    default:
      return role satisfies never;
  }
};

/** A case that has ended is decided, and one that is being paid will be in a moment. */
const takesNoEvidence = (stage: Stage): boolean => isEnd(stage) || stage === "settling";

/** What the warehouse shows is what came back. */
const comesBack = ({ reception }: Pick<CaseState, "reception">): boolean =>
  reception === "in_transit" || reception === "delivered" || reception === "received";

/** Why a side cannot add evidence as the case stands; nothing if it can. */
const objection = (state: Pick<CaseState, "stage" | "reception">, side: EvidenceSide): string | undefined => {
  if (takesNoEvidence(state.stage)) return `A case in stage ${state.stage} takes no more evidence.`;
  if (side === "warehouse" && !comesBack(state)) {
    return "The warehouse adds evidence of what comes back, and nothing of this case is on its way.";
  }
  return undefined;
};

const expectedUntil = ({ announcedAt }: Evidence): number => announcedAt + uploadLinkMs + uploadGraceMs;

/** Arrived, or announced and still expected. */
const counts = (one: Evidence, at: number): boolean => one.arrivedAt !== undefined || at < expectedUntil(one);

/** How many files a side may still add. */
export const roomFor = (
  state: Pick<CaseState, "stage" | "reception">,
  side: EvidenceSide,
  files: readonly Evidence[],
  { perSide, perCase }: EvidenceLimits,
  at: number,
): number => {
  if (objection(state, side) !== undefined) return 0;
  const counted = files.filter((one) => counts(one, at));
  const ofSide = counted.filter((one) => one.side === side);
  return Math.max(0, Math.min(perSide - ofSide.length, perCase - counted.length));
};

/**
 * Refuses a file that the case does not take. What was announced and never came stops counting a while after its link has
 * ended, so nobody is kept out by uploads that failed.
 *
 * @throws CaseError `stage_forbids`, `evidence_repeated` or `evidence_limit_reached`
 */
export const requireAdmissible = (
  state: Pick<CaseState, "stage" | "reception">,
  side: EvidenceSide,
  file: AnnouncedFile,
  files: readonly Evidence[],
  limits: EvidenceLimits,
  at: number,
): void => {
  const reason = objection(state, side);
  if (reason !== undefined) throw new CaseError("stage_forbids", reason);
  // One photograph sent thrice would count as three for the rules.
  const same = files.find((one) => one.side === side && one.sha256 === file.sha256 && counts(one, at));
  if (same) {
    throw new CaseError(
      "evidence_repeated",
      same.arrivedAt === undefined
        ? `This file was announced as ${same.evidenceId}: upload it there, or announce it again at ${new Date(expectedUntil(same)).toISOString()}.`
        : `This file is evidence of the case already, as ${same.evidenceId}.`,
    );
  }
  if (roomFor(state, side, files, limits, at) === 0) {
    throw new CaseError(
      "evidence_limit_reached",
      `A case takes ${limits.perSide} files a side and ${limits.perCase} in all.`,
    );
  }
};

/** What lies in the bucket. */
export type FoundFile = Pick<AnnouncedFile, "contentType" | "sizeBytes"> & {
  /** Absent if whoever put it promised none. */
  readonly sha256?: string | undefined;
  /** Under which it would be read as other bytes than were summed. */
  readonly contentEncoding?: string | undefined;
};

/** Whether what came is what was announced, to the last bit. */
export const isAnnounced = (announced: AnnouncedFile, found: FoundFile): boolean =>
  announced.sha256 === found.sha256 &&
  announced.sizeBytes === found.sizeBytes &&
  announced.contentType === found.contentType &&
  found.contentEncoding === undefined;

/**
 * Whether somebody may see the files of a side. Buyers and merchants come only to their own cases; a warehouse sees
 * its own, since what it finds must not depend on what others say.
 *
 * @param disclosed whether the case is or was disputed: nobody is ruled against on what was kept from them
 */
export const mayReadEvidence = (role: Actor["role"], side: EvidenceSide, disclosed = false): boolean => {
  switch (role) {
    case "partner":
    case "operator":
      return true;
    case "buyer":
      return disclosed || side === "buyer";
    case "merchant":
      return disclosed || side !== "platform";
    case "warehouse":
      return side === "warehouse";
    case "carrier":
    case "system":
      return false;
    default:
      return role satisfies never;
  }
};

/** Under which name a file is saved: made from its id, so that nothing a stranger wrote becomes a file name. */
export const fileNameOf = ({ kind, contentType }: AnnouncedFile, id: string): string => {
  const endings: { readonly [contentType: string]: string } = contentTypes[kind];
  return `${id}.${endings[contentType] ?? "bin"}`;
};

/** Evidence that has arrived, counted by side and kind. */
export type EvidenceCounts = { readonly [counted in `${EvidenceSide}_${EvidenceKind}`]?: number };
