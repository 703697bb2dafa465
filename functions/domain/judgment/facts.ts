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
import { formatMinor, wholeBps } from "../money.ts";
import { isChangeOfMind, type Reason } from "../request.ts";
import {
  caseTypeWords,
  categoryWords,
  exclusionWords,
  flawOriginWords,
  inspectorWords,
  intactnessWords,
  intactStandardWords,
  lossTermWords,
  parcelStatusWords,
  partyWords,
  reasonKindWords,
  reasonWords,
  standingWords,
  worstFlawWords,
} from "./fact-words.ts";
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
import type { BilingualText, FactValue } from "./verdict.ts";

/**
 * The facts a rule may ask about. A closed list: what is not here cannot be judged by. Each fact is
 * computed from the input alone; `null` says that it is not known (yet), and no condition on it is true.
 */

/** Where a fact is found. */
export const factSources = [
  "request",
  "order",
  "line",
  "item",
  "inspection",
  "tracking",
  "contract",
  "merchant",
  "rule set",
] as const;
export type FactSource = (typeof factSources)[number];

export const factUnits = ["minor", "day", "year", "line", "piece", "request", "case", "flaw", "bps"] as const;

export type FactType = "text" | "number" | "boolean" | "money" | "date";

/** What a rule set says about reading the facts: the same case has other facts under another law. */
export type FactSettings = {
  /** IANA name of the time zone in which days are counted. */
  readonly timeZone: string;
  /** Days of the no-reason window, counted from the day after sign-off. */
  readonly noReasonWindowDays: number;
  /** From how much on a claim is large, by currency. In a currency without a bound it is not known. */
  readonly largeClaimMinor: { readonly [currency: string]: bigint };
};

type FactDefinition = {
  readonly name: string;
  readonly type: FactType;
  readonly label: BilingualText;
  /** What a number counts. Amounts are in minor units of the case's currency. */
  readonly unit?: (typeof factUnits)[number];
  readonly source: FactSource;
  /** How the fact is derived, for whoever writes rules. */
  readonly derivation: string;
  /** Every value a text fact can take, if the list is closed, and how it is said. */
  readonly words?: { readonly [value: string]: BilingualText };
  /** Said by the buyer when filing, not found on record. */
  readonly stated?: true;
} & (
  | { readonly of: (known: Known) => FactValue }
  /** The same case has another value under another rule set. */
  | { readonly underSettings: (measured: MeasuredUnder, settings: FactSettings) => FactValue }
);

/** What the facts that depend on the rule set's settings are derived from, and nothing else. */
export type Measured = {
  readonly filedAt: number;
  readonly orderedAt?: number;
  readonly signedOffAt?: number;
  readonly outboundDeliveredAt?: number;
  /** The last scan of an outbound parcel that is still on its way. */
  readonly outboundSilentSince?: number;
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

/** Reasons that say something of the goods' condition or completeness, which inspections can answer. */
export const conditionReasons = [
  "DEFECTIVE",
  "NOT_AS_DESCRIBED",
  "DAMAGED_ON_ARRIVAL",
  "EXPIRED",
  "MISSING_PART",
] as const satisfies readonly Reason[];

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

export const factCatalogue = [
  {
    name: "requestType",
    type: "text",
    label: { "zh-CN": "申请类型", en: "requested remedy" },
    source: "request",
    derivation: "As filed.",
    words: caseTypeWords,
    stated: true,
    of: ({ input }) => input.type,
  },
  {
    name: "reasonKind",
    type: "text",
    label: { "zh-CN": "原因大类", en: "kind of reason" },
    source: "request",
    derivation: "change_of_mind or fault, by the list the reason stands in.",
    words: reasonKindWords,
    stated: true,
    of: ({ input }) => (isChangeOfMind(input.reason) ? "change_of_mind" : "fault"),
  },
  {
    name: "reason",
    type: "text",
    label: { "zh-CN": "申请原因", en: "reason" },
    source: "request",
    derivation: "As filed.",
    words: reasonWords,
    stated: true,
    of: ({ input }) => input.reason,
  },
  {
    name: "claimedFlawCode",
    type: "text",
    label: { "zh-CN": "买家所指瑕疵", en: "flaw the buyer names" },
    source: "request",
    derivation: "As filed with a claim of fault; unknown if none is named.",
    stated: true,
    of: ({ claimed }) => claimed?.code ?? null,
  },
  {
    name: "claimedFlawPlace",
    type: "text",
    label: { "zh-CN": "所指瑕疵部位", en: "place of the flaw the buyer names" },
    source: "request",
    derivation: "As filed with a claim of fault; unknown if none is named.",
    stated: true,
    of: ({ claimed }) => claimed?.place ?? null,
  },
  {
    name: "category",
    type: "text",
    label: { "zh-CN": "商品类目", en: "category" },
    source: "item",
    derivation: "The item's category.",
    words: categoryWords,
    of: ({ judged }) => judged.item.category,
  },
  {
    name: "amountMinor",
    type: "money",
    label: { "zh-CN": "申请金额", en: "amount claimed" },
    unit: "minor",
    source: "request",
    derivation: "What the case claims over all its lines, in minor units of its currency.",
    of: ({ input }) => safeNumber(input.claimMinor),
  },
  {
    name: "currency",
    type: "text",
    label: { "zh-CN": "币种", en: "currency" },
    source: "order",
    derivation: "The order's currency.",
    of: ({ input }) => input.currency,
  },
  {
    name: "largeClaim",
    type: "boolean",
    label: { "zh-CN": "大额申请", en: "large claim" },
    source: "rule set",
    derivation: "amountMinor reaches the rule set's bound; unknown in a currency without a bound.",
    underSettings: ({ claimMinor, currency }, { largeClaimMinor }) =>
      Object.hasOwn(largeClaimMinor, currency) ? claimMinor >= (largeClaimMinor[currency] ?? 0n) : null,
  },
  {
    name: "lineCount",
    type: "number",
    label: { "zh-CN": "涉及订单行数", en: "lines in the case" },
    unit: "line",
    source: "request",
    derivation: "Number of order lines of the case.",
    of: ({ input }) => input.lines.length,
  },
  {
    name: "quantityClaimed",
    type: "number",
    label: { "zh-CN": "申请数量", en: "units claimed" },
    unit: "piece",
    source: "request",
    derivation: "Units of the line that the case is about.",
    stated: true,
    of: ({ judged }) => judged.quantity,
  },
  {
    name: "quantityBought",
    type: "number",
    label: { "zh-CN": "购买数量", en: "units bought" },
    unit: "piece",
    source: "line",
    derivation: "Units of the order line.",
    of: ({ judged }) => judged.line.quantity,
  },
  {
    name: "paidMinor",
    type: "money",
    label: { "zh-CN": "订单行实付金额", en: "paid for the line" },
    unit: "minor",
    source: "line",
    derivation: "Paid for the whole line after discounts, in minor units.",
    of: ({ judged }) => safeNumber(judged.line.paidMinor),
  },
  {
    name: "orderedOn",
    type: "date",
    label: { "zh-CN": "下单日期", en: "date of the order" },
    source: "order",
    derivation: "Local date of the order in the rule set's time zone.",
    underSettings: ({ orderedAt }, { timeZone }) =>
      orderedAt === undefined ? null : localDate(orderedAt, timeZone),
  },
  {
    name: "priorRequests",
    type: "number",
    label: { "zh-CN": "此前申请次数", en: "earlier requests" },
    unit: "request",
    source: "request",
    derivation: "Requests filed on these lines before this one.",
    of: ({ input }) => input.priorRequests,
  },
  {
    name: "signedOff",
    type: "boolean",
    label: { "zh-CN": "已签收", en: "signed for" },
    source: "line",
    derivation: "Whether the order line has a sign-off time.",
    of: ({ judged }) => judged.line.signedOffAt !== undefined,
  },
  {
    name: "signedOffOn",
    type: "date",
    label: { "zh-CN": "签收日期", en: "date of sign-off" },
    source: "line",
    derivation: "Local date of the sign-off in the rule set's time zone; unknown before it.",
    underSettings: ({ signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : localDate(signedOffAt, timeZone),
  },
  {
    name: "daysSinceSignOff",
    type: "number",
    label: { "zh-CN": "签收后天数", en: "days since sign-off" },
    unit: "day",
    source: "line",
    derivation:
      "Local midnights between sign-off and filing: 0 on the day itself; unknown before sign-off, 0 if filed before.",
    underSettings: ({ filedAt, signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : Math.max(0, calendarDaysBetween(signedOffAt, filedAt, timeZone)),
  },
  {
    name: "deliveryDays",
    type: "number",
    label: { "zh-CN": "送达用时（天）", en: "days from order to sign-off" },
    unit: "day",
    source: "line",
    derivation: "Local midnights between order and sign-off; unknown before sign-off.",
    underSettings: ({ orderedAt, signedOffAt }, settings) => daysUntil(orderedAt, signedOffAt, settings),
  },
  {
    name: "yearsSinceSignOff",
    type: "number",
    label: { "zh-CN": "签收后满年数", en: "whole years since sign-off" },
    unit: "year",
    source: "line",
    derivation:
      "Anniversaries of the sign-off's local date that ended before filing: 0 up to and with the first; unknown before sign-off.",
    underSettings: ({ filedAt, signedOffAt }, { timeZone }) =>
      signedOffAt === undefined ? null : yearsEnded(signedOffAt, filedAt, timeZone),
  },
  {
    name: "noReasonWindowLastDay",
    type: "date",
    label: { "zh-CN": "无理由退货截止日", en: "last day of the no-reason window" },
    source: "rule set",
    derivation:
      "Local date of the window's last day, counted from the day after sign-off; unknown before it.",
    underSettings: ({ windowEndsAt: endsAt }, { timeZone }) =>
      endsAt === null ? null : localDate(endsAt - 1, timeZone),
  },
  {
    name: "withinNoReasonWindow",
    type: "boolean",
    label: { "zh-CN": "在无理由退货期内", en: "within the no-reason window" },
    source: "rule set",
    derivation: "Filed before the midnight that ends the window; unknown before sign-off.",
    underSettings: ({ windowEndsAt: endsAt, filedAt }) => (endsAt === null ? null : filedAt < endsAt),
  },
  {
    name: "withinWindowToWorkingDay",
    type: "boolean",
    label: { "zh-CN": "在无理由退货期内（顺延至工作日）", en: "within the window, up to a working day" },
    source: "rule set",
    derivation:
      "Filed before the window ends, or before the end of the Monday after a window whose last day is a Saturday or Sunday; unknown before sign-off.",
    underSettings: ({ windowEndsAt: endsAt, filedAt }, { timeZone }) =>
      endsAt === null ? null : isBefore(filedAt, endsAt, 3, () => toWorkingDay(endsAt, timeZone)),
  },
  {
    name: "withinExtendedWindow",
    type: "boolean",
    label: { "zh-CN": "在延长的撤回期内", en: "within the window and twelve months" },
    source: "rule set",
    derivation: "Filed within twelve months of the window's last day; unknown before sign-off.",
    underSettings: ({ windowEndsAt: endsAt, filedAt }, { timeZone }) =>
      endsAt === null ? null : isBefore(filedAt, endsAt, 367, () => monthsEndAt(endsAt - 1, 12, timeZone)),
  },
  {
    name: "statutoryExclusion",
    type: "boolean",
    label: { "zh-CN": "法定不适用无理由退货", en: "excluded from no-reason return by law" },
    source: "item",
    derivation: "The category is custom-made, perishable, audio-video and software, or periodicals.",
    of: ({ judged }) => neverReturnable.includes(judged.item.category),
  },
  {
    name: "exclusionConfirmed",
    type: "boolean",
    label: { "zh-CN": "买家已确认不支持无理由退货", en: "buyer confirmed the exclusion" },
    source: "line",
    derivation: "Frozen on the order line at the sale.",
    of: ({ judged }) => judged.line.exclusionConfirmed,
  },
  {
    name: "exclusion",
    type: "text",
    label: { "zh-CN": "约定的不适用情形", en: "kind of exclusion" },
    source: "line",
    derivation: "Frozen on the order line at the sale; unknown if the platform does not say.",
    words: exclusionWords,
    of: ({ judged }) => judged.line.exclusion ?? null,
  },
  {
    name: "informedOfWithdrawal",
    type: "boolean",
    label: { "zh-CN": "已告知撤回权", en: "told of the right of withdrawal" },
    source: "line",
    derivation: "Frozen on the order line at the sale; yes if the platform does not say.",
    of: ({ judged }) => judged.line.informedOfWithdrawal ?? true,
  },
  {
    name: "intactStandard",
    type: "text",
    label: { "zh-CN": "商品完好标准", en: "standard of intactness" },
    source: "item",
    derivation: "The group of standards the item's category belongs to.",
    words: intactStandardWords,
    of: ({ judged }) => intactStandardOf(judged.item.category) ?? "none",
  },
  {
    name: "itemGrade",
    type: "text",
    label: { "zh-CN": "入库成色", en: "grade at intake" },
    source: "inspection",
    derivation: "As the intake inspection graded the item.",
    of: ({ judged }) => judged.item.intakeInspection.grade,
  },
  {
    name: "intakeFlawCount",
    type: "number",
    label: { "zh-CN": "入库瑕疵数", en: "flaws at intake" },
    unit: "flaw",
    source: "inspection",
    derivation: "Number of flaws the intake inspection found.",
    of: ({ judged }) => judged.item.intakeInspection.flaws.length,
  },
  {
    name: "disclosedFlawCount",
    type: "number",
    label: { "zh-CN": "已披露瑕疵数", en: "flaws disclosed" },
    unit: "flaw",
    source: "item",
    derivation: "Number of flaws the listing told the buyer.",
    of: ({ judged }) => judged.item.disclosedFlaws.length,
  },
  {
    name: "undisclosedFlawCount",
    type: "number",
    label: { "zh-CN": "未如实披露瑕疵数", en: "flaws at intake not disclosed" },
    unit: "flaw",
    source: "inspection",
    derivation: "Flaws that intake found and the listing did not tell, or told as less grave.",
    of: ({ judged: { item } }) =>
      item.intakeInspection.flaws.filter((flaw) => !isCovered(flaw, item.disclosedFlaws)).length,
  },
  {
    name: "claimedFlawAtIntake",
    type: "boolean",
    label: { "zh-CN": "入库验货时已有该瑕疵", en: "flaw on record at intake" },
    source: "inspection",
    derivation: "Intake found a flaw of the same code and place; unknown if no flaw is named.",
    of: (known) => claimedAt(known, known.judged.item.intakeInspection.flaws),
  },
  {
    name: "claimedFlawDisclosed",
    type: "boolean",
    label: { "zh-CN": "该瑕疵已披露", en: "flaw disclosed" },
    source: "inspection",
    derivation: "The listing told the flaw, at least as grave as intake found it; unknown if none is named.",
    of: (known) => {
      const told = claimedHas(known, "existed_disclosed");
      return told === null ? null : told && !claimedHas(known, "existed_hidden");
    },
  },
  {
    name: "claimedFlawAtOutbound",
    type: "boolean",
    label: { "zh-CN": "出库验货时有该瑕疵", en: "flaw found at dispatch" },
    source: "inspection",
    derivation: "The outbound inspection found the flaw; unknown without inspection or named flaw.",
    of: (known) => claimedAt(known, known.outboundFlaws),
  },
  {
    name: "claimedFlawAroseInCustody",
    type: "boolean",
    label: { "zh-CN": "该瑕疵在保管期间产生或加重", en: "flaw arose or got worse in custody" },
    source: "inspection",
    derivation:
      "The outbound inspection found the flaw graver than intake and listing knew it; unknown without inspection or named flaw.",
    of: (known) => (known.outboundFlaws ? claimedHas(known, "arose_in_custody") : null),
  },
  {
    name: "outboundInspected",
    type: "boolean",
    label: { "zh-CN": "已做出库验货", en: "inspected at dispatch" },
    source: "inspection",
    derivation: "The order line has an outbound inspection.",
    of: ({ outboundFlaws }) => outboundFlaws !== undefined,
  },
  {
    name: "outboundClean",
    type: "boolean",
    label: { "zh-CN": "出库时无此问题", en: "clean at dispatch" },
    source: "inspection",
    derivation:
      "The named flaw was not there at dispatch; if none is named, nothing graver than the listing told was there. Unknown without outbound inspection.",
    of: (known) => {
      const { claimed, outboundFlaws, judged } = known;
      if (!outboundFlaws) return null;
      return claimed
        ? !claimedAt(known, outboundFlaws)
        : outboundFlaws.every((flaw) => isCovered(flaw, judged.item.disclosedFlaws));
    },
  },
  {
    name: "outboundGrade",
    type: "text",
    label: { "zh-CN": "出库成色", en: "grade at dispatch" },
    source: "inspection",
    derivation: "As the outbound inspection graded the item; unknown without one.",
    of: ({ judged }) => judged.line.outboundInspection?.grade ?? null,
  },
  {
    name: "outboundShipped",
    type: "boolean",
    label: { "zh-CN": "已有发货包裹", en: "dispatched" },
    source: "tracking",
    derivation: "An outbound parcel is known.",
    of: ({ judged }) => judged.line.outboundParcel !== undefined || judged.outboundParcel !== undefined,
  },
  {
    name: "outboundParcelStatus",
    type: "text",
    label: { "zh-CN": "发货包裹状态", en: "status of the outbound parcel" },
    source: "tracking",
    derivation: "Latest status of the outbound parcel; unknown without one.",
    words: parcelStatusWords,
    of: ({ judged }) => judged.outboundParcel?.status ?? null,
  },
  {
    name: "outboundStatusTrusted",
    type: "boolean",
    label: { "zh-CN": "发货物流状态签名可信", en: "status of the outbound parcel strongly signed" },
    source: "tracking",
    derivation:
      "The status was told by a push whose signature is strong enough to move money; unknown without an outbound parcel.",
    of: ({ judged }) => judged.outboundParcel?.statusTrusted ?? null,
  },
  {
    name: "daysSinceDelivered",
    type: "number",
    label: { "zh-CN": "包裹签收后天数", en: "days since the parcel was delivered" },
    unit: "day",
    source: "tracking",
    derivation:
      "Local midnights between the carrier's delivery of the outbound parcel and filing, 0 if filed before; unknown until it is delivered.",
    underSettings: ({ outboundDeliveredAt, filedAt }, settings) =>
      daysUntil(outboundDeliveredAt, filedAt, settings),
  },
  {
    name: "outboundSilentDays",
    type: "number",
    label: { "zh-CN": "发货物流停更天数", en: "days without a scan on the way out" },
    unit: "day",
    source: "tracking",
    derivation:
      "Local midnights between the last scan of the outbound parcel and filing; unknown without a scan, and once it is delivered or returned.",
    underSettings: ({ outboundSilentSince, filedAt }, settings) =>
      daysUntil(outboundSilentSince, filedAt, settings),
  },
  {
    name: "transitDamageScan",
    type: "boolean",
    label: { "zh-CN": "承运商破损扫描", en: "damage scanned by the carrier" },
    source: "tracking",
    derivation: "The carrier scanned damage on the way out; unknown without an outbound parcel.",
    of: ({ judged }) => judged.outboundParcel?.damaged ?? null,
  },
  {
    name: "transitDamageTrusted",
    type: "boolean",
    label: { "zh-CN": "破损扫描签名可信", en: "damage scan strongly signed" },
    source: "tracking",
    derivation:
      "Damage on the way out was told by a push whose signature is strong enough to move money; unknown without an outbound parcel.",
    of: ({ judged }) => judged.outboundParcel?.damageTrusted ?? null,
  },
  {
    name: "evidenceOnRecord",
    type: "boolean",
    label: { "zh-CN": "有记录佐证", en: "evidence on record" },
    source: "inspection",
    derivation:
      "Some record speaks for the claim: the named flaw at intake or dispatch, a damage scan, an outbound parcel on its way back.",
    of: (known) =>
      claimedAt(known, known.judged.item.intakeInspection.flaws) === true ||
      claimedAt(known, known.outboundFlaws) === true ||
      known.judged.outboundParcel?.damaged === true ||
      isNotDelivered(known.judged.outboundParcel),
  },
  {
    name: "packedBy",
    type: "text",
    label: { "zh-CN": "打包方", en: "packed by" },
    source: "line",
    derivation: "Frozen on the order line at the sale.",
    words: partyWords,
    of: ({ judged }) => judged.line.packedBy,
  },
  {
    name: "commissionBps",
    type: "number",
    label: { "zh-CN": "佣金率", en: "commission" },
    unit: "bps",
    source: "contract",
    derivation: "The rate of this sale, in basis points, frozen on the order line.",
    of: ({ judged }) => judged.line.commissionBps,
  },
  {
    name: "lossPays",
    type: "text",
    label: { "zh-CN": "货损赔付标准", en: "owed for a loss" },
    source: "contract",
    derivation:
      "The merchant's contract in force at the sale; the price less commission where it says nothing, or says market value and the item has none.",
    words: lossTermWords,
    of: ({ judged }) => lossTermOf(judged),
  },
  {
    name: "marketValueMinor",
    type: "money",
    label: { "zh-CN": "单件市场价值", en: "market value of a unit" },
    unit: "minor",
    source: "item",
    derivation: "As synced with the item, in minor units; unknown where the platform does not say.",
    of: ({ judged }) =>
      judged.item.marketValueMinor === undefined ? null : safeNumber(judged.item.marketValueMinor),
  },
  {
    name: "transitRisk",
    type: "text",
    label: { "zh-CN": "运输风险承担方", en: "bears the risk of transit" },
    source: "contract",
    derivation:
      "The merchant's contract in force at the sale; the merchant where it is owed nothing for a loss.",
    words: partyWords,
    of: ({ judged }) => (lossTermOf(judged) === "nothing" ? "merchant" : judged.contract.transitRisk),
  },
  {
    name: "custodyRisk",
    type: "text",
    label: { "zh-CN": "保管风险承担方", en: "bears the risk of custody" },
    source: "contract",
    derivation:
      "The merchant's contract in force at the sale; the merchant where it packed the goods itself, so that the platform never held them, and where it is owed nothing for a loss.",
    words: partyWords,
    of: ({ judged }) =>
      judged.line.packedBy === "merchant" || lossTermOf(judged) === "nothing"
        ? "merchant"
        : judged.contract.custodyRisk,
  },
  {
    name: "merchantStanding",
    type: "text",
    label: { "zh-CN": "商户状态", en: "merchant's standing" },
    source: "merchant",
    derivation: "As the platform syncs it with the merchant.",
    words: standingWords,
    of: ({ input }) => input.merchantStanding ?? null,
  },
  {
    name: "merchantCases30Days",
    type: "number",
    label: { "zh-CN": "商户近 30 天申请数", en: "merchant's cases of 30 days" },
    unit: "case",
    source: "merchant",
    derivation:
      "Cases filed on the 30 days before the day of filing, by the daily counters; unknown if those were not read.",
    of: ({ input }) => input.merchantHistory?.filed30Days ?? null,
  },
  {
    name: "merchantCases90Days",
    type: "number",
    label: { "zh-CN": "商户近 90 天申请数", en: "merchant's cases of 90 days" },
    unit: "case",
    source: "merchant",
    derivation:
      "Cases filed on the 90 days before the day of filing, by the daily counters; unknown if those were not read.",
    of: ({ input }) => input.merchantHistory?.filed90Days ?? null,
  },
  {
    name: "merchantRefusalBps",
    type: "number",
    label: { "zh-CN": "商户近 90 天拒绝率", en: "merchant's refusals of 90 days" },
    unit: "bps",
    source: "merchant",
    derivation:
      "Part of the cases ended on the 90 days before the day of filing that ended refused, in basis points; unknown if none ended.",
    of: ({ input: { merchantHistory: history } }) =>
      history && history.ended90Days > 0
        ? Math.floor((history.refused90Days * wholeBps) / history.ended90Days)
        : null,
  },
  {
    name: "returnShipped",
    type: "boolean",
    label: { "zh-CN": "买家已寄回", en: "return shipped" },
    source: "tracking",
    derivation: "A return parcel is known.",
    of: ({ input }) => input.returnParcel !== undefined,
  },
  {
    name: "returnParcelStatus",
    type: "text",
    label: { "zh-CN": "退货包裹状态", en: "status of the return parcel" },
    source: "tracking",
    derivation: "Latest status of the return parcel; unknown before it is shipped.",
    words: parcelStatusWords,
    of: ({ input }) => input.returnParcel?.status ?? null,
  },
  {
    name: "returnHandOverDays",
    type: "number",
    label: { "zh-CN": "退货寄出用时（天）", en: "days until the return was handed over" },
    unit: "day",
    source: "tracking",
    derivation:
      "Local midnights between filing and the carrier's first scan of the return parcel; unknown until then.",
    underSettings: ({ filedAt, returnHandedOverAt }, settings) =>
      daysUntil(filedAt, returnHandedOverAt, settings),
  },
  {
    name: "returnParcelLost",
    type: "boolean",
    label: { "zh-CN": "退货包裹丢失", en: "return parcel lost" },
    source: "tracking",
    derivation: "The return parcel was given up as lost; unknown before it is shipped.",
    of: ({ input }) => input.returnParcel?.lost ?? null,
  },
  {
    name: "returnParcelDamaged",
    type: "boolean",
    label: { "zh-CN": "退货包裹破损扫描", en: "damage scanned on the way back" },
    source: "tracking",
    derivation: "The carrier scanned damage on the way back; unknown before it is shipped.",
    of: ({ input }) => input.returnParcel?.damaged ?? null,
  },
  {
    name: "returnInspected",
    type: "boolean",
    label: { "zh-CN": "退货已验收", en: "return inspected" },
    source: "inspection",
    derivation: "What came back was inspected, or its inspection was silent for too long.",
    of: ({ input }) => input.returnInspection !== undefined,
  },
  {
    name: "returnInspectedBy",
    type: "text",
    label: { "zh-CN": "退货验收方", en: "inspector of the return" },
    source: "inspection",
    derivation: "Who inspected what came back, nobody by silence; unknown before the inspection.",
    words: inspectorWords,
    of: ({ input }) => input.returnInspection?.inspectedBy ?? null,
  },
  {
    name: "returnSameItem",
    type: "boolean",
    label: { "zh-CN": "退回的是同一商品", en: "same item returned" },
    source: "inspection",
    derivation: "What came back is the item that was sold; unknown before the return inspection.",
    of: ({ returned }) => returned?.sameItem ?? null,
  },
  {
    name: "returnShort",
    type: "boolean",
    label: { "zh-CN": "退回数量不足", en: "less returned than claimed" },
    source: "inspection",
    derivation: "The line came back with fewer units than the case claims; unknown before the inspection.",
    of: ({ returned }) => returned?.short ?? null,
  },
  {
    name: "returnNotIntact",
    type: "text",
    label: { "zh-CN": "退回商品不完好情形", en: "not intact at the return" },
    source: "inspection",
    derivation:
      "Which condition of the category's standard the new flaws of the return break, the first of them; none if the goods are intact; unknown before the inspection.",
    words: intactnessWords,
    of: ({ judged, returned }) => (returned ? (brokenConditionOf(judged, returned) ?? "none") : null),
  },
  {
    name: "returnNewFlaws",
    type: "text",
    label: { "zh-CN": "退回时新增瑕疵", en: "new flaws at the return" },
    source: "inspection",
    derivation:
      "Worst severity of the flaws no earlier record knows, the one the buyer claimed apart; none if there is none; unknown before the inspection.",
    words: worstFlawWords,
    of: ({ returned }) => (returned ? (worstOf(returned.newFlaws) ?? "none") : null),
  },
  {
    name: "returnNewFlawsOrigin",
    type: "text",
    label: { "zh-CN": "新增瑕疵来源", en: "origin of the new flaws" },
    source: "inspection",
    derivation:
      "Where all new flaws arose; unknown without new flaws, without outbound inspection, if the origins differ, or if the buyer claimed the goods' condition without naming the flaw.",
    words: flawOriginWords,
    of: ({ input, claimed, returned }) => {
      const [origin, ...others] = new Set(returned?.newFlaws.map((finding) => finding.origin));
      const mayBeTheClaimedOne = !claimed && (conditionReasons as readonly Reason[]).includes(input.reason);
      return origin === undefined || others.length > 0 || mayBeTheClaimedOne ? null : origin;
    },
  },
] as const satisfies readonly FactDefinition[];

export type FactName = (typeof factCatalogue)[number]["name"];

/** The value of each fact at its place in the catalogue: rules read them by number. */
export type Facts = readonly FactValue[];

const slots: ReadonlyMap<string, number> = new Map(factCatalogue.map(({ name }, slot) => [name, slot]));

/** The place of a fact in `Facts`, or nothing if there is no such fact. */
export const slotOf = (name: string): number | undefined => slots.get(name);

/** The definition at a place of the catalogue. */
export const factAt = (slot: number): FactDefinition & { readonly name: FactName } => {
  const definition = factCatalogue[slot];
  if (!definition) throw new RangeError(`there is no fact ${slot}`);
  return definition;
};

/** The value of a fact by name. */
export const factIn = (facts: Facts, name: FactName): FactValue => facts[slotOf(name) ?? -1] ?? null;

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
  return factCatalogue.map((definition) =>
    "of" in definition ? definition.of(known) : definition.underSettings(measured, settings),
  );
};

const measuredOf = (
  { filedAt, orderedAt, claimMinor, currency, lines, returnParcel }: JudgmentInput,
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
    ...(lastScanAt === undefined || arrived ? {} : { outboundSilentSince: lastScanAt }),
    ...(returnParcel?.handedOverAt === undefined ? {} : { returnHandedOverAt: returnParcel.handedOverAt }),
  };
};

/** The facts of one line as they were known: those that depend on a rule set's settings as what they are made of. */
export type KnownFacts = {
  readonly measured: Measured;
  /** By name, so that it can be read under another catalogue. What was not known is left out. */
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
  for (const definition of factCatalogue) {
    if (!("of" in definition)) continue;
    const value = definition.of(known);
    if (value !== null) facts[definition.name] = value;
  }
  return { measured: measuredOf(input, line), facts };
};

/** The same facts as `factsOf` gave then. A fact the catalogue did not have yet is unknown. */
export const factsKnown = ({ measured, facts }: KnownFacts, settings: FactSettings): Facts => {
  const dated = under(measured, settings);
  return factCatalogue.map((definition) =>
    "of" in definition
      ? Object.hasOwn(facts, definition.name)
        ? (facts[definition.name] ?? null)
        : null
      : definition.underSettings(dated, settings),
  );
};

/** A fact as people read it: amounts with their currency, closed values in words, the unknown as such. */
export const sayFact = (slot: number, facts: Facts, language: keyof BilingualText): string =>
  sayValue(slot, facts[slot] ?? null, String(factIn(facts, "currency")), language);

/** The same of any value of a fact. */
export const sayValue = (
  slot: number,
  value: FactValue,
  currency: string,
  language: keyof BilingualText,
): string => {
  const { type, words } = factAt(slot);
  if (value === null) return language === "en" ? "unknown" : "未知";
  if (typeof value === "boolean") return language === "en" ? (value ? "yes" : "no") : value ? "是" : "否";
  if (type === "money") return formatMinor(BigInt(value), currency);
  return words && Object.hasOwn(words, value) ? (words[value]?.[language] ?? String(value)) : String(value);
};
