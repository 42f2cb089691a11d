/** The two files that decide. */
export const FLOWS = "policy.flows";
export const PROGRAM = "program.json";
