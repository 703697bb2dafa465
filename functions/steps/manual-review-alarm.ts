import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { CaseState } from "../domain/case.ts";

/** The metric the alarm stands on: an operator is needed. */
const metrics = new Metrics({ namespace: "ConsignmentAfterSales", serviceName: "case-machine" });

/** Counts a case that this change handed to an operator, or called one to again. */
export const raiseManualReviewAlarm = (before: CaseState, after: CaseState): void => {
  const called = after.stage === "manual_review" && before.waitSince !== after.waitSince;
  if (!called) return;
  metrics.addMetric("ManualReviewOpened", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
};
