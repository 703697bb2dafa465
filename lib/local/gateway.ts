import type { IncomingMessage } from "node:http";
import type { Functions } from "./functions.ts";
import { type HttpReply, httpReply, message, requestEvent } from "./gateway-event.ts";
import type { Claims, Identity } from "./identity.ts";
import { compileRoutes } from "./routes.ts";

export type JwtAuthorizer = { readonly issuer: string; readonly audience: readonly string[] };

export type ApiRoute = {
  readonly routeKey: string;
  readonly functionArn: string;
  /** Whether API Gateway may invoke the function at all; the template's Lambda permission. */
  readonly permitted: boolean;
  readonly authorizer: JwtAuthorizer | undefined;
  /** One of them is enough. */
  readonly scopes: readonly string[];
};

/** Plays the HTTP API of the template. */
export type Gateway = { handle(request: IncomingMessage, body: Buffer): Promise<HttpReply> };

/** API Gateway's own limit for a request's body. */
export const maximumBodyBytes = 10 * 1024 * 1024;

const unauthorized = (challenge: string): HttpReply =>
  message(401, "Unauthorized", { "www-authenticate": challenge });

export const createGateway = (options: {
  apiId: string;
  account: string;
  routes: readonly ApiRoute[];
  verify: Identity["verify"];
  invoke: Functions["invoke"];
  now: () => number;
}): Gateway => {
  const find = compileRoutes(options.routes.map((target) => ({ routeKey: target.routeKey, target })));

  /** The token's claims, or the answer to who has none that will do. */
  const authorize = async (
    { authorizer, scopes }: ApiRoute & { authorizer: JwtAuthorizer },
    header: string | undefined,
  ): Promise<{ claims: Claims } | HttpReply> => {
    const token = header?.replace(/^Bearer\s+/i, "").trim();
    if (!token) return unauthorized("Bearer");
    const claims = await options.verify(token, authorizer);
    if (claims === undefined) {
      return unauthorized('Bearer error="invalid_token" error_description="the token is not valid"');
    }
    const granted = String(claims.scope ?? claims.scp ?? "").split(" ");
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
      return message(403, "Forbidden", {
        "www-authenticate": `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"`,
      });
    }
    return { claims };
  };

  return {
    handle: async (request, body) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const matched = find(request.method ?? "GET", url.pathname);
      if (matched === undefined) return message(404, "Not Found");
      if (body.length > maximumBodyBytes) return message(413, "Request Entity Too Large");

      const { target: route } = matched;
      const { authorizer } = route;
      const authorized =
        authorizer && (await authorize({ ...route, authorizer }, request.headers.authorization));
      if (authorized && "status" in authorized) return authorized;
      if (!route.permitted) return message(500, "Internal Server Error");

      const result = await options.invoke(
        route.functionArn,
        requestEvent(request, {
          body,
          url,
          routeKey: matched.routeKey,
          pathParameters: matched.pathParameters,
          apiId: options.apiId,
          account: options.account,
          at: options.now(),
          jwt: authorized && {
            claims: authorized.claims,
            scopes: route.scopes.length > 0 ? route.scopes : null,
          },
        }),
        { httpRequests: 1 },
      );
      return result.ok ? httpReply(result.payload) : message(500, "Internal Server Error");
    },
  };
};
