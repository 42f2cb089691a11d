/** What may come next, at a place in a policy of a file that was read before: told from that policy alone. */
import { changeBetween } from "../change.js";
import { movedComment } from "../reparse/moved.js";
import { bracesMatch } from "../reparse/problems.js";
import { type ReadText, pieceAlone, policyAround } from "../reparse/reparse.js";
import { type Following, followAt } from "./follow.js";

/** `followAt` for the file that was `before` a change; reads no more of it than the policy at the place, where that is enough. */
export function followNear(before: ReadText, text: string, offset: number): Following {
  const { id } = before.parsed.file;
  const change = text === before.text ? { start: offset, end: offset, shift: 0 } : changeBetween(before.text, text);
  const home = policyAround(before, change);
  if (home !== undefined) {
    const { start, end } = home.policy.span;
    const piece = pieceAlone(text, start, end + change.shift);
    if (start < offset && offset < end + change.shift && bracesMatch(id, piece.text)) {
      const found = followAt(id, piece.text, offset - piece.by);
      // Before its opening brace a policy is a statement of its tenant, which the piece does not know.
      if (found.block.kind === "policy") return moved(found, piece.by);
    }
  }
  return followAt(id, text, offset);
}

function moved(found: Following, by: number): Following {
  const written = { file: found.written.file, start: found.written.start + by, end: found.written.end + by };
  return { ...found, written, ...(found.comment === undefined ? {} : { comment: movedComment(found.comment, by) }) };
}
