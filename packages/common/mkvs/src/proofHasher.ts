/**
 * Where a proof's nodes are hashed: each depth has a slot in a kernel's memory for the preimage
 * of the node that is being read there, and the hash of a child is written straight into its
 * parent's preimage.
 */

import { instantiate } from '@wadi/base/wasm/instantiate'
import { ModuleBuilder, PAGE_BYTES } from '@wadi/base/wasm/module'
import { addSha512, SHA512_CONSTANT_BYTES } from '@wadi/crypto/hash/sha512Kernel'
import { KEY_BYTES_MAX, PROOF_DEPTH_MAX } from './limits.ts'

/** Any internal node's preimage fits, and most leaves'. */
export const SLOT_BYTES = KEY_BYTES_MAX + 256

const SLOTS = PAGE_BYTES
/** An embedded leaf lies one deeper than its node; the root's hash has a slot of its own. */
const SLOT_COUNT = PROOF_DEPTH_MAX + 3
const PAGES = 1 + Math.ceil((SLOT_COUNT * SLOT_BYTES) / PAGE_BYTES)

/** Where the hash of the first node goes. */
export const ROOT_HASH_AT = SLOTS + (SLOT_COUNT - 1) * SLOT_BYTES

/** The kernel and its memory, which never grows. */
export interface ProofHasher {
  readonly heap: Uint8Array
  /** (pointer, size, target): SHA-512/256 of bytes in the memory. */
  hash(pointer: number, size: number, target: number): void
}

let running: ProofHasher | undefined

/** The hasher, built at first use. */
export function proofHasher(): ProofHasher {
  running ??= create()
  return running
}

function create(): ProofHasher {
  const m = new ModuleBuilder({ pagesMin: PAGES, pagesMax: PAGES })
  const { hashTrunc256 } = addSha512(m, { constants: 0, scratch: SHA512_CONSTANT_BYTES })
  m.function({ name: 'hash', params: hashTrunc256.signature.params }, (f, ...args) => {
    f.run(hashTrunc256, ...args)
  })
  const kernel = instantiate<Pick<ProofHasher, 'hash'>>(m)
  return { heap: new Uint8Array(kernel.memory.buffer), hash: kernel.hash }
}

/** The slot of the node that is being read at a depth. */
export function slotAt(depth: number): number {
  return SLOTS + depth * SLOT_BYTES
}
