import type { LossTerm } from "../catalog.ts";
import { InvariantViolation } from "../errors.ts";
import { type Liability, type Party, parties, type Verdict } from "../judgment/verdict.ts";
import { shareOf, split, wholeBps } from "../money.ts";
import { goodsComeBack } from "../request.ts";
import { type FeeTerms, feeOf, type ServiceTimes } from "./tariff.ts";

/** A line as it was frozen when the case was filed. */
export type SettledLine = {
  readonly amountMinor: bigint;
  readonly commissionBps: number;
  /** What the buyer paid to have the returned units sent. */
  readonly outboundFreightMinor?: bigint;
  /** What the claimed units are worth together, where the merchant's contract pays that for a loss. */
  readonly marketValueMinor?: bigint;
  /** What the buyer has is not what was sold, and whose it is no record says. */
  readonly strayPiece?: true;
  /** What was sent in its place was lost: of that one the merchant has given a piece of its own. */
  readonly replacementLost?: true;
};

/** Goods the platform let a buyer have before the others came back. */
export type OnTrust = {
  /** What the merchant is owed for goods that never come back. */
  readonly pays: LossTerm;
  readonly goodsBack: boolean;
};

/** What the parties agreed on instead of what the verdict alone would pay. */
export type Agreement = {
  readonly goodsComeBack: boolean;
  /** Of the price; all that the verdict lets be refunded where no amount was agreed on. */
  readonly refundMinor?: bigint;
};

/** What sending a replacement, or a repair, has cost whoever did it. */
export type Outlay = {
  readonly for: "replacement_freight" | "repair";
  readonly by: Supplier;
  readonly amountMinor: bigint;
};

/** Who sends or repairs: the platform does through its warehouse. */
export const suppliers = ["merchant", "platform"] as const;
export type Supplier = (typeof suppliers)[number];

/** What the plan is computed from: the verdict and what was frozen when the case was filed. */
export type PlanBasis = {
  readonly lines: readonly SettledLine[];
  readonly verdict: Pick<
    Verdict,
    "liability" | "refundCapBps" | "freight" | "compensation" | "loss" | "ruling"
  >;
  /** Return freight the buyer laid out, if any. */
  readonly returnFreightMinor: bigint;
  /** What the platform laid out for the return's label, if it made one. */
  readonly labelCostMinor?: bigint;
  /** What sending and repairing has cost, whatever the case came to. */
  readonly outlays?: readonly Outlay[];
  /** The buyer gets goods and no money: a replacement, or the repaired goods. Absent: a refund. */
  readonly inKind?: "replacement" | "repair";
  /** Present where the buyer got the replacement first. */
  readonly onTrust?: OnTrust;
  /** The platform's tariff as it stood when the case was filed; no fee without one. */
  readonly feeTerms?: FeeTerms;
  readonly times: ServiceTimes;
  readonly agreed?: Agreement;
};

/** The same with whose it is, as the stages post it. */
export type SettlementBasis = PlanBasis & {
  readonly caseId: string;
  readonly merchantId: string;
  readonly buyerId: string;
  readonly currency: string;
  readonly verdict: Pick<Verdict, "number" | "carrier">;
};

export type Funder = Exclude<Party, "buyer">;
export const funders: readonly Funder[] = ["merchant", "platform", "carrier"];
type Funding = { readonly [funder in Funder]: bigint };

/** Who bears what each supplier laid out, its own part among it. */
type OutlaySplit = { readonly [supplier in Supplier]: Funding };

export type SettlementPlan = {
  readonly refundMinor: bigint;
  readonly funding: Funding;
  readonly freightMinor: bigint;
  readonly freightPayer: Party;
  /** Of the label's cost, what whoever owes the freight gives back to the platform. */
  readonly labelMinor: bigint;
  /** Of what the buyer paid to have the goods sent: all but the buyer's own share. */
  readonly outboundFreightMinor: bigint;
  readonly outboundFreight: Funding;
  /** What whoever sent replacements laid out for their freight, and who bears it. */
  readonly replacementFreightMinor: bigint;
  readonly replacementFreight: OutlaySplit;
  readonly repairMinor: bigint;
  readonly repair: OutlaySplit;
  /** What the merchant is owed by others at fault for goods it sends in place of those that were sold. */
  readonly replacement: Funding;
  /** What a carrier owes the platform for a piece it lost of which nobody knows yet whose it was. */
  readonly strayPieceMinor: bigint;
  /** What the buyer answers for and is never charged: the platform bears it, by whose rule the goods went first. */
  readonly onTrustMinor: bigint;
  /** On top of the price, where the rule grants it. */
  readonly compensationMinor: bigint;
  readonly compensation: Funding;
  /** What a loss moves between the merchant and who answers for it, beyond the sale that stands. */
  readonly loss?: { readonly from: Party; readonly to: Party; readonly amountMinor: bigint };
  readonly commissionReversalMinor: bigint;
  readonly feeMinor: bigint;
  readonly feeRebateMinor: bigint;
};

/** The buyer's share falls to the merchant: the goods are its again. */
const refundWeights = ({ merchant, platform, carrier, buyer }: Liability): readonly number[] => [
  merchant + buyer,
  platform,
  carrier,
];

type LinePlan = {
  /** What is refunded, or what the replacement stands for. */
  readonly refundMinor: bigint;
  readonly parts: Funding;
  readonly commissionReversalMinor: bigint;
  readonly lossMinor: bigint;
};

const fundingOf = ([merchant = 0n, platform = 0n, carrier = 0n]: readonly bigint[]): Funding => ({
  merchant,
  platform,
  carrier,
});

/**
 * What the merchant is still owed for a line that others pay for, by its contract; below zero what it owes. The
 * sale stands for their part, so it has kept price less commission of it. Where nothing is owed for a loss, the
 * merchant gives back what the sale left it of the platform's part; what a carrier pays is the merchant's, since
 * it is the platform that disclaims.
 */
const lossOf = (
  { verdict, agreed }: PlanBasis,
  line: SettledLine,
  refundMinor: bigint,
  parts: Funding,
): bigint => {
  const { loss, refundCapBps, liability } = verdict;
  const byOthers = parts.platform + parts.carrier;
  if (!loss || byOthers === 0n) return 0n;
  const commission = shareOf(refundMinor, line.commissionBps) - shareOf(parts.merchant, line.commissionBps);
  switch (loss.pays) {
    case "price":
      return commission;
    case "price_less_commission":
      return 0n;
    case "market_value": {
      if (line.marketValueMinor === undefined) return 0n;
      const worthMinor =
        agreed || verdict.ruling
          ? (line.marketValueMinor * refundMinor) / line.amountMinor
          : shareOf(line.marketValueMinor, refundCapBps);
      const worth = split(worthMinor, refundWeights(liability));
      return fundingOf(worth).platform + fundingOf(worth).carrier - (byOthers - commission);
    }
    case "nothing":
      return shareOf(parts.platform, line.commissionBps) - parts.platform;
    default:
      return loss.pays satisfies never;
  }
};

/**
 * What is refunded of each line: exactly what was ruled; else what the verdict lets be, and of that no more than was
 * agreed on.
 */
const refundsOf = ({ verdict, lines, agreed }: PlanBasis): readonly bigint[] => {
  if (verdict.ruling) {
    return split(
      verdict.ruling.refundMinor,
      lines.map(({ amountMinor }) => Number(amountMinor)),
    );
  }
  const most = lines.map(({ amountMinor }) => shareOf(amountMinor, verdict.refundCapBps));
  const agreedMinor = agreed?.refundMinor;
  return agreedMinor === undefined || agreedMinor >= total(most)
    ? most
    : split(agreedMinor, most.map(Number));
};

const planLine = (basis: PlanBasis, line: SettledLine, refundMinor: bigint): LinePlan => {
  const { liability } = basis.verdict;
  const parts = fundingOf(split(refundMinor, refundWeights(liability)));
  return {
    refundMinor,
    parts,
    commissionReversalMinor: shareOf(parts.merchant, line.commissionBps),
    lossMinor: lossOf(basis, line, refundMinor, parts),
  };
};

const lessCommission = ({ commissionBps }: SettledLine, amountMinor: bigint): bigint =>
  amountMinor - shareOf(amountMinor, commissionBps);

type PlannedLine = { readonly line: SettledLine; readonly planned: LinePlan };

/** Lines whose goods came back, or were lost, in place of a replacement; or whose replacement was lost. */
const replacedIn = (
  { inKind, onTrust, lines }: PlanBasis,
  plans: readonly LinePlan[],
): readonly PlannedLine[] =>
  inKind === "replacement"
    ? plans.flatMap((planned, index) => {
        const line = lines[index];
        return line && (onTrust?.goodsBack !== false || line.replacementLost) ? [{ line, planned }] : [];
      })
    : [];

/** Whether nobody knows whose the piece is that was replaced. */
const isStray = ({ line: { strayPiece, replacementLost } }: PlannedLine): boolean =>
  strayPiece === true && !replacementLost;

const owedFor = (replaced: readonly PlannedLine[], funder: Funder): bigint =>
  total(replaced.map(({ line, planned }) => lessCommission(line, planned.parts[funder])));

/**
 * A merchant that sends a replacement keeps the sale, and has given its goods twice. Of the part that others are
 * at fault for they owe it what a refund in their name would have left it: price less commission. Where the piece
 * that was sold never left, it is given once, and paid for by the sale.
 */
const replacementOf = (basis: PlanBasis, plans: readonly LinePlan[]): Funding => {
  const given = replacedIn(basis, plans).filter((replaced) => !isStray(replaced));
  return fundingOf([0n, owedFor(given, "platform"), owedFor(given, "carrier")]);
};

/** A piece that was sent by mistake and lost is the platform's to answer for; what was sold is the only price known. */
const strayPieceOf = (basis: PlanBasis, plans: readonly LinePlan[]): bigint =>
  basis.verdict.loss ? owedFor(replacedIn(basis, plans).filter(isStray), "carrier") : 0n;

/**
 * What a buyer who has the replacement already answers for: what is not worth its price any more, or all that never
 * came back. The merchant gets what a refund would have left it of that; for goods that stay with the buyer, what
 * its contract names for a loss. A contract by which nothing is owed speaks of accidents, and not of goods that the
 * platform gave away.
 */
const onTrustOf = ({ inKind, onTrust, lines }: PlanBasis, plans: readonly LinePlan[]): bigint => {
  if (inKind !== "replacement" || !onTrust) return 0n;
  const owed = (line: SettledLine, refundMinor: bigint): bigint => {
    if (line.strayPiece) return 0n;
    if (onTrust.goodsBack) return lessCommission(line, line.amountMinor - refundMinor);
    switch (onTrust.pays) {
      case "price":
        return line.amountMinor;
      case "market_value":
        return line.marketValueMinor ?? lessCommission(line, line.amountMinor);
      case "price_less_commission":
      case "nothing":
        return lessCommission(line, line.amountMinor);
      default:
        return onTrust.pays satisfies never;
    }
  };
  return total(lines.map((line, index) => owed(line, plans[index]?.refundMinor ?? 0n)));
};

/** By liability; the buyer's share is the merchant's, since nothing is ever charged to a buyer. */
const outlaysFor = (
  { verdict, outlays = [] }: PlanBasis,
  what: Outlay["for"],
  capMinor: bigint,
): OutlaySplit => {
  const splitOf = (supplier: Supplier): Funding => {
    const laidOut = total(
      outlays
        .filter((outlay) => outlay.for === what && outlay.by === supplier)
        .map(({ amountMinor }) => (amountMinor < capMinor ? amountMinor : capMinor)),
    );
    return fundingOf(split(laidOut, refundWeights(verdict.liability)));
  };
  return { merchant: splitOf("merchant"), platform: splitOf("platform") };
};

const totalLaidOut = ({ merchant, platform }: OutlaySplit): bigint => totalOf(merchant) + totalOf(platform);

/**
 * Compensation is for a fault, so it falls on those at fault; where that is the buyer alone there is none.
 * Unlike a refund it grows with the price and is not part of it, so it may exceed what was paid. Who agreed on
 * something else gets that and nothing on top.
 */
const compensationOf = ({ verdict, lines, agreed }: PlanBasis): Funding => {
  const { compensation, liability } = verdict;
  const { by = liability } = compensation ?? {};
  const weights = funders.map((funder) => by[funder]);
  if (!compensation || agreed || weights.every((weight) => weight === 0)) return fundingOf([]);
  const paidMinor = total(lines.map(({ amountMinor }) => amountMinor));
  const ofPrice = (paidMinor * BigInt(compensation.bps)) / BigInt(wholeBps);
  const { minimumMinor = 0n } = compensation;
  return fundingOf(split(ofPrice < minimumMinor ? minimumMinor : ofPrice, weights));
};

/**
 * What the goods were sent for is lost to the buyer by as much as the buyer is liable; nothing without a refund, and
 * nothing where they stay by agreement or by a ruling.
 */
const outboundFreightOf = ({ verdict, lines, agreed, inKind }: PlanBasis): Funding => {
  const goodsStay =
    agreed?.goodsComeBack === false || (verdict.ruling && !goodsComeBack(verdict.ruling.remedy));
  if (verdict.refundCapBps === 0 || goodsStay || inKind) return fundingOf([]);
  const weights = [...funders.map((funder) => verdict.liability[funder]), verdict.liability.buyer];
  const parts = lines.map(({ outboundFreightMinor = 0n }) => split(outboundFreightMinor, weights));
  return fundingOf(funders.map((_, index) => total(parts.map((ofLine) => ofLine[index] ?? 0n))));
};

const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);
const totalOf = (funding: Funding): bigint => total(funders.map((funder) => funding[funder]));

const lossBetween = ({ verdict }: PlanBasis, lossMinor: bigint): SettlementPlan["loss"] => {
  const payer = verdict.loss?.payer;
  if (payer === undefined || payer === "merchant" || lossMinor === 0n) return undefined;
  return lossMinor > 0n
    ? { from: payer, to: "merchant", amountMinor: lossMinor }
    : { from: "merchant", to: payer, amountMinor: -lossMinor };
};

/**
 * Lines of which a loss is owed for. A repair gives back what was bought, and what it costs is said for itself; of a
 * replacement what is owed for the piece it stands for, if that is the merchant's.
 */
const lostIn = (basis: PlanBasis, plans: readonly LinePlan[]): readonly LinePlan[] => {
  if (!basis.inKind) return plans;
  return replacedIn(basis, plans).flatMap((replaced) => (isStray(replaced) ? [] : [replaced.planned]));
};

/**
 * Who pays how much. The buyer's share of a liability never funds a refund: when the buyer changed their
 * mind, the goods go back to the merchant and the sale is undone at the merchant's account; what the buyer
 * is liable for beyond that, such as value lost until the inspection, is not refunded (`refundCapBps`).
 *
 * The commission is reversed on the part the merchant funds, at the rate frozen on that sale: where a
 * carrier or the platform pays for the goods, the sale stands and so does its commission.
 *
 * @throws InvariantViolation if the plan does not add up
 */
export const planSettlement = (basis: PlanBasis): SettlementPlan => {
  const { freight, liability } = basis.verdict;
  const shares = parties.reduce((sum, party) => sum + liability[party], 0);
  if (shares !== wholeBps) throw new InvariantViolation(`liability adds up to ${shares} basis points`);
  const refunds = refundsOf(basis);
  const lines = basis.lines.map((line, index) => planLine(basis, line, refunds[index] ?? 0n));
  const claimableMinor = total(lines.map((line) => line.refundMinor));
  const refunded = basis.inKind ? [] : lines;
  const refundMinor = total(refunded.map((line) => line.refundMinor));
  const funding = fundingOf(funders.map((funder) => total(refunded.map(({ parts }) => parts[funder]))));
  const laidOut = basis.returnFreightMinor < freight.capMinor ? basis.returnFreightMinor : freight.capMinor;
  const outboundFreight = outboundFreightOf(basis);
  const compensation = compensationOf(basis);
  const fee = basis.feeTerms
    ? feeOf(basis.feeTerms, basis.times, refundMinor, basis.inKind !== undefined)
    : { feeMinor: 0n, rebateMinor: 0n };
  const loss = lossBetween(basis, total(lostIn(basis, lines).map(({ lossMinor }) => lossMinor)));
  const replacementFreight = outlaysFor(basis, "replacement_freight", freight.capMinor);
  // A repair that costs more than the refund would is not worth more than that.
  const repair = outlaysFor(basis, "repair", claimableMinor);
  return assertPlan(basis, {
    refundMinor,
    funding,
    freightMinor: freight.payer === "buyer" ? 0n : laidOut,
    freightPayer: freight.payer,
    labelMinor: labelMinorOf(basis, laidOut, refundMinor),
    outboundFreightMinor: totalOf(outboundFreight),
    outboundFreight,
    replacementFreightMinor: totalLaidOut(replacementFreight),
    replacementFreight,
    repairMinor: totalLaidOut(repair),
    repair,
    replacement: replacementOf(basis, lines),
    strayPieceMinor: strayPieceOf(basis, lines),
    onTrustMinor: onTrustOf(basis, lines),
    compensationMinor: totalOf(compensation),
    compensation,
    ...(loss ? { loss } : {}),
    commissionReversalMinor: total(refunded.map((line) => line.commissionReversalMinor)),
    feeMinor: fee.feeMinor,
    feeRebateMinor: fee.rebateMinor,
  });
};

/**
 * A buyer who owes the freight gives the label's cost back out of the refund and no more; others up to what the cap
 * leaves. The rest stays with the platform, which laid it out.
 */
const labelMinorOf = (
  { labelCostMinor = 0n, verdict: { freight } }: PlanBasis,
  laidOut: bigint,
  refundMinor: bigint,
): bigint => {
  if (freight.payer === "platform") return 0n;
  const most = freight.payer === "buyer" ? refundMinor : freight.capMinor - laidOut;
  return labelCostMinor < most ? labelCostMinor : most;
};

const assertPlan = (basis: PlanBasis, plan: SettlementPlan): SettlementPlan => {
  const claimMinor = total(basis.lines.map(({ amountMinor }) => amountMinor));
  const { refundMinor, funding, freightMinor, commissionReversalMinor, feeMinor, feeRebateMinor } = plan;
  const holds =
    totalOf(funding) === refundMinor &&
    refundMinor <= claimMinor &&
    funders.every((funder) => funding[funder] >= 0n && plan.compensation[funder] >= 0n) &&
    plan.outboundFreightMinor <=
      total(basis.lines.map(({ outboundFreightMinor = 0n }) => outboundFreightMinor)) &&
    freightMinor >= 0n &&
    plan.labelMinor >= 0n &&
    plan.onTrustMinor >= 0n &&
    plan.labelMinor <= (basis.labelCostMinor ?? 0n) &&
    freightMinor <= basis.returnFreightMinor &&
    commissionReversalMinor <= funding.merchant &&
    feeRebateMinor <= feeMinor;
  if (!holds) throw new InvariantViolation("the plan does not add up");
  return plan;
};
