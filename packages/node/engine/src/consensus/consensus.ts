/**
 * Drives the round machine: writes what happens to the log, steps, and carries out what the machine
 * wants, one thing after the other. What has to be durable before others hear of it is so before.
 */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { assert } from '@wadi/base/errors'
import type { Timer, Timers } from '@wadi/base/timers'
import type { Moment } from '@wadi/primitives/moment'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { nextHeight } from '@wadi/tendermint/chainState/makeBlock'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type {
  CheckBlockEffect,
  DecideEffect,
  Effect,
  MakeBlockEffect,
  SignProposalEffect,
  SignVoteEffect,
} from '@wadi/tendermint/round/effect'
import { withoutPeer } from '@wadi/tendermint/round/heightVotes'
import type { Input, RoundStart, Verdict } from '@wadi/tendermint/round/input'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { startRounds, step } from '@wadi/tendermint/round/step'
import { type RoundConfig, replacesTimeout, type Timeout } from '@wadi/tendermint/round/timeouts'
import { verifyProposal, verifyVote } from '@wadi/tendermint/round/verifyMessages'
import { type BlockId, equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Vote } from '@wadi/tendermint/types/vote'
import { errors } from '../errors.ts'
import type { EvidenceSource } from '../evidence/contract.ts'
import type { Executor } from '../execution/executor.ts'
import { nowOf } from '../nowOf.ts'
import type { PrivateValidator, SignAnswer } from '../signing/privateValidator.ts'
import type { BlockStore } from '../stores/contract.ts'
import type { WalRecord, WriteAheadLog } from '../wal/walRecord.ts'
import { chainFacts, factsOfLastBlock } from './chainFacts.ts'
import { inputOfRecord, recordOfInput, type SignedView } from './loggedInput.ts'
import { RememberedMessages } from './messageBytes.ts'

/** What the rest of the node hears of the rounds. */
export interface ConsensusListener {
  /** What peers are to be told, and what happened; in order. */
  onEffect(effect: Effect): void
  /** Nothing more is to be done until the next input. */
  onSettled(): void
}

/** What the rounds run on. */
export interface ConsensusOptions {
  readonly config: RoundConfig
  readonly dialect: SignatureDialect
  readonly clock: Clock
  readonly timers: Timers
  readonly executor: Executor
  readonly blockStore: BlockStore
  readonly wal: WriteAheadLog
  readonly evidence: EvidenceSource
  /** Is there anything for a block? Who waits for that is told when a height begins, too. */
  readonly hasTransactions: () => boolean
  /** Undefined: the node only follows. */
  readonly privateValidator: PrivateValidator | undefined
  readonly listener: ConsensusListener
  /** The machine; simulations put others in its place, to see whether their faults are found. */
  readonly step?: typeof step
}

/** What we may have done before. */
export interface OwnPast {
  /** Of our key; undefined: we only follow. */
  readonly address: Uint8Array | undefined
  /** Zero if nothing was ever signed. */
  readonly lastSignedHeight: bigint
}

/** Agreement on one block after the other. */
export class Consensus {
  readonly #options: ConsensusOptions
  /** What peers say, and what is logged. */
  readonly messages = new RememberedMessages()
  /** The chain as of the last applied block. */
  #chain: ChainState
  #rounds: RoundState | undefined
  /** What is to be stepped through next: what we do ourselves before what waits from others. */
  readonly #ownInputs: Input[] = []
  readonly #inputs: Input[] = []
  #isStepping = false
  #isStopped = false
  /** There is something in the log that a crash could take. */
  #isUnsynced = false
  /** A proposal of ours, or a part, is among it: that may not leave yet. */
  #isProposalUnsynced = false
  #timer: Timer | undefined
  #timeout: Timeout | undefined
  #past: OwnPast | undefined
  /** The last block was applied, and is damaged in the store: it is being decided again. */
  #decidesAgain = false

  constructor(options: ConsensusOptions, chain: ChainState) {
    this.#options = options
    this.#chain = chain
  }

  /** The rounds of the height that is being agreed on; undefined before the start. */
  get rounds(): RoundState | undefined {
    return this.#rounds
  }

  get chain(): ChainState {
    return this.#chain
  }

  /** Is nothing under way, so that what we said is durable as far as it has to be? */
  get isSettled(): boolean {
    return !this.#isStepping
  }

  /** What it takes to verify a message; undefined before the start. */
  get signedView(): SignedView | undefined {
    const { dialect } = this.#options
    return this.#rounds && { dialect, chainId: this.#chainId, rounds: this.#rounds }
  }

  /** Begins where the log ends. */
  start(past: OwnPast): void {
    assert(this.#rounds === undefined, 'rounds begin once')
    const { lastBlockHeight } = this.#chain
    const { blockStore } = this.#options
    this.#past = past
    this.#decidesAgain =
      lastBlockHeight > 0n && blockStore.loadSeenCommit(lastBlockHeight) === undefined
    this.#isStepping = true
    if (this.#decidesAgain) this.#beginLastAgain(past)
    else this.#begin(past)
    this.#isStepping = false
    this.#run()
  }

  #begin({ address, lastSignedHeight }: OwnPast): void {
    const { wal, blockStore, executor } = this.#options
    const { lastBlockHeight } = this.#chain
    const height = nextHeight(this.#chain)
    const replay = wal.replayFrom(height)
    if (replay === undefined) wal.endHeight(height - 1n)
    const signsFromHeight = executor.isCommitted(height) ? height + 1n : 0n
    this.#startRounds({
      ownAddress: address,
      // A log that has lost something may have lost a lock: then we watch until others have
      // decided.
      signsFromHeight: replay?.isWhole ? signsFromHeight : lastSignedHeight + 1n,
      chain: chainFacts(this.#chain, blockStore.loadMeta(lastBlockHeight)?.header.appHash),
      lastCommit: lastBlockHeight === 0n ? undefined : blockStore.loadSeenCommit(lastBlockHeight),
    })
    this.#replay(replay?.records ?? [])
    this.#noteTransactions()
  }

  /**
   * The block that was applied last cannot be read: what decided it is in the log, or comes from
   * peers, as for any node that is a height behind. We sign nothing, log nothing, and apply
   * nothing.
   */
  #beginLastAgain({ address }: OwnPast): void {
    const { wal, blockStore, executor } = this.#options
    const { lastBlockHeight } = this.#chain
    this.#startRounds({
      ownAddress: address,
      signsFromHeight: lastBlockHeight + 1n,
      chain: factsOfLastBlock(this.#chain, executor.votersOf(this.#chain, lastBlockHeight - 1n)),
      lastCommit: blockStore.loadSeenCommit(lastBlockHeight - 1n),
    })
    this.#replay(recordsOf(lastBlockHeight, wal.replayFrom(lastBlockHeight)?.records ?? []))
  }

  #startRounds(start: Omit<RoundStart, 'config'>): void {
    const { state, effects } = startRounds({ config: this.#options.config, ...start }, this.#now())
    this.#rounds = state
    this.#carryOut(effects)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  /** Takes in what happened. Peers' messages come verified. */
  receive(...inputs: readonly Input[]): void {
    if (this.#isStopped || this.#rounds === undefined) return
    this.#inputs.push(...inputs)
    this.#run()
  }

  /** Is evidence that somebody contradicts itself in the step of a vote still of use? */
  wantsConflict(vote: Vote): boolean {
    return this.#options.evidence.wantsConflict(vote)
  }

  get #chainId(): string {
    return this.#chain.chainId
  }

  #now(): Moment {
    return nowOf(this.#options.clock)
  }

  #view(): SignedView {
    const view = this.signedView
    assert(view !== undefined, 'the rounds have begun')
    return view
  }

  /** What was logged happens again. What we sign anew comes after it: mostly it is in the log. */
  #replay(records: Iterable<WalRecord>): void {
    const own: Input[] = []
    const settle = () => {
      for (let input = this.#takeInput(); input !== undefined; input = this.#takeInput())
        if (this.#recordOf(input) === undefined) this.#step(input)
        else own.push(input)
    }
    settle()
    for (const record of records) {
      const input = inputOfRecord(record, this.#view())
      if (input !== undefined) this.#step(input)
      settle()
    }
    this.#ownInputs.push(...own)
  }

  #run(): void {
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let input = this.#takeInput(); input !== undefined; input = this.#takeInput()) {
        this.#log(input)
        this.#step(input)
        if (this.#isStopped) return
      }
      if (this.#isProposalUnsynced) this.#sync()
    } finally {
      this.#isStepping = false
    }
    this.#options.listener.onSettled()
  }

  /**
   * Before anything is signed, everything that it rests on is durable. A node that begins again
   * then comes to the same vote, with the same lock, and the signer has the signature of it: votes
   * of ours need not be durable before they leave. Proposals cannot be made again.
   */
  #sync(): void {
    if (this.#isUnsynced) this.#options.wal.sync()
    this.#isUnsynced = false
    this.#isProposalUnsynced = false
  }

  #log(input: Input): void {
    const record = this.#decidesAgain ? undefined : this.#recordOf(input)
    if (record === undefined) return
    this.#options.wal.append(record)
    this.#isUnsynced = true
    if (record.kind === 'own-message' && input.kind !== 'vote') this.#isProposalUnsynced = true
  }

  #recordOf(input: Input): WalRecord | undefined {
    if (input.kind === 'peer-gone' && !this.#isMissed(input.peer)) return undefined
    return recordOfInput(input, (message) => this.messages.bytesOf(message))
  }

  /** Does anything change with a peer that goes? The log must not grow with all who come and go. */
  #isMissed(peer: string): boolean {
    const votes = this.#rounds?.votes
    return votes !== undefined && withoutPeer(votes, peer) !== votes
  }

  #step(input: Input): void {
    assert(this.#rounds !== undefined, 'the rounds have begun')
    const { step: machine = step } = this.#options
    const { state, effects } = machine(this.#rounds, input, this.#now())
    this.#rounds = state
    this.#carryOut(effects)
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.#isStopped) return
      this.#carryOutOne(effect)
    }
  }

  #carryOutOne(effect: Effect): void {
    switch (effect.kind) {
      case 'sign-vote':
        this.#signVote(effect)
        break
      case 'sign-proposal':
        this.#signProposal(effect)
        break
      case 'make-block':
        this.#makeBlock(effect)
        break
      case 'check-block': {
        const { height, candidate } = effect
        const verdict = this.#verdictOn(effect)
        this.#next({ kind: 'block-checked', height, blockId: candidate.blockId, verdict })
        break
      }
      case 'schedule':
        this.#schedule(effect.timeout)
        break
      case 'decide':
        this.#decide(effect)
        break
      case 'report-equivocation':
        this.#options.evidence.reportConflictingVotes(effect.voteA, effect.voteB)
        break
      default:
        this.#options.listener.onEffect(effect)
    }
  }

  #next(...inputs: readonly Input[]): void {
    this.#ownInputs.push(...inputs)
    this.#run()
  }

  #takeInput(): Input | undefined {
    return this.#ownInputs.shift() ?? this.#inputs.shift()
  }

  #signVote({ vote }: SignVoteEffect): void {
    const signer = this.#signer()
    const unsigned = { ...vote, signature: EMPTY_BYTES }
    this.#sync()
    signer.signVote(this.#chainId, unsigned, (answer) =>
      this.#signed('sign-vote', answer, (signed) => {
        const own = verifyVote(this.#view(), { vote: signed, publicKey: signer.publicKey })
        return own && [{ kind: 'vote', vote: own, sender: undefined }]
      }),
    )
  }

  #signProposal({ proposal, parts }: SignProposalEffect): void {
    const signer = this.#signer()
    const { height, round } = proposal
    const unsigned = { ...proposal, signature: EMPTY_BYTES }
    this.#sync()
    signer.signProposal(this.#chainId, unsigned, (answer) =>
      this.#signed('sign-proposal', answer, (signed) => {
        const own = verifyProposal(this.#view(), signed, signer.publicKey)
        return (
          own && [
            { kind: 'proposal', proposal: own, sender: undefined },
            ...parts.map(
              (part) => ({ kind: 'block-part', height, round, part, sender: undefined }) as const,
            ),
          ]
        )
      }),
    )
  }

  #signed<T>(
    what: 'sign-vote' | 'sign-proposal',
    answer: SignAnswer<T>,
    toInputs: (signed: T) => readonly Input[] | undefined,
  ): void {
    if (this.#isStopped) return
    const inputs = answer.kind === 'signed' ? toInputs(answer.signed) : undefined
    // What a signer elsewhere sends is not always a signature.
    const why = answer.kind === 'signed' ? 'the signature is wrong' : answer.why
    this.#next(...(inputs ?? [{ kind: 'failed', what, why } as const]))
  }

  #signer(): PrivateValidator {
    const { privateValidator } = this.#options
    assert(privateValidator !== undefined, 'only a node with a key is asked to sign')
    return privateValidator
  }

  #makeBlock({ height, round, lastCommit, proposerAddress }: MakeBlockEffect): void {
    const made = this.#options.executor.make(this.#chain, { lastCommit, proposerAddress })
    if (made === undefined)
      this.#next({ kind: 'failed', what: 'make-block', why: 'the application made no block' })
    else this.#next({ kind: 'block-made', height, round, ...made })
  }

  #verdictOn({ candidate, stage }: CheckBlockEffect): Verdict {
    const { executor } = this.#options
    if (!this.#decidesAgain) return executor.check(this.#chain, candidate, stage)
    return this.#isLastBlock(candidate.blockId) ? 'valid' : 'rejected'
  }

  #isLastBlock(blockId: BlockId): boolean {
    const { lastBlockId } = this.#chain
    return lastBlockId !== undefined && equalBlockIds(blockId, lastBlockId)
  }

  #schedule(timeout: Timeout): void {
    if (!replacesTimeout(this.#timeout, timeout)) return
    this.#timer?.cancel()
    this.#timeout = timeout
    this.#timer = this.#options.timers.after(timeout.durationMs, () =>
      this.receive({ kind: 'timeout', timeout }),
    )
  }

  /** Store, then log the end of the height, then apply: a crash between leaves nothing undone. */
  #decide(decided: DecideEffect): void {
    if (this.#decidesAgain) {
      this.#decideAgain(decided)
      return
    }
    const { block, blockId, parts, commit, verdict } = decided
    const { executor, blockStore, wal } = this.#options
    const { height } = block.header
    if (verdict !== 'valid' && verdict !== 'rejected') executor.checkDecided(this.#chain, block)
    if (blockStore.height < height) blockStore.save({ block, parts, seenCommit: commit })
    wal.endHeight(height)
    this.#chain = executor.apply(this.#chain, blockId, block)
    if (this.#isStopped) return
    this.#ownInputs.push({
      kind: 'new-height',
      chain: chainFacts(this.#chain, block.header.appHash),
    })
    this.#noteTransactions()
  }

  /** Those that came before the height began were told to nobody, or of the height before. */
  #noteTransactions(): void {
    if (!this.#options.hasTransactions()) return
    this.#ownInputs.push({ kind: 'transactions-available', height: nextHeight(this.#chain) })
  }

  /** The last block is here again, and its commit: the next height begins as after any start. */
  #decideAgain({ block, blockId, parts, commit }: DecideEffect): void {
    const { blockStore } = this.#options
    const { height } = block.header
    if (!this.#isLastBlock(blockId)) throw errors.otherDecision(`at height ${height}`)
    const stored = { block, parts, seenCommit: commit }
    if (blockStore.height < height) blockStore.save(stored)
    else blockStore.repair(stored)
    this.#decidesAgain = false
    assert(this.#past !== undefined, 'the rounds have begun')
    this.#begin(this.#past)
  }
}

/** What was logged of one height. */
function* recordsOf(height: bigint, records: Iterable<WalRecord>): Generator<WalRecord> {
  for (const record of records) {
    if (record.kind === 'end-height' && record.height === height) return
    yield record
  }
}
