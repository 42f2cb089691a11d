/**
 * How a command ends. The codes are a contract with scripts and pipelines: README.md lists them.
 */

export const exitCodes = {
  fine: 0,
  /** Findings at `--fail-level` or above. */
  findings: 1,
  /** The command was not understood, or a file could not be read or written. */
  usage: 2,
  testsFailed: 3,
  /** Differences were found; only with `--exit-code`, or for `fmt --check`. */
  differences: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What was asked for cannot be done, for a reason that lies outside the sources. Shown as it is, with exit code 2. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    message: string,
    /** What to do about it. */
    readonly help?: string,
  ) {
    super(message);
  }
}

/** Why the system refused a file operation, in words. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  const words = code === undefined ? undefined : reasons.get(code);
  return words ?? (error instanceof Error ? error.message : String(error));
}

/** Such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["EACCES", "permission denied"],
  ["EPERM", "the operation is not permitted"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of the path is a file, not a folder"],
  ["EEXIST", "a file with this name is in the way"],
  ["ENOTEMPTY", "a folder that is not empty is in the way"],
  ["ENOSPC", "the disk is full"],
  ["EROFS", "the file system is read-only"],
  ["EMFILE", "too many files are open"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ELOOP", "too many symbolic links"],
]);
