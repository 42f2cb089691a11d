/** CIDRs and `ipBlock`s as sets of addresses. */
import * as address from "../../../space/address.js";
import type { AddressSet, Prefix } from "../../../space/address.js";
import { fieldOf, fieldsOf, itemsOf, textOf } from "./fields.js";
import type { Located, Report } from "./fields.js";

export function readCidr(at: Located, report: Report): Prefix | undefined {
  const text = textOf(at, report);
  if (text === undefined) return undefined;
  const prefix = address.parsePrefix(text);
  if (prefix === undefined) {
    report(at, `"${text}" is not a CIDR`);
    return undefined;
  }
  if (address.formatPrefix(address.canonicalPrefix(prefix)) !== address.formatPrefix(prefix)) {
    report(at, `"${text}" has host bits set, which newer API servers refuse`);
  }
  return prefix;
}

/** API validation (`ValidateIPBlock`): every exception lies inside the block and is smaller than it. */
export function readIpBlock(at: Located, report: Report): AddressSet {
  const fields = fieldsOf(at, ["cidr", "except"], report);
  const cidr = fields === undefined ? undefined : readCidr(fieldOf(at, fields, "cidr"), report);
  if (fields === undefined || cidr === undefined) return address.noAddresses;
  const all = address.prefixSet(cidr);
  const except = itemsOf(fieldOf(at, fields, "except"), report).flatMap((item) => {
    const prefix = readCidr(item, report);
    if (prefix === undefined) return [];
    const inside = prefix.length > cidr.length && address.addressesWithin(address.prefixSet(prefix), all);
    if (!inside) report(item, `${address.formatPrefix(prefix)} is not inside ${address.formatPrefix(cidr)}`);
    return [address.prefixSet(prefix)];
  });
  return address.subtractAddresses(all, address.unionAllAddresses(except));
}
