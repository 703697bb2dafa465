import { dayMs } from "../../functions/domain/calendar.ts";
import { playTemplate } from "../local/service.ts";
import { tellTwice } from "./carriers-story.ts";
import { type CaseReport, readReport } from "./case-report.ts";
import { festivalText, playFestival } from "./clocks-story.ts";
import { deskDifferencesOf, deskLines, playDesk } from "./desk-story.ts";
import { differencesOf } from "./differences.ts";
import { caseLine, type Summary, summaryLine } from "./json-lines.ts";
import { playMoney } from "./money.ts";
import type { Progress } from "./progress.ts";
import {
  carriersText,
  caseBlock,
  deskText,
  moneyText,
  preface,
  rulesBlock,
  summaryText,
  totalsTable,
} from "./render.ts";
import { rulesDifferencesOf, tryRules } from "./rules-story.ts";
import { scenarios } from "./scenarios.ts";
import { playStory } from "./story.ts";
import { totalsByCurrency } from "./totals.ts";
import { prepareWorld, sayFixtures, storyStart } from "./world.ts";

export type DemoOptions = {
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly progress: Progress;
  /** Called with what ends the service, as soon as it begins to start. */
  readonly started: (stop: () => Promise<void>) => void;
};

/**
 * Starts the service in memory, plays every scenario on it and prints what came of them.
 *
 * @returns a sentence for everything that is not as its scenario says; none if all is well
 */
export const runDemo = async ({
  json,
  print,
  progress,
  started,
}: DemoOptions): Promise<readonly string[]> => {
  const beganAt = performance.now();
  const startAt = storyStart(Date.now());
  progress.topic("starting the service: synthesizing the CDK app and playing its template");
  const starting = playTemplate({ memory: true, startAt, schedules: false });
  started(async () => (await starting).stop());
  const service = await starting;
  try {
    const world = await prepareWorld(service, startAt, (tenant, fixtures) =>
      progress.topic(sayFixtures(tenant, fixtures)),
    );
    const played = await playStory(world, scenarios, ({ scenario, deed, at, done, steps }) => {
      const day = `day ${Math.floor(at / dayMs)}`;
      progress.topic(day);
      progress.now(`${day}, step ${done + 1} of ${steps}: ${scenario.name}, ${deed}`);
    });
    const reports: CaseReport[] = [];
    for (const one of played) reports.push(await readReport(world.api, service.meter, one));
    progress.topic("a draft of other rules, tried on the closed cases");
    const rules = await tryRules(world, played);
    const virtualMs = service.clock.now() - startAt;
    progress.topic("the merchants' money");
    const money = await playMoney(world, service);
    progress.topic("a parcel told by two carriers");
    const carriers = await tellTwice(world);
    progress.topic("a festival: more time for a merchant's cases");
    const festival = await playFestival(world);

    progress.topic("a merchant's desk");
    const desk = await playDesk(world, 10);

    const totals = totalsByCurrency(reports);
    const differences = [
      ...reports.flatMap(differencesOf),
      ...rulesDifferencesOf(rules),
      ...totals
        .filter(({ balanced }) => !balanced)
        .map(({ currency }) => `The ledger in ${currency} does not balance.`),
      ...money.differences,
      ...deskDifferencesOf(desk),
      ...carriers.differences,
      ...festival.differences,
      ...service.failures().map((failure) => `Given up on: ${JSON.stringify(failure)}`),
    ];
    const summary: Summary = {
      cases: reports.length,
      closed: reports.filter(({ view }) => view.stage === "closed" || view.stage === "cancelled").length,
      balanced: totals.every(({ balanced }) => balanced),
      wallSeconds: Math.round((performance.now() - beganAt) / 100) / 10,
      virtualDays: Math.round((virtualMs / dayMs) * 10) / 10,
    };
    progress.done();
    if (json) {
      for (const report of reports) print(caseLine(report));
      print(summaryLine(summary));
    } else {
      print(preface(reports.length));
      for (const [index, report] of reports.entries()) print(`${caseBlock(report, index + 1)}\n`);
      print(`${rulesBlock(rules)}\n`);
      print(`${totalsTable(totals)}\n`);
      print(moneyText(money.lines));
      print(deskText(deskLines(desk)));
      print(carriersText(carriers.lines));
      print(festivalText(festival.lines));
      print(
        summaryText(
          summary,
          reports.map(({ usage }) => usage),
          differences.length === 0,
        ),
      );
    }
    return differences;
  } finally {
    progress.done();
    await service.stop();
  }
};
