import { endpoint } from "../../http/endpoint.ts";
import { listVersions } from "../../store/rule-sets.ts";
import { listRuleSetsOperation } from "./operations.ts";
import { shippedVersions } from "./shipped.ts";

const shipped = shippedVersions.map(({ summary }) => summary);

/** Where a page goes on: behind a version of the platform's own, or among those that come with the service. */
type Place = { readonly own: Record<string, unknown> } | { readonly shipped: number };

export const listRuleSetsEndpoint = endpoint(
  listRuleSetsOperation,
  async ({ caller, query }, { table, cursors }) => {
    const scope = `${caller.tenantId}/listRuleSets`;
    const place = query.cursor === undefined ? undefined : (cursors.verify(scope, query.cursor) as Place);
    const passed = place && "shipped" in place ? place.shipped : 0;
    const own =
      place && "shipped" in place
        ? { items: [] }
        : await listVersions(table, caller.tenantId, query.limit, place?.own);
    const { lastKey } = own;
    // The platform's own come first; what comes with the service fills the last page and those behind it.
    const room = lastKey ? 0 : query.limit - own.items.length;
    const ours = shipped.slice(passed, passed + room);
    const left = passed + ours.length < shipped.length;
    const next: Place | undefined = lastKey
      ? { own: lastKey }
      : left
        ? { shipped: passed + ours.length }
        : undefined;
    return {
      status: 200,
      body: {
        items: [...own.items, ...ours],
        ...(next ? { nextCursor: cursors.sign(scope, next) } : {}),
      },
    };
  },
);
