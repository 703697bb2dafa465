import * as z from "zod/mini";
import { defineOperation } from "../../http/operation.ts";
import { caseParams } from "../cases/operations.ts";
import { caseReceipt } from "../cases/schemas.ts";
import {
  calendarBody,
  calendarId,
  calendarView,
  clockExtensionBody,
  clockExtensionView,
  clockPlanBody,
  clockPlanView,
  extensionBody,
  pauseBody,
} from "./schemas.ts";

const calendarParams = z.strictObject({ calendarId });

export const putCalendarOperation = defineOperation({
  operationId: "putCalendar",
  method: "PUT",
  path: "/v1/calendars/{calendarId}",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "Set a business calendar.",
  description:
    "Replaces the calendar as a whole and gives it its next revision; sending the same again changes nothing. Cases that were filed keep the revision they were promised their deadlines by.",
  params: calendarParams,
  body: calendarBody,
  replies: {
    200: {
      description: "The calendar has a new revision, or stood like this already.",
      schema: calendarView,
    },
    201: { description: "The calendar is new.", schema: calendarView },
  },
  problems: ["calendar_shipped", "precondition_failed"],
  conditional: true,
});

export const getCalendarOperation = defineOperation({
  operationId: "getCalendar",
  method: "GET",
  path: "/v1/calendars/{calendarId}",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "A business calendar as it is now.",
  params: calendarParams,
  replies: { 200: { description: "The calendar.", schema: calendarView } },
  problems: ["not_found"],
});

export const listCalendarsOperation = defineOperation({
  operationId: "listCalendars",
  method: "GET",
  path: "/v1/calendars",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "The platform's calendars, and those that come with the service.",
  replies: {
    200: { description: "All of them.", schema: z.object({ items: z.array(calendarView) }) },
  },
  problems: [],
});

export const putClockPlanOperation = defineOperation({
  operationId: "putClockPlan",
  method: "PUT",
  path: "/v1/clocks",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "Choose whose clocks run by which calendar.",
  description:
    "Holds for cases filed from now on. Whoever is left out is asked around the clock. A parcel's clocks always run around the clock.",
  body: clockPlanBody,
  replies: {
    200: { description: "The choice holds.", schema: clockPlanView },
  },
  problems: ["precondition_failed"],
  conditional: true,
});

export const getClockPlanOperation = defineOperation({
  operationId: "getClockPlan",
  method: "GET",
  path: "/v1/clocks",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "Whose clocks run by which calendar.",
  replies: { 200: { description: "The choice that holds.", schema: clockPlanView } },
  problems: [],
});

export const pauseClockOperation = defineOperation({
  operationId: "pauseClock",
  method: "POST",
  path: "/v1/cases/{caseId}/pause",
  area: "clocks",
  roles: ["operator"],
  summary: "Stop a case's clock.",
  description:
    "What is left of it is kept to the millisecond. The clock goes on by itself at `until` at the latest; a case is paused for 30 days at a time and 90 days altogether at most. Whoever has to move may still do so.",
  params: caseParams,
  body: pauseBody,
  replies: { 200: { description: "The clock stands still.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "clock_bound_exceeded", "precondition_failed"],
  conditional: true,
});

export const resumeClockOperation = defineOperation({
  operationId: "resumeClock",
  method: "POST",
  path: "/v1/cases/{caseId}/resume",
  area: "clocks",
  roles: ["operator"],
  summary: "Let a case's clock go on with what was left of it.",
  params: caseParams,
  replies: { 200: { description: "The clock runs.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "precondition_failed"],
  conditional: true,
});

export const extendDeadlineOperation = defineOperation({
  operationId: "extendDeadline",
  method: "POST",
  path: "/v1/cases/{caseId}/extension",
  area: "clocks",
  roles: ["operator"],
  summary: "Give more time to whoever has to move in a case.",
  description:
    "By open hours, or until a moment; never to an earlier deadline. Everyone concerned is notified.",
  params: caseParams,
  body: extensionBody,
  replies: { 200: { description: "What stands now.", schema: caseReceipt } },
  problems: ["not_found", "stage_forbids", "clock_bound_exceeded", "precondition_failed"],
  conditional: true,
});

export const declareExtensionOperation = defineOperation({
  operationId: "declareClockExtension",
  method: "POST",
  path: "/v1/clock-extensions",
  area: "clocks",
  roles: ["operator"],
  summary: "Give more time to all cases of a merchant, a region or a carrier.",
  description:
    "For a festival or a flood. The open cases of the scope are extended one after the other, each once; a case that comes into a wait during the period has the longer deadline from its first moment. Everyone concerned is notified of each.",
  body: clockExtensionBody,
  replies: { 201: { description: "The extension holds.", schema: clockExtensionView } },
  problems: ["clock_bound_exceeded"],
});

export const listExtensionsOperation = defineOperation({
  operationId: "listClockExtensions",
  method: "GET",
  path: "/v1/clock-extensions",
  area: "clocks",
  roles: ["partner", "operator"],
  summary: "The extensions whose period ended within the last week, or has not ended, and how far each is.",
  replies: { 200: { description: "All of them.", schema: z.object({ items: z.array(clockExtensionView) }) } },
  problems: [],
});

export const operations = [
  putCalendarOperation,
  getCalendarOperation,
  listCalendarsOperation,
  putClockPlanOperation,
  getClockPlanOperation,
  pauseClockOperation,
  resumeClockOperation,
  extendDeadlineOperation,
  declareExtensionOperation,
  listExtensionsOperation,
] as const;
