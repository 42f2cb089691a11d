/**
 * Remembers what a function made of each object, up to a number of them, then starts afresh: queries come with many passing boxes
 * besides the few that come again. A weak map would free them by itself, but costs more than the queries when collected.
 */
export function boundedCache<Key extends object, Value>(most: number, make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found.value;
    const value = make(key);
    if (known.size >= most) known.clear();
    known.set(key, { value });
    return value;
  };
}
