/** Tells log and metrics of the life of rounds: what the machine traced, and what became of it. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import type { Logger } from '@wadi/base/log'
import type { Moment } from '@wadi/primitives/moment'
import type { Effect } from '@wadi/tendermint/round/effect'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import type { Trace } from '@wadi/tendermint/round/trace'
import type { Block } from '@wadi/tendermint/types/block'
import type { Header } from '@wadi/tendermint/types/header'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { AppliedBlock, RefusedBlock } from '../execution/executor.ts'
import { nowOf } from '../nowOf.ts'
import type { BlockStore } from '../stores/contract.ts'
import type { BackendInstruments, ConsensusInstruments } from './metrics.ts'
import { prevoteDelays, secondsBetween } from './prevoteDelays.ts'

const BACKEND = { backend: 'cometbft' }
const MS_PER_SECOND = 1000

/** As the reference calls them: by the wire's names with a capital letter. */
const STEP_NAMES = new Map<number, string>(
  Object.entries(RoundStep).map(([name, step]) => [
    step,
    `${name[0]?.toUpperCase()}${name.slice(1)}`,
  ]),
)

/** What it takes to tell. */
export interface ObserverOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: ConsensusInstruments
  readonly backend: BackendInstruments
  readonly blocks: Pick<BlockStore, 'loadMeta'>
  readonly ownAddress: Uint8Array | undefined
}

/** What else is known when a block was applied. */
export interface AppliedContext {
  /** Those whose signatures are in the block's commit, if that is known. */
  readonly voters: ValidatorSet | undefined
  /** In which it was decided; undefined for a block that came by block sync. */
  readonly rounds: RoundState | undefined
}

/** Sees what happens in a node's rounds. */
export class RoundObserver {
  readonly #options: ObserverOptions
  #height = 0n
  #round = 0
  /** The step that is under way, and since when. */
  #step: { readonly name: string; readonly atMs: number } | undefined
  /** When the rounds of this height begin. */
  #startTime: Moment | undefined
  #validators: ValidatorSet | undefined
  /** The last block that was applied. */
  #last: Pick<Header, 'height' | 'time'> | undefined

  constructor(options: ObserverOptions) {
    this.#options = options
  }

  /** The machine wants something done, or tells; `rounds` are as they are after it. */
  onEffect(effect: Effect, rounds: RoundState | undefined): void {
    this.#validators = rounds?.validators
    switch (effect.kind) {
      case 'trace':
        this.#onTrace(effect.trace)
        break
      case 'tell-round-step':
        this.#startTime = effect.startTime
        break
      case 'tell-has-vote':
        this.#countVote(effect.vote)
        break
      case 'accepted':
        if (effect.what === 'block-part') this.#countPart('true')
        break
      case 'offence':
        this.#options.log.info('a peer misbehaved', { peer: effect.peer, why: effect.why })
        break
      default:
        break
    }
  }

  /** Whoever proposes such a block is not as we are. */
  onRefused({ block: { header }, blockId: { hash }, violation }: RefusedBlock): void {
    const { height, proposerAddress: proposer } = header
    const why = violation?.message ?? 'the application does not accept it'
    this.#options.log.error('a proposed block is refused', { height, hash, proposer, why })
  }

  /** A block was applied; its commit is of the block before. */
  onApplied({ block, blockId, chain }: AppliedBlock, context: AppliedContext): void {
    const { log, metrics, backend, blocks, ownAddress } = this.#options
    const { header, transactions, evidence } = block
    const { height } = header
    const { voters, rounds } = context
    const intervalSeconds = this.#intervalBefore(header)
    this.#last = header
    log.info('applied a block', {
      height,
      hash: blockId.hash,
      transactions: transactions.length,
      evidence: evidence.length,
      proposer: header.proposerAddress,
      intervalSeconds,
    })
    metrics.latestBlockHeight.set(Number(height))
    metrics.height.set(Number(height) + 1)
    metrics.numTxs.set(transactions.length)
    metrics.totalTxs.add(transactions.length)
    metrics.blockSizeBytes.set(Number(blocks.loadMeta(height)?.blockSize ?? 0n))
    if (intervalSeconds !== undefined) metrics.blockIntervalSeconds.observe(intervalSeconds)
    const { validators, totalVotingPower } = chain.lastValidators
    metrics.validators.set(validators.length)
    metrics.validatorsPower.set(Number(totalVotingPower))
    this.#countByzantine(evidence, chain.lastValidators)
    if (voters !== undefined) this.#countVoters(block, voters)
    if (rounds?.height === height) this.#countDelays(rounds)
    if (isOwn(ownAddress, header.proposerAddress)) backend.proposedBlocks.add(1, BACKEND)
  }

  #intervalBefore({ height, time }: Header): number | undefined {
    const isNext = this.#last?.height === height - 1n
    const last = isNext ? this.#last : this.#options.blocks.loadMeta(height - 1n)?.header
    return last && secondsBetween(last.time, time)
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

  #countVoters({ header: { height }, lastCommit }: Block, { validators }: ValidatorSet): void {
    const { metrics, backend, ownAddress } = this.#options
    const signatures = lastCommit?.signatures ?? []
    const missing = validators.filter((_, i) => signatures[i]?.flag === 'absent')
    metrics.missingValidators.set(missing.length)
    metrics.missingValidatorsPower.set(powerOf(missing))
    const own = validators.findIndex(({ address }) => isOwn(ownAddress, address))
    if (ownAddress === undefined || own < 0 || signatures.length === 0) return
    const labels = { validator_address: labelOf(ownAddress) }
    metrics.validatorPower.set(Number(validators[own]!.votingPower), labels)
    if (signatures[own]?.flag !== 'commit') metrics.validatorMissedBlocks.add(1, labels)
    else {
      metrics.validatorLastSignedHeight.set(Number(height), labels)
      backend.signedBlocks.add(1, BACKEND)
    }
  }

  #countDelays(rounds: RoundState): void {
    const { metrics } = this.#options
    const { quorum, full, proposer } = prevoteDelays(rounds)
    if (proposer === undefined) return
    const labels = { proposer_address: labelOf(proposer) }
    if (quorum !== undefined) metrics.quorumPrevoteDelay.set(quorum, labels)
    if (full !== undefined) metrics.fullPrevoteDelay.set(full, labels)
  }

  /** Votes of this round add up; what is told of others came late, or early. */
  #countVote({ height, round, type, validatorIndex }: Vote): void {
    const { metrics } = this.#options
    if (height < this.#height) metrics.lateVotes.add(1, { vote_type: type })
    const voter = this.#validators?.validators[validatorIndex]
    if (height !== this.#height || round !== this.#round || voter === undefined) return
    const share = Number(voter.votingPower) / Number(this.#validators?.totalVotingPower)
    metrics.roundVotingPowerPercent.add(share, { vote_type: type })
  }

  #countPart(matches: 'true' | 'false'): void {
    this.#options.metrics.blockGossipPartsReceived.add(1, { matches_current: matches })
  }

  #onTrace(trace: Trace): void {
    const { log, metrics } = this.#options
    const { height, round } = trace
    const at = { height, round, step: STEP_NAMES.get(trace.step) }
    switch (trace.what) {
      case 'entered': {
        // The reference never enters the wait for precommits.
        if (trace.entered !== RoundStep.precommitWait) this.#enter(trace, trace.entered)
        const entered = STEP_NAMES.get(trace.entered)
        log.debug('entered a step', { ...at, entered, why: trace.why })
        break
      }
      case 'decided-vote': {
        const { type, decision } = trace
        log.debug('decided a vote', { ...at, type, vote: decision.vote, why: decision.why })
        break
      }
      case 'proposal':
        log.debug('proposal', { ...at, why: trace.why })
        break
      case 'late-vote':
        metrics.lateVotes.add(1, { vote_type: trace.vote.type })
        break
      case 'ignored':
        this.#onIgnored(trace.input, trace.why)
        log.debug('ignored', { ...at, input: trace.input, why: trace.why })
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
        const block = 'blockId' in trace ? trace.blockId?.hash : undefined
        log.debug('round', { ...at, what: trace.what, why, block })
      }
    }
  }

  #onIgnored(input: string, why: string): void {
    if (input === 'block-part') this.#countPart(why === 'duplicate' ? 'true' : 'false')
    if (input === 'vote' && why === 'too-late')
      this.#options.metrics.lateVotes.add(1, { vote_type: 'precommit' })
  }

  #enter({ height, round }: Trace, entered: RoundStep): void {
    const { clock, metrics } = this.#options
    metrics.height.set(Number(height))
    this.#height = height
    const isFirstRound = round === 0 && entered === RoundStep.newRound
    if (round !== this.#round || isFirstRound) this.#leaveRound()
    this.#round = round
    const name = STEP_NAMES.get(entered) ?? 'Unknown'
    if (name === this.#step?.name) return
    const atMs = clock.monotonicMs()
    if (this.#step !== undefined) {
      const seconds = (atMs - this.#step.atMs) / MS_PER_SECOND
      metrics.stepDurationSeconds.observe(seconds, { step: this.#step.name })
    }
    this.#step = { name, atMs }
  }

  /** COMPAT(cometbft): the round is told when it is over, and its duration begins with round 0. */
  #leaveRound(): void {
    const { clock, metrics } = this.#options
    metrics.rounds.set(this.#round)
    if (this.#startTime !== undefined)
      metrics.roundDurationSeconds.observe(secondsBetween(this.#startTime, nowOf(clock)))
    metrics.roundVotingPowerPercent.set(0, { vote_type: 'prevote' })
    metrics.roundVotingPowerPercent.set(0, { vote_type: 'precommit' })
  }
}

function isOwn(own: Uint8Array | undefined, address: Uint8Array): boolean {
  return own !== undefined && equalBytes(own, address)
}

function labelOf(address: Uint8Array): string {
  return toHex(address).toUpperCase()
}

function powerOf(validators: ValidatorSet['validators']): number {
  return Number(validators.reduce((sum, { votingPower }) => sum + votingPower, 0n))
}
