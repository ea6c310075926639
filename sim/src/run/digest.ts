/**
 * A short name of everything that has happened: two runs of a seed have the same, or chance is at
 * work.
 */

const PRIMES = [0x9e3779b1, 0x85ebca77] as const
/** Of a long message so many bytes are looked at. */
const SAMPLES_MAX = 64

export class Digest {
  #a = 0x12345678
  #b = 0x9abcdef0 | 0
  events = 0

  number(value: number): void {
    this.#a = Math.imul(this.#a ^ value, PRIMES[0])
    this.#a ^= this.#a >>> 15
    this.#b = Math.imul(this.#b + value, PRIMES[1]) ^ this.#a
  }

  bytes(bytes: Uint8Array): void {
    this.number(bytes.length)
    const stride = Math.max(1, Math.floor(bytes.length / SAMPLES_MAX))
    for (let at = 0; at < bytes.length; at += stride) this.number(bytes[at]!)
  }

  text(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
    return `${hex(this.#a)}${hex(this.#b)}`
  }
}
