/** Where the note of each retained version lies: sixteen bytes a version, in ascending order. */
export class VersionTable {
  #versions = new BigUint64Array(64)
  #addresses = new Float64Array(64)
  #first = 0
  #end = 0

  get count(): number {
    return this.#end - this.#first
  }

  get earliest(): bigint | undefined {
    return this.count === 0 ? undefined : this.#versions[this.#first]
  }

  get latest(): bigint | undefined {
    return this.count === 0 ? undefined : this.#versions[this.#end - 1]
  }

  /** Adds the version after the latest. */
  push(version: bigint, noteAddress: number): void {
    if (this.#end === this.#versions.length) {
      const capacity = Math.max(64, this.count * 2)
      const versions = new BigUint64Array(capacity)
      const addresses = new Float64Array(capacity)
      versions.set(this.#versions.subarray(this.#first, this.#end))
      addresses.set(this.#addresses.subarray(this.#first, this.#end))
      this.#end = this.count
      this.#first = 0
      this.#versions = versions
      this.#addresses = addresses
    }
    this.#versions[this.#end] = version
    this.#addresses[this.#end++] = noteAddress
  }

  /** Drops the earliest version. */
  shift(): void {
    this.#first++
  }

  noteAddressOf(version: bigint): number | undefined {
    let low = this.#first
    let high = this.#end
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#versions[middle]! < version) low = middle + 1
      else high = middle
    }
    return low < this.#end && this.#versions[low] === version ? this.#addresses[low] : undefined
  }

  /** The version after the earliest one. */
  get second(): bigint | undefined {
    return this.count < 2 ? undefined : this.#versions[this.#first + 1]
  }

  *[Symbol.iterator](): Generator<readonly [bigint, number]> {
    for (let i = this.#first; i < this.#end; i++) yield [this.#versions[i]!, this.#addresses[i]!]
  }
}
