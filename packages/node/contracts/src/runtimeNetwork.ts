/**
 * Between the workers of runtimes and the network of nodes: messages to all who listen to a topic,
 * and questions to single nodes. Bytes on both sides are encoded already; who somebody is, is
 * proven by the key of the node's descriptor (`p2p.id`). No method waits: what takes time is told
 * to a function, which is called once and never before the method returns.
 */

import type { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'

/** What becomes of a message that came. */
export type Verdict =
  /** It was good: others get it from us. */
  | { readonly verdict: 'accept' }
  /** It never will be good: nobody gets it from us. */
  | { readonly verdict: 'reject'; readonly why: string }
  /** It may become good: others get it, and the listener hears it again after a while. */
  | { readonly verdict: 'retry'; readonly why: string }

/** Hears a message. The author signed it, whoever passed it on; own messages are not heard. */
export type Listener = (
  message: Uint8Array,
  author: PublicKey,
  decide: (verdict: Verdict) => void,
) => void

/** A topic that this node listens to. */
export interface Topic {
  /**
   * Sends a message to everybody. Without anybody to send it to it waits, up to a bound; false if
   * it is too long or does not fit there. The same message is sent once in a while only, see
   * {@link RuntimeNetwork.republishMsMin}.
   */
  publish(message: Uint8Array): boolean
  /** Ends it: nothing is heard or passed on any more. */
  leave(): void
}

/** How many nodes shall be connected: from the registry at least, and in all. */
export interface PeersWanted {
  readonly registered: number
  readonly total: number
}

/** What came of an answer, once it is known: it decides who is asked next time. */
export interface Feedback {
  readonly peer: PublicKey
  succeeded(): void
  failed(): void
  /** No honest node does that: it is blocked. */
  misbehaved(): void
}

/** Something asked of others. */
export interface Question<T> {
  readonly protocol: string
  readonly method: string
  /** The encoded argument. */
  readonly body: Uint8Array
  /** Makes sense of an answer. A `CodedError` is the answering peer's failure. */
  readonly read: (body: Uint8Array, feedback: Feedback) => T
  /** Whom to ask, of those who speak the protocol; undefined: all of them, the best first. */
  readonly peers?: readonly PublicKey[] | undefined
  /** How long one peer may take; undefined: 5 s. */
  readonly responseMsMax?: number | undefined
  /** How often all are asked again after all have failed, a second later each time. */
  readonly retries?: number | undefined
}

export interface Answer<T> {
  readonly value: T
  readonly feedback: Feedback
}

/** The first answer, or why there is none: the failure of whoever was asked last. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly answer: Answer<T> }
  | { readonly kind: 'failed'; readonly error: CodedError | UnavailableError }

/** A question on its way. */
export interface Asking {
  /** Nothing is told any more. */
  cancel(): void
}

/** A question that came. */
export interface Request {
  readonly method: string
  readonly body: Uint8Array
  readonly from: PublicKey
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

/** What is said to it. */
export type Reply =
  | { readonly kind: 'ok'; readonly body: Uint8Array }
  | { readonly kind: 'error'; readonly error: CodedError | UnavailableError }

/** Answers the questions of one protocol. */
export type Respondent = (request: Request, reply: (reply: Reply) => void) => void

/** The network, seen from the workers. */
export interface RuntimeNetwork {
  /** The key of this node. */
  readonly key: PublicKey
  /** A message that is published again earlier than that after the last time may be dropped. */
  readonly republishMsMin: number
  /** Listens to a topic, to which this node does not listen yet. */
  join(topic: string, listener: Listener): Topic
  /** Answers the questions of a protocol, which nobody here answers yet. */
  serve(protocol: string, respondent: Respondent): void
  /** Keeps nodes connected that speak the protocol. */
  want(protocol: string, wanted: PeersWanted): void
  /** Who speaks the protocol and is connected: first who probably answers well and soon. */
  peersOf(protocol: string): readonly PublicKey[]
  /** Asks one after the other until one answers. */
  ask<T>(question: Question<T>, done: (outcome: Outcome<T>) => void): Asking
  /** Asks several at once, until enough was taken. At the end: how many have answered. */
  askMany<T>(
    question: Question<T>,
    take: (answer: Answer<T>) => 'more' | 'enough',
    done: (answered: number) => void,
  ): Asking
  /** All registered nodes: whoever is not among them is no more. */
  replaceNodes(nodes: readonly Node[]): void
  /** A node registered, anew or again. */
  updateNode(node: Node): void
  /** Whose connections are kept when there are too many: instead of those named before. */
  setImportant(
    kind: 'compute' | 'keymanager',
    runtimeId: Namespace,
    peers: readonly PublicKey[],
  ): void
  /** Has nothing to do with somebody any more. */
  block(peer: PublicKey): void
}
