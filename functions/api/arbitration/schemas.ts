import * as z from "zod/mini";
import { disputeGrounds } from "../../domain/dispute.ts";
import { evidenceKinds, evidenceSides } from "../../domain/evidence.ts";
import { parties } from "../../domain/judgment/verdict.ts";
import { reasons } from "../../domain/request.ts";
import { documented, id, instant, money } from "../../http/schemas.ts";
import { caseSummary, returnParcels, timelineEntry } from "../cases/schemas.ts";
import { inKind } from "../desk/queue-schema.ts";
import { disputeFields, disputeView, ruledRemedy, shares } from "../disputes/schemas.ts";
import { verdictView } from "../judgment/verdict-schema.ts";

/** What an arbiter reads. Amounts are in minor units of the case's currency. */

/** What an arbiter reads beyond that. */
const arbiterFields = {
  arbiterId: documented(z.optional(z.string()), { description: "Who has it in hand." }),
  barredArbiters: documented(z.array(z.string()), {
    description: "Who ruled first and does not hear the appeal.",
  }),
} as const;

export const disputeRow = documented(
  z.extend(caseSummary, {
    number: disputeFields.number,
    ground: disputeFields.ground,
    openedAt: instant,
    round: disputeFields.round,
    rested: disputeFields.rested,
    statements: z.int(),
    evidence: documented(z.int(), { description: "Files handed in during this round." }),
    rule: z.optional(z.string()),
    liability: z.optional(shares),
    ruling: documented(z.optional(z.object({ basis: z.string(), remedy: ruledRemedy, refundMinor: money })), {
      description: "What was ruled, where the ruling may be appealed or is.",
    }),
    overdue: z.boolean(),
    ...arbiterFields,
  }),
  { id: "DisputeRow" },
);

const similar = z.object({
  caseId: z.string(),
  rule: z.optional(z.string()),
  claimMinor: money,
  currency: z.string(),
  ground: disputeFields.ground,
  decidedAt: instant,
  basis: z.string(),
  round: z.int(),
  remedy: ruledRemedy,
  refundMinor: money,
  liability: shares,
});

const inspectedFlaws = z.array(z.object({ code: z.string(), place: z.string(), severity: z.string() }));

const inspectedItem = z.object({ inspectedAt: instant, grade: z.string(), flaws: inspectedFlaws });

const funding = z.object({ merchant: money, platform: money, carrier: money });

export const disputeFile = documented(
  z.object({
    ...disputeView.shape,
    ...arbiterFields,
    case: documented(
      z.extend(caseSummary, {
        description: z.optional(z.string()),
        claimedFlaw: z.optional(z.object({ code: z.string(), place: z.string() })),
      }),
      { description: "What the buyer asks for and why." },
    ),
    verdicts: documented(z.array(verdictView), {
      description: "Every verdict and ruling so far, with trace and near misses, the first one first.",
    }),
    atStake: documented(
      z.object({
        inKind,
        refundMinor: money,
        funding,
        compensationMinor: money,
        freightMinor: money,
        freightPayer: z.enum(parties),
        compensationCapMinor: documented(money, { description: "The most a ruling may grant." }),
      }),
      { description: "What the standing verdict would move." },
    ),
    lines: documented(
      z.array(
        z.object({
          lineId: z.string(),
          itemId: z.string(),
          title: z.string(),
          quantity: z.int(),
          amountMinor: money,
          intake: z.optional(inspectedItem),
          disclosed: inspectedFlaws,
          outbound: z.optional(inspectedItem),
          returned: z.optional(
            z.object({
              inspectedAt: instant,
              inspectedBy: z.string(),
              receivedQuantity: z.int(),
              sameItem: z.boolean(),
              flaws: inspectedFlaws,
            }),
          ),
          outboundParcel: z.optional(
            z.object({ carrier: z.string(), trackingNumber: z.string(), status: z.optional(z.string()) }),
          ),
        }),
      ),
      { description: "What was found at intake, before dispatch and when it came back, side by side." },
    ),
    returnParcels,
    evidence: documented(
      z.array(
        z.object({
          evidenceId: z.string(),
          side: z.enum(evidenceSides),
          kind: z.enum(evidenceKinds),
          contentType: z.string(),
          sizeBytes: z.int(),
          sha256: z.string(),
          arrivedAt: instant,
          shows: z.optional(
            z.object({
              lineId: z.optional(z.string()),
              flaw: z.optional(z.object({ code: z.string(), place: z.string() })),
              parcel: z.optional(z.string()),
            }),
          ),
        }),
      ),
      { description: "Every file of the case; `GET /v1/cases/{caseId}/evidence` has the links." },
    ),
    history: documented(z.array(timelineEntry), { description: "The latest entries of the timeline." }),
    similar: documented(z.array(similar), {
      description:
        "Decided disputes of the same reason, those of the same rule and the nearest amount first.",
    }),
  }),
  { id: "DisputeFile" },
);

export const queueQuery = {
  stage: z.optional(z.enum(["disputed", "evidence_closed", "awaiting_ruling", "ruled"])),
  ground: z.optional(z.enum(disputeGrounds)),
  reason: z.optional(z.enum(reasons)),
  merchantId: z.optional(id),
  assigned: documented(z.optional(z.enum(["me", "nobody"])), {
    description: "Those the caller has in hand, or those nobody has.",
  }),
  overdue: documented(z.optional(z.enum(["true"])), { description: "Only those whose deadline has passed." }),
  minimumMinor: documented(
    z.optional(
      z.codec(z.string().check(z.regex(/^\d{1,15}$/, "must be an amount in minor units")), z.bigint(), {
        decode: BigInt,
        encode: String,
      }),
    ),
    { description: "Only claims of at least so much.", override: { type: "string", pattern: "^\\d{1,15}$" } },
  ),
} as const;
