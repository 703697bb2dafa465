import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** What stands in the bundles for a module of the SDK that is loaded and never run, or run for a part of it. */
const standIns: readonly { readonly path: RegExp; readonly contents: (original: string) => string }[] = [
  {
    // A region's entry holds its display name and nothing else: the partition's pattern finds it as well.
    path: /[/\\]util-endpoints[/\\]lib[/\\]aws[/\\]partitions\.js$/,
    contents: (original) => original.replace(/("regions": )\{(?:\s*"[^"]+": \{[^{}]*\},?)*\s*\}/g, "$1{}"),
  },
  {
    // Node has SHA-256 of its own; this one is for platforms that have none.
    path: /[/\\]checksum[/\\]sha256[/\\]Sha256Js\.js$/,
    contents: () => throwing("Sha256Js", "Node's own SHA-256 is missing"),
  },
  {
    path: /[/\\]util-retry[/\\]DefaultRateLimiter\.js$/,
    contents: () => throwing("DefaultRateLimiter", "the adaptive retry mode is not part of this bundle"),
  },
  {
    // Signs the headers of event streams, and none of our operations streams.
    path: /[/\\]signature-v4[/\\]dist-es[/\\]HeaderFormatter\.js$/,
    contents: () => "export class HeaderFormatter {}",
  },
  {
    // The rules of where DynamoDB answers cover accounts, FIPS and dual stack, which nothing here asks for: what is
    // left of them is a region's own address, or the one that is given.
    path: /[/\\]client-dynamodb[/\\]dist-es[/\\]endpoint[/\\]endpointResolver\.js$/,
    contents: () => regionalEndpoints,
  },
  {
    // Lambda configures by environment: there is no file of profiles to read, and no machine to ask.
    path: /[/\\]node-config-provider[/\\]fromSharedConfigFiles\.js$/,
    contents: () => noSharedConfigFiles,
  },
  {
    path: /[/\\]regionConfig[/\\]getInstanceMetadataRegion\.js$/,
    contents: () => "export const getInstanceMetadataRegion = async () => undefined;",
  },
  {
    // The JSON protocols count seconds; the other ways to write a time are Node's own, and read by it.
    path: /[/\\]submodules[/\\]serde[/\\]date-utils\.js$/,
    contents: (original) =>
      original.replace(/^[\s\S]*(export const parseEpochTimestamp = [\s\S]*?\n\};)[\s\S]*$/, timesByNode),
  },
  {
    // The client reads the version of its package, and nothing else of it.
    path: /[/\\]client-dynamodb[/\\]package\.json$/,
    contents: (original) => JSON.stringify({ version: JSON.parse(original).version }),
  },
];

const throwing = (name: string, sentence: string): string =>
  `export class ${name} { constructor() { throw new Error(${JSON.stringify(`${sentence}.`)}); } }`;

const regionalEndpoints = `
  import { awsEndpointFunctions } from "@aws-sdk/core/client";
  export const defaultEndpointResolver = ({ Endpoint, Region, UseFIPS, UseDualStack }) => {
    if (UseFIPS || UseDualStack) throw new Error("FIPS and dual-stack endpoints are not part of this bundle.");
    const address = Endpoint ?? "https://dynamodb." + Region + "." + awsEndpointFunctions.partition(Region).dnsSuffix;
    return { url: new URL(address), headers: {}, properties: {} };
  };
`;

const timesByNode = `
  import { strictParseDouble } from "./parse-utils";
  const parsed = (value) => (value === null || value === undefined ? undefined : new Date(value));
  export const parseRfc3339DateTime = parsed;
  export const parseRfc3339DateTimeWithOffset = parsed;
  export const parseRfc7231DateTime = parsed;
  export const dateToUtcString = (date) => date.toUTCString();
  $1
`;

/** The provider chain goes on to the default, as it does where a file says nothing. */
const noSharedConfigFiles = `
  import { CredentialsProviderError } from "../property-provider/CredentialsProviderError";
  export const fromSharedConfigFiles = () => async () => {
    throw new CredentialsProviderError("Shared config files are not part of this bundle.");
  };
`;

/** Leaves out of the bundled SDK what no deployed function runs: 11 KiB compressed in every one of them. */
export const leanSdk: Plugin = {
  name: "lean-sdk",
  setup: ({ onLoad }) => {
    for (const { path, contents } of standIns) {
      onLoad({ filter: path }, async ({ path: file }) => ({
        contents: contents(await readFile(file, "utf8")),
        loader: file.endsWith(".json") ? "json" : "js",
      }));
    }
  },
};
