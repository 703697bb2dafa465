import type { Table } from "../../functions/store/table.ts";
import { openAgain } from "./cases-in-table.ts";

/** The same table through a client that does what a test wants it to do with its transactions. */

type Part = Record<string, unknown> & {
  Item?: Record<string, unknown>;
  Key?: Record<string, unknown>;
  ConditionExpression?: string;
  UpdateExpression?: string;
  ExpressionAttributeValues?: Record<string, unknown>;
};

const sortKeyOf = ({ Item, Key }: Part): string => {
  const sortKey = (Item ?? Key)?.SK;
  return typeof sortKey === "string" ? sortKey : String((sortKey as { S?: string } | undefined)?.S);
};

/** Without its condition, and without the values that only the condition named: the engine refuses those. */
const unconditional = ({ ConditionExpression: _, ...part }: Part): Part => {
  const { ExpressionAttributeValues: values, ...rest } = part;
  const used = Object.entries(values ?? {}).filter(([name]) =>
    new RegExp(`${name}\\b`).test(part.UpdateExpression ?? ""),
  );
  return used.length > 0 ? { ...rest, ExpressionAttributeValues: Object.fromEntries(used) } : rest;
};

const onTransactions = (
  table: Table,
  around: (
    input: { TransactItems?: Record<string, Part>[] },
    commit: () => Promise<unknown>,
  ) => Promise<unknown>,
): Table => {
  const behind = openAgain(table, {});
  behind.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        (commandName === "TransactWriteItemsCommand"
          ? around(args.input as never, () => next(args))
          : next(args)) as ReturnType<typeof next>,
    { step: "initialize" },
  );
  return behind;
};

/**
 * A table that has forgotten the conditions on items whose sort key begins with one of these.
 *
 * @param rival somebody who is faster: between the first read and the first write
 */
export const withoutGuards = (
  table: Table,
  prefixes: readonly string[],
  rival: () => Promise<unknown> = () => Promise.resolve(),
): Table => {
  let met = false;
  return onTransactions(table, async (input, commit) => {
    input.TransactItems = (input.TransactItems ?? []).map((write) =>
      Object.fromEntries(
        Object.entries(write).map(([kind, part]) => [
          kind,
          prefixes.some((prefix) => sortKeyOf(part).startsWith(prefix)) ? unconditional(part) : part,
        ]),
      ),
    );
    if (!met) {
      met = true;
      await rival();
    }
    return commit();
  });
};

/**
 * A table for a worker that dies around its nth transaction: before it, or before it learns of the commit.
 *
 * @param error what it learns instead
 */
export const dyingAt = (
  table: Table,
  nth: number,
  when: "before" | "after",
  error: Error = new Error("the worker died"),
): Table => {
  let transactions = 0;
  return onTransactions(table, async (_input, commit) => {
    transactions += 1;
    if (transactions !== nth) return commit();
    if (when === "after") await commit();
    throw error;
  });
};
