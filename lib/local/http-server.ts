import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { type WireReply, type WireRequest, wireError } from "./aws-wire.ts";
import { type HttpReply, message } from "./gateway-event.ts";
import { s3Path } from "./s3/endpoint.ts";

/** What answers on the service's one port. */
export type Answering = {
  /** The AWS APIs, told apart by `X-Amz-Target`. */
  readonly wire: (request: WireRequest) => Promise<WireReply>;
  /** `/_s3/*`: S3, whose requests are told apart by method and path. */
  readonly objects: (
    method: string,
    target: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ) => Promise<HttpReply>;
  /** `/_local/*`. */
  readonly control: (method: string, url: URL, body: Buffer) => Promise<HttpReply>;
  /** Everything else. */
  readonly gateway: (request: IncomingMessage, body: Buffer) => Promise<HttpReply>;
};

export type LocalServer = {
  readonly url: string;
  answerWith(answering: Answering): void;
  stop(): Promise<void>;
};

export class PortInUse extends Error {
  override readonly name = "PortInUse";
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const write = (response: ServerResponse, { status, headers, body }: HttpReply): void => {
  // An answer to HEAD has no body and says how long it would be.
  const said = response.req.method === "HEAD" ? headers["content-length"] : undefined;
  const length = said === undefined ? Buffer.byteLength(body) : Number(said);
  response.writeHead(status, { ...headers, "content-length": length }).end(body);
};

/** Listens on a loopback port, 0 for any, before anything is there to answer: a port in use is found out first. */
export const listen = async (port: number, failed: (error: unknown) => void): Promise<LocalServer> => {
  let answering: Answering | undefined;

  const answer = async (request: IncomingMessage): Promise<HttpReply> => {
    const body = await readBody(request);
    if (answering === undefined) return message(503, "Service Unavailable: still starting.");
    const operation = request.headers["x-amz-target"];
    if (typeof operation === "string") {
      const reply = await answering
        .wire({ target: operation, headers: request.headers, body })
        .catch((error: unknown): WireReply => {
          failed(error);
          return wireError(500, "InternalServerError", String(error));
        });
      const type = request.headers["content-type"] ?? "application/x-amz-json-1.0";
      return {
        status: reply.status,
        headers: { "content-type": type, "x-amzn-requestid": randomUUID() },
        body: reply.body,
      };
    }
    const target = request.url ?? "/";
    if (target.startsWith(`${s3Path}/`)) {
      const reply = await answering.objects(request.method ?? "GET", target, request.headers, body);
      return { ...reply, headers: { "x-amz-request-id": randomUUID(), ...reply.headers } };
    }
    const url = new URL(target, "http://localhost");
    if (url.pathname === "/_local" || url.pathname.startsWith("/_local/")) {
      return answering.control(request.method ?? "GET", url, body);
    }
    const reply = await answering.gateway(request, body);
    return { ...reply, headers: { "apigw-requestid": randomUUID(), ...reply.headers } };
  };

  const server = createServer(async (request, response) => {
    try {
      write(response, await answer(request));
    } catch (error) {
      failed(error);
      if (!response.headersSent) write(response, message(500, "Internal Server Error"));
    }
  });
  // Clients keep their connections; one closed under a request looks like a lost answer.
  server.keepAliveTimeout = 120_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new PortInUse(`Port ${port} is in use: choose another with --port.`);
  });
  const address = server.address();
  const listening = typeof address === "object" && address !== null ? address.port : port;

  return {
    url: `http://127.0.0.1:${listening}`,
    answerWith: (parts) => {
      answering = parts;
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
