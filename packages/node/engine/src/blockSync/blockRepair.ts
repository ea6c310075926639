/**
 * Fetches blocks again that the store cannot read any more. The block after a damaged one names
 * it, and holds its commit, so nobody has to be believed. Of several in a row the last comes first.
 */

import { equalBytes } from '@wadi/base/bytes'
import type { Logger } from '@wadi/base/log'
import { blockIdOf, partSetOfBytes } from '@wadi/tendermint/blocks/parts'
import { PART_SIZE } from '@wadi/tendermint/limits'
import { type BlockId, equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { BlockStore } from '../stores/contract.ts'
import { OWED_REPAIRS_MAX, REPAIR_RETRY_MS } from './limits.ts'
import type { BlockSyncInstruments } from './metrics.ts'
import { openBlock, type SealedBlock } from './sealedBlock.ts'

/** Which blocks a peer says it has. */
export interface PeerRange {
  readonly base: bigint
  readonly height: bigint
}

/** What repairing needs. */
export interface BlockRepairParts {
  readonly log: Logger
  readonly metrics: Pick<BlockSyncInstruments, 'repairedBlocks'>
  readonly blockStore: BlockStore
  /** By the peers' names. */
  readonly ranges: ReadonlyMap<string, PeerRange>
  /** False if there was no room. */
  readonly ask: (peer: string, height: bigint) => boolean
}

interface Damage {
  readonly height: bigint
  readonly blockId: BlockId
  readonly commit: Commit
}

interface Asked extends Damage {
  readonly peer: string
  readonly untilMs: number
}

/** What became of a block that came. */
export type RepairVerdict = 'not-asked' | 'late' | 'repaired' | 'other-block' | 'encoded-anew'

/** See the top of this file. */
export class BlockRepair {
  readonly #parts: BlockRepairParts
  #asked: Asked | undefined
  /** Peers that were asked for the block in vain. */
  readonly #tried = new Set<string>()
  #triedHeight: bigint | undefined
  /** How often who was asked for what: late answers are no offence. */
  readonly #owed = new Map<string, number>()

  constructor(parts: BlockRepairParts) {
    this.#parts = parts
  }

  /** Is there something to repair? */
  get isNeeded(): boolean {
    return this.#parts.blockStore.damaged.length > 0
  }

  /** Asks a peer for a damaged block, unless one is asked already. */
  proceed(nowMs: number): void {
    if (this.#asked !== undefined && nowMs < this.#asked.untilMs) return
    this.#asked = undefined
    const damage = this.#damage()
    if (damage === undefined) return
    if (damage.height !== this.#triedHeight) this.#tried.clear()
    this.#triedHeight = damage.height
    for (const [peer, { base, height }] of this.#parts.ranges) {
      if (damage.height < base || damage.height > height || this.#tried.has(peer)) continue
      this.#tried.add(peer)
      if (!this.#parts.ask(peer, damage.height)) continue
      this.#asked = { ...damage, peer, untilMs: nowMs + REPAIR_RETRY_MS }
      this.#owe(`${damage.height}/${peer}`)
      return
    }
    this.#tried.clear()
  }

  takeBlock(peer: string, sealed: SealedBlock): RepairVerdict {
    const asked = this.#asked
    const isOwed = this.#settle(`${sealed.height}/${peer}`)
    if (asked?.peer !== peer || asked.height !== sealed.height) return isOwed ? 'late' : 'not-asked'
    const { height, blockId, commit } = asked
    this.#asked = undefined
    const opened = openBlock(sealed, blockId.partSetHeader.total * PART_SIZE)
    if (opened === undefined) return 'other-block'
    const { block, bytes } = opened
    const parts = partSetOfBytes(bytes)
    const id = blockIdOf(block, parts)
    if (!equalBlockIds(id, blockId))
      return equalBytes(id.hash, blockId.hash) ? 'encoded-anew' : 'other-block'
    const { blockStore, log, metrics } = this.#parts
    // It may have been pruned meanwhile.
    if (!blockStore.damaged.includes(height)) return 'repaired'
    blockStore.repair({ block, parts: parts.parts, seenCommit: commit })
    metrics.repairedBlocks.add(1)
    log.info('a damaged block was fetched again', { height, peer })
    return 'repaired'
  }

  #owe(what: string): void {
    if (this.#owed.size >= OWED_REPAIRS_MAX) this.#owed.clear()
    this.#owed.set(what, (this.#owed.get(what) ?? 0) + 1)
  }

  /** One answer less is owed; false if none was. */
  #settle(what: string): boolean {
    const count = this.#owed.get(what) ?? 0
    if (count > 1) this.#owed.set(what, count - 1)
    else this.#owed.delete(what)
    return count > 0
  }

  /** A peer has not the block, or is gone. */
  giveUp(peer: string): void {
    if (this.#asked?.peer === peer) this.#asked = { ...this.#asked, untilMs: 0 }
  }

  /** The highest damaged block of which the next one tells what it has to be. */
  #damage(): Damage | undefined {
    const { blockStore } = this.#parts
    for (const height of blockStore.damaged.toReversed()) {
      const blockId = blockStore.loadMeta(height + 1n)?.header.lastBlockId
      const commit = blockStore.loadCommit(height)
      if (blockId !== undefined && commit !== undefined) return { height, blockId, commit }
    }
    return undefined
  }
}
