/**
 * Reading the tree of a round's inputs and outputs, of whoever made it. What it holds is what the
 * committee agreed on: that a hash is the hash of its input is not looked at again.
 */

import { equalBytes } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import type { ReadableState } from '@wadi/mkvs/state'
import type { Hash } from '@wadi/primitives/hash'
import {
  errors,
  InputArtifacts,
  OutputArtifacts,
  PREFIX,
  parseTagKey,
  parseTransactionKey,
  type Tag,
  tagPrefix,
  transactionPrefix,
} from './artifacts.ts'

/** All that the tree has of a transaction. */
export interface Transaction extends InputArtifacts {
  /** Undefined if the tree has none. */
  readonly output: Uint8Array | undefined
}

/** How large a batch may be; 0 stands for as large as it likes. */
export interface BatchLimits {
  readonly batchSizeMax: bigint
  readonly batchSizeBytesMax: bigint
}

interface Artifact {
  readonly txHash: Hash
  readonly kind: 'input' | 'output'
  readonly value: Uint8Array
}

/**
 * The artifacts from a key on.
 * COMPAT(oasis-core): one of a kind that there is not hides whatever comes after it.
 */
function* artifactsFrom(state: ReadableState, start: Uint8Array): Generator<Artifact> {
  const cursor = state.cursor()
  for (cursor.seek(start); ; cursor.next()) {
    const { key, value } = cursor
    const known = key && parseTransactionKey(key)
    if (known === undefined || value === undefined) return
    yield { ...known, value }
  }
}

/** The tags from a key on. */
function* tagsFrom(state: ReadableState, start: Uint8Array): Generator<Tag> {
  const cursor = state.cursor()
  for (cursor.seek(start); ; cursor.next()) {
    const { key, value } = cursor
    const known = key && parseTagKey(key)
    if (known === undefined || value === undefined) return
    yield { ...known, value }
  }
}

function inBatchOrder(a: InputArtifacts, b: InputArtifacts): number {
  return a.batchOrder - b.batchOrder
}

/** The hashes of all transactions, in their own order. */
export function* readHashes(state: ReadableState): Generator<Hash> {
  for (const { txHash, kind } of artifactsFrom(state, Uint8Array.of(PREFIX.transaction)))
    if (kind === 'input') yield txHash
}

/** All transactions, in the order of the batch. */
export function readTransactions(state: ReadableState): readonly Transaction[] {
  const transactions: Transaction[] = []
  let current: Hash | undefined
  for (const { txHash, kind, value } of artifactsFrom(state, Uint8Array.of(PREFIX.transaction))) {
    if (kind === 'input') {
      current = txHash
      transactions.push({ ...decode(InputArtifacts, value), output: undefined })
      continue
    }
    const last = transactions.at(-1)
    const isOrphan = current === undefined || !equalBytes(current, txHash)
    if (last === undefined || isOrphan) throw errors.malformedTree()
    transactions[transactions.length - 1] = { ...last, ...decode(OutputArtifacts, value) }
  }
  return transactions.sort(inBatchOrder)
}

/** The transaction of a hash; undefined if its input is not there. */
export function readTransaction(state: ReadableState, txHash: Hash): Transaction | undefined {
  let input: InputArtifacts | undefined
  let output: Uint8Array | undefined
  for (const artifact of artifactsFrom(state, transactionPrefix(txHash))) {
    if (!equalBytes(artifact.txHash, txHash)) break
    if (artifact.kind === 'input') input = decode(InputArtifacts, artifact.value)
    else output = decode(OutputArtifacts, artifact.value).output
  }
  if (input === undefined || input.input.length === 0) return undefined
  return { ...input, output }
}

/** The inputs in the order of the batch, which has no gaps. */
export function readInputBatch(state: ReadableState, limits: BatchLimits): readonly Uint8Array[] {
  const inputs: InputArtifacts[] = []
  let size = 0n
  for (const { kind, value } of artifactsFrom(state, Uint8Array.of(PREFIX.transaction))) {
    if (kind !== 'input') continue
    const artifacts = decode(InputArtifacts, value)
    inputs.push(artifacts)
    size += BigInt(artifacts.input.length)
    checkBatch(limits, BigInt(inputs.length), size)
  }
  inputs.sort(inBatchOrder)
  for (const [i, { batchOrder }] of inputs.entries()) {
    if (batchOrder !== i) throw errors.inconsistentOrder(`${batchOrder} at ${i}`)
  }
  return inputs.map(({ input }) => input)
}

function checkBatch(limits: BatchLimits, count: bigint, size: bigint): void {
  const { batchSizeMax, batchSizeBytesMax } = limits
  if (batchSizeMax > 0n && count > batchSizeMax) throw errors.batchTooLarge(`${count} inputs`)
  if (batchSizeBytesMax > 0n && size > batchSizeBytesMax) {
    throw errors.batchTooLarge(`${size} bytes`)
  }
}

/** All tags, in the order of their keys. */
export function readTags(state: ReadableState): readonly Tag[] {
  return [...tagsFrom(state, Uint8Array.of(PREFIX.tag))]
}

/**
 * The tags of a key.
 * COMPAT(oasis-core): the first tag of another key ends the list, although the keys of longer tags
 * may lie between those of this one; {@link readTags} misses none.
 */
export function readTag(state: ReadableState, key: Uint8Array): readonly Tag[] {
  const tags: Tag[] = []
  for (const tag of tagsFrom(state, tagPrefix(key))) {
    if (!equalBytes(tag.key, key)) break
    tags.push(tag)
  }
  return tags
}
