import { maximumMessages, readAudiences } from "../../domain/thread.ts";
import type { Caller } from "../../http/endpoint.ts";
import type { CaseReference } from "../../store/cases.ts";
import type { Table } from "../../store/table.ts";
import { messagesAfter } from "../../store/thread.ts";

/** What is new to a reader behind its mark; its own words are not. */
export const unreadAfter = async (
  table: Table,
  reference: CaseReference,
  { role, id }: Caller,
  mark: string,
): Promise<{ readonly unread: number; readonly readUpTo?: string }> => {
  const found = await messagesAfter(table, reference, readAudiences(role), mark, maximumMessages);
  const unread = found.filter(({ by }) => by.role !== role || by.id !== id).length;
  return { unread, ...(mark === "" ? {} : { readUpTo: mark }) };
};
