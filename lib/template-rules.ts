import { readFileSync } from "node:fs";
import type { IPolicyValidationPlugin, PolicyViolation } from "aws-cdk-lib";

/**
 * Rules of our own for what cdk-nag does not see (3.0.2: recovery of a `TableV2`, the clock of a wait, the
 * source of a permission, the retries of a target, the end of a stream's consumer). They read the finished
 * template, so what they see is what is deployed.
 */

/** A piece of a CloudFormation template: whatever JSON holds, read with care. */
type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null | undefined;
type Resource = { readonly Type: string; readonly Properties?: Json };
export type Template = { readonly Resources?: { readonly [logicalId: string]: Resource } };

/** One broken rule at one resource; `location` is the path inside the resource. */
export type Finding = { readonly logicalId: string; readonly location: string; readonly detail: string };

type Breach = Omit<Finding, "logicalId">;
type Rule = {
  readonly description: string;
  readonly fix: string;
  /** The resource types it looks at. */
  readonly types: readonly string[];
  readonly check: (properties: Json, type: string) => readonly Breach[];
};

const at = (value: Json, ...path: string[]): Json =>
  path.reduce<Json>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? (inner as { [key: string]: Json })[key]
        : undefined,
    value,
  );
const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : []);
const isSet = (value: Json): boolean => value !== undefined && value !== null;
const isBound = (value: Json): boolean => typeof value === "number" && value >= 0;

/** What is said where a demand is not met. */
const unmet = (location: string, demands: readonly (readonly [boolean, string])[]): readonly Breach[] =>
  demands.filter(([met]) => !met).map(([, detail]) => ({ location, detail }));

const unrecoverable = (table: Json, location: string): readonly Breach[] =>
  unmet(location, [
    [
      at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") === true,
      "no point-in-time recovery",
    ],
    [at(table, "DeletionProtectionEnabled") === true, "no deletion protection"],
  ]);

export const rules = {
  TableRecovery: {
    description: "A table can be restored to any second and cannot be deleted by mistake.",
    fix: "Switch on point-in-time recovery and deletion protection.",
    types: ["AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"],
    check: (properties, type) =>
      type === "AWS::DynamoDB::Table"
        ? unrecoverable(properties, "Properties")
        : list(at(properties, "Replicas")).flatMap((replica, n) =>
            unrecoverable(replica, `Properties.Replicas.${n}`),
          ),
  },
  WaitClock: {
    description: "A state that waits for a task token has a clock, and says what silence means.",
    fix: "Give the state TimeoutSeconds and a catcher that names States.Timeout.",
    types: ["AWS::StepFunctions::StateMachine"],
    check: (properties) => {
      const definition = readDefinition(properties);
      if (definition === undefined) {
        return [
          { location: "Properties", detail: "the definition is not in the template, so it is unchecked" },
        ];
      }
      return waitsIn(definition).flatMap(([name, state]) =>
        unmet(`Properties.DefinitionString.${name}`, [
          [
            isSet(at(state, "TimeoutSeconds")) || isSet(at(state, "TimeoutSecondsPath")),
            `${name} waits without a clock`,
          ],
          [
            list(at(state, "Catch")).some((one) => list(at(one, "ErrorEquals")).includes("States.Timeout")),
            `${name} has no outcome for States.Timeout`,
          ],
        ]),
      );
    },
  },
  PermissionSource: {
    description: "A function is invoked by a named source only, not by any caller of the service.",
    fix: "Give the permission a SourceArn.",
    types: ["AWS::Lambda::Permission"],
    check: (properties) => unmet("Properties", [[isSet(at(properties, "SourceArn")), "no SourceArn"]]),
  },
  RuleTarget: {
    description: "An event that a target does not take is retried for a bounded time and then kept.",
    fix: "Give the target a retry policy and a dead-letter queue.",
    types: ["AWS::Events::Rule"],
    check: (properties) =>
      list(at(properties, "Targets")).flatMap((target, n) =>
        unmet(`Properties.Targets.${n}`, [
          [isSet(at(target, "RetryPolicy")), "no retry policy"],
          [isSet(at(target, "DeadLetterConfig")), "no dead-letter queue"],
        ]),
      ),
  },
  StreamConsumer: {
    description: "One bad record neither blocks the stream for a day nor vanishes.",
    fix: "Set a maximum age, bisecting, partial responses and an on-failure destination.",
    types: ["AWS::Lambda::EventSourceMapping"],
    check: (properties) => {
      // Only streams have a starting position; a queue redelivers by its own policy.
      if (!isSet(at(properties, "StartingPosition"))) return [];
      return unmet("Properties", [
        [isSet(at(properties, "DestinationConfig", "OnFailure", "Destination")), "no on-failure destination"],
        [at(properties, "BisectBatchOnFunctionError") === true, "a failed batch is not bisected"],
        [isBound(at(properties, "MaximumRecordAgeInSeconds")), "no maximum record age"],
        [
          list(at(properties, "FunctionResponseTypes")).includes("ReportBatchItemFailures"),
          "no partial batch responses",
        ],
      ]);
    },
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

/** What of a template breaks a rule. */
export const findingsOf = (ruleName: RuleName, template: Template): readonly Finding[] => {
  const rule: Rule = rules[ruleName];
  return Object.entries(template.Resources ?? {})
    .filter(([, resource]) => rule.types.includes(resource.Type))
    .flatMap(([logicalId, resource]) =>
      rule.check(resource.Properties, resource.Type).map((finding) => ({ logicalId, ...finding })),
    );
};

/** The rules as a plugin of CDK's validation: a finding ends the synth. */
export const templateRules: IPolicyValidationPlugin = {
  name: "AfterSales",
  ruleIds: Object.keys(rules),
  validate: ({ templatePaths }) => {
    const violations = templatePaths.flatMap((path) =>
      (Object.keys(rules) as RuleName[]).flatMap((ruleName) => violationsOf(ruleName, path)),
    );
    return { success: violations.length === 0, violations };
  },
};

const violationsOf = (ruleName: RuleName, templatePath: string): readonly PolicyViolation[] =>
  findingsOf(ruleName, JSON.parse(readFileSync(templatePath, "utf8"))).map((finding) => ({
    ruleName,
    description: `${rules[ruleName].description} Here: ${finding.detail}.`,
    fix: rules[ruleName].fix,
    severity: "error",
    violatingResources: [
      { resourceLogicalId: finding.logicalId, templatePath, locations: [finding.location] },
    ],
  }));

/** The definition, wherever the template keeps it; joined texts keep their shape, references become `…`. */
const readDefinition = (properties: Json): Json => {
  const inline = at(properties, "Definition");
  if (inline !== undefined) return inline;
  const text = at(properties, "DefinitionString");
  const parts = typeof text === "string" ? [text] : list(list(at(text, "Fn::Join"))[1]);
  if (parts.length === 0) return undefined;
  return JSON.parse(parts.map((part) => (typeof part === "string" ? part : "…")).join(""));
};

/** All states that wait for a token, at any depth: inside parallel branches and item processors too. */
const waitsIn = (value: Json): readonly (readonly [string, Json])[] => {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const resource = at(inner, "Resource");
    const isWait = typeof resource === "string" && resource.endsWith(".waitForTaskToken");
    return [...(isWait ? [[name, inner] as const] : []), ...waitsIn(inner)];
  });
};
