/**
 * What the evidence pool must not forget, in a record log: what is pending, what is in blocks
 * already, and pairs of votes whose height is not decided yet. Each is gone when a record says so.
 */

import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { RecordLog } from '@wadi/node-storage/record-log'
import { openStoreFolder, type StoreFolder } from '@wadi/node-storage/store-folder'
import { decode, encode, type Infer, type Schema } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { int64, text } from '@wadi/protobuf/scalars'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { Timestamp } from '@wadi/tendermint/types/timestamp'
import { Vote } from '@wadi/tendermint/types/vote'
import { EVIDENCE_LOG_BYTES_MAX, EVIDENCE_RECORD_BYTES_MAX } from './limits.ts'

/** Where a pool remembers. */
export interface EvidenceLogOptions {
  readonly files: FileSystem
  readonly path: string
  /** The chain id; a log of another chain is refused. */
  readonly chain: string
  readonly log: Logger
  /** Tests make it small. */
  readonly bytesMax?: number
}

/** Two votes that exclude each other. */
export const Conflict = message({
  first: field(1, embedded(Vote)),
  second: field(2, embedded(Vote)),
})
export type Conflict = Infer<typeof Conflict>

/** That evidence is in a block; forgotten when nobody could put it into another. */
export const Commitment = message({
  key: field(1, text),
  height: field(2, int64),
  time: field(3, embedded(Timestamp)),
})
export type Commitment = Infer<typeof Commitment>

const Gone = message({ key: field(1, text) })

const RECORD_PENDING = 1
const RECORD_COMMITTED = 2
const RECORD_CONFLICT = 3
const RECORD_GONE = 4

/** What is remembered, by keys of the owner's making. */
export interface Remembered {
  readonly pending: ReadonlyMap<string, Evidence>
  readonly committed: ReadonlyMap<string, Commitment>
  readonly conflicts: ReadonlyMap<string, Conflict>
}

/** How the owner names what is remembered. */
export interface Naming {
  readonly ofEvidence: (evidence: Evidence) => string
  readonly ofConflict: (conflict: Conflict) => string
}

/** See the top of this file. */
export class EvidenceLog implements Remembered {
  readonly pending = new Map<string, Evidence>()
  readonly committed = new Map<string, Commitment>()
  readonly conflicts = new Map<string, Conflict>()
  readonly #naming: Naming
  readonly #folder: StoreFolder
  readonly #records: RecordLog
  readonly #bytesMax: number
  /** The log is written anew when it ends beyond this address. */
  #rewriteAt: number

  constructor({ files, path, chain, log, bytesMax }: EvidenceLogOptions, naming: Naming) {
    this.#naming = naming
    this.#bytesMax = bytesMax ?? EVIDENCE_LOG_BYTES_MAX
    this.#folder = openStoreFolder(files, path, { kind: 'evidence log', format: 1, chain })
    try {
      this.#records = new RecordLog({
        files,
        folder: path,
        recordSizeMax: EVIDENCE_RECORD_BYTES_MAX,
        isIndexed: () => false,
        onHead: () => {},
      })
    } catch (error) {
      this.#folder.release()
      throw error
    }
    const noteDamage = ({ start, end }: { start: number; end: number }): void =>
      log.error('the evidence log is damaged', { path, start, end })
    for (const { head, payload } of this.#records.records(this.#records.start, noteDamage))
      this.#apply(head.kind, payload.slice())
    this.#rewriteAt = this.#records.start + this.#bytesMax
  }

  addPending(evidence: Evidence): void {
    this.#write(RECORD_PENDING, Evidence, evidence)
  }

  addCommitted(commitment: Commitment): void {
    this.#write(RECORD_COMMITTED, Commitment, commitment)
  }

  addConflict(conflict: Conflict): void {
    this.#write(RECORD_CONFLICT, Conflict, conflict)
  }

  /** Forgets what has this key. */
  remove(key: string): void {
    this.#write(RECORD_GONE, Gone, { key })
  }

  /** Makes everything durable. */
  sync(): void {
    if (this.#records.end > this.#rewriteAt) this.#rewrite()
    this.#records.sync()
  }

  close(): void {
    this.#records.close()
    this.#folder.release()
  }

  #write<T>(kind: number, schema: Schema<T>, value: T): void {
    const payload = encode(schema, value)
    this.#records.append({ kind, height: 0n, parts: [payload] })
    this.#apply(kind, payload)
  }

  #apply(kind: number, payload: Uint8Array): void {
    try {
      if (kind === RECORD_PENDING) {
        const evidence = decode(Evidence, payload)
        this.pending.set(this.#naming.ofEvidence(evidence), evidence)
      } else if (kind === RECORD_COMMITTED) {
        const commitment = decode(Commitment, payload)
        this.committed.set(commitment.key, commitment)
        this.pending.delete(commitment.key)
      } else if (kind === RECORD_CONFLICT) {
        const conflict = decode(Conflict, payload)
        this.conflicts.set(this.#naming.ofConflict(conflict), conflict)
      } else if (kind === RECORD_GONE) {
        const { key } = decode(Gone, payload)
        for (const map of [this.pending, this.committed, this.conflicts]) map.delete(key)
      }
    } catch (error) {
      // Its checksum is right: another version of the program wrote it.
      if (!(error instanceof CodedError)) throw error
    }
  }

  /** Writes what is still needed again, and gives back everything before it. */
  #rewrite(): void {
    this.#records.rotate()
    const { end } = this.#records
    const all: [number, Schema<unknown>, Iterable<unknown>][] = [
      [RECORD_PENDING, Evidence as Schema<unknown>, this.pending.values()],
      [RECORD_COMMITTED, Commitment as Schema<unknown>, this.committed.values()],
      [RECORD_CONFLICT, Conflict as Schema<unknown>, this.conflicts.values()],
    ]
    for (const [kind, schema, values] of all)
      for (const value of values)
        this.#records.append({ kind, height: 0n, parts: [encode(schema, value)] })
    this.#records.sync()
    this.#records.dropBefore(end)
    const { end: written } = this.#records
    this.#rewriteAt = written + Math.max(this.#bytesMax, written - end)
  }
}
