/** What a run does with any engine, with batches in a folder; tests/clickhouse/ has the other. */
import { ENGINE_CASES } from "./_either_engine.ts";
import { testProgram } from "./program.ts";

for (const [name, body] of ENGINE_CASES) testProgram(`run ${name} (engine embedded)`, body);
