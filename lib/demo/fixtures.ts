import { readFileSync } from "node:fs";
import { Temporal } from "temporal-polyfill";
import type * as z from "zod/mini";
import type { itemBody, merchantBody, orderBody } from "../../functions/api/sync/schemas.ts";

/**
 * Two partner platforms to play with: `lux` deals in second-hand luxury, `vintage` uses partly the same ids
 * and means other things by them. The files hold the bodies of `PUT /v1/merchants|items|orders`, by id;
 * their times are durations from the start of the story (`-P3D`: three days before).
 */

export const tenants = ["lux", "vintage"] as const;
export type Tenant = (typeof tenants)[number];

type ById<Body extends z.ZodMiniType> = Readonly<Record<string, z.input<Body>>>;

/** What one tenant syncs, with real moments in place of the durations. */
export type TenantFixtures = {
  readonly merchants: ById<typeof merchantBody>;
  readonly items: ById<typeof itemBody>;
  readonly orders: ById<typeof orderBody>;
};

const moments = new Set(["effectiveFrom", "inspectedAt", "placedAt", "signedOffAt"]);

const resolved = (file: URL, startAt: number): unknown =>
  JSON.parse(readFileSync(file, "utf8"), (name, value: unknown) =>
    moments.has(name)
      ? new Date(startAt + Temporal.Duration.from(String(value)).total("milliseconds")).toISOString()
      : value,
  );

/** The fixtures of a tenant for a story that starts at `startAt` (epoch milliseconds). */
export const loadFixtures = (tenant: Tenant, startAt: number): TenantFixtures => {
  const read = (name: keyof TenantFixtures): unknown =>
    resolved(new URL(`../../test/fixtures/${tenant}/${name}.json`, import.meta.url), startAt);
  // The service validates each body as it is synced; what does not fit is told there.
  return { merchants: read("merchants"), items: read("items"), orders: read("orders") } as TenantFixtures;
};
