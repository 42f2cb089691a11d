/**
 * Every register and bit of the pipeline, named here and nowhere else.
 *
 * | register | bits | name |
 * |---|---|---|
 * | reg0 | 0 | denied |
 * | reg0 | 1 | logged |
 * | reg0 | 2 | fromNode |
 * | reg0 | 3 | audited |
 * | reg0 | 4 | ambiguous |
 * | reg0 | 5 | toService |
 * | reg0 | 6 | balanced |
 * | reg0 | 7 | settled |
 * | reg0 | 16-31 | zone |
 * | reg1 | 0-15, 16-31 | sourceMembers, destinationMembers |
 * | reg2 | 0-15, 16-31 | tenant, network |
 * | reg3 | 0-15 | domain |
 * | reg4-reg7 | | source classes |
 * | reg8-reg11 | | destination classes |
 * | reg12, reg13 | | sourceDecision, destinationDecision |
 * | reg14 | | endpoint |
 * | reg15 | | decision |
 *
 * The mark of a connection is 1 when the policy let it pass; its label holds the two decisions.
 */
import type { FieldName } from "./flow.js";

/** Some bits of one field. */
export interface BitField {
  readonly field: FieldName;
  readonly offset: number;
  readonly width: number;
}

const bits = (field: FieldName, offset: number, width: number): BitField => ({ field, offset, width });

export const registers = {
  /** A tenant that was asked says no. */
  denied: bits("reg0", 0, 1),
  /** A deciding rule has `log`. */
  logged: bits("reg0", 1, 1),
  /** Came through a tunnel: another node has seen the packet. */
  fromNode: bits("reg0", 2, 1),
  /** Would have been denied, but what denies it is in audit mode. */
  audited: bits("reg0", 3, 1),
  /** The source's address is that of endpoints in several tenants, so it means nothing outside its own. */
  ambiguous: bits("reg0", 4, 1),
  /** The destination is the address of a load-balanced service. */
  toService: bits("reg0", 5, 1),
  /** A provider has been chosen: the connection is tracked already, the policy is to be asked. */
  balanced: bits("reg0", 6, 1),
  /** An allowed connection to a service address: only the provider's whereabouts are still to be found. */
  settled: bits("reg0", 7, 1),
  /** Conntrack zone. */
  zone: bits("reg0", 16, 16),
  /** Id of the set of tenants that the source belongs to; 0: none, the end is of the world. */
  sourceMembers: bits("reg1", 0, 16),
  destinationMembers: bits("reg1", 16, 16),
  /** The tenant that is being asked. */
  tenant: bits("reg2", 0, 16),
  /** The network that the packet is in; 0: none. */
  network: bits("reg2", 16, 16),
  /** The tenant whose address space the packet is in; 0: none. */
  domain: bits("reg3", 0, 16),
  /** Decision id of the (last) tenant of the source that was asked. */
  sourceDecision: bits("reg12", 0, 32),
  destinationDecision: bits("reg13", 0, 32),
  /** Id of the destination endpoint; 0: not an endpoint. */
  endpoint: bits("reg14", 0, 32),
  /** What the last lookup in the policy table decided by; the id to count for in `account`. */
  decision: bits("reg15", 0, 32),
} as const satisfies Record<string, BitField>;

/** The words that hold an end's classes, 32 bits each. */
export const classWords = {
  source: ["reg4", "reg5", "reg6", "reg7"],
  destination: ["reg8", "reg9", "reg10", "reg11"],
} as const satisfies Record<string, readonly FieldName[]>;

export const CLASS_WORDS = classWords.source.length;
export const CLASS_WORD_BITS = 32;

/** Bit 0 of `ct_mark`: the policy let the connection pass. Replies are believed only with it. */
export const allowedMark: BitField = bits("ct_mark", 0, 1);
/** Where a connection keeps the decisions that let it pass. */
export const labelSource: BitField = bits("ct_label", 0, 32);
export const labelDestination: BitField = bits("ct_label", 32, 32);

/** Zones 1..65534 are the tenants' own; this one is for connections between tenants, and between ends of none. */
export const sharedZone = 0xffff;
/** Tenant ids, set-of-tenants ids and network ids are `1..idLimit`. */
export const idLimit = 0xfffe;
