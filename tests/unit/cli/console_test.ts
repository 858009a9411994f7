import assert from "node:assert/strict";
import { type Output, print, printError, withOutputs } from "../../../cli/console.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

/** Takes a few bytes at a time, as a pipe may. */
class SlowOutput implements Output {
  bytes: number[] = [];

  writeSync(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, 3);
    this.bytes.push(...taken);
    return taken.length;
  }

  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.bytes));
  }
}

function failing(error: Error): Output {
  return {
    writeSync: () => {
      throw error;
    },
  };
}

Deno.test(
  "print() and printError() write all bytes, each to its output",
  NO_PERMISSIONS,
  async () => {
    const outputs = { stdout: new SlowOutput(), stderr: new SlowOutput() };
    await withOutputs(outputs, () => {
      print("the täxt\n");
      printError("a line");
      return Promise.resolve();
    });
    assert.equal(outputs.stdout.text, "the täxt\n");
    assert.equal(outputs.stderr.text, "a line\n");
  },
);

Deno.test("print() takes a pipe that was closed for no failure", NO_PERMISSIONS, async () => {
  const closed = failing(new Deno.errors.BrokenPipe());
  await withOutputs({ stdout: closed, stderr: closed }, () => {
    print("text");
    printError("line");
    return Promise.resolve();
  });
});

Deno.test("print() says that standard output cannot be written", NO_PERMISSIONS, async () => {
  const full = failing(new Error("No space left on device (os error 28)"));
  const printed = withOutputs({ stdout: full, stderr: full }, () => {
    print("text");
    return Promise.resolve();
  });
  const message = "Cannot write to standard output: No space left on device (os error 28)";
  await assert.rejects(printed, { message });
});

Deno.test("printError() fails no work where there is nowhere to tell", NO_PERMISSIONS, async () => {
  const full = failing(new Error("No space left on device (os error 28)"));
  await withOutputs({ stdout: full, stderr: full }, () => Promise.resolve(printError("line")));
});

Deno.test(
  "withOutputs() gives the former outputs back, also after an error",
  NO_PERMISSIONS,
  async () => {
    const [outer, inner] = [new SlowOutput(), new SlowOutput()];
    await withOutputs({ stdout: outer, stderr: outer }, async () => {
      const failed = withOutputs(
        { stdout: inner, stderr: inner },
        () => Promise.reject(new Error("x")),
      );
      await assert.rejects(failed);
      print("outer");
    });
    assert.deepEqual([outer.text, inner.text], ["outer", ""]);
  },
);
