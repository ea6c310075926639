/**
 * The constants of SHA-2: the first 64 bits of the fractional parts of the square and cube roots
 * of the first primes (FIPS 180-4, 4.2 and 5.3). SHA-256 takes the upper half of each.
 */

/** First 64 fractional bits of the `degree`-th roots of `count` primes after the first `skip`. */
export function rootFractions(degree: 2 | 3, count: number, skip = 0): readonly bigint[] {
  const primes: number[] = []
  for (let n = 2; primes.length < skip + count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  const power = BigInt(degree)
  return primes
    .slice(skip)
    .map((prime) => BigInt.asUintN(64, floorRoot(BigInt(prime) << (64n * power), power)))
}

function floorRoot(value: bigint, degree: bigint): bigint {
  // Newton's iteration from above; the roots in question have fewer than 69 bits.
  let root = 1n << 69n
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree
    if (next >= root) return root
    root = next
  }
}
