/**
 * Whose webhooks are understood, and how far each is believed. Everything that hangs on trust reads this table:
 * what may move money by itself, what only moves the status, and who makes the secret.
 */

type CarrierTerms = {
  readonly name: string;
  /** How a push is signed. MD5 is broken, and a plain digest of body and key can be extended. */
  readonly signature: "md5" | "sha256" | "hmac-sha256";
  /** Whether the signature covers the time of sending, so that an old push cannot be sent again as a new one. */
  readonly signsTime: boolean;
  /** Who makes the secret: we do, the carrier does, or whoever sets the webhook up chooses. */
  readonly secretFrom: "us" | "carrier" | "either";
};

export const carriers = {
  kuaidi100: { name: "快递100 (Kuaidi100)", signature: "md5", signsTime: false, secretFrom: "us" },
  aftership: { name: "AfterShip", signature: "hmac-sha256", signsTime: false, secretFrom: "carrier" },
  easypost: { name: "EasyPost", signature: "hmac-sha256", signsTime: false, secretFrom: "either" },
  "17track": { name: "17TRACK", signature: "sha256", signsTime: false, secretFrom: "carrier" },
  standard: { name: "Standard Webhooks", signature: "hmac-sha256", signsTime: true, secretFrom: "either" },
} as const satisfies Record<string, CarrierTerms>;

export type CarrierCode = keyof typeof carriers;
export const carrierCodes = Object.keys(carriers) as CarrierCode[];

/**
 * Whether what this carrier tells may move money by itself: signed strongly, and fresh. What others tell moves the
 * status, and money only after a warehouse's scan, the merchant or the platform has confirmed it.
 */
export const mayMoveMoney = (code: CarrierCode): boolean => {
  const { signature, signsTime }: CarrierTerms = carriers[code];
  return signature === "hmac-sha256" && signsTime;
};
