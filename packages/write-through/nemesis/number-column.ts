const firstCapacity = 1024;

/** Numbers in their order of arrival, eight bytes each. */
export class NumberColumn {
  #values = new Float64Array(firstCapacity);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
