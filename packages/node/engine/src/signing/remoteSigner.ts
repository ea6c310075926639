/**
 * A validator whose key is elsewhere. The signer there is not believed more than needed: an answer
 * is taken if it is to the request, signed with the right key, and nothing that may not be signed
 * after what was signed before. What was signed last is kept here, too, before anybody hears of it.
 *
 * One request is under way at a time, as CometBFT's protocol has no numbers; a connection on which
 * an answer is late is given up, so that none is taken for the answer to another request.
 */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timer, Timers } from '@wadi/base/timers'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import type { SignDecision, SignRequest } from '@wadi/tendermint/lastSign'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { PublicKey } from '@wadi/tendermint/types/publicKey'
import { Vote } from '@wadi/tendermint/types/vote'
import type { LastSignFileOptions } from './lastSignFile.ts'
import { LastSignKeeper } from './lastSignKeeper.ts'
import {
  SIGN_REQUESTS_MAX,
  SIGN_TIMEOUT_MS,
  SIGNER_PING_MS,
  SIGNER_WHY_SIZE_MAX,
} from './limits.ts'
import type { PrivateValidator, SignAnswer, SignDone } from './privateValidator.ts'
import { type Answer, SignerMessage } from './signerMessages.ts'

/** A connection with a signer. */
export interface SignerLink {
  send(message: SignerMessage): void
  /** Hangs up; nothing comes any more. */
  close(): void
}

/** What a remote signer is given. */
export interface RemoteSignerOptions extends LastSignFileOptions {
  readonly chainId: string
  readonly timers: Timers
  readonly log: Logger
}

/** Something that the signer is asked. */
interface Waiting {
  readonly message: SignerMessage
  /** Takes the answer, or why there is none. */
  readonly finish: (answer: Answer | string) => void
  readonly timer: Timer
}

/** Something to be signed. */
interface Ask<T> {
  readonly chainId: string
  readonly message: SignerMessage
  readonly schema: Schema<T>
  readonly toRequest: (value: T) => SignRequest
  readonly value: T
  readonly done: SignDone<T>
}

/** Of votes and proposals. */
type Signable = Pick<Vote, 'timestamp' | 'signature'>

const ANSWER_TO: Readonly<Partial<Record<SignerMessage['kind'], SignerMessage['kind']>>> = {
  'key-request': 'key',
  'vote-request': 'vote',
  'proposal-request': 'proposal',
  ping: 'pong',
}

/** See the top of this file. */
export class RemoteSigner implements PrivateValidator {
  readonly publicKey: Uint8Array
  readonly #options: RemoteSignerOptions
  readonly #keeper: LastSignKeeper
  #link: SignerLink | undefined
  /** Votes and proposals, oldest first. */
  #waiting: Waiting[] = []
  #underWay: Waiting | undefined
  #isClosed = false
  #pingTimer: Timer | undefined

  constructor(options: RemoteSignerOptions) {
    this.publicKey = options.publicKey
    this.#options = options
    this.#keeper = new LastSignKeeper(options)
  }

  get lastSignedHeight(): bigint {
    return this.#keeper.lastSignedHeight
  }

  signVote(chainId: string, vote: Vote, done: SignDone<Vote>): void {
    this.#ask({
      chainId,
      message: { kind: 'vote-request', body: { vote, chainId } },
      schema: Vote,
      toRequest: (value) => ({ kind: 'vote', vote: value }),
      value: vote,
      done,
    })
  }

  signProposal(chainId: string, proposal: Proposal, done: SignDone<Proposal>): void {
    this.#ask({
      chainId,
      message: { kind: 'proposal-request', body: { proposal, chainId } },
      schema: Proposal,
      toRequest: (value) => ({ kind: 'proposal', proposal: value }),
      value: proposal,
      done,
    })
  }

  /** A signer is there. The one before, if there was one, is not asked any more. */
  attach(link: SignerLink): void {
    if (this.#isClosed) {
      link.close()
      return
    }
    this.#hangUp('another one is there')
    this.#link = link
    const { chainId } = this.#options
    // First of all: is it the right one?
    this.#send(
      this.#waitFor({ kind: 'key-request', body: { chainId } }, (answer) => this.#meet(answer)),
    )
  }

  /** A signer is gone. What it was asked and did not answer is asked of the next one. */
  detach(link: SignerLink): void {
    if (this.#link === link) this.#hangUp('it hung up')
  }

  /** A whole message came. */
  receive(link: SignerLink, bytes: Uint8Array): void {
    if (this.#link !== link) return
    const asked = this.#underWay
    const answer = asked && answerTo(asked.message, bytes)
    if (answer === undefined) {
      this.#hangUp('it said what nobody asked')
      return
    }
    this.#underWay = undefined
    this.#waiting = this.#waiting.filter((other) => other !== asked)
    asked!.timer.cancel()
    asked!.finish(answer)
    this.#proceed()
  }

  /** Nothing is signed any more, and another process may. */
  close(): void {
    this.#isClosed = true
    this.#hangUp('the node ends')
    for (const { timer } of this.#waiting) timer.cancel()
    this.#waiting = []
    this.#keeper.close()
  }

  #ask<T extends Signable>(ask: Ask<T>): void {
    const { chainId, value, toRequest, done } = ask
    const answer = this.#answerAtOnce<T>(chainId, toRequest(value), value)
    if (answer !== undefined) {
      done(answer)
      return
    }
    if (this.#waiting.length >= SIGN_REQUESTS_MAX) this.#giveUp(this.#waiting[0]!, 'too many wait')
    this.#waiting.push(
      this.#waitFor(ask.message, (found) =>
        done(typeof found === 'string' ? { kind: 'refused', why: found } : this.#judge(ask, found)),
      ),
    )
    this.#proceed()
  }

  /** What is known without asking anybody; undefined if it is to be signed. */
  #answerAtOnce<T>(chainId: string, request: SignRequest, value: T): SignAnswer<T> | undefined {
    if (this.#isClosed) return { kind: 'refused', why: 'the signer is closed' }
    const decision = this.#decide(request, chainId)
    if (typeof decision === 'string') return { kind: 'refused', why: decision }
    if (decision.kind === 'sign') return undefined
    const { signature, timestamp } = decision
    return { kind: 'signed', signed: { ...value, signature, timestamp } }
  }

  #decide(
    request: SignRequest,
    chainId: string,
  ): Exclude<SignDecision, { readonly kind: 'refuse' }> | string {
    try {
      const decision = this.#keeper.decide(request, chainId)
      return decision.kind === 'refuse' ? decision.why : decision
    } catch (error) {
      if (error instanceof UnavailableError) return error.message
      throw error
    }
  }

  /** Is it what was asked for, with the right signature, and still allowed? */
  #judge<T extends Signable>(
    { chainId, schema, toRequest, value }: Ask<T>,
    { value: bytes, error }: Answer,
  ): SignAnswer<T> {
    if (error !== undefined) return this.#refused(error.description)
    const signed = decoded(schema, bytes)
    if (signed === undefined) return this.#refused('what the signer sent is damaged')
    const expected = { ...value, timestamp: signed.timestamp, signature: signed.signature }
    if (!equalBytes(encode(schema, expected), encode(schema, signed)))
      return this.#refused('the signer signed something else')
    const request = toRequest(signed)
    const { dialect } = this.#options
    const { publicKey } = this
    const signBytes = signBytesOf(request, chainId)
    const { signature } = signed
    if (!dialect.verify({ publicKey, message: signBytes, signature }))
      return this.#refused('the signature of the signer is wrong')
    const decision = this.#decide(request, chainId)
    if (typeof decision === 'string') return this.#refused(decision)
    if (decision.kind === 'sign') {
      try {
        this.#keeper.keep({ request, signBytes, signature })
      } catch (failure) {
        if (!(failure instanceof UnavailableError)) throw failure
        return this.#refused(failure.message)
      }
    }
    return { kind: 'signed', signed }
  }

  #refused(why: string): { readonly kind: 'refused'; readonly why: string } {
    const told = why.slice(0, SIGNER_WHY_SIZE_MAX)
    this.#options.log.warn('the signer signed nothing that can be used', { why: told })
    return { kind: 'refused', why: told }
  }

  #waitFor(message: SignerMessage, finish: Waiting['finish']): Waiting {
    const timer = this.#options.timers.after(SIGN_TIMEOUT_MS, () =>
      this.#giveUp(waiting, 'the signer did not answer in time'),
    )
    const waiting: Waiting = { message, finish, timer }
    return waiting
  }

  /** Waits no longer; a late answer must not be taken for that to the next request. */
  #giveUp(waiting: Waiting, why: string): void {
    waiting.timer.cancel()
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
    if (this.#underWay === waiting) this.#hangUp(why)
    waiting.finish(why)
    this.#proceed()
  }

  #send(waiting: Waiting): void {
    this.#pingTimer?.cancel()
    this.#underWay = waiting
    this.#link?.send(waiting.message)
  }

  /** Asks the next thing, or, when there is none, a while later whether the signer is there. */
  #proceed(): void {
    if (this.#link === undefined || this.#underWay !== undefined) return
    const [next] = this.#waiting
    if (next !== undefined) {
      this.#send(next)
      return
    }
    this.#pingTimer?.cancel()
    this.#pingTimer = this.#options.timers.after(SIGNER_PING_MS, () => {
      if (this.#underWay === undefined)
        this.#send(this.#waitFor({ kind: 'ping', body: {} }, () => undefined))
    })
  }

  #meet(answer: Answer | string): void {
    if (typeof answer === 'string') return
    const key = decoded(PublicKey, answer.value)
    if (key !== undefined && equalBytes(key, this.publicKey))
      this.#options.log.info('a signer is there')
    else this.#hangUp('it has another key')
  }

  #hangUp(why: string): void {
    const link = this.#link
    this.#pingTimer?.cancel()
    if (link === undefined) return
    const asked = this.#underWay
    this.#link = undefined
    this.#underWay = undefined
    // Votes and proposals keep waiting; what concerns this connection does not.
    if (asked !== undefined && !this.#waiting.includes(asked)) asked.timer.cancel()
    this.#options.log.warn('the signer is gone', { why })
    link.close()
  }
}

/** The answer in a message, if it is one to a request. */
function answerTo(asked: SignerMessage, bytes: Uint8Array): Answer | undefined {
  const said = decoded(SignerMessage, bytes)
  if (said === undefined || said.kind !== ANSWER_TO[asked.kind]) return undefined
  return 'value' in said.body ? said.body : { value: EMPTY_BYTES, error: undefined }
}

function decoded<T>(schema: Schema<T>, bytes: Uint8Array): T | undefined {
  try {
    return decode(schema, bytes)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

function signBytesOf(request: SignRequest, chainId: string): Uint8Array {
  return request.kind === 'vote'
    ? canonicalVoteBytes(chainId, request.vote)
    : canonicalProposalBytes(chainId, request.proposal)
}
