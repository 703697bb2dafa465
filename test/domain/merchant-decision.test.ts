import { describe, expect, it } from "vitest";
import type { CaseSnapshot } from "../../functions/domain/case.ts";
import { decide } from "../../functions/domain/decide-case.ts";
import { DecisionForbidden } from "../../functions/domain/errors.ts";
import { shippedRuleSets } from "../../functions/domain/judgment/shipped.ts";
import type { Verdict } from "../../functions/domain/judgment/verdict.ts";
import { stages } from "../../functions/domain/lifecycle.ts";
import { allowedDecisions } from "../../functions/domain/merchant-decision.ts";
import { defaultRefusals } from "../../functions/domain/refusal.ts";
import { aRefundOnly, aReturn, hour, merchant } from "../support/builders.ts";
import { answers, filedFor, judged, offers, played, wayTo } from "../support/cases.ts";

/** A refusal is checked against the rules that judged the case, and the answer says what they allow. */

const asked = (but: Partial<Verdict> = {}): CaseSnapshot => played(aReturn(), judged(but));

const inspectedOut = (outboundInspected: boolean): CaseSnapshot["known"] => [
  {
    measured: { filedAt: 0, claimMinor: 0n, currency: "CNY" },
    facts: { outboundInspected },
    carriers: {},
  },
];

const refusing = (
  standing: CaseSnapshot,
  refusal: {
    reason: (typeof defaultRefusals)[number]["reason"];
    note?: string;
    evidenceIds?: readonly string[];
  },
) => {
  const at = standing.state.updatedAt + hour;
  return () => decide({ type: "RefuseCase", ...refusal }, standing, at, merchant);
};

const forbidden = (attempt: () => unknown): DecisionForbidden => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DecisionForbidden) return error;
    throw error;
  }
  throw new Error("nothing was forbidden");
};

describe("a refusal", () => {
  it("needs a reason the rule knows, and the answer names rule, reasons and what else is open", () => {
    const standing = asked({ refusals: [{ reason: "already_fulfilled", proof: "evidence" }] });
    const { allowed, message, fields } = forbidden(refusing(standing, { reason: "evidence_insufficient" }));
    expect(message).toBe("Rule quality-problem does not allow a refusal for evidence_insufficient.");
    expect(fields).toEqual([{ pointer: "/reason", detail: "must be one of: already_fulfilled" }]);
    expect(allowed).toEqual({
      rule: "quality-problem",
      decisions: ["approve", "refuse", "counter_offer"],
      refusals: [{ reason: "already_fulfilled", proof: "evidence", proven: false }],
      offers: { left: 2, remedies: ["refund_only", "return_and_refund"], maximumMinor: 128_000n },
    });
  });

  it("is not open at all where the rule names no reason", () => {
    const { allowed, fields } = forbidden(refusing(asked({ refusals: [] }), { reason: "other", note: "no" }));
    expect(fields).toEqual([{ pointer: "/decision", detail: "must be one of: approve, counter_offer" }]);
    expect(allowed.decisions).not.toContain("refuse");
  });

  it.each([
    ["other", "note", { note: "已与买家沟通" }, "/note"],
    ["used_or_worn", "evidence", { evidenceIds: ["file-1"] }, "/evidenceIds"],
    ["goods_as_described", "inspection", { evidenceIds: ["file-1"] }, "/evidenceIds"],
  ] as const)("for %s asks for proof: %s", (reason, proof, shown, pointer) => {
    expect(defaultRefusals).toContainEqual({ reason, proof });
    expect(forbidden(refusing(asked(), { reason })).fields[0]?.pointer).toBe(pointer);
    expect(refusing(asked(), { reason, ...shown })()).toMatchObject([
      { type: "CaseRefused", reason, ...shown },
    ]);
  });

  it("is shown by the inspections on record, if every line has one", () => {
    const standing = asked();
    const [record] = inspectedOut(true) ?? [];
    if (!record) throw new RangeError("one line is known");
    for (const [known, proven] of [
      [inspectedOut(true), true],
      [inspectedOut(false), false],
      [[record, ...(inspectedOut(false) ?? [])], false],
      [[], false],
    ] as const) {
      const snapshot = { ...standing, known };
      const attempt = refusing(snapshot, { reason: "goods_as_described" });
      if (proven) expect(attempt()).toHaveLength(1);
      else forbidden(attempt);
      expect(allowedDecisions(snapshot)?.refusals[0]).toMatchObject({ reason: "goods_as_described", proven });
    }
  });

  it("does not name a rule to the merchant that asks what is not for it", () => {
    const hidden = asked({
      refusals: [],
      trace: [{ rule: "quality-problem", matched: true, hiddenFrom: ["merchant"] }],
    });
    const { message, allowed } = forbidden(refusing(hidden, { reason: "other" }));
    expect(message).toBe("The rule allows no refusal.");
    expect(allowed).not.toHaveProperty("rule");
  });
});

describe("what a merchant may answer", () => {
  it("is said exactly while the case waits for it", () => {
    for (const stage of stages) {
      const allowed = allowedDecisions(played(filedFor(stage), ...wayTo[stage]));
      expect(allowed !== undefined, stage).toBe(stage === "awaiting_merchant");
    }
  });

  it("counts the offers that are left, and lets no more be offered than the verdict refunds", () => {
    const round = [offers(), answers("decline")] as const;
    const once = played(aRefundOnly(), judged({ refundCapBps: 5_000 }), ...round);
    expect(allowedDecisions(once)).toMatchObject({
      decisions: ["approve", "refuse", "counter_offer"],
      offers: { left: 1, maximumMinor: 64_000n },
    });
    expect(allowedDecisions(played(aRefundOnly(), judged(), ...round, ...round))).toMatchObject({
      decisions: ["approve", "refuse"],
      offers: { left: 0 },
    });
  });

  it("is never nothing but approval in the shipped sets, and each reason is named once", () => {
    for (const { rules, otherwise } of shippedRuleSets) {
      for (const { id, outcome } of [...rules, otherwise]) {
        const { route, refusals } = outcome;
        if (route !== "merchant") expect(refusals, id).toBeUndefined();
        if (!refusals) continue;
        expect(refusals.length, id).toBeGreaterThan(0);
        expect(new Set(refusals.map(({ reason }) => reason)).size, id).toBe(refusals.length);
      }
    }
  });
});
