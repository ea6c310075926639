/**
 * Which block is asked of whom. A machine without a world: it takes what happened and the time, and
 * gives what to do.
 *
 *   height           the block that is needed next
 *   height + 1       its commit says whether the block before it is right
 *   … height + n     asked for, or here and waiting
 *
 * Peers say what they like. One honest peer among any number of liars is enough: who is silent, or
 * sends what is not of the chain, or has not what it says, comes last and is dropped.
 */

import { assert } from '@wadi/base/errors'
import type { Offence } from '@wadi/contracts/peers'
import {
  BLOCK_SIZE_GUESS,
  BUFFER_BYTES_MAX,
  HEDGE_DELAY_MS,
  HEDGED_HEIGHTS,
  LACKS_MAX,
  PEER_BAN_MS,
  PEER_SILENCE_MS,
  REQUESTS_MAX,
} from './limits.ts'
import { PoolPeer } from './poolPeer.ts'
import type { SealedBlock } from './sealedBlock.ts'

/** What happened. */
export type PoolInput =
  /** A peer says which blocks it has. */
  | {
      readonly kind: 'status'
      readonly peer: string
      readonly base: bigint
      readonly height: bigint
    }
  | {
      readonly kind: 'block'
      readonly peer: string
      readonly block: SealedBlock
    }
  | { readonly kind: 'no-block'; readonly peer: string; readonly height: bigint }
  | { readonly kind: 'gone'; readonly peer: string }
  /** A request found no room. */
  | { readonly kind: 'not-sent'; readonly peer: string; readonly height: bigint }
  | { readonly kind: 'tick' }
  /** The next block was verified and is needed no more. */
  | { readonly kind: 'verified' }
  /** The block of a height is not of the chain. */
  | { readonly kind: 'refused'; readonly height: bigint }
  /** The block of a height is right, and whoever sent it does not have its bytes any more. */
  | { readonly kind: 'encoded-anew'; readonly height: bigint }

/** What to do. */
export type PoolEffect =
  | { readonly kind: 'request'; readonly peer: string; readonly height: bigint }
  | { readonly kind: 'punish'; readonly peer: string; readonly offence: Offence }
  /** Its block is the chain's. */
  | { readonly kind: 'praise'; readonly peer: string }

/** A height that is not verified yet. */
interface Wanted {
  /** Whom it is asked of: one, or two. */
  readonly asked: Map<string, number>
  here: { readonly block: SealedBlock; readonly from: string; readonly size: number } | undefined
}

/** The next block, and the one that proves it. */
export interface BlockPair {
  readonly first: SealedBlock
  readonly second: SealedBlock
}

/** See the top of this file. */
export class BlockPool {
  #height: bigint
  #nowMs = 0
  #effects: PoolEffect[] = []
  readonly #peers = new Map<string, PoolPeer>()
  readonly #bannedUntil = new Map<string, number>()
  /** Of these, who did not answer well: nor do honest peers, where their way is a bad one. */
  readonly #resting = new Set<string>()
  /** Without gaps from `height` on. */
  readonly #wanted = new Map<bigint, Wanted>()
  #bufferedBytes = 0
  #inFlight = 0
  #sizeGuess = BLOCK_SIZE_GUESS

  constructor(height: bigint) {
    this.#height = height
  }

  /** The block that is needed next. */
  get height(): bigint {
    return this.#height
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** The highest block that can be had; undefined if nobody has the next one. */
  get peerHeight(): bigint | undefined {
    let highest: bigint | undefined
    for (const peer of this.#peers.values()) {
      const reach = peer.reach(this.#height)
      if (reach !== undefined && (highest === undefined || reach > highest)) highest = reach
    }
    return highest
  }

  /**
   * Does nobody have two blocks more? The last block of a chain has no successor that proves it,
   * and on a living chain there is always one more: consensus catches up with that.
   */
  get isCaughtUp(): boolean {
    const { peerHeight } = this
    return peerHeight !== undefined && this.#height >= peerHeight - 1n
  }

  /** The next block and its proof, if both are here. */
  get pair(): BlockPair | undefined {
    const first = this.#wanted.get(this.#height)?.here?.block
    const second = this.#wanted.get(this.#height + 1n)?.here?.block
    return first === undefined || second === undefined ? undefined : { first, second }
  }

  /** Takes an input in, and gives what is to be done. */
  take(input: PoolInput, nowMs: number): readonly PoolEffect[] {
    this.#nowMs = nowMs
    this.#effects = []
    this.#handle(input)
    this.#ask()
    return this.#effects
  }

  #handle(input: PoolInput): void {
    switch (input.kind) {
      case 'status':
        this.#takeStatus(input.peer, input.base, input.height)
        break
      case 'block':
        this.#takeBlock(input.peer, input.block)
        break
      case 'no-block':
        this.#takeNoBlock(input.peer, input.height)
        break
      case 'gone':
        this.#forget(input.peer)
        break
      case 'not-sent':
        this.#peers.get(input.peer)?.takeBack(input.height)
        this.#unask(input.peer, input.height)
        break
      case 'tick':
        this.#tick()
        break
      case 'verified':
        this.#advance()
        break
      case 'refused':
        this.#refuse(input.height)
        break
      case 'encoded-anew':
        this.#passOver(input.height)
        break
    }
  }

  #takeStatus(id: string, base: bigint, height: bigint): void {
    const peer = this.#peers.get(id)
    // Who has less than before, or less than nothing, is not believed in anything.
    const isLess = peer !== undefined && (base < peer.base || height < peer.height)
    if (base > height || isLess) this.#leave(id, 'has less than it had, or less than nothing')
    else if (peer !== undefined) {
      peer.base = base
      peer.height = height
    } else if (this.#mayReturn(id)) this.#peers.set(id, new PoolPeer(id, base, height))
  }

  #mayReturn(id: string): boolean {
    if ((this.#bannedUntil.get(id) ?? 0) <= this.#nowMs) return true
    return this.#resting.has(id) && !this.#hasFaultless()
  }

  #takeBlock(id: string, block: SealedBlock): void {
    const peer = this.#peers.get(id)
    if (peer === undefined) return
    const { height } = block
    const size = block.bytes.length
    const wasPending = peer.pending.has(height)
    if (!peer.answered(height, size, this.#nowMs)) {
      this.#drop(peer, 'sent a block that nobody asked for')
      return
    }
    if (wasPending) this.#unask(id, height)
    const wanted = this.#wanted.get(height)
    if (wanted === undefined || wanted.here !== undefined) return
    wanted.here = { block, from: id, size }
    this.#bufferedBytes += size
    this.#sizeGuess = Math.max(size, (this.#sizeGuess * 7) / 8)
    this.#releaseOthers(height, wanted)
    this.#makeRoom()
  }

  /** Whoever else was asked for a block that is here did not hurry. */
  #releaseOthers(height: bigint, { asked }: Wanted): void {
    for (const id of asked.keys()) {
      const peer = this.#peers.get(id)
      if (peer === undefined) continue
      peer.giveUp(height, this.#nowMs)
      if (this.#nowMs - asked.get(id)! >= HEDGE_DELAY_MS) peer.failures++
    }
    this.#inFlight -= asked.size
    asked.clear()
  }

  #takeNoBlock(id: string, height: bigint): void {
    const peer = this.#peers.get(id)
    if (peer === undefined) return
    const wasPending = peer.pending.has(height)
    if (!peer.answered(height, 0, this.#nowMs)) return
    if (wasPending) this.#unask(id, height)
    this.#noteLack(peer, height)
  }

  #noteLack(peer: PoolPeer, height: bigint): void {
    peer.failures++
    peer.lacks(height, this.#nowMs)
    if (peer.lackCount > LACKS_MAX) this.#leave(peer.id, 'lacks too much of what it says it has')
  }

  #tick(): void {
    for (const [id, untilMs] of this.#bannedUntil) if (untilMs <= this.#nowMs) this.#pardon(id)
    for (const peer of [...this.#peers.values()]) {
      for (const height of peer.tick(this.#nowMs)) this.#giveUp(peer, height)
      if (peer.silenceMs(this.#nowMs) >= PEER_SILENCE_MS)
        this.#drop(peer, 'sent nothing although it was asked for blocks')
    }
    for (const peer of [...this.#peers.values()]) {
      // Who is slow and alone is better than nobody.
      if (peer.isSlow && this.#hasFaultless()) this.#drop(peer, 'sent blocks too slowly')
    }
  }

  #pardon(id: string): void {
    this.#bannedUntil.delete(id)
    this.#resting.delete(id)
  }

  /** Is there a peer that can give the next block, and did nothing to doubt it? */
  #hasFaultless(): boolean {
    for (const peer of this.#peers.values())
      if (!peer.isSlow && peer.failures === 0 && peer.has(this.#height)) return true
    return false
  }

  #advance(): void {
    const wanted = this.#wanted.get(this.#height)
    assert(wanted?.here !== undefined, 'what was verified is here')
    this.#bufferedBytes -= wanted.here.size
    const sender = this.#peers.get(wanted.here.from)
    if (sender !== undefined && sender.failures > 0) sender.failures--
    this.#effects.push({ kind: 'praise', peer: wanted.here.from })
    this.#wanted.delete(this.#height)
    this.#height++
    for (const peer of this.#peers.values()) peer.forgetBelow(this.#height)
  }

  #refuse(height: bigint): void {
    const here = this.#wanted.get(height)?.here
    assert(here !== undefined, 'what is refused is here')
    this.#discard(height)
    this.#ban(here.from)
    const offence = { severity: 'ban', why: 'sent a block that is not of the chain' } as const
    this.#effects.push({ kind: 'punish', peer: here.from, offence })
  }

  #passOver(height: bigint): void {
    const here = this.#wanted.get(height)?.here
    assert(here !== undefined, 'what is passed over is here')
    this.#discard(height)
    const peer = this.#peers.get(here.from)
    if (peer !== undefined) this.#noteLack(peer, height)
  }

  /** Forgets the block of a height, which is asked for again. */
  #discard(height: bigint): void {
    const wanted = this.#wanted.get(height)
    if (wanted?.here === undefined) return
    this.#bufferedBytes -= wanted.here.size
    wanted.here = undefined
  }

  /** Forgets the farthest blocks, as long as there are too many bytes. */
  #makeRoom(): void {
    const last = this.#height + BigInt(this.#wanted.size) - 1n
    for (let height = last; height > this.#height + 1n; height--) {
      if (this.#bufferedBytes <= BUFFER_BYTES_MAX) return
      this.#discard(height)
    }
  }

  #giveUp(peer: PoolPeer, height: bigint): void {
    peer.giveUp(height, this.#nowMs)
    peer.failures++
    this.#unask(peer.id, height)
  }

  #unask(id: string, height: bigint): void {
    if (this.#wanted.get(height)?.asked.delete(id)) this.#inFlight--
  }

  #drop({ id }: PoolPeer, why: string): void {
    this.#ban(id)
    this.#resting.add(id)
    this.#effects.push({ kind: 'punish', peer: id, offence: { severity: 'drop', why } })
  }

  /** Asks it for nothing for a while. It may be of use to others, unless it does so again. */
  #leave(id: string, why: string): void {
    this.#ban(id)
    this.#effects.push({ kind: 'punish', peer: id, offence: { severity: 'slow', why } })
  }

  /** Forgets a peer for a while, and its blocks: whoever lied once may have before. */
  #ban(id: string): void {
    this.#forget(id)
    this.#resting.delete(id)
    this.#bannedUntil.set(id, this.#nowMs + PEER_BAN_MS)
    for (const [height, { here }] of this.#wanted) if (here?.from === id) this.#discard(height)
  }

  #forget(id: string): void {
    if (!this.#peers.delete(id)) return
    for (const height of this.#wanted.keys()) this.#unask(id, height)
  }

  #ask(): void {
    this.#want()
    if (!this.#hasRoom()) return
    for (const [height, wanted] of this.#wanted) {
      if (wanted.here !== undefined || !this.#mayAsk(height, wanted)) continue
      const peer = this.#pick(height)
      if (peer === undefined) continue
      peer.ask(height, this.#nowMs)
      wanted.asked.set(peer.id, this.#nowMs)
      this.#inFlight++
      this.#effects.push({ kind: 'request', peer: peer.id, height })
    }
  }

  /** Has anybody fewer requests than it may have? */
  #hasRoom(): boolean {
    for (const peer of this.#peers.values()) if (peer.hasRoom) return true
    return false
  }

  /** Wants as many heights as there are. */
  #want(): void {
    const { peerHeight } = this
    if (peerHeight === undefined) return
    while (this.#wanted.size < REQUESTS_MAX) {
      const height = this.#height + BigInt(this.#wanted.size)
      if (height > peerHeight) return
      this.#wanted.set(height, { asked: new Map(), here: undefined })
    }
  }

  #mayAsk(height: bigint, { asked }: Wanted): boolean {
    const isNext = height <= this.#height + 1n
    const expectedBytes = this.#bufferedBytes + (this.#inFlight + 1) * this.#sizeGuess
    if (!isNext && expectedBytes > BUFFER_BYTES_MAX) return false
    if (asked.size === 0) return true
    if (asked.size > 1 || height - this.#height >= HEDGED_HEIGHTS) return false
    const [askedMs] = asked.values()
    return this.#nowMs - askedMs! >= HEDGE_DELAY_MS
  }

  /** The most promising peer that has a block and may be asked for it. */
  #pick(height: bigint): PoolPeer | undefined {
    let best: PoolPeer | undefined
    for (const peer of this.#peers.values())
      if (peer.canGive(height) && (best === undefined || isBetter(peer, best))) best = peer
    return best
  }
}

function isBetter(peer: PoolPeer, than: PoolPeer): boolean {
  if (peer.isSlow !== than.isSlow) return than.isSlow
  if (peer.failures !== than.failures) return peer.failures < than.failures
  return peer.pending.size < than.pending.size
}
