/** A validator whose key is in this process, and whose last signature is in a file. */

import { UnavailableError } from '@wadi/base/errors'
import type { FileLock } from '@wadi/node-storage/file-system'
import {
  decideSign,
  type LastSign,
  lastSignAfter,
  type SignRequest,
} from '@wadi/tendermint/lastSign'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import { type LastSignFileOptions, loadLastSign, saveLastSign } from './lastSignFile.ts'
import type { PrivateValidator, SignDone } from './privateValidator.ts'

/** What a signer is given. */
export interface FileSignerOptions extends LastSignFileOptions {
  /** Signs in the dialect: with its prehash. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** A signature, and the time that it is over. */
type Signed = Pick<Vote, 'signature' | 'timestamp'>

const LOCK_NAME = 'oasis_priv_validator.lock'

/** See the top of this file. It answers at once. */
export class FileSigner implements PrivateValidator {
  readonly publicKey: Uint8Array
  readonly #options: FileSignerOptions
  readonly #lock: FileLock
  #last: LastSign
  #failure: unknown
  #isClosed = false

  constructor(options: FileSignerOptions) {
    const { files, folder, publicKey } = options
    this.#options = options
    this.publicKey = publicKey
    files.makeFolder(folder)
    const lock = files.lock(`${folder}/${LOCK_NAME}`)
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

  signVote(chainId: string, vote: Vote, done: SignDone<Vote>): void {
    const answer = this.#answer(chainId, { kind: 'vote', vote })
    if (typeof answer === 'string') done({ kind: 'refused', why: answer })
    else done({ kind: 'signed', signed: { ...vote, ...answer } })
  }

  signProposal(chainId: string, proposal: Proposal, done: SignDone<Proposal>): void {
    const answer = this.#answer(chainId, { kind: 'proposal', proposal })
    if (typeof answer === 'string') done({ kind: 'refused', why: answer })
    else done({ kind: 'signed', signed: { ...proposal, ...answer } })
  }

  /** Nothing is signed any more, and another process may. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#failure ??= new UnavailableError('signing.closed', 'signing: the signer is closed')
    this.#lock.release()
  }

  /** Signs if it may; otherwise says why not. */
  #answer(chainId: string, request: SignRequest): Signed | string {
    // What is on the disk after a failed write nobody knows before it is read again.
    if (this.#failure !== undefined) throw this.#failure
    const decision = decideSign(this.#last, request, chainId)
    if (decision.kind === 'refuse') return decision.why
    if (decision.kind === 'reuse') {
      const { signature, timestamp } = decision
      return { signature, timestamp }
    }
    const { signBytes } = decision
    const signature = this.#options.sign(signBytes)
    const last = lastSignAfter(this.#last, request, signBytes, signature)
    try {
      saveLastSign(this.#options, last)
    } catch (error) {
      this.#failure = error
      throw error
    }
    this.#last = last
    const { timestamp } = request.kind === 'vote' ? request.vote : request.proposal
    return { signature, timestamp }
  }
}
