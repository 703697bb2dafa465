import * as z from "zod/mini";
import { type Operation, type Role, roles } from "./operation.ts";
import { Problem } from "./problem.ts";
import { id } from "./schemas.ts";

/** Who sends a request: everything is read and written inside `tenantId`. */
export type Caller = {
  readonly tenantId: string;
  readonly role: Role;
  /** The buyer's id for buyers, the merchant's for merchants, a named operator's, the token's subject for the others. */
  readonly id: string;
  readonly merchantId?: string;
  readonly buyerId?: string;
  /** The person behind an operator's token, where it names one: who rules has to be somebody. */
  readonly operatorId?: string;
};

/** `#` separates the parts of the table's keys and so never stands in an id. */
const subject = z.string().check(z.regex(/^[^#\s]{1,128}$/));

const claimsSchema = z.object({
  sub: subject,
  tenant: id,
  role: z.enum(roles),
  merchantId: z.optional(id),
  buyerId: z.optional(id),
  operatorId: z.optional(id),
});

/**
 * The caller named by the claims of a token that the gateway has already verified.
 *
 * @throws Problem `unauthenticated` without claims, `role_forbidden` if they name nobody who may do this
 */
export const callerOf = (claims: unknown, operation: Operation): Caller => {
  if (!claims) throw new Problem("unauthenticated", "Send a bearer token.");
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) throw new Problem("role_forbidden", "The token names no tenant and role.");
  const { sub, tenant: tenantId, role, merchantId, buyerId, operatorId } = parsed.data;
  if (operation.roles === "public" || !operation.roles.includes(role)) {
    throw new Problem("role_forbidden", `This is not for the role ${role}.`);
  }
  switch (role) {
    case "buyer":
      if (!buyerId) throw new Problem("role_forbidden", "A buyer's token names the buyer.");
      return { tenantId, role, id: buyerId, buyerId };
    case "merchant":
      if (!merchantId) throw new Problem("role_forbidden", "A merchant's token names the merchant.");
      return { tenantId, role, id: merchantId, merchantId };
    case "operator":
      return operatorId === undefined
        ? { tenantId, role, id: sub }
        : { tenantId, role, id: operatorId, operatorId };
    case "partner":
    case "warehouse":
      return { tenantId, role, id: sub };
    default:
      return role satisfies never;
  }
};
