import type { CaseCommand } from "../../domain/case.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { decideCaseOperation } from "./operations.ts";

const commandOf = (body: Request<typeof decideCaseOperation>["body"]): CaseCommand => {
  const note = body.note === undefined ? {} : { note: body.note };
  switch (body.decision) {
    case "approve":
      return { type: "ApproveCase", ...note };
    case "refuse":
      return { type: "RefuseCase", reason: body.reason, ...note };
    case "resume":
      return { type: "ResumeCase", ...note };
    default:
      return body satisfies never;
  }
};

export const decideCaseEndpoint = endpoint(decideCaseOperation, (request, { table }) =>
  commandCase(decideCaseOperation, request, table, commandOf(request.body)),
);
