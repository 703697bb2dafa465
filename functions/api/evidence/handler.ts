import { routes } from "../../http/endpoint.ts";
import { deployedUploads } from "../../store/uploads.ts";
import { announceEvidenceEndpoint } from "./announce-evidence.ts";
import { listEvidenceEndpoint } from "./list-evidence.ts";

export const handler = routes(
  announceEvidenceEndpoint(deployedUploads),
  listEvidenceEndpoint(deployedUploads),
);
