/** The state of a chain that is replayed: a tree in memory, compared with the recording as it goes. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { StateStore } from '@wadi/consensus-services/application'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { applyDiff } from '../recordedRoots.ts'
import { bytesOfBase64, type RecordedBlock } from '../records.ts'
import type { Difference } from './compareBlock.ts'
import { contrastValues, decodeValue, describeKey } from './words.ts'

/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1

/** What to do when a state differs: leave it, or go on with the recorded one. */
export type Repair = 'none' | 'recorded'

/** A state that remembers what was recorded of it. */
export class ReplayedState implements StateStore {
  readonly tree: Tree
  readonly #repair: Repair
  /** The recorded state, if it is needed for repairs: values by the hex of their keys. */
  readonly #recorded = new Map<string, Uint8Array>()

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
    this.#remember(record)
    this.commit(BigInt(record.height))
  }

  /** Compares what the tree holds with the recorded state, and repairs it if that is wanted. */
  compare(record: RecordedBlock, changedKeys: readonly Uint8Array[]): readonly Difference[] {
    const root = toHex(this.tree.rootHash())
    const isSame = root === record.state_root.toLowerCase()
    const differences = isSame ? [] : this.#differences(record, changedKeys, root)
    this.#remember(record)
    if (!isSame && this.#repair === 'recorded') this.#restore(record, changedKeys)
    return differences
  }

  #differences(
    record: RecordedBlock,
    changedKeys: readonly Uint8Array[],
    root: string,
  ): readonly Difference[] {
    const where = 'state'
    const known = new Set<string>()
    const found: Difference[] = [{ where, what: 'root', recorded: record.state_root, ours: root }]
    for (const [key, value] of record.state_diff ?? []) {
      const bytes = bytesOfBase64(key)
      known.add(toHex(bytes))
      found.push(...contrastAt(bytes, value === null ? undefined : bytesOfBase64(value), this.tree))
    }
    for (const key of changedKeys) {
      if (known.has(toHex(key))) continue
      const before = this.#recorded.get(toHex(key))
      if (this.#repair === 'recorded') found.push(...contrastAt(key, before, this.tree))
      else {
        const ours = this.tree.get(key) === undefined ? 'removed' : 'written'
        found.push({ where, what: describeKey(key), recorded: 'untouched', ours })
      }
    }
    return found
  }

  #remember(record: RecordedBlock): void {
    if (this.#repair === 'none') return
    for (const [key, value] of record.state_diff ?? []) {
      const hex = toHex(bytesOfBase64(key))
      if (value === null) this.#recorded.delete(hex)
      else this.#recorded.set(hex, bytesOfBase64(value))
    }
  }

  #restore(record: RecordedBlock, changedKeys: readonly Uint8Array[]): void {
    for (const key of changedKeys) {
      const value = this.#recorded.get(toHex(key))
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
