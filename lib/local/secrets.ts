import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { recall } from "./data-directory.ts";
import { TemplateRefused } from "./template.ts";

/** How CloudFormation is told to make a secret up. */
type Generate = {
  PasswordLength?: number;
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
};

/** Values for the template's secrets. */
export type Secrets = (secretArn: string, field: string | undefined, generate: unknown) => string;

/** Made up on first use and, with a file, kept, so that what one run signed the next one still reads. */
export const createSecrets = (file: string | undefined): Secrets => {
  const values = recall<Record<string, string>>(file) ?? {};

  const make = ({ PasswordLength = 32, SecretStringTemplate, GenerateStringKey }: Generate): string => {
    const password = randomBytes(PasswordLength).toString("base64url").slice(0, PasswordLength);
    if (GenerateStringKey === undefined) return password;
    return JSON.stringify({ ...JSON.parse(SecretStringTemplate ?? "{}"), [GenerateStringKey]: password });
  };

  return (secretArn, field, generate) => {
    const value = values[secretArn] ?? make((generate ?? {}) as Generate);
    if (!(secretArn in values)) {
      values[secretArn] = value;
      if (file) writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
    }
    if (field === undefined) return value;
    const found: unknown = JSON.parse(value)[field];
    if (typeof found !== "string") throw new TemplateRefused(`Secret ${secretArn} has no field ${field}.`);
    return found;
  };
};
