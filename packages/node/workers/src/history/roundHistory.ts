/**
 * The blocks of a runtime, as the consensus layer finalized them. A round is *committed* when its
 * block is here, and *synced* when its state and its transactions are, too; those who look
 * from outside see only synced ones.
 */

import { concatBytes, equalBytes } from '@wadi/base/bytes'
import { assert, UnavailableError } from '@wadi/base/errors'
import { decode, encode, type Infer } from '@wadi/cbor/codec'
import { i64, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { errors as roothash } from '@wadi/consensus/roothash/errors'
import type { Operation } from '@wadi/kv/contract'
import type { ShellStore } from '@wadi/node-storage/shell-store'
import { Namespace } from '@wadi/primitives/namespace'
import { PRUNED_ROUNDS_MAX } from '@wadi/runtime-executor/limits'
import { errors } from '../errors.ts'

/** Stands for the last round that there is. */
export const LATEST_ROUND = 2n ** 64n - 1n

const VERSION = 1n

const Metadata = struct({
  runtimeId: Namespace,
  version: u64,
  lastConsensusHeight: i64,
  lastRound: u64,
})
type Metadata = Infer<typeof Metadata>

const METADATA_KEY = Uint8Array.of(0x01)
const BLOCK_PREFIX = Uint8Array.of(0x02)
const AFTER_BLOCKS = Uint8Array.of(0x03)

function blockKey(round: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, round)
  return concatBytes(BLOCK_PREFIX, bytes)
}

/** Whose history, and where it is. */
export interface RoundHistoryOptions {
  readonly store: ShellStore
  readonly runtimeId: Namespace
  /** `synced`: somebody says how far the states are; `committed`: nobody keeps states. */
  readonly seen: 'synced' | 'committed'
}

/** Is told of a block. */
export type BlockListener = (block: AnnotatedBlock) => void

/** See the top of this file. */
export class RoundHistory {
  readonly runtimeId: Namespace
  readonly #store: ShellStore
  readonly #seesSynced: boolean
  readonly #committed = new Set<BlockListener>()
  readonly #synced = new Set<BlockListener>()
  #metadata: Metadata
  #earliest: bigint | undefined
  #syncedRound: bigint | undefined
  #isReady = false

  private constructor(
    { store, runtimeId, seen }: RoundHistoryOptions,
    metadata: Metadata,
    earliest: bigint | undefined,
  ) {
    this.#store = store
    this.runtimeId = runtimeId
    this.#seesSynced = seen === 'synced'
    this.#metadata = metadata
    this.#earliest = earliest
  }

  /** Opens what is there; what belongs to another runtime or format is refused. */
  static async open(options: RoundHistoryOptions): Promise<RoundHistory> {
    const { store, runtimeId } = options
    const stored = store.get(METADATA_KEY)
    const empty = { runtimeId, version: VERSION, lastConsensusHeight: 0n, lastRound: 0n }
    const metadata = stored === undefined ? empty : decode(Metadata, stored)
    if (metadata.version !== VERSION || !equalBytes(metadata.runtimeId, runtimeId))
      throw new UnavailableError(
        'workers.otherHistory',
        `the history of another runtime, or of format ${metadata.version}, is where this one's ` +
          'should be; move that folder away, and the history is read from the chain again',
      )
    return new RoundHistory(options, metadata, await earliestIn(store))
  }

  /** The height of the last block that is here; 0 if there is none. */
  get lastHeight(): bigint {
    return this.#metadata.lastConsensusHeight
  }

  /** The last committed round. */
  get lastRound(): bigint | undefined {
    return this.#earliest === undefined ? undefined : this.#metadata.lastRound
  }

  /** The last round that can be seen from outside. */
  get lastSeenRound(): bigint | undefined {
    const { lastRound } = this
    const synced = this.#syncedRound
    if (!this.#seesSynced || lastRound === undefined) return lastRound
    return synced !== undefined && synced > lastRound ? lastRound : synced
  }

  /** The first round that is still here. */
  get earliestRound(): bigint | undefined {
    return this.#earliest
  }

  /** Adds blocks, all or none. */
  async commit(blocks: readonly AnnotatedBlock[]): Promise<void> {
    if (blocks.length === 0) return
    let metadata = this.#metadata
    const operations: Operation[] = []
    for (const annotated of blocks) {
      metadata = this.#follow(metadata, annotated)
      const { round } = annotated.block.header
      const value = encode(AnnotatedBlock, annotated)
      operations.push({ kind: 'put', key: blockKey(round), value })
    }
    operations.push({ kind: 'put', key: METADATA_KEY, value: encode(Metadata, metadata) })
    await this.#store.write(operations)
    this.#metadata = metadata
    this.#earliest ??= blocks[0]!.block.header.round
    if (!this.#isReady) return
    for (const block of blocks) {
      tell(this.#committed, block)
      if (!this.#seesSynced) tell(this.#synced, block)
    }
  }

  /** Everything that happened before is here: from now on blocks are news. */
  ready(): void {
    assert(!this.#isReady, 'a history becomes ready once')
    this.#isReady = true
    const last = this.#metadata.lastRound
    const block = this.committedBlock(last)
    if (block !== undefined) tell(this.#committed, block)
    const seen = this.lastSeenRound
    const seenBlock = seen === undefined ? undefined : this.committedBlock(seen)
    if (seenBlock !== undefined) tell(this.#synced, seenBlock)
  }

  /** Are all earlier blocks here? */
  get isReady(): boolean {
    return this.#isReady
  }

  /** State and transactions are here up to a round. */
  synced(round: bigint): void {
    assert(this.#seesSynced, 'somebody keeps states')
    const before = this.#syncedRound
    if (before !== undefined && round < before)
      throw errors.syncedBackwards(`current: ${before} wanted: ${round}`)
    if (round === before) return
    const block = this.committedBlock(round)
    if (block === undefined) throw roothash.notFound()
    this.#syncedRound = round
    if (this.#isReady) tell(this.#synced, block)
  }

  /** A block, whether or not its state is here. */
  committedBlock(round: bigint): AnnotatedBlock | undefined {
    const wanted = round === LATEST_ROUND ? this.lastRound : round
    const value = wanted === undefined ? undefined : this.#store.get(blockKey(wanted))
    return value === undefined ? undefined : decode(AnnotatedBlock, value)
  }

  /** A block as it is seen from outside; `LATEST_ROUND` is the last of these. */
  block(round: bigint): AnnotatedBlock {
    const last = this.lastSeenRound
    const wanted = round === LATEST_ROUND ? last : round
    const isSeen = wanted !== undefined && last !== undefined && wanted <= last
    const block = isSeen ? this.committedBlock(wanted) : undefined
    if (block === undefined) throw roothash.notFound()
    return block
  }

  /** Tells each committed block from now on. Returns how to stop. */
  watchCommitted(listener: BlockListener): () => void {
    return watch(this.#committed, listener)
  }

  /** Tells each block from now on as soon as it is seen. Returns how to stop. */
  watchSeen(listener: BlockListener): () => void {
    return watch(this.#synced, listener)
  }

  /**
   * Forgets the earliest rounds below one, so many at a time, and never the last; answers which
   * rounds these were. `mayPrune` is asked before, and may throw.
   */
  async pruneBefore(
    round: bigint,
    mayPrune: (rounds: readonly bigint[]) => void = () => {},
  ): Promise<readonly bigint[]> {
    const last = this.#metadata.lastRound
    const end = round > last ? last : round
    const lt = blockKey(end)
    const rounds: bigint[] = []
    for await (const { key } of this.#store.range({
      gte: BLOCK_PREFIX,
      lt,
      limit: PRUNED_ROUNDS_MAX,
    }))
      rounds.push(roundOf(key))
    if (rounds.length === 0) return rounds
    mayPrune(rounds)
    await this.#store.write(rounds.map((gone) => ({ kind: 'delete', key: blockKey(gone) })))
    this.#earliest = await earliestIn(this.#store)
    return rounds
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  /** COMPAT(oasis-core): what has to be true of a block, in this order. */
  #follow(metadata: Metadata, { consensusHeight, block }: AnnotatedBlock): Metadata {
    const { namespace, round } = block.header
    const { lastConsensusHeight: height, lastRound } = metadata
    if (!equalBytes(namespace, this.runtimeId)) throw errors.otherRuntime()
    if (consensusHeight < height)
      throw errors.lowerHeight(`current: ${height} wanted: ${consensusHeight}`)
    if (round <= lastRound && height !== 0n)
      throw errors.lowerRound(`current: ${lastRound} wanted: ${round}`)
    return { ...metadata, lastRound: round, lastConsensusHeight: consensusHeight }
  }
}

function roundOf(key: Uint8Array): bigint {
  return new DataView(key.buffer, key.byteOffset).getBigUint64(1)
}

async function earliestIn(store: ShellStore): Promise<bigint | undefined> {
  for await (const { key } of store.range({ gte: BLOCK_PREFIX, lt: AFTER_BLOCKS, limit: 1 }))
    return roundOf(key)
  return undefined
}

function tell(listeners: ReadonlySet<BlockListener>, block: AnnotatedBlock): void {
  for (const listener of Array.from(listeners)) listener(block)
}

function watch(listeners: Set<BlockListener>, listener: BlockListener): () => void {
  // A function of its own: the same listener may watch twice.
  const own: BlockListener = (block) => listener(block)
  listeners.add(own)
  return () => listeners.delete(own)
}
