import { hourMs } from "../../domain/calendar.ts";
import { type ClockCommand, decideClock } from "../../domain/decide-case.ts";
import { endpoint, type Request } from "../../http/endpoint.ts";
import { commandCase } from "../cases/command.ts";
import { extendDeadlineOperation, pauseClockOperation, resumeClockOperation } from "./operations.ts";

export const pauseClockEndpoint = endpoint(pauseClockOperation, (request, { table }) =>
  commandCase(decideClock, pauseClockOperation, request, table, { type: "PauseClock", ...request.body }),
);

export const resumeClockEndpoint = endpoint(resumeClockOperation, (request, { table }) =>
  commandCase(decideClock, resumeClockOperation, request, table, { type: "ResumeClock" }),
);

const extensionOf = ({
  hours,
  until,
  reason,
}: Request<typeof extendDeadlineOperation>["body"]): ClockCommand => ({
  type: "ExtendDeadline",
  reason,
  extension: until === undefined ? { byMs: (hours ?? 0) * hourMs } : { until },
});

export const extendDeadlineEndpoint = endpoint(extendDeadlineOperation, (request, { table }) =>
  commandCase(decideClock, extendDeadlineOperation, request, table, extensionOf(request.body)),
);
