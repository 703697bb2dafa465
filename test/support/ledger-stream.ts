import type { DynamoDBRecord } from "aws-lambda";
import type { Transfer } from "../../functions/domain/settlement/transfer.ts";
import { transferKey } from "../../functions/store/keys.ts";
import { streamRecord } from "./cases-on-stream.ts";

/** What the stream tells of a transfer that lies in a partition. */
export const transferRecord = (partition: string, transfer: Transfer): DynamoDBRecord =>
  streamRecord({ ...transferKey(partition, transfer.stage, transfer.purpose), ...transfer });
