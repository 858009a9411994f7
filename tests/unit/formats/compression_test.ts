/** Logs that are compressed: every member and frame, every truncation, every flipped bit. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { FormatError } from "../../../core/streams.ts";
import { compressed, PIECE_BYTES } from "../../../formats/compress.ts";
import { type Compression, compressionNamed, compressionOf } from "../../../formats/compression.ts";

const gzip = compressionNamed("gzip");
const zstd = compressionNamed("zstd");

function data(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`../data/${name}`, import.meta.url));
}

const TEXT = data("zstd-log.txt");
const GZIP = gzipSync(TEXT);
const ZSTD = data("log.zst");

/** Gives bytes in parts, of which each overwrites the one before. */
async function* partsOf(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  const part = new Uint8Array(partBytes);
  for (let at = 0; at < bytes.length; at += partBytes) {
    const fresh = bytes.subarray(at, at + partBytes);
    part.set(fresh);
    yield part.subarray(0, fresh.length);
  }
}

interface Result {
  readonly bytes: Buffer;
  readonly warnings: readonly string[];
  readonly error?: Error;
}

async function decompress(
  compression: Compression,
  bytes: Uint8Array,
  partBytes = 1000,
): Promise<Result> {
  const warnings: string[] = [];
  const parts: Uint8Array[] = [];
  try {
    const source = partsOf(bytes, partBytes);
    for await (const part of compression.decompress(source, (text) => void warnings.push(text))) {
      parts.push(part.slice());
    }
  } catch (error) {
    return { bytes: Buffer.concat(parts), warnings, error: error as Error };
  }
  return { bytes: Buffer.concat(parts), warnings };
}

for (const [compression, bytes] of [[gzip, GZIP], [zstd, ZSTD]] as const) {
  const { name } = compression;
  const two = Buffer.concat([bytes, bytes]);
  const twice = Buffer.concat([TEXT, TEXT]);

  Deno.test(`${name} decompresses one and several behind each other, in parts of any size`, async () => {
    for (const partBytes of [1, 2, 7, 100, 5000]) {
      for (const [input, expected] of [[bytes, TEXT], [two, twice]]) {
        const { bytes: found, warnings, error } = await decompress(compression, input, partBytes);
        assert.equal(error, undefined);
        assert.deepEqual(found, Buffer.from(expected));
        assert.deepEqual(warnings, []);
      }
    }
  });

  Deno.test(`${name} that is cut short anywhere is an error`, async () => {
    for (let size = 1; size < two.length; size++) {
      const { error } = await decompress(compression, two.subarray(0, size));
      if (size === bytes.length) continue; // A file of one is as good as one of two.
      assert.ok(error instanceof FormatError, `${size} bytes`);
      assert.match(error.message, /cut short, expected its end$|^damaged /, `${size} bytes`);
    }
  });

  Deno.test(`${name} with any bit flipped is an error, or the same text`, async () => {
    let errors = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(two);
        flipped[bytes.length + at] ^= 1 << bit;
        const { bytes: found, error } = await decompress(compression, flipped);
        if (error === undefined) assert.deepEqual(found, twice, `byte ${at}, bit ${bit}`);
        else errors++;
        assert.ok(error === undefined || error instanceof FormatError, error?.stack);
      }
    }
    assert.ok(errors > bytes.length * 6, `${errors} flips were noticed`);
  });

  Deno.test(`${name} with other bytes behind it is an error`, async () => {
    const { error } = await decompress(
      compression,
      Buffer.concat([bytes, Buffer.from("5|6|FR\n")]),
    );
    assert.ok(error instanceof FormatError);
  });

  Deno.test(`${name} ends what it reads when nobody reads on`, async () => {
    let hasEnded = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* partsOf(bytes, 50);
      } finally {
        hasEnded = true;
      }
    }
    for await (const _ of compression.decompress(source(), () => {})) break;
    assert.ok(hasEnded);
  });

  Deno.test(`${name} hands on an error of what it reads`, async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* partsOf(bytes, 50);
      throw new RangeError("the disk is gone");
    }
    await assert.rejects(async () => {
      for await (const _ of compression.decompress(source(), () => {}));
    }, { name: "RangeError", message: "the disk is gone" });
  });

  Deno.test(`${name} is known by its first bytes`, () => {
    assert.equal(compressionOf(bytes), compression);
    assert.equal(compressionOf(bytes.subarray(0, 1)), undefined);
  });
}

Deno.test("gzip may have zeros behind it, as tapes leave them", async () => {
  const { bytes, error } = await decompress(gzip, Buffer.concat([GZIP, Buffer.alloc(512)]));
  assert.equal(error, undefined);
  assert.deepEqual(bytes, Buffer.from(TEXT));
});

Deno.test("zstd without a checksum is decompressed with one warning", async () => {
  const plain = data("log-no-check.zst");
  const { bytes, warnings } = await decompress(zstd, Buffer.concat([plain, plain]));
  assert.deepEqual(bytes, Buffer.concat([TEXT, TEXT]));
  assert.deepEqual(warnings, ["a zstd frame without a checksum: damage would not be noticed"]);
});

Deno.test("zstd passes over frames that are to be skipped", async () => {
  const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const { bytes, error } = await decompress(zstd, Buffer.concat([skipped, ZSTD, skipped]));
  assert.equal(error, undefined);
  assert.deepEqual(bytes, Buffer.from(TEXT));
});

Deno.test("zstd refuses a window that would take too much memory", async () => {
  // No single segment, a window of 2^(10 + 17) bytes, an empty last block.
  const { error } = await decompress(
    zstd,
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 1, 0, 0]),
  );
  assert.equal(
    error?.message,
    "zstd with a window of 128 MiB, expected at most 8 MiB (zstd without --long and --ultra)",
  );
});

Deno.test("zstd refuses a dictionary", async () => {
  const { error } = await decompress(
    zstd,
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 33, 7, 0, 1, 0, 0]),
  );
  assert.equal(error?.message, "zstd with dictionary 7, expected zstd without one");
});

Deno.test("compressed() gives the same bytes however the parts are cut", async () => {
  const text = Buffer.alloc(2 * PIECE_BYTES + 12345, "FR|1:2,3:1\n");
  const made: Buffer[] = [];
  for (const partBytes of [1000, 99_991, PIECE_BYTES, text.length]) {
    const parts: Uint8Array[] = [];
    for await (const part of compressed(partsOf(text, partBytes))) parts.push(part);
    made.push(Buffer.concat(parts));
  }
  assert.deepEqual(gunzipSync(made[0]), text);
  for (const other of made) assert.deepEqual(other, made[0]);
});

Deno.test("compressed() of nothing is gzip of nothing", async () => {
  const parts: Uint8Array[] = [];
  for await (const part of compressed(partsOf(new Uint8Array(0), 9))) parts.push(part);
  assert.equal(gunzipSync(Buffer.concat(parts)).length, 0);
});

Deno.test("gzip takes zeros behind its end, and nothing else", async () => {
  const zeros = Buffer.alloc(20);
  assert.deepEqual((await decompress(gzip, Buffer.concat([GZIP, zeros]))).error, undefined);
  // A member whose first byte became 0 must not be taken for the end of the log.
  const lost = Buffer.concat([GZIP, Buffer.of(0), GZIP.subarray(1)]);
  for (
    const log of [lost, Buffer.concat([GZIP, zeros, GZIP]), Buffer.concat([GZIP, zeros, TEXT])]
  ) {
    for (const cut of [log.length, GZIP.length, GZIP.length + 3, 7]) {
      const { error } = await decompress(gzip, log, cut);
      assert.ok(error instanceof FormatError, `in parts of ${cut} bytes`);
    }
  }
});
