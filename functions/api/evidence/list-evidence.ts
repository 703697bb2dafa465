import { defaultEvidenceLimits, fileNameOf, mayReadEvidence, roomFor } from "../../domain/evidence.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { loadEvidence } from "../../store/evidence.ts";
import { type Uploads, uploadKey } from "../../store/uploads.ts";
import { requireVisible } from "../cases/access.ts";
import { listEvidenceOperation } from "./operations.ts";
import { callerSide } from "./side.ts";

export const listEvidenceEndpoint = (uploadsOf: () => Uploads): Endpoint =>
  endpoint(listEvidenceOperation, async ({ caller, params, now }, { table }) => {
    const reference = { tenantId: caller.tenantId, caseId: params.caseId };
    const [snapshot, { files }] = await Promise.all([
      loadCase(table, reference),
      loadEvidence(table, reference),
    ]);
    if (!snapshot) throw notFound("case");
    const { state, verdict } = snapshot;
    requireVisible(caller, state);
    const disclosed = snapshot.dispute !== undefined;
    const shown = files.filter(
      ({ arrivedAt, side }) => arrivedAt !== undefined && mayReadEvidence(caller.role, side, disclosed),
    );
    const items = await Promise.all(
      shown.map(async (file) => ({
        ...file,
        download: await uploadsOf().downloadLink(
          uploadKey("evidence", state, file.evidenceId),
          fileNameOf(file, file.evidenceId),
          now,
        ),
      })),
    );
    const limits = verdict?.evidenceLimits ?? defaultEvidenceLimits;
    const room = roomFor(state, callerSide(caller), files, limits, now);
    return { status: 200, body: { items, roomFor: room } };
  });
