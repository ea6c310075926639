/** The write-ahead log on a disk. */

import { UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { RecordLog } from '@wadi/node-storage/record-log'
import { openStoreFolder, type StoreFolder } from '@wadi/node-storage/store-folder'
import {
  WAL_GATHERED_BYTES_MAX,
  WAL_GATHERED_COUNT_MAX,
  WAL_RECORD_BYTES_MAX,
  WAL_SEGMENT_SIZE,
} from './limits.ts'
import {
  decodeWalRecords,
  encodePeerMessages,
  encodeWalRecord,
  FRAME_END_HEIGHT,
  type WalFrame,
} from './walCodec.ts'
import type { WalRecord, WalReplay, WriteAheadLog } from './walRecord.ts'

/** Which log. */
export interface WalOptions {
  readonly files: FileSystem
  readonly path: string
  /** The chain id; a log of another chain is refused. */
  readonly chain: string
  readonly log: Logger
  /** Tests make it small. */
  readonly segmentSize?: number
}

/** Heights whose end the log keeps: the last one is needed, the one before is for people. */
const ENDS_KEPT = 2

type PeerMessage = Extract<WalRecord, { readonly kind: 'peer-message' }>

interface EndMark {
  readonly height: bigint
  readonly address: number
}

/** See the top of this file. */
export class Wal implements WriteAheadLog {
  readonly #folder: StoreFolder
  readonly #records: RecordLog
  /** Where the heights ended that the log knows, in order. */
  #ends: EndMark[] = []
  /**
   * Messages of peers that go into one frame. PERF: votes come by the dozen: 0.15 of the time of a
   * frame for each where 25 come between syncs, 0.76 where 2 do.
   */
  #gathered: PeerMessage[] = []
  #gatheredBytes = 0

  constructor({ files, path, chain, log, segmentSize = WAL_SEGMENT_SIZE }: WalOptions) {
    this.#folder = openStoreFolder(files, path, { kind: 'write-ahead log', format: 1, chain })
    try {
      this.#records = new RecordLog({
        files,
        folder: path,
        recordSizeMax: WAL_RECORD_BYTES_MAX,
        segmentSize,
        isIndexed: (kind) => kind === FRAME_END_HEIGHT,
        onHead: (head) => this.#noteEnd(head),
      })
    } catch (error) {
      this.#folder.release()
      throw error
    }
    for (const { start, end } of this.#records.damage)
      log.error('the write-ahead log is damaged', { path, start, end })
  }

  append(record: WalRecord): void {
    if (record.kind !== 'peer-message' || record.message.length > WAL_GATHERED_BYTES_MAX) {
      this.#flush()
      this.#write(encodeWalRecord(record))
      return
    }
    this.#gathered.push(record)
    this.#gatheredBytes += record.message.length
    const isFull = this.#gathered.length >= WAL_GATHERED_COUNT_MAX
    if (isFull || this.#gatheredBytes >= WAL_GATHERED_BYTES_MAX) this.#flush()
  }

  sync(): void {
    this.#flush()
    // With the note a broken byte at the end is no torn write: a lock would be forgotten.
    this.#records.syncAndNote()
  }

  endHeight(height: bigint): void {
    this.#flush()
    const { kind, payload } = encodeWalRecord({ kind: 'end-height', height })
    const { address } = this.#records.append({ kind, height, parts: [payload] })
    this.#records.syncAndNote()
    this.#noteEnd({ height, address })
    this.#records.dropBefore(this.#ends[0]!.address)
  }

  replayFrom(height: bigint): WalReplay | undefined {
    this.#flush()
    const end = this.#ends.find((mark) => mark.height === height - 1n)
    if (end === undefined) return undefined
    const { address } = end
    let isWhole = true
    const noteDamage = (): void => {
      isWhole = false
    }
    for (const _ of this.#walk(address, noteDamage));
    return { isWhole, records: { [Symbol.iterator]: () => this.#walk(address, () => {}) } }
  }

  close(): void {
    try {
      this.#flush()
    } catch (error) {
      // What was not synced may be lost: so the owner was told, and it has been told of failures.
      if (!(error instanceof UnavailableError)) throw error
    }
    this.#records.close()
    this.#folder.release()
  }

  #flush(): void {
    const gathered = this.#gathered
    if (gathered.length === 0) return
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#write(encodePeerMessages(gathered))
  }

  #write({ kind, payload }: WalFrame): void {
    const height = (this.#ends.at(-1)?.height ?? -1n) + 1n
    this.#records.append({ kind, height, parts: [payload] })
  }

  /** What the log knew of this height and later ones is of no use any more. */
  #noteEnd(end: EndMark): void {
    const earlier = this.#ends.filter(({ height }) => height < end.height)
    this.#ends = [...earlier, end].slice(-ENDS_KEPT)
  }

  /** The records behind the end of a height. */
  *#walk(address: number, onDamage: () => void): Generator<WalRecord> {
    for (const { head, payload } of this.#records.records(address, onDamage)) {
      const records = decodeWalRecords({ kind: head.kind, payload })
      if (records === undefined) onDamage()
      else if (head.address > address) yield* records
    }
  }
}
