/** The state of a chain that is replayed: a tree in memory, compared with the recording. */

import { EMPTY_BYTES, equalBytes, toHex } from '@wadi/base/bytes'
import type { StateStore } from '@wadi/consensus-services/application'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE, type Root, type WriteLogEntry } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { applyDiff } from '../recordedRoots.ts'
import { bytesOfBase64, type RecordedBlock } from '../records.ts'
import type { Difference } from './compareBlock.ts'
import { describeKey } from './words.ts'

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
  adopt(record: RecordedBlock): Root {
    applyDiff(this.tree, record.state_diff)
    return this.commit(BigInt(record.height))
  }

  /** Runs something on the state before a block, and puts back what the block has changed. */
  before<T>(before: readonly WriteLogEntry[], run: () => T): T {
    const after = before.map(([key]) => [key, this.tree.get(key)?.slice()] as const)
    this.#write(before)
    try {
      return run()
    } finally {
      this.#write(after)
    }
  }

  /**
   * Compares what the tree holds with the recorded state.
   * `before` is what was there under the keys that the block has written.
   */
  compare(record: RecordedBlock, before: readonly WriteLogEntry[]): readonly Difference[] {
    const ours = toHex(this.tree.rootHash())
    const recorded = record.state_root.toLowerCase()
    // The last block may have none.
    const next = record.app_hash_in_next_header?.toLowerCase() || ours
    const wrong = [
      ...(recorded === ours ? [] : [{ what: 'root', recorded, ours }]),
      ...(next === ours || next === recorded
        ? []
        : [{ what: 'app hash in the next header', recorded: next, ours }]),
    ].map((contrast) => ({ where: 'state', ...contrast }))
    return [...wrong, ...this.#differences(record, before)]
  }

  /** Makes the state the recorded one, if that is wanted and it is another. */
  repair(record: RecordedBlock, before: readonly WriteLogEntry[]): void {
    if (this.#repair === 'none') return
    if (toHex(this.tree.rootHash()) === record.state_root.toLowerCase()) return
    this.#write(before)
    applyDiff(this.tree, record.state_diff)
  }

  #differences(record: RecordedBlock, before: readonly WriteLogEntry[]): readonly Difference[] {
    const recorded = new Map<string, Recorded>()
    for (const [key, value] of before) recorded.set(toHex(key), { key, value, isRecorded: false })
    for (const [text, base64] of record.state_diff ?? []) {
      const key = bytesOfBase64(text)
      const value = base64 === null ? undefined : bytesOfBase64(base64)
      recorded.set(toHex(key), { key, value, isRecorded: true })
    }
    // The first block is recorded with the whole state.
    if (this.tree.root.version === 0n) this.#addUnrecorded(recorded)
    return [...recorded.values()].flatMap((entry) => contrastAt(entry, this.tree))
  }

  #addUnrecorded(recorded: Map<string, Recorded>): void {
    for (const [key] of pairsWithPrefix(this.tree, EMPTY_BYTES)) {
      const hex = toHex(key)
      const entry = { key: key.slice(), value: undefined, isRecorded: false }
      if (recorded.get(hex)?.isRecorded !== true) recorded.set(hex, entry)
    }
  }

  #write(entries: readonly WriteLogEntry[]): void {
    for (const [key, value] of entries) {
      if (value === undefined) this.tree.remove(key)
      else this.tree.insert(key, value)
    }
  }
}

/** What the recording has under a key. */
interface Recorded {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
  readonly isRecorded: boolean
}

function contrastAt({ key, value, isRecorded }: Recorded, tree: Tree): readonly Difference[] {
  const ours = tree.get(key)
  if (value === ours) return []
  if (value !== undefined && ours !== undefined && equalBytes(value, ours)) return []
  const { table, name } = describeKey(key)
  const entry = { key, recorded: value, ours, isRecorded }
  const difference = { where: 'state', what: name, recorded: print(value), ours: print(ours) }
  return [{ ...difference, service: serviceOfTable(table), entry }]
}

/** The tables of the registries of keys are the key manager's. */
function serviceOfTable(table: string): string {
  const [service = table] = table.split('.')
  return service === 'churp' ? 'keymanager' : service
}

function print(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'nothing' : toHex(bytes)
}
