import { RuleError } from "../../domain/judgment/conditions.ts";
import { changesFor } from "../../domain/judgment/difference.ts";
import { factsGiven, faultsOfFacts } from "../../domain/judgment/given-facts.ts";
import { judge, judgeFacts, UnnamedParty } from "../../domain/judgment/judge.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import type { CompiledRuleSet } from "../../domain/judgment/rule-set.ts";
import type { Verdict } from "../../domain/judgment/verdict.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { readJudgmentInput } from "../../store/judgment-input.ts";
import { rulesFiledUnder, rulesToTry } from "../../store/rules-in-force.ts";
import type { Table } from "../../store/table.ts";
import { previewJudgmentOperation } from "./operations.ts";

type Question = Request<typeof previewJudgmentOperation>;

export const previewJudgmentEndpoint = endpoint(previewJudgmentOperation, async (question, { table }) => {
  const { body, now } = question;
  const { facts } = body;
  if (facts) requireFacts(facts);
  const rules = await rulesAskedFor(table, question);
  if (facts) {
    // Who carried a parcel is no fact, so the verdict names no carrier.
    const judgment = { number: 1, judgedAt: now, carrierOn: () => undefined };
    return replyWith(naming(() => judgeFacts(rules, factsGiven(facts), judgment)));
  }
  return previewOfCase(table, question, rules);
});

const previewOfCase = async (
  table: Table,
  { caller, body: { caseId = "" }, now }: Question,
  rules: CompiledRuleSet,
) => {
  const snapshot = await loadCase(table, { tenantId: caller.tenantId, caseId });
  if (!snapshot) throw notFound("case");
  const { state, verdict: standing } = snapshot;
  const input = await readJudgmentInput(table, snapshot, now);
  const verdict = judge(rules, input, state.verdictNumber + 1);
  if (!standing) return replyWith(verdict);
  const changes = changesFor("arbiter", standing, verdict, state.currency);
  return replyWith(verdict, { verdict: readAs("arbiter", standing), changes });
};

const replyWith = (verdict: Verdict, standing?: object) => ({
  status: 200,
  body: {
    verdict: { ...readAs("arbiter", verdict), told: verdict.told },
    ...(standing ? { standing } : {}),
  },
});

/** @throws Problem `invalid_request` with every fault of the given facts */
const requireFacts = (facts: NonNullable<Question["body"]["facts"]>): void => {
  const faults = faultsOfFacts(facts);
  if (faults.length === 0) return;
  const errors = faults.map(({ pointer, detail }) => ({ pointer: `/facts${pointer}`, detail }));
  throw new Problem("invalid_request", "The request has errors.", errors);
};

/** @throws Problem `not_found`, or `ruleset_invalid` for a draft that is older than the facts it asks about */
const rulesAskedFor = async (table: Table, { caller, body, now }: Question): Promise<CompiledRuleSet> => {
  const { rulesetId, version } = body;
  if (rulesetId === undefined) return rulesFiledUnder(table, caller.tenantId, now);
  try {
    const rules = await rulesToTry(table, caller.tenantId, rulesetId, version);
    if (!rules) throw notFound("rule set");
    return rules;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const { path: pointer, problem: detail } = error;
    throw new Problem("ruleset_invalid", "Replace the draft: the rule set does not compile.", [
      { pointer, detail },
    ]);
  }
};

/** Given facts may leave out the one by which the rule that matches names a party. Records never do. */
const naming = (judged: () => Verdict): Verdict => {
  try {
    return judged();
  } catch (error) {
    if (!(error instanceof UnnamedParty)) throw error;
    throw invalidField(`/facts/${error.fact}`, "is required: the rule that matches names a party by it");
  }
};
