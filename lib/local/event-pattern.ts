/**
 * EventBridge's event patterns, which filter criteria of a stream use too. A pattern with an operator that
 * is not played is refused when it is compiled, never silently matched or missed.
 */
export type EventPattern = (event: unknown) => boolean;

export class PatternRefused extends Error {
  override readonly name = "PatternRefused";
}

type Leaf = (value: unknown, present: boolean) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isLiteral = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/** A list in the event matches when one of its members does. */
const anyMember =
  (test: (value: unknown) => boolean): Leaf =>
  (value, present) =>
    present && (Array.isArray(value) ? value.some(test) : test(value));

const text =
  (test: (value: string) => boolean) =>
  (value: unknown): boolean =>
    typeof value === "string" && test(value);

const comparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  "=": (value, limit) => value === limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
};

const numeric = (path: string, terms: unknown): Leaf => {
  if (!Array.isArray(terms) || terms.length === 0 || terms.length % 2 !== 0) {
    throw new PatternRefused(`${path}: numeric wants pairs of operator and number.`);
  }
  const tests = Array.from({ length: terms.length / 2 }, (_, index) => {
    const compare = comparisons[String(terms[2 * index])];
    const limit = terms[2 * index + 1];
    if (compare === undefined || typeof limit !== "number") {
      throw new PatternRefused(`${path}: numeric ${JSON.stringify(terms)} is not played.`);
    }
    return (value: number) => compare(value, limit);
  });
  return anyMember((value) => typeof value === "number" && tests.every((test) => test(value)));
};

const anythingBut = (path: string, except: unknown): Leaf => {
  if (isRecord(except)) {
    const [[operator, argument] = [], ...more] = Object.entries(except);
    if (more.length === 0 && typeof argument === "string") {
      if (operator === "prefix") return anyMember(text((value) => !value.startsWith(argument)));
      if (operator === "suffix") return anyMember(text((value) => !value.endsWith(argument)));
    }
    throw new PatternRefused(`${path}: anything-but ${JSON.stringify(except)} is not played.`);
  }
  const excepted = [except].flat();
  if (!excepted.every(isLiteral)) throw new PatternRefused(`${path}: malformed anything-but.`);
  return (value, present) => present && [value].flat().every((one) => !(excepted as unknown[]).includes(one));
};

const compileMatcher = (path: string, matcher: unknown): Leaf => {
  if (isLiteral(matcher)) return anyMember((value) => value === matcher);
  const [[operator, argument] = [], ...more] = isRecord(matcher) ? Object.entries(matcher) : [];
  if (operator === undefined || more.length > 0) throw new PatternRefused(`${path}: malformed matcher.`);
  if (operator === "exists" && typeof argument === "boolean") return (_, present) => present === argument;
  if (operator === "numeric") return numeric(path, argument);
  if (operator === "anything-but") return anythingBut(path, argument);
  if (typeof argument === "string") {
    if (operator === "prefix") return anyMember(text((value) => value.startsWith(argument)));
    if (operator === "suffix") return anyMember(text((value) => value.endsWith(argument)));
    if (operator === "equals-ignore-case") {
      return anyMember(text((value) => value.toLowerCase() === argument.toLowerCase()));
    }
  }
  throw new PatternRefused(`${path}: ${JSON.stringify(matcher)} is not played.`);
};

/** Compiles a pattern; `path` names it in a refusal. */
export const compilePattern = (pattern: unknown, path = "pattern"): EventPattern => {
  if (!isRecord(pattern)) throw new PatternRefused(`${path}: a pattern is an object of lists.`);
  const fields = Object.entries(pattern).map(([name, wanted]): EventPattern => {
    const at = `${path}.${name}`;
    if (name === "$or") {
      if (!Array.isArray(wanted)) throw new PatternRefused(`${at}: wants a list of patterns.`);
      const alternatives = wanted.map((one, index) => compilePattern(one, `${at}[${index}]`));
      return (event) => alternatives.some((matches) => matches(event));
    }
    if (isRecord(wanted)) {
      const inner = compilePattern(wanted, at);
      // A missing object is looked into as an empty one, so that `exists: false` holds below it.
      return (event) => inner(isRecord(event) && isRecord(event[name]) ? event[name] : {});
    }
    if (!Array.isArray(wanted) || wanted.length === 0) throw new PatternRefused(`${at}: wants a list.`);
    const matchers = wanted.map((matcher) => compileMatcher(at, matcher));
    return (event) => {
      const present = isRecord(event) && name in event;
      const value = present ? event[name] : undefined;
      return matchers.some((matches) => matches(value, present));
    };
  });
  return (event) => fields.every((matches) => matches(event));
};
