/**
 * The sessions of the README: its commands are done, and what they write is held against it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { assertSameText } from "./_compare.ts";
import type { Ended, Place } from "./program.ts";

const README = new URL("../../README.md", import.meta.url);

/** Options whose values are paths, with what they are where they are not given, by command. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  generate: ["out=logs"],
  run: ["logs=logs", "batch=batch", "results=results"],
  explain: ["batch=batch"],
  forget: ["logs=logs", "batch=batch", "results=results"],
  status: ["logs=logs", "batch=batch", "results=results"],
  verify: ["logs=logs", "batch=batch"],
};

/** What stands behind these flags is a path. */
const PATH_FLAGS = /^--(?:logs|batch|results|out|quarantine)$/;

/**
 * Does the commands of the block of the README that begins with one of them, and asserts that they
 * write what stands below each.
 *
 * @param first the first command line of the block
 * @param act what is done before a command
 */
export async function assertSession(
  place: Place,
  first: string,
  act: (commandLine: string) => void = () => {},
): Promise<void> {
  const blocks = [...Deno.readTextFileSync(README).matchAll(/```console\n([^]*?)```/g)];
  const block = blocks.map(([, text]) => text).find((text) => text.startsWith(`$ ${first}\n`));
  assert.ok(block !== undefined, `README.md has no session that begins with "${first}"`);
  for (const part of block.split(/^\$ /m).slice(1)) {
    const [commandLine, ...expected] = part.split("\n");
    act(commandLine);
    const ended = await commandIn(place, commandLine);
    const written = (ended.stderr + ended.stdout).replaceAll(`${place.folder}/`, "")
      .replaceAll(/ --(logs|batch|results) \1\b/g, "");
    assertSameText(written, expected.join("\n"), commandLine);
  }
}

async function commandIn(place: Place, commandLine: string): Promise<Ended> {
  const [program, command, ...words] = commandLine.split(" ");
  if (program === "cp") {
    Deno.copyFileSync(place.path(command), place.path(words[0]));
    return { status: 0, stdout: "", stderr: "" };
  }
  if (program === "cat") return { status: 0, stdout: place.read(command), stderr: "" };
  assert.equal(program, "topstreams");
  const given = words.map((word, i) => PATH_FLAGS.test(words[i - 1]) ? place.path(word) : word);
  const usual = (FOLDERS[command] ?? []).map((each) => each.split("="))
    .filter(([flag]) => !words.includes(`--${flag}`))
    .flatMap(([flag, name]) => [`--${flag}`, place.path(name)]);
  return await place.topstreams(command, ...given, ...usual);
}
