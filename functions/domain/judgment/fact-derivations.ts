import type { FactName } from "./facts.ts";

/** How each fact is derived, for whoever writes rules. */
export const factDerivations: { readonly [fact in FactName]: string } = {
  requestType: "As filed.",
  reasonKind: "change_of_mind or fault, by the list the reason stands in.",
  reason: "As filed.",
  claimedFlawCode: "As filed with a claim of fault; unknown if none is named.",
  claimedFlawPlace: "As filed with a claim of fault; unknown if none is named.",
  category: "The item's category.",
  amountMinor: "What the case claims over all its lines, in minor units of its currency.",
  currency: "The order's currency.",
  largeClaim: "amountMinor reaches the rule set's bound; unknown in a currency without a bound.",
  lineCount: "Number of order lines of the case.",
  quantityClaimed: "Units of the line that the case is about.",
  quantityBought: "Units of the order line.",
  paidMinor: "Paid for the whole line after discounts, in minor units.",
  orderedOn: "Local date of the order in the rule set's time zone.",
  priorRequests: "Requests filed on these lines before this one.",
  buyerTrusted: "As the platform says with the order; no if it says nothing. A buyer cannot say it.",
  returnsOwed:
    "Cases of the buyer's in which an exchange was shipped first and what it was for never came back; unknown where no exchange is asked for.",
  signedOff: "Whether the order line has a sign-off time.",
  signedOffOn: "Local date of the sign-off in the rule set's time zone; unknown before it.",
  daysSinceSignOff:
    "Local midnights between sign-off and filing: 0 on the day itself; unknown before sign-off, 0 if filed before.",
  deliveryDays: "Local midnights between order and sign-off; unknown before sign-off.",
  yearsSinceSignOff:
    "Anniversaries of the sign-off's local date that ended before filing: 0 up to and with the first; unknown before sign-off.",
  noReasonWindowLastDay:
    "Local date of the window's last day, counted from the day after sign-off; unknown before it.",
  withinNoReasonWindow: "Filed before the midnight that ends the window; unknown before sign-off.",
  withinWindowToWorkingDay:
    "Filed before the window ends, or before the end of the Monday after a window whose last day is a Saturday or Sunday; unknown before sign-off.",
  withinExtendedWindow: "Filed within twelve months of the window's last day; unknown before sign-off.",
  statutoryExclusion: "The category is custom-made, perishable, audio-video and software, or periodicals.",
  exclusionConfirmed: "Frozen on the order line at the sale.",
  exclusion: "Frozen on the order line at the sale; unknown if the platform does not say.",
  informedOfWithdrawal: "Frozen on the order line at the sale; yes if the platform does not say.",
  intactStandard: "The group of standards the item's category belongs to.",
  itemGrade: "As the intake inspection graded the item.",
  intakeFlawCount: "Number of flaws the intake inspection found.",
  disclosedFlawCount: "Number of flaws the listing told the buyer.",
  undisclosedFlawCount: "Flaws that intake found and the listing did not tell, or told as less grave.",
  claimedFlawAtIntake: "Intake found a flaw of the same code and place; unknown if no flaw is named.",
  claimedFlawDisclosed:
    "The listing told the flaw, at least as grave as intake found it; unknown if none is named.",
  claimedFlawAtOutbound: "The outbound inspection found the flaw; unknown without inspection or named flaw.",
  claimedFlawAroseInCustody:
    "The outbound inspection found the flaw graver than intake and listing knew it; unknown without inspection or named flaw.",
  outboundInspected: "The order line has an outbound inspection.",
  outboundClean:
    "The named flaw was not there at dispatch; if none is named, nothing graver than the listing told was there. Unknown without outbound inspection.",
  outboundGrade: "As the outbound inspection graded the item; unknown without one.",
  outboundShipped: "An outbound parcel is known.",
  outboundParcelStatus: "Latest status of the outbound parcel; unknown without one.",
  outboundStatusTrusted:
    "The status was told by a push whose signature is strong enough to move money; unknown without an outbound parcel.",
  daysSinceDelivered:
    "Local midnights between the carrier's delivery of the outbound parcel and filing, 0 if filed before; unknown until it is delivered.",
  outboundSilentDays:
    "Local midnights between the last scan of the outbound parcel and the judgment; unknown without a scan, and once it is delivered or returned.",
  outboundParcelLost:
    "Nothing was heard of the outbound parcel for as long as the platform's transit clock of its carrier and lane gives a lost one, counted to the judgment. Not of a parcel that the carrier never had, that arrived or that goes back.",
  transitDamageScan: "The carrier scanned damage on the way out; unknown without an outbound parcel.",
  transitDamageTrusted:
    "Damage on the way out was told by a push whose signature is strong enough to move money; unknown without an outbound parcel.",
  evidenceOnRecord:
    "Some record speaks for the claim: the named flaw at intake or dispatch, a damage scan, an outbound parcel on its way back.",
  packedBy: "Frozen on the order line at the sale.",
  commissionBps: "The rate of this sale, in basis points, frozen on the order line.",
  lossPays:
    "The merchant's contract in force at the sale; the price less commission where it says nothing, or says market value and the item has none.",
  marketValueMinor: "As synced with the item, in minor units; unknown where the platform does not say.",
  transitRisk:
    "The merchant's contract in force at the sale; the merchant where it is owed nothing for a loss.",
  custodyRisk:
    "The merchant's contract in force at the sale; the merchant where it packed the goods itself, so that the platform never held them, and where it is owed nothing for a loss.",
  merchantStanding: "As the platform syncs it with the merchant.",
  merchantCases30Days:
    "Cases filed on the 30 days before the day of filing, by the daily counters; unknown if those were not read.",
  merchantCases90Days:
    "Cases filed on the 90 days before the day of filing, by the daily counters; unknown if those were not read.",
  merchantRefusalBps:
    "Part of the cases ended on the 90 days before the day of filing that ended refused, in basis points; unknown if none ended.",
  returnShipped: "A return parcel is known.",
  returnParcelStatus: "Latest status of the return parcel; unknown before it is shipped.",
  returnHandOverDays:
    "Local midnights between filing and the carrier's first scan of the return parcel; unknown until then.",
  returnParcelLost:
    "The return parcel, or the one sent instead, was given up as lost; unknown before it is shipped.",
  returnParcelDamaged: "The carrier scanned damage on the way back; unknown before it is shipped.",
  returnInspected: "What came back was inspected, or its inspection was silent for too long.",
  returnInspectedBy: "Who inspected what came back, nobody by silence; unknown before the inspection.",
  returnSameItem: "What came back is the item that was sold; unknown before the return inspection.",
  returnShort: "The line came back with fewer units than the case claims; unknown before the inspection.",
  returnNotIntact:
    "Which condition of the category's standard the new flaws of the return break, the first of them; none if the goods are intact; unknown before the inspection.",
  returnNewFlaws:
    "Worst severity of the flaws no earlier record knows, the one the buyer claimed apart; none if there is none; unknown before the inspection.",
  returnNewFlawsOrigin:
    "Where all new flaws arose; unknown without new flaws, without outbound inspection, if the origins differ, or if the buyer claimed the goods' condition without naming the flaw.",
  buyerPhotos:
    "Photographs of the buyer's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  buyerVideos:
    "Videos of the buyer's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  buyerDocuments:
    "Documents of the buyer's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  merchantPhotos:
    "Photographs of the merchant's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  merchantVideos:
    "Videos of the merchant's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  merchantDocuments:
    "Documents of the merchant's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
  warehouseFiles:
    "Files of any kind of the warehouse's that had arrived when it was judged; those come after filing, so they count when a case is judged again.",
};
