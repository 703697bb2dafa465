import { Agent, request } from "node:http";
import type { WireReply } from "./aws-wire.ts";

/** The engine wants to see a signature; it does not check it. */
const unsigned = {
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local",
  "x-amz-date": "20260101T000000Z",
} as const;

/** Requests to the engine as they are, past the proxy and its meter. */
export type EngineClient = {
  call(target: string, body: Buffer): Promise<WireReply & { readonly body: Buffer }>;
  stop(): void;
};

export const createEngineClient = (endpoint: string): EngineClient => {
  const engine = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    call: (target, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            agent,
            host: engine.hostname,
            port: engine.port,
            method: "POST",
            path: "/",
            headers: {
              "content-type": "application/x-amz-json-1.0",
              "content-length": body.length,
              "x-amz-target": target,
              ...unsigned,
            },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
            incoming.on("error", reject);
            incoming.on("end", () =>
              resolve({ status: incoming.statusCode ?? 502, body: Buffer.concat(chunks) }),
            );
          },
        );
        outgoing.on("error", reject);
        outgoing.end(body);
      }),
    stop: () => agent.destroy(),
  };
};
