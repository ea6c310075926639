/**
 * The simulated network of runtimes: topics and questions between nodes all of whom reach each
 * other, with the weather of the consensus layer's simulation.
 */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type {
  Answer,
  Asking,
  Feedback,
  Listener,
  Outcome,
  Question,
  Reply,
  Respondent,
  RuntimeNetwork,
} from '@wadi/contracts/runtime-network'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Dice } from '../../plan/dice.ts'
import { FAIR_WEATHER, type Weather } from '../../world/network.ts'
import type { VirtualTime } from '../../world/virtualTime.ts'

/** A node's life, as the network sees it. */
export interface NetLife {
  readonly index: number
  readonly key: PublicKey
  /** Has the node do something when it gets to it, unless this life is over. */
  run(work: () => void): void
  /** Does what it publishes fit? */
  hasRoom(): boolean
  /** A message as its program sees it. */
  heard(message: Uint8Array): Uint8Array
  /** It says something to everybody. */
  published(message: Uint8Array): void
  /** What it says to a question in place of what its program says. */
  reply(method: string, reply: Reply): Reply
}

/** What the network tells. */
export interface NetWatch {
  arrived(from: number, to: number, message: Uint8Array): void
  /** Somebody has nothing to do with somebody any more. */
  blocked(accuser: number, accused: number): void
}

interface NetOptions {
  readonly time: VirtualTime
  readonly random: RandomSource
  /** Whom to ask first. */
  readonly choices: Dice
  readonly watch: NetWatch
}

/** When a question was not answered, and how soon all are asked again. */
const RESPONSE_MS = 5000
const AGAIN_MS = 1000
/** When and how often a listener hears again what it cannot judge yet. */
const RETRY_MS = 300
const RETRIES_MAX = 5
const MILLION = 1_000_000

/** See the top of this file. */
export class RuntimeNet {
  readonly #options: NetOptions
  readonly #members = new Map<number, NetMember>()
  readonly #weather = new Map<string, Weather>()

  constructor(options: NetOptions) {
    this.#options = options
  }

  setWeather(from: number, to: number, weather: Weather): void {
    this.#weather.set(`${from} ${to}`, weather)
  }

  /** A life begins. */
  join(life: NetLife): NetMember {
    const member = new NetMember(this, life)
    this.#members.set(life.index, member)
    return member
  }

  /** A life is over. */
  leave(index: number): void {
    this.#members.delete(index)
  }

  /** All others that are there, the next one first. */
  othersOf(own: NetMember): readonly NetMember[] {
    const others = [...this.#members.values()].filter((member) => member !== own)
    const distance = ({ life }: NetMember) => (life.index - own.life.index + MILLION) % MILLION
    return others.toSorted((a, b) => distance(a) - distance(b))
  }

  memberOf(key: PublicKey): NetMember | undefined {
    return [...this.#members.values()].find((member) => equalBytes(member.key, key))
  }

  /** Carries bytes from one node to another: never, once or twice. */
  carry(from: NetMember, to: NetMember, bytes: Uint8Array, arrive: () => void): void {
    const { watch } = this.#options
    const [a, b] = [from.life.index, to.life.index]
    for (const delayMs of this.delaysMs(a, b))
      this.after(delayMs, () => {
        // Who has restarted is somebody else.
        if (this.#members.get(b) !== to) return
        watch.arrived(a, b, bytes)
        to.life.run(arrive)
      })
  }

  /**
   * In which order these are asked. Nodes in production rate each other, and then have chance put
   * the first few in order: here all are among them.
   */
  inTurn(peers: readonly PublicKey[]): PublicKey[] {
    return [...this.#options.choices.shuffled(peers)]
  }

  /** How long something takes that is sent now; once for each time that it arrives. */
  delaysMs(from: number, to: number): readonly number[] {
    const { random } = this.#options
    const weather = this.#weather.get(`${from} ${to}`) ?? FAIR_WEATHER
    const [least, most] = weather.delayMs
    const happens = (perMillion: number) =>
      perMillion > 0 && randomBelow(random, MILLION) < perMillion
    if (weather.isCut || happens(weather.lostPerMillion)) return []
    const delayMs = () => least + randomBelow(random, most - least + 1)
    const late = happens(weather.reorderedPerMillion) ? most : 0
    return happens(weather.doubledPerMillion)
      ? [delayMs() + late, delayMs() + late]
      : [delayMs() + late]
  }

  after(ms: number, run: () => void): void {
    this.#options.time.after(ms, run)
  }

  blocked(accuser: number, accused: PublicKey): void {
    const member = this.memberOf(accused)
    if (member !== undefined) this.#options.watch.blocked(accuser, member.life.index)
  }
}

/** One life of a node in the network. */
export class NetMember implements RuntimeNetwork {
  readonly #net: RuntimeNet
  readonly life: NetLife
  readonly key: PublicKey
  readonly republishMsMin = 0
  readonly listeners = new Map<string, Listener>()
  readonly respondents = new Map<string, Respondent>()
  readonly #blocked: PublicKey[] = []

  constructor(net: RuntimeNet, life: NetLife) {
    this.#net = net
    this.life = life
    this.key = life.key
  }

  join(topic: string, listener: Listener) {
    this.listeners.set(topic, listener)
    return {
      publish: (message: Uint8Array) => {
        if (!this.life.hasRoom()) return false
        this.life.published(message)
        for (const other of this.#net.othersOf(this))
          this.#net.carry(this, other, message, () => other.hear(topic, message, this.key))
        return true
      },
      leave: () => void this.listeners.delete(topic),
    }
  }

  /** A message has come, for the first time or again. */
  hear(topic: string, message: Uint8Array, author: PublicKey, tries = 0): void {
    if (this.#isBlocked(author)) return
    this.listeners.get(topic)?.(this.life.heard(message), author, ({ verdict }) => {
      if (verdict !== 'retry' || tries >= RETRIES_MAX) return
      this.#net.after(RETRY_MS, () =>
        this.life.run(() => this.hear(topic, message, author, tries + 1)),
      )
    })
  }

  serve(protocol: string, respondent: Respondent): void {
    this.respondents.set(protocol, respondent)
  }

  peersOf(protocol: string): readonly PublicKey[] {
    return this.#net
      .othersOf(this)
      .filter(({ respondents, key }) => respondents.has(protocol) && !this.#isBlocked(key))
      .map(({ key }) => key)
  }

  ask<T>(question: Question<T>, done: (outcome: Outcome<T>) => void): Asking {
    const asking = newAsking()
    let rounds = question.retries ?? 0
    let peers = this.#net.inTurn(this.#peersFor(question))
    let error: CodedError | UnavailableError = noAnswer()
    const next = (): void => {
      if (!asking.isWanted) return
      const peer = peers.shift()
      if (peer !== undefined) {
        this.#askOne(question, peer, (outcome) => {
          if (!asking.isWanted) return
          if (outcome.kind === 'answered') done(outcome)
          else {
            error = outcome.error
            next()
          }
        })
      } else if (rounds-- > 0)
        this.#later(AGAIN_MS, () => {
          peers = this.#net.inTurn(this.#peersFor(question))
          next()
        })
      else done({ kind: 'failed', error })
    }
    this.#later(0, next)
    return asking
  }

  askMany<T>(
    question: Question<T>,
    take: (answer: Answer<T>) => 'more' | 'enough',
    done: (answered: number) => void,
  ): Asking {
    const asking = newAsking()
    const peers = this.#peersFor(question)
    let [left, answered] = [peers.length, 0]
    const end = () => {
      asking.isWanted = false
      done(answered)
    }
    for (const peer of peers)
      this.#askOne(question, peer, (outcome) => {
        if (!asking.isWanted) return
        left--
        if (outcome.kind === 'answered') {
          answered++
          if (take(outcome.answer) === 'enough') left = 0
        }
        if (left === 0) end()
      })
    if (peers.length === 0) this.#later(0, () => asking.isWanted && end())
    return asking
  }

  want(): void {}
  replaceNodes(): void {}
  updateNode(): void {}
  setImportant(): void {}

  block(peer: PublicKey): void {
    if (this.#isBlocked(peer)) return
    this.#blocked.push(peer)
    this.#net.blocked(this.life.index, peer)
  }

  #isBlocked(key: PublicKey): boolean {
    return this.#blocked.some((blocked) => equalBytes(blocked, key))
  }

  #peersFor<T>({ peers, protocol }: Question<T>): readonly PublicKey[] {
    return peers ?? this.peersOf(protocol)
  }

  #later(ms: number, run: () => void): void {
    this.#net.after(ms, () => this.life.run(run))
  }

  /** Tells once: an answer, or that there is none in time. */
  #askOne<T>(question: Question<T>, peer: PublicKey, done: (outcome: Outcome<T>) => void): void {
    let isOver = false
    const end = (outcome: Outcome<T>) => {
      if (isOver) return
      isOver = true
      done(outcome)
    }
    this.#later(question.responseMsMax ?? RESPONSE_MS, () =>
      end({ kind: 'failed', error: noAnswer() }),
    )
    const other = this.#net.memberOf(peer)
    if (other === undefined) return
    const { protocol, method, body } = question
    this.#net.carry(this, other, body, () => {
      other.respondents.get(protocol)?.({ method, body, from: this.key }, (said) => {
        const reply = other.life.reply(method, said)
        const bytes = reply.kind === 'ok' ? reply.body : new Uint8Array(0)
        this.#net.carry(other, this, bytes, () => end(this.#read(question, peer, reply)))
      })
    })
  }

  #read<T>(question: Question<T>, peer: PublicKey, reply: Reply): Outcome<T> {
    if (reply.kind === 'error') return { kind: 'failed', error: reply.error }
    const feedback: Feedback = {
      peer,
      succeeded: () => undefined,
      failed: () => undefined,
      misbehaved: () => this.block(peer),
    }
    try {
      const value = question.read(reply.body, feedback)
      return { kind: 'answered', answer: { value, feedback } }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return { kind: 'failed', error }
    }
  }
}

function newAsking() {
  const asking = {
    isWanted: true,
    cancel: () => {
      asking.isWanted = false
    },
  }
  return asking
}

function noAnswer(): UnavailableError {
  return new UnavailableError('network.noAnswer', 'nobody has answered')
}
