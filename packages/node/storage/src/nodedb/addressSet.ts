/** A set of node addresses, one bit per four bytes of log: no record is shorter than seven. */
export class AddressSet {
  static readonly #PAGE_BITS = 65_536
  readonly #pages = new Map<number, Uint8Array>()

  /** Adds an address; was it new? */
  add(address: number): boolean {
    const cell = Math.floor(address / 4)
    const number = Math.floor(cell / AddressSet.#PAGE_BITS)
    let page = this.#pages.get(number)
    if (page === undefined) {
      page = new Uint8Array(AddressSet.#PAGE_BITS / 8)
      this.#pages.set(number, page)
    }
    const bit = cell % AddressSet.#PAGE_BITS
    const mask = 1 << (bit & 7)
    const byte = page[bit >> 3]!
    page[bit >> 3] = byte | mask
    return (byte & mask) === 0
  }

  has(address: number): boolean {
    const cell = Math.floor(address / 4)
    const page = this.#pages.get(Math.floor(cell / AddressSet.#PAGE_BITS))
    const bit = cell % AddressSet.#PAGE_BITS
    return page !== undefined && (page[bit >> 3]! & (1 << (bit & 7))) !== 0
  }
}
