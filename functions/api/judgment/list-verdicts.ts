import { changesFor } from "../../domain/judgment/difference.ts";
import { readAs } from "../../domain/judgment/readers.ts";
import { endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { loadVerdicts } from "../../store/cases.ts";
import { readerOf, requireVisible } from "../cases/access.ts";
import { listVerdictsOperation } from "./operations.ts";

/** A case is judged once, and again where its goods come back otherwise. More than that is an operator's doing. */
const maximumVerdicts = 50;

export const listVerdictsEndpoint = endpoint(listVerdictsOperation, async ({ caller, params }, { table }) => {
  const found = await loadVerdicts(table, { tenantId: caller.tenantId, caseId: params.caseId });
  const reader = readerOf[caller.role];
  if (!found || !reader) throw notFound("case");
  const { state, verdicts } = found;
  requireVisible(caller, state);
  const items = verdicts.map((verdict, index) => {
    const before = verdicts[index - 1];
    return {
      ...readAs(reader, verdict),
      ...(before ? { changes: changesFor(reader, before, verdict, state.currency) } : {}),
    };
  });
  return { status: 200, body: { items: items.slice(-maximumVerdicts) } };
});
