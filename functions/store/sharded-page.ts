type Placed = { readonly GSI1SK: string };

/** What was read of one shard: `readTo` where there is more behind it. */
export type ShardPage<Row extends Placed> = { readonly rows: readonly Row[]; readonly readTo?: string };

const byPlace = (one: string, other: string): number => (one < other ? -1 : 1);

/**
 * The rows of several shards in one order, as far as every shard was read: behind the nearest end nobody knows yet what
 * comes first.
 */
export const mergedShards = <Row extends Placed>(pages: readonly ShardPage<Row>[]): ShardPage<Row> => {
  const readTo = pages.flatMap((page) => page.readTo ?? []).sort(byPlace)[0];
  const rows = pages
    .flatMap((page) => page.rows)
    .filter(({ GSI1SK }) => readTo === undefined || GSI1SK <= readTo)
    .sort((one, other) => byPlace(one.GSI1SK, other.GSI1SK));
  return { rows, ...(readTo === undefined ? {} : { readTo }) };
};
