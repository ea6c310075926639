/** SHA-3 and SHAKE (FIPS 202), and Keccak-256 as Ethereum uses it: with the padding of before. */

import { assert } from '@wadi/base/errors'
import type { Hasher, HashFunction } from './hashFunction.ts'
import { hashKeccak, KeccakState } from './keccak.ts'
import type { KeccakSponge } from './keccakKernel.ts'

const SUFFIX_KECCAK = 0x01
const SUFFIX_SHA3 = 0x06
const SUFFIX_SHAKE = 0x1f

/** The rate of SHAKE128 and of what is built on it. */
export const RATE_128 = 168
/** The rate of SHAKE256, SHA3-256 and of what is built on them. */
export const RATE_256 = 136

class Sha3Hasher implements Hasher {
  readonly #state: KeccakState
  readonly #digestBytes: number
  #isFinished = false

  constructor(state: KeccakState, digestBytes: number) {
    this.#state = state
    this.#digestBytes = digestBytes
  }

  update(piece: Uint8Array): this {
    this.#state.absorb(piece)
    return this
  }

  finish(): Uint8Array {
    assert(!this.#isFinished, 'hash: finish after finish')
    this.#isFinished = true
    return this.#state.squeeze(this.#digestBytes)
  }

  clone(): Hasher {
    assert(!this.#isFinished, 'hash: clone after finish')
    return new Sha3Hasher(this.#state.clone(), this.#digestBytes)
  }
}

function createSha3(suffix: number, digestBytes: number): HashFunction {
  const rate = 200 - 2 * digestBytes
  const sponge: KeccakSponge = { rate, suffix }
  return {
    blockBytes: rate,
    digestBytes,
    hash: (message) => hashKeccak(sponge, [message], digestBytes),
    hashParts: (...parts) => hashKeccak(sponge, parts, digestBytes),
    create: () => new Sha3Hasher(new KeccakState(sponge), digestBytes),
  }
}

export const SHA3_256: HashFunction = createSha3(SUFFIX_SHA3, 32)
export const SHA3_384: HashFunction = createSha3(SUFFIX_SHA3, 48)
export const SHA3_512: HashFunction = createSha3(SUFFIX_SHA3, 64)
export const KECCAK256: HashFunction = createSha3(SUFFIX_KECCAK, 32)

export const keccak256 = KECCAK256.hash

const SPONGE_SHAKE128: KeccakSponge = { rate: RATE_128, suffix: SUFFIX_SHAKE }
const SPONGE_SHAKE256: KeccakSponge = { rate: RATE_256, suffix: SUFFIX_SHAKE }

/** The first `size` bytes of SHAKE128. */
export function shake128(message: Uint8Array, size: number): Uint8Array {
  return hashKeccak(SPONGE_SHAKE128, [message], size)
}

/** The first `size` bytes of SHAKE256. */
export function shake256(message: Uint8Array, size: number): Uint8Array {
  return hashKeccak(SPONGE_SHAKE256, [message], size)
}
