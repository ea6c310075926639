/** From what a runtime makes of a batch to what its host is told: both trees, and the header. */

import { compareBytes, equalBytes } from '@wadi/base/bytes'

import { assert, definePlainErrors } from '@wadi/base/errors'
import type { Header } from '@wadi/consensus/roothash/block'
import type { ComputeResultsHeader } from '@wadi/consensus/roothash/commitments'
import {
  hashOfIncomingMessages,
  hashOfMessages,
  type IncomingMessage,
} from '@wadi/consensus/roothash/messages'
import type { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO, type WriteLog } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { hashOfHeader, nextRound } from './block.ts'
import type { ComputedBatch, ExecuteTxBatchResponse } from './host-protocol/batches.ts'
import type { BatchOutcome, RuntimeTag } from './runtime.ts'
import { BLOCK_TAG_HASH } from './transactions/artifacts.ts'
import { insertInput, insertOutput, insertTag } from './transactions/ioTree.ts'

const errors = definePlainErrors('computeBatch', {
  otherInputs: 'the inputs are not those of the given root',
})

/** What came out, but for the signature of the enclave. */
export type UnsignedResults = Omit<ExecuteTxBatchResponse, 'batch'> & {
  readonly batch: Omit<ComputedBatch, 'rakSig'>
}

/** What a batch was executed upon. */
export interface BatchBase {
  readonly header: Header
  readonly inMessages: readonly IncomingMessage[]
  /** The root over the inputs, if they are given. */
  readonly inputRoot: Hash | undefined
}

interface Trees {
  readonly arena: Arena
  /** With all that the batch has changed; it becomes the state after the round. */
  readonly state: Tree
}

/** The results of a batch that was executed on a state. */
export function computeResults(
  { arena, state }: Trees,
  { header, inMessages, inputRoot }: BatchBase,
  outcome: BatchOutcome,
): UnsignedResults {
  const { messages, inMessagesCount, rejected } = outcome
  assert(inMessagesCount <= inMessages.length, 'runtime: takes the messages that there are')
  const { txHashes, txInputRoot, txInputWriteLog, ioRoot, ioWriteLog } = ioOf(
    arena,
    header,
    outcome,
  )
  if (inputRoot !== undefined && !equalBytes(inputRoot, txInputRoot)) throw errors.otherInputs()
  const round = nextRound(header)
  const { root, writeLog } = state.commit({ version: round, baseAddress: 1 })
  assert(writeLog !== undefined, 'runtime: the state keeps its write log')
  const results: ComputeResultsHeader = {
    round,
    previousHash: hashOfHeader(header),
    ioRoot,
    stateRoot: Hash.check(root.hash),
    messagesHash: hashOfMessages(messages),
    inMsgsHash: hashOfIncomingMessages(inMessages.slice(0, inMessagesCount)),
    inMsgsCount: inMessagesCount,
  }
  return {
    batch: { header: results, ioWriteLog, stateWriteLog: sorted(writeLog), messages },
    txHashes,
    txRejectHashes: rejected,
    txInputRoot,
    txInputWriteLog,
    batchWeightLimits: new Uint8Array(0),
  }
}

function ioOf(arena: Arena, { namespace }: Header, { transactions, blockTags }: BatchOutcome) {
  const tree = createTree(arena, { namespace, type: ROOT_TYPE_IO })
  try {
    const txHashes = transactions.map(({ input }, batchOrder) =>
      insertInput(tree, { input, batchOrder }),
    )
    const txInputRoot = Hash.check(tree.rootHash())
    const txInputWriteLog = sorted(tree.takeWriteLog())
    for (const [i, { output, tags }] of transactions.entries()) {
      insertOutput(tree, txHashes[i]!, output)
      insertTags(tree, txHashes[i]!, tags)
    }
    insertTags(tree, BLOCK_TAG_HASH, blockTags)
    const ioRoot = Hash.check(tree.rootHash())
    return {
      txHashes,
      txInputRoot,
      txInputWriteLog,
      ioRoot,
      ioWriteLog: sorted(tree.takeWriteLog()),
    }
  } finally {
    tree.dispose()
  }
}

function insertTags(tree: Tree, txHash: Hash, tags: readonly RuntimeTag[]): void {
  for (const { key, value } of tags) insertTag(tree, { key, value, txHash })
}

/**
 * COMPAT(oasis-core): runtimes in Rust list what was written first, then what was removed. Nobody
 * relies on the order.
 */
function sorted(log: WriteLog): WriteLog {
  return log.toSorted(([a, x], [b, y]) => {
    const removed = Number(x === undefined) - Number(y === undefined)
    return removed === 0 ? compareBytes(a, b) : removed
  })
}
