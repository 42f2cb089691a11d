/** Where passes put what they find. */
import type { Diagnostic } from "./diagnostic.js";

export type Report = (diagnostic: Diagnostic) => void;
