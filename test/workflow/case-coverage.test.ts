import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { lifecycle, stages } from "../../functions/domain/lifecycle.ts";
import { substitute } from "../../lib/local/workflow/definition.ts";
import type { ExecutionRecord } from "../../lib/local/workflow/record.ts";
import { entered, type FakeFunction, play } from "./play.ts";

/**
 * Every transition the case's machine can take is taken by some play here: the plays follow from the lifecycle's
 * table and from the definition, so a stage or a state that is added is played without being named.
 */

type DrawnState = {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
};

const text = readFileSync(new URL("../../statemachines/case.asl.json", import.meta.url), "utf8");
const { States: states } = JSON.parse(text) as { States: Record<string, DrawnState> };
const functionNames = [...new Set(text.match(/\w+(?=FunctionArn)/g))];
const definition = substitute(text, {
  TableName: "Cases",
  ...Object.fromEntries(functionNames.map((name) => [`${name}FunctionArn`, name])),
});

const drawn = new Set(
  Object.entries(states).flatMap(([name, { Next, Default, Choices = [], Catch = [] }]) =>
    [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((caught) => caught.Next)].flatMap(
      (next) => (next === undefined ? [] : [`${name} → ${next}`]),
    ),
  ),
);

const visited = new Set<string>();
const taken = new Set<string>();
const note = (record: ExecutionRecord): void => {
  const names = entered(record);
  for (const name of names) visited.add(name);
  for (const [index, name] of names.entries()) if (index > 0) taken.add(`${names[index - 1]} → ${name}`);
};

afterAll(() => {
  const share = (seen: ReadonlySet<string>, all: number) => `${seen.size} of ${all}`;
  console.info(
    `case.asl.json: ${share(visited, Object.keys(states).length)} states, ${share(taken, drawn.size)} transitions`,
  );
});

const ids = { tenantId: "t1", caseId: "01JCASE" };
const hour = 3_600_000;
const standing = (stage: string) => ({ ...ids, stage, wait: 3, timeoutSeconds: 3600 });
const says =
  (...answers: readonly string[]): FakeFunction =>
  (_, call) => ({ payload: standing(answers[call - 1] ?? "closed") });
const fails: FakeFunction = () => ({
  functionError: { errorType: "InvariantViolation", errorMessage: "no" },
});

/** The machine with functions that close the case, but for those that are named. */
const start = async (functions: Readonly<Record<string, FakeFunction>>, breaksItsTable = false) => {
  const game = play(definition, {
    functions: { ...Object.fromEntries(functionNames.map((name) => [name, says()])), ...functions },
    ...(breaksItsTable
      ? {
          putItem: async () => {
            throw Object.assign(new Error("no"), { name: "ValidationException" });
          },
        }
      : {}),
  });
  return { game, record: await game.start(ids, ids.caseId) };
};

const waiting = stages.filter((stage) => lifecycle[stage].wait);

describe("the plays of a case's machine", () => {
  it.each(stages)("follow %s to where it is handled", async (stage) => {
    const { record } = await start({ JudgeResponsibility: says(stage) });
    note(record);
  });

  it.each(waiting)(
    "end the wait of %s by an answer, by the clock, and by a table that fails",
    async (stage) => {
      const answered = await start({ JudgeResponsibility: says(stage) });
      await answered.game.succeed(standing("closed"));
      const silent = await start({ JudgeResponsibility: says(stage) });
      await silent.game.advance(hour);
      const broken = await start({ JudgeResponsibility: says(stage) }, true);
      for (const { record } of [answered, silent, broken]) note(record);
    },
  );

  it.each(functionNames)("hand the case to an operator when %s fails", async (failing) => {
    const { wait, task } = lifecycle[failing === "SettleCase" ? "settling" : "awaiting_merchant"];
    const { game, record } = await start({
      JudgeResponsibility: says(wait ? "awaiting_merchant" : task === "SettleCase" ? "settling" : "closed"),
      OpenManualReview: says("manual_review"),
      ...(failing === "OpenManualReview" ? {} : { [failing]: fails }),
    });
    await game.advance(hour);
    note(record);
  });

  it("ask an operator about a stage nobody knows", async () => {
    note((await start({ JudgeResponsibility: says("unheard_of") })).record);
  });

  it("have been everywhere and gone every way there is", () => {
    expect(Object.keys(states).filter((name) => !visited.has(name))).toEqual([]);
    expect([...drawn].filter((transition) => !taken.has(transition))).toEqual([]);
    expect([...taken].filter((transition) => !drawn.has(transition))).toEqual([]);
  });
});
