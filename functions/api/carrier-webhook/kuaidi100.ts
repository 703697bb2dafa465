import { createHash, timingSafeEqual } from "node:crypto";
import * as z from "zod/mini";
import { hourMs } from "../../domain/calendar.ts";
import type { Checkpoint, ParcelStatus } from "../../domain/tracking.ts";
import { fieldMessage } from "../../http/field-messages.ts";
import { Problem } from "../../http/problem.ts";
import { trackingNumber } from "../../http/schemas.ts";
import type { CarrierAdapter, Push } from "./adapter.ts";

/**
 * Kuaidi100 (快递100) push: a form with `param` (JSON, the full history, newest first) and `sign`, the
 * upper-case MD5 of `param` and the subscription's salt. Nothing in it tells when it was signed, so it can
 * be replayed: it moves the stage of a case and never money by itself.
 */

/** States and the detailed states of class 2 (疑难, trouble) that mean something of their own. */
const statusByCode: { readonly [code: string]: ParcelStatus } = {
  "0": "in_transit",
  "1": "picked_up",
  "2": "exception",
  "3": "delivered",
  "4": "returned",
  "5": "out_for_delivery",
  "6": "returning",
  "7": "in_transit",
  "8": "in_transit",
  "14": "refused",
  "209": "damaged",
};

/** The same, as an entry of the history spells it. */
const codeByName: { readonly [name: string]: string } = {
  在途: "0",
  揽收: "1",
  疑难: "2",
  签收: "3",
  退签: "4",
  派件: "5",
  退回: "6",
  转投: "7",
  转单: "7",
  清关: "8",
  拒签: "14",
  破损: "209",
};

/**
 * A detailed state of three digits belongs to the class its first digit names. Customs (10 to 13) and
 * arrivals on the road (1001 to 1003) do not begin with their class, and mean no more than in transit. An
 * unknown state is kept and changes nothing.
 */
const statusOf = (code: string): ParcelStatus =>
  statusByCode[code] ?? statusByCode[/^\d{3}$/.test(code) ? code.slice(0, 1) : ""] ?? "in_transit";

/** `2026-11-03 10:12:00`, in Beijing time, which has no daylight saving; a date that never was is none. */
const localTime = z.pipe(
  z.string().check(z.regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, "must be YYYY-MM-DD hh:mm:ss")),
  z.transform((time: string, { issues }) => {
    const wall = Date.parse(`${time.replace(" ", "T")}Z`);
    const exists = !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(time.replace(" ", "T"));
    if (!exists) issues.push({ code: "custom", input: time, message: "is no moment in time" });
    return wall - 8 * hourMs;
  }),
);

/** A text cut in the middle of a character is kept without that half; no store keeps it. */
const storable = (text: string): string => text.toWellFormed();

const entrySchema = z.looseObject({
  context: z.string().check(z.maxLength(2000), z.overwrite(storable)),
  time: localTime,
  status: z.optional(z.string().check(z.maxLength(32))),
  statusCode: z.optional(z.string().check(z.maxLength(8))),
  areaName: z.nullish(z.string().check(z.maxLength(128), z.overwrite(storable))),
});

const paramSchema = z.looseObject({
  status: z.enum(["polling", "shutdown", "abort", "updateall"]),
  message: z.optional(z.string().check(z.maxLength(1000))),
  lastResult: z.looseObject({
    nu: trackingNumber,
    com: z.string().check(z.maxLength(64)),
    state: z.optional(z.pipe(z.union([z.string(), z.int()]), z.transform(String))),
    data: z._default(z.array(entrySchema).check(z.maxLength(500)), []),
  }),
});

const malformed = (pointer: string, detail: string): Problem =>
  new Problem("invalid_request", "The push does not fit the carrier's format.", [{ pointer, detail }]);

const readParam = (rawBody: string): unknown => {
  try {
    return JSON.parse(new URLSearchParams(rawBody).get("param") ?? "");
  } catch {
    throw malformed("/param", "is no JSON");
  }
};

/** Without a state of its own, only the newest entry is told by the parcel's state. */
const codeOf = (entry: z.output<typeof entrySchema>, newestState: string | undefined): string =>
  entry.statusCode ?? codeByName[entry.status ?? ""] ?? entry.status ?? newestState ?? "0";

const parse = (rawBody: string): Push => {
  const parsed = paramSchema.safeParse(readParam(rawBody), { error: fieldMessage });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(["/param", ...(issue?.path ?? [])].join("/"), issue?.message ?? "is malformed");
  }
  const { nu, state, data } = parsed.data.lastResult;
  const checkpoints = data.map((entry, index): Checkpoint => {
    const code = codeOf(entry, index === 0 ? state : undefined);
    return {
      at: entry.time,
      status: statusOf(code),
      code,
      place: entry.areaName ?? "",
      text: entry.context,
    };
  });
  return { trackingNumber: nu, checkpoints };
};

const signatureOf = (param: string, salt: string): string =>
  createHash("md5")
    .update(param + salt)
    .digest("hex")
    .toUpperCase();

const verify = (rawBody: string, salt: string): boolean => {
  const form = new URLSearchParams(rawBody);
  const given = Buffer.from(form.get("sign") ?? "");
  const expected = Buffer.from(signatureOf(form.get("param") ?? "", salt));
  return given.length === expected.length && timingSafeEqual(given, expected);
};

export const kuaidi100: CarrierAdapter = {
  carrier: "kuaidi100",
  trusted: false,
  verify,
  parse,
  accepted: { result: true, returnCode: "200", message: "成功" },
};
