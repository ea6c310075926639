/** Decided blocks on a disk, in a record log: see `blockRecords.ts` for what is in it. */

import { equalBytes } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { type RecordHead, RecordLog } from '@wadi/node-storage/record-log'
import { openStoreFolder, type StoreFolder } from '@wadi/node-storage/store-folder'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { blockOfParts, bytesOfParts } from '@wadi/tendermint/blocks/parts'
import type { Block, BlockMeta } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { Part } from '@wadi/tendermint/types/part'
import {
  BlockRecord,
  metaOf,
  type Place,
  RECORD_BASE,
  RECORD_BLOCK,
  RECORD_COMMIT,
  RECORD_LONE_COMMIT,
  RECORD_PART,
  RECORD_SEEN_COMMIT,
  recordsBefore,
  tagOf,
} from './blockRecords.ts'
import type { BlockStore, DecidedBlock } from './contract.ts'
import { errors } from './errors.ts'
import { HeightTable } from './heightTable.ts'
import { BLOCK_RECORD_BYTES_MAX, DAMAGED_BLOCKS_MAX } from './limits.ts'

/** Which store. */
export interface DiskBlockStoreOptions {
  readonly files: FileSystem
  readonly path: string
  /** The chain id; a store of another chain is refused. */
  readonly chain: string
  readonly log: Logger
  /** Tests make it small. */
  readonly segmentSize?: number
}

const INDEXED: ReadonlySet<number> = new Set([RECORD_BLOCK, RECORD_LONE_COMMIT, RECORD_BASE])

/** See the top of this file. */
export class DiskBlockStore implements BlockStore {
  readonly #folder: StoreFolder
  readonly #log: Logger
  readonly #records: RecordLog
  readonly #blocks = new HeightTable()
  #loneCommit: RecordHead | undefined
  #base = 0n
  readonly #damaged = new Set<bigint>()

  constructor({ files, path, chain, log, segmentSize }: DiskBlockStoreOptions) {
    this.#log = log
    this.#folder = openStoreFolder(files, path, { kind: 'block store', format: 1, chain })
    try {
      this.#records = new RecordLog({
        files,
        folder: path,
        recordSizeMax: BLOCK_RECORD_BYTES_MAX,
        ...(segmentSize === undefined ? {} : { segmentSize }),
        isIndexed: (kind) => INDEXED.has(kind),
        onHead: (head) => this.#noteHead(head),
      })
    } catch (error) {
      this.#folder.release()
      throw error
    }
    this.#blocks.deleteBelow(this.#base)
    if (this.#base === 0n || this.#blocks.size === 0) this.#base = this.#blocks.first?.height ?? 0n
    this.#noteGaps()
  }

  get base(): bigint {
    return this.#base
  }

  get height(): bigint {
    return this.#blocks.last?.height ?? 0n
  }

  get damaged(): readonly bigint[] {
    return Array.from(this.#damaged).sort((a, b) => (a < b ? -1 : 1))
  }

  save(decided: DecidedBlock): void {
    const { height } = decided.block.header
    const last = this.height
    assert(height > last, `block ${height} follows block ${last}`)
    this.#write(decided)
    if (last === 0n) this.#base = height
    else if (height > last + 1n) this.#noteGaps()
  }

  repair(decided: DecidedBlock): void {
    const { height } = decided.block.header
    assert(this.#damaged.has(height), `block ${height} is damaged`)
    this.#write(decided)
    this.#damaged.delete(height)
    if (this.#damaged.size === 0) this.#noteGaps()
  }

  saveSeenCommit(commit: Commit): void {
    const { height } = commit
    const parts = [encode(Commit, commit)]
    this.#loneCommit = this.#records.append({ kind: RECORD_LONE_COMMIT, height, parts })
    this.#records.sync()
  }

  loadBlock(height: bigint): Block | undefined {
    const parts = this.#loadParts(height)
    return parts && blockOfParts(parts)
  }

  loadBlockBytes(height: bigint): Uint8Array | undefined {
    const parts = this.#loadParts(height)
    return parts && bytesOfParts(parts)
  }

  loadMeta(height: bigint): BlockMeta | undefined {
    return this.#reading(height, ({ meta }) => meta)
  }

  loadMetaByHash(hash: Uint8Array): BlockMeta | undefined {
    if (hash.length < 4) return undefined
    for (const { height } of this.#blocks.withTag(tagOf(hash))) {
      const meta = this.loadMeta(height)
      if (meta !== undefined && equalBytes(meta.blockId.hash, hash)) return meta
    }
    return undefined
  }

  loadPart(height: bigint, index: number): Part | undefined {
    return this.#reading(height, ({ parts }) => {
      const place = parts[index]
      return place === undefined ? ABSENT : this.#loadAt(Part, place)
    })
  }

  loadCommit(height: bigint): Commit | undefined {
    return this.#reading(height + 1n, ({ lastCommit }) =>
      lastCommit === undefined ? ABSENT : this.#loadAt(Commit, lastCommit),
    )
  }

  loadSeenCommit(height: bigint): Commit | undefined {
    if (this.#blocks.get(height) === undefined && this.#loneCommit?.height === height)
      return this.#decoded(Commit, this.#records.read(this.#loneCommit))
    return this.#reading(height, ({ seenCommit }) => this.#loadAt(Commit, seenCommit))
  }

  prune(retainHeight: bigint): number {
    if (retainHeight <= this.#base || this.#base === 0n) return 0
    if (retainHeight > this.height)
      throw errors.pruneBeyondHeight(`${retainHeight}, the last one is ${this.height}`)
    const count = Number(retainHeight - this.#base)
    this.#base = retainHeight
    this.#blocks.deleteBelow(retainHeight)
    for (const height of this.#damaged) if (height < retainHeight) this.#damaged.delete(height)
    this.#records.append({ kind: RECORD_BASE, height: retainHeight, parts: [] })
    const lowest = this.#lowestAddress()
    if (this.#records.canDropBefore(lowest)) {
      // Files must not be gone while the log still says that their blocks are here.
      this.#records.sync()
      this.#records.dropBefore(lowest)
    }
    return count
  }

  close(): void {
    this.#records.close()
    this.#folder.release()
  }

  #noteHead(head: RecordHead): void {
    if (head.kind === RECORD_BLOCK) this.#blocks.set(head)
    else if (head.kind === RECORD_LONE_COMMIT) this.#loneCommit = head
    else if (head.height > this.#base) this.#base = head.height
  }

  /** Heights without a record, from the top: each is repaired with the help of the one above. */
  #noteGaps(): void {
    const isWhole = BigInt(this.#blocks.size) === this.height - this.#base + 1n
    if (isWhole || this.#blocks.size === 0) return
    for (let height = this.height; height >= this.#base; height--) {
      if (this.#damaged.size >= DAMAGED_BLOCKS_MAX) return
      if (this.#blocks.get(height) === undefined) this.#noteDamage(height)
    }
  }

  #noteDamage(height: bigint): void {
    if (this.#damaged.has(height) || this.#damaged.size >= DAMAGED_BLOCKS_MAX) return
    this.#damaged.add(height)
    this.#log.error('a stored block is damaged', { path: this.#folder.path, height })
  }

  #write(decided: DecidedBlock): void {
    const { height } = decided.block.header
    const before = recordsBefore(decided)
    const append = (kind: number, payload: Uint8Array): Place => {
      const { address, size } = this.#records.append({ kind, height, parts: [payload] })
      return { address: BigInt(address), size }
    }
    const record: BlockRecord = {
      meta: metaOf(decided),
      parts: before.parts.map((part) => append(RECORD_PART, part)),
      lastCommit:
        before.lastCommit === undefined ? undefined : append(RECORD_COMMIT, before.lastCommit),
      seenCommit: append(RECORD_SEEN_COMMIT, before.seenCommit),
    }
    const head = this.#records.append({
      kind: RECORD_BLOCK,
      height,
      tag: tagOf(record.meta.blockId.hash),
      parts: [encode(BlockRecord, record)],
    })
    this.#records.sync()
    this.#blocks.set(head)
  }

  /** Where the first record begins that is still needed. */
  #lowestAddress(): number {
    const entry = this.#blocks.lowest
    assert(entry !== undefined, 'the last block stays')
    const record = this.#decoded(BlockRecord, this.#records.read(entry))
    // What cannot be read does not say where it begins: its files stay a while longer.
    return Number(record?.parts[0]?.address ?? this.#records.start)
  }

  /** Reads something of a block; what should be there and is not is damage. */
  #reading<T>(
    height: bigint,
    read: (record: BlockRecord) => T | typeof ABSENT | undefined,
  ): T | undefined {
    const entry = this.#blocks.get(height)
    if (entry === undefined) return undefined
    const record = this.#decoded(BlockRecord, this.#records.read(entry))
    const found = record === undefined ? undefined : read(record)
    if (found === ABSENT) return undefined
    if (found === undefined) this.#noteDamage(height)
    return found
  }

  #loadParts(height: bigint): readonly Part[] | undefined {
    return this.#reading(height, (record) => {
      const parts = record.parts.map((place) => this.#loadAt(Part, place))
      return parts.every((part) => part !== undefined) ? parts : undefined
    })
  }

  #loadAt<T>(schema: Schema<T>, { address, size }: Place): T | undefined {
    return this.#decoded(schema, this.#records.read({ address: Number(address), size }))
  }

  #decoded<T>(schema: Schema<T>, bytes: Uint8Array | undefined): T | undefined {
    if (bytes === undefined) return undefined
    try {
      return decode(schema, bytes)
    } catch (error) {
      if (error instanceof CodedError) return undefined
      throw error
    }
  }
}

/** There is no such thing in an intact block. */
const ABSENT: unique symbol = Symbol('absent')
