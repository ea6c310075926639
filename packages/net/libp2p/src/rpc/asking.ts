/** Asks peers: one after the other until one answers, or some at once until it is enough. */

import type { Clock } from '@wadi/base/clock'
import { type CodedError, isTold, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { Answer, Asking, Feedback, Outcome, Question } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { ASK_AGAIN_MS, ASKED_AT_ONCE_MAX, RESPONSE_READ_MS_DEFAULT } from '../limits.ts'
import { stopOnBug } from '../stopOnBug.ts'
import type { Call } from './callPeer.ts'

/** How single peers are asked, and who is told what came of it. */
export interface Asker {
  readonly clock: Clock
  readonly timers: Timers
  /** Whom to ask now, the best first. */
  peers(question: Question<unknown>): readonly PublicKey[]
  call(peer: PublicKey, call: Call): Promise<Uint8Array>
  succeeded(protocol: string, peer: PublicKey, latencyMs: number): void
  failed(protocol: string, peer: PublicKey, latencyMs: number): void
  misbehaved(peer: PublicKey): void
}

type Told = CodedError | UnavailableError

/** One peer's answer. A failure counts against it, unless nobody waits any more. */
async function askPeer<T>(
  asker: Asker,
  question: Question<T>,
  peer: PublicKey,
  signal: AbortSignal,
): Promise<Answer<T>> {
  const { protocol, method, body, responseMsMax = RESPONSE_READ_MS_DEFAULT } = question
  const startMs = asker.clock.monotonicMs()
  const tookMs = () => asker.clock.monotonicMs() - startMs
  try {
    const result = await asker.call(peer, { protocol, method, body, responseMsMax, signal })
    const latencyMs = tookMs()
    const feedback: Feedback = {
      peer,
      succeeded: () => asker.succeeded(protocol, peer, latencyMs),
      failed: () => asker.failed(protocol, peer, latencyMs),
      misbehaved: () => asker.misbehaved(peer),
    }
    return { value: question.read(result, feedback), feedback }
  } catch (error) {
    if (!signal.aborted) asker.failed(protocol, peer, tookMs())
    throw error
  }
}

/** Runs in the background; what is no failure of others stops the process. */
function background(work: Promise<void>): void {
  work.catch(stopOnBug)
}

/** See `RuntimeNetwork.ask`. */
export function ask<T>(
  asker: Asker,
  question: Question<T>,
  done: (outcome: Outcome<T>) => void,
): Asking {
  const aborter = new AbortController()
  const tell = (outcome: Outcome<T>) => {
    if (!aborter.signal.aborted) done(outcome)
  }
  const nobody = (): Told =>
    new UnavailableError('libp2p.nobody', `nobody to ask speaks ${question.protocol}`)
  const tryAll = async (): Promise<Outcome<T>> => {
    let error: Told | undefined
    for (const peer of asker.peers(question)) {
      if (aborter.signal.aborted) break
      try {
        return { kind: 'answered', answer: await askPeer(asker, question, peer, aborter.signal) }
      } catch (failure) {
        if (!isTold(failure)) throw failure
        error = failure
      }
    }
    return { kind: 'failed', error: error ?? nobody() }
  }
  const run = async () => {
    await Promise.resolve()
    for (let left = question.retries ?? 0; ; left--) {
      const outcome = await tryAll()
      if (outcome.kind === 'answered' || left <= 0 || aborter.signal.aborted) return tell(outcome)
      await new Promise<void>((resolve) => asker.timers.after(ASK_AGAIN_MS, resolve))
    }
  }
  background(run())
  return { cancel: () => aborter.abort() }
}

/** See `RuntimeNetwork.askMany`. */
export function askMany<T>(
  asker: Asker,
  question: Question<T>,
  take: (answer: Answer<T>) => 'more' | 'enough',
  done: (answered: number) => void,
): Asking {
  const aborter = new AbortController()
  const { signal } = aborter
  const enough = new AbortController()
  const calls = AbortSignal.any([signal, enough.signal])
  const peers = [...asker.peers(question)]
  let answered = 0
  const askOnwards = async () => {
    for (let peer = peers.shift(); peer !== undefined; peer = peers.shift()) {
      if (calls.aborted) return
      try {
        const answer = await askPeer(asker, question, peer, calls)
        if (calls.aborted) return
        answered++
        if (take(answer) === 'enough') enough.abort()
      } catch (failure) {
        if (!isTold(failure)) throw failure
      }
    }
  }
  const run = async () => {
    await Promise.resolve()
    await Promise.all(Array.from({ length: ASKED_AT_ONCE_MAX }, askOnwards))
    if (!signal.aborted) done(answered)
  }
  background(run())
  return { cancel: () => aborter.abort() }
}
