/**
 * The state of the chain on a disk, in two record logs: `current`, whose last record is the state,
 * and `history` with what earlier heights need.
 *
 * What is saved with a state is not synced in the history: the state has all of it, and an opening
 * makes up for what a crash took.
 */

import { assert, CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { type RecordHead, RecordLog } from '@wadi/node-storage/record-log'
import { openStoreFolder, type StoreFolder } from '@wadi/node-storage/store-folder'
import { decode, encode } from '@wadi/protobuf/codec'
import { ChainState } from '@wadi/tendermint/chainState/chainState'
import { nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { rotated } from '@wadi/tendermint/validators/priorities'
import type { BlockResponses, StateStore } from './contract.ts'
import { HeightTable } from './heightTable.ts'
import { History } from './history.ts'
import {
  HISTORY_SEGMENT_SIZE,
  STATE_RECORD_BYTES_MAX,
  STATE_SEGMENT_SIZE,
  VALIDATORS_CHECKPOINT_INTERVAL,
} from './limits.ts'
import { ResponseRecord } from './responseRecord.ts'

/** Which store. */
export interface DiskStateStoreOptions {
  readonly files: FileSystem
  readonly path: string
  /** The chain id; a store of another chain is refused. */
  readonly chain: string
  readonly log: Logger
  /** Tests make it small. */
  readonly segmentSize?: number
}

const RECORD_STATE = 1
const RECORD_VALIDATORS = 2
const RECORD_PARAMS = 3
const RECORD_RESPONSES = 4
/** Below its height everything is forgotten. */
const RECORD_BASE = 5

/** See the top of this file. */
export class DiskStateStore implements StateStore {
  readonly #folder: StoreFolder
  readonly #current: RecordLog
  readonly #history: RecordLog
  readonly #validators = new History(RECORD_VALIDATORS, ValidatorSet)
  readonly #params = new History(RECORD_PARAMS, ConsensusParams)
  readonly #responses = new HeightTable()
  #base = 0n
  #state: ChainState | undefined
  /** The last answer of `loadValidators`. */
  #turned: { readonly height: bigint; readonly set: ValidatorSet } | undefined

  constructor({ files, path, chain, log, segmentSize }: DiskStateStoreOptions) {
    this.#folder = openStoreFolder(files, path, { kind: 'state store', format: 1, chain })
    try {
      const open = (name: string, size: number, onHead: (head: RecordHead) => void): RecordLog => {
        const folder = `${path}/${name}`
        files.makeFolder(folder)
        const sizes = { recordSizeMax: STATE_RECORD_BYTES_MAX, segmentSize: size }
        const records = new RecordLog({ files, folder, ...sizes, isIndexed: () => true, onHead })
        for (const { start, end } of records.damage)
          log.error('the state store is damaged', { path: folder, start, end })
        return records
      }
      const states: RecordHead[] = []
      this.#current = open('current', segmentSize ?? STATE_SEGMENT_SIZE, (head) =>
        states.push(head),
      )
      this.#history = open('history', segmentSize ?? HISTORY_SEGMENT_SIZE, (head) =>
        this.#noteHead(head),
      )
      this.#state = this.#newest(states)
    } catch (error) {
      this.#folder.release()
      throw error
    }
    if (this.#base > 0n) this.#forget(this.#base)
    this.#makeUp()
  }

  load(): ChainState | undefined {
    return this.#state
  }

  save(state: ChainState): void {
    // Of what states bring only the last may be missing: see `#makeUp`.
    this.#history.sync()
    this.#noteState(state)
    this.#write(state)
  }

  bootstrap(state: ChainState): void {
    const height = nextHeight(state)
    const saveInFull = (at: bigint, value: ValidatorSet): void =>
      this.#validators.save(this.#history, { height: at, storedAt: at, value })
    if (state.lastValidators.validators.length > 0) saveInFull(height - 1n, state.lastValidators)
    saveInFull(height, state.validators)
    saveInFull(height + 1n, state.nextValidators)
    const value = state.consensusParams
    this.#params.save(this.#history, { height, storedAt: height, value })
    this.#history.sync()
    this.#write(state)
  }

  loadValidators(height: bigint): ValidatorSet | undefined {
    if (this.#turned?.height === height) return this.#turned.set
    const found = this.#validators.load(this.#history, height)
    if (found === undefined) return undefined
    // COMPAT(CometBFT): all turns at once, which is not the same as one after the other.
    const set = found.age === 0 ? found.value : rotated(found.value, found.age)
    this.#turned = { height, set }
    return set
  }

  loadVoters(height: bigint): ValidatorSet | undefined {
    return this.#validators.load(this.#history, height)?.value
  }

  loadTurns(height: bigint): ValidatorSet | undefined {
    const found = this.#validators.load(this.#history, height)
    if (found === undefined) return undefined
    let set = found.value
    for (let turn = 0; turn < found.age; turn++) set = rotated(set, 1)
    return set
  }

  loadConsensusParams(height: bigint): ConsensusParams | undefined {
    return this.#params.load(this.#history, height)?.value
  }

  saveResponses(height: bigint, responses: BlockResponses): void {
    const parts = [encode(ResponseRecord, responses)]
    this.#responses.set(this.#history.append({ kind: RECORD_RESPONSES, height, parts }))
    this.#history.sync()
  }

  loadResponses(height: bigint): BlockResponses | undefined {
    const entry = this.#responses.get(height)
    const bytes = entry === undefined ? undefined : this.#history.read(entry)
    if (bytes === undefined) return undefined
    try {
      return decode(ResponseRecord, bytes)
    } catch (error) {
      if (error instanceof CodedError) return undefined
      throw error
    }
  }

  prune(retainHeight: bigint): void {
    if (this.#state === undefined || retainHeight <= this.#base) return
    assert(retainHeight <= nextHeight(this.#state), 'what the next block needs stays')
    this.#base = retainHeight
    this.#history.append({ kind: RECORD_BASE, height: retainHeight, parts: [] })
    const lowest = this.#forget(retainHeight)
    if (!this.#history.canDropBefore(lowest)) return
    this.#validators.copyForward(this.#history, retainHeight, lowest)
    this.#params.copyForward(this.#history, retainHeight, lowest)
    this.#history.sync()
    this.#history.dropBefore(lowest)
  }

  close(): void {
    this.#current.close()
    this.#history.close()
    this.#folder.release()
  }

  #noteHead(head: RecordHead): void {
    this.#validators.note(head)
    this.#params.note(head)
    if (head.kind === RECORD_RESPONSES) this.#responses.set(head)
    if (head.kind === RECORD_BASE && head.height > this.#base) this.#base = head.height
  }

  #newest(states: readonly RecordHead[]): ChainState | undefined {
    for (const head of states.toReversed()) {
      const bytes = this.#current.read(head)
      if (bytes !== undefined) return decode(ChainState, bytes)
    }
    return undefined
  }

  /** Notes in the history what a state brings. */
  #noteState(state: ChainState): void {
    const height = nextHeight(state)
    if (state.lastBlockHeight === 0n) {
      const value = state.validators
      this.#validators.save(this.#history, { height, storedAt: height, value })
    }
    this.#validators.save(this.#history, {
      height: height + 1n,
      storedAt: lastStored(height + 1n, state.lastHeightValidatorsChanged),
      value: state.nextValidators,
    })
    this.#params.save(this.#history, {
      height,
      storedAt: state.lastHeightConsensusParamsChanged,
      value: state.consensusParams,
    })
    if (this.#turned !== undefined && this.#turned.height >= height) this.#turned = undefined
  }

  /** A crash may have taken from the history what the state brought to it. */
  #makeUp(): void {
    const state = this.#state
    if (state === undefined) return
    const height = nextHeight(state)
    if (!this.#validators.has(height + 1n) || !this.#params.has(height)) this.#noteState(state)
  }

  #write(state: ChainState): void {
    const parts = [encode(ChainState, state)]
    const height = state.lastBlockHeight
    const { address } = this.#current.append({ kind: RECORD_STATE, height, parts })
    this.#current.sync()
    this.#current.dropBefore(address)
    this.#state = state
  }

  /** Returns where the log begins to be needed. */
  #forget(height: bigint): number {
    this.#responses.deleteBelow(height)
    return Math.min(
      this.#validators.prune(height),
      this.#params.prune(height),
      this.#responses.lowest?.address ?? Number.POSITIVE_INFINITY,
    )
  }
}

/** The height at which validators were stored in full that did not change since `changed`. */
function lastStored(height: bigint, changed: bigint): bigint {
  const checkpoint = height - (height % VALIDATORS_CHECKPOINT_INTERVAL)
  return checkpoint > changed ? checkpoint : changed
}
