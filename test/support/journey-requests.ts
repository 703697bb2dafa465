import type { fileCaseOperation } from "../../functions/api/cases/operations.ts";
import type { Input } from "../../lib/demo/api-client.ts";

/** Requests that several journeys begin with; who sends them names the tenant. */

type FileCase = Input<typeof fileCaseOperation>["body"];

/** No record speaks for or against it, so the merchant has to answer within 48 hours. */
export const faultWithoutRecord = (orderId: string, quantity = 1): FileCase => ({
  orderId,
  type: "return_and_refund",
  reason: "DEFECTIVE",
  description: "质量问题",
  claimedFlaw: { code: "open_seam", place: "back" },
  lines: [{ lineId: "1", quantity }],
});

/** Within the window: approved at once, the goods have to come back. */
export const changedMind = (orderId: string, quantity = 1): FileCase => ({
  orderId,
  type: "return_and_refund",
  reason: "CHANGED_MIND",
  lines: [{ lineId: "1", quantity }],
});
