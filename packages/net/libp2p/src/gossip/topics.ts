/** Topics that this node listens to: judging what comes, hearing again, publishing. */

import { type GossipSub, type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import { drawWaitMs } from '@wadi/base/backoff'
import { assert } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Listener, Topic, Verdict } from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { keyOf } from '../host/peerNames.ts'
import {
  JUDGED_BYTES_MAX,
  JUDGED_MAX,
  JUDGED_PER_TOPIC_MAX,
  LISTENER_MS_MAX,
  MESSAGE_BYTES_MAX,
  RETRIED_MAX,
  RETRIES_MAX,
  RETRY_MS_FIRST,
  RETRY_MS_MAX,
  TOPICS_MAX,
  UNSENT_MAX,
  UNSENT_MS,
} from '../limits.ts'
import { stopOnBug } from '../stopOnBug.ts'

/** How many messages are judged at a time: of one topic, and of all. */
export interface JudgedMax {
  readonly perTopic: number
  readonly all: number
}

const JUDGED: JudgedMax = { perTopic: JUDGED_PER_TOPIC_MAX, all: JUDGED_MAX }

/** What topics need of the world. */
export interface TopicsWorld {
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
}

/** What of gossipsub is used here. */
export interface Gossip
  extends Pick<
    GossipSub,
    'subscribe' | 'unsubscribe' | 'publish' | 'getSubscribers' | 'topicValidators'
  > {
  /** Can something be sent to a peer now? A stream to it is opened a while after it is heard. */
  isOpen(peer: PeerId): boolean
}

/** Who wrote a message, and what. */
interface Heard {
  readonly message: Uint8Array
  readonly author: PublicKey
}

interface Joined {
  readonly name: string
  readonly listener: Listener
  readonly unsent: Uint8Array[]
  readonly retries: Set<Timer>
  judged: number
  isLeft: boolean
}

const RESULTS = {
  accept: TopicValidatorResult.Accept,
  retry: TopicValidatorResult.Accept,
  reject: TopicValidatorResult.Reject,
} as const

const PAUSES = { firstMs: RETRY_MS_FIRST, maxMs: RETRY_MS_MAX }

/** See the top of this file. Gossipsub comes later: it asks for the topics when it is made. */
export class Topics {
  readonly #world: TopicsWorld
  readonly #judgedMax: JudgedMax
  readonly #joined = new Map<string, Joined>()
  #gossip: Gossip | undefined
  #isAuthorRefused: (author: PublicKey) => boolean = () => false
  #judged = 0
  #judgedBytes = 0
  #waiting: Timer | undefined

  constructor(world: TopicsWorld, judgedMax: JudgedMax = JUDGED) {
    this.#world = world
    this.#judgedMax = judgedMax
  }

  /** From now on there is somebody to talk to, and some whose messages are not taken. */
  connect(gossip: Gossip, isAuthorRefused: (author: PublicKey) => boolean): void {
    this.#gossip = gossip
    this.#isAuthorRefused = isAuthorRefused
    for (const joined of this.#joined.values()) this.#subscribe(gossip, joined)
  }

  has(topic: string): boolean {
    return this.#joined.has(topic)
  }

  get names(): readonly string[] {
    return [...this.#joined.keys()]
  }

  /** How many peers listen to the topic. */
  peerCount(topic: string): number {
    return this.#gossip?.getSubscribers(topic).length ?? 0
  }

  join(name: string, listener: Listener): Topic {
    assert(!this.#joined.has(name), `libp2p: ${name} is joined twice`)
    assert(this.#joined.size < TOPICS_MAX, 'libp2p: too many topics')
    const joined: Joined = {
      name,
      listener,
      unsent: [],
      retries: new Set(),
      judged: 0,
      isLeft: false,
    }
    this.#joined.set(name, joined)
    if (this.#gossip !== undefined) this.#subscribe(this.#gossip, joined)
    return {
      publish: (message) => this.#publish(joined, message),
      leave: () => this.#leave(joined),
    }
  }

  stop(): void {
    this.#waiting?.cancel()
    for (const joined of [...this.#joined.values()]) this.#leave(joined)
  }

  #subscribe(gossip: Gossip, joined: Joined): void {
    gossip.topicValidators.set(joined.name, (from, message) => this.#judge(joined, from, message))
    gossip.subscribe(joined.name)
  }

  #leave(joined: Joined): void {
    if (joined.isLeft) return
    joined.isLeft = true
    this.#joined.delete(joined.name)
    for (const timer of joined.retries) timer.cancel()
    this.#gossip?.topicValidators.delete(joined.name)
    this.#gossip?.unsubscribe(joined.name)
  }

  #publish(joined: Joined, message: Uint8Array): boolean {
    if (joined.isLeft || message.length > MESSAGE_BYTES_MAX) return false
    if (this.#hasListeners(joined)) {
      this.#send(joined, message)
      return true
    }
    if (joined.unsent.length >= UNSENT_MAX) return false
    joined.unsent.push(message)
    this.#waiting ??= this.#world.timers.after(UNSENT_MS, () => this.#sendWaiting())
    return true
  }

  #hasListeners({ name }: Joined): boolean {
    const gossip = this.#gossip
    return gossip?.getSubscribers(name).some((peer) => gossip.isOpen(peer)) ?? false
  }

  #sendWaiting(): void {
    let isWaiting = false
    for (const joined of this.#joined.values()) {
      if (joined.unsent.length === 0) continue
      if (this.#hasListeners(joined)) {
        for (const message of joined.unsent.splice(0)) this.#send(joined, message)
      } else isWaiting = true
    }
    const again = () => this.#world.timers.after(UNSENT_MS, () => this.#sendWaiting())
    this.#waiting = isWaiting ? again() : undefined
  }

  #send(joined: Joined, message: Uint8Array): void {
    const sent = this.#gossip?.publish(joined.name, message)
    sent?.catch((why) => {
      this.#world.log.debug('message not published', { topic: joined.name, why: String(why) })
    })
  }

  /** Gossipsub asks whether a message is passed on. */
  async #judge(joined: Joined, _from: PeerId, message: Message): Promise<TopicValidatorResult> {
    const author = message.type === 'signed' ? keyOf(message.from) : undefined
    if (author === undefined) return TopicValidatorResult.Reject
    if (this.#isAuthorRefused(author)) return TopicValidatorResult.Ignore
    const size = message.data.length
    if (!this.#hasRoom(joined, size)) return TopicValidatorResult.Ignore
    joined.judged++
    this.#judged++
    this.#judgedBytes += size
    try {
      const heard = { message: message.data, author }
      const verdict = await this.#hear(joined, heard)
      if (verdict.verdict === 'retry') this.#retry(joined, heard, 0)
      if (verdict.verdict === 'reject') {
        this.#world.log.debug('message refused', { topic: joined.name, why: verdict.why, author })
      }
      return RESULTS[verdict.verdict]
    } finally {
      joined.judged--
      this.#judged--
      this.#judgedBytes -= size
    }
  }

  #hasRoom({ judged }: Joined, size: number): boolean {
    const { perTopic, all } = this.#judgedMax
    if (judged >= perTopic || this.#judged >= all) return false
    return this.#judgedBytes + size <= JUDGED_BYTES_MAX
  }

  #hear(joined: Joined, { message, author }: Heard): Promise<Verdict> {
    return new Promise((resolve) => {
      const late: Verdict = { verdict: 'retry', why: 'the listener takes too long' }
      const timer = this.#world.timers.after(LISTENER_MS_MAX, () => resolve(late))
      const decide = (verdict: Verdict) => {
        timer.cancel()
        resolve(verdict)
      }
      try {
        joined.listener(message, author, decide)
      } catch (bug) {
        timer.cancel()
        stopOnBug(bug)
      }
    })
  }

  #retry(joined: Joined, heard: Heard, attempt: number): void {
    if (joined.isLeft || attempt >= RETRIES_MAX || joined.retries.size >= RETRIED_MAX) return
    const pause = drawWaitMs(attempt, PAUSES, this.#world.random)
    const timer = this.#world.timers.after(pause, () => {
      joined.retries.delete(timer)
      void this.#hear(joined, heard).then(({ verdict }) => {
        if (verdict === 'retry') this.#retry(joined, heard, attempt + 1)
      })
    })
    joined.retries.add(timer)
  }
}
