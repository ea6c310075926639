/** Tells log and metrics of the life of rounds: what the machine traced, and what became of it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { Effect } from '@wadi/tendermint/round/effect'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import type { Trace } from '@wadi/tendermint/round/trace'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { AppliedBlock } from '../execution/executor.ts'
import type { ConsensusInstruments } from './metrics.ts'

const BACKEND = { backend: 'cometbft' }
const MS_PER_SECOND = 1000
const STEP_NAMES = new Map<number, string>(Object.entries(RoundStep).map(([name, n]) => [n, name]))

/** What it takes to tell. */
export interface ObserverOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: ConsensusInstruments
  readonly ownAddress: Uint8Array | undefined
}

/** Sees what happens in a node's rounds. */
export class RoundObserver {
  readonly #options: ObserverOptions
  #stepAtMs: number
  #roundAtMs: number
  #blockAtMs: number | undefined

  constructor(options: ObserverOptions) {
    this.#options = options
    this.#stepAtMs = options.clock.monotonicMs()
    this.#roundAtMs = this.#stepAtMs
  }

  /** The machine wants something done, or tells. */
  onEffect(effect: Effect): void {
    if (effect.kind === 'trace') this.#onTrace(effect.trace)
    if (effect.kind === 'offence')
      this.#options.log.info('a peer misbehaved', { peer: effect.peer, why: effect.why })
  }

  /** A block was applied; its commit is of the block before. */
  onApplied(
    { block, blockId, responses, chain }: AppliedBlock,
    voters: ValidatorSet | undefined,
  ): void {
    const { clock, log, metrics } = this.#options
    const { header, transactions, evidence } = block
    const { height } = header
    const nowMs = clock.monotonicMs()
    const intervalMs = nowMs - (this.#blockAtMs ?? nowMs)
    this.#blockAtMs = nowMs
    log.info('applied a block', {
      height,
      hash: blockId.hash,
      transactions: transactions.length,
      evidence: evidence.length,
      proposer: header.proposerAddress,
      intervalMs,
    })
    metrics.latestBlockHeight.set(Number(height))
    metrics.height.set(Number(height) + 1)
    metrics.numTxs.set(transactions.length)
    metrics.totalTxs.add(transactions.length)
    metrics.blockIntervalSeconds.observe(intervalMs / MS_PER_SECOND)
    const { validatorUpdates, consensusParamUpdates } = responses.endBlock
    if (validatorUpdates.length > 0) metrics.validatorSetUpdates.add(1)
    if (consensusParamUpdates !== undefined) metrics.consensusParamUpdates.add(1)
    this.#countByzantine(evidence, chain.lastValidators)
    if (voters !== undefined) this.#countVoters(block, voters)
    if (isOwn(this.#options.ownAddress, header.proposerAddress))
      metrics.proposedBlocks.add(1, BACKEND)
  }

  /** COMPAT(cometbft): attacks on light clients are not counted. */
  #countByzantine(evidence: Block['evidence'], { validators }: ValidatorSet): void {
    const { metrics } = this.#options
    const guilty = evidence.flatMap((one) => {
      if (one.kind !== 'duplicate-vote') return []
      const { validatorAddress } = one.body.voteA
      return validators.filter(({ address }) => equalBytes(address, validatorAddress))
    })
    metrics.byzantineValidators.set(guilty.length)
    metrics.byzantineValidatorsPower.set(powerOf(guilty))
  }

  #countVoters(
    { header: { height }, lastCommit }: Block,
    { validators, totalVotingPower }: ValidatorSet,
  ): void {
    const { metrics, ownAddress } = this.#options
    const signatures = lastCommit?.signatures ?? []
    const missing = validators.filter((_, i) => signatures[i]?.flag === 'absent')
    metrics.validators.set(validators.length)
    metrics.validatorsPower.set(Number(totalVotingPower))
    metrics.missingValidators.set(missing.length)
    metrics.missingValidatorsPower.set(powerOf(missing))
    const own = validators.findIndex(({ address }) => isOwn(ownAddress, address))
    if (ownAddress === undefined || own < 0 || signatures.length === 0) return
    const labels = { validator_address: toHex(ownAddress).toUpperCase() }
    metrics.validatorPower.set(Number(validators[own]!.votingPower), labels)
    if (signatures[own]?.flag !== 'commit') metrics.validatorMissedBlocks.add(1, labels)
    else {
      metrics.validatorLastSignedHeight.set(Number(height), labels)
      metrics.signedBlocks.add(1, BACKEND)
    }
  }

  #onTrace(trace: Trace): void {
    const { clock, log, metrics } = this.#options
    const { height, round } = trace
    const at = { height, round, step: STEP_NAMES.get(trace.step) }
    switch (trace.what) {
      case 'entered': {
        const nowMs = clock.monotonicMs()
        const step = STEP_NAMES.get(trace.entered) ?? 'unknown'
        metrics.stepDurationSeconds.observe((nowMs - this.#stepAtMs) / MS_PER_SECOND, { step })
        this.#stepAtMs = nowMs
        if (trace.entered === RoundStep.newRound) this.#enterRound(round, nowMs)
        log.debug('entered a step', { ...at, entered: step, why: trace.why })
        break
      }
      case 'decided-vote': {
        const { type, decision } = trace
        log.debug('decided a vote', { ...at, type, vote: decision.vote, why: decision.why })
        break
      }
      case 'proposal':
        if (trace.why === 'ours') metrics.proposalCreateCount.add(1)
        if (trace.why === 'received') metrics.proposalReceiveCount.add(1, { status: 'received' })
        log.debug('proposal', { ...at, why: trace.why })
        break
      case 'late-vote':
        metrics.lateVotes.add(1, { vote_type: trace.vote.type })
        break
      case 'failed':
        log.warn('could not do what the round wanted', {
          ...at,
          what: trace.effect,
          why: trace.why,
        })
        break
      case 'bad-block':
        log.warn('a block is not to be voted for', { ...at, why: trace.why })
        break
      default: {
        const { why = '' } = 'why' in trace ? trace : {}
        const block = 'blockId' in trace ? hashOf(trace.blockId) : undefined
        log.debug('round', { ...at, what: trace.what, why, block })
      }
    }
  }

  #enterRound(round: number, nowMs: number): void {
    const { metrics } = this.#options
    metrics.rounds.set(round)
    metrics.roundDurationSeconds.observe((nowMs - this.#roundAtMs) / MS_PER_SECOND)
    this.#roundAtMs = nowMs
  }
}

function hashOf(blockId: BlockId | undefined): Uint8Array | undefined {
  return blockId?.hash
}

function isOwn(own: Uint8Array | undefined, address: Uint8Array): boolean {
  return own !== undefined && equalBytes(own, address)
}

function powerOf(validators: ValidatorSet['validators']): number {
  return Number(validators.reduce((sum, { votingPower }) => sum + votingPower, 0n))
}
