/** Blocks and the application: makes them, says whether one is good, applies what was decided. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Application } from '@wadi/contracts/application'
import { encode } from '@wadi/protobuf/codec'
import { arePartsOf, blockIdOf, partSetOf } from '@wadi/tendermint/blocks/parts'
import { dataSizeMax } from '@wadi/tendermint/blocks/sizes'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { checkBlock } from '@wadi/tendermint/chainState/checkBlock'
import { makeBlock, NO_COMMIT } from '@wadi/tendermint/chainState/makeBlock'
import { nextState } from '@wadi/tendermint/chainState/nextState'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { allParts, type Candidate } from '@wadi/tendermint/round/candidate'
import type { CheckBlockEffect } from '@wadi/tendermint/round/effect'
import type { Verdict } from '@wadi/tendermint/round/input'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Commit } from '@wadi/tendermint/types/commit'
import { Header } from '@wadi/tendermint/types/header'
import type { Part } from '@wadi/tendermint/types/part'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'
import { errors } from '../errors.ts'
import type { EvidenceSource } from '../evidence/contract.ts'
import { isOfUnknownHeight } from '../evidence/errors.ts'
import type { CommittedTxs, TxPool } from '../mempool/contract.ts'
import type { BlockResponses, BlockStore, StateStore } from '../stores/contract.ts'
import { votersAt } from '../stores/votersAt.ts'
import { blockContext } from './blockContext.ts'

/** What blocks are made of and applied to. */
export interface ExecutorParts {
  readonly application: Application
  readonly dialect: SignatureDialect
  readonly blockStore: BlockStore
  readonly stateStore: StateStore
  readonly mempool: TxPool
  readonly evidence: EvidenceSource
  /** Told of every applied block. */
  readonly onApplied?: (applied: AppliedBlock) => void
  /** Told of every proposal that is not to be voted for. */
  readonly onRefused?: (refused: RefusedBlock) => void
}

/** A proposal that is not to be voted for. */
export interface RefusedBlock {
  readonly block: Block
  readonly blockId: BlockId
  /** What it breaks; undefined where the application refuses it, which knows why. */
  readonly violation: CodedError | undefined
}

/** A block with what the application answered to it. */
export interface AppliedBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly responses: BlockResponses
  /** As it is after the block. */
  readonly chain: ChainState
}

/** What a proposer is given. */
export interface ProposalRequest {
  /** Undefined for the first block of a chain. */
  readonly lastCommit: Commit | undefined
  readonly proposerAddress: Uint8Array
}

/** A block that was made here. */
export interface MadeBlock {
  readonly block: Block
  readonly blockId: BlockId
  readonly parts: readonly Part[]
}

interface Judged {
  readonly verdict: Verdict
  readonly violation?: CodedError
}

/** The one who speaks with the application about blocks. */
export class Executor {
  readonly #parts: ExecutorParts
  /** The height of a block that only the application has. */
  #committedHeight: bigint | undefined

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  /**
   * The application has committed a block that is lost here. It is not run when it comes again,
   * from the log or from peers. False if the answers to it are lost, too.
   */
  expectCommitted(height: bigint): boolean {
    const isKnown = this.#parts.stateStore.loadResponses(height) !== undefined
    if (isKnown) this.#committedHeight = height
    return isKnown
  }

  /** Has the application committed the block of a height that is to be decided? */
  isCommitted(height: bigint): boolean {
    return height === this.#committedHeight
  }

  /** A block of ours on top of the chain; undefined if the application makes none that fits. */
  make(chain: ChainState, request: ProposalRequest): MadeBlock | undefined {
    const { application, mempool, evidence: pool } = this.#parts
    const { proposerAddress, lastCommit = NO_COMMIT } = request
    const { block: blockParams, evidence: evidenceParams } = chain.consensusParams
    const { evidence, size } = pool.pending(evidenceParams.maxBytes)
    const bytesMax = roomIn(chain, Number(size))
    const candidates = mempool.reap(bytesMax, blockParams.maxGas)
    const makeOf = (transactions: readonly Uint8Array[]) =>
      makeBlock(chain, { proposerAddress, lastCommit, transactions, evidence })
    // The context does not depend on the transactions, whose hashes take time.
    const context = { ...blockContext(makeOf([]), chain, this.#parts), hash: EMPTY_BYTES }
    const transactions = application.prepareProposal({
      ...context,
      transactions: candidates,
      bytesMax,
    })
    if (wireSizeOf(transactions) > bytesMax) return undefined
    const block = makeOf(transactions)
    const parts = partSetOf(block)
    return { block, blockId: blockIdOf(block, parts), parts: parts.parts }
  }

  /** May the block be voted for? */
  check(chain: ChainState, candidate: Candidate, stage: CheckBlockEffect['stage']): Verdict {
    const { block, blockId } = candidate
    const { verdict, violation } = this.#judge(chain, candidate, stage)
    if (verdict !== 'valid') this.#parts.onRefused?.({ block, blockId, violation })
    return verdict
  }

  #judge(chain: ChainState, { block, parts }: Candidate, stage: CheckBlockEffect['stage']): Judged {
    const violation = this.#violationOf(chain, block)
    if (violation !== undefined) {
      // What cannot be judged here is not voted for first; others may know better.
      const verdict = isOfUnknownHeight(violation) ? 'rejected' : 'invalid'
      return { verdict, violation }
    }
    if (stage === 'precommit' || this.isCommitted(block.header.height)) return { verdict: 'valid' }
    // COMPAT(cometbft): there such a block is voted for, and nobody who fetches it later believes
    // it, as whoever gives it encodes it anew. Decided by others, it is good enough.
    if (!arePartsOf(block, allParts(parts)))
      return { verdict: 'rejected', violation: errors.oddParts() }
    const context = blockContext(block, chain, this.#parts)
    const isAccepted = this.#parts.application.processProposal(context, block.transactions)
    return { verdict: isAccepted ? 'valid' : 'rejected' }
  }

  /** Who voted for the block of a height, if that is known. */
  votersOf(chain: ChainState, height: bigint): ValidatorSet | undefined {
    return votersAt(this.#parts, chain, height)
  }

  /**
   * Stops the node if others have decided a block that the rules forbid. Evidence of a height that
   * is not here, because the node began later, is for the others to judge.
   */
  checkDecided(chain: ChainState, block: Block): void {
    const violation = this.#violationOf(chain, block)
    if (violation === undefined || isOfUnknownHeight(violation)) return
    throw errors.badDecision(violation.message)
  }

  /** Runs a decided block, and has its state and everything that follows from it stored. */
  apply(chain: ChainState, blockId: BlockId, block: Block): ChainState {
    const { application, stateStore } = this.#parts
    if (this.isCommitted(block.header.height)) return this.applyCommitted(chain, blockId, block)
    const responses = this.#run(chain, block)
    stateStore.saveResponses(block.header.height, responses)
    const decided = { block, blockId, responses }
    const next = followed(chain, decided)
    const { appHash, retainHeight } = application.commit()
    return this.#finish({ ...decided, chain: { ...next, appHash } }, retainHeight)
  }

  /** As {@link apply}, for a block that the application has committed before the node ended. */
  applyCommitted(chain: ChainState, blockId: BlockId, block: Block): ChainState {
    const { application, stateStore } = this.#parts
    const responses = stateStore.loadResponses(block.header.height)
    if (responses === undefined) throw errors.noResponses(`${block.header.height}`)
    const decided = { block, blockId, responses }
    const next = followed(chain, decided)
    const { appHash } = application.info()
    return this.#finish({ ...decided, chain: { ...next, appHash } }, 0n)
  }

  /** Runs and commits a block that only the application does not know; gives its app hash. */
  runAgain(chain: ChainState, block: Block): Uint8Array {
    this.#run(chain, block)
    return this.#parts.application.commit().appHash
  }

  #run(chain: ChainState, block: Block): BlockResponses {
    const { application } = this.#parts
    const { header, transactions } = block
    const beginBlockEvents = application.beginBlock({
      ...blockContext(block, chain, this.#parts),
      header: encode(Header, header),
      transactions,
    })
    const results = transactions.map((transaction) => application.deliverTx(transaction))
    const endBlock = application.endBlock(header.height)
    return { beginBlockEvents, results, endBlock }
  }

  #finish(applied: AppliedBlock, retainHeight: bigint): ChainState {
    const { mempool, evidence, stateStore, onApplied } = this.#parts
    const { block, responses, chain } = applied
    mempool.update({
      height: block.header.height,
      transactions: block.transactions,
      results: responses.results,
      ...roomAfter(chain),
    })
    evidence.update(chain, block.evidence)
    stateStore.save(chain)
    if (retainHeight > 0n) this.#prune(retainHeight)
    onApplied?.(applied)
    return chain
  }

  /** An application that wants nothing kept is not asked to be reasonable: the last block stays. */
  #prune(wanted: bigint): void {
    const { blockStore, stateStore } = this.#parts
    const retainHeight = wanted < blockStore.height ? wanted : blockStore.height
    if (retainHeight <= blockStore.base) return
    blockStore.prune(retainHeight)
    // To run the lowest block again takes the validators of the one before.
    stateStore.prune(retainHeight - 1n)
  }

  #violationOf(chain: ChainState, block: Block): CodedError | undefined {
    try {
      checkBlock(this.#parts.dialect, chain, block)
      // What is in a block that was committed once counts as committed already.
      if (!this.isCommitted(block.header.height)) this.#parts.evidence.check(block.evidence)
      return undefined
    } catch (error) {
      if (error instanceof CodedError) return error
      throw error
    }
  }
}

/** The state after a block, but for what only its commit can tell. Refuses impossible updates. */
function followed(
  chain: ChainState,
  { block, blockId, responses }: Omit<AppliedBlock, 'chain'>,
): ChainState {
  const { results, endBlock } = responses
  const { validatorUpdates, consensusParamUpdates } = endBlock
  return nextState(chain, {
    blockId,
    header: block.header,
    results,
    validatorUpdates,
    consensusParamUpdates,
    appHash: EMPTY_BYTES,
  })
}

/** What transactions of the block after a chain's last one may take. */
export function roomAfter(chain: ChainState): Pick<CommittedTxs, 'bytesMax' | 'gasMax'> {
  return { bytesMax: roomIn(chain, 0), gasMax: chain.consensusParams.block.maxGas }
}

/** Bytes that transactions may take in the next block. */
function roomIn({ consensusParams, validators }: ChainState, evidenceSize: number): bigint {
  const validatorCount = validators.validators.length
  const sizeMax = Number(consensusParams.block.maxBytes)
  return BigInt(dataSizeMax(sizeMax, { evidenceSize, validatorCount }))
}

/** Bytes that transactions take in an encoded block: each has a key and a length. */
function wireSizeOf(transactions: readonly Uint8Array[]): bigint {
  let size = 0
  for (const { length } of transactions) size += 1 + varintSize(length) + length
  return BigInt(size)
}

const VARINT_BITS = 7

function varintSize(value: number): number {
  return Math.max(1, Math.ceil((32 - Math.clz32(value)) / VARINT_BITS))
}
