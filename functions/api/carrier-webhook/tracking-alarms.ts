import { Logger } from "@aws-lambda-powertools/logger";
import type { Checkpoint } from "../../domain/tracking.ts";
import type { ParkingReason } from "../../store/parked-pushes.ts";

/** What the alarms stand on: a person has to look at what carriers tell. */
export const trackingMetrics = ["UnknownCarrierCode", "ParcelExceptionOpened", "PushParked"] as const;
type TrackingMetric = (typeof trackingMetrics)[number];

const logger = new Logger();

/**
 * One line in CloudWatch's embedded metric format. Powertools would print the same line for 9 KiB more in a bundle that
 * answers every push.
 */
const count = (name: TrackingMetric, many: number): void => {
  const metric = {
    Namespace: "ConsignmentAfterSales",
    Dimensions: [["service"]],
    Metrics: [{ Name: name, Unit: "Count" }],
  };
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [metric] };
  console.log(JSON.stringify({ _aws, service: "tracking", [name]: many }));
};

/** Counts codes nobody gave a meaning, and names them in the log: they are no personal data. */
export const raiseUnknownCodes = (news: readonly Checkpoint[]): void => {
  const unknown = news.filter(({ status }) => status === "unknown");
  if (unknown.length === 0) return;
  count("UnknownCarrierCode", unknown.length);
  const codes = [...new Set(unknown.map(({ source, code }) => `${source}: ${code}`))];
  logger.warn("unknown carrier codes", { codes });
};

export const raiseParcelException = (kind: string): void => {
  count("ParcelExceptionOpened", 1);
  logger.warn("a parcel's terminal fact was contradicted", { kind });
};

/** A push that failed is an error of ours; one that cannot be read says itself why. */
export const raiseParkedPush = ({ reason, detail }: ParkingReason, error: unknown): void => {
  count("PushParked", 1);
  if (reason === "failed" && error instanceof Error) logger.error("a push was parked", { reason, error });
  else logger.warn("a push was parked", { reason, detail });
};
