/** A validator whose key is in this process, and whose last signature is in a file. */

import type { SignRequest } from '@wadi/tendermint/lastSign'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { LastSignFileOptions } from './lastSignFile.ts'
import { LastSignKeeper } from './lastSignKeeper.ts'
import type { PrivateValidator, SignDone } from './privateValidator.ts'

/** What a signer is given. */
export interface FileSignerOptions extends LastSignFileOptions {
  /** Signs in the dialect: with its prehash. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** A signature, and the time that it is over. */
type Signed = Pick<Vote, 'signature' | 'timestamp'>

/** See the top of this file. It answers at once. */
export class FileSigner implements PrivateValidator {
  readonly publicKey: Uint8Array
  readonly #sign: FileSignerOptions['sign']
  readonly #keeper: LastSignKeeper

  constructor(options: FileSignerOptions) {
    this.publicKey = options.publicKey
    this.#sign = options.sign
    this.#keeper = new LastSignKeeper(options)
  }

  get lastSignedHeight(): bigint {
    return this.#keeper.lastSignedHeight
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
    this.#keeper.close()
  }

  /** Signs if it may; otherwise says why not. */
  #answer(chainId: string, request: SignRequest): Signed | string {
    const decision = this.#keeper.decide(request, chainId)
    if (decision.kind === 'refuse') return decision.why
    if (decision.kind === 'reuse') {
      const { signature, timestamp } = decision
      return { signature, timestamp }
    }
    const { signBytes } = decision
    const signature = this.#sign(signBytes)
    this.#keeper.keep({ request, signBytes, signature })
    const { timestamp } = request.kind === 'vote' ? request.vote : request.proposal
    return { signature, timestamp }
  }
}
