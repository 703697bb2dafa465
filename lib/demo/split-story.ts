import { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import { createRuleSetOperation, publishRuleSetOperation } from "../../functions/api/rules/operations.ts";
import { getSettlementOperation } from "../../functions/api/settlement/operations.ts";
import { formatMinor } from "../../functions/domain/money.ts";
import type { Input } from "./api-client.ts";
import type { World } from "./story.ts";

/**
 * Rules of a platform's own, published: a jacket that arrived torn is half the merchant's fault, who packed it,
 * three tenths the carrier's and two tenths the platform's. The refund is split by them, to the cent.
 */

const operator = { tenant: "lux", role: "operator" } as const;
const partner = { tenant: "lux", role: "partner" } as const;

const shares = { merchant: 5_000, platform: 2_000, carrier: 3_000, buyer: 0 } as const;

const sharedLiability: NonNullable<Input<typeof createRuleSetOperation>["body"]["rules"]>[number] = {
  id: "torn-on-the-way",
  source: "The platform's terms of transport, section 4",
  when: { fact: "reason", op: "eq", value: "DAMAGED_ON_ARRIVAL" },
  outcome: {
    liability: shares,
    route: "automatic",
    remedies: ["refund_only"],
    refundCapBps: 10_000,
    freightPayer: "platform",
    silence: "approve",
  },
  explanation: {
    "zh-CN": "包装、运输和验货均有责任：商户五成，承运商三成，平台两成。",
    en: "Packing, road and check all had a part: half the merchant's, three tenths the carrier's, two the platform's.",
  },
};

const publishRules = async ({ api }: World): Promise<void> => {
  const draft = await api.call(operator, createRuleSetOperation, {
    body: {
      rulesetId: "shared-transport",
      name: "Torn on the way",
      basedOn: "cn-standard@1",
      rules: [sharedLiability],
    },
  });
  await api.call(operator, publishRuleSetOperation, {
    params: { rulesetId: draft.rulesetId },
    headers: { "if-match": `"${draft.revision}"` },
    body: { version: draft.version },
  });
};

/** @param orderId of one line that a carrier has delivered */
export const playSplit = async (
  world: World,
  orderId: string,
): Promise<{ readonly line: string; readonly differences: readonly string[] }> => {
  const { api, service } = world;
  await publishRules(world);
  const { caseId } = await api.call(partner, fileCaseOperation, {
    body: {
      orderId,
      type: "refund_only",
      reason: "DAMAGED_ON_ARRIVAL",
      claimedFlaw: { code: "tear", place: "sleeve" },
      lines: [{ lineId: "1", quantity: 1 }],
    },
  });
  await service.idle();
  const { postings } = await api.call(operator, getSettlementOperation, { params: { caseId } });
  const posted = postings.filter(({ phase }) => phase === "posted");
  const amountOf = (purpose: string): bigint =>
    posted.find((posting) => posting.purpose === purpose)?.amountMinor ?? 0n;
  const parties = ["merchant", "carrier", "platform"] as const;
  const refundMinor = amountOf("refund-to-buyer");
  const parts = parties.map((party) => ({ party, minor: amountOf(`refund-from-${party}`) }));
  const isSplit =
    refundMinor > 0n &&
    parts.every(({ minor }) => minor > 0n) &&
    parts.reduce((sum, { minor }) => sum + minor, 0n) === refundMinor;
  return {
    line:
      `Split over three: ${formatMinor(refundMinor, "CNY")} to the buyer by rule ${sharedLiability.id}: ` +
      parts
        .map(({ party, minor }) => `${party} ${shares[party] / 100}% ${formatMinor(minor, "CNY")}`)
        .join(", "),
    differences: isSplit ? [] : [`The refund of ${caseId} was not split over three parties.`],
  };
};
