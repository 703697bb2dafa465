/**
 * Takes the place of `temporal-polyfill` in the bundles of functions that compute no fact (`withoutCalendar`).
 * One that did would fail at once instead of counting days wrong.
 */
export const Temporal = new Proxy(
  {},
  {
    get: () => {
      throw new Error("This function was bundled without a calendar.");
    },
  },
);
