/**
 * Completion scripts for shells. They hold the verbs, options and values themselves, so that pressing the tab key starts
 * no process.
 */
import type { OptionRow, Verb } from "../verb.js";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export interface CompletedVerb {
  readonly name: string;
  readonly summary: string;
  readonly verb: Verb;
}

export function completionScript(shell: Shell, verbs: readonly CompletedVerb[]): string {
  switch (shell) {
    case "bash":
      return bash(verbs);
    case "zsh":
      return zsh(verbs);
    case "fish":
      return fish(verbs);
  }
}

interface Flag {
  readonly long: string;
  readonly short?: string;
  readonly takesValue: boolean;
  readonly row: OptionRow;
}

function flagOf(row: OptionRow): Flag {
  const words = row.flags.split(/[ ,]+/);
  const long = words.find((word) => word.startsWith("--")) ?? "";
  const short = words.find((word) => /^-[^-]$/.test(word));
  return { long, takesValue: row.flags.includes("<"), row, ...(short === undefined ? {} : { short }) };
}

const help: OptionRow = { flags: "-h, --help", description: "display help" };

function flagsOf(verb: Verb): readonly Flag[] {
  return [...verb.options, help].map(flagOf);
}

/** Words that may stand right after the verb: shells and the like; anything else is a path. */
function wordsOf({ verb }: CompletedVerb): readonly string[] {
  return verb.argument?.words ?? [];
}

function bash(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map(
    ({ name, verb }) =>
      `    ${name}) options="${flagsOf(verb)
        .map((flag) => flag.long)
        .join(" ")}" ;;`,
  );
  const values = verbs.flatMap(({ name, verb }) =>
    flagsOf(verb).flatMap(({ long, short, row }) => {
      const names = [long, ...(short === undefined ? [] : [short])].map((flag) => `${name}:${flag}`).join("|");
      return row.choices === undefined ? [] : [`    ${names}) COMPREPLY=($(compgen -W "${row.choices.join(" ")}" -- "$word")); return ;;`];
    }),
  );
  const words = verbs.flatMap((verb) =>
    wordsOf(verb).length === 0 ? [] : [`    ${verb.name}:2) COMPREPLY=($(compgen -W "${wordsOf(verb).join(" ")}" -- "$word")); return ;;`],
  );
  const names = verbs.map((verb) => verb.name).join(" ");
  return `# bash completion for ctv; load it with: source <(ctv completion bash)
_ctv() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    return
  fi
  case "$verb:$previous" in
${values.join("\n")}
  esac
  case "$verb" in
${cases.join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
    return
  fi
  case "$verb:$COMP_CWORD" in
    help:2) COMPREPLY=($(compgen -W "${names}" -- "$word")); return ;;
${words.join("\n")}
  esac
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _ctv ctv
`;
}

function zsh(verbs: readonly CompletedVerb[]): string {
  const escape = (text: string) => text.replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
  const specification = ({ long, short, takesValue, row }: Flag) => {
    const value = !takesValue
      ? ""
      : row.choices === undefined
        ? row.path === true
          ? ":path:_files"
          : ":value:"
        : `:value:(${row.choices.join(" ")})`;
    const repeat = row.many === true ? "*" : "";
    const names = short === undefined ? `'${repeat}${long}` : `{${short},${long}}'`;
    return `        ${names}[${escape(row.description)}]${value}'`;
  };
  const cases = verbs.map((verb) => {
    const words = wordsOf(verb);
    const rest = [...(words.length === 0 ? [] : [`        '1:word:(${words.join(" ")})'`]), "        '*:path:_files'"];
    return [`    ${verb.name})`, "      _arguments \\", `${[...flagsOf(verb.verb).map(specification), ...rest].join(" \\\n")}`, "      ;;"].join(
      "\n",
    );
  });
  return `#compdef ctv
# zsh completion for ctv; load it with: source <(ctv completion zsh)
_ctv() {
  local -a verbs
  verbs=(
${verbs.map(({ name, summary }) => `    '${name}:${escape(summary)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  local verb="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$verb" in
    help)
      _describe 'verb' verbs
      ;;
${cases.join("\n")}
  esac
}
compdef _ctv ctv
`;
}

function fish(verbs: readonly CompletedVerb[]): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const names = verbs.map((verb) => verb.name).join(" ");
  const lines = verbs.flatMap((verb) => [
    `complete -c ctv -n "not __fish_seen_subcommand_from ${names}" -f -a ${verb.name} -d ${quote(verb.summary)}`,
    ...wordsOf(verb).map((word) => `complete -c ctv -n "__fish_seen_subcommand_from ${verb.name}" -f -a ${word}`),
    ...flagsOf(verb.verb).map(({ long, short, takesValue, row }) => {
      const parts = [`complete -c ctv -n "__fish_seen_subcommand_from ${verb.name}"`, `-l ${long.slice(2)}`];
      if (short !== undefined) parts.push(`-s ${short.slice(1)}`);
      if (takesValue) parts.push(row.choices === undefined ? "-r" : `-x -a ${quote(row.choices.join(" "))}`);
      return [...parts, `-d ${quote(row.description)}`].join(" ");
    }),
  ]);
  return `# fish completion for ctv; load it with: ctv completion fish | source\n${lines.join("\n")}\n`;
}
