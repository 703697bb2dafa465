import { readAudiences } from "../../domain/thread.ts";
import { endpoint } from "../../http/endpoint.ts";
import { invalidField } from "../../http/problem.ts";
import { findMessage, moveReadMark, readMark } from "../../store/thread.ts";
import { actorOf } from "../cases/access.ts";
import { requireCaseState } from "../cases/visible-case.ts";
import { markReadOperation } from "./operations.ts";
import { unreadAfter } from "./unread.ts";

export const markReadEndpoint = endpoint(markReadOperation, async ({ caller, params, body }, { table }) => {
  const state = await requireCaseState(table, caller, params.caseId);
  const reader = actorOf(caller);
  if (!(await findMessage(table, state, readAudiences(caller.role), body.upTo))) {
    throw invalidField("/upTo", "is no message the caller can read");
  }
  await moveReadMark(table, state, reader, body.upTo);
  const mark = await readMark(table, state, reader);
  return { status: 200, body: await unreadAfter(table, state, caller, mark) };
});
