/**
 * Cuts texts out of one that holds them all. A text that is put together stays a tree of its parts until it is read, and is then copied; a
 * hundred thousand of them are what the garbage collector is busy with. A piece of a longer text only points into it.
 */
export function cutFromOne(texts: readonly string[]): readonly string[] {
  const whole = texts.join("");
  let end = 0;
  return texts.map(({ length }) => {
    const start = end;
    end += length;
    return whole.slice(start, end);
  });
}
