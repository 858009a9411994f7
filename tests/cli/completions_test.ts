/** `topstreams completions`: asked in real shells, as a person's Tab does. */
import assert from "node:assert/strict";
import { COMMANDS, optionsOf } from "../../cli/options.ts";
import { type Place, PROGRAM, testProgram } from "./program.ts";

/** Whether there is a shell, and processes may be started. */
function has(shell: string): boolean {
  try {
    return PROGRAM !== undefined &&
      new Deno.Command(shell, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

function testShell(shell: string, name: string, body: (place: Place) => Promise<void>): void {
  const isThere = has(shell);
  testProgram(
    isThere || PROGRAM === undefined ? name : `${name} (not run: no ${shell})`,
    async (place) => isThere ? await body(place) : undefined,
    { needsProcess: true },
  );
}

async function scriptIn(place: Place, shell: string): Promise<void> {
  const { status, stdout, stderr } = await place.topstreams("completions", shell);
  assert.deepEqual([status, stderr], [0, ""]);
  place.write(`completions.${shell}`, stdout);
  place.write("folder one/a.log", "");
  place.write("file one.json", "");
}

/** What is asked, by the words that were typed up to the cursor, and what must be offered. */
const CASES: readonly [typed: string, offered: readonly string[]][] = [
  ["topstreams ru", ["run"]],
  ["topstreams com", ["completions"]],
  ["topstreams run --keep-r", ["--keep-results"]],
  ["topstreams run --ids ", ["number", "text"]],
  ["topstreams run --ids t", ["text"]],
  ["topstreams run --reader p", ["parquet", "pipe"]],
  ["topstreams run --days ", []],
  ["topstreams run --logs fo", ["folder one"]],
  ["topstreams run --config fi", ["file one.json"]],
  ["topstreams run --config x --compress ", ["gz", "none"]],
  ["topstreams generate --profile ", ["sample", "wide"]],
  ["topstreams generate --keep", []],
  ["topstreams service ", ["install", "print"]],
  ["topstreams service print --unit-dir fo", ["folder one"]],
  ["topstreams completions ", ["bash", "zsh"]],
];

const BASH_CASES: typeof CASES = [
  ...CASES,
  ["topstreams ", [...Object.keys(COMMANDS), "help", "--help", "--version"]],
  ["topstreams help ge", ["generate"]],
  ["topstreams run --writer top,par", ["top,parquet"]],
  ["topstreams run --by co", ["country"]],
  ["topstreams run --ids=", ["number", "text"]],
  ["topstreams run --ids=n", ["number"]],
  ["topstreams run --", [...optionsOf("run").map(({ flag }) => flag), "--help"]],
];

testShell("bash", "completions bash offers commands, options and values", async (place) => {
  await scriptIn(place, "bash");
  // bash takes --name=value for three words.
  const script = `source completions.bash
while IFS= read -r line; do
  COMP_WORDS=() rest=$line
  while [[ $rest =~ ^([^ =]+|=)\\ *(.*)$ ]]; do COMP_WORDS+=("\${BASH_REMATCH[1]}"); rest=\${BASH_REMATCH[2]}; done
  [[ $line == *" " ]] && COMP_WORDS+=("")
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _topstreams
  (IFS=/; echo "\${COMPREPLY[*]}")
done
complete -p topstreams
`;
  const bash = new Deno.Command("bash", {
    args: ["--norc", "--noprofile", "-c", script],
    cwd: place.folder,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = bash.stdin.getWriter();
  const typed = BASH_CASES.map(([typed]) => `${typed}\n`).join("");
  await input.write(new TextEncoder().encode(typed));
  await input.close();
  const { stdout, stderr } = await bash.output();
  assert.equal(new TextDecoder().decode(stderr), "");
  const lines = new TextDecoder().decode(stdout).split("\n");
  for (const [i, [typed, offered]] of BASH_CASES.entries()) {
    const words = lines[i].split("/").filter((word) => word !== "");
    assert.deepEqual(words.sort(), [...offered].sort(), typed);
  }
  assert.equal(lines[BASH_CASES.length], "complete -F _topstreams topstreams");
});

/** Asks an interactive zsh, in which every offer is caught before it is shown. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
ask() { zpty -w shell "$1"; }
ask 'PROMPT= RPROMPT=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -d ./dump'
ask 'source ./completions.zsh'
ask 'compadd() { local -a all; if [[ $@[1,(i)(-|--)] == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  builtin compadd -O all "$@"; (( $#all )) && print -rl -- "" "OFFER"$^all; builtin compadd "$@"; }'
ask 'finish() { zle complete-word; print -r -- ""; print -r -- "END"; exit }'
ask 'zle -N finish; bindkey "^I" finish; stty rows 200 cols 400; print -r READY'
zpty -r shell seen '*READY*READY*'
zpty -n -w shell "$1"$'\\t'
zpty -r shell seen $'*\\nEND*'
print -r -- "$seen"
`;

testShell("zsh", "completions zsh offers commands, options and values", async (place) => {
  await scriptIn(place, "zsh");
  for (const [typed, offered] of CASES) {
    const { stdout, stderr } = await new Deno.Command("zsh", {
      args: ["-f", "-c", ZSH, "zsh", typed],
      cwd: place.folder,
      env: { TERM: "dumb" },
      signal: AbortSignal.timeout(20_000),
    }).output();
    const text = new TextDecoder().decode(stdout);
    const words = [...text.matchAll(/^OFFER(.*?)\r?$/gm)].map((match) => match[1]);
    const shown = `${typed}\n${text}\n${new TextDecoder().decode(stderr)}`;
    const plain = [...new Set(words.map((word) => word.replace(/=$/, "").replace(/\\(.)/g, "$1")))];
    assert.deepEqual(plain.sort(), [...offered].sort(), shown);
  }
});
