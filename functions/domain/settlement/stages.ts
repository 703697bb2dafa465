import { InvariantViolation } from "../errors.ts";
import type { Party } from "../judgment/verdict.ts";
import { standingMinor } from "./ledger.ts";
import { funders, planSettlement, type SettlementBasis, type SettlementPlan, suppliers } from "./plan.ts";
import {
  type Account,
  accounts,
  balances,
  fundingPurpose,
  openPending,
  type SettlementStage,
  type Transfer,
  transferIdOf,
} from "./transfer.ts";

/**
 * From the plan to the ledger. A stage posts what its plan asks for and the ledger does not show yet, and takes
 * back what the ledger shows beyond it: run again it finds nothing to do, and run under a revised verdict it
 * posts the difference. Nothing is ever edited.
 */

/** The stages that post, in their order. */
export const postingStages = [
  "freight",
  "refund",
  "commission",
] as const satisfies readonly SettlementStage[];
export type PostingStage = (typeof postingStages)[number];

/** What a plan wants to have moved between two accounts for one purpose. */
export type Flow = {
  readonly stage: PostingStage;
  readonly purpose: string;
  readonly from: Account;
  readonly to: Account;
  readonly amountMinor: bigint;
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

type PlannedFlow = readonly [PostingStage, string, Account, Account, bigint];

/** What the others bear of what a supplier laid out goes to the supplier. */
const outlayFlows = (
  basis: SettlementBasis,
  purpose: "replacement-freight" | "repair",
  borne: SettlementPlan["repair"],
): readonly PlannedFlow[] =>
  suppliers.flatMap((supplier) =>
    funders
      .filter((funder) => funder !== supplier)
      .map(
        (funder): PlannedFlow => [
          "freight",
          `${purpose}-from-${funder}-to-${supplier}`,
          accountOf(basis, funder),
          accountOf(basis, supplier),
          borne[supplier][funder],
        ],
      ),
  );

/**
 * Everything a plan moves:
 * freight: whoever owes the return freight pays the buyer's outlay, once the goods are back, or the label the platform
 * made; what the buyer paid to have them sent comes back by liability. Those at fault pay whoever sent a replacement,
 * or repaired, what that cost, and the merchant for the goods it gave; the platform pays it what a buyer who got the
 * replacement first did not give back.
 * refund: each funder pays into escrow and escrow pays the buyer, the price and what comes on top of it; beside
 * it, what is owed for a loss.
 * commission: comes back to the merchant, which pays the platform's fee less its rebate.
 */
export const flowsOf = (basis: SettlementBasis): readonly Flow[] => {
  const plan = planSettlement(basis);
  const buyer = accounts.buyer(basis.buyerId);
  const escrow = accounts.escrow(basis.caseId);
  const merchant = accounts.merchantPayable(basis.merchantId);
  const revenue = accounts.platformRevenue();
  const flows: readonly PlannedFlow[] = [
    ["freight", "return-freight", accountOf(basis, plan.freightPayer), buyer, plan.freightMinor],
    [
      "freight",
      "return-label",
      accountOf(basis, plan.freightPayer),
      accounts.platformExpense(),
      plan.labelMinor,
    ],
    ...funders.map(
      (funder) =>
        [
          "freight",
          `outbound-freight-from-${funder}`,
          accountOf(basis, funder),
          escrow,
          plan.outboundFreight[funder],
        ] as const,
    ),
    ["freight", "outbound-freight-to-buyer", escrow, buyer, plan.outboundFreightMinor],
    ...outlayFlows(basis, "replacement-freight", plan.replacementFreight),
    ...outlayFlows(basis, "repair", plan.repair),
    ...funders.map(
      (funder) =>
        [
          "freight",
          `replacement-from-${funder}`,
          accountOf(basis, funder),
          merchant,
          plan.replacement[funder],
        ] as const,
    ),
    [
      "freight",
      "stray-piece-from-carrier",
      accountOf(basis, "carrier"),
      accounts.platformExpense(),
      plan.strayPieceMinor,
    ],
    ["freight", "goods-on-trust-from-platform", accounts.platformExpense(), merchant, plan.onTrustMinor],
    ...funders.map(
      (funder) =>
        ["refund", fundingPurpose(funder), accountOf(basis, funder), escrow, plan.funding[funder]] as const,
    ),
    ["refund", "refund-to-buyer", escrow, buyer, plan.refundMinor],
    ...funders.map(
      (funder) =>
        [
          "refund",
          `compensation-from-${funder}`,
          accountOf(basis, funder),
          escrow,
          plan.compensation[funder],
        ] as const,
    ),
    ["refund", "compensation-to-buyer", escrow, buyer, plan.compensationMinor],
    ...(plan.loss
      ? [
          [
            "refund",
            "loss",
            accountOf(basis, plan.loss.from),
            accountOf(basis, plan.loss.to),
            plan.loss.amountMinor,
          ] as const,
        ]
      : []),
    ["commission", "commission-reversal", revenue, merchant, plan.commissionReversalMinor],
    ["commission", "stage-fee", merchant, revenue, plan.feeMinor - plan.feeRebateMinor],
  ];
  return flows
    .map(([stage, purpose, from, to, amountMinor]) => ({ stage, purpose, from, to, amountMinor }))
    .filter(({ amountMinor }) => amountMinor > 0n);
};

const beyondReserve = "-beyond-reserve";

/** The purpose a transfer serves, whether from the reserve or beyond it, by whichever verdict. */
const purposeServed = ({ purpose }: Transfer): string =>
  purpose.replace(/\.v\d+$/, "").replace(beyondReserve, "");

const serves = (transfer: Transfer, flow: Flow): boolean =>
  transfer.phase === "posted" &&
  transfer.corrects === undefined &&
  transfer.stage === flow.stage &&
  transfer.from === flow.from &&
  transfer.to === flow.to &&
  purposeServed(transfer) === flow.purpose;

/** How much of a flow the ledger shows, after corrections. */
export const postedMinor = (flow: Flow, ledger: readonly Transfer[]): bigint =>
  ledger
    .filter((transfer) => serves(transfer, flow))
    .reduce((sum, transfer) => sum + standingMinor(ledger, transfer), 0n);

/**
 * Reserve, at approval: what each funder will pay into the case's escrow is promised to it. The refund is promised
 * also where goods are to be given instead, so that it can be paid when they cannot be had.
 */
export const reserveTransfers = ({ inKind: _, ...basis }: SettlementBasis, at: number): readonly Transfer[] =>
  flowsOf(basis)
    .filter(({ to }) => to === accounts.escrow(basis.caseId))
    .map(({ purpose, from, to, amountMinor }) => ({
      transferId: transferIdOf(basis.caseId, "reserve", purpose),
      stage: "reserve",
      purpose,
      from,
      to,
      amountMinor,
      currency: basis.currency,
      phase: "pending",
      at,
    }));

/**
 * What a stage still has to post. Corrections come first, the latest posting taken back before the ones before
 * it; of each reserve as much is posted as is asked, and what is asked beyond it is a transfer of its own.
 *
 * Ids stay deterministic: a purpose that has been posted by an earlier verdict is posted again under the number
 * of the standing one, and a verdict corrects a transfer once.
 */
export const stageTransfers = (
  basis: SettlementBasis,
  stage: PostingStage,
  ledger: readonly Transfer[],
  at: number,
): readonly Transfer[] => {
  const flows = flowsOf(basis).filter((flow) => flow.stage === stage);
  const open = openPending(ledger);
  const revision = `.v${basis.verdict.number}`;
  const transfer = (
    purpose: string,
    from: Account,
    to: Account,
    amountMinor: bigint,
    rest: Pick<Transfer, "pendingId" | "corrects"> = {},
  ): Transfer => {
    const plain = transferIdOf(basis.caseId, stage, purpose);
    const taken = ledger.some(({ transferId }) => transferId === plain);
    const named = taken || rest.corrects !== undefined ? `${purpose}${revision}` : purpose;
    return {
      transferId: transferIdOf(basis.caseId, stage, named),
      stage,
      purpose: named,
      from,
      to,
      amountMinor,
      currency: basis.currency,
      phase: "posted",
      at,
      ...rest,
    };
  };

  const takenBack = excessOf(flows, stage, ledger).map(({ posted, excessMinor }) =>
    transfer(`correction-of-${posted.purpose}`, posted.to, posted.from, excessMinor, {
      corrects: posted.transferId,
    }),
  );
  const added = flows.flatMap((flow) => {
    const missing = flow.amountMinor - postedMinor(flow, ledger);
    if (missing <= 0n) return [];
    const reserve = ledger.find(
      ({ phase, purpose, from, to }) =>
        phase === "pending" && purpose === flow.purpose && from === flow.from && to === flow.to,
    );
    const reserved = reserve ? (open.get(reserve.transferId) ?? 0n) : 0n;
    const fromReserve = missing < reserved ? missing : reserved;
    const isFunding = flow.to === accounts.escrow(basis.caseId);
    const { purpose, from, to } = flow;
    return [
      ...(reserve && fromReserve > 0n
        ? [transfer(purpose, from, to, fromReserve, { pendingId: reserve.transferId })]
        : []),
      ...(missing > fromReserve
        ? [transfer(isFunding ? `${purpose}${beyondReserve}` : purpose, from, to, missing - fromReserve)]
        : []),
    ];
  });
  return [...takenBack, ...added];
};

/** What the ledger shows of a stage beyond what the plan asks for, transfer by transfer. */
const excessOf = (
  flows: readonly Flow[],
  stage: PostingStage,
  ledger: readonly Transfer[],
): readonly { readonly posted: Transfer; readonly excessMinor: bigint }[] => {
  const wanted = new Map(flows.map((flow) => [flow, flow.amountMinor]));
  return ledger
    .filter(({ phase, corrects }) => phase === "posted" && corrects === undefined)
    .filter((posted) => posted.stage === stage)
    .map((posted) => {
      const flow = flows.find((candidate) => serves(posted, candidate));
      const left = flow ? (wanted.get(flow) ?? 0n) : 0n;
      const standing = standingMinor(ledger, posted);
      const kept = standing < left ? standing : left;
      if (flow) wanted.set(flow, left - kept);
      return { posted, excessMinor: standing - kept };
    })
    .filter(({ excessMinor }) => excessMinor > 0n)
    .reverse();
};

type SettledCase = { readonly caseId: string; readonly currency: string };

/** Release: whatever is still promised is let go, by a decision or by a clock. Afterwards nothing hangs. */
export const releaseTransfers = (
  { caseId, currency }: SettledCase,
  ledger: readonly Transfer[],
  at: number,
  phase: "voided" | "expired" = "voided",
): readonly Transfer[] => {
  const open = openPending(ledger);
  return ledger
    .filter((transfer) => transfer.phase === "pending" && (open.get(transfer.transferId) ?? 0n) > 0n)
    .map((transfer) => ({
      transferId: transferIdOf(caseId, "release", transfer.purpose),
      stage: "release",
      purpose: transfer.purpose,
      from: transfer.from,
      to: transfer.to,
      amountMinor: open.get(transfer.transferId) ?? 0n,
      currency,
      phase,
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
export const assertSettled = ({ caseId, currency }: SettledCase, ledger: readonly Transfer[]): void => {
  for (const [transferId, left] of openPending(ledger)) {
    if (left !== 0n) throw new InvariantViolation(`${transferId} has ${left} undecided`);
  }
  const inEscrow = balances(ledger, currency).get(accounts.escrow(caseId)) ?? 0n;
  if (inEscrow !== 0n) throw new InvariantViolation(`escrow of ${caseId} still holds ${inEscrow}`);
};
