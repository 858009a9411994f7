/** DuckDB in tests, where it may be run. */

/** DuckDB is a native library, which looks about for its parts. */
const NEEDED = ["ffi", "read", "write", "env", "sys"] as const;

/** The permissions that are missing. */
export const denied: readonly Deno.PermissionName[] = NEEDED.filter((name) =>
  Deno.permissions.querySync({ name }).state !== "granted"
);

/** What the name of a test says where it is not run. */
export const needs: string = denied.length === 0
  ? ""
  : ` (not run: needs ${denied.map((name) => `--allow-${name}`).join(" ")})`;

/** Runs a query, and returns its rows. */
export type Run = (query: string) => Promise<unknown[][]>;

/** Hands over a database and an empty folder, and removes both. */
export async function withDuckDb(use: (run: Run, folder: string) => Promise<void>): Promise<void> {
  const { DuckDBInstance } = await import("npm:@duckdb/node-api@1.5.5-r.5");
  const folder = Deno.makeTempDirSync();
  const database = await DuckDBInstance.create();
  const connection = await database.connect();
  try {
    await use(async (query) => (await connection.runAndReadAll(query)).getRows(), folder);
  } finally {
    connection.closeSync();
    database.closeSync();
    Deno.removeSync(folder, { recursive: true });
  }
}
