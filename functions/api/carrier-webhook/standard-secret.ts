/** A secret as Standard Webhooks writes it: a prefix and the base64 of the key. */
export const standardSecretPrefix = "whsec_";

/** The specification's bounds. */
const [leastBytes, mostBytes] = [24, 64];

/** Why a secret is none of Standard Webhooks; nothing, if it is. */
export const standardSecretFault = (secret: string): string | undefined => {
  const encoded = secret.startsWith(standardSecretPrefix) ? secret.slice(standardSecretPrefix.length) : "";
  const key = Buffer.from(encoded, "base64");
  const fits = key.toString("base64") === encoded && key.length >= leastBytes && key.length <= mostBytes;
  return fits
    ? undefined
    : `must be ${standardSecretPrefix} and the base64 of ${leastBytes} to ${mostBytes} bytes`;
};

export const standardSecretOf = (random: Buffer): string =>
  `${standardSecretPrefix}${random.toString("base64")}`;
