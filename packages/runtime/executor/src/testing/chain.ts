/** The consensus layer of a test: the rules of roothash that a round goes by, and nothing else. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Block } from '@wadi/consensus/roothash/block'
import type { CommitmentPool, ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import {
  type EmptyBlockType,
  emptyBlock,
  genesisBlock,
  normalBlock,
} from '@wadi/runtime-protocol/block'
import {
  addVerifiedExecutorCommitment,
  FRESH_POOL,
} from '@wadi/runtime-protocol/commitments/addCommitment'
import { resultsOf, voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import {
  type AcceptedCommitment,
  processCommitments,
} from '@wadi/runtime-protocol/commitments/processCommitments'
import { verifyExecutorCommitment } from '@wadi/runtime-protocol/commitments/verifyCommitment'
import { membersOf, schedulerRank } from '@wadi/runtime-protocol/committee'
import { CHAIN_CONTEXT, RULES, RUNTIME_ID } from './testNetwork.ts'

/** What the chain tells everybody. */
export type ChainEvent =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'commitment'; readonly commitment: ExecutorCommitment }
  | { readonly kind: 'discrepancy'; readonly round: bigint; readonly rank: bigint }

/** How a round ended. Nodes by their ids as text. */
export interface RoundStory {
  readonly round: bigint
  readonly end: 'normal' | 'failed' | 'epochTransition' | 'suspended'
  readonly why: string
  readonly rank: bigint | undefined
  readonly hadDiscrepancy: boolean
  readonly good: readonly string[]
  /** Who voted for something else; after a discrepancy they are slashed. */
  readonly bad: readonly string[]
  readonly refused: readonly string[]
}

export class TestChain {
  readonly runtime: Runtime
  committee: Committee | undefined
  block: Block
  lastNormalRound = 0n
  height = 1n
  readonly stories: RoundStory[] = []
  readonly blocks: Block[] = []
  #pool: CommitmentPool = FRESH_POOL
  #timeout: bigint | undefined
  #refused: string[] = []
  #events: ChainEvent[] = []

  constructor(runtime: Runtime, committee: Committee) {
    this.runtime = runtime
    this.committee = committee
    this.block = genesisBlock({
      namespace: RUNTIME_ID,
      round: 0n,
      stateRoot: EMPTY_HASH,
      timestamp: 0n,
    })
  }

  /** One more block: with transactions, or with another committee. */
  advance(commitments: readonly ExecutorCommitment[]): readonly ChainEvent[] {
    this.height++
    this.#events = []
    let hasNew = false
    for (const commitment of commitments) if (this.#add(commitment)) hasNew = true
    if (hasNew) this.#tryFinalize(false)
    if (this.#timeout === this.height) this.#tryFinalize(true)
    return this.#events
  }

  /** An epoch begins: without a committee the runtime is suspended. */
  beginEpoch(committee: Committee | undefined): readonly ChainEvent[] {
    this.#events = []
    this.committee = committee
    this.#endEmpty(committee === undefined ? 'suspended' : 'epochTransition', 'epoch')
    return this.#events
  }

  #add(commitment: ExecutorCommitment): boolean {
    const { committee, block, runtime } = this
    if (committee === undefined) return false
    try {
      const verified = verifyExecutorCommitment(
        {
          rules: RULES,
          chainContext: CHAIN_CONTEXT,
          runtime,
          lastHeader: block.header,
          epoch: committee.validFor,
          findNode: () => undefined,
        },
        commitment,
      )
      const before = this.#pool.highestRank
      this.#pool = addVerifiedExecutorCommitment(this.#pool, committee, verified)
      if (this.#pool.highestRank !== before) {
        this.#timeout = this.height + runtime.executor.roundTimeout
      }
      this.#events.push({ kind: 'commitment', commitment })
      return true
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#refused.push(`${toHex(commitment.nodeId)} ${error.reason}`)
      return false
    }
  }

  #tryFinalize(isTimeout: boolean): void {
    const { committee, runtime } = this
    if (committee === undefined) return
    const { allowedStragglers, roundTimeout } = runtime.executor
    let { decision, pool } = processCommitments(this.#pool, committee, {
      allowedStragglers,
      isTimeout,
    })
    this.#pool = pool
    if (decision.kind === 'discrepancy') {
      const { round } = this.block.header
      this.#events.push({ kind: 'discrepancy', round: round + 1n, rank: pool.highestRank })
      this.#timeout = this.height + (roundTimeout * 15n) / 10n
      const again = { allowedStragglers, isTimeout: this.#timeout === this.height }
      ;({ decision, pool } = processCommitments(pool, committee, again))
      this.#pool = pool
    }
    assert(decision.kind !== 'discrepancy', 'chain: there is one discrepancy in a round')
    if (decision.kind === 'waiting') return
    if (decision.kind === 'failed') this.#endEmpty('roundFailed', decision.why)
    else this.#endNormal(committee, decision.accepted)
  }

  #endNormal(committee: Committee, { commitment, votes }: AcceptedCommitment): void {
    const { round } = commitment.header.header
    const rank = schedulerRank(committee, round, commitment.nodeId)
    const block = normalBlock(this.block, this.height, resultsOf(commitment))
    const good = new Set<string>()
    const bad = new Set<string>()
    for (const { publicKey } of membersOf(committee)) {
      const vote = votes.get(publicKey)
      if (vote === undefined) continue
      const isGood = equalBytes(vote, voteOf(commitment))
      ;(isGood ? good : bad).add(toHex(publicKey))
    }
    this.lastNormalRound = round
    this.#end(block, { end: 'normal', why: 'agreed', rank, good: [...good], bad: [...bad] })
  }

  #endEmpty(type: EmptyBlockType, why: string): void {
    const end = type === 'roundFailed' ? 'failed' : type
    const block = emptyBlock(this.block, this.height, type)
    this.#end(block, { end, why, rank: undefined, good: [], bad: [] })
  }

  #end(block: Block, how: Pick<RoundStory, 'end' | 'why' | 'rank' | 'good' | 'bad'>): void {
    const { round } = block.header
    const hadDiscrepancy = this.#pool.discrepancy
    this.stories.push({ round, hadDiscrepancy, refused: this.#refused, ...how })
    this.block = block
    this.blocks.push(block)
    this.#pool = FRESH_POOL
    this.#timeout = undefined
    this.#refused = []
    this.#events.push({ kind: 'block', block })
  }
}
