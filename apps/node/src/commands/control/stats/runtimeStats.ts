/** What became of a runtime's rounds, and what each entity did for them: a fold over heights. */

import { equalBytes, toBase64 } from '@wadi/base/bytes'
import type { RoundResults, RuntimeState } from '@wadi/consensus/roothash'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import type { Event } from '@wadi/consensus/roothash/events'
import {
  type Committee,
  type CommitteeNode,
  CommitteeRole,
} from '@wadi/consensus/scheduler/committee'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { schedulerIndex } from '@wadi/runtime-protocol/committee'

/** What an entity's nodes did. */
export interface EntityStats {
  elected: number
  primary: number
  backup: number
  proposer: number
  primaryInvoked: number
  primaryGood: number
  primaryBad: number
  backupInvoked: number
  backupGood: number
  backupBad: number
  primaryMissed: number
  backupMissed: number
}

/** What became of the rounds. */
export interface RoundStats {
  rounds: number
  successful: number
  epochTransitions: number
  failed: number
  suspended: number
  discrepancies: number
  discrepanciesByTimeout: number
}

/** A height as a node answers it. */
export interface HeightFacts {
  readonly header: Header
  /** Of the runtime, in their order. */
  readonly events: readonly Event[]
  /** Only where a round ended. */
  readonly results: RoundResults | undefined
  /** Only where a round began. */
  readonly state: RuntimeState | undefined
  readonly entityOf: (node: PublicKey) => PublicKey | undefined
}

const { worker: WORKER, 'backup-worker': BACKUP } = CommitteeRole.names
const NONE: EntityStats = {
  elected: 0,
  primary: 0,
  backup: 0,
  proposer: 0,
  primaryInvoked: 0,
  primaryGood: 0,
  primaryBad: 0,
  backupInvoked: 0,
  backupGood: 0,
  backupBad: 0,
  primaryMissed: 0,
  backupMissed: 0,
}
const ROUND_KINDS = new Map<number, 'successful' | 'epochTransitions' | 'failed' | 'suspended'>([
  [HEADER_TYPES.normal, 'successful'],
  [HEADER_TYPES.epochTransition, 'epochTransitions'],
  [HEADER_TYPES.roundFailed, 'failed'],
  [HEADER_TYPES.suspended, 'suspended'],
])

function membersOf({ members = [] }: Committee): readonly CommitteeNode[] {
  return members.filter((member) => member !== undefined)
}

/** See the top of this file. */
export class RuntimeStats {
  readonly rounds: RoundStats = {
    rounds: 0,
    successful: 0,
    epochTransitions: 0,
    failed: 0,
    suspended: 0,
    discrepancies: 0,
    discrepanciesByTimeout: 0,
  }
  /** By the entity's key in base64. */
  readonly entities = new Map<string, EntityStats>()
  #round = 0n
  #committee: Committee | undefined
  #isDisputed = false
  #isFirst = true

  /** The round that was begun last. */
  get round(): bigint {
    return this.#round
  }

  /** Takes the next height in. Its events belong to the round before the one that it begins. */
  add(facts: HeightFacts): void {
    if (!this.#isFirst) for (const event of facts.events) this.#addEvent(event, facts)
    this.#isFirst = false
    const { round } = facts.header
    if (round === this.#round) return
    this.#round = round
    this.#beginRound(facts)
  }

  #addEvent({ executionDiscrepancy, finalized }: Event, facts: HeightFacts): void {
    if (executionDiscrepancy !== undefined) {
      const { timeout } = executionDiscrepancy
      this.rounds[timeout ? 'discrepanciesByTimeout' : 'discrepancies']++
      this.#isDisputed = true
    }
    const { headerType } = facts.header
    const isOfCommittee =
      headerType !== HEADER_TYPES.epochTransition && headerType !== HEADER_TYPES.suspended
    if (finalized !== undefined && isOfCommittee) this.#endRound(facts)
  }

  #endRound({ results, entityOf }: HeightFacts): void {
    if (this.#committee === undefined || results === undefined) return
    for (const { role, publicKey } of membersOf(this.#committee)) {
      const entity = entityOf(publicKey)
      const stats = this.#statsOf(entity)
      const isBackup = role === BACKUP
      if (isBackup && !this.#isDisputed) continue
      stats[isBackup ? 'backupInvoked' : 'primaryInvoked']++
      const isAmong = (keys: readonly PublicKey[]) =>
        entity !== undefined && keys.some((key) => equalBytes(key, entity))
      if (isAmong(results.goodComputeEntities)) stats[isBackup ? 'backupGood' : 'primaryGood']++
      else if (isAmong(results.badComputeEntities)) stats[isBackup ? 'backupBad' : 'primaryBad']++
      else stats[isBackup ? 'backupMissed' : 'primaryMissed']++
    }
  }

  #beginRound({ header, state, entityOf }: HeightFacts): void {
    this.rounds.rounds++
    const kind = ROUND_KINDS.get(header.headerType)
    if (kind !== undefined) this.rounds[kind]++
    const { committee, commitmentPool } = state ?? {}
    // COMPAT(oasis-core): a suspended runtime has nobody, whatever its state says.
    const isServed = kind !== 'suspended' && commitmentPool !== undefined
    this.#committee = isServed ? committee : undefined
    if (this.#committee === undefined) return
    this.#isDisputed = false
    this.#countElected(this.#committee, entityOf)
  }

  #countElected(committee: Committee, entityOf: HeightFacts['entityOf']): void {
    const members = membersOf(committee)
    const proposerAt = schedulerIndex(committee, this.#round, 0n)
    const proposer = proposerAt === undefined ? undefined : members[proposerAt]?.publicKey
    const seen = new Set<string>()
    for (const { role, publicKey } of members) {
      const stats = this.#statsOf(entityOf(publicKey))
      const node = toBase64(publicKey)
      if (!seen.has(node)) stats.elected++
      seen.add(node)
      if (role === WORKER) stats.primary++
      if (role === BACKUP) stats.backup++
      if (proposer !== undefined && equalBytes(publicKey, proposer)) stats.proposer++
    }
  }

  #statsOf(entity: PublicKey | undefined): EntityStats {
    const key = entity === undefined ? '' : toBase64(entity)
    const known = this.entities.get(key) ?? { ...NONE }
    this.entities.set(key, known)
    return known
  }
}
