/**
 * Runs the unit and property tests, and fails where they reach too few lines of core/ or formats/.
 *
 * `deno task test:coverage`
 *
 * @module
 */

/** The least share of lines, in percent, by folder. */
const LEAST = { core: 95, formats: 95 } as const;

/** What is counted of a folder. */
interface Lines {
  readonly folder: string;
  readonly found: number;
  readonly hit: number;
  /** The lines that are not reached, by file, most first. */
  readonly missed: readonly (readonly [path: string, count: number])[];
}

/** Adds up the lines of an LCOV report (geninfo(1)) by the folders that count. */
export function linesOf(lcov: string, root: string): Lines[] {
  return Object.keys(LEAST).map((folder) => {
    let [found, hit] = [0, 0];
    const missed: [string, number][] = [];
    for (const record of lcov.split("end_of_record\n")) {
      const path = /^SF:(.*)$/m.exec(record)?.[1];
      if (path?.startsWith(`${root}${folder}/`) !== true) continue;
      const counts = Array.from(record.matchAll(/^DA:\d+,(\d+)/gm), ([, count]) => Number(count));
      const reached = counts.filter((count) => count > 0).length;
      found += counts.length;
      hit += reached;
      missed.push([path.slice(root.length), counts.length - reached]);
    }
    return { folder, found, hit, missed: missed.sort(([, a], [, b]) => b - a) };
  });
}

async function run(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" });
  const { success, stdout } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (!success) {
    console.log(text);
    throw new Error(`Cannot measure coverage: deno ${args.join(" ")} fails`);
  }
  return text;
}

if (import.meta.main) {
  const root = decodeURIComponent(new URL("../", import.meta.url).pathname);
  const folder = Deno.makeTempDirSync({ prefix: "topstreams-coverage-" });
  try {
    const permissions = ["--no-prompt", "--allow-read", "--allow-write"];
    const tests = ["tests/unit", "tests/property", "tests/golden_test.ts"].map((each) =>
      root + each
    );
    await run("test", "--parallel", ...permissions, "--quiet", `--coverage=${folder}`, ...tests);
    const lcov = await run("coverage", "--lcov", folder);
    for (const { folder: name, found, hit, missed } of linesOf(lcov, root)) {
      const least = LEAST[name as keyof typeof LEAST];
      const share = Math.floor(10000 * hit / found) / 100;
      console.log(`${name}: ${hit} of ${found} lines, ${share} %, expected at least ${least} %`);
      for (const [path, count] of missed.slice(0, 8)) {
        console.log(`  ${path}: ${count} not reached`);
      }
      if (!(share >= least)) Deno.exitCode = 1;
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
