/** Signed programs: what is whole and signed is taken, and nothing else, whichever byte was changed. */
import { generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "@jest/globals";
import { accept } from "../../../runtime/signing/accept.js";
import { open, readHeader, seal } from "../../../runtime/signing/envelope.js";
import { generateKeys, KeyError, readSigningKey, readTrustedKey } from "../../../runtime/signing/keys.js";
import { programText } from "../support/program.js";

const pair = generateKeys();
const key = readSigningKey(pair.privatePem);
const trusted = [readTrustedKey(pair.publicPem)];
const created = "2026-01-31T12:00:00.000Z";
const program = programText();
const good = seal({ generation: 3, created, note: "first words", program }, key);
const refusal = (bytes: Uint8Array): string | undefined => {
  const opened = open(bytes, trusted);
  return "refused" in opened ? opened.refused : undefined;
};
const edited = (from: string, to: string): Buffer => Buffer.from(good.toString().replace(from, to));

describe("a signed program", () => {
  it("is opened with the key that it was signed with", () => {
    expect(open(good, trusted)).toMatchObject({ generation: 3, created, note: "first words", keyId: key.id, program });
    expect(readHeader(good)).toMatchObject({ generation: 3, note: "first words" });
    expect(good.toString().split("\n", 2)[0]).toMatch(/^\{"format":"ctv-signed-program","version":1,"generation":3,/);
  });

  it("may be any text with any note", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 1e12 }), (text, note, generation) => {
        const whole = Buffer.from(text).toString();
        expect(open(seal({ generation, created, note, program: whole }, key), trusted)).toMatchObject({ generation, note, program: whole });
      }),
    );
  });

  it("is refused when any one byte is another", () => {
    // All bytes of the header and the first of the program, each with each of its bits; further bytes by sample.
    const header = good.indexOf(0x0a) + 40;
    for (let at = 0; at < header; at++) {
      for (let bit = 1; bit < 256; bit <<= 1) {
        const changed = Buffer.from(good);
        changed[at] ^= bit;
        if (refusal(changed) === undefined) throw new Error(`byte ${at} changed by ${bit} is not noticed`);
      }
    }
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(good);
        changed[at] = value;
        expect(refusal(changed) === undefined).toBe(changed.equals(good));
      }),
      { numRuns: 500 },
    );
  });

  it("is refused when bytes are missing or too many", () => {
    for (const at of [0, 1, 20, good.indexOf(0x0a), good.indexOf(0x0a) + 1, good.length - 1]) {
      expect(refusal(good.subarray(0, at))).toBeDefined();
      expect(refusal(Buffer.concat([good.subarray(0, at), Buffer.from(" "), good.subarray(at)]))).toBeDefined();
    }
    expect(refusal(Buffer.concat([good, Buffer.from("\n")]))).toContain("digest does not fit");
    expect(refusal(Buffer.concat([Buffer.from("\ufeff"), good]))).toBeDefined();
    expect(refusal(Buffer.alloc((64 << 20) + 1))).toContain("are not read");
  });

  it("is refused with words that say why", () => {
    const other = generateKeys();
    const stranger = seal({ generation: 3, created, note: "", program }, readSigningKey(other.privatePem));
    expect(refusal(stranger)).toBe(`it is signed with the key ${other.id}, which is not trusted here`);
    // With the trusted key's id in place of its own.
    expect(refusal(Buffer.from(stranger.toString().replace(other.id, key.id)))).toContain("its signature does not fit");
    const signature = readHeader(good);
    expect(refusal(edited("refused" in signature ? "" : signature.signature, ""))).toBe("it is not signed");
    expect(refusal(edited('"generation":3', '"generation":4'))).toContain("its signature does not fit");
    expect(refusal(edited('"generation":3', '"generation":0'))).toContain("generation is not a whole number");
    expect(refusal(edited('"generation":3', '"generation": 3'))).toBe("it is not written as a signed program is");
    expect(refusal(edited("ctv-signed-program", "program"))).toBe("it is not a signed program");
    expect(refusal(edited('"version":1', '"version":2'))).toContain("has version 2 of the form");
    expect(refusal(edited('"action":"allow"', '"action":"deny"'))).toContain("digest does not fit");
    expect(refusal(edited(created, "yesterday"))).toContain("time is not one in UTC");
    expect(refusal(Buffer.from("{}\n"))).toBe("it is not a signed program");
    expect(refusal(Buffer.from(program))).toBe("it is not a signed program");
    expect(refusal(Buffer.alloc(5000, "x"))).toBe("it does not begin with the header of a signed program");
  });

  it("cannot be made with what no envelope can have", () => {
    expect(() => seal({ generation: 0, created, note: "", program }, key)).toThrow("whole number");
    expect(() => seal({ generation: 1, created, note: "x".repeat(201), program }, key)).toThrow("longer than 200");
    expect(() => seal({ generation: 1, created: "now", note: "", program }, key)).toThrow("UTC");
  });
});

describe("what an agent takes", () => {
  const refused = (...words: Parameters<typeof accept>): string | undefined => {
    const taken = accept(...words);
    return "refused" in taken ? taken.refused : undefined;
  };
  const digestOf = (bytes: Uint8Array): string => {
    const header = readHeader(bytes);
    return "refused" in header ? "" : header.digest;
  };

  it("is a program of the generation it is stored as", () => {
    expect(accept(good, 3, trusted)).toMatchObject({ envelope: { generation: 3 }, program: { format: "ctv-policy-program" } });
    expect(refused(good, 4, trusted)).toBe("it was signed as generation 3 and lies in the place of generation 4");
  });

  it("is nothing older than what it has, nor the same generation with other content", () => {
    const inForce = { generation: 3, digest: digestOf(good) };
    expect(refused(good, 3, trusted, inForce)).toBeUndefined();
    expect(refused(good, 3, trusted, { generation: 2, digest: "" })).toBeUndefined();
    expect(refused(good, 3, trusted, { generation: 4, digest: "" })).toBe("generation 3 is older than generation 4, which is in force");
    expect(refused(good, 3, trusted, { generation: 3, digest: "sha256:0" })).toBe("generation 3 is in force with other content");
  });

  it("is a program that says it is one, and is whole", () => {
    const sealed = (text: string): Buffer => seal({ generation: 1, created, note: "", program: text }, key);
    expect(refused(sealed("{}"), 1, trusted)).toBe("the program's own digest does not fit");
    expect(refused(sealed(program.replace('"allow"', '"deny"')), 1, trusted)).toBe("the program's own digest does not fit");
    expect(refused(sealed(programText({ version: 99 })), 1, trusted)).toContain("version 99 of the program is not known here");
  });
});

describe("keys", () => {
  it("are told apart by their ids, which both halves share", () => {
    expect(key.id).toMatch(/^[0-9a-f]{16}$/);
    expect(trusted[0]?.id).toBe(key.id);
    expect(generateKeys().id).not.toBe(key.id);
  });

  it("are Ed25519, and each half in its place", () => {
    const rsa = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = String(rsa.privateKey.export({ type: "pkcs8", format: "pem" }));
    expect(() => readSigningKey(pem)).toThrow(new KeyError("it is a key for ec, not for Ed25519"));
    expect(() => readSigningKey("nonsense")).toThrow("it is not a private key in PEM form");
    expect(() => readSigningKey(pair.publicPem)).toThrow("it is not a private key");
    expect(() => readTrustedKey(pair.privatePem)).toThrow("it holds a private key");
    expect(() => readTrustedKey("nonsense")).toThrow("it is not a public key");
    expect(sign(null, Buffer.from("x"), key.key)).toHaveLength(64);
  });
});
