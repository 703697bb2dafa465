import { hourMs } from "../../domain/calendar.ts";
import { shippedTransitClocks, type TransitClockRule } from "../../domain/transit-clocks.ts";
import { endpoint } from "../../http/endpoint.ts";
import { findTransitClocks, putTransitClock } from "../../store/transit-clocks.ts";
import { replacementReply } from "../sync/replacement.ts";
import { listTransitClocksOperation, putTransitClockOperation } from "./operations.ts";

const viewOf = ({ carrier, lane, firstScanMs, stuckMs, claimMs, lostMs }: TransitClockRule) => ({
  carrier,
  lane,
  firstScanHours: firstScanMs / hourMs,
  stuckHours: stuckMs / hourMs,
  claimHours: claimMs / hourMs,
  lostHours: lostMs / hourMs,
});

export const putTransitClockEndpoint = endpoint(
  putTransitClockOperation,
  async ({ caller, params, body, ifMatch }, { table }) => {
    const rule: TransitClockRule = {
      ...params,
      firstScanMs: body.firstScanHours * hourMs,
      stuckMs: body.stuckHours * hourMs,
      claimMs: body.claimHours * hourMs,
      lostMs: body.lostHours * hourMs,
    };
    return replacementReply(await putTransitClock(table, caller.tenantId, rule, ifMatch), viewOf(rule));
  },
);

export const listTransitClocksEndpoint = endpoint(
  listTransitClocksOperation,
  async ({ caller }, { table }) => {
    const own = await findTransitClocks(table, caller.tenantId);
    return {
      status: 200,
      body: {
        items: own.map((rule) => ({ ...viewOf(rule), version: rule.version })),
        shipped: shippedTransitClocks.map(viewOf),
      },
    };
  },
);
