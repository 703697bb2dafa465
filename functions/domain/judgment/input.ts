import type { Contract, Flaw, Item, OrderLine } from "../catalog.ts";
import type { CaseType, Reason } from "../request.ts";
import type { ParcelStatus } from "../tracking.ts";

/** Everything a judgment may look at. It is read once, then judged purely. */
export type JudgmentInput = {
  readonly now: number;
  readonly type: CaseType;
  readonly reason: Reason;
  readonly claimMinor: bigint;
  readonly currency: string;
  readonly filedAt: number;
  /** The flaw the buyer names, where the reason is one. */
  readonly claimedFlaw?: { readonly code: string; readonly place: string };
  /** The first line of the case is the one judged; the others share its verdict. */
  readonly lines: readonly JudgedLine[];
  /** Requests filed on these lines before this one. */
  readonly priorRequests: number;
  readonly returnParcel?: {
    readonly carrier: string;
    readonly status: ParcelStatus;
    readonly damaged: boolean;
    readonly lost: boolean;
  };
  readonly returnInspection?: ReturnInspection;
};

export type JudgedLine = {
  readonly line: OrderLine;
  /** Units of the line that this case is about; the line's own quantity is what was bought. */
  readonly quantity: number;
  readonly item: Item;
  readonly contract: Contract;
  readonly outboundParcel?: {
    readonly carrier: string;
    readonly status: ParcelStatus;
    readonly damaged: boolean;
    /** Absent: whether the parcel is lost is not known. */
    readonly lost?: boolean;
  };
};

/** What came back, found by the warehouse or the merchant. */
export type ReturnInspection = {
  readonly inspectedAt: number;
  readonly inspectedBy: "warehouse" | "merchant" | "silence";
  readonly lines: readonly {
    readonly lineId: string;
    readonly receivedQuantity: number;
    readonly sameItem: boolean;
    readonly flaws: readonly Flaw[];
  }[];
};
