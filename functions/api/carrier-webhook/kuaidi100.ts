import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { hourMs } from "../../domain/calendar.ts";
import type { CheckpointStatus } from "../../domain/tracking.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";
import { carrierCode, carrierText, maximumCheckpoints, momentIn, readJson } from "./read-push.ts";
import { isSame } from "./signature.ts";

/**
 * Kuaidi100 (快递100) push: a form with `param` (JSON, the full history, newest first) and `sign`, the
 * upper-case MD5 of `param` and the subscription's salt. Nothing in it tells when it was signed, so it can
 * be replayed: it moves the stage of a case and never money by itself.
 */

/**
 * States, and below each its detailed states (高级状态), with the name by which an entry of the history may call them.
 * A name that two codes share stands for the class.
 */
export const kuaidi100States: Readonly<
  Record<string, { readonly names: readonly string[]; readonly status: CheckpointStatus }>
> = {
  "0": { names: ["在途"], status: "in_transit" },
  "1001": { names: ["到达派件城市"], status: "in_transit" },
  "1002": { names: ["干线"], status: "in_transit" },
  "1003": { names: ["转递"], status: "in_transit" },
  "1": { names: ["揽收"], status: "picked_up" },
  "101": { names: ["已下单"], status: "registered" },
  "102": { names: ["待揽收"], status: "registered" },
  "103": { names: ["已揽收"], status: "picked_up" },
  "2": { names: ["疑难"], status: "exception" },
  "201": { names: ["超时未签收"], status: "exception" },
  "202": { names: ["超时未更新"], status: "exception" },
  "203": { names: ["拒收"], status: "refused" },
  "204": { names: ["派件异常"], status: "exception" },
  "205": { names: ["柜或驿站超时未取"], status: "exception" },
  "206": { names: ["无法联系"], status: "exception" },
  "207": { names: ["超区"], status: "exception" },
  "208": { names: ["滞留"], status: "exception" },
  "209": { names: ["破损"], status: "damaged" },
  // The order for the transport was cancelled: nothing moves under it.
  "210": { names: ["销单"], status: "silence" },
  "3": { names: ["签收"], status: "delivered" },
  "301": { names: ["本人签收"], status: "delivered" },
  "302": { names: ["派件异常后签收"], status: "delivered" },
  "303": { names: ["代签"], status: "delivered" },
  "304": { names: ["投柜或站签收"], status: "delivered" },
  "4": { names: ["退签"], status: "returned" },
  "401": { names: ["已销单"], status: "silence" },
  "5": { names: ["派件"], status: "out_for_delivery" },
  "501": { names: ["投柜或驿站"], status: "out_for_delivery" },
  "6": { names: ["退回"], status: "returning" },
  "7": { names: ["转投", "转单"], status: "in_transit" },
  "8": { names: ["清关"], status: "in_transit" },
  "10": { names: ["待清关"], status: "in_transit" },
  "11": { names: ["清关中"], status: "in_transit" },
  "12": { names: ["已清关"], status: "in_transit" },
  "13": { names: ["清关异常"], status: "exception" },
  "14": { names: ["拒签"], status: "refused" },
};

const codeByName: ReadonlyMap<string, string> = new Map(
  Object.entries(kuaidi100States).flatMap(([code, { names }]) => names.map((name) => [name, code])),
);

const statusOf = (code: string): CheckpointStatus =>
  (Object.hasOwn(kuaidi100States, code) ? kuaidi100States[code]?.status : undefined) ?? "unknown";

/** `2026-11-03 10:12:00`, in Beijing time, which has no daylight saving; a date that never was is none. */
const localTime = z.pipe(
  z.string().check(z.regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, "must be YYYY-MM-DD hh:mm:ss")),
  z.transform((time: string, { issues }) => {
    const wall = momentIn(time);
    if (wall === undefined) issues.push({ code: "custom", input: time, message: "is no moment in time" });
    return (wall ?? Number.NaN) - 8 * hourMs;
  }),
);

const entrySchema = z.looseObject({
  context: carrierText(2000),
  time: localTime,
  status: z.nullish(carrierCode),
  statusCode: z.nullish(carrierCode),
  areaName: z.nullish(carrierText(128)),
});

const paramSchema = z.looseObject({
  status: z.enum(["polling", "shutdown", "abort", "updateall"]),
  message: z.optional(z.string().check(z.maxLength(1000))),
  lastResult: z.looseObject({
    nu: trackingNumber,
    com: z.string().check(z.maxLength(64)),
    state: z.optional(z.pipe(z.union([z.string(), z.int()]), z.transform(String))),
    data: z._default(z.array(entrySchema).check(z.maxLength(maximumCheckpoints)), []),
  }),
});

/** Without a state of its own, only the newest entry is told by the parcel's state. */
const codeOf = (entry: z.output<typeof entrySchema>, newestState: string | undefined): string =>
  entry.statusCode || codeByName.get(entry.status ?? "") || entry.status || newestState || "0";

/**
 * The company may be corrected on the way (`comOld`, `comNew`), and the history comes again under the new code: it is
 * kept with a checkpoint and does not tell two apart.
 */
const parse = (body: string): Push => {
  const param = new URLSearchParams(body).get("param") ?? "";
  const { nu, com, state, data } = readJson(paramSchema, param, "/param").lastResult;
  const checkpoints = data.map((entry, index) => {
    const code = codeOf(entry, index === 0 ? state : undefined);
    return {
      at: entry.time,
      status: statusOf(code),
      code,
      place: entry.areaName ?? "",
      text: entry.context,
      company: com,
    };
  });
  return { trackingNumber: nu, checkpoints };
};

const signatureOf = (param: string, salt: string): string =>
  createHash("md5")
    .update(param + salt)
    .digest("hex")
    .toUpperCase();

const verify: CarrierAdapter["verify"] = ({ bytes }, salt) => {
  const form = new URLSearchParams(bytes.toString());
  return isSame(form.get("sign") ?? undefined, signatureOf(form.get("param") ?? "", salt));
};

export const kuaidi100: CarrierAdapter = {
  carrier: "kuaidi100",
  verify,
  parse,
  accepted: { result: true, returnCode: "200", message: "成功" },
};
