import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseJson } from "../../lib/local/workflow/json.ts";
import { refused, type WorkflowHandler, type WorkflowReply } from "../../lib/local/workflow/wire.ts";

/** Serves the Step Functions API alone, on a port of 127.0.0.1; 0 takes a free one. */
export const serveWorkflow = async (
  handle: WorkflowHandler,
  port = 0,
): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { status, body } = await answer(
        handle,
        request.headers["x-amz-target"],
        Buffer.concat(chunks).toString(),
      );
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};

const answer = async (
  handle: WorkflowHandler,
  target: string | string[] | undefined,
  text: string,
): Promise<WorkflowReply> => {
  const body = text === "" ? {} : parseJson(text);
  if (body === undefined) return refused("SerializationException", "The request is not JSON.");
  try {
    return await handle(String(target), body);
  } catch (error) {
    return { status: 500, body: { __type: "InternalServerError", message: String(error) } };
  }
};
