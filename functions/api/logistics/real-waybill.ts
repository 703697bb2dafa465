import { isSandboxWaybill, magicCourseOf, magicCourses } from "../../domain/magic-waybill.ts";
import { invalidField } from "../../http/problem.ts";

/**
 * Outside the sandbox nobody plays them, and a parcel that no carrier has must not be waited for.
 *
 * @throws Problem `invalid_request`
 */
export const requireRealWaybill = (trackingNumber: string): void => {
  if (!isSandboxWaybill(trackingNumber)) return;
  if (process.env.SANDBOX_WAYBILLS !== "played") {
    throw invalidField(
      "/trackingNumber",
      "must be a carrier's: TEST- waybills exist in the local sandbox only",
    );
  }
  if (!magicCourseOf(trackingNumber)) {
    const known = magicCourses.map((course) => `TEST-${course}`).join(", ");
    throw invalidField("/trackingNumber", `must be one of ${known}, with a suffix of its own`);
  }
};
