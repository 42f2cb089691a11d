/** The version in package.json; a test holds the two together, so that no run has to read a file for it. */
export const version = "0.1.0";
