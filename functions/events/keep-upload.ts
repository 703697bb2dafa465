import * as z from "zod/mini";
import { InvariantViolation } from "../domain/errors.ts";
import type { FoundFile } from "../domain/evidence.ts";
import { keepArrivedEvidence } from "../store/evidence.ts";
import { deployedTable, type Table } from "../store/table.ts";
import { keepArrivedAttachment } from "../store/thread.ts";
import {
  deployedUploads,
  type UploadedFile,
  type UploadPurpose,
  type Uploads,
  uploadedAs,
} from "../store/uploads.ts";

const keepers: {
  readonly [purpose in UploadPurpose]: (
    table: Table,
    file: UploadedFile,
    found: FoundFile,
    now: number,
  ) => Promise<void>;
} = { evidence: keepArrivedEvidence, attachment: keepArrivedAttachment };

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
  const uploaded = uploadedAs(key);
  if (!uploaded) throw new InvariantViolation(`nothing is uploaded as ${key}`);
  await keepers[uploaded.purpose](table, uploaded, await uploads.describe(key), now);
};

export const handler = (event: { readonly detail: unknown }): Promise<void> =>
  keepUpload({ table: deployedTable(), uploads: deployedUploads() }, event.detail, Date.now());
