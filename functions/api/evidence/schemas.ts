import * as z from "zod/mini";
import {
  contentTypes,
  evidenceKinds,
  evidenceParcels,
  evidenceSides,
  maximumFileBytes,
} from "../../domain/evidence.ts";
import { code, documented, id, instant, sha256 } from "../../http/schemas.ts";

const typesOf = <Kind extends keyof typeof contentTypes>(kind: Kind) =>
  z.enum(Object.keys(contentTypes[kind]) as [string, ...string[]], {
    error: `must be one of ${Object.keys(contentTypes[kind]).join(", ")}`,
  });

const described = {
  sizeBytes: documented(z.int().check(z.minimum(1), z.maximum(maximumFileBytes)), {
    description: "The file's length in bytes, at most 20 MiB.",
    example: 248_113,
  }),
  sha256,
};

const file = <Kind extends keyof typeof contentTypes>(kind: Kind) =>
  z.strictObject({ kind: z.literal(kind), contentType: typesOf(kind), ...described });

const subject = documented(
  z.strictObject({
    lineId: z.optional(id),
    flaw: z.optional(z.strictObject({ code, place: code })),
    parcel: z.optional(z.enum(evidenceParcels)),
  }),
  { description: "What the file shows: a line of the case, a flaw and where it is, a parcel." },
);

const withSubject = { shows: z.optional(subject) };

/** A file to be uploaded; its type has to fit its kind. */
export const announcedFile = z.discriminatedUnion("kind", [file("photo"), file("video"), file("document")]);

/** The same with what it is to show. */
export const announcedEvidence = z.discriminatedUnion("kind", [
  z.extend(file("photo"), withSubject),
  z.extend(file("video"), withSubject),
  z.extend(file("document"), withSubject),
]);

export const uploadLink = documented(
  z.object({
    method: z.literal("PUT"),
    url: z.string(),
    headers: documented(z.record(z.string(), z.string()), {
      description:
        "To be sent just like this; a browser sets content-length itself. Another length, type or checksum, or a second upload, is refused by S3.",
    }),
    expiresAt: instant,
  }),
  { id: "UploadLink" },
);

export const downloadLink = documented(z.object({ url: z.string(), expiresAt: instant }), {
  id: "DownloadLink",
});

export const evidenceView = documented(
  z.object({
    evidenceId: z.string(),
    side: z.enum(evidenceSides),
    kind: z.enum(evidenceKinds),
    contentType: z.string(),
    sizeBytes: z.int(),
    sha256: z.string(),
    shows: z.optional(subject),
    arrivedAt: instant,
    download: downloadLink,
  }),
  { id: "Evidence" },
);
