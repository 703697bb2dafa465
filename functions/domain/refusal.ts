/** Why a merchant may refuse, and what it has to show for it. */

export const refusalReasons = [
  "goods_as_described",
  "evidence_insufficient",
  "used_or_worn",
  "already_fulfilled",
  "other",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/**
 * `note`: a sentence. `inspection`: each line's outbound inspection is on record, so that nothing has to be sent.
 * `evidence`: at least one file of the merchant's own that has arrived.
 */
export const proofs = ["none", "note", "inspection", "evidence"] as const;
export type Proof = (typeof proofs)[number];

export type AllowedRefusal = { readonly reason: RefusalReason; readonly proof: Proof };

/** Where neither the rule nor the rule set says otherwise. */
export const defaultRefusals: readonly AllowedRefusal[] = [
  { reason: "goods_as_described", proof: "inspection" },
  { reason: "evidence_insufficient", proof: "none" },
  { reason: "used_or_worn", proof: "evidence" },
  { reason: "other", proof: "note" },
];
