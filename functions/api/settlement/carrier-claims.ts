import type { Evidence } from "../../domain/evidence.ts";
import { type CarrierClaim, partsOfClaimId, settleClaim } from "../../domain/settlement/carrier-claim.ts";
import { append } from "../../domain/settlement/ledger.ts";
import { endpoint, type Reply } from "../../http/endpoint.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { carrierClaims, findCarrierClaim, settleClaimWrites } from "../../store/carrier-claims.ts";
import { loadEvidence } from "../../store/evidence.ts";
import { retryRaces } from "../../store/retry.ts";
import { type Conflict, transact } from "../../store/table.ts";
import { replyWrites } from "../cases/command.ts";
import {
  getCarrierClaimOperation,
  listCarrierClaimsOperation,
  settleCarrierClaimOperation,
} from "./operations.ts";

const viewOf = ({ openMinor, amountMinor, ...claim }: CarrierClaim) => ({
  ...claim,
  status: openMinor > 0n ? "open" : "closed",
  amountMinor: amountMinor > 0n ? amountMinor : 0n,
  openMinor: openMinor > 0n ? openMinor : 0n,
  ...(openMinor < 0n ? { overpaidMinor: -openMinor } : {}),
});

const replyWith = (claim: CarrierClaim): Reply => ({
  status: 200,
  body: viewOf(claim),
  version: claim.version,
});

export const listCarrierClaimsEndpoint = endpoint(
  listCarrierClaimsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listCarrierClaims/${query.status ?? "all"}`;
    const start = query.cursor === undefined ? undefined : cursors.verify(scope, query.cursor);
    const { items, lastKey } = await carrierClaims(table, caller.tenantId, query.status, query.limit, start);
    return {
      status: 200,
      body: {
        items: items.map(viewOf),
        ...(lastKey ? { nextCursor: cursors.sign(scope, lastKey) } : {}),
      },
    };
  },
);

/** Before it has arrived a file is no evidence. */
const hasArrived = ({ arrivedAt }: Evidence): boolean => arrivedAt !== undefined;

export const getCarrierClaimEndpoint = endpoint(
  getCarrierClaimOperation,
  async ({ caller, params }, { table }) => {
    const claim = await findCarrierClaim(table, caller.tenantId, partsOfClaimId(params.claimId));
    if (!claim) throw notFound("claim");
    const { files } = await loadEvidence(table, claim);
    const view = viewOf(claim);
    return {
      status: 200,
      body: { ...view, evidence: { ...view.evidence, files: files.filter(hasArrived) } },
      version: claim.version,
    };
  },
);

/** A repeated request is no race: it gets the answer of the first. */
const isRaceForClaim = ({ conflicts }: Conflict): boolean => !conflicts.includes("idempotency");

export const settleCarrierClaimEndpoint = endpoint(
  settleCarrierClaimOperation,
  ({ caller, params, body, ifMatch, idempotency, now }, { table }) =>
    retryRaces(async () => {
      const claim = await findCarrierClaim(table, caller.tenantId, partsOfClaimId(params.claimId));
      if (!claim) throw notFound("claim");
      if (ifMatch !== undefined && ifMatch !== claim.version) {
        throw new Problem("precondition_failed", "Another version stands. Read it again.");
      }
      const { after, transfer } = settleClaim(claim, body, now);
      append([], [transfer]);
      const reply = replyWith(after);
      await transact(table, [
        ...settleClaimWrites(table, claim, after, transfer),
        ...replyWrites(table, settleCarrierClaimOperation, caller, idempotency, reply, now),
      ]);
      return reply;
    }, isRaceForClaim),
);
