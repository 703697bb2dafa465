import { createHash } from "node:crypto";
import { announceEvidenceOperation } from "../../functions/api/evidence/operations.ts";
import { type ApiClient, type As, UnexpectedAnswer } from "./api-client.ts";

/** Announces a photograph and uploads it by the link of the answer, as an app would. */
export const uploadPhoto = async (
  api: ApiClient,
  as: As,
  params: { readonly caseId: string },
  content: Uint8Array<ArrayBuffer>,
): Promise<void> => {
  const { upload } = await api.call(as, announceEvidenceOperation, {
    params,
    body: {
      kind: "photo",
      contentType: "image/png",
      sizeBytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
    },
  });
  const { "content-length": _, ...headers } = upload.headers;
  const answer = await fetch(upload.url, { method: upload.method, headers, body: content });
  if (!answer.ok)
    throw new UnexpectedAnswer(`the upload was answered ${answer.status}: ${await answer.text()}`);
};

/** The smallest picture there is, one pixel, different for each number. */
export const aPicture = (number: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array([
    ...Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    ),
    number % 256,
  ]);
