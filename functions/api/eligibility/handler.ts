import { routes } from "../../http/endpoint.ts";
import { checkEligibilityEndpoint } from "./check-eligibility.ts";

export const handler = routes(checkEligibilityEndpoint);
