import * as cdk from "aws-cdk-lib";
import * as cognito from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";
import { type Role, roles } from "../../functions/http/operation.ts";
import type { ServiceFunction } from "./service-function.ts";

/** A role as a scope of the API: what a route asks for and a token carries. */
export const roleScope = (role: Role): string => `${roleServer}/${role}`;
const roleServer = "aftersales";
const tenantServer = "tenants";

export type IdentityProps = {
  /** Tenant ids; each gets one machine client. */
  readonly partners: readonly string[];
  /** The pre-token-generation trigger. */
  readonly issueClaims: ServiceFunction;
};

/**
 * Who may call. The partner platforms are the only ones that hold credentials: a client each, bound by its
 * scopes to its own tenant. A partner asks for a token in the role it acts in and names the merchant or the
 * buyer as client metadata; the trigger turns that into claims. The pool itself holds no user.
 */
export class Identity extends Construct {
  readonly userPool: cognito.UserPool;
  readonly clients: Readonly<Record<string, cognito.UserPoolClient>>;
  readonly tokenUrl: string;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    // The trigger's event V3 is the first that also runs for client credentials; it needs this plan.
    this.userPool = new cognito.UserPool(this, "UserPool", {
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      accountRecovery: cognito.AccountRecovery.NONE,
      mfa: cognito.Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 16,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      deletionProtection: true,
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    });
    this.userPool.addTrigger(
      cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
      props.issueClaims.lambda,
      cognito.LambdaVersion.V3_0,
    );
    cdk.Validations.of(this.userPool).acknowledge({
      id: "AwsSolutions-COG8",
      reason: "The Plus plan guards the sign-in of people. This pool has no user: machine clients only.",
    });

    const roleScopes = roles.map(
      (role) => new cognito.ResourceServerScope({ scopeName: role, scopeDescription: `Acts as ${role}` }),
    );
    const roleResource = this.userPool.addResourceServer("Roles", {
      identifier: roleServer,
      scopes: roleScopes,
    });
    const tenantScopes = new Map(
      props.partners.map((partner) => [
        partner,
        new cognito.ResourceServerScope({ scopeName: partner, scopeDescription: `Acts for ${partner}` }),
      ]),
    );
    const tenantResource = this.userPool.addResourceServer("Tenants", {
      identifier: tenantServer,
      scopes: [...tenantScopes.values()],
    });

    this.clients = Object.fromEntries(
      [...tenantScopes].map(([partner, tenantScope]) => [
        partner,
        this.userPool.addClient(`Client-${partner}`, {
          generateSecret: true,
          authFlows: {},
          oAuth: {
            flows: { clientCredentials: true },
            scopes: [
              cognito.OAuthScope.resourceServer(tenantResource, tenantScope),
              ...roleScopes.map((role) => cognito.OAuthScope.resourceServer(roleResource, role)),
            ],
          },
          accessTokenValidity: cdk.Duration.hours(1),
        }),
      ]),
    );

    // Cognito gives out client-credentials tokens only on a domain. Its prefix must be unique in the Region
    // over all accounts, hence the account's number.
    const domain = this.userPool.addDomain("Domain", {
      cognitoDomain: { domainPrefix: `after-sales-${cdk.Aws.ACCOUNT_ID}` },
    });
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`;
  }
}
