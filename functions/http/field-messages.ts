import type * as z from "zod/mini";

/** What a value has to be, by the type that a schema expects. */
const expectedTypes: { readonly [expected: string]: string } = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

const entries = (count: number | bigint): string => (Number(count) === 1 ? "1 entry" : `${count} entries`);

const atMost = (origin: string, maximum: number | bigint): string => {
  if (origin === "string") return `must be at most ${maximum} characters`;
  if (origin === "array") return `must have at most ${entries(maximum)}`;
  return `must be at most ${maximum}`;
};

const atLeast = (origin: string, minimum: number | bigint): string => {
  if (Number(minimum) === 1 && (origin === "string" || origin === "array")) return "must not be empty";
  if (origin === "string") return `must be at least ${minimum} characters`;
  if (origin === "array") return `must have at least ${entries(minimum)}`;
  return `must be at least ${minimum}`;
};

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? `must be ${values[0]}` : `must be one of: ${values.join(", ")}`;

/** What each form lacks first, and said once if it is the same: `must be one of: buyer, merchant, or must be an object`. */
const eachForm = (forms: readonly (readonly z.core.$ZodIssue[])[]): string =>
  [
    ...new Set(
      forms.flatMap(([first]) => (first ? [[...first.path.map(String), first.message].join(" ")] : [])),
    ),
  ].join(", or ");

/**
 * What is wrong with a field, as the rest of a sentence that begins with its name. Handed to each parse whose
 * issues a client reads: zod/mini comes without sentences of its own, and a module has no side effects here.
 * A schema that knows better (a pattern, a check across fields) says it itself.
 */
export const fieldMessage: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is required"
        : `must be ${expectedTypes[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return issue.input === undefined ? "is required" : oneOf(issue.values);
    case "too_big":
      return atMost(issue.origin, issue.maximum);
    case "too_small":
      return atLeast(issue.origin, issue.minimum);
    case "invalid_format":
      return issue.format === "datetime"
        ? "must be a moment in ISO 8601 with its zone, such as 2026-11-03T08:30:00Z"
        : "must have the format that is described";
    case "unrecognized_keys":
      return `has what is not known here: ${issue.keys.join(", ")}`;
    case "invalid_key":
      return `its name ${issue.issues[0]?.message ?? "is not allowed"}`;
    case "invalid_union":
      // Only where one field tells the forms apart does zod name the values it may have.
      return Array.isArray(issue.options) ? oneOf(issue.options) : eachForm(issue.errors);
    case "not_multiple_of":
    case "invalid_element":
    case "custom":
      return "is not valid";
    default:
      return issue satisfies never;
  }
};
