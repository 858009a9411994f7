/**
 * Which shard a user is on. It is fixed: streams that are loaded are found where they were put.
 *
 * @module
 */

import type { IdKind, StreamBlock } from "../../core/streams.ts";

/**
 * Tells the shards of the users of a block, from 0.
 *
 * A number is folded to 32 bits (the upper ones times 0x9e3779b1, by exclusive or), a text hashed by
 * 32-bit FNV-1a; the result is mixed by the finalizer of MurmurHash3 and taken modulo the shards.
 *
 * @param into as many places as the block has streams
 */
export function shardsOf(block: StreamBlock, ids: IdKind, shards: number, into: Uint16Array): void {
  const { users, length, texts } = block;
  if (shards === 1) {
    into.fill(0, 0, length);
  } else if (ids === "number") {
    for (let i = 0; i < length; i++) into[i] = mixed(folded(users[i])) % shards;
  } else {
    for (let i = 0; i < length; i++) into[i] = mixed(fnv1a(texts.bytes, users[i])) % shards;
  }
}

function folded(id: number): number {
  return id ^ Math.imul(Math.floor(id / 2 ** 32), 0x9e3779b1);
}

/** Hashes the text that a reference names (Fowler, Noll, Vo). */
function fnv1a(texts: Uint8Array, reference: number): number {
  let hash = 0x811c9dc5;
  const end = reference + 2 + texts[reference];
  for (let at = reference + 1; at < end; at++) hash = Math.imul(hash ^ texts[at], 0x01000193);
  return hash;
}

/** Mixes all bits with each other (Appleby, MurmurHash3, fmix32). */
function mixed(hash: number): number {
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}
