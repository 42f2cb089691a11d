#!/usr/bin/env node
/*
 * Starts the bundled command with the code cache that was made beside it: a third of a short run would be compiling JavaScript.
 * V8 refuses a cache of another version of itself, and the command then starts without. Plain CommonJS, copied as it is.
 */
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

const bundle = `${__dirname}/command.cjs`;
const head = "(function (exports, require, module, __filename, __dirname) {";

/** Nothing where there is no cache. */
function cache() {
  try {
    return readFileSync(`${__dirname}/command.cache`);
  } catch {
    return undefined;
  }
}

// The bundler writes ASCII only, and Latin-1 is the fastest way to read that.
const script = new Script(`${head}${readFileSync(bundle, "latin1")}\n})`, { filename: bundle, cachedData: cache() });
script.runInThisContext()(exports, require, module, bundle, __dirname);

/** For the build, which asks for the cache once the command has run and its functions are compiled. */
module.exports = script;
