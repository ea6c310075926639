import { toUtf8 } from '@wadi/base/bytes'
import type { RandomValue } from '@wadi/consensus/beacon'
import { HmacDrbg } from '@wadi/crypto/drbg/hmacDrbg'
import { MathRand } from '@wadi/crypto/drbg/mathRand'

/** Dice that everybody throws alike: they follow from the epoch's random bytes and from a use. */
export function electionRandom(entropy: RandomValue, use: string, nonce?: Uint8Array): MathRand {
  const seed = { entropy, personalization: toUtf8(use) }
  return new MathRand(new HmacDrbg(nonce === undefined ? seed : { ...seed, nonce }))
}
