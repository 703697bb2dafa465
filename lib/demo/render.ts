import { type BilingualText, parties } from "../../functions/domain/judgment/verdict.ts";
import { formatMinor } from "../../functions/domain/money.ts";
import type { Usage } from "../local/service.ts";
import type { CaseReport, JudgedAs, Told } from "./case-report.ts";
import type { Summary } from "./json-lines.ts";
import type { RulesReport } from "./rules-story.ts";
import type { CurrencyTotals } from "./totals.ts";

/** The story as people read it. Times are the platform's own, Beijing. */

const wide = 104;

const timeFormat = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "short",
});

const round = (amount: number): string => String(Math.round(amount * 100) / 100);

const usd = (amount: number): string => `$${amount.toFixed(5)}`;

/** Breaks a text into lines and sets them under a label. */
const field = (label: string, text: string): string => {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > wide - 12) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(10)}${line}`).join("\n");
};

const table = (label: string, rows: readonly (readonly string[])[], alignRight: readonly number[] = []) => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row, index) => {
      const cells = row.map((cell, column) =>
        alignRight.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      );
      return `  ${(index === 0 ? label : "").padEnd(10)}${cells.join("  ").trimEnd()}`;
    })
    .join("\n");
};

const shares = ({ liability }: JudgedAs): string =>
  parties
    .filter((party) => liability[party] > 0)
    .map((party) => `${party} ${liability[party] / 100} %`)
    .join(", ");

/** A text in both languages, one under the other. */
const bilingualField = (label: string, text: BilingualText): string =>
  // Chinese has no spaces to break lines at.
  `  ${label.padEnd(10)}${text["zh-CN"]}\n${field("", text.en)}`;

/** What a party reads: the verdict, and of one that follows another what changed. */
const toldFields = ({ to, explanation, changes }: Told): readonly string[] => [
  bilingualField(to, explanation),
  ...(changes ? [bilingualField("changed", changes)] : []),
];

const usageText = (usage: Usage): string =>
  `${usd(usage.costUsd)}: ${round(usage.transitions)} transitions, ${round(usage.invocations)} calls, ` +
  `${round(usage.writeUnits)} write and ${round(usage.readUnits)} read units, ${round(usage.events)} events`;

/** What became of the merchants' money, a sentence a line. */
export const moneyText = (lines: readonly string[]): string => linesText("Money", lines);

/** One parcel told by two carriers. */
export const carriersText = (lines: readonly string[]): string => linesText("Carriers", lines);

const linesText = (title: string, lines: readonly string[]): string =>
  `${title}\n${lines.map((line) => field("", line)).join("\n")}\n`;

/** What a merchant's desk showed and what became of its answers, a sentence a line. */
export const deskText = (lines: readonly string[]): string =>
  `Desk\n${lines.map((line) => field("", line)).join("\n")}\n`;

/** What to know before the first block. */
export const preface = (cases: number): string =>
  `${cases} cases on two partner platforms. Times are Beijing time, shares are of the liability, costs are list prices.\n`;

/** One case in one block. */
export const caseBlock = (report: CaseReport, number: number): string => {
  const { scenario, caseId, view, verdicts, told, stages, parcel, evidence, postings, usage } = report;
  const { verdict, claimedFlaw, currency } = view;
  const title = `── ${number} · ${scenario.name} · ${scenario.tenant} ${view.orderId} · ${caseId} `;
  const flaw = claimedFlaw ? ` (${claimedFlaw.code}, ${claimedFlaw.place})` : "";
  const judged = verdicts.map(
    (each) =>
      `${each.rule}: ${shares(each)}; route ${each.route}${verdict ? `; ${verdict.rulesVersion}` : ""}`,
  );
  return [
    title.padEnd(wide, "─"),
    ...(verdict ? [`  ${verdict.explanation["zh-CN"]}`] : []),
    field("story", scenario.story),
    field("asked", `${view.type}, ${view.reason}${flaw}, ${formatMinor(view.claimMinor, currency)}`),
    ...judged.map((text, index) => field(index === 0 ? "verdict" : "again", text)),
    ...(verdict ? [field("why", verdict.explanation.en)] : []),
    ...told.flatMap(toldFields),
    table(
      "stages",
      stages.map(({ stage, at }) => [timeFormat.format(at), stage]),
    ),
    ...(parcel.length === 0
      ? []
      : [
          table(
            "parcel",
            parcel.map(({ what, at }) => [timeFormat.format(at), what]),
          ),
        ]),
    ...(evidence.length === 0
      ? []
      : [
          table(
            "evidence",
            evidence.map(({ what, at }) => [timeFormat.format(at), what]),
          ),
        ]),
    postings.length === 0
      ? field("postings", "none")
      : table(
          "postings",
          postings.map(({ phase, purpose, from, to, amountMinor }) => [
            phase,
            formatMinor(amountMinor, currency),
            purpose,
            `${from} → ${to.replace(`case:${caseId}:`, "")}`.replace(`case:${caseId}:`, ""),
          ]),
          [1],
        ),
    field("outcome", view.outcome ?? `none yet: ${view.stage}`),
    field("cost", usageText(usage)),
  ].join("\n");
};

/** The draft, and what it would have said. */
export const rulesBlock = ({ draft, scenario, preview, backtest }: RulesReport): string => {
  const { verdict, standing } = preview;
  return [
    `── rules · ${draft.rulesetId}@${draft.version}, ${draft.state} `.padEnd(wide, "─"),
    field("draft", `${draft.name}: ${draft.ruleCount} rules, begun from ${draft.basedOn}`),
    field("preview", `${scenario} would be judged by ${verdict.rule}; nothing was written`),
    ...(standing ? [bilingualField("changes", standing.changes.explanation)] : []),
    ...backtestFields(backtest),
  ].join("\n");
};

/** How many of the closed cases would have come out otherwise, and who would have paid for it. */
const backtestFields = ({ status, result }: RulesReport["backtest"]): readonly string[] => {
  if (!result) return [field("backtest", status)];
  const steps = result.rules.filter(({ changed }) => changed > 0);
  const money = Object.entries(result.money).map(([currency, moved]) => {
    const parts = parties.map((party) => {
      const { beforeMinor, afterMinor } = moved[party];
      return `${party} ${formatMinor(afterMinor - beforeMinor, currency)}`;
    });
    return `${currency}: ${parts.join(", ")}`;
  });
  return [
    field(
      "backtest",
      `${result.judged} of ${result.cases} closed cases judged again, ${result.changed} otherwise`,
    ),
    ...steps.map(({ from, to, changed }) => field("", `${changed} from ${from} to ${to}`)),
    ...money.map((line) => field("", `moves ${line}`)),
  ];
};

/** What moved in each currency, and that nothing was made or lost. */
export const totalsTable = (totals: readonly CurrencyTotals[]): string => {
  const kinds = [...(totals[0]?.net.keys() ?? [])];
  const rows = [
    ["", ...totals.map(({ currency, cases }) => `${currency} (${cases} cases)`)],
    ...kinds.map((kind) => [
      kind,
      ...totals.map(({ net, currency }) => formatMinor(net.get(kind) ?? 0n, currency)),
    ]),
    ["sum", ...totals.map(({ sumMinor, currency }) => formatMinor(sumMinor, currency))],
    ["still pending", ...totals.map(({ pendingMinor, currency }) => formatMinor(pendingMinor, currency))],
    ["balanced", ...totals.map(({ balanced }) => (balanced ? "yes" : "NO"))],
  ];
  const right = totals.map((_, index) => index + 1);
  return `${"── totals ".padEnd(wide, "─")}\n${table("", rows, right)}`;
};

/** How dear a case is: the dearest, the cheapest, and the mean. */
const costText = (usages: readonly Usage[]): string => {
  const costs = usages.map(({ costUsd }) => costUsd);
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  return `${usd(mean)} a case on average, from ${usd(Math.min(...costs))} to ${usd(Math.max(...costs))}`;
};

export const summaryText = (summary: Summary, usages: readonly Usage[], asTold: boolean): string =>
  [
    field(
      "cases",
      `${summary.cases} filed, ${summary.closed} ended, ${asTold ? "all" : "NOT all"} as their scenarios say`,
    ),
    field("cost", costText(usages)),
    field("time", `${summary.virtualDays} days in ${summary.wallSeconds} s, start included`),
  ].join("\n");
