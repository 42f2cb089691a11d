/** Why the system refused something, in words. */

export function reasonOf(error: unknown): string {
  return reasons.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));
}

/** Such as `ENOENT`. */
export function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

const reasons: ReadonlyMap<unknown, string> = new Map([
  ["EACCES", "permission denied"],
  ["EADDRINUSE", "something else listens there"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
  ["ENOENT", "there is no such file or folder"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the file system is read-only"],
  ["ENOTDIR", "a part of the path is a file, not a folder"],
]);
