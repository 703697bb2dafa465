import { type Flaw, type Item, type OrderLine, type Severity, severities } from "../catalog.ts";
import { isChangeOfMind, type Reason } from "../request.ts";

/** Where a flaw came from. This table is what liability rests on. */
export type FlawOrigin =
  | "existed_disclosed"
  | "existed_hidden"
  | "arose_in_custody"
  | "arose_in_transit"
  | "arose_at_buyer";

/** `origin: null`: the records do not tell where the flaw arose. */
export type FlawFinding = Flaw & { readonly origin: FlawOrigin | null };

export type InspectionRecords = {
  readonly intake: readonly Flaw[];
  /** What the listing told the buyer. */
  readonly disclosed: readonly Flaw[];
  readonly outbound?: readonly Flaw[];
  readonly returned?: readonly Flaw[];
  /** Whether a carrier scanned damage, on the way out or on the way back. */
  readonly damagedOnTheRoad: boolean;
};

/** Code and place of a flaw; how grave it is stays open. */
export type NamedFlaw = Pick<Flaw, "code" | "place">;

export const isSameFlaw = (a: NamedFlaw, b: NamedFlaw): boolean => a.code === b.code && a.place === b.place;

/** 0 without a flaw, then 1 to 3 by severity, so that "got worse" is a comparison of numbers. */
const gravity = (severity: Severity | undefined): number =>
  severity === undefined ? 0 : severities.indexOf(severity) + 1;

/** Whether these flaws hold this one, at least as grave. */
export const isCovered = (flaw: Flaw, by: readonly Flaw[]): boolean =>
  by.some((other) => isSameFlaw(other, flaw) && gravity(other.severity) >= gravity(flaw.severity));

/**
 * The flaw a claim of fault is about: of several lines it is claimed of each. A flaw named beside a change
 * of mind is no claim, or any damage could be announced beforehand.
 */
export const claimedFlawOf = (claim: {
  readonly reason: Reason;
  readonly claimedFlaw?: NamedFlaw;
}): NamedFlaw | undefined => (isChangeOfMind(claim.reason) ? undefined : claim.claimedFlaw);

/** Every flaw that was known when the goods left, whoever told it. */
export const flawsOnRecord = (
  { intakeInspection, disclosedFlaws }: Pick<Item, "intakeInspection" | "disclosedFlaws">,
  { outboundInspection }: Pick<OrderLine, "outboundInspection">,
): readonly Flaw[] => [...intakeInspection.flaws, ...disclosedFlaws, ...(outboundInspection?.flaws ?? [])];

/** Whether a flaw that came back is no news: on record at least as grave, or the very flaw that was claimed. */
export const isExpectedBack = (flaw: Flaw, known: readonly Flaw[], claimed: NamedFlaw | undefined): boolean =>
  isCovered(flaw, known) || (claimed !== undefined && isSameFlaw(flaw, claimed));

/** The worst of some flaws, if there is one. */
export const worstOf = (flaws: readonly Flaw[]): Severity | undefined =>
  severities.findLast((severity) => flaws.some((flaw) => flaw.severity === severity));

/**
 * Compares the inspections flaw by flaw. Flaws are the same when code and place agree; one that got worse
 * between two inspections is found twice, once with each origin. What intake found beyond what the listing
 * said was hidden, be it the flaw or its severity. A flaw first seen at the return can be laid at the
 * buyer's door only if somebody looked before dispatch: without an outbound inspection its origin is
 * `null`, unless a carrier scanned the damage.
 */
export const compareInspections = (records: InspectionRecords): readonly FlawFinding[] => {
  const { intake, disclosed, outbound, returned = [], damagedOnTheRoad } = records;
  const recorded = [...intake, ...disclosed, ...(outbound ?? []), ...returned];
  const distinct = recorded.filter(
    (flaw, index) => recorded.findIndex((other) => isSameFlaw(other, flaw)) === index,
  );
  return distinct.flatMap(({ code, place }) => {
    const worstIn = (flaws: readonly Flaw[]) =>
      worstOf(flaws.filter((flaw) => isSameFlaw(flaw, { code, place })));
    const told = worstIn(disclosed);
    const findings: FlawFinding[] = [];
    let known = 0;
    const found = (severity: Severity | undefined, origin: FlawOrigin | null): void => {
      if (severity === undefined || gravity(severity) <= known) return;
      known = gravity(severity);
      findings.push({ code, place, severity, origin });
    };
    found(told, "existed_disclosed");
    found(worstIn(intake), "existed_hidden");
    found(worstIn(outbound ?? []), "arose_in_custody");
    found(worstIn(returned), damagedOnTheRoad ? "arose_in_transit" : outbound ? "arose_at_buyer" : null);
    return findings;
  });
};
