/** What the names stand for that one file declares outside tenants, or one tenant; filled when they are first asked for. */
import type { PolicySymbol } from "../bind/symbols.js";
import type { Peer, QosProfile } from "../policy/model.js";
import type { ServiceSet } from "../space/service.js";
import type { ParamValue } from "./params.js";

export interface Values {
  /** Params without a usable value are missing, and have had their message. */
  readonly params: Map<PolicySymbol, ParamValue>;
  /** Groups, networks, externals and sets; nothing for what had a message. */
  readonly peers: Map<PolicySymbol, Peer | undefined>;
  readonly services: Map<PolicySymbol, ServiceSet | undefined>;
  readonly profiles: Map<PolicySymbol, QosProfile | undefined>;
}

export function noValues(): Values {
  return { params: new Map(), peers: new Map(), services: new Map(), profiles: new Map() };
}
