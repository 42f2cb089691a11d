/** What netmaster refuses of the one object of the installation (contiv.md §1.3 and §8). */
import type { Json } from "./model.js";
import { word } from "./state.js";
import type { State } from "./state.js";

function inUse(state: State): string | undefined {
  const count = (encap: string): number => [...state.of("network").values()].filter((network) => network.encap === encap).length;
  const [vlans, vxlans] = [count("vlan"), count("vxlan")];
  if (vlans > 0 && vxlans > 0) return `${vlans} vlans and ${vxlans} vxlans`;
  return vlans > 0 ? `${vlans} vlans` : vxlans > 0 ? `${vxlans} vxlans` : undefined;
}

function rangeRefusal(state: State, before: Json, body: Json): string | undefined {
  for (const encap of ["vlan", "vxlan"]) {
    const text = word(body[`${encap}s`]);
    const [low, high] = text.split("-").map(Number);
    if (low > high) return `invalid ${encap} range ${text}`;
    if (encap === "vlan" && (low < 1 || high > 4095)) return `invalid vlan range ${text}`;
    if (encap === "vxlan" && (high > 65535 || high - low > 16000)) return `invalid vxlan range ${text}`;
    if (word(before[`${encap}s`]) === text) continue;
    const outside = [...state.of("network").values()].flatMap((network) =>
      network.encap === encap && typeof network.pktTag === "number" && (network.pktTag < low || network.pktTag > high) ? [network.pktTag] : [],
    );
    if (outside.length > 0) return `cannot update the ${encap} range due to existing ${encap}s ${outside.join(",")}`;
  }
  return undefined;
}

/** An update compares with the stored object, so a field that is left out counts as a change. */
export function globalUpdate(state: State, before: Json, body: Json): string | undefined {
  const used = inUse(state);
  if (word(before.fwdMode) !== "" && word(before.fwdMode) !== word(body.fwdMode)) {
    if (used !== undefined) return `Unable to update forwarding mode due to existing ${used}`;
    if (before.fwdMode === "routing" && state.of("Bgp").size > 0) return "please delete existing Bgp configs";
  }
  if (word(before.pvtSubnet) !== word(body.pvtSubnet) && used !== undefined) return `Unable to update private subnet due to existing ${used}`;
  return rangeRefusal(state, before, body);
}
