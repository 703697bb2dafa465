import { randomUUID } from "node:crypto";
import type { Activity } from "./activity.ts";
import type { BusEvent } from "./bus.ts";

/**
 * A sandbox of the platforms' label service: it hears on the bus that a label was ordered, and answers over HTTP. Its
 * labels carry a waybill of the sandbox, so that the parcel really travels.
 */

/** How an order is treated; `silent` never answers, as a service that is down. */
export const labelBehaviours = ["issues", "fails", "silent"] as const;
export type LabelBehaviour = (typeof labelBehaviours)[number];

export type LabelService = {
  hear(event: BusEvent): void;
  behave(behaviour: LabelBehaviour): void;
  behaviour(): LabelBehaviour;
};

/** What a parcel of two kilograms costs within the country, in minor units. */
const costMinor = 1_200;

export const createLabelService = (options: {
  readonly url: string;
  /** Of the role partner. */
  readonly token: (tenant: string) => Promise<string>;
  readonly activity: Activity;
  readonly failed: (error: unknown) => void;
}): LabelService => {
  let behaviour: LabelBehaviour = "issues";

  const answer = async (tenant: string, labelId: string, body: object): Promise<void> => {
    const reply = await fetch(`${options.url}/v1/labels/${labelId}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await options.token(tenant)}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`label ${labelId} was answered ${reply.status}: ${await reply.text()}`);
  };

  return {
    hear: (event) => {
      if (event["detail-type"] !== "ReturnLabelOrdered" || behaviour === "silent") return;
      const { tenantId, caseId, payload } = event.detail as {
        readonly tenantId: string;
        readonly caseId: string;
        readonly payload: { readonly labelId: string };
      };
      const said =
        behaviour === "fails"
          ? { result: "failed", reason: "The carrier does not collect at this address." }
          : {
              result: "issued",
              carrier: "sandbox",
              trackingNumber: `TEST-DELIVERED-${caseId}`,
              costMinor,
              document: `https://labels.invalid/${payload.labelId}`,
            };
      const done = options.activity.begin();
      answer(tenantId, payload.labelId, said).catch(options.failed).finally(done);
    },
    behave: (wanted) => {
      behaviour = wanted;
    },
    behaviour: () => behaviour,
  };
};
