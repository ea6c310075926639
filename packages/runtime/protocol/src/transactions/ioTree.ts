/** Writing the tree of a round's inputs and outputs. It always begins empty. */

import { encode } from '@wadi/cbor/codec'
import type { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import type { State } from '@wadi/mkvs/state'
import { createTree } from '@wadi/mkvs/tree'
import { Hash, hashOfBytes } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import {
  errors,
  InputArtifacts,
  OutputArtifacts,
  type Tag,
  tagKey,
  transactionKey,
} from './artifacts.ts'

/** The hash by which a transaction is known: that of its bytes as they were submitted. */
export function hashOfTransaction(input: Uint8Array): Hash {
  return hashOfBytes(input)
}

/** Adds a transaction of the batch. The order begins at 0 and has no gaps. */
export function insertInput(state: State, artifacts: InputArtifacts): Hash {
  const { input } = artifacts
  if (input.length === 0) throw errors.noInput()
  const txHash = hashOfTransaction(input)
  state.insert(transactionKey(txHash, 'input'), encode(InputArtifacts, artifacts))
  return txHash
}

/** Adds what came out of a transaction, of which the input is there. */
export function insertOutput(state: State, txHash: Hash, output: Uint8Array): void {
  state.insert(transactionKey(txHash, 'output'), encode(OutputArtifacts, { output }))
}

/** Adds a tag; of several with one key by one transaction the last stays. */
export function insertTag(state: State, { key, value, txHash }: Tag): void {
  state.insert(tagKey(key, txHash), value)
}

/**
 * The hash of a batch in a proposal: the root of the tree that holds the inputs alone. The arena
 * is left as it was.
 */
export function hashOfBatch(arena: Arena, batch: readonly Uint8Array[]): Hash {
  // The namespace is no part of the root's hash.
  const tree = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_IO })
  try {
    for (const [batchOrder, input] of batch.entries()) insertInput(tree, { input, batchOrder })
    return Hash.check(tree.rootHash())
  } finally {
    tree.dispose()
  }
}
