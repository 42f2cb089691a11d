/** Work that can be left between two steps: what an editor does for a text is in vain once the text has changed. */

/** A generator that yields where the work may be left, and returns what comes of it. */
export type Steps<Result> = Generator<undefined, Result>;

/** Takes every step that is left. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
