/**
 * The command `completions`: what completes the program's words in a shell, made of the tables of
 * commands and options.
 *
 * @module
 */

import { BUILT_IN } from "../formats/built_in.ts";
import { print } from "./console.ts";
import { file } from "./format_values.ts";
import {
  argumentsOf,
  type CommandName,
  COMMANDS,
  type CompletionsOptions,
  type OptionRow,
  optionsOf,
} from "./options.ts";
import { folder } from "./values.ts";

/** Prints the completions of a shell. */
export function completions({ shell }: CompletionsOptions): void {
  print(shell === "bash" ? bashCompletions() : zshCompletions());
}

const NAMES = Object.keys(COMMANDS) as CommandName[];

/** What may stand where the value of an option, or an argument, is. */
interface Candidates {
  /** Whether it is a folder, a file or one of the words; anything where it is neither. */
  readonly what: "folder" | "file" | "words" | "any";
  readonly words: readonly string[];
  /** Whether several words may stand there, with commas between them. */
  readonly isList: boolean;
}

function candidatesOf({ flag, kind }: Pick<OptionRow, "kind"> & { flag?: string }): Candidates {
  const isList = kind?.isList === true;
  const words = flag === "--reader"
    ? BUILT_IN.readers.map(({ name }) => name)
    : flag === "--writer"
    ? [...BUILT_IN.writers, ...BUILT_IN.pages].map(({ name }) => name)
    : kind?.words ?? [];
  if (kind === folder) return { what: "folder", words, isList };
  if (kind === file) return { what: "file", words, isList };
  return { what: words.length > 0 ? "words" : "any", words, isList };
}

/** The completions as a script for bash 4 or later; it needs nothing but bash. */
export function bashCompletions(): string {
  const cases = NAMES.flatMap((name) =>
    optionsOf(name).filter(({ kind }) => kind !== undefined).map((row) =>
      `    "${name} ${row.flag}") ${bashAction(candidatesOf(row))} ;;`
    )
  );
  const flags = NAMES.map((name) =>
    `    ${name}) _topstreams_words "${
      [...optionsOf(name).map(({ flag }) => flag), "--help"]
        .join(" ")
    }" ;;`
  );
  const words = NAMES.filter((name) => argumentsOf(name).length > 0).map((name) => {
    const [first] = argumentsOf(name);
    return `    ${name}) ${bashAction(candidatesOf(first))} ;;`;
  });
  return `# Completions of topstreams for bash: source <(topstreams completions bash)

_topstreams_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Words with commas between them: the last one is completed.
_topstreams_list() {
  local done=
  [[ $cur == *,* ]] && done=\${cur%,*},
  mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "\${cur##*,}")
}

_topstreams_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_topstreams() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=$((COMP_CWORD - 1)) command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _topstreams_words "${NAMES.join(" ")} help --help --version"
    return
  fi
  # --name=value is three words to bash.
  if [[ $cur == = ]]; then cur=; elif [[ \${COMP_WORDS[before]} == = ]]; then ((before--)); fi
  case "$command \${COMP_WORDS[before]}" in
${cases.join("\n")}
    "help "*) _topstreams_words "${NAMES.join(" ")}" ;;
    *) _topstreams_other ;;
  esac
}

_topstreams_other() {
  if [[ $cur != -* ]] && ((COMP_CWORD == 2)); then
    case $command in
${words.map((line) => `  ${line}`).join("\n")}
    esac
    return
  fi
  case $command in
${flags.join("\n")}
  esac
}

complete -F _topstreams topstreams
`;
}

function bashAction({ what, words, isList }: Candidates): string {
  if (what === "folder") return "_topstreams_paths -d";
  if (what === "file") return "_topstreams_paths -f";
  if (what === "any") return ":";
  return `${isList ? "_topstreams_list" : "_topstreams_words"} "${words.join(" ")}"`;
}

/** The completions as a function of zsh, for a folder of its fpath. */
export function zshCompletions(): string {
  const commands = NAMES.map((name) => `    ${quoted(`${name}:${COMMANDS[name].summary}`)}`);
  const cases = NAMES.map((name) => {
    const options = optionsOf(name).map((row) => `        ${quoted(zshOption(row))}`);
    const words = argumentsOf(name).map((row, i) =>
      `        ${
        quoted(`${row.isVariadic ? "*" : i + 1}:${row.name}:${zshAction(candidatesOf(row))}`)
      }`
    );
    const all = [...options, "        '--help[show this help]'", ...words];
    return `    ${name})\n      _arguments -s -S \\\n${all.join(" \\\n")}\n      ;;`;
  });
  return `#compdef topstreams
# Completions of topstreams for zsh: topstreams completions zsh > ~/.zfunc/_topstreams

_topstreams() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.join("\n")}
    'help:Show the help of a command'
  )
  _arguments -C '(- *)--help[show this help]' '(- *)--version[show the version]' \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands; return ;;
    argument) ;;
    *) return ;;
  esac
  case $words[1] in
${cases.join("\n")}
    help) _arguments '1:command:(${NAMES.join(" ")})' ;;
  esac
}

if [[ $funcstack[1] == _topstreams ]]; then _topstreams "$@"; else compdef _topstreams topstreams; fi
`;
}

function zshOption(row: OptionRow): string {
  const help = row.help.replace(/[\\[\]:]/g, "\\$&");
  if (row.kind === undefined) return `${row.flag}[${help}]`;
  return `${row.flag}=[${help}]:${row.placeholder}:${zshAction(candidatesOf(row))}`;
}

function zshAction({ what, words, isList }: Candidates): string {
  if (what === "folder") return "_files -/";
  if (what === "file") return "_files";
  if (what === "any") return " ";
  return isList ? `_sequence compadd - ${words.join(" ")}` : `(${words.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
