/**
 * One try to begin with the state of others:
 *
 *   listen for snapshots ─▶ learn how high the chain is ─▶ take the best snapshot
 *        ▲                                                      │ learn the chain's state there,
 *        │                                                      ▼ offer it to the application
 *        └────── refused, or nobody has its chunks ◀──── fetch and apply its chunks
 *                                                               ▼
 *                              the application has the state that the chain names: done
 *
 * A node that ended between the last two goes on there.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { CodedError } from '@wadi/base/errors'
import type { Timer } from '@wadi/base/timers'
import type { ApplyChunkResponse, Snapshot } from '@wadi/contracts/application'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { ChunkPeers } from './chunkPeers.ts'
import { ChunkQueue, type ChunkRequest, type ReceivedChunk } from './chunkQueue.ts'
import type { StateSyncParts, StateSyncRequest } from './contract.ts'
import { errors } from './errors.ts'
import { LightState, type StateAndCommit } from './lightState.ts'
import {
  CHUNK_REQUEST_MS,
  CHUNK_RETRIES_MAX,
  CHUNK_TIMEOUT_MS,
  DISCOVERY_MS_MIN,
  DISPUTES_MAX,
  REFETCHES_MAX,
} from './limits.ts'
import { type OfferedSnapshot, SnapshotPool } from './snapshotPool.ts'

/** How the run speaks with peers. */
export interface StateSyncVoice {
  /** Asks all peers for their snapshots. */
  askForSnapshots(): void
  /** False if there was no room, or no such peer. */
  askForChunk(peer: string, snapshot: Snapshot, index: number): boolean
  /** What the peer sent was refused by the application. */
  accuse(peer: string): void
  /** The peer gives nothing of what it offered, and others do. */
  scold(peer: string): void
}

/** A snapshot that the application takes. */
interface Restore {
  readonly offered: OfferedSnapshot
  readonly target: StateAndCommit
  chunks: ChunkQueue
  /** When a chunk was applied last. */
  progressMs: number
  retries: number
  refetches: number
}

/** Who cannot be believed any more, or attacks: nothing can be learnt from those providers. */
const HOPELESS: ReadonlySet<string> = new Set([
  'light.noWitnesses',
  'light.attack',
  'light.expired',
])

/** Providers contradict each other in what no header holds. */
const DISPUTES: ReadonlySet<string> = new Set(['light.otherPriorities', 'stateSync.otherParams'])

const EMPTY_ROUNDS_MAX = 3
const HEIGHT_MAX = (1n << 63n) - 4n

/** How often what is under way is looked at. */
const TICK_MS = 1000

/** See the top of this file. */
export class StateSyncRun {
  readonly #parts: StateSyncParts
  readonly #request: StateSyncRequest
  readonly #voice: StateSyncVoice
  readonly #light: LightState
  readonly #pool = new SnapshotPool()
  readonly #peers: ChunkPeers
  #restore: Restore | undefined
  /** How often there was no snapshot that the chain seems to be high enough for. */
  #emptyRounds = 0
  /** How often in a row providers contradicted each other. */
  #disputes = 0
  #timer: Timer | undefined
  #isOver = false

  constructor(parts: StateSyncParts, request: StateSyncRequest, voice: StateSyncVoice) {
    const { clock, timers, dialect } = parts
    const { config, providers } = request
    this.#parts = parts
    this.#request = request
    this.#voice = voice
    this.#peers = new ChunkPeers(parts.random)
    this.#light = new LightState({ clock, timers, dialect, config, providers })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  start(): void {
    const { height } = this.#parts.application.info()
    if (height > 0n) this.#after(0, () => this.#resume(height))
    else this.#discover()
  }

  stop(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#light.cancel()
  }

  addSnapshot(peer: string, snapshot: Snapshot): void {
    if (!this.#isOver) this.#pool.add(peer, snapshot)
  }

  removePeer(peer: string): void {
    this.#pool.removePeer(peer)
    this.#restore?.chunks.giveUp(peer)
    this.#peers.forget(peer)
    this.#fetch()
  }

  /** A chunk of a snapshot came; false if nobody asked for it. */
  addChunk(snapshot: Pick<Snapshot, 'height' | 'format'>, chunk: ReceivedChunk): boolean {
    if (!this.#isRestoring(snapshot)) return true
    const restore = this.#restore
    if (restore?.chunks.add(chunk) !== true) return false
    const silent = this.#peers.gave(chunk.sender, chunk.index, this.#now())
    for (const peer of silent) this.#voice.scold(peer)
    this.#after(0, () => this.#apply())
    return true
  }

  /** A peer has not the chunk. */
  missChunk(snapshot: Pick<Snapshot, 'height' | 'format'>, peer: string, index: number): void {
    const restore = this.#restore
    if (restore === undefined || !this.#isRestoring(snapshot)) return
    if (restore.chunks.requestOf(index)?.asked.has(peer) !== true) return
    this.#pool.bar(peer, restore.offered)
    restore.chunks.giveUp(peer)
    this.#fetch()
  }

  #isRestoring({ height, format }: Pick<Snapshot, 'height' | 'format'>): boolean {
    const snapshot = this.#restore?.offered.snapshot
    return snapshot?.height === height && snapshot.format === format
  }

  #now(): number {
    return this.#parts.clock.monotonicMs()
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#parts.timers.after(ms, () => {
      if (!this.#isOver) run()
    })
  }

  #fail(error: Error): void {
    this.stop()
    this.#parts.log.error('state sync failed', { why: error.message })
    this.#request.onFailed(error)
  }

  /** The application has a state already, and the stores do not know of it. */
  #resume(height: bigint): void {
    this.#light.learnState(height, (outcome) => {
      if (this.#isOver) return
      if (outcome.kind === 'done' && this.#hasState(outcome.result.chain))
        this.#finish(outcome.result)
      else if (outcome.kind === 'done') this.#fail(errors.otherState(`at height ${height}`))
      else if (!this.#isHopeless(outcome.error))
        this.#after(DISCOVERY_MS_MIN, () => this.#resume(height))
    })
  }

  #discover(): void {
    const { discoveryMs } = this.#request.config
    this.#voice.askForSnapshots()
    this.#after(Math.max(discoveryMs, DISCOVERY_MS_MIN), () => this.#choose())
  }

  #choose(): void {
    this.#light.learnHeight((outcome) => {
      if (this.#isOver) return
      if (outcome.kind === 'refused') {
        if (!this.#isHopeless(outcome.error)) this.#discover()
        return
      }
      const offered = this.#best(outcome.result)
      if (offered === undefined) this.#discover()
      else this.#learn(offered)
    })
  }

  /**
   * The best snapshot of a chain of that height. The two blocks after it tell of the state, so they
   * have to be there; but whoever told the height may be behind, so others have their turn, too.
   */
  #best(height: bigint): OfferedSnapshot | undefined {
    const best = this.#pool.best(height - 2n)
    if (best !== undefined || ++this.#emptyRounds < EMPTY_ROUNDS_MAX) return best
    this.#emptyRounds = 0
    return this.#pool.best(HEIGHT_MAX)
  }

  /** Ends it if there is no use in asking the providers once more. */
  #isHopeless(error: CodedError): boolean {
    const isDispute = DISPUTES.has(error.reason) && !this.#light.areReplaced
    if (isDispute) this.#disputes++
    if (HOPELESS.has(error.reason) || this.#disputes > DISPUTES_MAX) {
      this.#fail(error)
      return true
    }
    this.#parts.log.warn('light blocks could not be verified', { why: error.message })
    return false
  }

  #learn(offered: OfferedSnapshot): void {
    const { height } = offered.snapshot
    this.#light.learnState(height, (outcome) => {
      if (this.#isOver) return
      if (outcome.kind === 'done') {
        this.#disputes = 0
        this.#offer(offered, outcome.result)
        return
      }
      // The snapshot may be good, whatever providers say. One of a height that nobody has may not.
      const { error } = outcome
      const isBlamed = error.reason === 'light.noProvider'
      if (!this.#isHopeless(error)) this.#postpone(offered, error.message, { isBlamed })
    })
  }

  /** Nothing comes of a snapshot at this time; others are tried first. */
  #postpone(
    offered: OfferedSnapshot,
    why: string,
    { isBlamed }: { readonly isBlamed: boolean },
  ): void {
    const { height, format } = offered.snapshot
    this.#parts.log.info('a snapshot is put off', { height, format, why })
    this.#restore = undefined
    this.#pool.postpone(offered, { isBlamed })
    this.#discover()
  }

  /** A snapshot comes to nothing; the next one is tried. */
  #refuse(offered: OfferedSnapshot, why: string): void {
    const { height, format } = offered.snapshot
    this.#parts.log.info('a snapshot came to nothing', { height, format, why })
    this.#restore = undefined
    this.#pool.refuse(offered)
    this.#after(0, () => this.#choose())
  }

  #offer(offered: OfferedSnapshot, target: StateAndCommit): void {
    const { snapshot } = offered
    const { application, log } = this.#parts
    const { height, format, chunks } = snapshot
    switch (application.offerSnapshot(snapshot, target.chain.appHash)) {
      case 'accept':
        log.info('restoring a snapshot', { height, format, chunks })
        this.#begin(offered, target)
        break
      case 'abort':
        this.#fail(errors.aborted())
        break
      case 'reject':
        this.#refuse(offered, 'the application refuses it')
        break
      case 'reject-format':
        this.#pool.refuseFormat(format)
        this.#refuse(offered, 'the application refuses its format')
        break
      case 'reject-sender':
        for (const peer of this.#pool.peersOf(offered)) this.#pool.refusePeer(peer)
        this.#refuse(offered, 'the application refuses who offers it')
        break
    }
  }

  #begin(offered: OfferedSnapshot, target: StateAndCommit): void {
    const chunks = new ChunkQueue(offered.snapshot)
    const progressMs = this.#now()
    this.#peers.begin()
    this.#restore = { offered, target, chunks, progressMs, retries: 0, refetches: 0 }
    this.#tick()
  }

  #tick(): void {
    const restore = this.#restore
    if (restore === undefined) return
    const isStuck = this.#now() - restore.progressMs >= CHUNK_TIMEOUT_MS
    if (isStuck || this.#pool.peersOf(restore.offered).length === 0) {
      const why = isStuck ? 'no chunk came for long' : 'nobody has it any more'
      this.#postpone(restore.offered, why, { isBlamed: true })
      return
    }
    this.#fetch()
    this.#after(TICK_MS, () => this.#tick())
  }

  #fetch(): void {
    const restore = this.#restore
    if (restore === undefined) return
    const { chunks, offered } = restore
    const now = this.#now()
    const { width } = this.#peers
    const asks = chunks
      .toAsk(({ peer, askedMs }) => this.#peers.isLate(peer, askedMs, now))
      .map((index) => ({ index, from: this.#askable(offered, chunks.requestOf(index)) }))
      .filter(({ from }) => from.length > 0)
    const late = asks.filter(({ index }) => chunks.requestOf(index) !== undefined)
    this.#peers.passOver(
      late.map(({ index }) => index),
      now,
    )
    for (const { index } of asks) this.#ask(restore, index)
    for (let i = 1; i < width; i++) for (const { index } of late) this.#ask(restore, index)
  }

  /** Asks somebody for a chunk who was not asked for it. */
  #ask({ chunks, offered }: Restore, index: number): void {
    const peer = this.#peers.pick(this.#askable(offered, chunks.requestOf(index)))
    if (peer === undefined || !this.#voice.askForChunk(peer, offered.snapshot, index)) return
    chunks.ask(index, peer, this.#now())
    this.#peers.asked(peer, index, this.#now())
  }

  /** Who may be asked for a chunk: who was not asked yet, or all again after a while. */
  #askable(offered: OfferedSnapshot, before: ChunkRequest | undefined): readonly string[] {
    const peers = this.#pool.peersOf(offered)
    if (before === undefined) return peers
    const fresh = peers.filter((peer) => !before.asked.has(peer))
    const isLongAgo = this.#now() - before.askedMs >= CHUNK_REQUEST_MS
    return fresh.length === 0 && isLongAgo ? peers : fresh
  }

  /** Gives the application a chunk, if the next one is here: one a turn. */
  #apply(): void {
    const restore = this.#restore
    if (restore === undefined) return
    const { next } = restore.chunks
    if (next !== undefined) {
      const { index, bytes, sender } = next
      const response = this.#parts.application.applySnapshotChunk(index, bytes, sender)
      this.#take(restore, next, response)
    }
    if (this.#isOver || this.#restore !== restore) return
    if (restore.chunks.isDone) {
      this.#check(restore)
      return
    }
    this.#fetch()
    if (restore.chunks.next === undefined) this.#after(TICK_MS, () => this.#tick())
    else this.#after(0, () => this.#apply())
  }

  #take(restore: Restore, chunk: ReceivedChunk, response: ApplyChunkResponse): void {
    const { chunks, offered } = restore
    for (const sender of response.rejectSenders) this.#reject(restore, sender)
    switch (response.result) {
      case 'accept':
        chunks.advance()
        restore.progressMs = this.#now()
        restore.retries = 0
        break
      case 'abort':
        this.#fail(errors.aborted())
        return
      case 'reject-snapshot':
        this.#refuse(offered, 'the application refuses what is in it')
        return
      case 'retry':
        restore.retries++
        if (restore.retries > CHUNK_RETRIES_MAX) this.#refetch(restore, chunk.index)
        break
      case 'retry-snapshot':
        // Chunks are not kept once they are applied.
        restore.chunks = new ChunkQueue(offered.snapshot)
        this.#peers.begin()
        restore.refetches++
        break
    }
    for (const index of response.refetchChunks)
      if (index === chunk.index && this.#isOfAnother(restore, chunk)) chunks.refetch(index)
      else this.#refetch(restore, index)
    if (restore.refetches > REFETCHES_MAX)
      this.#refuse(offered, 'the application wants chunks again and again')
  }

  /** May a chunk be fetched again from somebody else? Then its sender is asked no more. */
  #isOfAnother({ chunks, offered }: Restore, { sender }: ReceivedChunk): boolean {
    // COMPAT(cometbft): there whoever sent a wrong chunk is asked again, unless the application
    // names it.
    const others = this.#pool.peersOf(offered).filter((peer) => peer !== sender)
    if (others.length === 0) return false
    this.#pool.bar(sender, offered)
    chunks.discardOf(sender)
    return true
  }

  #refetch(restore: Restore, index: number): void {
    restore.retries = 0
    restore.refetches++
    restore.chunks.refetch(index)
  }

  #reject(restore: Restore, sender: string): void {
    if (sender === '') return
    this.#pool.refusePeer(sender)
    restore.chunks.discardOf(sender)
    this.#voice.accuse(sender)
  }

  /** All chunks are applied: is the state the one that the chain names? */
  #check({ offered, target }: Restore): void {
    const { appVersion } = this.#parts.application.info()
    const expected = target.chain.version.app
    if (appVersion !== expected)
      this.#fail(errors.otherAppVersion(`${appVersion}, not ${expected}`))
    else if (this.#hasState(target.chain)) this.#finish(target)
    else this.#refuse(offered, 'the application has another state than the chain')
  }

  #hasState({ lastBlockHeight, appHash }: ChainState): boolean {
    const info = this.#parts.application.info()
    return info.height === lastBlockHeight && equalBytes(info.appHash, appHash)
  }

  #finish({ chain, commit }: StateAndCommit): void {
    const { stateStore, blockStore, log } = this.#parts
    // The state comes last: while there is none, a node that starts again syncs again.
    blockStore.saveSeenCommit(commit)
    stateStore.bootstrap(chain)
    log.info('restored a snapshot', { height: chain.lastBlockHeight })
    this.stop()
    this.#request.onSynced(chain)
  }
}
