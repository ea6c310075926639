/** SHA-256 (FIPS 180-4): the hash of everything that is CometBFT's. */

import { ModuleBuilder } from '@wadi/base/wasm/module'
import type { HashFunction } from './hashFunction.ts'
import { rootFractions } from './rootFractions.ts'
import { createSha2, SHA2_INITIAL, SHA2_PAGES, type Sha2Kernel } from './sha2.ts'
import { startSha2, wordBytes } from './sha2Kernel.ts'
import { addSha256, SHA256_BLOCK_BYTES, SHA256_STATE_BYTES } from './sha256Kernel.ts'

let running: Sha2Kernel | undefined

function kernel(): Sha2Kernel {
  running ??= start()
  return running
}

function start(): Sha2Kernel {
  const m = new ModuleBuilder({ pagesMin: SHA2_PAGES, pagesMax: SHA2_PAGES })
  const functions = addSha256(m, 0)
  m.data(SHA2_INITIAL, wordBytes(4, rootFractions(2, 8)))
  return startSha2(m, functions, SHA256_STATE_BYTES)
}

export const SHA256: HashFunction = createSha2({
  blockBytes: SHA256_BLOCK_BYTES,
  stateBytes: SHA256_STATE_BYTES,
  digestBytes: 32,
  initial: SHA2_INITIAL,
  kernel,
})

export const sha256 = SHA256.hash

/** SHA-256 of the parts, one after the other. */
export const sha256Parts = SHA256.hashParts
