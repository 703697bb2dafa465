import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fileCase } from "../../functions/domain/case.ts";
import type { Standing } from "../../functions/domain/catalog.ts";
import type { Checkpoint, ParcelStatus } from "../../functions/domain/tracking.ts";
import { judgeResponsibility } from "../../functions/steps/judge-responsibility.ts";
import { caseRecords, commitFiledCase } from "../../functions/store/cases.ts";
import { putMerchant } from "../../functions/store/catalog.ts";
import { counterDay, countOnce } from "../../functions/store/daily-counters.ts";
import type { Table } from "../../functions/store/table.ts";
import { putTransitClock } from "../../functions/store/transit-clocks.ts";
import { aDetail, aLine, aRefundOnly, buyer, day, hour, monday, referenceOf } from "../support/builders.ts";
import { cancels, inspected, judged, machineFails, waybillOf, wayTo } from "../support/cases.ts";
import {
  aMerchant,
  caseInTable,
  fileInTable,
  fileUndelivered,
  fresh,
  keepCheckpoint,
  linesOf,
  make,
  openTestTable,
  standingCase,
  syncOrder,
} from "../support/cases-in-table.ts";
import { aDocument, aRule, publish } from "../support/rules.ts";

let table: Table;
let cleanup: () => Promise<void>;
beforeAll(async () => {
  ({ table, cleanup } = await openTestTable());
});
afterAll(() => cleanup());
beforeEach(() => {
  vi.spyOn(Metrics.prototype, "publishStoredMetrics").mockReturnThis();
});
afterEach(() => vi.restoreAllMocks());

type Reference = { readonly tenantId: string; readonly caseId: string };
const judge = (reference: Reference, now: number) => judgeResponsibility(table, referenceOf(reference), now);
const judgments = async (reference: Reference) =>
  (await caseRecords(table, reference, 1, 100))
    .flatMap(({ announcements }) => announcements)
    .filter(({ type }) => type === "CaseJudged");

describe("a new case is judged", () => {
  it("by what the catalogue says of it, and answered with the stage that follows", async () => {
    const state = await fileInTable(table);
    const answer = await judge(state, state.filedAt + hour);
    const { state: standing, verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 1, judgedAt: state.filedAt + hour });
    expect(Object.values(verdict?.liability ?? {}).reduce((sum, share) => sum + share, 0)).toBe(10_000);
    expect(standing.stage).not.toBe("submitted");
    expect(answer).toMatchObject({ ...referenceOf(state), stage: standing.stage, wait: standing.waitSince });
  });

  it("once: a second run, now or years later, answers what stands and writes nothing", async () => {
    const state = await fileInTable(table);
    const first = await judge(state, state.filedAt + hour);
    expect(await judge(state, state.filedAt + hour)).toEqual(first);
    expect(await judge(state, state.filedAt + 1_000 * day)).toMatchObject({
      stage: first.stage,
      wait: first.wait,
    });
    expect(await judgments(state)).toHaveLength(1);
  });

  it("once by five runs at the same time, and none of them fails", async () => {
    const rounds = Array.from({ length: 5 }, async () => {
      const state = await fileInTable(table);
      const now = state.filedAt + hour;
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => judge(state, now)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await judgments(state)).toHaveLength(1);
    });
    await Promise.all(rounds);
  });

  it("not any more when the buyer cancelled while it was judged", async () => {
    const rounds = Array.from({ length: 10 }, async () => {
      const state = await fileInTable(table);
      const [answer, cancelled] = await Promise.allSettled([
        judge(state, state.filedAt + hour),
        make(table, state, cancels()),
      ]);
      const { stage } = (await standingCase(table, state)).state;
      expect(answer.status).toBe("fulfilled");
      // Whoever came first: the buyer may cancel before the judgment and right after it.
      expect(cancelled.status).toBe("fulfilled");
      expect(stage).toBe("cancelled");
    });
    await Promise.all(rounds);
  });

  it("by a damage scan that pays by itself only if it was strongly signed", async () => {
    const damaged = async (trust: { trusted?: boolean }) => {
      const trackingNumber = fresh("SF");
      const orderId = await syncOrder(table, [{ outboundParcel: { carrier: "shunfeng", trackingNumber } }]);
      const scan = {
        source: "kuaidi100",
        at: monday - 4 * day,
        status: "damaged",
        code: "209",
        place: "上海",
        text: "",
      } as const;
      await keepCheckpoint(table, "tenant-1", trackingNumber, { ...scan, ...trust });
      const detail = aDetail({
        reason: "DAMAGED_ON_ARRIVAL",
        claimedFlaw: { code: "crack", place: "front" },
        lines: [aLine({ heldQuantity: 0 })],
      });
      const filed = fileCase(aRefundOnly({ caseId: fresh("case"), orderId, detail }), monday, buyer);
      const state = await commitFiledCase(table, filed, await linesOf(table, orderId), () => []);
      const { stage } = await judge(state, monday + hour);
      return [(await standingCase(table, state)).verdict?.rule, stage];
    };
    expect(await damaged({ trusted: true })).toEqual(["damaged-in-transit", "settling"]);
    for (const trust of [{ trusted: false }, {}]) {
      expect(await damaged(trust)).toEqual(["damaged-in-transit-unconfirmed", "awaiting_merchant"]);
    }
  });

  describe("by the silence of the parcel to the buyer", () => {
    type Told = Partial<Checkpoint> & { readonly lane?: Parameters<typeof fileUndelivered>[1] };
    /** Told of the parcel at some time before the case was filed; judged an hour after. */
    const judgedOn = async ({ lane, ...told }: Told, clockDays?: number) => {
      const { state, trackingNumber } = await fileUndelivered(table, lane);
      if (clockDays !== undefined) {
        const days = { firstScanMs: day, stuckMs: day, claimMs: day, lostMs: clockDays * day };
        const rule = { carrier: "shunfeng", lane: "CN-DE", ...days };
        await putTransitClock(table, state.tenantId, rule, undefined);
      }
      const scan = {
        source: "carrier",
        code: "0",
        place: "上海",
        text: "",
        at: monday,
        status: "in_transit",
      };
      await keepCheckpoint(table, state.tenantId, trackingNumber, { ...scan, ...told } as Checkpoint);
      await judge(state, monday + hour);
      const standing = await standingCase(table, state);
      return [standing.verdict?.rule, standing.state.stage, standing.state.lossDueAt];
    };
    const long = monday - 15 * day + hour;
    const abroad = { from: { country: "CN" }, to: { country: "DE" } };

    it("as lost at once, if it has been silent for as long as its lane gives it", async () => {
      const lost = ["lost-on-the-way-out", "settling", undefined];
      expect(await judgedOn({ at: long, trusted: true })).toEqual(lost);
      expect(await judgedOn({ at: long, heardAt: long })).toEqual(lost);
      const open = ["not-delivered-open", "disputed"];
      expect(await judgedOn({ at: long + 1, trusted: true })).toEqual([...open, monday + hour + 1]);
      // Thirty days abroad, unless the platform gives the lane other clocks.
      expect(await judgedOn({ at: long, trusted: true, lane: abroad })).toEqual([...open, long + 30 * day]);
      expect(await judgedOn({ at: long, trusted: true, lane: abroad }, 10)).toEqual(lost);
    });

    it("and asks for no clock where the parcel has arrived, goes back or was never handed over", async () => {
      const sent = vi.spyOn(table.client, "send");
      const asked = async (status: ParcelStatus): Promise<boolean> => {
        sent.mockClear();
        await judgedOn({ status, trusted: true });
        const values = sent.mock.calls.flatMap(([{ input }]) =>
          "ExpressionAttributeValues" in input ? Object.values(input.ExpressionAttributeValues ?? {}) : [],
        );
        return values.some((value) => String(value).endsWith("#TRANSIT_CLOCKS"));
      };
      expect(await asked("in_transit")).toBe(true);
      for (const status of ["delivered", "returning", "registered"] as const) {
        expect(await asked(status)).toBe(false);
      }
    });

    it("not by a scan that somebody weakly signed told yesterday of last month", async () => {
      expect(await judgedOn({ at: monday - 30 * day, heardAt: monday - day })).toEqual([
        "not-delivered-open",
        "disputed",
        monday + 14 * day,
      ]);
    });

    it("or by what its carrier says of it, which is enough only where it was strongly signed", async () => {
      const lost = { at: monday - day, heardAt: monday - day, status: "lost" } as const;
      expect(await judgedOn({ ...lost, trusted: true })).toEqual([
        "reported-lost-on-the-way-out",
        "settling",
        undefined,
      ]);
      expect(await judgedOn(lost)).toEqual(["reported-lost-unconfirmed", "disputed", monday + 14 * day]);
    });
  });

  it("by how the merchant stands on the day of filing", async () => {
    const restricted = async (standing: Standing) => {
      const filed = await fileInTable(table, {
        tenantId: `tenant-${standing}`,
        detail: aDetail({ reason: "COUNTERFEIT" }),
      });
      await putMerchant(table, { ...aMerchant, tenantId: filed.tenantId, standing });
      await judge(filed, filed.filedAt + hour);
      return (await standingCase(table, filed)).verdict?.rule;
    };
    expect(await restricted("watched")).toBe("counterfeit");
    expect(await restricted("restricted")).toBe("merchant-restricted");
  });

  it("by what the merchant's counters say of the days before", async () => {
    const tenantId = fresh("tenant");
    const rules = aDocument({
      rules: [aRule("refuses-often", { fact: "merchantRefusalBps", op: "gte", value: 5_000 })],
    });
    await publish(table, tenantId, "house", monday - day, rules);
    const judgedBy = async () => {
      const state = await fileInTable(table, { tenantId, detail: aDetail({ reason: "COUNTERFEIT" }) });
      await judge(state, state.filedAt + hour);
      return (await standingCase(table, state)).verdict?.rule;
    };
    expect(await judgedBy()).toBe(rules.otherwise.id);
    const add = { ended: 2, "ended.refused": 1 };
    const change = { tenantId, merchantId: aMerchant.merchantId, eventId: fresh("event"), add };
    await countOnce(table, { ...change, day: counterDay(monday - day) }, monday);
    expect(await judgedBy()).toBe("refuses-often");
  });

  it("not without a case", async () => {
    await expect(judge({ tenantId: "tenant-1", caseId: "nowhere" }, 0)).rejects.toThrow(RangeError);
    const state = await fileInTable(table);
    await expect(judge({ tenantId: "tenant-2", caseId: state.caseId }, 0)).rejects.toThrow(RangeError);
  });
});

describe("a case is judged again", () => {
  it("when the return is lost: the verdict knows it, and the case is settled by it", async () => {
    const state = await caseInTable(table, wayTo.lost);
    const answer = await judge(state, state.updatedAt);
    const { state: standing, verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 2, rule: "return-parcel-lost" });
    expect(standing).toMatchObject({ stage: "settling", verdictNumber: 2, reception: "lost" });
    expect(await judge(state, state.updatedAt)).toEqual(answer);
    expect(await judgments(state)).toHaveLength(2);
  });

  it("when something else came back: it is disputed, once", async () => {
    const state = await caseInTable(table, wayTo.inspected);
    await judge(state, state.updatedAt);
    await judge(state, state.updatedAt);
    const { state: standing, verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 2, rule: "return-other-item", route: "arbitration" });
    expect(standing.stage).toBe("disputed");
    expect(await judgments(state)).toHaveLength(2);
  });

  it("when it came back worse than sent: the inspection is what the verdict rests on", async () => {
    const scratch = { code: "scratch", place: "front", severity: "severe" } as const;
    const state = await caseInTable(table, [...wayTo.awaiting_inspection, inspected({ flaws: [scratch] })]);
    await judge(state, state.updatedAt);
    const { verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 2, facts: { returnNewFlaws: "severe" } });
    expect(verdict?.liability.buyer).toBeGreaterThan(0);
  });

  it("when it was damaged on the way back: the carrier's scan is known", async () => {
    const scratch = { code: "scratch", place: "front", severity: "severe" } as const;
    const state = await caseInTable(table, wayTo.in_transit);
    await keepCheckpoint(table, state.tenantId, waybillOf(state), {
      source: "kuaidi100",
      at: state.updatedAt,
      status: "damaged",
      code: "209",
      place: "上海",
      text: "外包装破损",
    });
    const back = await make(table, state, inspected({ flaws: [scratch] }));
    await judge(state, back.updatedAt);
    const { verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 2, rule: "return-damaged-on-the-way-back" });
    expect(verdict?.liability.carrier).toBe(10_000);
  });

  it("when an operator resumes one that could not be judged", async () => {
    const state = await caseInTable(table, [machineFails()]);
    expect(await judge(state, state.updatedAt)).toMatchObject({ stage: "manual_review" });
    expect(await judgments(state)).toHaveLength(0);
  });
});

describe("a platform's own rules", () => {
  const versionOf = async (reference: Reference) =>
    (await standingCase(table, reference)).verdict?.rulesVersion;

  it("judge the cases filed from their time on, however late they are judged", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", monday + day);
    const today = await fileInTable(table, { tenantId });
    await judge(today, monday + 2 * day);
    expect(await versionOf(today)).toBe("cn-standard@1");

    await publish(table, tenantId, "early", monday);
    const next = await fileInTable(table, { tenantId });
    await judge(next, monday + 2 * day);
    expect(await versionOf(next)).toBe("early@1");
    expect((await standingCase(table, next)).verdict).toMatchObject({ rule: "any-change-of-mind" });
  });

  it("are those of the case's own tenant", async () => {
    const [one, other, none] = [fresh("tenant"), fresh("tenant"), fresh("tenant")];
    await publish(table, one, "house", monday, aDocument({ merchantAnswerHours: 24 }));
    await publish(table, other, "house", monday, aDocument({ merchantAnswerHours: 72 }));
    const hours = [one, other, none].map(async (tenantId) => {
      const state = await fileInTable(table, { tenantId });
      await judge(state, monday + hour);
      return (await standingCase(table, state)).verdict?.clocks.merchantAnswerHours;
    });
    expect(await Promise.all(hours)).toEqual([24, 72, 48]);
  });

  it("stay with a case that is judged again, whatever was published since", async () => {
    const tenantId = fresh("tenant");
    await publish(table, tenantId, "house", monday);
    const state = await fileInTable(table, { tenantId });
    await judge(state, monday + hour);
    await publish(table, tenantId, "house", monday + 1);
    const lost = wayTo.lost.slice(1);
    let standing = (await standingCase(table, state)).state;
    for (const move of lost) standing = await make(table, standing, move);
    await judge(standing, standing.updatedAt);
    const { verdict } = await standingCase(table, state);
    expect(verdict).toMatchObject({ number: 2, rulesVersion: "house@1" });
  });

  it("that are gone judge nothing: the machine's catch calls an operator", async () => {
    const state = await caseInTable(table, [judged({ rulesVersion: "gone@1" }), ...wayTo.lost.slice(1)]);
    await expect(judge(state, state.updatedAt)).rejects.toThrow("gone@1");
    expect(await judgments(state)).toHaveLength(1);
  });
});
