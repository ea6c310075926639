import { SeededRandom } from '@wadi/base/random'

const LABEL_MAX = 0x1_0000_0000n

/**
 * A stream of randomness of its own for each purpose, so that one more draw changes only one of
 * them.
 */
export function randomFor(seed: bigint, label: string): SeededRandom {
  let mixed = 0xcbf29ce484222325n
  for (let i = 0; i < label.length; i++)
    mixed = BigInt.asUintN(64, (mixed ^ BigInt(label.charCodeAt(i))) * 0x100000001b3n)
  return new SeededRandom(BigInt.asUintN(64, seed * LABEL_MAX + mixed))
}
