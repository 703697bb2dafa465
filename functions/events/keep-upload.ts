import * as z from "zod/mini";
import { InvariantViolation } from "../domain/errors.ts";
import { keepArrivedEvidence } from "../store/evidence.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { deployedUploads, evidenceOfKey, type Uploads } from "../store/uploads.ts";

/** What S3 tells of a new object, as far as it is needed. */
export const uploadedObject = z.looseObject({ object: z.looseObject({ key: z.string() }) });

/**
 * Makes an uploaded file what it was announced as. S3 itself tells of it, so no client can forget to; and S3 may tell
 * it twice. What lies there is asked for anew: the event knows neither checksum nor type.
 *
 * @throws InvariantViolation if the object is not what was announced, or nobody announced it: the event is then
 *   kept, and somebody is called
 */
export const keepUpload = async (
  { table, uploads }: { readonly table: Table; readonly uploads: Uploads },
  detail: unknown,
  now: number,
): Promise<void> => {
  const { key } = uploadedObject.parse(detail).object;
  const evidence = evidenceOfKey(key);
  if (!evidence) throw new InvariantViolation(`nothing is uploaded as ${key}`);
  await keepArrivedEvidence(table, evidence, await uploads.describe(key), now);
};

export const handler = (event: { readonly detail: unknown }): Promise<void> =>
  keepUpload({ table: deployedTable(), uploads: deployedUploads() }, event.detail, Date.now());
