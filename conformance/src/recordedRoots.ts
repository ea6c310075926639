/**
 * Applies every recorded change of a chain to trees of ours and tells each root beside the
 * recorded one: the consensus state of every block, the state and I/O tree of every round.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { decodeRpc } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Block } from '@wadi/consensus/roothash/block'
import { readNdjsonFile } from './ndjson.ts'
import { bytesOfBase64, type RecordedBlock, type RecordedRound, type StateDiff } from './records.ts'

/** As much of a tree as applying changes takes. */
export interface WritableTree {
  insert(key: Uint8Array, value: Uint8Array): void
  remove(key: Uint8Array): void
  /** Commits what was written and gives the root hash. */
  commit(): Uint8Array
  /** Gives the tree's memory back. */
  dispose(): void
}

/** A root of ours beside the recorded one, in hex. */
export interface ComparedRoot {
  readonly what: string
  readonly recorded: string
  readonly ours: string
}

/** Writes a recorded change. */
export function applyDiff(
  tree: Pick<WritableTree, 'insert' | 'remove'>,
  diff: StateDiff | null | undefined,
): void {
  for (const [key, value] of diff ?? []) {
    if (value === null) tree.remove(bytesOfBase64(key))
    else tree.insert(bytesOfBase64(key), bytesOfBase64(value))
  }
}

function rootAfter(tree: WritableTree, diff: StateDiff | null | undefined): string {
  applyDiff(tree, diff)
  return toHex(tree.commit())
}

/** The state root after each block. */
export function* blockRoots(
  blocks: Iterable<RecordedBlock>,
  createTree: () => WritableTree,
): Generator<ComparedRoot> {
  const state = createTree()
  for (const { height, state_root: recorded, state_diff: diff } of blocks)
    yield { what: `state at height ${height}`, recorded, ours: rootAfter(state, diff) }
}

/** A round's block, and the height at which it became final. */
const AnnotatedBlock = struct({ block: Block, consensusHeight: i64 })

function namespaceOf({ annotated_block_cbor: block }: RecordedRound): string {
  return toHex(decodeRpc(AnnotatedBlock, bytesOfBase64(block)).block.header.namespace)
}

/** The roots of each round, runtime by runtime, but for trees that the recorder no longer had. */
export function* roundRoots(
  rounds: Iterable<RecordedRound>,
  createTree: () => WritableTree,
): Generator<ComparedRoot> {
  const states = new Map<string, WritableTree>()
  for (const record of rounds) {
    const namespace = namespaceOf(record)
    const what = `of round ${record.round} of runtime ${namespace}`
    if (record.io_missing !== true) {
      const tree = createTree()
      yield { what: `I/O ${what}`, recorded: record.io_root, ours: rootAfter(tree, record.io_tree) }
      tree.dispose()
    }
    if (record.state_missing === true) continue
    const state = states.get(namespace) ?? createTree()
    states.set(namespace, state)
    yield {
      what: `state ${what}`,
      recorded: record.state_root,
      ours: rootAfter(state, record.state_diff),
    }
  }
}

/** All roots of a recorded chain that lies in `folder`. */
export function* chainRoots(
  folder: string,
  createTree: () => WritableTree,
): Generator<ComparedRoot> {
  const blocks = join(folder, 'blocks.ndjson.gz')
  yield* blockRoots(readNdjsonFile<RecordedBlock>(blocks), createTree)
  const rounds = join(folder, 'rounds.ndjson.gz')
  if (!existsSync(rounds)) return
  yield* roundRoots(readNdjsonFile<RecordedRound>(rounds), createTree)
}
