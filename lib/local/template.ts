import * as z from "zod";
import { account, type Identity, identify, nameProperty, region } from "./identities.ts";
import { inertTypes, type PlayedTypeName, type PropertiesOf, playedTypes } from "./resource-types.ts";

/** A CloudFormation template, as far as the player reads it. */
export type Template = {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: unknown } }>>;
};

type TemplateResource = {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};

/** A resource that is played, with every reference in its properties resolved. */
export type Resource<Type extends PlayedTypeName = PlayedTypeName> = {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: Type;
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt … Arn` gives; empty for types without one. */
  readonly arn: string;
  readonly properties: PropertiesOf<Type>;
};

/** The template holds something that is not played here. Names where, so that it is found in the CDK app. */
export class TemplateRefused extends Error {
  override readonly name = "TemplateRefused";
}

const removed = Symbol("AWS::NoValue");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `{{resolve:secretsmanager:<id>:SecretString:<field>:<stage>:<version>}}`, the id itself full of colons. */
const dynamicReference = /\{\{resolve:([a-z-]+):([^}]*)\}\}/g;

/**
 * Resolves every reference of the stacks and returns the resources to be played. Throws `TemplateRefused`,
 * naming logical id and type, for the first thing it does not understand.
 */
export const resolveTemplates = (
  stacks: readonly { readonly name: string; readonly template: Template }[],
  context: {
    /** Address of the HTTP API on this machine. */
    readonly apiUrl: string;
    /** The value of a secret, made up locally; `field` picks from a JSON secret. */
    readonly secret: (secretArn: string, field: string | undefined, generate: unknown) => string;
  },
): Resource[] => {
  const templates = new Map(stacks.map((stack) => [stack.name, stack.template]));
  const identityMemo = new Map<string, Identity>();

  const resourceAt = (stack: string, logicalId: string): TemplateResource | undefined =>
    templates.get(stack)?.Resources?.[logicalId];

  const identityOf = (stack: string, logicalId: string, resource: TemplateResource): Identity => {
    const key = `${stack}/${logicalId}`;
    const known = identityMemo.get(key);
    if (known) return known;
    const property = nameProperty(resource.Type);
    const given = property && resource.Properties?.[property];
    const name = given === undefined ? `${stack}-${logicalId}` : String(resolve(stack, key, given));
    const identity = identify(resource.Type, { name, apiUrl: context.apiUrl });
    identityMemo.set(key, identity);
    return identity;
  };

  const pseudo: Readonly<Record<string, unknown>> = {
    "AWS::AccountId": account,
    "AWS::NoValue": removed,
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": region,
    "AWS::URLSuffix": "amazonaws.com",
  };

  const ref = (stack: string, where: string, name: string): unknown => {
    if (name in pseudo) return pseudo[name];
    if (name === "AWS::StackName") return stack;
    if (name === "AWS::StackId") return `arn:aws:cloudformation:${region}:${account}:stack/${stack}/local`;
    const resource = resourceAt(stack, name);
    if (resource) return identityOf(stack, name, resource).ref;
    const parameter = templates.get(stack)?.Parameters?.[name];
    if (parameter && "Default" in parameter) return parameter.Default;
    throw new TemplateRefused(
      `${where}: Ref to ${name}, which is neither a resource nor a parameter with a default.`,
    );
  };

  const getAtt = (stack: string, where: string, logicalId: string, attribute: string): string => {
    const resource = resourceAt(stack, logicalId);
    if (!resource)
      throw new TemplateRefused(`${where}: Fn::GetAtt of ${logicalId}, which is not in the stack.`);
    const value = identityOf(stack, logicalId, resource).attributes[attribute];
    if (value === undefined) {
      throw new TemplateRefused(
        `${where}: attribute ${attribute} of ${logicalId} (${resource.Type}) is not known here.`,
      );
    }
    return value;
  };

  const importValue = (where: string, name: unknown): unknown => {
    for (const [stack, template] of templates) {
      for (const [output, { Value, Export }] of Object.entries(template.Outputs ?? {})) {
        if (Export && resolve(stack, `${stack}/${output}`, Export.Name) === name) {
          return resolve(stack, `${stack}/${output}`, Value);
        }
      }
    }
    throw new TemplateRefused(`${where}: no stack exports ${String(name)}.`);
  };

  const list = (where: string, name: string, value: unknown): unknown[] => {
    if (Array.isArray(value)) return value;
    throw new TemplateRefused(`${where}: ${name} wants a list.`);
  };

  const substitute = (stack: string, where: string, value: unknown): string => {
    const [text, variables] = Array.isArray(value) ? value : [value, {}];
    if (typeof text !== "string" || !isRecord(variables))
      throw new TemplateRefused(`${where}: malformed Fn::Sub.`);
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in variables) return String(variables[name]);
      const dot = name.indexOf(".");
      return String(
        dot === -1 ? ref(stack, where, name) : getAtt(stack, where, name.slice(0, dot), name.slice(dot + 1)),
      );
    });
  };

  const secretValue = (where: string, service: string, rest: string): string => {
    const split = /^(.*?):SecretString(?::([^:]*))?(?::[^:]*)*$/.exec(rest);
    if (service !== "secretsmanager" || !split?.[1]) {
      throw new TemplateRefused(`${where}: dynamic reference to ${service} is not played.`);
    }
    const [, secretArn, field] = split;
    for (const { name: owner, template } of stacks) {
      for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources ?? {})) {
        if (Type !== "AWS::SecretsManager::Secret") continue;
        if (identityOf(owner, logicalId, { Type, Properties }).ref !== secretArn) continue;
        return context.secret(secretArn, field || undefined, Properties?.GenerateSecretString);
      }
    }
    throw new TemplateRefused(`${where}: no secret ${secretArn} in the template.`);
  };

  const intrinsic = (stack: string, where: string, name: string, argument: unknown): unknown => {
    switch (name) {
      case "Ref":
        return ref(stack, where, String(argument));
      case "Fn::GetAtt": {
        const [logicalId, attribute] = list(where, name, argument);
        return getAtt(stack, where, String(logicalId), String(resolve(stack, where, attribute)));
      }
      case "Fn::Join": {
        const [separator, parts] = list(where, name, argument);
        return list(where, name, resolve(stack, where, parts)).join(String(separator));
      }
      case "Fn::Sub":
        return substitute(stack, where, resolve(stack, where, argument));
      case "Fn::Select": {
        const [index, from] = list(where, name, argument);
        return list(where, name, resolve(stack, where, from))[Number(index)];
      }
      case "Fn::Split": {
        const [separator, text] = list(where, name, argument);
        return String(resolve(stack, where, text)).split(String(separator));
      }
      case "Fn::ImportValue":
        return importValue(where, resolve(stack, where, argument));
      default:
        throw new TemplateRefused(`${where}: ${name} is not played.`);
    }
  };

  const resolve = (stack: string, where: string, value: unknown): unknown => {
    if (typeof value === "string") {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map((one) => resolve(stack, where, one)).filter((one) => one !== removed);
    }
    if (!isRecord(value)) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only && (only[0] === "Ref" || only[0].startsWith("Fn::"))) {
      return intrinsic(stack, where, only[0], only[1]);
    }
    return Object.fromEntries(
      entries
        .map(([key, one]) => [key, resolve(stack, where, one)] as const)
        .filter(([, one]) => one !== removed),
    );
  };

  /** After every join, so that a reference put together from parts is seen whole. */
  const revealSecrets = (where: string, value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replaceAll(dynamicReference, (_, service: string, rest: string) =>
        secretValue(where, service, rest),
      );
    }
    if (Array.isArray(value)) return value.map((one) => revealSecrets(where, one));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealSecrets(where, one)]));
  };

  const play = (stack: string, logicalId: string, resource: TemplateResource): Resource => {
    const where = `${stack}/${logicalId} (${resource.Type})`;
    if (!isPlayed(resource.Type)) throw new TemplateRefused(`${where} is not played on one machine.`);
    if (resource.Condition !== undefined) {
      throw new TemplateRefused(
        `${where} depends on condition ${resource.Condition}; conditions are not played.`,
      );
    }
    const { properties: schema, inert } = playedTypes[resource.Type];
    const active = Object.fromEntries(
      Object.entries(resource.Properties ?? {}).filter(([property]) => !(property in inert)),
    );
    const parsed = schema.safeParse(revealSecrets(where, resolve(stack, where, active)));
    if (!parsed.success) {
      throw new TemplateRefused(`${where} is not played on one machine:\n${z.prettifyError(parsed.error)}`);
    }
    const { ref: physicalId, attributes } = identityOf(stack, logicalId, resource);
    return {
      stack,
      logicalId,
      type: resource.Type,
      ref: physicalId,
      arn: attributes.Arn ?? "",
      properties: parsed.data,
    };
  };

  return stacks.flatMap(({ name: stack, template }) =>
    Object.entries(template.Resources ?? {})
      .filter(([, resource]) => !(resource.Type in inertTypes))
      .map(([logicalId, resource]) => play(stack, logicalId, resource)),
  );
};

const isPlayed = (type: string): type is PlayedTypeName => type in playedTypes;

/** The resources of one type, in the template's order. */
export const ofType = <Type extends PlayedTypeName>(
  resources: readonly Resource[],
  type: Type,
): Resource<Type>[] => resources.filter((resource): resource is Resource<Type> => resource.type === type);
