import * as z from "zod/mini";
import { parties } from "../../domain/judgment/verdict.ts";
import { defineOperation } from "../../http/operation.ts";
import { carrier, documented, id, money } from "../../http/schemas.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import { argument, disputeView, reasonText, remedy, ruledRemedy, shares } from "./schemas.ts";

/** What the sides of a dispute and its arbiters can do. A partner speaks for its buyers. */

const sides = ["partner", "buyer", "merchant"] as const;
const command = {
  method: "POST",
  area: "disputes",
  params: caseParams,
  conditional: true,
} as const;
const usual = ["not_found", "stage_forbids", "precondition_failed"] as const;

export const openDisputeOperation = defineOperation({
  ...command,
  operationId: "openDispute",
  path: "/v1/cases/{caseId}/dispute",
  roles: sides,
  summary: "Object to a refusal, to an ineligible verdict, or to the verdict on what came back.",
  description:
    "The buyer objects to a refusal or an ineligible verdict within seven days, either side to the verdict on a return inspected worse than sent within 48 hours. Then both sides are heard. A verdict that asks for an arbiter opens a dispute by itself.",
  body: z.strictObject(argument),
  replies: { 200: { description: "The dispute is open.", schema: caseReceipt } },
  problems: [...usual],
});

export const submitStatementOperation = defineOperation({
  ...command,
  operationId: "submitDisputeStatement",
  path: "/v1/cases/{caseId}/dispute/statements",
  roles: sides,
  summary: "Say something in a dispute, rest, or both.",
  description:
    "A side is heard until its deadline or until it rests; once nobody is heard any more, the arbiter is asked. Silence means that the case is decided on file. On an appeal whoever has to answer one is heard: its other side, or both when both have appealed.",
  body: z
    .strictObject({
      text: z.optional(argument.text),
      evidenceIds: argument.evidenceIds,
      rest: documented(z._default(z.boolean(), false), {
        description: "This side has said all it has to say in this round.",
      }),
    })
    .check(
      z.refine((body) => body.text !== undefined || (body.rest && body.evidenceIds.length === 0), {
        path: ["text"],
        error: "is required unless the side only rests",
      }),
    ),
  replies: { 200: { description: "It is on file.", schema: caseReceipt } },
  problems: [...usual, "statements_exceeded"],
});

export const proposeSettlementOperation = defineOperation({
  ...command,
  operationId: "proposeDisputeSettlement",
  path: "/v1/cases/{caseId}/dispute/proposals",
  roles: sides,
  summary: "Say what would settle the dispute: a remedy and an amount, paid by the merchant.",
  description:
    "Open until an arbiter rules, or the ruling is final. A new proposal, of either side, takes the place of the one before. What others than the merchant answer for can only be ruled: nobody agrees at the expense of somebody who was not asked.",
  body: z.strictObject({
    remedy,
    amountMinor: documented(z.optional(money), {
      description:
        "What is refunded of the price; at most the claim. Where the remedy is goods, what is refunded if they cannot be had, and the claim if absent.",
    }),
  }),
  replies: { 200: { description: "The other side may accept it.", schema: caseReceipt } },
  problems: [...usual, "ruling_unsound"],
});

export const acceptProposalOperation = defineOperation({
  ...command,
  operationId: "acceptDisputeProposal",
  path: "/v1/cases/{caseId}/dispute/agreement",
  roles: sides,
  summary: "Accept what the other side proposes; binding for both, and the end of the dispute.",
  body: z.strictObject({
    proposal: documented(z.int().check(z.minimum(1), z.maximum(999_999)), {
      description: "The number of the proposal, so that none that came meanwhile is accepted unread.",
      example: 1,
    }),
  }),
  replies: { 200: { description: "The agreement is carried out.", schema: caseReceipt } },
  problems: [...usual, "proposal_gone", "quantity_exceeded"],
});

export const withdrawDisputeOperation = defineOperation({
  ...command,
  operationId: "withdrawDispute",
  path: "/v1/cases/{caseId}/dispute/withdrawal",
  roles: sides,
  summary: "Let a dispute, or an appeal, go: what stood before stands.",
  description:
    "For whoever opened it; a buyer who still has the goods may also let the claim itself go, which closes the case. Whoever lets its appeal go has accepted the ruling: the other's own appeal goes on, and one that has not appealed has what is left of its window.",
  replies: { 200: { description: "What stood before stands.", schema: caseReceipt } },
  problems: [...usual, "quantity_exceeded"],
});

export const getDisputeOperation = defineOperation({
  operationId: "getCaseDispute",
  method: "GET",
  path: "/v1/cases/{caseId}/dispute",
  area: "disputes",
  roles: ["partner", "buyer", "merchant", "operator"],
  summary: "The latest dispute of a case: who is heard until when, what was said, what is proposed.",
  params: caseParams,
  replies: { 200: { description: "Both sides read the same.", schema: disputeView } },
  problems: ["not_found"],
});

export const ruleCaseOperation = defineOperation({
  ...command,
  operationId: "ruleCase",
  path: "/v1/cases/{caseId}/ruling",
  roles: ["operator"],
  summary: "Rule on a disputed case.",
  description:
    "For an operator whose token names a person (`operatorId`). The ruling is the case's next verdict. Both sides may appeal within seven days; whoever ruled first does not hear the appeal, and what is ruled on it is final.",
  body: z.strictObject({
    liability: shares,
    remedy: documented(ruledRemedy, {
      description:
        "`none` where nothing is refunded. Goods only where they can be given: the dispute's `remedies` say so.",
    }),
    refundMinor: documented(z.optional(money), {
      description:
        "What is refunded of the price; at most the claim. Where the remedy is goods, what is refunded if they cannot be had, and the claim if absent; a missing part of goods that were to come back has to be priced.",
    }),
    compensationMinor: documented(z.optional(money), {
      description:
        "On top of the price, from those at fault: at most three times the claim, or what the standing verdict grants.",
    }),
    freightPayer: z.enum(parties),
    freightCapMinor: documented(z.optional(money), {
      description:
        "Most of the return freight, or of a replacement's, that is given back; as the standing verdict says if absent.",
    }),
    carrier: documented(z.optional(carrier), {
      description: "The carrier that answers, where one does and the standing verdict names none.",
    }),
    reason: reasonText,
    told: documented(
      z.optional(z.strictObject({ buyer: z.optional(reasonText), merchant: z.optional(reasonText) })),
      { description: "The reason in a side's own words; what follows for it is added." },
    ),
  }),
  replies: { 200: { description: "The ruling is given.", schema: caseReceipt } },
  problems: [...usual, "ruling_unsound", "dispute_taken", "arbiter_barred", "quantity_exceeded"],
});

export const appealRulingOperation = defineOperation({
  ...command,
  operationId: "appealRuling",
  path: "/v1/cases/{caseId}/appeal",
  roles: sides,
  summary: "Appeal a ruling, once, within seven days or as long as the other side's appeal is not ruled on.",
  description:
    "Each side has one appeal. The other side is heard for 48 hours, then another arbiter rules on one appeal or both, and that is final.",
  body: z.strictObject(argument),
  replies: { 200: { description: "The appeal is heard.", schema: caseReceipt } },
  problems: [...usual],
});

export const acceptRulingOperation = defineOperation({
  ...command,
  operationId: "acceptRuling",
  path: "/v1/cases/{caseId}/ruling/acceptance",
  roles: sides,
  summary: "Say that this side will not appeal; once both have, the ruling is final at once.",
  replies: { 200: { description: "It is on record.", schema: caseReceipt } },
  problems: [...usual, "quantity_exceeded"],
});

export const assignDisputeOperation = defineOperation({
  ...command,
  operationId: "assignDispute",
  path: "/v1/disputes/{caseId}/assignment",
  roles: ["operator"],
  summary: "Take a dispute in hand, or hand it to another arbiter.",
  description:
    "For an operator whose token names a person (`operatorId`). One that another has in hand is not taken in passing: it is handed over by name.",
  body: z.strictObject({
    arbiterId: documented(z.optional(id), { description: "Whoever is to have it; the caller if absent." }),
  }),
  replies: { 200: { description: "The arbiter has it in hand.", schema: caseReceipt } },
  problems: [...usual, "dispute_taken", "arbiter_barred"],
});

export const operations = [
  openDisputeOperation,
  submitStatementOperation,
  proposeSettlementOperation,
  acceptProposalOperation,
  withdrawDisputeOperation,
  getDisputeOperation,
  ruleCaseOperation,
  appealRulingOperation,
  acceptRulingOperation,
  assignDisputeOperation,
] as const;
