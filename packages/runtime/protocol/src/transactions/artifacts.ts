/** What the tree of a round's inputs and outputs holds, and under which keys. */

import { concatBytes } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { bytes, u32 } from '@wadi/cbor/scalars'
import { arrayStruct, nilable } from '@wadi/cbor/struct'
import { HASH_SIZE, Hash } from '@wadi/primitives/hash'

/** Trees and transactions that cannot be. The reference gives these no codes. */
export const errors = definePlainErrors('ioTree', {
  noInput: 'a transaction without input',
  malformedKey: 'malformed key of an artifact',
  malformedTree: 'an output without its input',
  batchTooLarge: 'the batch is too large',
  inconsistentOrder: 'the order of the batch has gaps',
})

/** A transaction as it was submitted, and its place in the batch. */
export const InputArtifacts = arrayStruct({ input: bytes, batchOrder: u32 })
export type InputArtifacts = Infer<typeof InputArtifacts>

/** What came out of a transaction. */
export const OutputArtifacts = arrayStruct({ output: nilable(bytes) })
export type OutputArtifacts = Infer<typeof OutputArtifacts>

/** Something that can be found by its key. */
export interface Tag {
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** By which transaction; {@link BLOCK_TAG_HASH} if by none. */
  readonly txHash: Hash
}

/** Stands for the transaction of tags that belong to the whole block. */
export const BLOCK_TAG_HASH: Hash = Hash.zero

/** The first byte of the keys of transactions, and of those of tags. */
export const PREFIX = { transaction: 0x54, tag: 0x45 } as const

/** The last byte of a transaction's key. */
export const ARTIFACT_KINDS = { input: 1, output: 2 } as const

const TRANSACTION_KEY_SIZE = 1 + HASH_SIZE + 1
const TAG_KEY_SIZE_MIN = 1 + HASH_SIZE

/** What all keys of a transaction begin with. */
export function transactionPrefix(txHash: Hash): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX.transaction), txHash)
}

/** Where the input or the output of a transaction is. */
export function transactionKey(txHash: Hash, kind: keyof typeof ARTIFACT_KINDS): Uint8Array {
  return concatBytes(transactionPrefix(txHash), Uint8Array.of(ARTIFACT_KINDS[kind]))
}

/** Where the value of a tag is. */
export function tagKey(key: Uint8Array, txHash: Hash): Uint8Array {
  return concatBytes(tagPrefix(key), txHash)
}

/** What all keys of a tag begin with, and those of longer tags. */
export function tagPrefix(key: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX.tag), key)
}

/** What a transaction's key says; undefined for a key of something else. */
export function parseTransactionKey(
  key: Uint8Array,
): { readonly txHash: Hash; readonly kind: keyof typeof ARTIFACT_KINDS } | undefined {
  if (key[0] !== PREFIX.transaction) return undefined
  // COMPAT(oasis-core): only a key that is too short is malformed; what is too much is ignored.
  if (key.length < TRANSACTION_KEY_SIZE) throw errors.malformedKey()
  const txHash = Hash.check(key.slice(1, 1 + HASH_SIZE))
  switch (key[1 + HASH_SIZE]) {
    case ARTIFACT_KINDS.input:
      return { txHash, kind: 'input' }
    case ARTIFACT_KINDS.output:
      return { txHash, kind: 'output' }
    default:
      return undefined
  }
}

/** What a tag's key says; undefined for a key of something else. */
export function parseTagKey(key: Uint8Array): Omit<Tag, 'value'> | undefined {
  if (key[0] !== PREFIX.tag) return undefined
  if (key.length < TAG_KEY_SIZE_MIN) throw errors.malformedKey()
  const end = key.length - HASH_SIZE
  return { key: key.slice(1, end), txHash: Hash.check(key.slice(end)) }
}
