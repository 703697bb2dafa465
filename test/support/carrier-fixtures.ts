import { readFileSync } from "node:fs";
import { type CarrierCode, carrierCodes } from "../../functions/domain/carriers.ts";

/** A push as the carrier's documents show it, byte for byte, with its signature made outside this code. */
export type GoldenPush = {
  readonly carrier: CarrierCode;
  readonly body: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When it was signed, for a carrier that signs the time. */
  readonly sentAt?: string;
  /** What it tells, in our words; moments in ISO 8601. */
  readonly told: {
    readonly trackingNumber: string;
    readonly checkpoints: readonly Record<string, unknown>[];
  };
  /** What the carrier takes for an acceptance. */
  readonly reply: unknown;
};

const file = (carrier: string, name: string): string =>
  readFileSync(new URL(`../fixtures/carriers/${carrier}/${name}`, import.meta.url), "utf8");

export const goldenPushes: readonly GoldenPush[] = carrierCodes.map((carrier) => ({
  carrier,
  body: file(carrier, "push.body"),
  ...JSON.parse(file(carrier, "signed.json")),
  told: JSON.parse(file(carrier, "told.json")),
  reply: JSON.parse(file(carrier, "reply.json")),
}));
