import { formatMinor } from "../money.ts";
import { caseTypeWords, partyWords } from "./fact-words.ts";
import { factAt, sayValue, slotOf } from "./facts.ts";
import { type Reader, type ReadVerdict, readAs } from "./readers.ts";
import { joined, percent, text } from "./registers.ts";
import { type BilingualText, type FactValue, parties, type Route, type Verdict } from "./verdict.ts";

/**
 * What is different about a verdict that follows another one. It is made from what the reader may read of
 * each of the two, so that it cannot tell more than they do.
 */

/** A side is absent where the reader is not told it, or where there is nothing to tell. */
export type Changed<Value> = { readonly before?: Value; readonly after?: Value };

/**
 * A fact that at least one of the verdicts rests on, and not with the same value in both. A verdict keeps the
 * facts its rule rests on and no others: where a side is absent, nobody knows what it was then, and it is not
 * said to have changed.
 */
export type ChangedFact = Changed<FactValue> & { readonly fact: string };

const outcomeKeys = [
  "rulesVersion",
  "rule",
  "liability",
  "route",
  "remedies",
  "refundCapBps",
  "freight",
  "clocks",
  "carrier",
  "shipFirst",
] as const;
type OutcomeKey = (typeof outcomeKeys)[number];

type ChangedOutcome = { readonly [key in OutcomeKey]?: Changed<NonNullable<ReadVerdict[key]>> };

export type VerdictChanges = ChangedOutcome & {
  readonly facts: readonly ChangedFact[];
  readonly explanation: BilingualText;
};

/** What changed from one verdict to the next, for one reader and in its words. */
export const changesFor = (reader: Reader, from: Verdict, to: Verdict, currency: string): VerdictChanges => {
  const before = readAs(reader, from);
  const after = readAs(reader, to);
  const outcome = changedOutcome(before, after);
  const facts = changedFacts(before.facts, after.facts);
  const what = [...sayOutcome(reader, outcome, currency)];
  return {
    ...outcome,
    facts,
    explanation: joined([
      ...sayDecision(reader, before, after),
      ...sayFacts(reader, facts, currency),
      ...(what.length > 0 ? what : [text("结果不变。", "What follows is the same.")]),
    ]),
  };
};

const changedOutcome = (before: ReadVerdict, after: ReadVerdict): ChangedOutcome =>
  Object.fromEntries(
    outcomeKeys.flatMap((key) => {
      if (isSame(before[key], after[key])) return [];
      return [[key, changed<unknown>(before[key], after[key])]];
    }),
  );

/** The table keeps no order of names, so values are compared part by part. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => isSame((one as Named)[name], (other as Named)[name]))
  );
};

type Named = { readonly [name: string]: unknown };

const changed = <Value>(before: Value | undefined, after: Value | undefined): Changed<Value> => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

const changedFacts = (before: Verdict["facts"], after: Verdict["facts"]): readonly ChangedFact[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((fact) => before[fact] !== after[fact])
    .map((fact) => ({ fact, ...changed(before[fact], after[fact]) }));

const sayDecision = (
  reader: Reader,
  { rule: before }: ReadVerdict,
  { rule: after }: ReadVerdict,
): readonly BilingualText[] => {
  // A rule is an id, in one language and for those who write rules.
  if (reader !== "arbiter") return [text("本案已重新判定。", "The case was judged again.")];
  return before === after
    ? [text(`仍由规则 ${after} 判定。`, `Decided by ${after}, as before.`)]
    : [text(`由规则 ${after} 判定，此前为 ${before}。`, `Decided by ${after}, before by ${before}.`)];
};

const sayFacts = (
  reader: Reader,
  facts: readonly ChangedFact[],
  currency: string,
): readonly BilingualText[] => {
  const both = facts.filter(({ before, after }) => before !== undefined && after !== undefined);
  const now = facts.filter(({ before }) => before === undefined);
  // What the first verdict asked is told by that one; a party looks for what is new.
  const then = reader === "arbiter" ? facts.filter(({ after }) => after === undefined) : [];
  const list = (some: readonly ChangedFact[], say: (fact: ChangedFact, language: Language) => string) =>
    text(some.map((fact) => say(fact, "zh-CN")).join("；"), some.map((fact) => say(fact, "en")).join("; "));
  const value = ({ fact }: ChangedFact, side: FactValue | undefined, language: Language): string =>
    sayKnown(fact, side ?? null, currency, language);
  const moved = list(both, (fact, language) => {
    const [before, after] = [value(fact, fact.before, language), value(fact, fact.after, language)];
    return language === "en"
      ? `${labelOf(fact, language)}: ${after}, before ${before}`
      : `${labelOf(fact, language)}：${after}，此前为${before}`;
  });
  const said = (side: "before" | "after") => (fact: ChangedFact, language: Language) =>
    `${labelOf(fact, language)}${language === "en" ? ": " : "："}${value(fact, fact[side], language)}`;
  const gained = list(now, said("after"));
  const left = list(then, said("before"));
  return [
    ...(both.length > 0 ? [text(`事实变化：${moved["zh-CN"]}。`, `Changed facts: ${moved.en}.`)] : []),
    ...(now.length > 0
      ? [text(`现另依据：${gained["zh-CN"]}。`, `It now also rests on: ${gained.en}.`)]
      : []),
    ...(then.length > 0
      ? [text(`此前依据而现未采用：${left["zh-CN"]}。`, `It no longer asks: ${left.en}.`)]
      : []),
  ];
};

type Language = keyof BilingualText;

/** A fact that left the catalogue is said as it was kept, and called by its name. */
const sayKnown = (fact: string, value: FactValue, currency: string, language: Language): string => {
  const slot = slotOf(fact);
  return slot === undefined ? String(value) : sayValue(slot, value, currency, language);
};

const labelOf = ({ fact }: ChangedFact, language: Language): string => {
  const slot = slotOf(fact);
  return slot === undefined ? fact : factAt(slot).label[language];
};

const routeWords: { readonly [route in Route]: BilingualText } = {
  automatic: text("自动处理", "settled by the rule"),
  merchant: text("商户答复", "answered by the merchant"),
  arbitration: text("人工仲裁", "decided by an arbiter"),
  ineligible: text("不符合条件", "not eligible"),
};

const silenceWords = {
  approve: text("视为同意", "is consent"),
  refuse: text("视为拒绝", "is a refusal"),
} as const;

const remedyWords = (remedies: Verdict["remedies"]): BilingualText =>
  remedies.length === 0
    ? text("无", "none")
    : text(
        remedies.map((remedy) => caseTypeWords[remedy]["zh-CN"]).join("、"),
        remedies.map((remedy) => caseTypeWords[remedy].en).join(", "),
      );

const shareWords = (liability: ReadVerdict["liability"]): BilingualText => {
  const bearing = parties.filter((party) => (liability[party] ?? 0) > 0);
  const say = (language: Language, separator: string) =>
    bearing
      .map((party) => `${partyWords[party][language]} ${percent(liability[party] ?? 0)}`)
      .join(separator);
  return text(say("zh-CN", "、"), say("en", ", "));
};

/** A sentence for a change both of whose sides the reader is told. */
const told = <Value>(
  change: Changed<Value> | undefined,
  say: (before: Value, after: Value) => readonly BilingualText[],
): readonly BilingualText[] =>
  change?.before === undefined || change.after === undefined ? [] : say(change.before, change.after);

const sayOutcome = (
  reader: Reader,
  { rulesVersion, liability, route, remedies, refundCapBps, freight, clocks, shipFirst }: ChangedOutcome,
  currency: string,
): readonly BilingualText[] => [
  ...told(rulesVersion, (before, after) => [
    text(`规则版本：${after}，此前为 ${before}。`, `Rules: ${after}, before ${before}.`),
  ]),
  ...told(liability, (before, after) => sayLiability(reader, before, after)),
  ...told(route, (before, after) => [
    text(
      `处理方式：${routeWords[after]["zh-CN"]}，此前为${routeWords[before]["zh-CN"]}。`,
      `The case is ${routeWords[after].en}, before ${routeWords[before].en}.`,
    ),
  ]),
  ...told(remedies, (before, after) => [
    text(
      `可申请：${remedyWords(after)["zh-CN"]}，此前为${remedyWords(before)["zh-CN"]}。`,
      `Open remedies: ${remedyWords(after).en}; before: ${remedyWords(before).en}.`,
    ),
  ]),
  ...told(refundCapBps, (before, after) => [
    text(
      `最多退款申请金额的 ${percent(after)}，此前为 ${percent(before)}。`,
      `At most ${percent(after)} of the claim is refunded, before ${percent(before)}.`,
    ),
  ]),
  ...(shipFirst?.after
    ? [text("换货商品改为先于退货寄出。", "The replacement is now sent before the goods come back.")]
    : []),
  ...told(freight, (before, after) => sayFreight(reader, before, after, currency)),
  ...told(clocks, (before, after) => [
    text(
      `商户须在 ${after.merchantAnswerHours} 小时内答复，逾期${silenceWords[after.silence]["zh-CN"]}；此前为 ${before.merchantAnswerHours} 小时，逾期${silenceWords[before.silence]["zh-CN"]}。`,
      `The merchant answers within ${after.merchantAnswerHours} hours and no answer ${silenceWords[after.silence].en}; before, ${before.merchantAnswerHours} hours and no answer ${silenceWords[before.silence].en}.`,
    ),
  ]),
];

const sayLiability = (
  reader: Reader,
  before: ReadVerdict["liability"],
  after: ReadVerdict["liability"],
): readonly BilingualText[] => {
  if (reader === "arbiter") {
    const [then, now] = [shareWords(before), shareWords(after)];
    return [
      text(`责任：${now["zh-CN"]}，此前为${then["zh-CN"]}。`, `Liability: ${now.en}, before ${then.en}.`),
    ];
  }
  const [then, now] = [before[reader] ?? 0, after[reader] ?? 0];
  const whose = reader === "buyer" ? "您" : "贵方";
  return then === now
    ? [text(`${whose}承担的责任不变。`, "Your share of the liability is the same.")]
    : [
        text(
          `${whose}承担 ${percent(now)} 的责任，此前为 ${percent(then)}。`,
          `Your share of the liability is ${percent(now)}, before ${percent(then)}.`,
        ),
      ];
};

const sayFreight = (
  reader: Reader,
  before: ReadVerdict["freight"],
  after: ReadVerdict["freight"],
  currency: string,
): readonly BilingualText[] => [
  ...(reader === "buyer"
    ? before.buyerPays === after.buyerPays
      ? []
      : [
          after.buyerPays
            ? text("退货运费现由您承担。", "You now pay the return freight.")
            : text("退货运费不再由您承担。", "You do not pay the return freight any more."),
        ]
    : told(changed(before.payer, after.payer), (then, now) =>
        then === now
          ? []
          : [
              text(
                `退货运费由${partyWords[now]["zh-CN"]}承担，此前为${partyWords[then]["zh-CN"]}。`,
                `The return freight is paid by ${partyWords[now].en}, before by ${partyWords[then].en}.`,
              ),
            ],
      )),
  ...(before.capMinor === after.capMinor
    ? []
    : [
        text(
          `退货运费最多报销 ${formatMinor(after.capMinor, currency)}，此前为 ${formatMinor(before.capMinor, currency)}。`,
          `At most ${formatMinor(after.capMinor, currency)} of the return freight is reimbursed, before ${formatMinor(before.capMinor, currency)}.`,
        ),
      ]),
];
