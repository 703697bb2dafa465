import type { FactName } from "./facts.ts";
import type { TraceEntry, Verdict } from "./verdict.ts";

/**
 * Who reads a verdict, and what of it. The arbiter's register is everything; a party reads what is its own
 * business. This file knows the facts by name only, so that reading a verdict loads neither the catalogue
 * nor a rule set.
 */

export const readers = ["buyer", "merchant", "arbiter"] as const;
export type Reader = (typeof readers)[number];

/** Those who may not read everything. */
export const partyReaders = ["buyer", "merchant"] as const;
export type PartyReader = (typeof partyReaders)[number];

const everybody: readonly Reader[] = readers;
/** What the merchant handed over, and what its contract says, is between it and the platform. */
const notTheBuyer: readonly Reader[] = ["merchant", "arbiter"];
/** What the platform knows of a buyer beyond this case. */
const notTheMerchant: readonly Reader[] = ["buyer", "arbiter"];
/** Bounds by which the platform decides when to look closer: told to a party, they would be aimed at. */
const arbiterOnly: readonly Reader[] = ["arbiter"];

/** Whom each fact of the catalogue is for. */
export const factReaders: { readonly [fact in FactName]: readonly Reader[] } = {
  requestType: everybody,
  reasonKind: everybody,
  reason: everybody,
  claimedFlawCode: everybody,
  claimedFlawPlace: everybody,
  category: everybody,
  amountMinor: everybody,
  currency: everybody,
  largeClaim: arbiterOnly,
  lineCount: everybody,
  quantityClaimed: everybody,
  quantityBought: everybody,
  paidMinor: everybody,
  orderedOn: everybody,
  priorRequests: notTheMerchant,
  buyerTrusted: arbiterOnly,
  returnsOwed: arbiterOnly,
  signedOff: everybody,
  signedOffOn: everybody,
  daysSinceSignOff: everybody,
  deliveryDays: everybody,
  yearsSinceSignOff: everybody,
  noReasonWindowLastDay: everybody,
  withinNoReasonWindow: everybody,
  withinWindowToWorkingDay: everybody,
  withinExtendedWindow: everybody,
  statutoryExclusion: everybody,
  exclusionConfirmed: everybody,
  exclusion: everybody,
  informedOfWithdrawal: everybody,
  intactStandard: everybody,
  itemGrade: notTheBuyer,
  intakeFlawCount: notTheBuyer,
  disclosedFlawCount: everybody,
  undisclosedFlawCount: notTheBuyer,
  claimedFlawAtIntake: notTheBuyer,
  // What the listing told is public; whether that was all intake knew is not.
  claimedFlawDisclosed: notTheBuyer,
  claimedFlawAtOutbound: notTheBuyer,
  claimedFlawAroseInCustody: notTheBuyer,
  outboundInspected: notTheBuyer,
  outboundClean: notTheBuyer,
  outboundGrade: notTheBuyer,
  outboundShipped: everybody,
  outboundParcelStatus: everybody,
  outboundStatusTrusted: notTheBuyer,
  daysSinceDelivered: everybody,
  outboundSilentDays: everybody,
  outboundParcelLost: everybody,
  transitDamageScan: everybody,
  transitDamageTrusted: notTheBuyer,
  evidenceOnRecord: notTheBuyer,
  packedBy: notTheBuyer,
  commissionBps: notTheBuyer,
  lossPays: notTheBuyer,
  marketValueMinor: notTheBuyer,
  transitRisk: notTheBuyer,
  custodyRisk: notTheBuyer,
  merchantStanding: notTheBuyer,
  merchantCases30Days: arbiterOnly,
  merchantCases90Days: arbiterOnly,
  merchantRefusalBps: arbiterOnly,
  returnShipped: everybody,
  returnParcelStatus: everybody,
  returnHandOverDays: everybody,
  returnParcelLost: everybody,
  returnParcelDamaged: everybody,
  returnInspected: everybody,
  returnInspectedBy: everybody,
  returnSameItem: everybody,
  returnShort: everybody,
  returnNotIntact: everybody,
  returnNewFlaws: everybody,
  // It compares with what was found before dispatch.
  returnNewFlawsOrigin: notTheBuyer,
  buyerPhotos: everybody,
  buyerVideos: everybody,
  buyerDocuments: everybody,
  // As the files themselves.
  merchantPhotos: notTheBuyer,
  merchantVideos: notTheBuyer,
  merchantDocuments: notTheBuyer,
  warehouseFiles: notTheBuyer,
};

/** Whether a fact is for this reader; one that left the catalogue is for the arbiter. */
export const mayRead = (reader: Reader, fact: string): boolean =>
  reader === "arbiter" ||
  (Object.hasOwn(factReaders, fact) && factReaders[fact as FactName].includes(reader));

const isShown = ({ hiddenFrom = [] }: TraceEntry, reader: Reader): boolean =>
  reader === "arbiter" || !hiddenFrom.includes(reader);

/** A verdict as one reader may see it. */
export type ReadVerdict = Omit<
  Verdict,
  | "rule"
  | "liability"
  | "freight"
  | "told"
  | "confidence"
  | "trace"
  | "nearMisses"
  | "loss"
  | "shipFirst"
  | "ruling"
> & {
  /** Absent where to name the rule would tell what it asked. */
  readonly rule?: string;
  /** A buyer reads its own share: who answers among the others is their contract. */
  readonly liability: Partial<Verdict["liability"]> & Pick<Verdict["liability"], "buyer">;
  readonly freight: {
    readonly buyerPays: boolean;
    readonly payer?: Verdict["freight"]["payer"];
    readonly capMinor: bigint;
  };
  /** What the merchant is owed for lost or damaged goods is no business of the buyer's. */
  readonly loss?: NonNullable<Verdict["loss"]>;
  /** That it is so is for everybody; what the merchant is owed if the goods stay out is its contract's. */
  readonly shipFirst?: true;
  /** The arbiter's: whoever reads how sure the judge is bargains with it. */
  readonly confidence?: Verdict["confidence"];
  readonly trace: readonly Omit<TraceEntry, "hiddenFrom">[];
  readonly nearMisses: Verdict["nearMisses"];
  /** A party is told that an arbiter ruled, and not who. */
  readonly ruling?: NonNullable<Verdict["ruling"]>;
};

const rulingFor = (reader: Reader, { ruling }: Verdict): Pick<ReadVerdict, "ruling"> => {
  if (!ruling) return {};
  const { arbiterId, ...rest } = ruling;
  return { ruling: reader === "arbiter" ? ruling : rest };
};

/**
 * What a reader sees of a verdict. Which rules of the trace are left out depends on what a rule asks and
 * never on how it came out, so that a gap in the trace tells nothing of the case.
 */
export const readAs = (reader: Reader, verdict: Verdict): ReadVerdict => {
  const {
    told,
    confidence,
    carrier,
    loss,
    shipFirst,
    rule,
    liability,
    freight,
    ruling: _,
    ...rest
  } = verdict;
  const shown = new Set(verdict.trace.filter((entry) => isShown(entry, reader)).map((entry) => entry.rule));
  const buyerPays = freight.payer === "buyer";
  return {
    ...rest,
    ...(shown.has(rule) || reader === "arbiter" ? { rule } : {}),
    liability: reader === "buyer" ? { buyer: liability.buyer } : liability,
    freight: {
      buyerPays,
      capMinor: freight.capMinor,
      ...(reader !== "buyer" || buyerPays ? { payer: freight.payer } : {}),
    },
    ...(carrier === undefined || reader === "buyer" ? {} : { carrier }),
    ...(loss === undefined || reader === "buyer" ? {} : { loss }),
    ...(shipFirst ? { shipFirst: true as const } : {}),
    ...(reader === "arbiter" ? { confidence } : {}),
    ...rulingFor(reader, verdict),
    explanation: reader === "arbiter" ? verdict.explanation : told[reader],
    facts: Object.fromEntries(Object.entries(verdict.facts).filter(([fact]) => mayRead(reader, fact))),
    trace: verdict.trace
      .filter((entry) => isShown(entry, reader))
      .map(({ hiddenFrom: _, ...entry }) => entry),
    nearMisses: verdict.nearMisses.filter((miss) => mayRead(reader, miss.fact) && shown.has(miss.rule)),
  };
};
