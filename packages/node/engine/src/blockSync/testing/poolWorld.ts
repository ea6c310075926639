/** Peers of all sorts around a pool of blocks, in time that passes by itself. */

import assert from 'node:assert/strict'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { PEER_REQUESTS_MAX } from '../limits.ts'
import { BlockPool, type PoolEffect, type PoolInput } from '../pool.ts'
import type { SealedBlock } from '../sealedBlock.ts'

/** How a peer answers. */
export const BEHAVIOURS = [
  'honest',
  /** Never answers. */
  'silent',
  /** Has nothing of what it says it has. */
  'empty',
  /** Has it now and then. */
  'moody',
  /** Sends blocks that are not of the chain. */
  'forger',
  /** Sends other blocks than it was asked for. */
  'confused',
  /** Sends everything twice. */
  'stutterer',
  /** Answers just before its time is over. */
  'staller',
  /** Comes and goes. */
  'flapper',
  /** Sends what is right, and says it has much more. */
  'boaster',
] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

/** A block that is right, or not; nothing else of it matters to a pool. */
export function fakeBlock(height: bigint, isRight = true): SealedBlock {
  return { height, bytes: new Uint8Array(1000).fill(isRight ? 0 : 1) }
}

function isRight({ bytes }: SealedBlock): boolean {
  return bytes[0] === 0
}

interface Event {
  readonly atMs: number
  readonly run: () => void
}

/** What a world is made of. */
export interface PoolWorldOptions {
  readonly seed: bigint
  readonly height: bigint
  readonly behaviours: readonly Behaviour[]
}

/** See the top of this file. */
export class PoolWorld {
  readonly pool = new BlockPool(1n)
  readonly punished: { readonly peer: string; readonly behaviour: Behaviour }[] = []
  /** How those behave whose blocks were the chain's. */
  readonly praised: Behaviour[] = []
  nowMs = 0
  requestCount = 0
  readonly #height: bigint
  readonly #random: SeededRandom
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #connected = new Set<string>()
  /** Requests that are not answered, by peer. */
  readonly #open = new Map<string, number>()
  #events: Event[] = []

  constructor({ seed, height, behaviours }: PoolWorldOptions) {
    this.#random = new SeededRandom(seed)
    this.#height = height
    behaviours.forEach((behaviour, i) => {
      const peer = `${i}-${behaviour}`
      this.#behaviours.set(peer, behaviour)
      this.#after(this.#below(3000), () => this.#connect(peer))
    })
    this.#every(1000, () => this.feed({ kind: 'tick' }))
    this.#every(10_000, () => {
      for (const peer of this.#connected) this.#sayStatus(peer)
    })
  }

  /** Lets time pass until the pool has caught up; false if it has not after so long. */
  run(untilMs: number): boolean {
    while (this.nowMs < untilMs) {
      if (this.pool.isCaughtUp && this.pool.height >= this.#height) return true
      this.#events.sort((a, b) => a.atMs - b.atMs)
      const event = this.#events.shift()!
      this.nowMs = event.atMs
      event.run()
    }
    return false
  }

  feed(input: PoolInput): void {
    for (const effect of this.pool.take(input, this.nowMs)) this.#carryOut(effect)
    for (;;) {
      const { pair, height } = this.pool
      if (pair === undefined) return
      const refused = !isRight(pair.second)
        ? height + 1n
        : !isRight(pair.first)
          ? height
          : undefined
      const verdict: PoolInput =
        refused === undefined ? { kind: 'verified' } : { kind: 'refused', height: refused }
      for (const effect of this.pool.take(verdict, this.nowMs)) this.#carryOut(effect)
    }
  }

  #carryOut(effect: PoolEffect): void {
    const { peer } = effect
    if (effect.kind === 'punish') {
      this.punished.push({ peer, behaviour: this.#behaviours.get(peer)! })
      this.#disconnect(peer)
      this.#after(effect.offence.severity === 'ban' ? 600_000 : 1000, () => this.#connect(peer))
      return
    }
    if (effect.kind === 'praise') {
      const behaviour = this.#behaviours.get(peer)!
      assert.ok(behaviour !== 'silent', 'who says nothing is of no use')
      this.praised.push(behaviour)
      return
    }
    this.requestCount++
    const open = (this.#open.get(peer) ?? 0) + 1
    const isAnswering = this.#behaviours.get(peer) !== 'silent'
    assert.ok(!isAnswering || open <= 2 * PEER_REQUESTS_MAX, 'a peer is not flooded')
    if (this.#connected.has(peer)) this.#open.set(peer, open)
    this.#answer(peer, effect.height)
  }

  #answer(peer: string, height: bigint): void {
    const behaviour = this.#behaviours.get(peer)!
    if (behaviour === 'silent') return
    if (behaviour === 'flapper' && this.#below(10) === 0) {
      this.#after(this.#below(500), () => this.#disconnect(peer))
      this.#after(5000 + this.#below(5000), () => this.#connect(peer))
    }
    const block = this.#blockOf(behaviour, height)
    this.#reply(peer, height, block, behaviour === 'staller' ? 14_000 : 0)
    if (behaviour === 'stutterer') this.#reply(peer, height, block)
  }

  #blockOf(behaviour: Behaviour, height: bigint): SealedBlock | undefined {
    switch (behaviour) {
      case 'empty':
        return undefined
      case 'forger':
        return fakeBlock(height, this.#below(3) > 0)
      case 'confused':
        return fakeBlock(height + BigInt(this.#below(3)))
      default: {
        const isInTheMood = behaviour !== 'moody' || this.#below(4) === 0
        return height <= this.#height && isInTheMood ? fakeBlock(height) : undefined
      }
    }
  }

  #reply(peer: string, height: bigint, block: SealedBlock | undefined, waitMs = 0): void {
    this.#after(waitMs + 1 + this.#below(400), () => {
      if (!this.#connected.has(peer)) return
      this.#open.set(peer, (this.#open.get(peer) ?? 0) - 1)
      if (block === undefined) this.feed({ kind: 'no-block', peer, height })
      else this.feed({ kind: 'block', peer, block })
    })
  }

  #connect(peer: string): void {
    this.#connected.add(peer)
    this.#open.set(peer, 0)
    this.#sayStatus(peer)
  }

  #disconnect(peer: string): void {
    if (this.#connected.delete(peer)) this.feed({ kind: 'gone', peer })
  }

  #sayStatus(peer: string): void {
    const behaviour = this.#behaviours.get(peer)
    const isModest = behaviour === 'honest' || behaviour === 'flapper' || behaviour === 'staller'
    const height = isModest ? this.#height : this.#height * 1000n
    this.feed({ kind: 'status', peer, base: 1n, height })
  }

  #below(bound: number): number {
    return randomBelow(this.#random, bound)
  }

  #after(ms: number, run: () => void): void {
    this.#events.push({ atMs: this.nowMs + ms, run })
  }

  #every(ms: number, run: () => void): void {
    this.#after(ms, () => {
      run()
      this.#every(ms, run)
    })
  }
}
