import type { PreTokenGenerationV3TriggerEvent } from "aws-lambda";
import { type Role, roles } from "../../http/operation.ts";
import { id } from "../../http/schemas.ts";

/**
 * Turns the scopes of a machine client into the claims this API reads: Cognito's pre-token-generation
 * trigger, version 3, for the client-credentials grant. A token speaks for one tenant in one role; whatever
 * else the client was granted is taken out of it. Throwing refuses the token.
 */

const scopesUnder = (resourceServer: string, scopes: readonly string[]): readonly string[] =>
  scopes
    .filter((scope) => scope.startsWith(`${resourceServer}/`))
    .map((scope) => scope.slice(resourceServer.length + 1));

const tenantOf = (scopes: readonly string[]): string => {
  const [tenant, ...others] = scopesUnder("tenants", scopes);
  if (tenant === undefined || others.length > 0) throw new Error("A token is for exactly one tenant.");
  return requireId("tenant", tenant);
};

const isRole = (name: string): name is Role => (roles as readonly string[]).includes(name);

/** The role asked for; a client that was granted several and asks for none is the partner itself. */
const roleOf = (scopes: readonly string[], asked: string | undefined): Role => {
  const granted = scopesUnder("aftersales", scopes).filter(isRole);
  const role = granted.length === 1 ? granted[0] : granted.find((each) => each === (asked ?? "partner"));
  if (role === undefined || (asked !== undefined && asked !== role)) {
    throw new Error("A token is for exactly one role that the client was granted.");
  }
  return role;
};

const requireId = (name: string, value: string | undefined): string => {
  const parsed = id.safeParse(value);
  if (!parsed.success) throw new Error(`A token for this role names a valid ${name}.`);
  return parsed.data;
};

/** Whom a token speaks for. An operator's may name the person: a client is the same for all of a platform's people. */
const subjectClaims = (role: Role, metadata: Readonly<Record<string, string>>): Record<string, string> => {
  switch (role) {
    case "buyer":
      return { buyerId: requireId("buyerId", metadata.buyerId) };
    case "merchant":
      return { merchantId: requireId("merchantId", metadata.merchantId) };
    case "operator":
      return metadata.operatorId === undefined
        ? {}
        : { operatorId: requireId("operatorId", metadata.operatorId) };
    case "partner":
    case "warehouse":
      return {};
    default:
      return role satisfies never;
  }
};

export const handler = async (
  event: PreTokenGenerationV3TriggerEvent,
): Promise<PreTokenGenerationV3TriggerEvent> => {
  const { scopes = [], clientMetadata = {} } = event.request;
  const tenant = tenantOf(scopes);
  const role = roleOf(scopes, clientMetadata.role);
  return {
    ...event,
    response: {
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: {
          claimsToAddOrOverride: { tenant, role, ...subjectClaims(role, clientMetadata) },
          scopesToSuppress: scopes.filter(
            (scope) => scope.startsWith("aftersales/") && scope !== `aftersales/${role}`,
          ),
        },
      },
    },
  };
};
