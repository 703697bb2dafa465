import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { CaseState } from "../domain/case.ts";

/** The metric the alarm stands on: an operator is needed. */
const metrics = new Metrics({ namespace: "ConsignmentAfterSales", serviceName: "case-machine" });

/** Counts a case that was handed to an operator by this change, and only by this one. */
export const raiseManualReviewAlarm = (before: CaseState, after: CaseState): void => {
  if (before.stage === "manual_review" || after.stage !== "manual_review") return;
  metrics.addMetric("ManualReviewOpened", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
};
