/**
 * Evidence that waits for a block. It was verified here, is durable before anybody hears of it, and
 * stays until it is in a block or too old for one.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Logger } from '@wadi/base/log'
import { compareMoments } from '@wadi/primitives/moment'
import { size } from '@wadi/protobuf/codec'
import { compareVotedBlocks } from '@wadi/tendermint/basic/checkEvidence'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { verifyAttack } from '@wadi/tendermint/light/verifyAttack'
import { type Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import { findValidator } from '@wadi/tendermint/validators/validatorSet'
import type { BlockStore, StateStore } from '../stores/contract.ts'
import { votersAt } from '../stores/votersAt.ts'
import { attackCase } from './attackCase.ts'
import type { EvidenceSource, PendingEvidence } from './contract.ts'
import { errors } from './errors.ts'
import { evidenceKey, heightOf, isExpired, offenderOf } from './evidenceFacts.ts'
import { type Conflict, EvidenceLog, type EvidenceLogOptions } from './evidenceLog.ts'
import { PENDING_ATTACKS_MAX, PENDING_PER_OFFENDER_MAX } from './limits.ts'
import { verifyDuplicateVote } from './verifyDuplicateVote.ts'

/** What a pool is given. */
export interface EvidencePoolOptions extends EvidenceLogOptions {
  readonly log: Logger
  readonly dialect: SignatureDialect
  readonly blockStore: Pick<BlockStore, 'loadMeta' | 'loadCommit'>
  readonly stateStore: Pick<StateStore, 'loadVoters'>
  /** The state after the last block. */
  readonly state: ChainState
}

/** See the top of this file. */
export class EvidencePool implements EvidenceSource {
  readonly #options: EvidencePoolOptions
  readonly #log: EvidenceLog
  #state: ChainState
  #listener: (() => void) | undefined

  constructor(options: EvidencePoolOptions) {
    this.#options = options
    this.#state = options.state
    this.#log = new EvidenceLog(options, {
      ofEvidence: evidenceKey,
      ofConflict: ({ first }) => conflictKey(first),
    })
    this.#forgetExpired()
  }

  get size(): number {
    return this.#log.pending.size
  }

  /** The state after the last block. */
  get state(): ChainState {
    return this.#state
  }

  /** From now on this is called when evidence comes in. */
  listen(onAdded: () => void): void {
    this.#listener = onAdded
  }

  /** All that is pending by key, the oldest first. */
  entries(): readonly (readonly [string, Evidence])[] {
    return Array.from(this.#log.pending).sort(([a], [b]) => (a < b ? -1 : 1))
  }

  pending(bytesMax: bigint): PendingEvidence {
    const chosen: Evidence[] = []
    let bytes = 0n
    for (const [, evidence] of this.entries()) {
      const after = bytes + BigInt(size(EvidenceList, { evidence: [evidence] }))
      // CometBFT ends here: one that never fits would keep all others out until it is too old.
      if (bytesMax >= 0n && after > bytesMax) continue
      chosen.push(evidence)
      bytes = after
    }
    return { evidence: chosen, size: bytes }
  }

  add(evidence: Evidence): void {
    const key = evidenceKey(evidence)
    // A peer that is behind may send what is in a block already.
    if (this.#log.pending.has(key) || this.#log.committed.has(key)) return
    // Who offends can make any number: before there is room nothing is verified.
    if (!this.#hasRoomFor(evidence)) throw errors.tooMany(offenderOf(evidence))
    this.#verify(evidence)
    this.#takeIn(evidence)
  }

  check(evidence: readonly Evidence[]): void {
    const seen = new Set<string>()
    for (const piece of evidence) {
      const key = evidenceKey(piece)
      // COMPAT(CometBFT): of an attack not everything is in its name, so it is verified each time.
      if (piece.kind === 'light-client-attack' || !this.#log.pending.has(key)) {
        if (this.#log.committed.has(key)) throw errors.alreadyCommitted()
        this.#verify(piece)
        if (!this.#log.pending.has(key) && this.#hasRoomFor(piece)) this.#takeIn(piece)
      }
      if (seen.has(key)) throw errors.duplicate()
      seen.add(key)
    }
  }

  wantsConflict(vote: Vote): boolean {
    const { conflicts } = this.#log
    if (conflicts.has(conflictKey(vote))) return false
    let count = 0
    for (const { first } of conflicts.values())
      if (equalBytes(first.validatorAddress, vote.validatorAddress)) count++
    return count < PENDING_PER_OFFENDER_MAX
  }

  reportConflictingVotes(first: Vote, second: Vote): void {
    if (!this.wantsConflict(first)) return
    this.#log.addConflict({ first, second })
    this.#log.sync()
  }

  update(state: ChainState, committed: readonly Evidence[]): void {
    this.#state = state
    for (const evidence of committed) {
      const { timestamp: time } = evidence.body
      this.#log.addCommitted({ key: evidenceKey(evidence), height: heightOf(evidence), time })
    }
    const before = this.size
    for (const [key, conflict] of this.#log.conflicts)
      if (conflict.first.height <= state.lastBlockHeight) this.#conclude(key, conflict)
    this.#forgetExpired()
    this.#log.sync()
    if (this.size > before) this.#listener?.()
  }

  close(): void {
    this.#log.close()
  }

  #takeIn(evidence: Evidence): void {
    this.#log.addPending(evidence)
    this.#log.sync()
    this.#options.log.info('evidence of misbehaviour', {
      kind: evidence.kind,
      height: heightOf(evidence),
      offender: offenderOf(evidence),
    })
    this.#listener?.()
  }

  #hasRoomFor(evidence: Evidence): boolean {
    const offender = offenderOf(evidence)
    let count = 0
    for (const other of this.#log.pending.values()) if (offenderOf(other) === offender) count++
    const isAttack = evidence.kind === 'light-client-attack'
    return count < (isAttack ? PENDING_ATTACKS_MAX : PENDING_PER_OFFENDER_MAX)
  }

  /** Makes evidence of two votes whose height is decided. */
  #conclude(key: string, conflict: Conflict): void {
    const evidence = this.#evidenceOf(conflict)
    if (evidence === undefined)
      this.#options.log.warn('conflicting votes of a height that is not known', {
        height: conflict.first.height,
      })
    else {
      const name = evidenceKey(evidence)
      const isKnown = this.#log.pending.has(name) || this.#log.committed.has(name)
      if (!isKnown && this.#hasRoomFor(evidence)) this.#log.addPending(evidence)
    }
    this.#log.remove(key)
  }

  #evidenceOf({ first, second }: Conflict): Evidence | undefined {
    const { height, validatorAddress } = first
    const isLast = height === this.#state.lastBlockHeight
    const validators = votersAt(this.#options, this.#state, height)
    const timestamp = isLast
      ? this.#state.lastBlockTime
      : this.#options.blockStore.loadMeta(height)?.header.time
    const accused = validators && findValidator(validators, validatorAddress)?.validator
    if (timestamp === undefined || validators === undefined || accused === undefined)
      return undefined
    const isInOrder = compareVotedBlocks(first.blockId, second.blockId) < 0
    const body = {
      voteA: isInOrder ? first : second,
      voteB: isInOrder ? second : first,
      totalVotingPower: validators.totalVotingPower,
      validatorPower: accused.votingPower,
      timestamp,
    }
    return { kind: 'duplicate-vote', body }
  }

  #verify(evidence: Evidence): void {
    const { blockStore, dialect } = this.#options
    const height = heightOf(evidence)
    const time = blockStore.loadMeta(height)?.header.time
    if (time === undefined) throw errors.noHeader(`height ${height}`)
    if (compareMoments(evidence.body.timestamp, time) !== 0) throw errors.otherTime()
    if (isExpired(this.#state, { height, time })) throw errors.tooOld(`height ${height}`)
    const validators = votersAt(this.#options, this.#state, height)
    if (validators === undefined) throw errors.noValidators(`height ${height}`)
    if (evidence.kind === 'duplicate-vote') {
      const { chainId } = this.#state
      verifyDuplicateVote({ dialect, chainId, validators }, evidence.body)
    } else verifyAttack(dialect, attackCase(blockStore, validators, evidence.body))
  }

  #forgetExpired(): void {
    const { pending, committed } = this.#log
    for (const [key, evidence] of pending) {
      const { timestamp: time } = evidence.body
      if (isExpired(this.#state, { height: heightOf(evidence), time })) this.#log.remove(key)
    }
    for (const [key, commitment] of committed)
      if (isExpired(this.#state, commitment)) this.#log.remove(key)
  }
}

/** One pair of votes of a validator in a step is enough. */
function conflictKey({ height, round, type, validatorAddress }: Vote): string {
  return `conflict/${height}/${round}/${type}/${toHex(validatorAddress)}`
}
