import { ulid } from "ulid";
import type { CaseDetail } from "../../domain/case.ts";
import { defaultEvidenceLimits, type Evidence, requireAdmissible } from "../../domain/evidence.ts";
import { type Endpoint, endpoint } from "../../http/endpoint.ts";
import { invalidField, notFound } from "../../http/problem.ts";
import { loadCase } from "../../store/cases.ts";
import { announcementWrites, loadEvidence } from "../../store/evidence.ts";
import { retryRaces } from "../../store/retry.ts";
import { transact } from "../../store/table.ts";
import { type Uploads, uploadKey } from "../../store/uploads.ts";
import { actorOf, requireVisible } from "../cases/access.ts";
import { replyWrites } from "../cases/command.ts";
import { announceEvidenceOperation } from "./operations.ts";
import { callerSide } from "./side.ts";

/** @throws Problem `invalid_request` if the file is said to show a line the case is not about */
const requireSubject = ({ lines }: CaseDetail, shows: Evidence["shows"]): void => {
  if (shows?.lineId === undefined || lines.some(({ lineId }) => lineId === shows.lineId)) return;
  throw invalidField("/shows/lineId", "is not a line of the case");
};

export const announceEvidenceEndpoint = (uploadsOf: () => Uploads): Endpoint =>
  endpoint(announceEvidenceOperation, async ({ caller, params, body, now, idempotency }, { table }) => {
    const reference = { tenantId: caller.tenantId, caseId: params.caseId };
    const side = callerSide(caller);
    const evidenceId = ulid(now);
    const { shows, ...file } = body;
    const announced: Evidence = {
      ...file,
      evidenceId,
      side,
      by: actorOf(caller),
      announcedAt: now,
      ...(shows ? { shows } : {}),
    };
    const upload = await uploadsOf().uploadLink(uploadKey("evidence", reference, evidenceId), file, now);
    const reply = { status: 201, body: { evidenceId, upload } };
    await retryRaces(
      async () => {
        const [snapshot, { files, tallyVersion }] = await Promise.all([
          loadCase(table, reference),
          loadEvidence(table, reference),
        ]);
        if (!snapshot) throw notFound("case");
        requireVisible(caller, snapshot.state);
        requireSubject(snapshot.detail, shows);
        const limits = snapshot.verdict?.evidenceLimits ?? defaultEvidenceLimits;
        requireAdmissible(snapshot.state, side, file, files, limits, now);
        await transact(table, [
          ...announcementWrites(table, reference, announced, tallyVersion),
          // The link in it has ended long before the record of the answer does.
          ...replyWrites(table, announceEvidenceOperation, caller, idempotency, reply, now),
        ]);
      },
      ({ conflicts }) => !conflicts.includes("idempotency"),
    );
    return reply;
  });
