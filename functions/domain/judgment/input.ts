import type { Contract, Flaw, Item, OrderLine, Standing } from "../catalog.ts";
import type { EvidenceCounts } from "../evidence.ts";
import type { CaseType, Reason } from "../request.ts";
import type { ParcelStatus } from "../tracking.ts";
import type { NamedFlaw } from "./inspections.ts";

/** Everything a judgment may look at. It is read once, then judged purely. */
export type JudgmentInput = {
  readonly now: number;
  readonly type: CaseType;
  readonly reason: Reason;
  readonly claimMinor: bigint;
  readonly currency: string;
  readonly filedAt: number;
  /** The flaw the buyer names, where the reason is one; claimed of each line. */
  readonly claimedFlaw?: NamedFlaw;
  /** Each is judged on its own; the case has a verdict of its own where they do not all come to the same. */
  readonly lines: readonly JudgedLine[];
  /** Requests filed on these lines before this one. */
  readonly priorRequests: number;
  /** The platform vouches for the buyer of the order. */
  readonly buyerTrusted?: boolean;
  /** How often the buyer kept what was to come back for an exchange; read where one is asked for. */
  readonly returnsOwed?: number;
  readonly orderedAt?: number;
  readonly merchantStanding?: Standing;
  /** Absent where it could not be read at little cost. */
  readonly merchantHistory?: MerchantHistory;
  readonly returnParcel?: {
    readonly carrier: string;
    readonly status: ParcelStatus;
    /** When the carrier first had it. */
    readonly handedOverAt?: number;
    readonly damaged: boolean;
    readonly lost: boolean;
  };
  readonly returnInspection?: ReturnInspection;
  /** What has arrived by the time of the judgment; absent: nothing. */
  readonly evidence?: EvidenceCounts;
};

/** What became of a merchant's cases on the whole days before the one on which this case was filed. */
export type MerchantHistory = {
  readonly filed30Days: number;
  readonly filed90Days: number;
  readonly ended90Days: number;
  /** Of those that ended, the ones the merchant refused. */
  readonly refused90Days: number;
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
    /** Whether a strongly signed push told the status. */
    readonly statusTrusted: boolean;
    readonly damaged: boolean;
    /** Whether a strongly signed push told of the damage. */
    readonly damageTrusted: boolean;
    readonly deliveredAt?: number;
    readonly lastScanAt?: number;
    /** When silence makes it lost, by the clock of its lane; absent where silence says nothing. */
    readonly lostAt?: number;
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
