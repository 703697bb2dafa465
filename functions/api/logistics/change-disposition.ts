import { decideReturn } from "../../domain/decide-case.ts";
import { reconsideredGoods } from "../../domain/inspected-goods.ts";
import { endpoint } from "../../http/endpoint.ts";
import { latestReturnInspection } from "../../store/cases.ts";
import { commandCase } from "../cases/command.ts";
import { changeDispositionOperation } from "./operations.ts";

export const changeDispositionEndpoint = endpoint(changeDispositionOperation, (request, { table }) =>
  commandCase(decideReturn, changeDispositionOperation, request, table, async (snapshot) => ({
    type: "ChangeDisposition",
    goods: reconsideredGoods(
      request.body.lines,
      await latestReturnInspection(table, snapshot.state),
      snapshot,
    ),
  })),
);
