/**
 * Keys of publishers: Ed25519, as PEM files (PKCS#8 for the private key, SPKI for the public one), which openssl reads and makes as well.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** What signs. */
export interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** What a signature is checked with. */
export interface TrustedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** A new pair as texts of PEM files. */
export function generateKeys(): { readonly id: string; readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    id: keyId(publicKey),
    privatePem: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    publicPem: String(publicKey.export({ type: "spki", format: "pem" })),
  };
}

/** The first 64 bits of the SHA-256 of the public key's SPKI form, in hexadecimal: enough to tell keys apart, and no secret. */
function keyId(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

/** Why a text is no key that can be used. */
export class KeyError extends Error {}

/** @throws KeyError for a text that holds no private Ed25519 key. */
export function readSigningKey(pem: string): SigningKey {
  const key = parsed(pem, createPrivateKey, "a private key");
  return { id: keyId(createPublicKey(key)), key };
}

/** @throws KeyError for a text that holds no public Ed25519 key, and for a private one, which has no place among trusted keys. */
export function readTrustedKey(pem: string): TrustedKey {
  if (pem.includes("PRIVATE KEY")) throw new KeyError("it holds a private key; agents are given the public one");
  const key = parsed(pem, createPublicKey, "a public key");
  return { id: keyId(key), key };
}

function parsed(pem: string, parse: (pem: string) => KeyObject, needed: string): KeyObject {
  const key = attempt(pem, parse);
  if (key === undefined) throw new KeyError(`it is not ${needed} in PEM form`);
  if (key.asymmetricKeyType !== "ed25519") throw new KeyError(`it is a key for ${key.asymmetricKeyType ?? "something else"}, not for Ed25519`);
  return key;
}

function attempt(pem: string, parse: (pem: string) => KeyObject): KeyObject | undefined {
  try {
    return parse(pem);
  } catch {
    return undefined;
  }
}
