/** The state of a chain that is replayed: a tree in memory, compared with the recording. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { StateStore } from '@wadi/consensus-services/application'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type Root, type WriteLogEntry } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { applyDiff } from '../recordedRoots.ts'
import { bytesOfBase64, type RecordedBlock } from '../records.ts'
import type { Difference } from './compareBlock.ts'
import { contrastValues, decodeValue, describeKey } from './words.ts'

/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1

/** What to do when a state differs: leave it, or go on with the recorded one. */
export type Repair = 'none' | 'recorded'

/** A state that is compared with what was recorded of it. */
export class ReplayedState implements StateStore {
  readonly tree: Tree
  readonly #repair: Repair

  constructor(repair: Repair) {
    this.#repair = repair
    const namespace = new Uint8Array(32)
    this.tree = createTree(new Arena(), { namespace, type: ROOT_TYPE_STATE, writeLog: 'dropped' })
  }

  commit(height: bigint): Root {
    return this.tree.commit({ version: height, baseAddress: BASE_ADDRESS }).root
  }

  /** Takes a recorded block's changes without running it. */
  adopt(record: RecordedBlock): void {
    applyDiff(this.tree, record.state_diff)
    this.commit(BigInt(record.height))
  }

  /**
   * Compares what the tree holds with the recorded state, and repairs it if that is wanted.
   * `before` is what was there under the keys that the block has written.
   */
  compare(record: RecordedBlock, before: readonly WriteLogEntry[]): readonly Difference[] {
    const root = toHex(this.tree.rootHash())
    if (root === record.state_root.toLowerCase()) return []
    const where = 'state'
    const roots = { where, what: 'root', recorded: record.state_root, ours: root }
    const differences = [roots, ...this.#differences(record, before)]
    if (this.#repair === 'recorded') this.#restore(record, before)
    return differences
  }

  #differences(record: RecordedBlock, before: readonly WriteLogEntry[]): readonly Difference[] {
    const recorded = new Map<string, WriteLogEntry>()
    for (const [key, value] of before) recorded.set(toHex(key), [key, value])
    for (const [key, value] of record.state_diff ?? []) {
      const bytes = bytesOfBase64(key)
      recorded.set(toHex(bytes), [bytes, value === null ? undefined : bytesOfBase64(value)])
    }
    return [...recorded.values()].flatMap(([key, value]) => contrastAt(key, value, this.tree))
  }

  #restore(record: RecordedBlock, before: readonly WriteLogEntry[]): void {
    for (const [key, value] of before) {
      if (value === undefined) this.tree.remove(key)
      else this.tree.insert(key, value)
    }
    applyDiff(this.tree, record.state_diff)
  }
}

function contrastAt(
  key: Uint8Array,
  recorded: Uint8Array | undefined,
  tree: Tree,
): readonly Difference[] {
  const ours = tree.get(key)
  if (recorded === ours) return []
  if (recorded !== undefined && ours !== undefined && equalBytes(recorded, ours)) return []
  const name = describeKey(key)
  const parts = contrastValues(decodeValue(key, recorded), decodeValue(key, ours))
  const bytes = { what: '', recorded: print(recorded), ours: print(ours) }
  return (parts.length > 0 ? parts : [bytes]).map((part) => {
    return { where: 'state', ...part, what: `${name}${part.what}` }
  })
}

function print(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'nothing' : toHex(bytes)
}
