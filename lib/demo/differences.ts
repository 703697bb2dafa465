import type { Transfer } from "../../functions/domain/settlement/transfer.ts";
import { accounts } from "../../functions/domain/settlement/transfer.ts";
import type { CaseReport, JudgedAs } from "./case-report.ts";
import type { ExpectedPosting } from "./scenario.ts";

/** Words for two lists that should say the same, entry by entry. */
const sayDifference = (what: string, expected: readonly string[], found: readonly string[]): string[] => {
  if (expected.join("\n") === found.join("\n")) return [];
  const list = (entries: readonly string[]) => (entries.length === 0 ? "none" : entries.join("; "));
  return [`${what} should be ${list(expected)}, found ${list(found)}`];
};

const sayVerdict = ({ rule, liability, route }: JudgedAs): string => {
  const { merchant, platform, carrier, buyer } = liability;
  return `${rule} (${route}; merchant ${merchant}, platform ${platform}, carrier ${carrier}, buyer ${buyer})`;
};

const sayPosting = ([phase, purpose, from, to, amountMinor]: ExpectedPosting): string =>
  `${phase} ${purpose} ${from} → ${to} ${amountMinor}`;

const asExpected = (caseId: string, posting: Transfer): ExpectedPosting => {
  const name = (account: string) => (account === accounts.escrow(caseId) ? "escrow" : account);
  const { phase, purpose, from, to, amountMinor } = posting;
  return [phase, purpose, name(from), name(to), amountMinor];
};

/** Where a case ended otherwise than its scenario says; each a sentence, none if all is as it should be. */
export const differencesOf = ({
  scenario,
  caseId,
  view,
  verdicts,
  stages,
  parcel,
  evidence,
  postings,
}: CaseReport): string[] => {
  const { expect } = scenario;
  return [
    ...sayDifference("the verdicts", expect.verdicts.map(sayVerdict), verdicts.map(sayVerdict)),
    ...sayDifference(
      "the stages",
      expect.stages,
      stages.map(({ stage }) => stage),
    ),
    ...sayDifference(
      "what was told of the parcel",
      expect.parcel ?? [],
      parcel.map(({ what }) => what),
    ),
    ...sayDifference(
      "the evidence",
      expect.evidence ?? [],
      evidence.map(({ what }) => what),
    ),
    ...sayDifference("the outcome", [expect.outcome], [view.outcome ?? `none (${view.stage})`]),
    ...sayDifference(
      "the postings",
      expect.postings.map(sayPosting).sort(),
      postings.map((posting) => sayPosting(asExpected(caseId, posting))).sort(),
    ),
    ...postings
      .filter(({ currency }) => currency !== view.currency)
      .map(({ transferId, currency }) => `${transferId} is in ${currency}, the case in ${view.currency}`),
  ].map((sentence) => `${scenario.name} (${caseId}): ${sentence}`);
};
