import { routes } from "../../http/endpoint.ts";
import {
  getCalendarEndpoint,
  getClockPlanEndpoint,
  listCalendarsEndpoint,
  putCalendarEndpoint,
  putClockPlanEndpoint,
} from "./calendars.ts";
import { declareExtensionEndpoint, listExtensionsEndpoint } from "./clock-extensions.ts";
import { extendDeadlineEndpoint, pauseClockEndpoint, resumeClockEndpoint } from "./move-clock.ts";

export const handler = routes(
  putCalendarEndpoint,
  getCalendarEndpoint,
  listCalendarsEndpoint,
  putClockPlanEndpoint,
  getClockPlanEndpoint,
  pauseClockEndpoint,
  resumeClockEndpoint,
  extendDeadlineEndpoint,
  declareExtensionEndpoint,
  listExtensionsEndpoint,
);
