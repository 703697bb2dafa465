import { InvariantViolation } from "../errors.ts";
import type { Party, Verdict } from "../judgment/verdict.ts";
import { shareOf, split } from "../money.ts";
import {
  type Account,
  accounts,
  balances,
  fundingPurpose,
  openPending,
  type SettlementStage,
  type Transfer,
  type TransferPhase,
  transferIdOf,
} from "./transfer.ts";

/** What the plan is computed from: the verdict and what was frozen when the case was filed. */
export type SettlementBasis = {
  readonly caseId: string;
  readonly merchantId: string;
  readonly buyerId: string;
  readonly currency: string;
  readonly lines: readonly { readonly amountMinor: bigint; readonly commissionBps: number }[];
  readonly verdict: Pick<Verdict, "liability" | "refundCapBps" | "freight" | "carrier">;
  /** Return freight the buyer laid out, if any. */
  readonly returnFreightMinor: bigint;
};

type Funder = Exclude<Party, "buyer">;
const funders: readonly Funder[] = ["merchant", "platform", "carrier"];

export type SettlementPlan = {
  readonly refundMinor: bigint;
  readonly funding: { readonly [funder in Funder]: bigint };
  readonly freightMinor: bigint;
  readonly freightPayer: Party;
  readonly commissionReversalMinor: bigint;
};

/**
 * Who pays how much. The buyer's share of a liability never funds a refund: when the buyer changed their
 * mind, the goods go back to the merchant and the sale is undone at the merchant's account; what the buyer
 * is liable for beyond that is not refunded at all (`refundCapBps`).
 *
 * The commission is reversed on the part the merchant funds, at the rate frozen on that sale: where a
 * carrier or the platform pays for the goods, the sale stands and so does its commission.
 */
export const planSettlement = (
  basis: Pick<SettlementBasis, "lines" | "verdict" | "returnFreightMinor">,
): SettlementPlan => {
  const { liability, refundCapBps, freight } = basis.verdict;
  const weights = [liability.merchant + liability.buyer, liability.platform, liability.carrier];
  let refundMinor = 0n;
  let commissionReversalMinor = 0n;
  const funding: { [funder in Funder]: bigint } = { merchant: 0n, platform: 0n, carrier: 0n };
  for (const line of basis.lines) {
    const refundOfLine = shareOf(line.amountMinor, refundCapBps);
    const parts = split(refundOfLine, weights);
    for (const [index, funder] of funders.entries()) funding[funder] += parts[index] ?? 0n;
    refundMinor += refundOfLine;
    commissionReversalMinor += shareOf(parts[0] ?? 0n, line.commissionBps);
  }
  const freightMinor =
    freight.payer === "buyer"
      ? 0n
      : basis.returnFreightMinor < freight.capMinor
        ? basis.returnFreightMinor
        : freight.capMinor;
  const funded = funding.merchant + funding.platform + funding.carrier;
  if (funded !== refundMinor)
    throw new InvariantViolation(`funding ${funded} differs from refund ${refundMinor}`);
  return { refundMinor, funding, freightMinor, freightPayer: freight.payer, commissionReversalMinor };
};

const accountOf = (basis: SettlementBasis, party: Party): Account => {
  switch (party) {
    case "merchant":
      return accounts.merchantPayable(basis.merchantId);
    case "platform":
      return accounts.platformExpense();
    case "carrier":
      return accounts.carrierClaims(basis.verdict.carrier ?? "unknown");
    case "buyer":
      return accounts.buyer(basis.buyerId);
    default:
      return party satisfies never;
  }
};

const transferOf = (
  basis: SettlementBasis,
  stage: SettlementStage,
  purpose: string,
  rest: {
    from: Account;
    to: Account;
    amountMinor: bigint;
    phase: TransferPhase;
    pendingId?: string;
    at: number;
  },
): Transfer => ({
  transferId: transferIdOf(basis.caseId, stage, purpose),
  stage,
  purpose,
  currency: basis.currency,
  ...rest,
});

/** Reserve, at approval: each funder's part is promised to the case's escrow. */
export const reserveTransfers = (basis: SettlementBasis, at: number): readonly Transfer[] => {
  const plan = planSettlement(basis);
  return funders
    .filter((funder) => plan.funding[funder] > 0n)
    .map((funder) =>
      transferOf(basis, "reserve", fundingPurpose(funder), {
        from: accountOf(basis, funder),
        to: accounts.escrow(basis.caseId),
        amountMinor: plan.funding[funder],
        phase: "pending",
        at,
      }),
    );
};

/** Freight, when the goods are back: the party that owes the return freight pays the buyer's outlay. */
export const freightTransfers = (basis: SettlementBasis, at: number): readonly Transfer[] => {
  const plan = planSettlement(basis);
  if (plan.freightMinor === 0n) return [];
  return [
    transferOf(basis, "freight", "return-freight", {
      from: accountOf(basis, plan.freightPayer),
      to: accounts.buyer(basis.buyerId),
      amountMinor: plan.freightMinor,
      phase: "posted",
      at,
    }),
  ];
};

/**
 * Refund, on acceptance: of each reserve as much is posted as the standing verdict asks; where a newer
 * verdict asks more of a party than it reserved, the rest is posted as a transfer of its own. Then escrow
 * pays the buyer exactly what came in.
 */
export const refundTransfers = (
  basis: SettlementBasis,
  ledger: readonly Transfer[],
  at: number,
): readonly Transfer[] => {
  const plan = planSettlement(basis);
  const open = openPending(ledger);
  const escrow = accounts.escrow(basis.caseId);
  const transfers: Transfer[] = [];
  for (const funder of funders) {
    const owed = plan.funding[funder];
    const reserve = ledger.find(
      (transfer) => transfer.phase === "pending" && transfer.from === accountOf(basis, funder),
    );
    const reserved = reserve ? (open.get(reserve.transferId) ?? 0n) : 0n;
    const fromReserve = owed < reserved ? owed : reserved;
    if (reserve && fromReserve > 0n) {
      transfers.push(
        transferOf(basis, "refund", fundingPurpose(funder), {
          from: reserve.from,
          to: escrow,
          amountMinor: fromReserve,
          phase: "posted",
          pendingId: reserve.transferId,
          at,
        }),
      );
    }
    if (owed > fromReserve) {
      transfers.push(
        transferOf(basis, "refund", `${fundingPurpose(funder)}-beyond-reserve`, {
          from: accountOf(basis, funder),
          to: escrow,
          amountMinor: owed - fromReserve,
          phase: "posted",
          at,
        }),
      );
    }
  }
  if (plan.refundMinor > 0n) {
    transfers.push(
      transferOf(basis, "refund", "refund-to-buyer", {
        from: escrow,
        to: accounts.buyer(basis.buyerId),
        amountMinor: plan.refundMinor,
        phase: "posted",
        at,
      }),
    );
  }
  return transfers;
};

/** Commission: reversed to the merchant at the rate frozen on the sale. */
export const commissionTransfers = (basis: SettlementBasis, at: number): readonly Transfer[] => {
  const { commissionReversalMinor } = planSettlement(basis);
  if (commissionReversalMinor === 0n) return [];
  return [
    transferOf(basis, "commission", "commission-reversal", {
      from: accounts.platformRevenue(),
      to: accounts.merchantPayable(basis.merchantId),
      amountMinor: commissionReversalMinor,
      phase: "posted",
      at,
    }),
  ];
};

/** Release: whatever is still pending is voided. Afterwards nothing of the case hangs. */
export const releaseTransfers = (
  case_: { readonly caseId: string; readonly currency: string },
  ledger: readonly Transfer[],
  at: number,
): readonly Transfer[] => {
  const open = openPending(ledger);
  return ledger
    .filter((transfer) => transfer.phase === "pending" && (open.get(transfer.transferId) ?? 0n) > 0n)
    .map((transfer) => ({
      transferId: transferIdOf(case_.caseId, "release", transfer.purpose),
      stage: "release",
      purpose: transfer.purpose,
      from: transfer.from,
      to: transfer.to,
      amountMinor: open.get(transfer.transferId) ?? 0n,
      currency: case_.currency,
      phase: "voided",
      pendingId: transfer.transferId,
      at,
    }));
};

/**
 * Asserts, before a case may close, that its ledger is finished: no transfer is pending, none was decided
 * beyond its amount, the escrow is empty.
 *
 * @throws InvariantViolation naming what is left
 */
export const assertSettled = (
  case_: { readonly caseId: string; readonly currency: string },
  ledger: readonly Transfer[],
): void => {
  for (const [transferId, left] of openPending(ledger)) {
    if (left !== 0n) throw new InvariantViolation(`${transferId} has ${left} undecided`);
  }
  const inEscrow = balances(ledger, case_.currency).get(accounts.escrow(case_.caseId)) ?? 0n;
  if (inEscrow !== 0n) throw new InvariantViolation(`escrow of ${case_.caseId} still holds ${inEscrow}`);
};
