import assert from "node:assert/strict";
import { ByteBuffer, MemorySink, sourceOf } from "../../../core/bytes.ts";
import { test } from "./_support.ts";

test("sourceOf() reads as many bytes as there are and fit", () => {
  const source = sourceOf(Uint8Array.of(1, 2, 3, 4), "four");
  assert.equal(source.name, "four");
  assert.equal(source.sizeBytes, 4);
  const cases: readonly [length: number, offset: number, read: number[]][] = [
    [2, 0, [1, 2]],
    [4, 0, [1, 2, 3, 4]],
    [9, 1, [2, 3, 4]],
    [3, 4, []],
    [3, 99, []],
    [0, 0, []],
  ];
  for (const [length, offset, expected] of cases) {
    const into = new Uint8Array(length);
    const count = source.read(into, offset);
    assert.deepEqual([...into.subarray(0, count)], expected, `${length} bytes at ${offset}`);
  }
});

test("MemorySink keeps copies of what was written, in order", () => {
  const sink = new MemorySink();
  const bytes = Uint8Array.of(1, 2);
  sink.write(bytes);
  bytes.fill(9);
  sink.write(bytes.subarray(1));
  sink.write(new Uint8Array(0));
  assert.deepEqual([...sink.toBytes()], [1, 2, 9]);
  assert.deepEqual([...new MemorySink().toBytes()], []);
});

test("ByteBuffer.reserve() makes room and keeps what is in use", () => {
  const buffer = new ByteBuffer(1);
  for (let i = 0; i < 1000; i++) {
    buffer.reserve(3);
    assert.ok(buffer.bytes.length >= buffer.length + 3);
    buffer.view.setUint8(buffer.length++, i & 255);
  }
  assert.deepEqual([...buffer.used()], Array.from({ length: 1000 }, (_, i) => i & 255));
});
