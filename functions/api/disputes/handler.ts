import { routes } from "../../http/endpoint.ts";
import {
  acceptProposalEndpoint,
  acceptRulingEndpoint,
  appealRulingEndpoint,
  assignDisputeEndpoint,
  openDisputeEndpoint,
  proposeSettlementEndpoint,
  ruleCaseEndpoint,
  submitStatementEndpoint,
  withdrawDisputeEndpoint,
} from "./commands.ts";
import { getDisputeEndpoint } from "./read-dispute.ts";

export const handler = routes(
  openDisputeEndpoint,
  submitStatementEndpoint,
  proposeSettlementEndpoint,
  acceptProposalEndpoint,
  withdrawDisputeEndpoint,
  getDisputeEndpoint,
  ruleCaseEndpoint,
  appealRulingEndpoint,
  acceptRulingEndpoint,
  assignDisputeEndpoint,
);
