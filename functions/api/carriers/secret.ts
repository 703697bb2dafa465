import { randomBytes } from "node:crypto";
import { type CarrierCode, carriers } from "../../domain/carriers.ts";
import { invalidField } from "../../http/problem.ts";
import { standardSecretFault, standardSecretOf } from "../carrier-webhook/standard-secret.ts";

/** 256 bits: nobody guesses it, and no carrier asks for more. */
const secretBytes = 32;

type SecretForm = {
  readonly faultOf: (secret: string) => string | undefined;
  readonly make: (random: Buffer) => string;
};

/** Carriers whose secrets have a form; any text will do for the others. */
const forms: Partial<Record<CarrierCode, SecretForm>> = {
  standard: { faultOf: standardSecretFault, make: standardSecretOf },
};

/**
 * The secret a carrier will sign with: the one that was given, or a new one in the form the carrier wants.
 *
 * @throws Problem `invalid_request` if it has to be given and was not, must not be and was, or has not the carrier's form
 */
export const secretFor = (carrier: CarrierCode, given: string | undefined): string => {
  const { secretFrom } = carriers[carrier];
  const form = forms[carrier];
  if (given === undefined) {
    if (secretFrom === "carrier") throw invalidField("/secret", "must be given: the carrier makes it");
    const random = randomBytes(secretBytes);
    return form ? form.make(random) : random.toString("base64url");
  }
  const fault = secretFrom === "us" ? "must not be given: it is made here" : form?.faultOf(given);
  if (fault) throw invalidField("/secret", fault);
  return given;
};
