/** Rounds of a runtime whose state comes to a million keys. */

import { hash } from 'node:crypto'
import { toUtf8 } from '@wadi/base/bytes'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { genesisBlock, normalBlock } from '@wadi/runtime-protocol/block'

export const RUNTIME_ID = testNamespace(toUtf8('a million keys'))
export const KEYS = 1_000_000
const ROUNDS = 100
/** All of it stays in memory while it is made. */
const ARENA_BYTES = 2 ** 31
const EMPTY = Hash.check(EMPTY_HASH)

/** A round, and what it changes in the state. Its tree of inputs and outputs is empty. */
export interface StorageRound {
  readonly block: AnnotatedBlock
  readonly state: WriteLog
}

function writesOf(round: number): WriteLog {
  const count = KEYS / ROUNDS
  return Array.from({ length: count }, (_, i) => {
    const number = (round - 1) * count + i
    return [
      hash('sha512-256', `key ${number}`, 'buffer'),
      hash('sha512', `value ${number}`, 'buffer'),
    ]
  })
}

/** The first one has an empty state. */
export function* storageRounds(): Generator<StorageRound> {
  const tree = createTree(new Arena({ bytesMax: ARENA_BYTES }), {
    namespace: RUNTIME_ID,
    type: ROOT_TYPE_STATE,
  })
  const first = { namespace: RUNTIME_ID, round: 0n, stateRoot: EMPTY, timestamp: 0n }
  let block = genesisBlock(first)
  yield { block: { consensusHeight: 1n, block }, state: [] }
  for (let round = 1; round <= ROUNDS; round++) {
    const state = writesOf(round)
    for (const [key, value] of state) tree.insert(key, value!)
    block = normalBlock(block, BigInt(round), {
      ioRoot: EMPTY,
      stateRoot: Hash.check(tree.rootHash()),
      messagesHash: EMPTY,
      inMsgsHash: EMPTY,
    })
    yield { block: { consensusHeight: BigInt(round + 1), block }, state }
  }
}
