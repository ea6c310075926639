/**
 * Fetches decided blocks from peers until there are no more, then hands over to consensus. Gives
 * peers blocks, whether it fetches itself or not, and has damaged ones fetched again.
 */

import type { Timer } from '@wadi/base/timers'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import { millisecondsBetween } from '@wadi/primitives/moment'
import { encode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import { BlockSyncMessage, checkBlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { nowOf } from '../nowOf.ts'
import { peerMessage } from '../peerMessage.ts'
import { BlockRepair, type PeerRange } from './blockRepair.ts'
import { BlockServer } from './blockServer.ts'
import { BLOCK_SYNC_CHANNEL, blockSyncChannel } from './channel.ts'
import type { BlockSyncParts } from './contract.ts'
import { judgeSealed } from './judgePair.ts'
import {
  LATE_ANSWER_MS,
  STATUS_INTERVAL_MS,
  TICK_MS,
  YOUNG_CHAIN_MS,
  YOUNG_TICK_MS,
} from './limits.ts'
import { canChainGoOnWithout, isOnlyValidator } from './ownPower.ts'
import { BlockPool, type PoolEffect, type PoolInput } from './pool.ts'
import { type SealedBlock, SealedMessage, sealedBlock } from './sealedBlock.ts'

const STATUS_REQUEST: BlockSyncMessage = { kind: 'status-request', body: {} }

/** Blocks being fetched. */
interface Sync {
  chain: ChainState
  readonly pool: BlockPool
  blockCount: bigint
}

/** See the top of this file. */
export class BlockSyncReactor implements Reactor {
  readonly name = 'blockSync'
  readonly channels = [blockSyncChannel]
  readonly #parts: BlockSyncParts
  readonly #peers = new Map<string, Peer>()
  /** What peers say they have. */
  readonly #ranges = new Map<string, PeerRange>()
  readonly #server: BlockServer
  readonly #repair: BlockRepair
  #sync: Sync | undefined
  #tickTimer: Timer | undefined
  #verifyTimer: Timer | undefined
  /** When peers were asked last what they have. */
  #statusMs = Number.NEGATIVE_INFINITY
  /** When fetching ended: answers may still be on their way. */
  #endedMs = Number.NEGATIVE_INFINITY
  #isStopped = false

  constructor(parts: BlockSyncParts) {
    this.#parts = parts
    const { timers, log, metrics, blockStore } = parts
    this.#server = new BlockServer({ timers, blockStore, metrics })
    this.#repair = new BlockRepair({
      log,
      metrics,
      blockStore,
      ranges: this.#ranges,
      ask: (peer, height) => this.#say(peer, { kind: 'block-request', body: { height } }),
    })
  }

  get isSyncing(): boolean {
    return this.#sync !== undefined
  }

  /** Fetches the blocks after a chain's last one; `onCaughtUp` hears when there are no more. */
  start(chain: ChainState): void {
    if (this.#isStopped) return
    const pool = new BlockPool(nextHeight(chain))
    this.#sync = { chain, pool, blockCount: 0n }
    this.#askStatus()
    for (const [peer, range] of this.#ranges) this.#feed({ kind: 'status', peer, ...range })
    this.#tickLater(isOnlyValidator(chain, this.#parts.ownAddress) ? 0 : undefined)
  }

  stop(): void {
    this.#isStopped = true
    this.#sync = undefined
    this.#tickTimer?.cancel()
    this.#verifyTimer?.cancel()
    this.#server.stop()
  }

  addPeer(peer: Peer): void {
    this.#peers.set(peer.id, peer)
    this.#say(peer.id, this.#status())
    if (this.#tickTimer === undefined && !this.#isStopped) this.#tickLater()
  }

  removePeer(peer: Peer): void {
    if (this.#peers.get(peer.id) !== peer) return
    this.#peers.delete(peer.id)
    this.#ranges.delete(peer.id)
    this.#server.forget(peer)
    this.#repair.giveUp(peer.id)
    this.#feed({ kind: 'gone', peer: peer.id })
  }

  receive(peer: Peer, _channel: number, bytes: Uint8Array): void {
    if (this.#isStopped || this.#peers.get(peer.id) !== peer) return
    const message = peerMessage(peer, SealedMessage, checkSealed, bytes)
    if (message === undefined) return
    switch (message.kind) {
      case 'block-request':
        this.#server.request(peer, message.body.height)
        break
      case 'status-request':
        this.#say(peer.id, this.#status())
        break
      case 'status':
        this.#ranges.set(peer.id, message.body)
        this.#feed({ kind: 'status', peer: peer.id, ...message.body })
        break
      case 'no-block':
        this.#repair.giveUp(peer.id)
        this.#feed({ kind: 'no-block', peer: peer.id, height: message.body.height })
        break
      case 'block':
        this.#takeBlock(peer, sealedBlock(message.body))
        break
    }
  }

  drained(): void {
    this.#server.wake()
  }

  #takeBlock(peer: Peer, block: SealedBlock): void {
    const verdict = this.#repair.takeBlock(peer.id, block)
    if (verdict === 'repaired' || verdict === 'encoded-anew') {
      this.#repair.proceed(this.#now())
    } else if (verdict === 'other-block') {
      peer.punish({ severity: 'ban', why: 'sent a block that is not of the chain' })
    } else if (verdict === 'not-asked' && this.#sync !== undefined) {
      this.#feed({ kind: 'block', peer: peer.id, block })
    } else if (verdict === 'not-asked' && this.#now() - this.#endedMs > LATE_ANSWER_MS) {
      peer.punish({ severity: 'drop', why: 'sent a block that nobody asked for' })
    }
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }

  #status(): BlockSyncMessage {
    const { base, height } = this.#parts.blockStore
    return { kind: 'status', body: { base, height } }
  }

  #say(peer: string, message: BlockSyncMessage): boolean {
    const bytes = encode(BlockSyncMessage, message)
    return this.#peers.get(peer)?.send(BLOCK_SYNC_CHANNEL, bytes) ?? false
  }

  #askStatus(): void {
    this.#statusMs = this.#now()
    for (const peer of this.#peers.keys()) this.#say(peer, STATUS_REQUEST)
  }

  /** Gives the pool an input and does what it wants. */
  #feed(input: PoolInput): void {
    const pool = this.#sync?.pool
    if (pool === undefined) return
    const inputs = [input]
    for (const next of inputs) {
      for (const effect of pool.take(next, this.#now())) {
        const answer = this.#carryOut(effect)
        if (answer !== undefined) inputs.push(answer)
      }
    }
    this.#verifyLater()
  }

  #carryOut(effect: PoolEffect): PoolInput | undefined {
    const { peer } = effect
    if (effect.kind === 'punish') {
      this.#peers.get(peer)?.punish(effect.offence)
      return undefined
    }
    if (effect.kind === 'praise') {
      this.#peers.get(peer)?.praise?.()
      return undefined
    }
    const { height } = effect
    const isSent = this.#say(peer, { kind: 'block-request', body: { height } })
    return isSent ? undefined : { kind: 'not-sent', peer, height }
  }

  #tickMs(): number {
    if (this.#sync === undefined) return STATUS_INTERVAL_MS
    const { chain } = this.#sync
    const ageMs = millisecondsBetween(chain.lastBlockTime, nowOf(this.#parts.clock))
    return ageMs < YOUNG_CHAIN_MS ? YOUNG_TICK_MS : TICK_MS
  }

  #tickLater(ms: number = this.#tickMs()): void {
    this.#tickTimer?.cancel()
    this.#tickTimer = this.#parts.timers.after(ms, () => this.#tick())
  }

  #tick(): void {
    const isStatusNeeded = this.#sync !== undefined || this.#repair.isNeeded
    if (isStatusNeeded && this.#now() - this.#statusMs >= STATUS_INTERVAL_MS) this.#askStatus()
    this.#repair.proceed(this.#now())
    this.#feed({ kind: 'tick' })
    this.#endIfCaughtUp()
    if (!this.#isStopped) this.#tickLater()
  }

  #endIfCaughtUp(): void {
    const sync = this.#sync
    if (sync === undefined || sync.pool.pair !== undefined) return
    const { ownAddress, metrics, log, onCaughtUp } = this.#parts
    const { chain, pool, blockCount } = sync
    metrics.peerHeight.set(Number(pool.peerHeight ?? 0n))
    if (!pool.isCaughtUp && canChainGoOnWithout(chain, ownAddress)) return
    this.#sync = undefined
    this.#endedMs = this.#now()
    this.#verifyTimer?.cancel()
    this.#verifyTimer = undefined
    log.info('caught up with the peers', { height: chain.lastBlockHeight, blocks: blockCount })
    onCaughtUp({ chain, blockCount })
  }

  /** One block a turn: others have to be heard in between. */
  #verifyLater(): void {
    if (this.#verifyTimer !== undefined || this.#sync?.pool.pair === undefined) return
    this.#verifyTimer = this.#parts.timers.after(0, () => {
      this.#verifyTimer = undefined
      if (this.#sync !== undefined) this.#verify(this.#sync)
    })
  }

  #verify(sync: Sync): void {
    const { pair } = sync.pool
    if (pair === undefined) return
    const { dialect, executor, blockStore, metrics, log } = this.#parts
    const verdict = judgeSealed(dialect, sync.chain, pair)
    if (verdict.kind !== 'decided') {
      if (verdict.kind === 'refused') {
        metrics.refusedBlocks.add(1)
        log.warn('a peer sent a block that is not of the chain', { height: verdict.height })
      }
      this.#feed(verdict)
      return
    }
    const { block, blockId, parts, commit } = verdict
    executor.checkDecided(sync.chain, block)
    blockStore.save({ block, parts: parts.parts, seenCommit: commit })
    sync.chain = executor.apply(sync.chain, blockId, block)
    sync.blockCount++
    metrics.blocks.add(1)
    this.#feed({ kind: 'verified' })
  }
}

/** Refuses what no honest node says; what is in a block is looked at when it is its turn. */
function checkSealed(said: SealedMessage): void {
  if (said.kind === 'block') sealedBlock(said.body)
  else checkBlockSyncMessage(said)
}
