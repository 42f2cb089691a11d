/**
 * Names of Contiv's policies and rules: readable, within 64 bytes, the same as long as the source rule is, and never two alike.
 */
import { formatAddress } from "../../../space/address.js";
import type { Remote } from "./match.js";

/** In bytes; ids and names of policies are ASCII here. */
export const LONGEST = 64;

/** FNV-1a, 32 bits, as eight hexadecimal digits. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function fit(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 9).replace(/[-.]+$/, "")}-${shortHash(text)}`;
}

/**
 * The Contiv policy for the rules of one policy of the source that belong to one group (absent: to every group).
 * A dot parts the two names, so names with a dot in them get a hash.
 */
export function policyName(policy: string, group: string | undefined): string {
  if (group === undefined) return policy.includes(".") ? fit(`${policy}-${shortHash(policy)}`) : fit(policy);
  const joined = `${policy}.${group}`;
  return policy.includes(".") || group.includes(".") ? fit(`${joined}-${shortHash(`${policy}\n${group}`)}`) : fit(joined);
}

/** The policy that says a tenant's default: three labels, which no name made from a policy of the source has without a hash. */
export function defaultPolicyName(group: string | undefined): string {
  return fit(group === undefined ? "ctv.default.all" : `ctv.default.${group}`);
}

function remoteName(remote: Remote): string {
  switch (remote.kind) {
    case "any":
    case "world":
      return remote.kind;
    case "group":
      return remote.group;
    case "prefix":
      return `${formatAddress(remote.prefix.address)}-${remote.prefix.length}`;
    case "member":
      return `${remote.group}.${formatAddress(remote.prefix.address)}-${remote.prefix.length}`;
  }
}

/** Last part of a rule's id in the source: its name, or the hash of its text. */
function ruleBase(id: string): string {
  const last = id.slice(id.lastIndexOf("/") + 1);
  if (/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(last)) return last;
  const plain = last.replace(/[^A-Za-z0-9.-]+/g, "-");
  return /^[A-Za-z0-9]/.test(plain) ? plain : `r${plain}`;
}

/** The ids of a rule's objects: one for each port, with the port in between two parts of the stem that no other stem can run into. */
export interface RuleIds {
  /** What all of them have in common: the id of every port. */
  readonly stem: string;
  /** A port's id is `before`, the port and `after`. A protocol has no hyphen, so `before` ends the protocol's name. */
  readonly before: string;
  readonly after: string;
}

/** Length of the longest id that a port can have, before it is cut to fit. */
export function longestOf({ before, after }: RuleIds): number {
  return before.length + "65535".length + after.length;
}

/** The id of a port; 0 is every port. */
export function idOf({ stem, before, after }: RuleIds, port: number): string {
  return fit(port === 0 ? stem : `${before}${port}${after}`);
}

export function ruleIds(parts: {
  readonly rule: string | undefined;
  readonly direction: string;
  readonly remote: Remote;
  /** As netmaster's API names it. */
  readonly protocol: string;
  readonly part: string;
}): RuleIds {
  const base = parts.rule === undefined ? "default" : ruleBase(parts.rule);
  const head = `${base}.${parts.direction}.${remoteName(parts.remote)}.${parts.protocol === "" ? "every" : parts.protocol}`;
  const after = `.${parts.part}`;
  return { stem: `${head}${after}`, before: `${head}-`, after };
}
