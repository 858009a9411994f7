/**
 * Lists of lines of numbers that grow: no object a line, and plain data to hand to others.
 *
 * @module
 */

/** Lines of as many numbers each, one behind the other. */
export class NumberLines {
  #numbers: Float64Array;
  #used = 0;

  /** @param lineNumbers how many numbers a line has */
  constructor(lineNumbers: number) {
    this.#numbers = new Float64Array(128 * lineNumbers);
  }

  /** Appends a line. Cost: O(1), spread over all lines. */
  add(...line: readonly number[]): void {
    if (this.#used + line.length > this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set(line, this.#used);
    this.#used += line.length;
  }

  /** All lines, in an array of just their length. */
  toArray(): Float64Array {
    return this.#numbers.slice(0, this.#used);
  }
}
