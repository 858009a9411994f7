/**
 * Columns of whole numbers in a variable number of bytes.
 *
 * The layout is that of Stream VByte (Lemire, Kurz and Rupp, "Stream VByte: Faster Byte-Oriented
 * Integer Compression", 2018): first the lengths of all values, two bits each, four to a byte,
 * the first value in the lowest bits; then the values' bytes, little-endian. Lengths apart from
 * data let the decoder go on without a branch.
 *
 * A column is *narrow* (lengths 1, 2, 3, 4) where all its values are under 2^32, else *wide*
 * (lengths 2, 4, 6, 7, values to 2^53 - 1).
 *
 * @module
 */

const NARROW_MASKS = new Uint32Array([0xff, 0xffff, 0xffffff, 0xffffffff]);
const WIDE_LENGTHS = new Uint8Array([2, 4, 6, 7]);
const WIDE_LOW_MASKS = new Uint32Array([0xffff, 0xffffffff, 0xffffffff, 0xffffffff]);
const WIDE_HIGH_MASKS = new Uint32Array([0, 0, 0xffff, 0xffffff]);
const TWO_32 = 2 ** 32;

/** How many bytes past the end of a column the encoder may write and the decoder may read. */
export const COLUMN_SLACK_BYTES = 8;

/** The most bytes that a column of `count` values takes. */
export function columnBytes(count: number): number {
  return ((count + 3) >> 2) + count * 7;
}

/** Whether the values of a column need the wide lengths. */
export function isWideColumn(values: Float64Array, count: number): boolean {
  let greatest = 0;
  for (let i = 0; i < count; i++) if (values[i] > greatest) greatest = values[i];
  return greatest >= TWO_32;
}

/**
 * Writes a column.
 *
 * @param values whole numbers from 0 to 2^53 - 1
 * @param view over the buffer to write to, with {@linkcode columnBytes} and
 *   {@linkcode COLUMN_SLACK_BYTES} of room from `at` on
 * @returns the position after the column
 */
export function encodeColumn(
  values: Float64Array,
  count: number,
  isWide: boolean,
  view: DataView,
  at: number,
): number {
  return isWide ? encodeWide(values, count, view, at) : encodeNarrow(values, count, view, at);
}

function encodeNarrow(values: Float64Array, count: number, view: DataView, at: number): number {
  let control = at;
  let data = at + ((count + 3) >> 2);
  for (let i = 0; i < count;) {
    let lengths = 0;
    const end = Math.min(i + 4, count);
    for (let shift = 0; i < end; i++, shift += 2) {
      const value = values[i] >>> 0;
      const tag = (31 - Math.clz32(value | 1)) >> 3;
      view.setUint32(data, value, true);
      data += tag + 1;
      lengths |= tag << shift;
    }
    view.setUint8(control++, lengths);
  }
  return data;
}

function encodeWide(values: Float64Array, count: number, view: DataView, at: number): number {
  let data = at + ((count + 3) >> 2);
  for (let i = at; i < data; i++) view.setUint8(i, 0);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    const high = Math.floor(value / TWO_32);
    const tag = value < 0x10000 ? 0 : high === 0 ? 1 : high < 0x10000 ? 2 : 3;
    view.setUint32(data, value - high * TWO_32, true);
    view.setUint32(data + 4, high, true);
    data += WIDE_LENGTHS[tag];
    const control = at + (i >> 2);
    view.setUint8(control, view.getUint8(control) | tag << ((i & 3) << 1));
  }
  return data;
}

/**
 * Reads a column of `count` values into `values`.
 *
 * @param view over the buffer; {@linkcode COLUMN_SLACK_BYTES} past the column are readable
 * @returns the position after the column
 */
export function decodeColumn(
  view: DataView,
  at: number,
  count: number,
  isWide: boolean,
  values: Float64Array,
): number {
  return isWide ? decodeWide(view, at, count, values) : decodeNarrow(view, at, count, values);
}

function decodeNarrow(view: DataView, at: number, count: number, values: Float64Array): number {
  let control = at;
  let data = at + ((count + 3) >> 2);
  let i = 0;
  for (const whole = count - 3; i < whole; i += 4) {
    const lengths = view.getUint8(control++);
    let tag = lengths & 3;
    values[i] = (view.getUint32(data, true) & NARROW_MASKS[tag]) >>> 0;
    data += tag + 1;
    tag = (lengths >> 2) & 3;
    values[i + 1] = (view.getUint32(data, true) & NARROW_MASKS[tag]) >>> 0;
    data += tag + 1;
    tag = (lengths >> 4) & 3;
    values[i + 2] = (view.getUint32(data, true) & NARROW_MASKS[tag]) >>> 0;
    data += tag + 1;
    tag = lengths >> 6;
    values[i + 3] = (view.getUint32(data, true) & NARROW_MASKS[tag]) >>> 0;
    data += tag + 1;
  }
  for (let shift = 0; i < count; i++, shift += 2) {
    const tag = (view.getUint8(control) >> shift) & 3;
    values[i] = (view.getUint32(data, true) & NARROW_MASKS[tag]) >>> 0;
    data += tag + 1;
  }
  return data;
}

function decodeWide(view: DataView, at: number, count: number, values: Float64Array): number {
  let data = at + ((count + 3) >> 2);
  for (let i = 0; i < count; i++) {
    const tag = (view.getUint8(at + (i >> 2)) >> ((i & 3) << 1)) & 3;
    const low = (view.getUint32(data, true) & WIDE_LOW_MASKS[tag]) >>> 0;
    const high = view.getUint32(data + 4, true) & WIDE_HIGH_MASKS[tag];
    values[i] = high * TWO_32 + low;
    data += WIDE_LENGTHS[tag];
  }
  return data;
}
