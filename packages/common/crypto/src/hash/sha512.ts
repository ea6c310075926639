/** SHA-512, SHA-384 and SHA-512/256 (FIPS 180-4). */

import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import type { HashFunction } from './hashFunction.ts'
import { rootFractions } from './rootFractions.ts'
import { createSha2, SHA2_INITIAL, SHA2_PAGES, type Sha2Kernel } from './sha2.ts'
import {
  addSha512,
  SHA512_BLOCK_BYTES,
  SHA512_CONSTANT_BYTES,
  SHA512_STATE_BYTES,
  SHA512_TRUNC256_INITIAL,
  wordBytes,
  writeSha512Digest,
} from './sha512Kernel.ts'

const INITIAL_512 = SHA2_INITIAL
const INITIAL_384 = INITIAL_512 + SHA512_STATE_BYTES
const INITIAL_TRUNC256 = INITIAL_384 + SHA512_STATE_BYTES

let running: Sha2Kernel | undefined

function kernel(): Sha2Kernel {
  running ??= startKernel()
  return running
}

function startKernel(): Sha2Kernel {
  const m = new ModuleBuilder({ pagesMin: SHA2_PAGES, pagesMax: SHA2_PAGES })
  const memory = { constants: 0, scratch: SHA512_CONSTANT_BYTES }
  const { compress, finish, hash } = addSha512(m, memory)
  m.data(INITIAL_512, wordBytes(rootFractions(2, 8)))
  m.data(INITIAL_384, wordBytes(rootFractions(2, 8, 8)))
  m.data(INITIAL_TRUNC256, wordBytes(SHA512_TRUNC256_INITIAL))
  m.function({ name: 'compress', params: compress.signature.params }, (f, ...args) => {
    f.run(compress, ...args)
  })
  m.function({ name: 'hash', params: hash.signature.params }, (f, ...args) => {
    f.run(hash, ...args)
  })
  const params = [...finish.signature.params, 'i32'] as const
  m.function({ name: 'finish', params }, (f, ...args) => {
    const [state, tail, tailSize, size, target] = args
    f.run(finish, state, tail, tailSize, size)
    writeSha512Digest(f, state, target, SHA512_STATE_BYTES)
  })
  return instantiate<Sha2Kernel>(m)
}

function variant(initial: number, digestBytes: number): HashFunction {
  const stateBytes = SHA512_STATE_BYTES
  return createSha2({ blockBytes: SHA512_BLOCK_BYTES, stateBytes, digestBytes, initial, kernel })
}

export const SHA512: HashFunction = variant(INITIAL_512, 64)
export const SHA384: HashFunction = variant(INITIAL_384, 48)
export const SHA512_TRUNC256: HashFunction = variant(INITIAL_TRUNC256, 32)

export const sha512 = SHA512.hash
export const sha384 = SHA384.hash
/** SHA-512/256: what the Oasis documents call the hash. */
export const sha512Trunc256 = SHA512_TRUNC256.hash

/** SHA-512/256 of the parts, one after the other. */
export const sha512Trunc256Parts = SHA512_TRUNC256.hashParts
