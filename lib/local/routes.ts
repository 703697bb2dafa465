/** Routes of an HTTP API: `GET /v1/cases/{caseId}`, `ANY /{proxy+}`, `$default`. */
export type Route<Target> = { readonly routeKey: string; readonly target: Target };

export type Matched<Target> = {
  readonly routeKey: string;
  readonly target: Target;
  /** URL-decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
};

type Segment = { readonly kind: "text" | "parameter" | "rest"; readonly name: string };

type Compiled<Target> = Route<Target> & {
  readonly method: string;
  readonly segments: readonly Segment[] | undefined;
};

const compileSegment = (text: string): Segment => {
  const parameter = /^\{([^}+]+)(\+?)\}$/.exec(text);
  if (!parameter) return { kind: "text", name: text };
  return { kind: parameter[2] ? "rest" : "parameter", name: parameter[1] ?? "" };
};

const compile = <Target>(route: Route<Target>): Compiled<Target> => {
  if (route.routeKey === "$default") return { ...route, method: "ANY", segments: undefined };
  const [method = "", path = ""] = route.routeKey.split(" ");
  return { ...route, method, segments: path.split("/").slice(1).map(compileSegment) };
};

/** Text before parameters before the rest, place by place, then a named method before ANY. */
const rank = { text: "0", parameter: "1", rest: "2" } as const;
const specificity = (route: Compiled<unknown>): string =>
  `${route.segments?.map(({ kind }) => rank[kind]).join("") ?? "3"}${route.method === "ANY" ? "9" : "8"}`;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const matchPath = (
  segments: readonly Segment[],
  path: readonly string[],
): Record<string, string> | undefined => {
  const parameters: Record<string, string> = {};
  for (const [index, { kind, name }] of segments.entries()) {
    const here = path[index];
    if (here === undefined || (here === "" && kind !== "text")) return undefined;
    if (kind === "rest") {
      parameters[name] = decode(path.slice(index).join("/"));
      return parameters;
    }
    if (kind === "text" && name !== here) return undefined;
    if (kind === "parameter") parameters[name] = decode(here);
  }
  return path.length === segments.length ? parameters : undefined;
};

/** Finds the most specific route, as API Gateway does; undefined: 404. */
export const compileRoutes = <Target>(
  routes: readonly Route<Target>[],
): ((method: string, path: string) => Matched<Target> | undefined) => {
  const compiled = routes.map(compile).sort((a, b) => specificity(a).localeCompare(specificity(b)));
  return (method, path) => {
    const parts = path.split("/").slice(1);
    for (const { routeKey, target, method: wanted, segments } of compiled) {
      if (wanted !== "ANY" && wanted !== method) continue;
      const pathParameters = segments === undefined ? {} : matchPath(segments, parts);
      if (pathParameters) return { routeKey, target, pathParameters };
    }
    return undefined;
  };
};
