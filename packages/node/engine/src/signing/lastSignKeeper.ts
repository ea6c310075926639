/**
 * Keeps what a validator signed last, on the disk before anybody hears of it, in one process only.
 */

import { UnavailableError } from '@wadi/base/errors'
import type { FileLock } from '@wadi/node-storage/file-system'
import {
  decideSign,
  type LastSign,
  lastSignAfter,
  type SignDecision,
  type SignRequest,
} from '@wadi/tendermint/lastSign'
import { type LastSignFileOptions, loadLastSign, saveLastSign } from './lastSignFile.ts'
import { oasisForm } from './lastSignForm.ts'

/** A request that was signed. */
export interface SignedRequest {
  readonly request: SignRequest
  readonly signBytes: Uint8Array
  readonly signature: Uint8Array
}

/** See the top of this file. */
export class LastSignKeeper {
  readonly #options: LastSignFileOptions
  readonly #lock: FileLock
  #last: LastSign
  #failure: unknown
  #isClosed = false

  constructor(options: LastSignFileOptions) {
    const { files, folder, form = oasisForm } = options
    this.#options = options
    files.makeFolder(folder)
    const lock = files.lock(`${folder}/${form.lockName}`)
    if (lock === undefined)
      throw new UnavailableError(
        'signing.held',
        `signing: another process signs with the key of ${folder}; ` +
          'stop it: two of them would sign twice',
      )
    this.#lock = lock
    try {
      this.#last = loadLastSign(options)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  get lastSignedHeight(): bigint {
    return this.#last.height
  }

  /** May it be signed? Throws if nothing may be any more. */
  decide(request: SignRequest, chainId: string): SignDecision {
    // What is on the disk after a failed write nobody knows before it is read again.
    if (this.#failure !== undefined) throw this.#failure
    return decideSign(this.#last, request, chainId)
  }

  /** Returns when it is durable that this was signed. */
  keep({ request, signBytes, signature }: SignedRequest): void {
    const last = lastSignAfter(this.#last, request, signBytes, signature)
    try {
      saveLastSign(this.#options, last)
    } catch (error) {
      this.#failure = error
      throw error
    }
    this.#last = last
  }

  /** Nothing is signed any more, and another process may. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#failure ??= new UnavailableError('signing.closed', 'signing: the signer is closed')
    this.#lock.release()
  }
}
