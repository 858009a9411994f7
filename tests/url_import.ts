/**
 * Imports mod.ts from a URL as a stranger would: from an empty folder, with no configuration and
 * no import map, from a server on loopback that serves the checkout.
 *
 * `deno task test:url`
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

const EXAMPLE = `
import { makeCharts, parseDay, pipe, top } from "MOD";
const bytes = new TextEncoder().encode("71|5|FR\\n71|6|FR\\n88|5|FR\\n");
const logs = [{ day: parseDay("2021-12-01"), bytes }];
const { country, user } = makeCharts(logs, { reader: pipe, writer: top });
console.log(new TextDecoder().decode(country) + new TextDecoder().decode(user));
`;

const EXPECTED = "FR|71:2,88:1\n5|71:1,88:1\n6|71:1\n";

const requested: string[] = [];

async function serveFile(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  requested.push(path);
  try {
    const text = await Deno.readTextFile(new URL("." + path, ROOT));
    return new Response(text, { headers: { "content-type": "application/typescript" } });
  } catch {
    return new Response("not found", { status: 404 });
  }
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serveFile);
const folder = await Deno.makeTempDir();
try {
  const origin = `127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(
    `${folder}/example.ts`,
    EXAMPLE.replace("MOD", `http://${origin}/mod.ts`),
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `--allow-import=${origin}`, "--no-lock", "example.ts"],
    cwd: folder,
    env: { DENO_DIR: `${folder}/cache` },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success || text(stdout).trim() !== EXPECTED.trim()) {
    throw new Error(`Cannot use mod.ts from a URL:\n${text(stdout)}${text(stderr)}`);
  }
  console.log(`mod.ts works from a URL: ${requested.length} files were loaded\n1 passed, 0 failed`);
} finally {
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
}
