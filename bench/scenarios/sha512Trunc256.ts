/** SHA-512/256 of what a node of the tree has in it: about a hundred bytes. */

import { hash } from 'node:crypto'
import { sha512_256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder } from '@wadi/base/wasm/module'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { addSha512 } from '@wadi/crypto/hash/sha512Kernel'
import type { Contender, Scenario } from '../src/scenario.ts'

const MESSAGE_SIZE = 100
const DIGEST_SIZE = 32
const HASHES_PER_CALL = 100
/** Addresses in the kernel's only page. */
const CONSTANTS = 0
const SCRATCH = 4096
const MESSAGES = 8192
const MESSAGE_STRIDE = 256

/** The functions that hash a tree's nodes where they lie, in a kernel that has nothing else. */
function createInPlaceKernel() {
  const m = new ModuleBuilder({ pagesMin: 1, pagesMax: 1 })
  const { hashTrunc256 } = addSha512(m, { constants: CONSTANTS, scratch: SCRATCH })
  m.function({ name: 'hash', params: hashTrunc256.signature.params }, (f, ...args) => {
    f.run(hashTrunc256, ...args)
  })
  return instantiate<{ hash(message: number, size: number, target: number): void }>(m)
}

function createInPlace(messages: readonly Uint8Array[]) {
  const kernel = createInPlaceKernel()
  const memory = new Uint8Array(kernel.memory.buffer)
  const addresses = messages.map((_, i) => MESSAGES + i * MESSAGE_STRIDE)
  addresses.forEach((at, i) => {
    memory.set(messages[i] as Uint8Array, at)
  })
  return {
    run() {
      for (const at of addresses) kernel.hash(at, MESSAGE_SIZE, at + MESSAGE_SIZE)
    },
    digest: (i: number) => {
      const at = (addresses[i] as number) + MESSAGE_SIZE
      return memory.slice(at, at + DIGEST_SIZE)
    },
  }
}

function create(): readonly Contender[] {
  const messages = Array.from({ length: HASHES_PER_CALL }, (_, i) =>
    new Uint8Array(MESSAGE_SIZE).fill(i),
  )
  const inPlace = createInPlace(messages)
  inPlace.run()
  for (const [i, message] of messages.entries()) {
    const wanted = hash('sha512-256', message, 'buffer')
    const all = [sha512Trunc256(message), inPlace.digest(i), sha512_256(message)]
    assert(
      all.every((digest) => equalBytes(digest, wanted)),
      'all contenders agree',
    )
  }
  const each = (digest: (message: Uint8Array) => unknown) => () => {
    for (const message of messages) digest(message)
  }
  const operations = HASHES_PER_CALL
  return [
    { name: 'crypto.hash', run: each((m) => hash('sha512-256', m, 'buffer')), operations },
    { name: 'wadi, in place', run: inPlace.run, operations },
    { name: 'wadi, bytes in and out', run: each(sha512Trunc256), operations },
    { name: 'noble', run: each(sha512_256), operations },
  ]
}

export const scenarios: readonly Scenario[] = [
  {
    name: `sha512-256/${MESSAGE_SIZE}-bytes`,
    yardstick: 'crypto.hash',
    goals: [{ contender: 'wadi, in place', atLeast: 3.5, times: 'crypto.hash' }],
    create,
  },
]
