/** A question about one connection: `web-1 10.1.1.2 tcp/5432`, with ends by the names of endpoints or by addresses. */
import { formatAddress, parseAddress } from "../../compiler/space/address.js";
import type { Address } from "../../compiler/space/address.js";
import { hasPorts, isIcmp, protocolNumber } from "../../compiler/space/service.js";
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";

export interface ExplainEnd {
  readonly address: Address;
  /** Where an endpoint has the address. */
  readonly endpoint?: Endpoint;
}

export interface ExplainedService {
  readonly protocol: number;
  /** Destination port, or type and code of an ICMP message as `type * 256 + code`. */
  readonly detail: number;
}

export interface ConnectionQuestion extends ExplainedService {
  readonly source: ExplainEnd;
  readonly destination: ExplainEnd;
}

/** Why a question cannot be asked, in words. */
export class QuestionError extends Error {}

/** @throws QuestionError */
export function readQuestion(from: string, to: string, service: string, endpoints: readonly Endpoint[]): ConnectionQuestion {
  const [sources, destinations] = [endsOf(from, endpoints), endsOf(to, endpoints)];
  // Of several addresses the first pair of one family counts, IPv4 where both have it.
  const pairs = sources.flatMap((source) => destinations.map((destination) => ({ source, destination })));
  const pair = pairs.find(({ source, destination }) => source.address.family === destination.address.family);
  if (pair === undefined) throw new QuestionError(`${from} and ${to} have no addresses of one family`);
  const asked = serviceOf(service);
  const mixed = asked.protocol === (pair.source.address.family === 4 ? protocolNumber.icmp6 : protocolNumber.icmp);
  if (mixed) throw new QuestionError(`${service} is not of the family of ${formatAddress(pair.source.address)}`);
  return { ...pair, ...asked };
}

function endsOf(text: string, endpoints: readonly Endpoint[]): readonly ExplainEnd[] {
  const address = parseAddress(text);
  if (address !== undefined) {
    const normal = formatAddress(address);
    const endpoint = endpoints.find(({ addresses }) => addresses.some((each) => sameAddress(each, normal)));
    return [{ address, ...(endpoint === undefined ? {} : { endpoint }) }];
  }
  const fitting = endpoints.filter(({ name }) => name === text || name.endsWith(`/${text}`));
  const [endpoint] = fitting;
  if (endpoint === undefined) throw new QuestionError(`no endpoint is named "${text}", and it is no address`);
  if (fitting.length > 1) throw new QuestionError(`"${text}" may be any of ${fitting.map(({ name }) => name).join(", ")}`);
  const ends = endpoint.addresses.flatMap((each) => parseAddress(each) ?? []).map((each) => ({ address: each, endpoint }));
  return ends.sort((a, b) => a.address.family - b.address.family);
}

function sameAddress(text: string, normal: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && formatAddress(address) === normal;
}

/** `tcp/80`, `icmp/8`, `icmp6/128`, `ip/47`. @throws QuestionError */
function serviceOf(text: string): ExplainedService {
  const found = /^([a-z]+6?)\/(\d{1,5})$/.exec(text);
  const [, name = "", digits = ""] = found ?? [];
  const number = Number(digits);
  const protocol = Object.entries(protocolNumber).find(([known]) => known === name)?.[1];
  if (name === "ip" && number <= 255 && !hasPorts(number) && !isIcmp(number)) return { protocol: number, detail: 0 };
  if (protocol !== undefined && hasPorts(protocol) && number <= 65_535) return { protocol, detail: number };
  if (protocol !== undefined && isIcmp(protocol) && number <= 255) return { protocol, detail: number << 8 };
  throw new QuestionError(`"${text}" is not a service such as tcp/80, udp/53, sctp/5000, icmp/8, icmp6/128 or ip/47`);
}
