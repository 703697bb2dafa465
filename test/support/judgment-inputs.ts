import fc from "fast-check";
import {
  categories,
  exclusions,
  type Flaw,
  intactStandards,
  lossTerms,
  severities,
  standings,
} from "../../functions/domain/catalog.ts";
import type { JudgedLine, JudgmentInput, ReturnInspection } from "../../functions/domain/judgment/input.ts";
import { caseTypes, reasons } from "../../functions/domain/request.ts";
import { parcelStatuses } from "../../functions/domain/tracking.ts";

/** Cases of every kind, for properties that hold of all of them. */

/** Few codes and places, so that inspections often speak of the same flaw. */
const flaw: fc.Arbitrary<Flaw> = fc.record({
  code: fc.constantFrom(
    "scratch",
    "scratch",
    "dent",
    ...Object.values(intactStandards).flatMap(({ codes }) => codes),
  ),
  place: fc.constantFrom("back", "strap"),
  severity: fc.constantFrom(...severities),
});
const flaws = fc.array(flaw, { maxLength: 3 });
const inspection = flaws.map((found) => ({ inspectedAt: 0, grade: "A", flaws: found, photoHashes: [] }));
const instant = fc.integer({
  min: Date.parse("2026-02-20T00:00:00Z"),
  max: Date.parse("2026-03-20T00:00:00Z"),
});

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const judgedLine = (lineId: string): fc.Arbitrary<JudgedLine> =>
  fc
    .record({
      quantity: fc.integer({ min: 1, max: 3 }),
      contract: fc.record({
        effectiveFrom: fc.constant(0),
        commissionBps: fc.constant(3_000),
        transitRisk: fc.constantFrom("carrier", "platform"),
        custodyRisk: fc.constantFrom("platform", "merchant"),
        lossPays: fc.constantFrom(...lossTerms),
      }),
      marketValueMinor: maybe(fc.constant(90_000n)),
      exclusion: maybe(fc.constantFrom(...exclusions)),
      informedOfWithdrawal: maybe(fc.boolean()),
      hasWaybill: fc.boolean(),
      category: fc.constantFrom(...categories),
      intakeInspection: inspection,
      disclosedFlaws: flaws,
      exclusionConfirmed: fc.boolean(),
      packedBy: fc.constantFrom("platform", "merchant"),
      outboundInspection: fc.option(inspection, { nil: undefined }),
      signedOffAt: fc.option(instant, { nil: undefined }),
      outboundParcel: fc.option(
        fc.record({
          carrier: fc.constantFrom("sf", "jd"),
          status: fc.constantFrom(...parcelStatuses),
          statusTrusted: fc.boolean(),
          damaged: fc.boolean(),
          damageTrusted: fc.boolean(),
          lastScanAt: instant,
          lostAt: instant,
        }),
        { nil: undefined },
      ),
    })
    .map(({ quantity, contract, outboundParcel, outboundInspection, signedOffAt, ...rest }) => ({
      quantity,
      contract,
      item: {
        tenantId: "tenant",
        itemId: "item",
        merchantId: "merchant",
        title: "手袋",
        category: rest.category,
        intakeInspection: rest.intakeInspection,
        disclosedFlaws: rest.disclosedFlaws,
        ...(rest.marketValueMinor === undefined ? {} : { marketValueMinor: rest.marketValueMinor }),
      },
      line: {
        lineId,
        itemId: "item",
        merchantId: "merchant",
        quantity: 3,
        paidMinor: 300_000n,
        commissionBps: 3_000,
        exclusionConfirmed: rest.exclusionConfirmed,
        packedBy: rest.packedBy,
        ...(rest.exclusion ? { exclusion: rest.exclusion } : {}),
        ...(rest.informedOfWithdrawal === undefined
          ? {}
          : { informedOfWithdrawal: rest.informedOfWithdrawal }),
        ...(rest.hasWaybill ? { outboundParcel: { carrier: "sf", trackingNumber: "SF0001" } } : {}),
        ...(outboundInspection ? { outboundInspection } : {}),
        ...(signedOffAt === undefined ? {} : { signedOffAt }),
        remainingMinor: 300_000n,
        remainingQuantity: 3,
        caseIds: [],
        version: 1,
      },
      ...(outboundParcel ? { outboundParcel } : {}),
    }));

const inspectedLine = (lineId: string): fc.Arbitrary<ReturnInspection["lines"][number]> =>
  fc.record({
    lineId: fc.constant(lineId),
    receivedQuantity: fc.integer({ min: 0, max: 3 }),
    sameItem: fc.boolean(),
    flaws,
  });

const returnInspection: fc.Arbitrary<ReturnInspection> = fc.record({
  inspectedAt: fc.constant(0),
  inspectedBy: fc.constantFrom("warehouse", "merchant", "silence"),
  lines: fc.tuple(inspectedLine("line-1"), inspectedLine("line-2")),
});

export const judgmentInput: fc.Arbitrary<JudgmentInput> = fc
  .record({
    now: instant,
    type: fc.constantFrom(...caseTypes),
    reason: fc.constantFrom(...reasons),
    claimMinor: fc.bigInt({ min: 1n, max: 10_000_000n }),
    currency: fc.constantFrom("CNY", "USD", "JPY", "XTS"),
    filedAt: instant,
    priorRequests: fc.nat(5),
    orderedAt: maybe(fc.constant(Date.parse("2026-02-15T00:00:00Z"))),
    merchantStanding: maybe(fc.constantFrom(...standings)),
    merchantHistory: maybe(
      fc.record({
        filed30Days: fc.nat(10),
        filed90Days: fc.integer({ min: 10, max: 30 }),
        ended90Days: fc.nat(20),
        refused90Days: fc.nat(5),
      }),
    ),
    lines: fc.oneof(fc.tuple(judgedLine("line-1")), fc.tuple(judgedLine("line-1"), judgedLine("line-2"))),
    claimedFlaw: fc.option(flaw, { nil: undefined }),
    returnParcel: fc.option(
      fc.record({
        carrier: fc.constantFrom("sf", "jd"),
        status: fc.constantFrom(...parcelStatuses),
        damaged: fc.boolean(),
        lost: fc.boolean(),
        handedOverAt: instant,
      }),
      { nil: undefined },
    ),
    returnInspection: fc.option(returnInspection, { nil: undefined }),
    evidence: maybe(fc.record({ buyer_photo: fc.nat(3), warehouse_video: fc.nat(1) })),
  })
  .map(
    ({
      claimedFlaw,
      returnParcel,
      returnInspection: found,
      orderedAt,
      merchantStanding,
      merchantHistory,
      evidence,
      ...rest
    }) => ({
      ...rest,
      ...(evidence ? { evidence } : {}),
      ...(orderedAt === undefined ? {} : { orderedAt }),
      ...(merchantStanding ? { merchantStanding } : {}),
      ...(merchantHistory ? { merchantHistory } : {}),
      ...(claimedFlaw ? { claimedFlaw: { code: claimedFlaw.code, place: claimedFlaw.place } } : {}),
      ...(returnParcel ? { returnParcel } : {}),
      ...(found ? { returnInspection: found } : {}),
    }),
  );
