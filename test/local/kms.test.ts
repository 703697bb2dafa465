import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeyService, type SealContext } from "../../functions/store/key-service.ts";
import { seal, unseal } from "../../functions/store/sealed.ts";
import { StoreUnavailable } from "../../functions/store/table.ts";
import { createKms } from "../../lib/local/kms.ts";

const keyArn = "arn:aws:kms:us-east-1:000000000000:key/one";
const context: SealContext = { purpose: "carrier-secret", tenantId: "lux", subscriptionId: "s1" };
const text = Buffer.from("a secret of 256 bits");

const asked: string[] = [];
let failing = 0;
let server: Server;
let endpoint: string;
beforeAll(async () => {
  const kms = createKms({ keyArns: new Set([keyArn]), secret: (arn) => `material of ${arn}` });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
      asked.push(operation);
      if (failing > 0) {
        failing -= 1;
        response.writeHead(500).end("{}");
        return;
      }
      const reply = kms.handle(operation, JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(reply.status).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const keysOf = (arn = keyArn) =>
  openKeyService({
    keyArn: arn,
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

describe("what is sealed under the key", () => {
  it("opens for whoever names the same context, and is another text each time", async () => {
    const keys = keysOf();
    const [one, other] = [await seal(keys, context, text), await seal(keys, context, text)];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
    expect(Buffer.from(one).includes(text)).toBe(false);
    expect((await unseal(keysOf(), { ...context }, one)).equals(text)).toBe(true);
  });

  it("asks the key service once for what a warm function opens again and again", async () => {
    const sealed = await seal(keysOf(), context, text);
    const keys = keysOf();
    asked.length = 0;
    for (let each = 0; each < 5; each += 1) await unseal(keys, context, sealed);
    expect(asked).toEqual(["Decrypt"]);
  });

  it("does not open in another context, nor after a byte was changed", async () => {
    const sealed = Buffer.from(await seal(keysOf(), context, text));
    const elsewhere = { ...context, tenantId: "vintage" };
    await expect(unseal(keysOf(), elsewhere, sealed)).rejects.toThrow("InvalidCiphertextException");
    sealed.writeUInt8(sealed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1);
    await expect(unseal(keysOf(), context, sealed)).rejects.toThrow();
  });

  it("does not open under a key the template has not", async () => {
    await expect(seal(keysOf("arn:aws:kms:us-east-1:0:key/none"), context, text)).rejects.toThrow(
      "NotFoundException",
    );
  });
});

describe("a key service that fails", () => {
  it("is asked again, and is out of reach if it goes on", async () => {
    const keys = keysOf();
    failing = 1;
    await expect(seal(keys, context, text)).resolves.toBeDefined();
    failing = 9;
    await expect(seal(keys, context, text)).rejects.toThrow(StoreUnavailable);
    failing = 0;
  });
});
