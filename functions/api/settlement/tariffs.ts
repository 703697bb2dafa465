import { type Tariff, tariffErrors } from "../../domain/settlement/tariff.ts";
import { endpoint } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { findTariff, putTariff } from "../../store/tariffs.ts";
import { replacementReply } from "../sync/replacement.ts";
import { getTariffOperation, putTariffOperation } from "./operations.ts";

export const putTariffEndpoint = endpoint(
  putTariffOperation,
  async ({ caller, params, body, ifMatch, now }, { table }) => {
    const periods = body.periods.toSorted((a, b) => a.effectiveFrom - b.effectiveFrom);
    const tariff: Tariff = { tenantId: caller.tenantId, ...params, ...body, periods };
    const replacement = await putTariff(table, tariff, ifMatch, (current) => {
      const errors = tariffErrors(current, tariff, now);
      if (errors.length > 0) throw new Problem("invalid_request", "The request has errors.", errors);
    });
    return replacementReply(replacement, tariff);
  },
);

export const getTariffEndpoint = endpoint(getTariffOperation, async ({ caller, params }, { table }) => {
  const tariff = await findTariff(table, caller.tenantId, params.tariffId);
  if (!tariff) throw notFound("tariff");
  return { status: 200, body: tariff, version: tariff.version };
});
