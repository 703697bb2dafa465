import {
  calendarDaysBetween,
  dayMs,
  localDate,
  monthsEndAt,
  toWorkingDay,
  windowEndsAt,
  yearsEnded,
} from "../calendar.ts";
import {
  type Category,
  type Flaw,
  type IntactnessCode,
  intactStandardOf,
  intactStandards,
  type LossTerm,
} from "../catalog.ts";
import type { EvidenceCounts } from "../evidence.ts";
import { wholeBps } from "../money.ts";
import { isChangeOfMind, type Reason } from "../request.ts";
import { conditionReasons, type FactName, type FactSettings, type Facts, factCatalogue } from "./facts.ts";
import type { JudgedLine, JudgmentInput } from "./input.ts";
import {
  claimedFlawOf,
  compareInspections,
  type FlawFinding,
  type FlawOrigin,
  flawsOnRecord,
  isCovered,
  isExpectedBack,
  isSameFlaw,
  type NamedFlaw,
  worstOf,
} from "./inspections.ts";
import type { FactValue } from "./verdict.ts";

/**
 * How each fact of the catalogue is computed: from the input alone; `null` says that it is not known (yet),
 * and no condition on it is true.
 */

/** What the facts that depend on the rule set's settings are derived from, and nothing else. */
export type Measured = {
  readonly filedAt: number;
  readonly orderedAt?: number;
  readonly signedOffAt?: number;
  readonly outboundDeliveredAt?: number;
  /** The last scan of an outbound parcel that is still on its way. */
  readonly outboundSilentSince?: number;
  /** When that silence was judged; when the case was filed, where it does not say. */
  readonly outboundSilentUntil?: number;
  readonly returnHandedOverAt?: number;
  readonly claimMinor: bigint;
  readonly currency: string;
};

/** The first instant after the no-reason window is computed once for all facts that ask for it. */
type MeasuredUnder = Measured & { readonly windowEndsAt: number | null };

const under = (measured: Measured, settings: FactSettings): MeasuredUnder => ({
  ...measured,
  windowEndsAt: noReasonWindowEndsAt(measured.signedOffAt, settings),
});

/** What several facts are derived from, computed once. */
type Known = {
  readonly input: JudgmentInput;
  /** The line that is judged. */
  readonly judged: JudgedLine;
  /** The named flaw and what the records say of it, if the buyer named one in a claim of fault. */
  readonly claimed?: ClaimedFlaw;
  readonly outboundFlaws?: readonly Flaw[];
  readonly returned?: Returned;
};

type ClaimedFlaw = NamedFlaw & { readonly findings: readonly FlawFinding[] };

/** What the return inspection says of the line. */
type Returned = {
  readonly short: boolean;
  readonly sameItem: boolean;
  readonly newFlaws: readonly FlawFinding[];
};

/** Consumer Rights Law art. 25 (1) to (4). */
const neverReturnable: readonly Category[] = ["custom_made", "perishable", "audio_video", "periodicals"];

const claimedAt = (known: Known, flaws: readonly Flaw[] | undefined): boolean | null => {
  const { claimed } = known;
  return claimed && flaws ? flaws.some((flaw) => isSameFlaw(flaw, claimed)) : null;
};

const claimedHas = ({ claimed }: Known, origin: FlawOrigin): boolean | null =>
  claimed ? claimed.findings.some((finding) => finding.origin === origin) : null;

/** The first instant after the no-reason window of a line, or nothing before its sign-off. */
export const noReasonWindowEndsAt = (
  signedOffAt: number | undefined,
  settings: Pick<FactSettings, "noReasonWindowDays" | "timeZone">,
): number | null =>
  signedOffAt === undefined
    ? null
    : windowEndsAt(signedOffAt, settings.noReasonWindowDays, settings.timeZone);

const isNotDelivered = (parcel: JudgedLine["outboundParcel"]): boolean =>
  parcel?.status === "returned" || parcel?.status === "returning";

/** Local midnights between two instants, 0 if the second lies before the first; `null` if either is not known. */
const daysUntil = (
  from: number | undefined,
  until: number | undefined,
  { timeZone }: FactSettings,
): number | null =>
  from === undefined || until === undefined ? null : Math.max(0, calendarDaysBetween(from, until, timeZone));

/** Whether a time lies before an end that is at most so many days later than another; dates are read only between. */
const isBefore = (at: number, earliest: number, days: number, end: () => number): boolean =>
  at < earliest || (at < earliest + days * dayMs && at < end());

/** A market value nobody named cannot be paid; then the sale stands. */
const lossTermOf = ({ contract, item }: JudgedLine): LossTerm => {
  const { lossPays = "price_less_commission" } = contract;
  return lossPays === "market_value" && item.marketValueMinor === undefined
    ? "price_less_commission"
    : lossPays;
};

const brokenConditionOf = ({ item }: JudgedLine, { newFlaws }: Returned): IntactnessCode | undefined => {
  const standard = intactStandardOf(item.category);
  return (
    standard &&
    intactStandards[standard].codes.find((code) => newFlaws.some((finding) => finding.code === code))
  );
};

type Derivation =
  | {
      readonly of: (known: Known) => FactValue;
      /** What it was where nothing is kept of it: the usual value of a fact takes up no room. */
      readonly unkept?: FactValue;
    }
  /** The same case has another value under another rule set. */
  | { readonly underSettings: (measured: MeasuredUnder, settings: FactSettings) => FactValue };

/** Before there was evidence there was none of it, and most cases have none. */
const filesOf = (...counted: readonly (keyof EvidenceCounts)[]): Derivation => ({
  of: ({ input: { evidence = {} } }) => counted.reduce((sum, one) => sum + (evidence[one] ?? 0), 0),
  unkept: 0,
});

const derivations: { readonly [fact in FactName]: Derivation } = {
  requestType: {
    of: ({ input }) => input.type,
  },
  reasonKind: {
    of: ({ input }) => (isChangeOfMind(input.reason) ? "change_of_mind" : "fault"),
  },
  reason: {
    of: ({ input }) => input.reason,
  },
  claimedFlawCode: {
    of: ({ claimed }) => claimed?.code ?? null,
  },
  claimedFlawPlace: {
    of: ({ claimed }) => claimed?.place ?? null,
  },
  category: {
    of: ({ judged }) => judged.item.category,
  },
  amountMinor: {
    of: ({ input }) => safeNumber(input.claimMinor),
  },
  currency: {
    of: ({ input }) => input.currency,
  },
  largeClaim: {
    underSettings: ({ claimMinor, currency }, { largeClaimMinor }) =>
      Object.hasOwn(largeClaimMinor, currency) ? claimMinor >= (largeClaimMinor[currency] ?? 0n) : null,
  },
  lineCount: {
    of: ({ input }) => input.lines.length,
  },
  quantityClaimed: {
    of: ({ judged }) => judged.quantity,
  },
  quantityBought: {
    of: ({ judged }) => judged.line.quantity,
  },
  paidMinor: {
    of: ({ judged }) => safeNumber(judged.line.paidMinor),
  },
  orderedOn: {
    underSettings: ({ orderedAt }, { timeZone }) =>
      orderedAt === undefined ? null : localDate(orderedAt, timeZone),
  },
  priorRequests: {
    of: ({ input }) => input.priorRequests,
  },
  buyerTrusted: {
    of: ({ input }) => input.buyerTrusted ?? false,
    unkept: false,
  },
  returnsOwed: {
    of: ({ input }) => input.returnsOwed ?? null,
  },
  signedOff: {
    of: ({ judged }) => judged.line.signedOffAt !== undefined,
  },
  signedOffOn: {
    underSettings: ({ signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : localDate(signedOffAt, timeZone),
  },
  daysSinceSignOff: {
    underSettings: ({ filedAt, signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : Math.max(0, calendarDaysBetween(signedOffAt, filedAt, timeZone)),
  },
  deliveryDays: {
    underSettings: ({ orderedAt, signedOffAt }, settings) => daysUntil(orderedAt, signedOffAt, settings),
  },
  yearsSinceSignOff: {
    underSettings: ({ filedAt, signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : yearsEnded(signedOffAt, filedAt, timeZone),
  },
  noReasonWindowLastDay: {
    underSettings: ({ windowEndsAt: endsAt }, { timeZone }) =>
      endsAt === null ? null : localDate(endsAt - 1, timeZone),
  },
  withinNoReasonWindow: {
    underSettings: ({ windowEndsAt: endsAt, filedAt }) => (endsAt === null ? null : filedAt < endsAt),
  },
  withinWindowToWorkingDay: {
    underSettings: ({ windowEndsAt: endsAt, filedAt }, { timeZone }) =>
      endsAt === null ? null : isBefore(filedAt, endsAt, 3, () => toWorkingDay(endsAt, timeZone)),
  },
  withinExtendedWindow: {
    underSettings: ({ windowEndsAt: endsAt, filedAt }, { timeZone }) =>
      endsAt === null ? null : isBefore(filedAt, endsAt, 367, () => monthsEndAt(endsAt - 1, 12, timeZone)),
  },
  statutoryExclusion: {
    of: ({ judged }) => neverReturnable.includes(judged.item.category),
  },
  exclusionConfirmed: {
    of: ({ judged }) => judged.line.exclusionConfirmed,
  },
  exclusion: {
    of: ({ judged }) => judged.line.exclusion ?? null,
  },
  informedOfWithdrawal: {
    of: ({ judged }) => judged.line.informedOfWithdrawal ?? true,
  },
  intactStandard: {
    of: ({ judged }) => intactStandardOf(judged.item.category) ?? "none",
  },
  itemGrade: {
    of: ({ judged }) => judged.item.intakeInspection.grade,
  },
  intakeFlawCount: {
    of: ({ judged }) => judged.item.intakeInspection.flaws.length,
  },
  disclosedFlawCount: {
    of: ({ judged }) => judged.item.disclosedFlaws.length,
  },
  undisclosedFlawCount: {
    of: ({ judged: { item } }) =>
      item.intakeInspection.flaws.filter((flaw) => !isCovered(flaw, item.disclosedFlaws)).length,
  },
  claimedFlawAtIntake: {
    of: (known) => claimedAt(known, known.judged.item.intakeInspection.flaws),
  },
  claimedFlawDisclosed: {
    of: (known) => {
      const told = claimedHas(known, "existed_disclosed");
      return told === null ? null : told && !claimedHas(known, "existed_hidden");
    },
  },
  claimedFlawAtOutbound: {
    of: (known) => claimedAt(known, known.outboundFlaws),
  },
  claimedFlawAroseInCustody: {
    of: (known) => (known.outboundFlaws ? claimedHas(known, "arose_in_custody") : null),
  },
  outboundInspected: {
    of: ({ outboundFlaws }) => outboundFlaws !== undefined,
  },
  outboundClean: {
    of: (known) => {
      const { claimed, outboundFlaws, judged } = known;
      if (!outboundFlaws) return null;
      return claimed
        ? !claimedAt(known, outboundFlaws)
        : outboundFlaws.every((flaw) => isCovered(flaw, judged.item.disclosedFlaws));
    },
  },
  outboundGrade: {
    of: ({ judged }) => judged.line.outboundInspection?.grade ?? null,
  },
  outboundShipped: {
    of: ({ judged }) => judged.line.outboundParcel !== undefined || judged.outboundParcel !== undefined,
  },
  outboundParcelStatus: {
    of: ({ judged }) => judged.outboundParcel?.status ?? null,
  },
  outboundStatusTrusted: {
    of: ({ judged }) => judged.outboundParcel?.statusTrusted ?? null,
  },
  daysSinceDelivered: {
    underSettings: ({ outboundDeliveredAt, filedAt }, settings) =>
      daysUntil(outboundDeliveredAt, filedAt, settings),
  },
  outboundSilentDays: {
    underSettings: ({ outboundSilentSince, outboundSilentUntil, filedAt }, settings) =>
      daysUntil(outboundSilentSince, outboundSilentUntil ?? filedAt, settings),
  },
  outboundParcelLost: {
    of: ({ input: { now }, judged: { outboundParcel: { lostAt } = {} } }) =>
      lostAt !== undefined && lostAt <= now,
    unkept: false,
  },
  transitDamageScan: {
    of: ({ judged }) => judged.outboundParcel?.damaged ?? null,
  },
  transitDamageTrusted: {
    of: ({ judged }) => judged.outboundParcel?.damageTrusted ?? null,
  },
  evidenceOnRecord: {
    of: (known) =>
      claimedAt(known, known.judged.item.intakeInspection.flaws) === true ||
      claimedAt(known, known.outboundFlaws) === true ||
      known.judged.outboundParcel?.damaged === true ||
      isNotDelivered(known.judged.outboundParcel),
  },
  packedBy: {
    of: ({ judged }) => judged.line.packedBy,
  },
  commissionBps: {
    of: ({ judged }) => judged.line.commissionBps,
  },
  lossPays: {
    of: ({ judged }) => lossTermOf(judged),
  },
  marketValueMinor: {
    of: ({ judged }) =>
      judged.item.marketValueMinor === undefined ? null : safeNumber(judged.item.marketValueMinor),
  },
  transitRisk: {
    of: ({ judged }) => (lossTermOf(judged) === "nothing" ? "merchant" : judged.contract.transitRisk),
  },
  custodyRisk: {
    of: ({ judged }) =>
      judged.line.packedBy === "merchant" || lossTermOf(judged) === "nothing"
        ? "merchant"
        : judged.contract.custodyRisk,
  },
  merchantStanding: {
    of: ({ input }) => input.merchantStanding ?? null,
  },
  merchantCases30Days: {
    of: ({ input }) => input.merchantHistory?.filed30Days ?? null,
  },
  merchantCases90Days: {
    of: ({ input }) => input.merchantHistory?.filed90Days ?? null,
  },
  merchantRefusalBps: {
    of: ({ input: { merchantHistory: history } }) =>
      history && history.ended90Days > 0
        ? Math.floor((history.refused90Days * wholeBps) / history.ended90Days)
        : null,
  },
  returnShipped: {
    of: ({ input }) => input.returnParcel !== undefined,
  },
  returnParcelStatus: {
    of: ({ input }) => input.returnParcel?.status ?? null,
  },
  returnHandOverDays: {
    underSettings: ({ filedAt, returnHandedOverAt }, settings) =>
      daysUntil(filedAt, returnHandedOverAt, settings),
  },
  returnParcelLost: {
    of: ({ input }) => input.returnParcel?.lost ?? null,
  },
  returnParcelDamaged: {
    of: ({ input }) => input.returnParcel?.damaged ?? null,
  },
  returnInspected: {
    of: ({ input }) => input.returnInspection !== undefined,
  },
  returnInspectedBy: {
    of: ({ input }) => input.returnInspection?.inspectedBy ?? null,
  },
  returnSameItem: {
    of: ({ returned }) => returned?.sameItem ?? null,
  },
  returnShort: {
    of: ({ returned }) => returned?.short ?? null,
  },
  returnNotIntact: {
    of: ({ judged, returned }) => (returned ? (brokenConditionOf(judged, returned) ?? "none") : null),
  },
  returnNewFlaws: {
    of: ({ returned }) => (returned ? (worstOf(returned.newFlaws) ?? "none") : null),
  },
  returnNewFlawsOrigin: {
    of: ({ input, claimed, returned }) => {
      const [origin, ...others] = new Set(returned?.newFlaws.map((finding) => finding.origin));
      const mayBeTheClaimedOne = !claimed && (conditionReasons as readonly Reason[]).includes(input.reason);
      return origin === undefined || others.length > 0 || mayBeTheClaimedOne ? null : origin;
    },
  },
  buyerPhotos: filesOf("buyer_photo"),
  buyerVideos: filesOf("buyer_video"),
  buyerDocuments: filesOf("buyer_document"),
  merchantPhotos: filesOf("merchant_photo"),
  merchantVideos: filesOf("merchant_video"),
  merchantDocuments: filesOf("merchant_document"),
  warehouseFiles: filesOf("warehouse_photo", "warehouse_video", "warehouse_document"),
};

/** In the catalogue's order. */
const inOrder = factCatalogue.map(({ name }) => ({ name, ...derivations[name] }));

/** @throws RangeError if the amount is beyond what a number holds exactly */
const safeNumber = (amountMinor: bigint): number => {
  if (amountMinor > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${amountMinor} is no amount to judge`);
  return Number(amountMinor);
};

const knownOf = (input: JudgmentInput, line: number): Known => {
  const judged = input.lines[line];
  if (!judged) throw new RangeError(`the case has no line ${line}`);
  const claimedFlaw = claimedFlawOf(input);
  const outboundFlaws = judged.line.outboundInspection?.flaws;
  const claimed = claimedFlaw && {
    ...claimedFlaw,
    findings: findingsOf(input, judged).filter((finding) => isSameFlaw(finding, claimedFlaw)),
  };
  const returned = returnedOf(input, judged, claimedFlaw);
  return {
    input,
    judged,
    ...(claimed ? { claimed } : {}),
    ...(outboundFlaws ? { outboundFlaws } : {}),
    ...(returned ? { returned } : {}),
  };
};

const findingsOf = (
  input: JudgmentInput,
  { line, item, outboundParcel }: JudgedLine,
  returned: readonly Flaw[] = [],
): readonly FlawFinding[] =>
  compareInspections({
    intake: item.intakeInspection.flaws,
    disclosed: item.disclosedFlaws,
    ...(line.outboundInspection ? { outbound: line.outboundInspection.flaws } : {}),
    returned,
    damagedOnTheRoad: outboundParcel?.damaged === true || input.returnParcel?.damaged === true,
  });

/**
 * The flaw the buyer claimed is no news when the goods come back with it. Silence counts as sent, and the
 * flaws of some other item say nothing of this one.
 */
const returnedOf = (
  input: JudgmentInput,
  judged: JudgedLine,
  claimedFlaw: NamedFlaw | undefined,
): Returned | undefined => {
  const inspection = input.returnInspection;
  if (!inspection) return undefined;
  if (inspection.inspectedBy === "silence") return { short: false, sameItem: true, newFlaws: [] };
  const entry = inspection.lines.find(({ lineId }) => lineId === judged.line.lineId);
  const known = flawsOnRecord(judged.item, judged.line);
  const news = (entry?.flaws ?? []).filter((flaw) => !isExpectedBack(flaw, known, claimedFlaw));
  return {
    short: (entry?.receivedQuantity ?? 0) < judged.quantity,
    sameItem: entry?.sameItem !== false,
    newFlaws: entry?.sameItem ? findingsOf(input, judged, news).filter(isNew) : [],
  };
};

const isNew = ({ origin }: FlawFinding): boolean =>
  origin === null || origin === "arose_in_transit" || origin === "arose_at_buyer";

/**
 * Computes every fact of one line of a case, once.
 *
 * @param line its place among the lines of the case
 * @throws RangeError if the case has no such line
 */
export const factsOf = (input: JudgmentInput, settings: FactSettings, line = 0): Facts => {
  const known = knownOf(input, line);
  const measured = under(measuredOf(input, line), settings);
  return inOrder.map((definition) =>
    "of" in definition ? definition.of(known) : definition.underSettings(measured, settings),
  );
};

const measuredOf = (
  { now, filedAt, orderedAt, claimMinor, currency, lines, returnParcel }: JudgmentInput,
  line: number,
): Measured => {
  const { line: { signedOffAt } = {}, outboundParcel } = lines[line] ?? {};
  const { deliveredAt, lastScanAt, status } = outboundParcel ?? {};
  const arrived = status === "delivered" || status === "returned";
  return {
    filedAt,
    claimMinor,
    currency,
    ...(orderedAt === undefined ? {} : { orderedAt }),
    ...(signedOffAt === undefined ? {} : { signedOffAt }),
    ...(deliveredAt === undefined ? {} : { outboundDeliveredAt: deliveredAt }),
    ...(lastScanAt === undefined || arrived
      ? {}
      : { outboundSilentSince: lastScanAt, outboundSilentUntil: now }),
    ...(returnParcel?.handedOverAt === undefined ? {} : { returnHandedOverAt: returnParcel.handedOverAt }),
  };
};

/** The facts of one line as they were known: those that depend on a rule set's settings as what they are made of. */
export type KnownFacts = {
  readonly measured: Measured;
  /** By name, so that it can be read under another catalogue. What was not known, or is usual, is left out. */
  readonly facts: { readonly [fact: string]: Exclude<FactValue, null> };
};

/**
 * What is known of one line of a case, without any rule set.
 *
 * @throws RangeError if the case has no such line
 */
export const knownFactsOf = (input: JudgmentInput, line = 0): KnownFacts => {
  const known = knownOf(input, line);
  const facts: { [fact: string]: Exclude<FactValue, null> } = {};
  for (const definition of inOrder) {
    if (!("of" in definition)) continue;
    const value = definition.of(known);
    if (value !== null && value !== definition.unkept) facts[definition.name] = value;
  }
  return { measured: measuredOf(input, line), facts };
};

/** The same facts as `factsOf` gave then. A fact the catalogue did not have yet is unknown. */
export const factsKnown = ({ measured, facts }: KnownFacts, settings: FactSettings): Facts => {
  const dated = under(measured, settings);
  return inOrder.map((definition) =>
    "of" in definition
      ? Object.hasOwn(facts, definition.name)
        ? (facts[definition.name] ?? null)
        : (definition.unkept ?? null)
      : definition.underSettings(dated, settings),
  );
};
