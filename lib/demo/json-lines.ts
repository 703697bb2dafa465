import type { CaseReport } from "./case-report.ts";

/** What the whole story came to. */
export type Summary = {
  readonly cases: number;
  /** How many have ended, be it closed or cancelled. */
  readonly closed: number;
  readonly balanced: boolean;
  readonly wallSeconds: number;
  readonly virtualDays: number;
};

const exact = (_name: string, value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);

/** One case as one line of JSON. */
export const caseLine = ({ caseId, scenario, view, stages, postings, usage }: CaseReport): string => {
  const { verdict } = view;
  const { transitions, invocations, writeUnits, readUnits, events, costUsd } = usage;
  return JSON.stringify(
    {
      caseId,
      scenario: scenario.name,
      type: view.type,
      verdict: verdict && {
        liability: verdict.liability,
        rule: verdict.rule,
        rulesVersion: verdict.rulesVersion,
        route: verdict.route,
      },
      stages: stages.map(({ stage, at }) => ({ stage, at: new Date(at).toISOString() })),
      outcome: view.outcome,
      postings: postings.map(({ purpose, from, to, amountMinor, currency, phase }) => ({
        purpose,
        from,
        to,
        amountMinor,
        currency,
        phase,
      })),
      usage: { transitions, invocations, writeUnits, readUnits, events, costUsd },
    },
    exact,
  );
};

export const summaryLine = (summary: Summary): string => JSON.stringify({ summary });
