import { createHmac } from "node:crypto";
import fc from "fast-check";
import { type CarrierCode, carriers } from "../../functions/domain/carriers.ts";
import {
  aftershipPush,
  type CarrierScan,
  type SignedBody,
  seventeenTrackPush,
  standardPush,
} from "../../lib/demo/carrier-pushes.ts";
import { kuaidi100Push, type Scan } from "../../lib/demo/kuaidi100-push.ts";
import { hour } from "./builders.ts";

/** A week of what carriers push, in all five formats: each scan is told at once, with the whole history before it. */

export const weekSecret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

const easypostWords = {
  picked_up: ["in_transit", "received_at_origin_facility"],
  in_transit: ["in_transit", "arrived_at_facility"],
  out_for_delivery: ["out_for_delivery", "out_for_delivery"],
  delivered: ["delivered", "arrived_at_destination"],
} as const;

/** The whole history, oldest first; the header is the HMAC of the body. */
const easypostPush = (trackingNumber: string, scans: readonly CarrierScan[], secret: string): SignedBody => {
  const tracking_details = scans.map(({ at, status, place }) => {
    if (status === "returned") throw new RangeError("EasyPost has no word for a parcel that is back");
    const [word, status_detail] = easypostWords[status];
    const datetime = new Date(at).toISOString();
    return {
      object: "TrackingDetail",
      datetime,
      status: word,
      status_detail,
      tracking_location: { city: place },
    };
  });
  const result = { object: "Tracker", tracking_code: trackingNumber, carrier: "USPS", tracking_details };
  const body = JSON.stringify({ object: "Event", description: "tracker.updated", result });
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return { body, headers: { "x-hmac-signature": `hmac-sha256-hex=${signature}` } };
};

const kuaidi100Words: { readonly [status in CarrierScan["status"]]?: Scan["what"] } = {
  picked_up: "揽收",
  in_transit: "在途",
  out_for_delivery: "派件",
  delivered: "签收",
};

const toldBy: {
  readonly [carrier in CarrierCode]: (
    trackingNumber: string,
    scans: readonly CarrierScan[],
    sentAt: number,
  ) => SignedBody;
} = {
  kuaidi100: (trackingNumber, scans) => {
    const inWords = scans.map(({ at, status, place }) => {
      const what = kuaidi100Words[status];
      if (!what) throw new RangeError(`Kuaidi100 is not made to tell ${status} here`);
      return { at, what, area: place };
    });
    return { body: kuaidi100Push(trackingNumber, inWords, weekSecret), headers: {} };
  },
  aftership: (trackingNumber, scans) => aftershipPush(trackingNumber, scans, weekSecret),
  easypost: (trackingNumber, scans) => easypostPush(trackingNumber, scans, weekSecret),
  "17track": (trackingNumber, scans) => seventeenTrackPush(trackingNumber, scans, weekSecret),
  standard: (trackingNumber, scans, sentAt) => standardPush(trackingNumber, scans, weekSecret, sentAt),
};

export type Course = "arrives" | "comes_back" | "travels";

/** A parcel, how it travels, and who tells of it. */
export type WeeklyParcel = {
  readonly trackingNumber: string;
  readonly course: Course;
  readonly tellers: readonly CarrierCode[];
};

export type WeeklyPush = {
  readonly trackingNumber: string;
  readonly carrier: CarrierCode;
  /** Whether it tells the last scan of the parcel's week. */
  readonly last: boolean;
  /** What is sent at a time. What is sent again is signed anew where the time is signed, and is the same elsewhere. */
  readonly sentAt: (time: number) => SignedBody;
};

const ends: { readonly [course in Course]: readonly CarrierScan["status"][] } = {
  arrives: ["out_for_delivery", "delivered"],
  comes_back: ["returned"],
  travels: [],
};

const places = ["上海市", "嘉兴市", "杭州市", "苏州市"] as const;

/** Hours apart, two to five stops, and a clock of each carrier's own. */
const courseOf = (course: Course, startsAt: number): fc.Arbitrary<readonly CarrierScan[]> =>
  fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 2, maxLength: 5 }).map((pauses) => {
    const statuses: readonly CarrierScan["status"][] = [
      "picked_up",
      ...pauses.slice(1).map(() => "in_transit" as const),
      ...ends[course],
    ];
    let at = startsAt;
    return statuses.map((status, index) => {
      at += (pauses[index] ?? 2) * hour;
      return { at, status, place: places[index % places.length] ?? "" };
    });
  });

/** Every push of a week, in the order of its parcels. */
export const aWeekOf = (
  parcels: readonly WeeklyParcel[],
  startsAt: number,
  seed: number,
): readonly WeeklyPush[] =>
  parcels.flatMap(({ trackingNumber, course, tellers }, index) => {
    const [scans = []] = fc.sample(courseOf(course, startsAt), { seed: seed + index, numRuns: 1 });
    return tellers.flatMap((carrier, which) =>
      scans.map((_scan, told): WeeklyPush => {
        const history = scans.slice(0, told + 1).map((scan) => ({ ...scan, at: scan.at + which * 60_000 }));
        const once = toldBy[carrier](trackingNumber, history, startsAt);
        return {
          trackingNumber,
          carrier,
          last: told === scans.length - 1,
          sentAt: (time) =>
            carriers[carrier].signsTime ? toldBy[carrier](trackingNumber, history, time) : once,
        };
      }),
    );
  });

/** The same in another order. */
export const shuffled = <Item>(items: readonly Item[], seed: number): readonly Item[] =>
  fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { seed, numRuns: 1 })[0] ?? [];
