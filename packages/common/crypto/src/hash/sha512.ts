/** SHA-512, SHA-384 and SHA-512/256 (FIPS 180-4). */

import { ModuleBuilder } from '@wadi/base/wasm/module'
import type { HashFunction } from './hashFunction.ts'
import { rootFractions } from './rootFractions.ts'
import { createSha2, SHA2_INITIAL, SHA2_PAGES, type Sha2Kernel } from './sha2.ts'
import { startSha2, wordBytes } from './sha2Kernel.ts'
import {
  addSha512,
  SHA512_BLOCK_BYTES,
  SHA512_CONSTANT_BYTES,
  SHA512_STATE_BYTES,
  SHA512_TRUNC256_INITIAL,
} from './sha512Kernel.ts'

const INITIAL_512 = SHA2_INITIAL
const INITIAL_384 = INITIAL_512 + SHA512_STATE_BYTES
const INITIAL_TRUNC256 = INITIAL_384 + SHA512_STATE_BYTES

let running: Sha2Kernel | undefined

function kernel(): Sha2Kernel {
  running ??= start()
  return running
}

function start(): Sha2Kernel {
  const m = new ModuleBuilder({ pagesMin: SHA2_PAGES, pagesMax: SHA2_PAGES })
  const functions = addSha512(m, { constants: 0, scratch: SHA512_CONSTANT_BYTES })
  m.data(INITIAL_512, wordBytes(8, rootFractions(2, 8)))
  m.data(INITIAL_384, wordBytes(8, rootFractions(2, 8, 8)))
  m.data(INITIAL_TRUNC256, wordBytes(8, SHA512_TRUNC256_INITIAL))
  return startSha2(m, functions, SHA512_STATE_BYTES)
}

function variant(initial: number, digestBytes: number): HashFunction {
  const stateBytes = SHA512_STATE_BYTES
  return createSha2({ blockBytes: SHA512_BLOCK_BYTES, stateBytes, digestBytes, initial, kernel })
}

export const SHA512: HashFunction = variant(INITIAL_512, 64)
export const SHA384: HashFunction = variant(INITIAL_384, 48)
export const SHA512_TRUNC256: HashFunction = variant(INITIAL_TRUNC256, 32)

export const sha512 = SHA512.hash

/** SHA-512/256: what the Oasis documents call the hash. */
export const sha512Trunc256 = SHA512_TRUNC256.hash

/** SHA-512/256 of the parts, one after the other. */
export const sha512Trunc256Parts = SHA512_TRUNC256.hashParts
