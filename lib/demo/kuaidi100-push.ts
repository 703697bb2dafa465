import { createHash } from "node:crypto";

/** What Kuaidi100 calls the states of a parcel, with the number of each (facts.md). */
const states = {
  揽收: { state: "1", says: "快件已由揽投员揽收" },
  在途: { state: "0", says: "快件到达分拨中心，准备发往下一站" },
  派件: { state: "5", says: "快件正在派送途中，请您准备签收" },
  签收: { state: "3", says: "快件已签收，感谢使用" },
  退回: { state: "6", says: "收件人不便签收，快件正在退回寄件人" },
  破损: { state: "2", says: "快件外包装破损，已拍照登记" },
} as const;

/** When (epoch milliseconds), what, and where. */
export type Scan = { readonly at: number; readonly what: keyof typeof states; readonly area: string };

/** The carrier's clock runs in Beijing, eight hours ahead of UTC all year. */
const beijingTime = (at: number): string =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/** The waybill's first letters tell the company, as the carriers' own numbers do. */
export const companyOf = (trackingNumber: string): string =>
  trackingNumber.startsWith("SF") ? "shunfeng" : "yuantong";

/**
 * A push as Kuaidi100 sends it: a form whose `param` holds the full history, newest first, and whose `sign`
 * is the upper-case MD5 of `param` and the subscription's salt.
 */
export const kuaidi100Push = (trackingNumber: string, scans: readonly Scan[], salt: string): string => {
  const newestFirst = [...scans].sort((a, b) => b.at - a.at);
  const newest = newestFirst[0];
  const signedFor = newest?.what === "签收";
  const param = JSON.stringify({
    status: signedFor ? "shutdown" : "polling",
    billstatus: signedFor ? "check" : "got",
    message: "",
    autoCheck: "0",
    comOld: "",
    comNew: "",
    lastResult: {
      message: "ok",
      state: newest ? states[newest.what].state : "0",
      status: "200",
      condition: "00",
      ischeck: signedFor ? "1" : "0",
      com: companyOf(trackingNumber),
      nu: trackingNumber,
      data: newestFirst.map(({ at, what, area }) => ({
        context: `【${area}】${states[what].says}`,
        time: beijingTime(at),
        ftime: beijingTime(at),
        status: what,
        areaCode: null,
        areaName: area,
      })),
    },
  });
  const sign = createHash("md5")
    .update(param + salt)
    .digest("hex")
    .toUpperCase();
  return new URLSearchParams({ param, sign }).toString();
};
