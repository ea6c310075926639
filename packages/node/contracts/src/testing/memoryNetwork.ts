/**
 * Nodes that reach each other in the turn after the one that speaks. What a listener wants to hear
 * again comes again after a while. For tests.
 */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type {
  Answer,
  Asking,
  Feedback,
  Listener,
  Outcome,
  Question,
  Respondent,
  RuntimeNetwork,
} from '../runtimeNetwork.ts'

/** What was said of a peer. */
export type FeedbackKind = 'succeeded' | 'failed' | 'misbehaved'

/** A node of the network. */
export interface Member extends RuntimeNetwork {
  /** What this node said of those who answered it. */
  readonly said: readonly FeedbackKind[]
  /** Nobody reaches it any more, and it reaches nobody. */
  isCutOff: boolean
}

interface Served {
  readonly key: PublicKey
  readonly respondents: Map<string, Respondent>
  readonly listeners: Map<string, Listener>
  readonly isReachable: () => boolean
}

const RETRY_MS = 300
const RETRIES_MAX = 5

/** See the top of this file. */
export class MemoryNetwork {
  readonly #members: Served[] = []
  readonly #timers: Timers | undefined

  /** Without timers nothing is heard again. */
  constructor(timers?: Timers) {
    this.#timers = timers
  }

  /** Another node. */
  join(key: PublicKey): Member {
    const said: FeedbackKind[] = []
    const own: Served = {
      key,
      respondents: new Map(),
      listeners: new Map(),
      isReachable: () => !member.isCutOff,
    }
    this.#members.push(own)
    const blocked: PublicKey[] = []
    const isBlocked = (peer: PublicKey) => blocked.some((other) => equalBytes(other, peer))
    const others = () => {
      const isOther = (one: Served) => one !== own && one.isReachable() && !isBlocked(one.key)
      return own.isReachable() ? this.#members.filter(isOther) : []
    }
    const peersOf = (protocol: string) =>
      others()
        .filter(({ respondents }) => respondents.has(protocol))
        .map((one) => one.key)
    const askOne = async <T>(question: Question<T>, peer: PublicKey): Promise<Answer<T>> => {
      const asked = others().find((one) => equalBytes(one.key, peer))
      const respondent = asked?.respondents.get(question.protocol)
      if (respondent === undefined) throw noAnswer()
      const { method, body } = question
      const feedback = feedbackTo(peer, (kind) => {
        said.push(kind)
        if (kind === 'misbehaved') blocked.push(peer)
      })
      const reply = await new Promise<Parameters<Parameters<Respondent>[1]>[0]>((resolve) => {
        respondent({ method, body, from: key }, resolve)
      })
      if (reply.kind === 'error') throw reply.error
      return { value: question.read(reply.body, feedback), feedback }
    }
    const asking = (run: (isWanted: () => boolean) => Promise<void>): Asking => {
      let isCancelled = false
      void run(() => !isCancelled)
      return {
        cancel: () => {
          isCancelled = true
        },
      }
    }
    const member: Member = {
      key,
      said,
      isCutOff: false,
      republishMsMin: 0,
      join: (topic, listener) => {
        own.listeners.set(topic, listener)
        return {
          publish: (message) => {
            for (const one of others()) this.#hear(one, topic, { message, author: key })
            return true
          },
          leave: () => void own.listeners.delete(topic),
        }
      },
      serve: (protocol, respondent) => void own.respondents.set(protocol, respondent),
      want: () => {},
      replaceNodes: () => {},
      updateNode: () => {},
      setImportant: () => {},
      block: (peer) => void blocked.push(peer),
      peersOf,
      ask: (question, done) =>
        asking(async (isWanted) => {
          const outcome = await firstOf(question, peersOf(question.protocol), askOne)
          if (isWanted()) done(outcome)
        }),
      askMany: (question, take, done) =>
        asking(async (isWanted) => {
          let answered = 0
          for (const peer of question.peers ?? peersOf(question.protocol)) {
            const answer = await askOne(question, peer).catch(ignoreTold)
            if (answer === undefined || !isWanted()) continue
            answered++
            if (take(answer) === 'enough') break
          }
          if (isWanted()) done(answered)
        }),
    }
    return member
  }

  #hear(one: Served, topic: string, said: Said, tries = 0): void {
    queueMicrotask(() => {
      const listener = one.isReachable() ? one.listeners.get(topic) : undefined
      listener?.(said.message, said.author, ({ verdict }) => {
        if (verdict === 'retry' && tries < RETRIES_MAX)
          this.#timers?.after(RETRY_MS, () => this.#hear(one, topic, said, tries + 1))
      })
    })
  }
}

interface Said {
  readonly message: Uint8Array
  readonly author: PublicKey
}

async function firstOf<T>(
  { peers, ...question }: Question<T>,
  known: readonly PublicKey[],
  askOne: (question: Question<T>, peer: PublicKey) => Promise<Answer<T>>,
): Promise<Outcome<T>> {
  let error: CodedError | UnavailableError = noAnswer()
  for (const peer of peers ?? known)
    try {
      return { kind: 'answered', answer: await askOne(question, peer) }
    } catch (failure) {
      ignoreTold(failure)
      error = failure as CodedError | UnavailableError
    }
  await Promise.resolve()
  return { kind: 'failed', error }
}

function ignoreTold(error: unknown): undefined {
  if (!(error instanceof CodedError) && !(error instanceof UnavailableError)) throw error
}

function noAnswer(): UnavailableError {
  return new UnavailableError('network.noPeers', 'nobody is there to ask')
}

function feedbackTo(peer: PublicKey, say: (kind: FeedbackKind) => void): Feedback {
  return {
    peer,
    succeeded: () => say('succeeded'),
    failed: () => say('failed'),
    misbehaved: () => say('misbehaved'),
  }
}
