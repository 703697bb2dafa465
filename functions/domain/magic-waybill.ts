/**
 * Waybills of the sandbox: giving one as the waybill of a return or a replacement plays the course its name says, so
 * that a partner can try every path without a carrier. A free suffix gives each case its own.
 */

export const magicCourses = ["DELIVERED", "LOST", "DAMAGED", "STUCK", "RETURNED"] as const;
export type MagicCourse = (typeof magicCourses)[number];

const prefix = "TEST-";

const pattern = new RegExp(`^${prefix}(${magicCourses.join("|")})(?:-[A-Z0-9-]+)?$`);

/** A number that only a sandbox may give out; carriers' own numbers have no such beginning. */
export const isSandboxWaybill = (trackingNumber: string): boolean => trackingNumber.startsWith(prefix);

/** The course a waybill plays; nothing, if it is none that is known. */
export const magicCourseOf = (trackingNumber: string): MagicCourse | undefined =>
  pattern.exec(trackingNumber)?.[1] as MagicCourse | undefined;
