/** CIDRs as sets of addresses, with what the API's validation asks of them. */
import { exceptOutside, invalidManifestCidr, manifestHostBits } from "../diagnostics/manifests.js";
import * as address from "../space/address.js";
import type { AddressSet, Prefix } from "../space/address.js";
import { checkFields, field, isPresent, itemsOf, reportMissing, textOf } from "./yaml.js";
import type { Cursor } from "./yaml.js";

export function readCidr(at: Cursor): Prefix | undefined {
  const text = textOf(at);
  if (text === undefined) return undefined;
  const prefix = address.parsePrefix(text);
  if (prefix === undefined) {
    const single = address.parseAddress(text);
    const help = single === undefined ? undefined : `an address alone is ${text}/${address.bits(single.family)}`;
    at.source.report(invalidManifestCidr.make({ where: at.path, text }, { span: at.span, ...(help === undefined ? {} : { help }) }));
    return undefined;
  }
  const canonical = address.formatPrefix(address.canonicalPrefix(prefix));
  if (canonical !== address.formatPrefix(prefix)) at.source.report(manifestHostBits.make({ text, canonical }, { span: at.span }));
  return prefix;
}

/** API validation (`ValidateIPBlock`): every exception lies inside the block and is smaller than it. */
export function readIpBlock(at: Cursor): { readonly addresses: AddressSet; readonly text: string } | undefined {
  checkFields(at, ["cidr", "except"]);
  const cidrAt = field(at, "cidr");
  if (!isPresent(cidrAt)) return reportMissing(at, "cidr");
  const cidr = readCidr(cidrAt);
  if (cidr === undefined) return undefined;
  const all = address.prefixSet(cidr);
  const except = itemsOf(field(at, "except")).flatMap((item) => {
    const prefix = readCidr(item);
    if (prefix === undefined) return [];
    const inside = prefix.length > cidr.length && address.addressesWithin(address.prefixSet(prefix), all);
    if (!inside) {
      const texts = { except: address.formatPrefix(prefix), cidr: address.formatPrefix(cidr) };
      at.source.report(exceptOutside.make(texts, { span: item.span, related: [{ span: cidrAt.span, message: "the block" }] }));
    }
    return [prefix];
  });
  const written = except.map((prefix) => address.formatPrefix(address.canonicalPrefix(prefix)));
  return {
    addresses: address.subtractAddresses(all, address.unionAllAddresses(except.map(address.prefixSet))),
    text: `${address.formatPrefix(address.canonicalPrefix(cidr))}${written.length === 0 ? "" : ` except ${written.join(", ")}`}`,
  };
}
