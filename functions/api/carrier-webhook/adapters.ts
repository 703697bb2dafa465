import type { CarrierCode } from "../../domain/carriers.ts";
import type { CarrierAdapter } from "./adapter.ts";
import { aftership } from "./aftership.ts";
import { easypost } from "./easypost.ts";
import { kuaidi100 } from "./kuaidi100.ts";
import { seventeenTrack } from "./seventeen-track.ts";
import { standard } from "./standard.ts";

/** A carrier without an adapter does not compile. */
export const adapters: Readonly<Record<CarrierCode, CarrierAdapter>> = {
  kuaidi100,
  aftership,
  easypost,
  "17track": seventeenTrack,
  standard,
};
