/**
 * What a compute node has signed in the last round, on its disk before it leaves: after a crash it
 * signs nothing else in that round.
 */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import { RUNTIME_PLACES } from '@wadi/contracts/runtime-places'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'
import type { SignedRecord } from '@wadi/runtime-executor/round/input'
import { decodeRecord, encodeRecord } from '@wadi/runtime-executor/round/signedRecord'

const FILE = RUNTIME_PLACES.signed

/** The record in a folder, which is there. */
export class SignedRecords {
  readonly #files: FileSystem
  readonly #folder: string

  constructor(files: FileSystem, folder: string) {
    this.#files = files
    this.#folder = folder
  }

  /** The last record; undefined if nothing was ever signed. What cannot be read is refused. */
  load(): SignedRecord | undefined {
    const path = `${this.#folder}/${FILE}`
    if (!this.#files.exists(path)) return undefined
    try {
      return decodeRecord(readWhole(this.#files, path))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw new UnavailableError(
        'workers.damagedRecord',
        `${path} is damaged: it said what this node has signed in its last round; delete it when ` +
          'the runtime is at least one round further than the node was',
        { cause: error },
      )
    }
  }

  /** Returns when the record is durable. */
  save(record: SignedRecord): void {
    replaceFile(this.#files, this.#folder, FILE, [encodeRecord(record)])
  }
}
