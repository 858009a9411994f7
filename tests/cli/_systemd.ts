/**
 * systemd's own tool, asked about units.
 *
 * @module
 */

/** Runs systemd's tool; what it wrote, both outputs, and the command for a message. */
export function analyze(...args: string[]): { success: boolean; output: string; shown: string } {
  const env = { SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "", LC_ALL: "C.UTF-8", TZ: "UTC" };
  const result = new Deno.Command("systemd-analyze", { args, env }).outputSync();
  const decoder = new TextDecoder();
  const output = decoder.decode(result.stdout) + decoder.decode(result.stderr);
  const shown = `$ systemd-analyze ${args.join(" ")}\n${output}(status ${result.code})`;
  return { success: result.success, output, shown };
}

/** Why systemd's tool cannot be asked here, or `undefined` where it can. */
function whyNoTool(leastVersion: number): string | undefined {
  const query = { name: "run", command: "systemd-analyze" } as const;
  if (Deno.permissions.querySync(query).state !== "granted") {
    return "no --allow-run=systemd-analyze";
  }
  try {
    const version = Number(/^systemd (\d+)/.exec(analyze("--version").output)?.[1] ?? 0);
    return version >= leastVersion ? undefined : `systemd ${version}, expected ${leastVersion}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "no systemd-analyze on this machine";
    throw error;
  }
}

/** Defines a test that asks systemd's tool; where it cannot be asked, output and name say why. */
export function testWithTool(
  name: string,
  leastVersion: number,
  body: () => void | Promise<void>,
): void {
  const why = whyNoTool(leastVersion);
  // deno-lint-ignore no-console -- a test that was not run must not go unseen
  if (why !== undefined) console.log(`not run: ${name}: ${why}`);
  Deno.test({
    name: why === undefined ? name : `${name} (not run: ${why})`,
    ignore: why !== undefined,
    fn: body,
  });
}
