import type { CaseCommand, CaseEvent } from "./case.ts";
import type { Decision } from "./consequences.ts";
import {
  assignDispute,
  type DisputeCommand,
  openDispute,
  proposeSettlement,
  submitStatement,
} from "./dispute.ts";
import {
  acceptProposal,
  appealRuling,
  type RulingCommand,
  ruleCase,
  waiveAppeal,
  withdrawDispute,
} from "./ruling.ts";

type SideCommand = DisputeCommand | RulingCommand;

/** The commands of a dispute, by name. */
export const disputeCommands: readonly CaseCommand["type"][] = [
  "OpenDispute",
  "SubmitStatement",
  "AssignDispute",
  "ProposeSettlement",
  "AcceptProposal",
  "WithdrawDispute",
  "RuleCase",
  "AppealRuling",
  "WaiveAppeal",
] satisfies readonly SideCommand["type"][];

/** @throws CaseError that says why not */
export const answerDispute = (command: SideCommand, decision: Decision): readonly CaseEvent[] => {
  switch (command.type) {
    case "OpenDispute":
      return openDispute(command, decision);
    case "SubmitStatement":
      return submitStatement(command, decision);
    case "AssignDispute":
      return assignDispute(command, decision);
    case "ProposeSettlement":
      return proposeSettlement(command, decision);
    case "AcceptProposal":
      return acceptProposal(command, decision);
    case "WithdrawDispute":
      return withdrawDispute(decision);
    case "RuleCase":
      return ruleCase(command, decision);
    case "AppealRuling":
      return appealRuling(command, decision);
    case "WaiveAppeal":
      return waiveAppeal(decision);
    default:
      return command satisfies never;
  }
};
