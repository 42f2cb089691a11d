/**
 * The tables of the pipeline, in the order a packet meets them. `docs/openflow-pipeline.md` tells what each does. Numbers
 * leave room, so that an operator or a later version can put a table between two.
 */
export const tables = {
  /** What kind of port the packet came in by. */
  input: 0,
  /** Ports of endpoints: sender addresses checked, source classes loaded. */
  guard: 10,
  /** ARP and IPv6 neighbour discovery. */
  neighbour: 20,
  /** Completes a neighbour advertisement made from a solicitation. */
  advertise: 25,
  /** Packets from elsewhere: source classes by address, for endpoints of other nodes. */
  source: 30,
  /** Source classes of bare ends by prefix; node-independent. */
  sourcePlace: 35,
  /** Destination classes of endpoints and service addresses. */
  destination: 40,
  /** Destination classes of bare ends by prefix; node-independent. */
  destinationPlace: 45,
  /** Chooses the conntrack zone. */
  zone: 50,
  /** Sends the packet through conntrack. */
  track: 55,
  /** Reads the connection state: replies and established connections bypass the policy. */
  state: 60,
  /** New connections to a service address: a provider is chosen. */
  service: 65,
  /** Asks every tenant of the source. */
  askSource: 70,
  /** Asks every tenant of the destination that was not asked yet. */
  askDestination: 75,
  /** The rules of all tenants. */
  policy: 80,
  /** Drops what is denied, logs, commits what is allowed. */
  verdict: 90,
  /** Counts packets by the rule that let their connection pass. */
  account: 95,
  /** Brings the packet to its destination. */
  forward: 100,
} as const;

/** The name of a table by its number. */
export function tableName(table: number): string {
  return Object.entries(tables).find(([, number]) => number === table)?.[0] ?? `${table}`;
}
