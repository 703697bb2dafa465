import { type Debtor, debtors } from "./warnings.ts";

/** Whose clocks may run by a calendar. A parcel travels around the clock. */
export const clockOwners = debtors;
export type ClockOwner = Debtor;

/** The calendars a case was filed under, as `calendarId@revision`; who is not named is asked around the clock. */
export type FrozenCalendars = { readonly [owner in ClockOwner]?: string };
