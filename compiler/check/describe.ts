/** What stands in the source, in words, for messages of the form "needs …, not …". */
import type { Value } from "../../grammar/syntax.js";
import { serviceText } from "../policy/text.js";

export function describeValue(value: Value): string {
  switch (value.kind) {
    case "name":
      return value.quoted ? `the text "${value.text}"` : `"${value.text}"`;
    case "path":
      return `"${value.tenant.text}/${value.name.text}"`;
    case "integer":
      return `the number ${value.value}`;
    case "integerRange":
      return `the range ${value.first}-${value.last}`;
    case "address":
      return `the address ${value.text}`;
    case "prefix":
      return `the prefix ${value.text}`;
    case "addressRange":
      return `the address range ${value.first}-${value.last}`;
    case "bandwidth":
      return `the bandwidth ${value.text}`;
    case "service":
      return `the service ${serviceText(value)}`;
    case "portMapping":
      return "a port mapping";
  }
}
