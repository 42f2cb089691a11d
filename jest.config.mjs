/** One configuration for the whole house. Long suites live under test/long and have their own command. */
const long = process.env.CTV_LONG === "1";

export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: long ? ["<rootDir>/test/long/**/*.test.ts"] : ["**/*.test.ts"],
  testPathIgnorePatterns: long ? [] : ["<rootDir>/test/long/"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" }, sourceMaps: "inline" }],
  },
  setupFiles: ["<rootDir>/test/support/seed.ts"],
  maxWorkers: 2,
  testTimeout: long ? 3_600_000 : 120_000,
};
