import { dayMs, hourMs } from "../../functions/domain/calendar.ts";
import type { LocalService } from "../local/service.ts";
import { createApiClient } from "./api-client.ts";
import { loadFixtures, type Tenant, type TenantFixtures } from "./fixtures.ts";
import type { World } from "./story.ts";
import { type Subscription, subscribeCarrier, syncFixtures } from "./sync-fixtures.ts";

/**
 * Nine in the morning in Beijing, the next time it comes. The hour is fixed because windows and deadlines end
 * at midnights there; the day lies ahead because the engine expires old items by the machine's own clock.
 */
export const storyStart = (now: number): number => (Math.floor(now / dayMs) + 1) * dayMs + hourMs;

/** Syncs both platforms into a running service whose clock stands at the start of the story. */
export const prepareWorld = async (
  service: LocalService,
  startAt: number,
  synced: (tenant: Tenant, fixtures: TenantFixtures) => void = () => {},
): Promise<World> => {
  const api = createApiClient(service);
  const prepare = async (tenant: Tenant): Promise<[TenantFixtures, Subscription]> => {
    const fixtures = loadFixtures(tenant, startAt);
    await syncFixtures(api, tenant, fixtures);
    synced(tenant, fixtures);
    return [fixtures, await subscribeCarrier(api, tenant)];
  };
  const [lux, vintage] = await Promise.all([prepare("lux"), prepare("vintage")] as const);
  return {
    service,
    api,
    startAt,
    fixtures: { lux: lux[0], vintage: vintage[0] },
    subscriptions: { lux: lux[1], vintage: vintage[1] },
  };
};

/** How much two platforms sync, in words. */
export const sayFixtures = (tenant: Tenant, { merchants, items, orders }: TenantFixtures): string =>
  `${tenant}: ${Object.keys(merchants).length} merchants, ${Object.keys(items).length} items, ${
    Object.keys(orders).length
  } orders synced`;
