import { hourMs } from "../calendar.ts";
import type { FieldError } from "../errors.ts";
import { shareOf } from "../money.ts";

/** What the platform charges a merchant for after-sales work, and gives back to one that met its clocks. */

export type FeeTerms = {
  /** For a case in which something is refunded, in minor units. */
  readonly caseFeeMinor: bigint;
  /** Of what is refunded, beside the fee of the case. */
  readonly refundFeeBps: number;
  /** The part of the fee that comes back to a merchant that met both clocks. */
  readonly rebateBps: number;
  readonly firstAnswerWithinHours: number;
  readonly inspectionWithinHours: number;
};

export type TariffPeriod = FeeTerms & { readonly effectiveFrom: number };

export type Tariff = {
  readonly tenantId: string;
  readonly tariffId: string;
  readonly currency: string;
  readonly periods: readonly TariffPeriod[];
};

/**
 * The terms in force in a currency: of all tariffs the period that took effect last; of two at one moment that
 * of the tariff whose id comes first. None before the first period, so without a tariff there is no fee.
 */
export const termsAt = (tariffs: readonly Tariff[], currency: string, at: number): FeeTerms | undefined => {
  const [latest] = tariffs
    .filter((tariff) => tariff.currency === currency)
    .flatMap(({ tariffId, periods }) => periods.map((period) => ({ tariffId, period })))
    .filter(({ period }) => period.effectiveFrom <= at)
    .sort((a, b) => b.period.effectiveFrom - a.period.effectiveFrom || (a.tariffId < b.tariffId ? -1 : 1));
  if (!latest) return undefined;
  const { effectiveFrom: _, ...terms } = latest.period;
  return terms;
};

/** The clock of a platform may run ahead of ours by this much. */
const clockDriftMs = 5 * 60_000;

const sameTerms = (one: TariffPeriod, other: TariffPeriod): boolean =>
  one.effectiveFrom === other.effectiveFrom &&
  one.caseFeeMinor === other.caseFeeMinor &&
  one.refundFeeBps === other.refundFeeBps &&
  one.rebateBps === other.rebateBps &&
  one.firstAnswerWithinHours === other.firstAnswerWithinHours &&
  one.inspectionWithinHours === other.inspectionWithinHours;

/**
 * Why a tariff cannot be replaced by another: what has taken effect stays as it was, and nothing takes effect in
 * the past, so that what a merchant was charged can always be read back. None if it can.
 */
export const tariffErrors = (
  before: Tariff | undefined,
  after: Tariff,
  now: number,
): readonly FieldError[] => {
  const begun = before?.periods.filter(({ effectiveFrom }) => effectiveFrom <= now) ?? [];
  return [
    ...(begun.length > 0 && before?.currency !== after.currency
      ? [{ pointer: "/currency", detail: "was frozen when the tariff took effect" }]
      : []),
    ...begun
      .filter((period) => !after.periods.some((other) => sameTerms(period, other)))
      .map(({ effectiveFrom }) => ({
        pointer: "/periods",
        detail: `The period from ${new Date(effectiveFrom).toISOString()} has begun and cannot change.`,
      })),
    ...after.periods.flatMap((period, index) =>
      period.effectiveFrom < now - clockDriftMs && !begun.some((known) => sameTerms(known, period))
        ? [{ pointer: `/periods/${index}/effectiveFrom`, detail: "lies in the past" }]
        : [],
    ),
  ];
};

/** When a case's clocks began and ended. A clock that never began has been met. */
export type ServiceTimes = {
  readonly merchantAskedAt?: number;
  /** Absent where silence answered. */
  readonly merchantAnsweredAt?: number;
  readonly deliveredAt?: number;
  /** Absent where silence took the goods for as sent. */
  readonly inspectedAt?: number;
};

const within = (hours: number, from: number | undefined, to: number | undefined): boolean =>
  from === undefined || (to !== undefined && to - from <= hours * hourMs);

export const clocksMet = (terms: FeeTerms, times: ServiceTimes): boolean =>
  within(terms.firstAnswerWithinHours, times.merchantAskedAt, times.merchantAnsweredAt) &&
  within(terms.inspectionWithinHours, times.deliveredAt, times.inspectedAt);

/** A merchant in the right pays no fee: it is due only where something is refunded, or given in kind. */
export const feeOf = (
  terms: FeeTerms,
  times: ServiceTimes,
  refundMinor: bigint,
  inKind = false,
): { readonly feeMinor: bigint; readonly rebateMinor: bigint } => {
  if (refundMinor === 0n && !inKind) return { feeMinor: 0n, rebateMinor: 0n };
  const feeMinor = terms.caseFeeMinor + shareOf(refundMinor, terms.refundFeeBps);
  return { feeMinor, rebateMinor: clocksMet(terms, times) ? shareOf(feeMinor, terms.rebateBps) : 0n };
};
