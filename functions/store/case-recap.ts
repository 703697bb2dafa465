import { type CaseSnapshot, type CaseState, inKindOf, settledLines } from "../domain/case.ts";
import { type CaseRecap, ruledBy } from "../domain/judgment/backtest.ts";
import type { KnownLine } from "../domain/judgment/known-case.ts";
import { isEnd } from "../domain/lifecycle.ts";
import type { ServiceTimes } from "../domain/settlement/tariff.ts";
import { packed, unpacked } from "./packed.ts";

/**
 * What was known of a case lies beside its verdict until the case closes. Then its state carries a recap, so
 * that an export's items can be judged again one by one, in whatever order they come.
 *
 * Both are mostly names of facts, which zlib finds in this text: a write unit is a kilobyte. The text is
 * part of the format. Changed, it makes everything unreadable that was packed with it; a fact that is not
 * in it merely takes its own length.
 */
const dictionary = /* @__PURE__ */ Buffer.from(
  `{"ruled":{"rule":"-loss-transit-quality-problem-no-reason-flaw","rulesVersion":"cn-standard@1","liability":{"merchant":10000,"platform":0,"carrier":0,"buyer":0},"liability":{"merchant":0,"platform":0,"carrier":0,"buyer":10000},"route":"ineligible","route":"arbitration","route":"automatic","route":"merchant","remedies":[],"remedies":["refund_only"],"remedies":["return_and_refund"],"remedies":["refund_only","return_and_refund"],"refundCapBps":0,"refundCapBps":10000,"freight":{"payer":"platform","capMinor":"0"},"freight":{"payer":"buyer","capMinor":"0"},"freight":{"payer":"merchant","capMinor":"2000"},"carrier":"kuaidi100","silence":"refuse"},"silence":"approve"},"known":[{"measured":{"filedAt":17,"claimMinor":"00000","currency":"USD","currency":"EUR","currency":"CNY","returnHandedOverAt":17,"outboundSilentSince":17,"outboundDeliveredAt":17,"orderedAt":17,"signedOffAt":17},"facts":{"requestType":"refund_only","reasonKind":"change_of_mind","reason":"CHANGED_MIND","reason":"NOT_AS_DESCRIBED","reason":"DAMAGED_ON_ARRIVAL","requestType":"return_and_refund","reasonKind":"fault","reason":"DEFECTIVE","claimedFlawCode":"scratch","claimedFlawPlace":"back","category":"shoes","category":"bags","amountMinor":10000,"currency":"CNY","lineCount":1,"quantityClaimed":1,"quantityBought":1,"paidMinor":10000,"priorRequests":0,"signedOff":true,"statutoryExclusion":false,"exclusion":"disclosed_flaw","exclusionConfirmed":false,"informedOfWithdrawal":true,"intactStandard":"electronics","intactStandard":"none","intactStandard":"apparel","itemGrade":"A","intakeFlawCount":0,"disclosedFlawCount":0,"undisclosedFlawCount":0,"claimedFlawAtIntake":false,"claimedFlawDisclosed":false,"claimedFlawAtOutbound":false,"claimedFlawAroseInCustody":false,"outboundInspected":true,"outboundClean":true,"outboundGrade":"A","outboundShipped":true,"outboundParcelStatus":"delivered","outboundStatusTrusted":true,"transitDamageScan":false,"transitDamageTrusted":false,"evidenceOnRecord":true,"packedBy":"merchant","evidenceOnRecord":false,"packedBy":"platform","commissionBps":3000,"marketValueMinor":10000,"lossPays":"price_less_commission","transitRisk":"platform","custodyRisk":"merchant","transitRisk":"carrier","custodyRisk":"platform","merchantStanding":"good","merchantCases30Days":0,"merchantCases90Days":0,"merchantRefusalBps":0,"returnShipped":true,"returnParcelStatus":"delivered","returnParcelLost":false,"returnParcelDamaged":false,"returnInspected":true,"returnInspectedBy":"warehouse","returnSameItem":true,"returnShort":false,"returnNotIntact":"none","returnNewFlaws":"none","returnNewFlawsOrigin":"arose_at_buyer"},"returnShipped":false,"returnInspected":false},"carriers":{"outbound":"kuaidi100","return":"kuaidi100"}}],"carriers":{}}],"lines":[{"amountMinor":"128000","commissionBps":3000}]}`,
);

export const packedKnown = (known: readonly KnownLine[]): Uint8Array => packed(known, dictionary);
export const unpackedKnown = (bytes: Uint8Array): readonly KnownLine[] => unpacked(bytes, dictionary);

const timesOf = ({
  merchantAskedAt,
  merchantAnsweredAt,
  deliveredAt,
  inspectedAt,
}: CaseState): ServiceTimes => ({
  ...(merchantAskedAt === undefined ? {} : { merchantAskedAt }),
  ...(merchantAnsweredAt === undefined ? {} : { merchantAnsweredAt }),
  ...(deliveredAt === undefined ? {} : { deliveredAt }),
  ...(inspectedAt === undefined ? {} : { inspectedAt }),
});

/** What a case that ends leaves for backtests; nothing if it goes on, or was never judged. */
export const packedRecap = (
  after: CaseState,
  { detail, verdict, known }: Pick<CaseSnapshot, "detail" | "verdict" | "known">,
): Uint8Array | undefined => {
  if (!isEnd(after.stage) || !verdict || !known) return undefined;
  const lines = settledLines({ state: after, detail }).map(
    ({
      amountMinor,
      commissionBps,
      outboundFreightMinor,
      marketValueMinor,
      strayPiece,
      replacementLost,
    }) => ({
      amountMinor,
      commissionBps,
      ...(outboundFreightMinor === undefined ? {} : { outboundFreightMinor }),
      ...(marketValueMinor === undefined ? {} : { marketValueMinor }),
      ...(strayPiece ? { strayPiece } : {}),
      ...(replacementLost ? { replacementLost } : {}),
    }),
  );
  const recap: CaseRecap = {
    ruled: ruledBy(verdict),
    known,
    lines,
    ...(after.outlays ? { outlays: after.outlays } : {}),
    ...inKindOf(after),
    // Whether the clocks were met is asked of a fee alone.
    ...(detail.feeTerms ? { feeTerms: detail.feeTerms, times: timesOf(after) } : { times: {} }),
  };
  return packed(recap, dictionary);
};

/** @throws an error of zlib or JSON if it is none */
export const unpackedRecap = (bytes: Uint8Array): CaseRecap => unpacked(bytes, dictionary);
