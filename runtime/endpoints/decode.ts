/** Endpoints and nodes as others write them into a store: checked before anything is bound with them. */
import { parseAddress } from "../../compiler/space/address.js";
import { macNumber } from "../../compiler/target/openflow/bind/inventory.js";
import type { Endpoint, InventoryNode } from "../../compiler/target/openflow/bind/inventory.js";
import { DecodeError, integer, list, object, optional, record, text } from "../store/decode.js";
import type { Decoder } from "../store/decode.js";

/** Longest JSON text of an endpoint, in bytes: Kubernetes limits labels to 63 characters a value and 317 a key. */
export const ENDPOINT_LIMIT = 64 << 10;
/** OpenFlow ports of interfaces; larger numbers are reserved (OpenFlow 1.3, section 7.2.1). */
const PORTS = 0xffffff00;

const name = text(400);
const address: Decoder<string> = (value, where) => {
  const written = text(45)(value, where);
  if (parseAddress(written) === undefined) throw new DecodeError(`${where} is not an address`);
  return written;
};
const mac: Decoder<string> = (value, where) => {
  const written = text(17)(value, where);
  if (macNumber(written) === undefined) throw new DecodeError(`${where} is not a MAC address`);
  return written;
};

export const endpointDecoder: Decoder<Endpoint> = object({
  name,
  node: name,
  port: integer(0, PORTS),
  mac,
  addresses: list(address, 64),
  namespace: optional(name),
  labels: optional(record(text(400), text(400), 256)),
});

/** What others need to know of a node: where tunnels to it end. Its ports are nobody else's business. */
export const nodeDecoder: Decoder<InventoryNode> = object({ name, address: optional(address) });
