/** Keys as strings of bits, most significant first. */

/** Bit number `index`; beyond the end there are zeros. */
export function bitOf(bytes: Uint8Array, index: number): 0 | 1 {
  return (((bytes[index >>> 3] ?? 0) >> (7 - (index & 7))) & 1) as 0 | 1
}

/** Writes the first `count` bits of `source` into `target`, from bit `start` on. */
export function writeBits(
  target: Uint8Array,
  start: number,
  source: Uint8Array,
  count: number,
): void {
  const shift = start & 7
  const first = start >>> 3
  if (count === 0) return
  const last = (start + count - 1) >>> 3
  const head = target[first]! & (0xff00 >> shift)
  for (let at = first; at <= last; at++) {
    const i = at - first
    const high = i === 0 ? 0 : source[i - 1]! << (8 - shift)
    target[at] = (high | ((source[i] ?? 0) >> shift)) & 0xff
  }
  target[first] = head | (target[first]! & (0xff >> shift))
}

/** The first `count` bits of `key` (zeros behind its end) and one more bit, padded to bytes. */
export function cutAndAppend(key: Uint8Array, count: number, bit: 0 | 1): Uint8Array {
  const cut = new Uint8Array((count >>> 3) + 1)
  cut.set(key.subarray(0, cut.length))
  const at = count >>> 3
  cut[at] = (cut[at]! & (0xff00 >> (count & 7))) | (bit === 1 ? 0x80 >> (count & 7) : 0)
  return cut
}

/** Is `key`, which has at least `count` bits, smaller than `path` in its first `count` bits? */
export function isBefore(key: Uint8Array, path: Uint8Array, count: number): boolean {
  const whole = count >>> 3
  for (let i = 0; i < whole; i++) {
    if (key[i] !== path[i]) return key[i]! < path[i]!
  }
  const mask = 0xff00 >> (count & 7)
  return ((key[whole] ?? 0) & mask & 0xff) < ((path[whole] ?? 0) & mask & 0xff)
}
