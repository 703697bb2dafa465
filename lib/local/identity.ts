import { writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import type { Role } from "../../functions/http/operation.ts";
import { recall } from "./data-directory.ts";
import type { InvocationResult } from "./function-environment.ts";

/** Whom a token speaks for. */
export type TokenClaims = {
  readonly tenant: string;
  readonly role: Role;
  readonly merchantId?: string | undefined;
  readonly buyerId?: string | undefined;
  readonly operatorId?: string | undefined;
  /** Instead of the client's own validity. */
  readonly expiresInSeconds?: number | undefined;
};

/** A machine client of the template's user pool. */
export type PoolClient = {
  readonly clientId: string;
  readonly allowedScopes: readonly string[];
  readonly validitySeconds: number;
};

export type UserPool = {
  readonly poolId: string;
  readonly poolArn: string;
  readonly issuer: string;
  readonly clients: readonly PoolClient[];
  readonly region: string;
  /** The pre-token-generation trigger; tokens carry no claims of ours without it. */
  readonly triggerArn: string | undefined;
};

/** No client of the template may ask for such a token. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

export type Identity = {
  token(claims: TokenClaims): Promise<string>;
  /** The claims of a token signed by this pool, not yet expired; undefined for any other. */
  verify(
    token: string,
    expected: { issuer: string; audience: readonly string[] },
  ): Promise<Claims | undefined>;
};

export type Claims = Readonly<Record<string, unknown>>;

const algorithm = "RS256";

type KeyPair = { privateKey: CryptoKey; publicKey: CryptoKey };

/** The pool's signing key; kept in `file`, so that tokens outlive a restart. */
const loadKeys = async (file: string | undefined): Promise<KeyPair> => {
  const kept = recall<{ privateJwk: JWK; publicJwk: JWK }>(file);
  if (kept) {
    return {
      privateKey: (await importJWK(kept.privateJwk, algorithm)) as CryptoKey,
      publicKey: (await importJWK(kept.publicJwk, algorithm)) as CryptoKey,
    };
  }
  const pair = await generateKeyPair(algorithm, { extractable: true });
  if (file) {
    const keys = { privateJwk: await exportJWK(pair.privateKey), publicJwk: await exportJWK(pair.publicKey) };
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return pair;
};

type TriggerResponse = {
  response?: {
    claimsAndScopeOverrideDetails?: {
      accessTokenGeneration?: {
        claimsToAddOrOverride?: Record<string, unknown>;
        claimsToSuppress?: string[];
        scopesToAdd?: string[];
        scopesToSuppress?: string[];
      } | null;
    } | null;
  };
};

/**
 * Plays the token endpoint of the template's user pool for machine clients: the partner's own client asks
 * for its tenant's scope and one role, the real trigger makes claims of them, the local key signs.
 */
export const createIdentity = async (options: {
  pool: UserPool;
  invoke: (functionArn: string, event: unknown) => Promise<InvocationResult>;
  now: () => number;
  keyFile: string | undefined;
}): Promise<Identity> => {
  const { pool } = options;
  const { privateKey, publicKey } = await loadKeys(options.keyFile);

  const clientFor = (wanted: readonly string[]): PoolClient => {
    const client = pool.clients.find(({ allowedScopes }) =>
      wanted.every((scope) => allowedScopes.includes(scope)),
    );
    if (client) return client;
    const known = pool.clients
      .flatMap(({ allowedScopes }) => allowedScopes)
      .filter((scope, index, all) => all.indexOf(scope) === index)
      .sort();
    throw new TokenRefused(
      `No client may ask for ${wanted.join(" and ")}; the pool's clients have ${known.join(", ")}.`,
    );
  };

  const applyTrigger = async (
    client: PoolClient,
    scopes: string[],
    clientMetadata: Record<string, string>,
  ) => {
    if (pool.triggerArn === undefined) return { scopes, claims: {} };
    const result = await options.invoke(pool.triggerArn, {
      version: "3",
      triggerSource: "TokenGeneration_ClientCredentials",
      region: pool.region,
      userPoolId: pool.poolId,
      userName: client.clientId,
      callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: client.clientId },
      request: { userAttributes: {}, scopes, clientMetadata },
      response: { claimsAndScopeOverrideDetails: null },
    });
    if (!result.ok) {
      const { errorType, errorMessage } = result.error;
      throw new TokenRefused(`The pre-token-generation trigger refused: ${errorType}: ${errorMessage}`);
    }
    const generation = (result.payload as TriggerResponse | null)?.response?.claimsAndScopeOverrideDetails
      ?.accessTokenGeneration;
    const suppressed = generation?.scopesToSuppress ?? [];
    const claims = Object.entries(generation?.claimsToAddOrOverride ?? {}).filter(
      ([name]) => !generation?.claimsToSuppress?.includes(name),
    );
    return {
      scopes: [...scopes.filter((scope) => !suppressed.includes(scope)), ...(generation?.scopesToAdd ?? [])],
      claims: Object.fromEntries(claims),
    };
  };

  return {
    token: async (wanted) => {
      const requested = [`aftersales/${wanted.role}`, `tenants/${wanted.tenant}`];
      const client = clientFor(requested);
      const { merchantId, buyerId, operatorId } = wanted;
      const metadata = Object.entries({ merchantId, buyerId, operatorId }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      const { scopes, claims } = await applyTrigger(client, requested, Object.fromEntries(metadata));
      const issuedAt = Math.floor(options.now() / 1000);
      return new SignJWT({
        token_use: "access",
        client_id: client.clientId,
        scope: scopes.join(" "),
        version: 2,
        jti: crypto.randomUUID(),
        auth_time: issuedAt,
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, kid: "local" })
        .setIssuer(pool.issuer)
        .setSubject(client.clientId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + (wanted.expiresInSeconds ?? client.validitySeconds))
        .sign(privateKey);
    },
    verify: async (token, { issuer, audience }) => {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: [algorithm],
          issuer,
          currentDate: new Date(options.now()),
          requiredClaims: ["exp"],
        });
        // Access tokens of a machine client carry `client_id` and no `aud`; API Gateway takes either.
        const names = [payload.aud ?? payload.client_id].flat();
        return names.some((name) => audience.includes(String(name))) ? payload : undefined;
      } catch {
        return undefined;
      }
    },
  };
};
