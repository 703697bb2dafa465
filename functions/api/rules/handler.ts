import { routes } from "../../http/endpoint.ts";
import { createRuleSetEndpoint } from "./create-rule-set.ts";
import { getRuleSetEndpoint } from "./get-rule-set.ts";
import { listFactsEndpoint } from "./list-facts.ts";
import { listRuleSetsEndpoint } from "./list-rule-sets.ts";
import { publishRuleSetEndpoint } from "./publish-rule-set.ts";
import { replaceRuleSetEndpoint } from "./replace-rule-set.ts";
import { retireRuleSetEndpoint } from "./retire-rule-set.ts";

export const handler = routes(
  listFactsEndpoint,
  createRuleSetEndpoint,
  listRuleSetsEndpoint,
  getRuleSetEndpoint,
  replaceRuleSetEndpoint,
  publishRuleSetEndpoint,
  retireRuleSetEndpoint,
);
