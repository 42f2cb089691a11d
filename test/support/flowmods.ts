/** Flow-mods read back. The agent only writes them: a switch never sends one. */
import { getByte, getShort, getText, getWord, remaining, skip } from "../../runtime/openflow/bytes.js";
import type { ByteReader } from "../../runtime/openflow/bytes.js";
import { placeOf } from "../../runtime/openflow/flows.js";
import type { FlowCommand, WireFlow } from "../../runtime/openflow/flows.js";
import { takeMatch } from "../../runtime/openflow/match.js";

/** What `putFlowMod` has written; nothing for commands that it does not write. */
export function readFlowMod(reader: ByteReader): { readonly command: FlowCommand; readonly flow: WireFlow } | undefined {
  const cookie = { high: getWord(reader), low: getWord(reader) };
  skip(reader, 8);
  const [table, number] = [getByte(reader), getByte(reader)];
  skip(reader, 4);
  const priority = getShort(reader);
  skip(reader, 16);
  const match = takeMatch(reader);
  const instructions = getText(reader, remaining(reader));
  const command = number === 0 ? "add" : number === 2 ? "modify" : number === 4 ? "delete" : undefined;
  return command === undefined ? undefined : { command, flow: { place: placeOf(table, priority, match), instructions, cookie } };
}
