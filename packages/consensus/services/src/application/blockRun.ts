/** One block, run from its beginning to its end on a trial of the state. */

import { CodedError } from '@wadi/base/errors'
import type { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import type { WriteLogEntry } from '@wadi/mkvs/roots'
import type { Tree } from '@wadi/mkvs/tree'
import type { Moment } from '@wadi/primitives/moment'
import { merkleRoot } from '@wadi/tendermint/merkle'
import { currentEpoch } from '../beacon/queries.ts'
import { type Block, type BlockHeader, createBlock } from '../kernel/block.ts'
import {
  type Chain,
  type CommittedState,
  type Context,
  createContext,
  lastHeight,
  type Mode,
} from '../kernel/context.ts'
import { type BlockEvent, provableBodies } from '../kernel/events.ts'
import { gasAccountant, noGasAccountant } from '../kernel/gas.ts'
import type { Service, ValidatorUpdate } from '../kernel/service.ts'
import type { Dispatcher } from './dispatch.ts'
import {
  acceptSystemTransaction,
  checkSize,
  executeTransaction,
  isSystemTransaction,
} from './executeTransaction.ts'
import { checkHalt, type Halt } from './halt.ts'
import { type BlockRoots, checkMetadata } from './metadata.ts'
import { type EndBlockResult, type TxResult, toldGas } from './results.ts'
import type { TransactionOpener } from './signatures.ts'
import type { Trial } from './trial.ts'

/** What a successful transaction answers: no method has data. */
const NO_DATA = Uint8Array.of(0xf6)

/** What every block of an application is run with. */
export interface RunOptions {
  readonly chain: Chain
  readonly services: readonly Service[]
  readonly dispatcher: Dispatcher
  readonly opener: TransactionOpener
  readonly tree: Tree
  readonly committed: CommittedState | undefined
  /** COMPAT(oasis-core): those of the state before the block. */
  readonly consensusParameters: ConsensusParameters
  /** What the beginning of the chain told; the first block tells it. */
  readonly initEvents: readonly BlockEvent[]
  readonly halt: Halt
  readonly watch: Watch | undefined
}

/**
 * Is told how a block ended, and what was in the state under the keys that it has written, before
 * it is compared with its metadata.
 */
export type Watch = (result: EndBlockResult, before: readonly WriteLogEntry[]) => void

/** A block that is being run: `begin`, then `deliver` for each transaction, then `end`. */
export class BlockRun {
  readonly trial: Trial
  readonly #options: RunOptions
  readonly #block: Block
  /** The bodies of provable events, in order. */
  readonly #provable: Uint8Array[] = []

  constructor(options: RunOptions, trial: Trial, header: BlockHeader, isBeingProposed: boolean) {
    this.trial = trial
    this.#options = options
    const { maxBlockGas } = options.consensusParameters
    const gas = maxBlockGas > 0n ? gasAccountant(maxBlockGas) : noGasAccountant
    this.#block = createBlock(header, { gas, isBeingProposed })
  }

  /** Begins the block, and gives what was told. */
  begin(): readonly BlockEvent[] {
    const { services, initEvents, committed, halt } = this.#options
    const ctx = this.#context('beginBlock')
    const epoch = currentEpoch(ctx)
    const last = committed?.height ?? 0n
    ctx.chain.upgrader?.consensusUpgrade(ctx, { epoch, lastHeight: last })
    checkHalt(halt, { epoch, height: last + 1n })
    for (const service of services) service.beginBlock?.(ctx)
    this.#keepProvable(ctx)
    return committed === undefined ? [...initEvents, ...ctx.events] : ctx.events
  }

  /** Runs a transaction. */
  deliver(raw: Uint8Array): TxResult {
    const ctx = this.#context('deliverTx')
    const { opener, dispatcher } = this.#options
    let opened: ReturnType<TransactionOpener['open']>
    try {
      checkSize(ctx.consensusParameters, raw.length)
      opened = opener.open(raw)
    } catch (failure) {
      if (failure instanceof CodedError) return failed(ctx, failure)
      throw failure
    }
    if (isSystemTransaction(opened.transaction)) {
      acceptSystemTransaction(ctx, opened)
      return succeeded(ctx)
    }
    const { failure, gas } = executeTransaction(dispatcher, ctx, opened, raw.length)
    this.#keepProvable(ctx)
    return failure === undefined ? succeeded(ctx, gas) : failed(ctx, failure, gas)
  }

  /** Ends the block. The state is then as it will be after the block. */
  end(): EndBlockResult {
    const { services } = this.#options
    const ctx = this.#context('endBlock')
    let validatorUpdates: readonly ValidatorUpdate[] = []
    for (const service of services) validatorUpdates = service.endBlock?.(ctx) ?? validatorUpdates
    ctx.chain.upgrader?.consensusUpgrade(ctx, {
      epoch: currentEpoch(ctx),
      lastHeight: lastHeight(ctx),
    })
    this.#keepProvable(ctx)
    const result = { events: ctx.events, validatorUpdates }
    if (this.#block.isBeingProposed) return result
    const roots = this.roots()
    this.#options.watch?.(result, this.trial.before ?? [])
    checkMetadata(this.#block, roots)
    return result
  }

  /** The roots that the proposer's transaction tells. Puts the changes into the tree. */
  roots(): BlockRoots {
    this.trial.apply()
    return { state: this.#options.tree.rootHash(), events: merkleRoot(this.#provable) }
  }

  /** The answer to the proposer's own transaction. */
  ownResult(): TxResult {
    return succeeded(this.#context('deliverTx'))
  }

  /** The time in the block's header. */
  get time(): Moment {
    return this.#block.time
  }

  #context(mode: Mode): Context {
    const { chain, committed, consensusParameters } = this.#options
    const { overlay: state } = this.trial
    return createContext({
      mode,
      chain,
      state,
      committed,
      block: this.#block,
      consensusParameters,
    })
  }

  #keepProvable(ctx: Context): void {
    this.#provable.push(...provableBodies(ctx.events))
  }
}

function succeeded({ events }: Context, gas = noGasAccountant): TxResult {
  return { code: 0, codespace: '', data: NO_DATA, log: '', ...toldGas(gas), events }
}

function failed(ctx: Context, failure: CodedError, gas = noGasAccountant): TxResult {
  const { code, module: codespace, message: log } = failure
  return { code, codespace, data: undefined, log, ...toldGas(gas), events: ctx.events }
}
