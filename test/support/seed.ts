/**
 * The seed of all property tests: fixed, so that a red build is a change's doing and not a die's.
 *
 * `CTV_SEED=n` takes another, `CTV_SEED=random` a new one each time; `npm run test:explore` goes through many.
 */
import fc from "fast-check";

const asked = process.env.CTV_SEED;
if (asked !== "random") fc.configureGlobal({ seed: Number(asked ?? 1) });
