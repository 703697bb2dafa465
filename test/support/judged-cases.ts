import type {
  Category,
  Exclusion,
  Flaw,
  LossTerm,
  Severity,
  Standing,
} from "../../functions/domain/catalog.ts";
import type { JudgedLine, JudgmentInput, MerchantHistory } from "../../functions/domain/judgment/input.ts";
import type { ParcelStatus } from "../../functions/domain/tracking.ts";

/** Cases to judge: the ordinary one, and a test names only what it is about. */

/** A moment on the clocks of Shanghai. */
export const day = (iso: string): number => Date.parse(`${iso}+08:00`);
export const flaw = (code: string, place: string, severity: Severity = "minor"): Flaw => ({
  code,
  place,
  severity,
});
export const inspection = (flaws: readonly Flaw[]) => ({
  inspectedAt: 0,
  grade: "A",
  flaws,
  photoHashes: [],
});

export const scratch = flaw("scratch", "back");
export const dent = flaw("dent", "corner");

/** What a case says, beyond a quite ordinary one. */
export type Given = Partial<
  Pick<
    JudgmentInput,
    | "now"
    | "type"
    | "reason"
    | "claimMinor"
    | "currency"
    | "priorRequests"
    | "filedAt"
    | "evidence"
    | "buyerTrusted"
    | "returnsOwed"
  >
> & {
  readonly claims?: Pick<Flaw, "code" | "place"> | "no flaw";
  readonly category?: Category;
  readonly signedOffAt?: number | "not yet";
  readonly intake?: readonly Flaw[];
  readonly disclosed?: readonly Flaw[];
  readonly outbound?: readonly Flaw[] | "not inspected";
  readonly confirmed?: boolean;
  readonly packedBy?: "platform" | "merchant";
  readonly transitRisk?: "carrier" | "platform";
  readonly custodyRisk?: "platform" | "merchant";
  /** The carrier's pushes are strongly signed, unless `weak` says otherwise. */
  readonly way?:
    | {
        status?: ParcelStatus;
        damaged?: boolean;
        weak?: true;
        lastScanAt?: number;
        deliveredAt?: number;
        lostAt?: number;
      }
    | "no parcel"
    | "not scanned";
  readonly back?: { status?: ParcelStatus; damaged?: boolean; lost?: boolean; handedOverAt?: number };
  readonly found?: {
    flaws?: readonly Flaw[];
    sameItem?: boolean;
    received?: number;
    by?: "warehouse" | "merchant" | "silence";
  };
  readonly claimedUnits?: number;
  readonly orderedAt?: number;
  readonly exclusion?: Exclusion;
  readonly informed?: boolean;
  readonly lossPays?: LossTerm;
  readonly marketValueMinor?: bigint;
  readonly standing?: Standing;
  readonly history?: MerchantHistory;
  readonly anotherLine?: boolean;
};

/** A scratch claimed on a bag that was clean at intake and dispatch, signed for and returned in time. */
export const caseOf = (given: Given = {}): JudgmentInput => {
  const { outbound = [], way = {}, claims = scratch } = given;
  const { signedOffAt = day("2026-03-01T12:00:00"), back, found } = given;
  const { claimedUnits = 1 } = given;
  const { weak, ...scanned } = typeof way === "string" ? {} : way;
  const lineOf = (lineId: string): JudgedLine => ({
    quantity: claimedUnits,
    contract: {
      effectiveFrom: 0,
      commissionBps: 3_000,
      transitRisk: given.transitRisk ?? "carrier",
      custodyRisk: given.custodyRisk ?? "platform",
      ...(given.lossPays ? { lossPays: given.lossPays } : {}),
    },
    item: {
      tenantId: "tenant",
      itemId: "item",
      merchantId: "merchant",
      title: "手袋",
      category: given.category ?? "bags",
      intakeInspection: inspection(given.intake ?? []),
      disclosedFlaws: given.disclosed ?? [],
      ...(given.marketValueMinor === undefined ? {} : { marketValueMinor: given.marketValueMinor }),
    },
    line: {
      lineId,
      itemId: "item",
      merchantId: "merchant",
      quantity: 3,
      paidMinor: 300_000n,
      commissionBps: 3_000,
      exclusionConfirmed: given.confirmed ?? false,
      packedBy: given.packedBy ?? "platform",
      ...(given.exclusion ? { exclusion: given.exclusion } : {}),
      ...(given.informed === undefined ? {} : { informedOfWithdrawal: given.informed }),
      ...(way === "no parcel" ? {} : { outboundParcel: { carrier: "sf-out", trackingNumber: "SF0001" } }),
      ...(outbound === "not inspected" ? {} : { outboundInspection: inspection(outbound) }),
      ...(signedOffAt === "not yet" ? {} : { signedOffAt }),
      remainingMinor: 300_000n,
      remainingQuantity: 3,
      caseIds: [],
      version: 1,
    },
    ...(typeof way === "string"
      ? {}
      : {
          outboundParcel: {
            carrier: "sf-out",
            status: "delivered",
            damaged: false,
            statusTrusted: !weak,
            damageTrusted: !weak && scanned.damaged === true,
            ...scanned,
          },
        }),
  });
  const lines = given.anotherLine ? [lineOf("line-1"), lineOf("line-2")] : [lineOf("line-1")];
  return {
    now: given.now ?? day("2026-03-20T00:00:00"),
    type: given.type ?? "return_and_refund",
    reason: given.reason ?? "DEFECTIVE",
    claimMinor: given.claimMinor ?? 100_000n,
    currency: given.currency ?? "CNY",
    filedAt: given.filedAt ?? day("2026-03-03T12:00:00"),
    ...(claims === "no flaw" ? {} : { claimedFlaw: { code: claims.code, place: claims.place } }),
    lines,
    priorRequests: given.priorRequests ?? 0,
    orderedAt: given.orderedAt ?? day("2026-02-20T12:00:00"),
    merchantStanding: given.standing ?? "good",
    ...(given.history ? { merchantHistory: given.history } : {}),
    ...(given.buyerTrusted === undefined ? {} : { buyerTrusted: given.buyerTrusted }),
    ...(given.returnsOwed === undefined ? {} : { returnsOwed: given.returnsOwed }),
    ...(given.evidence ? { evidence: given.evidence } : {}),
    ...(back
      ? { returnParcel: { carrier: "sf-back", status: "delivered", damaged: false, lost: false, ...back } }
      : {}),
    ...(found
      ? {
          returnInspection: {
            inspectedAt: 0,
            inspectedBy: found.by ?? "warehouse",
            lines: lines.map(({ line }, index) => ({
              lineId: line.lineId,
              receivedQuantity: found.received ?? claimedUnits,
              sameItem: found.sameItem ?? true,
              flaws: index === 0 ? (found.flaws ?? []) : [],
            })),
          },
        }
      : {}),
  };
};

export const noReason: Given = { reason: "CHANGED_MIND", claims: "no flaw" };
export const cameBack: Given = { back: {}, found: {} };
export const worse = (severity: Severity): Given => ({
  ...noReason,
  back: {},
  found: { flaws: [flaw("stain", "lining", severity)] },
});
export const wrongItem: Given = { reason: "WRONG_ITEM", claims: "no flaw" };
export const emptyPackage: Given = { reason: "EMPTY_PACKAGE", claims: "no flaw", type: "refund_only" };
export const notDelivered: Given = {
  reason: "NOT_DELIVERED",
  claims: "no flaw",
  type: "refund_only",
  signedOffAt: "not yet",
  way: { status: "in_transit" },
};
export const large: Given = { claimMinor: 5_000_000n };
