/** Keys and other texts from the files that the configuration names. Paths are relative to `folder`. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readSigningKey, readTrustedKey } from "../signing/keys.js";
import type { SigningKey, TrustedKey } from "../signing/keys.js";
import { reasonOf } from "../store/reason.js";

/** Why an agent cannot start: its configuration or its surroundings, in words. */
export class ServiceError extends Error {}

/** @throws ServiceError */
export async function trustedKey(path: string, folder: string): Promise<TrustedKey> {
  const pem = await textAt(path, folder);
  try {
    return readTrustedKey(pem);
  } catch (error) {
    throw new ServiceError(`${path} cannot be trusted: ${reason(error)}`);
  }
}

/** @throws ServiceError */
export async function textAt(path: string, folder: string): Promise<string> {
  try {
    return await readFile(resolve(folder, path), "utf8");
  } catch (error) {
    throw new ServiceError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** @throws ServiceError */
export async function signingKey(path: string, folder: string): Promise<SigningKey> {
  const pem = await textAt(path, folder);
  try {
    return readSigningKey(pem);
  } catch (error) {
    throw new ServiceError(`${path} cannot sign: ${reason(error)}`);
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
