import { formatMinor } from "../money.ts";
import type { Reason } from "../request.ts";
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
import type { BilingualText, FactValue } from "./verdict.ts";

/**
 * The facts a rule may ask about. A closed list: what is not here cannot be judged by. How each is computed
 * stands in `fact-values.ts`, how that is said to whoever writes rules in `fact-derivations.ts`, so that who
 * only names facts loads neither.
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
  "evidence",
  "rule set",
] as const;
export type FactSource = (typeof factSources)[number];

export const factUnits = [
  "minor",
  "day",
  "year",
  "line",
  "piece",
  "request",
  "case",
  "flaw",
  "file",
  "bps",
] as const;

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
  /** Every value a text fact can take, if the list is closed, and how it is said. */
  readonly words?: { readonly [value: string]: BilingualText };
  /** Said by the buyer when filing, not found on record. */
  readonly stated?: true;
};

/** Reasons that say something of the goods' condition or completeness, which inspections can answer. */
export const conditionReasons = [
  "DEFECTIVE",
  "NOT_AS_DESCRIBED",
  "DAMAGED_ON_ARRIVAL",
  "EXPIRED",
  "MISSING_PART",
] as const satisfies readonly Reason[];

export const factCatalogue = [
  {
    name: "requestType",
    type: "text",
    label: { "zh-CN": "申请类型", en: "requested remedy" },
    source: "request",
    words: caseTypeWords,
    stated: true,
  },
  {
    name: "reasonKind",
    type: "text",
    label: { "zh-CN": "原因大类", en: "kind of reason" },
    source: "request",
    words: reasonKindWords,
    stated: true,
  },
  {
    name: "reason",
    type: "text",
    label: { "zh-CN": "申请原因", en: "reason" },
    source: "request",
    words: reasonWords,
    stated: true,
  },
  {
    name: "claimedFlawCode",
    type: "text",
    label: { "zh-CN": "买家所指瑕疵", en: "flaw the buyer names" },
    source: "request",
    stated: true,
  },
  {
    name: "claimedFlawPlace",
    type: "text",
    label: { "zh-CN": "所指瑕疵部位", en: "place of the flaw the buyer names" },
    source: "request",
    stated: true,
  },
  {
    name: "category",
    type: "text",
    label: { "zh-CN": "商品类目", en: "category" },
    source: "item",
    words: categoryWords,
  },
  {
    name: "amountMinor",
    type: "money",
    label: { "zh-CN": "申请金额", en: "amount claimed" },
    unit: "minor",
    source: "request",
  },
  {
    name: "currency",
    type: "text",
    label: { "zh-CN": "币种", en: "currency" },
    source: "order",
  },
  {
    name: "largeClaim",
    type: "boolean",
    label: { "zh-CN": "大额申请", en: "large claim" },
    source: "rule set",
  },
  {
    name: "lineCount",
    type: "number",
    label: { "zh-CN": "涉及订单行数", en: "lines in the case" },
    unit: "line",
    source: "request",
  },
  {
    name: "quantityClaimed",
    type: "number",
    label: { "zh-CN": "申请数量", en: "units claimed" },
    unit: "piece",
    source: "request",
    stated: true,
  },
  {
    name: "quantityBought",
    type: "number",
    label: { "zh-CN": "购买数量", en: "units bought" },
    unit: "piece",
    source: "line",
  },
  {
    name: "paidMinor",
    type: "money",
    label: { "zh-CN": "订单行实付金额", en: "paid for the line" },
    unit: "minor",
    source: "line",
  },
  {
    name: "orderedOn",
    type: "date",
    label: { "zh-CN": "下单日期", en: "date of the order" },
    source: "order",
  },
  {
    name: "priorRequests",
    type: "number",
    label: { "zh-CN": "此前申请次数", en: "earlier requests" },
    unit: "request",
    source: "request",
  },
  {
    name: "buyerTrusted",
    type: "boolean",
    label: { "zh-CN": "平台信任该买家", en: "platform vouches for the buyer" },
    source: "order",
  },
  {
    name: "returnsOwed",
    type: "number",
    label: { "zh-CN": "先行换货后未退回的次数", en: "goods kept after an exchange shipped first" },
    unit: "case",
    source: "request",
  },
  {
    name: "signedOff",
    type: "boolean",
    label: { "zh-CN": "已签收", en: "signed for" },
    source: "line",
  },
  {
    name: "signedOffOn",
    type: "date",
    label: { "zh-CN": "签收日期", en: "date of sign-off" },
    source: "line",
  },
  {
    name: "daysSinceSignOff",
    type: "number",
    label: { "zh-CN": "签收后天数", en: "days since sign-off" },
    unit: "day",
    source: "line",
  },
  {
    name: "deliveryDays",
    type: "number",
    label: { "zh-CN": "送达用时（天）", en: "days from order to sign-off" },
    unit: "day",
    source: "line",
  },
  {
    name: "yearsSinceSignOff",
    type: "number",
    label: { "zh-CN": "签收后满年数", en: "whole years since sign-off" },
    unit: "year",
    source: "line",
  },
  {
    name: "noReasonWindowLastDay",
    type: "date",
    label: { "zh-CN": "无理由退货截止日", en: "last day of the no-reason window" },
    source: "rule set",
  },
  {
    name: "withinNoReasonWindow",
    type: "boolean",
    label: { "zh-CN": "在无理由退货期内", en: "within the no-reason window" },
    source: "rule set",
  },
  {
    name: "withinWindowToWorkingDay",
    type: "boolean",
    label: { "zh-CN": "在无理由退货期内（顺延至工作日）", en: "within the window, up to a working day" },
    source: "rule set",
  },
  {
    name: "withinExtendedWindow",
    type: "boolean",
    label: { "zh-CN": "在延长的撤回期内", en: "within the window and twelve months" },
    source: "rule set",
  },
  {
    name: "statutoryExclusion",
    type: "boolean",
    label: { "zh-CN": "法定不适用无理由退货", en: "excluded from no-reason return by law" },
    source: "item",
  },
  {
    name: "exclusionConfirmed",
    type: "boolean",
    label: { "zh-CN": "买家已确认不支持无理由退货", en: "buyer confirmed the exclusion" },
    source: "line",
  },
  {
    name: "exclusion",
    type: "text",
    label: { "zh-CN": "约定的不适用情形", en: "kind of exclusion" },
    source: "line",
    words: exclusionWords,
  },
  {
    name: "informedOfWithdrawal",
    type: "boolean",
    label: { "zh-CN": "已告知撤回权", en: "told of the right of withdrawal" },
    source: "line",
  },
  {
    name: "intactStandard",
    type: "text",
    label: { "zh-CN": "商品完好标准", en: "standard of intactness" },
    source: "item",
    words: intactStandardWords,
  },
  {
    name: "itemGrade",
    type: "text",
    label: { "zh-CN": "入库成色", en: "grade at intake" },
    source: "inspection",
  },
  {
    name: "intakeFlawCount",
    type: "number",
    label: { "zh-CN": "入库瑕疵数", en: "flaws at intake" },
    unit: "flaw",
    source: "inspection",
  },
  {
    name: "disclosedFlawCount",
    type: "number",
    label: { "zh-CN": "已披露瑕疵数", en: "flaws disclosed" },
    unit: "flaw",
    source: "item",
  },
  {
    name: "undisclosedFlawCount",
    type: "number",
    label: { "zh-CN": "未如实披露瑕疵数", en: "flaws at intake not disclosed" },
    unit: "flaw",
    source: "inspection",
  },
  {
    name: "claimedFlawAtIntake",
    type: "boolean",
    label: { "zh-CN": "入库验货时已有该瑕疵", en: "flaw on record at intake" },
    source: "inspection",
  },
  {
    name: "claimedFlawDisclosed",
    type: "boolean",
    label: { "zh-CN": "该瑕疵已披露", en: "flaw disclosed" },
    source: "inspection",
  },
  {
    name: "claimedFlawAtOutbound",
    type: "boolean",
    label: { "zh-CN": "出库验货时有该瑕疵", en: "flaw found at dispatch" },
    source: "inspection",
  },
  {
    name: "claimedFlawAroseInCustody",
    type: "boolean",
    label: { "zh-CN": "该瑕疵在保管期间产生或加重", en: "flaw arose or got worse in custody" },
    source: "inspection",
  },
  {
    name: "outboundInspected",
    type: "boolean",
    label: { "zh-CN": "已做出库验货", en: "inspected at dispatch" },
    source: "inspection",
  },
  {
    name: "outboundClean",
    type: "boolean",
    label: { "zh-CN": "出库时无此问题", en: "clean at dispatch" },
    source: "inspection",
  },
  {
    name: "outboundGrade",
    type: "text",
    label: { "zh-CN": "出库成色", en: "grade at dispatch" },
    source: "inspection",
  },
  {
    name: "outboundShipped",
    type: "boolean",
    label: { "zh-CN": "已有发货包裹", en: "dispatched" },
    source: "tracking",
  },
  {
    name: "outboundParcelStatus",
    type: "text",
    label: { "zh-CN": "发货包裹状态", en: "status of the outbound parcel" },
    source: "tracking",
    words: parcelStatusWords,
  },
  {
    name: "outboundStatusTrusted",
    type: "boolean",
    label: { "zh-CN": "发货物流状态签名可信", en: "status of the outbound parcel strongly signed" },
    source: "tracking",
  },
  {
    name: "daysSinceDelivered",
    type: "number",
    label: { "zh-CN": "包裹签收后天数", en: "days since the parcel was delivered" },
    unit: "day",
    source: "tracking",
  },
  {
    name: "outboundSilentDays",
    type: "number",
    label: { "zh-CN": "发货物流停更天数", en: "days without a scan on the way out" },
    unit: "day",
    source: "tracking",
  },
  {
    name: "outboundParcelLost",
    type: "boolean",
    label: { "zh-CN": "发货包裹停更视为丢失", en: "outbound parcel silent for as long as a lost one" },
    source: "tracking",
  },
  {
    name: "transitDamageScan",
    type: "boolean",
    label: { "zh-CN": "承运商破损扫描", en: "damage scanned by the carrier" },
    source: "tracking",
  },
  {
    name: "transitDamageTrusted",
    type: "boolean",
    label: { "zh-CN": "破损扫描签名可信", en: "damage scan strongly signed" },
    source: "tracking",
  },
  {
    name: "evidenceOnRecord",
    type: "boolean",
    label: { "zh-CN": "有记录佐证", en: "evidence on record" },
    source: "inspection",
  },
  {
    name: "packedBy",
    type: "text",
    label: { "zh-CN": "打包方", en: "packed by" },
    source: "line",
    words: partyWords,
  },
  {
    name: "commissionBps",
    type: "number",
    label: { "zh-CN": "佣金率", en: "commission" },
    unit: "bps",
    source: "contract",
  },
  {
    name: "lossPays",
    type: "text",
    label: { "zh-CN": "货损赔付标准", en: "owed for a loss" },
    source: "contract",
    words: lossTermWords,
  },
  {
    name: "marketValueMinor",
    type: "money",
    label: { "zh-CN": "单件市场价值", en: "market value of a unit" },
    unit: "minor",
    source: "item",
  },
  {
    name: "transitRisk",
    type: "text",
    label: { "zh-CN": "运输风险承担方", en: "bears the risk of transit" },
    source: "contract",
    words: partyWords,
  },
  {
    name: "custodyRisk",
    type: "text",
    label: { "zh-CN": "保管风险承担方", en: "bears the risk of custody" },
    source: "contract",
    words: partyWords,
  },
  {
    name: "merchantStanding",
    type: "text",
    label: { "zh-CN": "商户状态", en: "merchant's standing" },
    source: "merchant",
    words: standingWords,
  },
  {
    name: "merchantCases30Days",
    type: "number",
    label: { "zh-CN": "商户近 30 天申请数", en: "merchant's cases of 30 days" },
    unit: "case",
    source: "merchant",
  },
  {
    name: "merchantCases90Days",
    type: "number",
    label: { "zh-CN": "商户近 90 天申请数", en: "merchant's cases of 90 days" },
    unit: "case",
    source: "merchant",
  },
  {
    name: "merchantRefusalBps",
    type: "number",
    label: { "zh-CN": "商户近 90 天拒绝率", en: "merchant's refusals of 90 days" },
    unit: "bps",
    source: "merchant",
  },
  {
    name: "returnShipped",
    type: "boolean",
    label: { "zh-CN": "买家已寄回", en: "return shipped" },
    source: "tracking",
  },
  {
    name: "returnParcelStatus",
    type: "text",
    label: { "zh-CN": "退货包裹状态", en: "status of the return parcel" },
    source: "tracking",
    words: parcelStatusWords,
  },
  {
    name: "returnHandOverDays",
    type: "number",
    label: { "zh-CN": "退货寄出用时（天）", en: "days until the return was handed over" },
    unit: "day",
    source: "tracking",
  },
  {
    name: "returnParcelLost",
    type: "boolean",
    label: { "zh-CN": "退货包裹丢失", en: "return parcel lost" },
    source: "tracking",
  },
  {
    name: "returnParcelDamaged",
    type: "boolean",
    label: { "zh-CN": "退货包裹破损扫描", en: "damage scanned on the way back" },
    source: "tracking",
  },
  {
    name: "returnInspected",
    type: "boolean",
    label: { "zh-CN": "退货已验收", en: "return inspected" },
    source: "inspection",
  },
  {
    name: "returnInspectedBy",
    type: "text",
    label: { "zh-CN": "退货验收方", en: "inspector of the return" },
    source: "inspection",
    words: inspectorWords,
  },
  {
    name: "returnSameItem",
    type: "boolean",
    label: { "zh-CN": "退回的是同一商品", en: "same item returned" },
    source: "inspection",
  },
  {
    name: "returnShort",
    type: "boolean",
    label: { "zh-CN": "退回数量不足", en: "less returned than claimed" },
    source: "inspection",
  },
  {
    name: "returnNotIntact",
    type: "text",
    label: { "zh-CN": "退回商品不完好情形", en: "not intact at the return" },
    source: "inspection",
    words: intactnessWords,
  },
  {
    name: "returnNewFlaws",
    type: "text",
    label: { "zh-CN": "退回时新增瑕疵", en: "new flaws at the return" },
    source: "inspection",
    words: worstFlawWords,
  },
  {
    name: "returnNewFlawsOrigin",
    type: "text",
    label: { "zh-CN": "新增瑕疵来源", en: "origin of the new flaws" },
    source: "inspection",
    words: flawOriginWords,
  },
  {
    name: "buyerPhotos",
    type: "number",
    label: { "zh-CN": "买家照片数", en: "photographs of the buyer" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "buyerVideos",
    type: "number",
    label: { "zh-CN": "买家视频数", en: "videos of the buyer" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "buyerDocuments",
    type: "number",
    label: { "zh-CN": "买家文件数", en: "documents of the buyer" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "merchantPhotos",
    type: "number",
    label: { "zh-CN": "商户照片数", en: "photographs of the merchant" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "merchantVideos",
    type: "number",
    label: { "zh-CN": "商户视频数", en: "videos of the merchant" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "merchantDocuments",
    type: "number",
    label: { "zh-CN": "商户文件数", en: "documents of the merchant" },
    unit: "file",
    source: "evidence",
  },
  {
    name: "warehouseFiles",
    type: "number",
    label: { "zh-CN": "仓库凭证数", en: "files of the warehouse" },
    unit: "file",
    source: "evidence",
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
