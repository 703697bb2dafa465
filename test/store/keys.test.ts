import { expect, it } from "vitest";
import { parcelKey, toldKey } from "../../functions/store/keys.ts";

it("a waybill is one parcel, in whichever case it is written", () => {
  expect(parcelKey("lux", "sf7777000123")).toEqual(parcelKey("lux", "SF7777000123"));
  expect(toldKey("lux", "sf1", "c")).toEqual(toldKey("lux", "SF1", "c"));
});
