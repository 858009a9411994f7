/** What a run does with any engine, with counts in a cluster of two shards. */
import assert from "node:assert/strict";
import { ENGINE_CASES } from "../cli/_either_engine.ts";
import { inPlace } from "../cli/program.ts";
import { newDatabase, sharedServers, testServers } from "./_servers.ts";

for (const [name, body] of ENGINE_CASES) {
  testServers(`run ${name} (engine clickhouse)`, async () => {
    const servers = await sharedServers();
    const database = newDatabase();
    await inPlace(async (place) => {
      place.engineWords = servers.words(database);
      await body(place);
      const batches = place.names().filter((file) => file.endsWith(".batch"));
      assert.deepEqual(batches, [], "no batch on disk");
    });
    await servers.askAll(`DROP DATABASE ${database}`);
  });
}
