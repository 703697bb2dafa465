import { expect, it } from "vitest";
import { checkpointKey, parcelKey } from "../../functions/store/keys.ts";

it("a waybill is one parcel, in whichever case it is written", () => {
  expect(parcelKey("lux", "sf7777000123")).toEqual(parcelKey("lux", "SF7777000123"));
  expect(checkpointKey("lux", "sf1", "c")).toEqual(checkpointKey("lux", "SF1", "c"));
});
