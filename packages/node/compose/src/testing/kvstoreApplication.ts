/**
 * A small application for tests, simulations and benchmarks of engines: it keeps pairs.
 *
 *   key=value                 sets a pair
 *   val:<hex of a key>!power  gives a validator another power; zero removes it
 *
 * Its state is a tree, so its snapshots are checked like those of the consensus layer.
 */

import { isUtf8 } from 'node:buffer'
import { concatBytes, EMPTY_BYTES, parseHex, parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { assert, CodedError, definePlainErrors } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import type { StateStore } from '@wadi/consensus-services/application'
import { Snapshots } from '@wadi/consensus-services/application/snapshots'
import type {
  Application,
  ApplicationInfo,
  ApplyChunkResponse,
  BeginBlockRequest,
  BlockContext,
  CheckTxResponse,
  CommitResponse,
  EndBlockResponse,
  Event,
  InitChainRequest,
  InitChainResponse,
  Misbehavior,
  OfferSnapshotResult,
  PrepareProposalRequest,
  Snapshot,
  TxResult,
  ValidatorUpdate,
} from '@wadi/contracts/application'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { pairsWithPrefix, type State } from '@wadi/mkvs/state'
import { createTree } from '@wadi/mkvs/tree'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { DatabaseSizes } from '@wadi/node-storage/node-database'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { TreeState } from '../treeState.ts'
import { TreeUpkeep } from '../treeUpkeep.ts'

/** Transactions that mean nothing. */
export const errors = definePlainErrors('kvstore', {
  malformed: 'not a pair',
  wrongValidator: 'not a validator and its power',
})

/** Where the state is, and what of it others get. */
export interface KvstoreOptions {
  /** Without one the state is gone with the process, and there are no snapshots. */
  readonly folder?: string
  readonly files?: FileSystem
  /** A snapshot is made of every so manieth height. */
  readonly snapshotInterval?: bigint
  /** So many states and blocks are kept; all unless told otherwise. */
  readonly kept?: bigint
  /** Of the files of the state; those of production unless told otherwise. */
  readonly sizes?: DatabaseSizes
}

const HEIGHT = Uint8Array.of(0)
const VALIDATORS = Uint8Array.of(1)
const MISBEHAVIOR = Uint8Array.of(2)
const PAIRS = Uint8Array.of(3)
const CHAIN = 'kvstore'
const KEY_SIZE = 32
const CHUNK_SIZE = 65_536n
const VALIDATOR = /^val:([0-9a-f]{64})!(\d{1,18})$/

/** What a transaction wants. */
type Order =
  | { readonly kind: 'pair'; readonly key: Uint8Array; readonly value: Uint8Array }
  | ({ readonly kind: 'validator' } & ValidatorUpdate)

const EQUALS = 0x3d
const VALIDATOR_PREFIX = toUtf8('val:')

function hasValidatorPrefix(raw: Uint8Array): boolean {
  for (let i = 0; i < VALIDATOR_PREFIX.length; i++) if (raw[i] !== VALIDATOR_PREFIX[i]) return false
  return true
}

function parseOrder(raw: Uint8Array): Order {
  if (!isUtf8(raw)) throw errors.malformed()
  if (hasValidatorPrefix(raw)) {
    const [, key, power] = VALIDATOR.exec(parseUtf8(raw)) ?? []
    if (key === undefined || power === undefined) throw errors.wrongValidator()
    return { kind: 'validator', publicKey: parseHex(key), power: BigInt(power) }
  }
  const at = raw.indexOf(EQUALS)
  if (at <= 0) throw errors.malformed()
  return { kind: 'pair', key: raw.subarray(0, at), value: raw.subarray(at + 1) }
}

class MemoryState implements StateStore {
  readonly tree = createTree(new Arena(), {
    namespace: new Uint8Array(32),
    type: ROOT_TYPE_STATE,
    writeLog: 'dropped',
  })

  commit(version: bigint) {
    return this.tree.commit({ version, baseAddress: 1 }).root
  }
}

/** See the top of this file. */
export class KvstoreApplication implements Application {
  #state: StateStore
  /** The state with what the block under way has changed. */
  #block: Overlay | undefined
  readonly #folder: TreeState | undefined
  readonly #snapshots: Snapshots | undefined
  readonly #upkeep: TreeUpkeep | undefined
  readonly #snapshotInterval: bigint
  #updates = new Map<string, ValidatorUpdate>()
  #height = 0n
  #firstHeight = 1n
  #appHash: Uint8Array = EMPTY_BYTES

  constructor(options: KvstoreOptions = {}) {
    const { folder, files = nodeFiles, snapshotInterval = 0n, kept, sizes } = options
    this.#snapshotInterval = snapshotInterval
    if (folder === undefined) {
      this.#state = new MemoryState()
      return
    }
    const state = new TreeState({ folder, files, chain: CHAIN, durability: 'finalized', sizes })
    this.#folder = state
    this.#state = state
    this.#snapshots = new Snapshots(state, () => this.#adopt())
    const logger = createLogger('kvstore', SILENT)
    const pruning = kept === undefined ? undefined : ({ strategy: 'keep_n', kept } as const)
    this.#upkeep = new TreeUpkeep(state, 1n, {
      logger,
      pruneBatch: 1n,
      ...(pruning && { pruning }),
    })
    if (state.tree.root.version > 0n) this.#adopt()
  }

  info(): ApplicationInfo {
    return { height: this.#height, appHash: this.#appHash, appVersion: 1n, version: 'kvstore' }
  }

  /** The value of a key in the last committed state. */
  get(key: string): string | undefined {
    const value = this.#state.tree.get(concatBytes(PAIRS, toUtf8(key)))
    return value === undefined ? undefined : parseUtf8(value)
  }

  /** The addresses of all whose misbehavior was told. */
  punished(): readonly Uint8Array[] {
    return Array.from(pairsWithPrefix(this.#state.tree, MISBEHAVIOR), ([, address]) => address)
  }

  initChain({ validators, initialHeight }: InitChainRequest): InitChainResponse {
    if (this.#folder === undefined) this.#state = new MemoryState()
    else this.#folder.reset()
    this.#firstHeight = initialHeight
    for (const validator of validators) this.#setPower(this.#state.tree, validator)
    this.#updates.clear()
    return { consensusParams: undefined, validators: [], appHash: this.#state.tree.rootHash() }
  }

  checkTx(transaction: Uint8Array): CheckTxResponse {
    const { code, codespace, data, log, gasWanted, gasUsed } = resultOf(() => {
      parseOrder(transaction)
    })
    return { code, codespace, data, log, gasWanted, gasUsed, sender: '', priority: 1n }
  }

  prepareProposal({ transactions, bytesMax }: PrepareProposalRequest): readonly Uint8Array[] {
    let size = 0n
    const end = transactions.findIndex(({ length }) => {
      size += BigInt(length)
      return size > bytesMax
    })
    return end < 0 ? transactions : transactions.slice(0, end)
  }

  processProposal(_: BlockContext, transactions: readonly Uint8Array[]): boolean {
    return transactions.every((raw) => this.checkTx(raw).code === 0)
  }

  beginBlock({ misbehavior }: BeginBlockRequest): readonly Event[] {
    // The engine may have been killed in the middle of a block that it begins anew.
    this.#block?.dispose()
    this.#updates.clear()
    const { tree } = this.#state
    const block = new Overlay(tree.arena, tree)
    this.#block = block
    for (const one of misbehavior) this.#punish(block, one)
    return []
  }

  deliverTx(transaction: Uint8Array): TxResult {
    const block = this.#under()
    return resultOf(() => this.#run(block, parseOrder(transaction)))
  }

  endBlock(height: bigint): EndBlockResponse {
    this.#under().insert(HEIGHT, toUtf8(`${height}`))
    const validatorUpdates = [...this.#updates.values()]
    return { validatorUpdates, consensusParamUpdates: undefined, events: [] }
  }

  commit(): CommitResponse {
    const block = this.#under()
    block.commit()
    block.dispose()
    this.#block = undefined
    this.#updates.clear()
    this.#height = this.#height === 0n ? this.#firstHeight : this.#height + 1n
    this.#appHash = this.#state.commit(this.#height).hash
    this.#upkeep?.wake({
      stateCheckpointInterval: this.#snapshotInterval,
      stateCheckpointNumKept: 2n,
      stateCheckpointChunkSize: CHUNK_SIZE,
    })
    return { appHash: this.#appHash, retainHeight: this.#upkeep?.retainHeight ?? 0n }
  }

  listSnapshots(): readonly Snapshot[] {
    return this.#snapshots?.list() ?? []
  }

  loadSnapshotChunk(height: bigint, format: number, chunk: number): Uint8Array {
    return this.#snapshots?.loadChunk(height, format, chunk) ?? EMPTY_BYTES
  }

  offerSnapshot(snapshot: Snapshot, appHash: Uint8Array): OfferSnapshotResult {
    if (this.#height > 0n) return 'abort'
    return this.#snapshots?.offer(snapshot, appHash) ?? 'abort'
  }

  applySnapshotChunk(index: number, bytes: Uint8Array, sender: string): ApplyChunkResponse {
    const answer = this.#snapshots?.applyChunk({ index, bytes, sender })
    return { refetchChunks: [], rejectSenders: [], ...(answer ?? { result: 'abort' }) }
  }

  /** Lets the folder go. */
  close(): void {
    this.#upkeep?.close()
    this.#folder?.close()
  }

  #adopt(): void {
    const { version, hash } = this.#state.tree.root
    this.#height = version
    this.#appHash = hash
  }

  #under(): Overlay {
    assert(this.#block !== undefined, 'kvstore: no block is under way')
    return this.#block
  }

  #run(state: State, order: Order): void {
    if (order.kind === 'validator') this.#setPower(state, order)
    else state.insert(concatBytes(PAIRS, order.key), order.value)
  }

  #setPower(state: State, { publicKey, power }: ValidatorUpdate): void {
    const address = validatorAddress(publicKey)
    const key = concatBytes(VALIDATORS, address)
    if (power === 0n) state.remove(key)
    else state.insert(key, concatBytes(publicKey, toUtf8(`${power}`)))
    this.#updates.set(toHex(address), { publicKey, power })
  }

  /** Whoever misbehaves has one vote less, as long as there is one left. */
  #punish(state: State, { address, height }: Misbehavior): void {
    state.insert(concatBytes(MISBEHAVIOR, address, toUtf8(`${height}`)), address)
    const known = state.get(concatBytes(VALIDATORS, address))
    if (known === undefined) return
    const power = BigInt(parseUtf8(known.subarray(KEY_SIZE)))
    const publicKey = known.slice(0, KEY_SIZE)
    if (power > 1n) this.#setPower(state, { publicKey, power: power - 1n })
  }
}

function resultOf(run: () => void): TxResult {
  try {
    run()
    return verdict(0, '', '')
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return verdict(error.code, 'kvstore', error.message)
  }
}

const NO_EVENTS: readonly Event[] = []

function verdict(code: number, codespace: string, log: string): TxResult {
  return {
    code,
    codespace,
    data: EMPTY_BYTES,
    log,
    gasWanted: 1n,
    gasUsed: 1n,
    events: NO_EVENTS,
  }
}
