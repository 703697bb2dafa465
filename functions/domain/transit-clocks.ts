import { dayMs } from "./calendar.ts";

/**
 * How long a parcel may be silent before somebody is told, by carrier and lane. The clocks are frozen with the parcel
 * when its waybill is given, so that a platform's change of mind moves no parcel that is on its way.
 */
export type TransitClocks = {
  /** From the waybill on: how long the carrier may take to scan the parcel for the first time. */
  readonly firstScanMs: number;
  /** From the last movement on: the carrier and the parties are told that it is stuck. */
  readonly stuckMs: number;
  /** From the last movement on: the claim on the carrier is to be announced. */
  readonly claimMs: number;
  /** From the last movement on: the parcel counts as lost. */
  readonly lostMs: number;
};

/** ISO 3166 codes, where they are known. */
export type Lane = { readonly from?: string; readonly to?: string };

type End = { readonly country: string };

export const laneOf = ({
  from,
  to,
}: {
  readonly from?: End | undefined;
  readonly to?: End | undefined;
}): Lane => ({
  ...(from ? { from: from.country } : {}),
  ...(to ? { to: to.country } : {}),
});

export const anyCarrier = "any";
export const laneKinds = ["domestic", "cross_border"] as const;
export type LaneKind = (typeof laneKinds)[number];

/** A row of the table: a carrier's code or `any`; a kind of lane, or two countries as `CN-DE`. */
export type TransitClockRule = TransitClocks & { readonly carrier: string; readonly lane: string };

const inDays = (firstScan: number, stuck: number, claim: number, lost: number): TransitClocks => ({
  firstScanMs: firstScan * dayMs,
  stuckMs: stuck * dayMs,
  claimMs: claim * dayMs,
  lostMs: lost * dayMs,
});

/**
 * facts.md, silence: stuck after 5 days, lost after 15. AfterShip gives an express parcel up after 30 days, Kuaidi100
 * and TrackingMore the post after 60; abroad a parcel waits for customs unseen. A first scan is given as long as any
 * other, although Kuaidi100 gives up after 3 days: each parcel that takes longer than the first clock wakes the machine.
 */
export const shippedTransitClocks: readonly TransitClockRule[] = [
  { carrier: anyCarrier, lane: "domestic", ...inDays(5, 5, 10, 15) },
  { carrier: anyCarrier, lane: "cross_border", ...inDays(7, 10, 20, 30) },
  // The post as Kuaidi100 and as AfterShip name it.
  ...["youzhengguoji", "china-post"].map((carrier) => ({
    carrier,
    lane: "cross_border",
    ...inDays(10, 20, 40, 60),
  })),
];

/** Within a country unless both ends are known and differ. */
export const laneKindOf = ({ from, to }: Lane): LaneKind =>
  from !== undefined && to !== undefined && from !== to ? "cross_border" : "domestic";

/** The names a lane answers to, the closest first. */
const lanesOf = (lane: Lane): readonly string[] => [
  ...(lane.from !== undefined && lane.to !== undefined ? [`${lane.from}-${lane.to}`] : []),
  laneKindOf(lane),
];

/**
 * The clocks of a parcel. The platform's own rows come before the shipped ones, the carrier's own before those of any
 * carrier, two countries before a kind of lane.
 */
export const transitClocksFor = (
  carrier: string,
  lane: Lane,
  own: readonly TransitClockRule[] = [],
): TransitClocks => {
  const names = [carrier, anyCarrier].flatMap((name) => lanesOf(lane).map((within) => ({ name, within })));
  for (const rules of [own, shippedTransitClocks]) {
    for (const { name, within } of names) {
      const found = rules.find((rule) => rule.carrier === name && rule.lane === within);
      if (found) {
        const { firstScanMs, stuckMs, claimMs, lostMs } = found;
        return { firstScanMs, stuckMs, claimMs, lostMs };
      }
    }
  }
  throw new RangeError(`no clock for ${carrier} on ${laneKindOf(lane)}`);
};
