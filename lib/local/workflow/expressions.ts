import jsonata from "jsonata";
import { StateFailed } from "./errors.ts";
import { isObject, type Json } from "./json.ts";

/** What `$states` holds while a field is evaluated. */
export type Scope = {
  readonly input: Json;
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly context: Json;
};

/**
 * The parts of `$states` that AWS lets a field read; `token` is `$states.context.Task.Token`, `item`
 * `$states.context.Map.Item`.
 */
export type Readable = "result" | "errorOutput" | "token" | "item";

/** Says why a field cannot be compiled; the caller knows state and field. */
export type Refuse = (field: string, reason: string) => never;

export type Template = (scope: Scope) => Promise<Json>;

/** Expressions of our machines select, they do not compute: past any of these, something is wrong. */
const bounds = { timeout: 2_000, stack: 100, sequence: 10_000 } as const;

/** Built-in functions that give the same answer every time. No `$eval`, no clock, no randomness. */
const knownFunctions: ReadonlySet<string> = new Set([
  "abs",
  "append",
  "average",
  "boolean",
  "ceil",
  "contains",
  "count",
  "distinct",
  "exists",
  "floor",
  "join",
  "keys",
  "length",
  "lookup",
  "lowercase",
  "max",
  "merge",
  "min",
  "not",
  "number",
  "replace",
  "reverse",
  "round",
  "split",
  "string",
  "substring",
  "substringAfter",
  "substringBefore",
  "sum",
  "trim",
  "type",
  "uppercase",
]);

const knownContext: Readonly<Record<string, readonly string[]>> = {
  Execution: ["Id", "Input", "Name", "RedriveCount", "RoleArn", "StartTime"],
  State: ["EnteredTime", "Name", "RetryCount"],
  StateMachine: ["Id", "Name"],
  Task: ["Token"],
  Map: ["Item"],
};

const knownItem: readonly string[] = ["Index", "Value"];

/** Only a string that is wholly `{% … %}` is an expression (Amazon States Language, JSONata). */
export const isExpression = (text: string): boolean => text.startsWith("{%") && text.endsWith("%}");

const unwrap = (text: string): string => text.slice(2, -2).trim();

/**
 * Turns a field's value into a function of `$states`. Strings `{% … %}` are compiled once, at any depth;
 * everything else stands for itself.
 */
export const compileTemplate = (
  value: unknown,
  field: string,
  readable: ReadonlySet<Readable>,
  refuse: Refuse,
): Template => {
  if (typeof value === "string") {
    if (isExpression(value)) return compileExpression(unwrap(value), field, readable, refuse);
    if (/\{%|%\}/.test(value)) refuse(field, "an expression must be the whole string, from {% to %}");
    return async () => value;
  }
  if (Array.isArray(value)) {
    const parts = value.map((part, index) => compileTemplate(part, `${field}[${index}]`, readable, refuse));
    return (scope) => Promise.all(parts.map((part) => part(scope)));
  }
  if (isObject(value)) {
    const parts = Object.entries(value).map(
      ([key, part]) => [key, compileTemplate(part, `${field}/${key}`, readable, refuse)] as const,
    );
    return async (scope) => {
      const entries = parts.map(async ([key, part]) => [key, await part(scope)] as const);
      return Object.fromEntries(await Promise.all(entries));
    };
  }
  return async () => value as Json;
};

const compileExpression = (
  text: string,
  field: string,
  readable: ReadonlySet<Readable>,
  refuse: Refuse,
): Template => {
  const expression = parseExpression(text, field, refuse);
  checkNode(expression.ast() as Node, (reason) => refuse(field, `${reason} in '${text}'`), readable);
  const place = `The JSONata expression '${text}' specified for the field '${field}'`;
  return async (scope) => {
    let value: unknown;
    try {
      value = await expression.evaluate(undefined, { states: scope });
    } catch (error) {
      throw evaluationFailed(field, `${place} threw an error during evaluation. ${describe(error)}`);
    }
    if (value === undefined) throw evaluationFailed(field, `${place} returned nothing (undefined).`);
    const json = JSON.stringify(value);
    if (json === undefined || typeof value === "function") {
      throw evaluationFailed(field, `${place} returned an unsupported result type.`);
    }
    return JSON.parse(json) as Json;
  };
};

const parseExpression = (text: string, field: string, refuse: Refuse): jsonata.Expression => {
  try {
    return jsonata(text, bounds);
  } catch (error) {
    return refuse(field, `the JSONata expression '${text}' does not parse: ${describe(error)}`);
  }
};

export const evaluationFailed = (field: string, cause: string): StateFailed =>
  new StateFailed({ error: "States.QueryEvaluationError", cause }, field);

/** JSONata throws plain objects, of which the code and the message are worth reading. */
const describe = (thrown: unknown): string => {
  const { code, message } =
    isObject(thrown) || thrown instanceof Error ? (thrown as Partial<jsonata.JsonataError>) : {};
  return [code, message ?? (code === undefined ? String(thrown) : undefined)].filter(Boolean).join(": ");
};

/** The part of JSONata's syntax tree that `jsonata.ExprNode` leaves out or types too loosely. */
type Node = {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly lhs?: Node | readonly (readonly [Node, Node])[];
  readonly rhs?: Node;
  readonly expression?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly stages?: unknown;
  readonly predicate?: unknown;
  readonly group?: unknown;
  readonly focus?: unknown;
  readonly index?: unknown;
  readonly ancestor?: unknown;
};

/**
 * Walks the syntax tree with an allow-list, so that an expression AWS would read differently, or one that
 * can loop, is refused when the machine loads: no lambdas, no variables, no regular expressions, no
 * filters; data comes from `$states` and nowhere else.
 */
const checkNode = (node: Node, refuse: (reason: string) => never, readable: ReadonlySet<Readable>): void => {
  const check = (child: Node | undefined): void => {
    if (child !== undefined) checkNode(child, refuse, readable);
  };
  if (node.stages !== undefined || node.predicate !== undefined) refuse("filters are not played");
  if (node.group !== undefined || node.focus !== undefined || node.index !== undefined) {
    refuse("grouping and binding are not played");
  }
  switch (node.type) {
    case "string":
    case "number":
    case "value":
      return;
    case "path":
      checkPath(node.steps ?? [], refuse, readable);
      return;
    case "condition":
      for (const part of [node.condition, node.then, node.else]) check(part);
      return;
    case "binary":
      for (const part of [node.lhs as Node, node.rhs]) check(part);
      return;
    case "block":
      for (const part of node.expressions ?? []) check(part);
      return;
    case "unary":
      check(node.expression);
      for (const part of node.expressions ?? []) check(part);
      for (const pair of Array.isArray(node.lhs) ? node.lhs : []) for (const part of pair) check(part);
      return;
    case "function": {
      const name = String(node.procedure?.value);
      if (node.procedure?.type !== "variable" || !knownFunctions.has(name)) {
        refuse(`the function $${name} is not played`);
      }
      for (const part of node.arguments ?? []) check(part);
      return;
    }
    case "variable":
      refuse(`the variable $${String(node.value)} is not played on its own`);
      return;
    default:
      refuse(`JSONata's '${node.type}' is not played`);
  }
};

const checkPath = (
  steps: readonly Node[],
  refuse: (reason: string) => never,
  readable: ReadonlySet<Readable>,
): void => {
  const [root, part, ...rest] = steps;
  if (root?.type !== "variable" || root.value !== "states") {
    const name = `${root?.type === "variable" ? "$" : ""}${String(root?.value)}`;
    refuse(`data is read from $states only, and '${name}' is not`);
  }
  for (const step of steps.slice(1)) {
    if (step.type !== "name") refuse(`JSONata's '${step.type}' in a path is not played`);
    if (step.stages !== undefined || step.predicate !== undefined || step.ancestor !== undefined) {
      refuse("filters are not played");
    }
    if (step.focus !== undefined || step.index !== undefined || step.group !== undefined) {
      refuse("grouping and binding are not played");
    }
  }
  const name = String(part?.value);
  if (name === "input") return;
  if (name === "context") {
    checkContext(rest, refuse, readable);
  } else if (!((name === "result" || name === "errorOutput") && readable.has(name))) {
    refuse(`$states.${name} cannot be read in this field`);
  }
};

const checkContext = (
  steps: readonly Node[],
  refuse: (reason: string) => never,
  readable: ReadonlySet<Readable>,
): void => {
  const [group, member, part] = steps.map((step) => String(step.value));
  const path = `$states.context.${[group, member].filter((part) => part !== undefined).join(".")}`;
  if (!knownContext[group ?? ""]?.includes(member ?? "")) refuse(`${path} is not known`);
  if (group === "Task" && !readable.has("token")) refuse(`${path} exists only where a token is waited for`);
  if (group !== "Map") return;
  if (!readable.has("item")) refuse(`${path} exists only in ItemSelector`);
  if (!knownItem.includes(part ?? "")) refuse(`${path}${part === undefined ? "" : `.${part}`} is not known`);
};
