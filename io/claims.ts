/**
 * Claims: how the jobs of a task share out what there is to do.
 *
 * @module
 */

/** Makes the claims of a task. */
export function createClaims(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** The next of `count` things that no job has claimed, or `undefined` where none is left. */
export function claim(claims: SharedArrayBuffer, count: number): number | undefined {
  const index = Atomics.add(new Int32Array(claims), 0, 1);
  return index < count ? index : undefined;
}
