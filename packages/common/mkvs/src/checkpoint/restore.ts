/**
 * Restoring a checkpoint: chunks come in any order, each is checked against the root, and whatever
 * is complete becomes records at once. What is not, the spine, is kept until the rest arrives:
 *
 *        ●            ●  spine: known, but something below is not
 *      /   \          ○  stored, known by hash and address
 *     ●     ?         ?  known by hash only
 *    / \
 *   ○   ?
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { errors } from '../errors.ts'
import { encodeRecord, type StoredChild } from '../nodeRecord.ts'
import type { ProofNode } from '../proofNode.ts'
import { EMPTY_HASH, type Root } from '../roots.ts'
import { toRoot } from '../syncer.ts'
import { verifyProof } from '../verifyProof.ts'
import { decodeChunk, digestOf } from './chunk.ts'
import { checkMetadata, type Metadata } from './metadata.ts'
import { decodeSpine, encodeSpine, type Spine } from './spine.ts'

/** How far a restore has got: a plain value that can be written down and picked up again. */
export interface RestoreState {
  readonly metadata: Metadata
  /** Indexes of the chunks that are in, ascending. */
  readonly done: readonly number[]
  /** See `spine.ts`. */
  readonly spine: readonly (Uint8Array | undefined)[]
}

/** A chunk that has arrived, and where its nodes will be stored. */
export interface ArrivedChunk {
  readonly index: number
  readonly bytes: Uint8Array
  /** Where the node log ends (at least 1). */
  readonly baseAddress: number
}

export interface RestoreStep {
  readonly state: RestoreState
  /** Records of nodes, children first, one behind the other from the base address on. */
  readonly records: readonly Uint8Array[]
}

/** The state before the first chunk. */
export function startRestore(metadata: Metadata): RestoreState {
  checkMetadata(metadata)
  const { hash } = metadata.root
  const spine: Spine = equalBytes(hash, EMPTY_HASH) ? undefined : { kind: 'hash', hash }
  return { metadata, done: [], spine: encodeSpine(spine) }
}

/** The chunks that are still missing. */
export function missingChunks({ metadata, done }: RestoreState): readonly number[] {
  const known = new Set(done)
  return metadata.chunks.map((_, i) => i).filter((i) => !known.has(i))
}

/** Takes one chunk in. A chunk that is already in changes nothing. */
export function restoreChunk(state: RestoreState, chunk: ArrivedChunk): RestoreStep {
  const { metadata, done } = state
  const digest = metadata.chunks[chunk.index]
  if (digest === undefined) throw errors.badChunk(`there is no chunk ${chunk.index}`)
  if (!equalBytes(digestOf(chunk.bytes), digest)) throw errors.badChunk('wrong digest')
  if (done.includes(chunk.index)) return { state, records: [] }
  const { hash } = metadata.root
  const entries = decodeChunk(chunk.bytes)
  const { node } = verifyProof(hash, { version: 0, untrustedRoot: hash, entries })
  const writer = new RecordWriter(chunk.baseAddress)
  const spine = writer.merge(decodeSpine(state.spine), node)
  const nowDone = [...done, chunk.index].sort((a, b) => a - b)
  return {
    state: { metadata, done: nowDone, spine: encodeSpine(spine) },
    records: writer.records,
  }
}

/** The restored tree, once all chunks are in. */
export function finishRestore(state: RestoreState): {
  readonly root: Root
  readonly rootAddress: number
} {
  const { metadata, done, spine } = state
  if (done.length !== metadata.chunks.length) throw errors.badCheckpoint('chunks are missing')
  const root = toRoot(metadata.root)
  const top = decodeSpine(spine)
  if (top === undefined) return { root, rootAddress: 0 }
  // Each chunk is honest, but together they need not be the whole tree.
  if (top.kind !== 'stored') throw errors.badCheckpoint('the chunks leave out a part of the tree')
  return { root, rootAddress: top.address }
}

type Stored = StoredChild & { readonly kind: 'stored' }

/** Writes whatever is complete. */
class RecordWriter {
  readonly records: Uint8Array[] = []
  #address: number

  constructor(baseAddress: number) {
    assert(baseAddress >= 1, 'mkvs: no such address')
    this.#address = baseAddress
  }

  /** The spine of a subtree that was known as `before` and of which the chunk shows `shown`. */
  merge(before: Spine, shown: ProofNode): Spine {
    if (before === undefined || before.kind === 'stored') return before
    if (shown === undefined || shown.kind === 'hash') return before
    assert(toHex(before.hash) === toHex(shown.hash), 'mkvs: one place in a tree, two hashes')
    const { hash } = shown
    if (shown.kind === 'leaf') return this.#write(hash, encodeRecord(shown))
    const known = before.kind === 'internal' ? before : undefined
    const leaf = this.merge(known === undefined ? unknown(shown.leaf) : known.leaf, shown.leaf)
    const left = this.merge(known === undefined ? unknown(shown.left) : known.left, shown.left)
    const right = this.merge(known === undefined ? unknown(shown.right) : known.right, shown.right)
    const { kind, labelBits, label } = shown
    if (isStored(leaf) && isStored(left) && isStored(right))
      return this.#write(hash, encodeRecord({ kind, labelBits, label, leaf, left, right }))
    return { kind, labelBits, label, leaf, left, right, hash }
  }

  #write(hash: Uint8Array, record: Uint8Array): Stored {
    const address = this.#address
    this.records.push(record)
    this.#address += record.length
    return { kind: 'stored', hash, address }
  }
}

const isStored = (spine: Spine): spine is Stored | undefined =>
  spine === undefined || spine.kind === 'stored'

function unknown(node: ProofNode): Spine {
  return node === undefined ? undefined : { kind: 'hash', hash: node.hash }
}
