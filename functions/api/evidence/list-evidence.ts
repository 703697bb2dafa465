import { defaultEvidenceLimits, fileNameOf, mayReadEvidence, roomFor } from "../../domain/evidence.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { loadEvidence } from "../../store/evidence.ts";
import { evidenceObjectKey, type Uploads } from "../../store/uploads.ts";
import { requireCaseState } from "../cases/visible-case.ts";
import { listEvidenceOperation } from "./operations.ts";
import { callerSide } from "./side.ts";

export const listEvidenceEndpoint = (uploadsOf: () => Uploads): Endpoint =>
  endpoint(listEvidenceOperation, async ({ caller, params, now }, { table }) => {
    const state = await requireCaseState(table, caller, params.caseId);
    const { files } = await loadEvidence(table, state);
    const shown = files.filter(
      ({ arrivedAt, side }) => arrivedAt !== undefined && mayReadEvidence(caller.role, side),
    );
    const items = await Promise.all(
      shown.map(async (file) => ({
        ...file,
        download: await uploadsOf().downloadLink(
          evidenceObjectKey(state, file.evidenceId),
          fileNameOf(file, file.evidenceId),
          now,
        ),
      })),
    );
    const room = roomFor(state, callerSide(caller), files, defaultEvidenceLimits, now);
    return { status: 200, body: { items, roomFor: room } };
  });
