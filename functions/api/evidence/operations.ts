import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { documented } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { announcedEvidence, evidenceView, uploadLink } from "./schemas.ts";

export const announceEvidenceOperation = defineOperation({
  operationId: "announceEvidence",
  method: "POST",
  path: "/v1/cases/{caseId}/evidence",
  area: "evidence",
  roles: ["partner", "buyer", "merchant", "operator", "warehouse"],
  summary: "Announce a file and get the link to upload it to.",
  description:
    "The file becomes evidence when it has arrived, and not by this call: one that is never uploaded within fifteen minutes never was. A partner adds for its buyers, a warehouse what came back. Files are not scanned: open them with care.",
  params: caseParams,
  body: announcedEvidence,
  replies: {
    201: {
      description: "The file may be uploaded.",
      schema: z.object({ evidenceId: z.string(), upload: uploadLink }),
    },
  },
  problems: ["not_found", "stage_forbids", "evidence_repeated", "evidence_limit_reached"],
});

export const listEvidenceOperation = defineOperation({
  operationId: "listEvidence",
  method: "GET",
  path: "/v1/cases/{caseId}/evidence",
  area: "evidence",
  roles: ["partner", "buyer", "merchant", "operator", "warehouse"],
  summary: "The evidence the caller may see, oldest first, with links that last five minutes.",
  params: caseParams,
  replies: {
    200: {
      description: "All of it: a case takes some dozens of files.",
      schema: z.object({
        items: z.array(evidenceView),
        roomFor: documented(z.int(), { description: "How many files the caller's side may still add." }),
      }),
    },
  },
  problems: ["not_found"],
});

export const operations = [announceEvidenceOperation, listEvidenceOperation] as const;
