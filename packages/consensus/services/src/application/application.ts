/** The consensus layer as CometBFT sees it: an ABCI application without a world around it. */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { assert, CodedError, UnavailableError } from '@wadi/base/errors'
import { encode, zero } from '@wadi/cbor/codec'
import type { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import type { Signer } from '@wadi/crypto/signature/signer'
import { Overlay } from '@wadi/mkvs/overlay'
import type { Root } from '@wadi/mkvs/roots'
import type { Tree } from '@wadi/mkvs/tree'
import type { Moment } from '@wadi/primitives/moment'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { type Gas, SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { currentEpoch } from '../beacon/queries.ts'
import { createBlock } from '../kernel/block.ts'
import { createBus } from '../kernel/bus.ts'
import {
  type Chain,
  type CommittedState,
  type Context,
  createContext,
  type Mode,
} from '../kernel/context.ts'
import type { BlockEvent } from '../kernel/events.ts'
import { noGasAccountant } from '../kernel/gas.ts'
import type { InitChainRequest, Service } from '../kernel/service.ts'
import { read, type WorkingState, write } from '../kernel/state.ts'
import { StopForUpgrade } from '../kernel/upgrader.ts'
import { BLOCK_METADATA_BYTES_MAX } from '../limits.ts'
import { BlockRun, type Watch } from './blockRun.ts'
import { applicationSubscriptions, createDispatcher, type Dispatcher } from './dispatch.ts'
import { errors } from './errors.ts'
import {
  checkSize,
  checkUpgrade,
  executeTransaction,
  isSystemTransaction,
} from './executeTransaction.ts'
import { checkHalt, type Halt, type HaltHook, haltedAt } from './halt.ts'
import { metadataTransaction } from './metadata.ts'
import {
  type ExecutedProposal,
  isOwnProposal,
  type ProposalFailure,
  type ProposalFailureHook,
  type ProposedBlock,
  prefixOfSize,
} from './proposal.ts'
import { type CheckResult, type EndBlockResult, type TxResult, toldGas } from './results.ts'
import { TransactionOpener } from './signatures.ts'
import { Trial } from './trial.ts'

const U64_MAX = 0xffff_ffff_ffff_ffffn

/** Where the state is. */
export interface StateStore {
  /** The state of the last committed block; empty before there is one. */
  readonly tree: Tree
  /** Makes what the tree holds the state at a height, for good. */
  commit(height: bigint): Root
}

/** What an application runs with. */
export interface ApplicationOptions {
  readonly chain: Omit<Chain, 'bus'>
  /** In the order in which they run. */
  readonly services: readonly Service[]
  readonly store: StateStore
  readonly halt?: Halt
  readonly onHalt?: HaltHook
  readonly watch?: Watch
  readonly onProposalFailure?: ProposalFailureHook | undefined
  /** Opens what blocks and the beginning of the chain write to: for who wants to see them write. */
  readonly openState?: (tree: Tree) => WorkingState
}

/** What a proposer is asked. */
export interface PrepareProposal extends Omit<ProposedBlock, 'hash'> {
  readonly transactions: readonly Uint8Array[]
  readonly bytesMax: bigint
}

/** A block that is under way: as a whole, or phase by phase. */
interface Pending {
  readonly hash: Uint8Array
  readonly run: BlockRun
  /** What CometBFT has not asked for yet, if the block was run before. */
  readonly executed: ExecutedProposal | undefined
  delivered: number
}

/** The state machine. Its methods are called in the order of ABCI. */
export class Application {
  readonly #chain: Chain
  readonly #services: readonly Service[]
  readonly #dispatcher: Dispatcher
  readonly #opener: TransactionOpener
  readonly #store: StateStore
  readonly #halt: Halt
  /** Nobody, once it was told. */
  #onHalt: HaltHook | undefined
  readonly #watch: Watch | undefined
  readonly #onProposalFailure: ProposalFailureHook | undefined
  readonly #openState: ((tree: Tree) => WorkingState) | undefined
  #committed: CommittedState | undefined
  #parameters: ConsensusParameters | undefined
  #initEvents: readonly BlockEvent[] = []
  #time: Moment = { seconds: 0n, nanoseconds: 0 }
  #pending: Pending | undefined
  /** The committed state with what checked transactions have paid; undefined until one is. */
  #checkState: WorkingState | undefined

  constructor(options: ApplicationOptions) {
    const { chain, services, store, halt = {}, onHalt, watch, openState } = options
    this.#onProposalFailure = options.onProposalFailure
    if (chain.initialHeight < 1n) throw errors.initialHeight(`${chain.initialHeight}`)
    this.#services = [...services].sort((a, b) => (a.name < b.name ? -1 : 1))
    this.#dispatcher = createDispatcher(this.#services)
    const own = { subscriptions: applicationSubscriptions(this.#dispatcher) }
    this.#chain = { ...chain, bus: createBus([own, ...this.#services]) }
    this.#opener = new TransactionOpener(chain.signatures, chain.context)
    this.#store = store
    this.#halt = halt
    this.#onHalt = onHalt
    this.#watch = watch
    this.#openState = openState
    const { root } = store.tree
    if (root.version >= chain.initialHeight) this.adoptState()
  }

  /**
   * Goes on from the state that the store has: because the node begins anew, or because others have
   * sent it. Whatever was under way is forgotten.
   */
  adoptState(): CommittedState {
    const { tree } = this.#store
    const context = read(tree, consensusKeys.chainContext)
    if (context !== this.#chain.context) throw wrongChain(this.#chain.context, context)
    this.#drop()
    this.#checkState?.dispose()
    this.#checkState = undefined
    const committed = this.#adopt(tree.root)
    const ctx = this.#aside('endBlock')
    try {
      this.#chain.bus.publish(ctx, 'stateSyncCompleted', undefined)
    } finally {
      ctx.state.dispose()
    }
    return committed
  }

  /** The last committed height and root; undefined before there is any. */
  get committed(): CommittedState | undefined {
    return this.#committed
  }

  /** Makes the state that the genesis document describes, and gives its root hash. */
  initChain(request: InitChainRequest): Uint8Array {
    const { document } = request
    assert(document.height === this.#chain.initialHeight, 'mux: inconsistent initial height')
    const { tree } = this.#store
    const trial = new Trial(tree.arena, tree, this.#openState?.(tree))
    this.#time = document.genesisTime
    const ctx = this.#context('initChain', trial.overlay, document.consensus.params)
    write(ctx.state, consensusKeys.chainContext, [], this.#chain.context)
    for (const service of this.#services) service.initChain?.(ctx, request)
    write(ctx.state, consensusKeys.parameters, [], document.consensus.params)
    this.#initEvents = ctx.events
    trial.apply()
    trial.dispose()
    this.#parameters = document.consensus.params
    return tree.rootHash()
  }

  /** Picks transactions for a block of ours, and adds our own. */
  prepareProposal(asked: PrepareProposal, signer: Signer): readonly Uint8Array[] {
    const { transactions, bytesMax, ...header } = asked
    const chosen = prefixOfSize(transactions, bytesMax - BigInt(BLOCK_METADATA_BYTES_MAX))
    return this.#orNothing([], { step: 'prepare', height: asked.height }, () => {
      const block = { ...header, hash: EMPTY_BYTES }
      const executed = this.#execute(block, chosen)
      const { run } = executed
      const own = metadataTransaction(signer, this.#chain.context, run.roots())
      assert(own.length <= BLOCK_METADATA_BYTES_MAX, 'mux: the block metadata are too large')
      const txResults = [...executed.txResults, run.ownResult()]
      const proposal = { ...executed, transactions: [...chosen, own], txResults }
      this.#pending = { hash: EMPTY_BYTES, run, executed: proposal, delivered: 0 }
      return proposal.transactions
    })
  }

  /** Would the block be a good one? */
  processProposal(asked: ProposedBlock, transactions: readonly Uint8Array[]): boolean {
    const executed = this.#pending?.executed
    if (executed !== undefined && isOwnProposal(executed, asked, transactions)) {
      this.#pending = { hash: asked.hash, run: executed.run, executed, delivered: 0 }
      return true
    }
    return this.#orNothing(false, { step: 'process', height: asked.height }, () => {
      this.#execute(asked, transactions)
      return true
    })
  }

  /** Tells which transactions come next, so that their signatures can be verified at once. */
  announce(transactions: readonly Uint8Array[]): void {
    this.#opener.announce(transactions)
  }

  /** Begins the block that was decided. */
  beginBlock(block: ProposedBlock): readonly BlockEvent[] {
    const { executed } = this.#pending ?? {}
    if (executed !== undefined && equalBytes(this.#pending!.hash, block.hash))
      return executed.beginEvents
    const run = this.#startRun(block)
    return this.#tellingHalt(() => run.begin())
  }

  /** Runs a transaction of the block that was decided. */
  deliverTx(raw: Uint8Array): TxResult {
    const pending = this.#under()
    if (pending.executed === undefined) return pending.run.deliver(raw)
    const result = pending.executed.txResults[pending.delivered++]
    assert(result !== undefined, 'mux: more transactions than the proposal had')
    return result
  }

  /** Ends the block that was decided. */
  endBlock(): EndBlockResult {
    const { executed, run, delivered } = this.#under()
    if (executed === undefined) return run.end()
    const isWhole = delivered === executed.txResults.length
    assert(isWhole, 'mux: fewer transactions than the proposal had')
    return executed.endResult
  }

  /** Makes the state of the block the one that is committed. */
  commit(): CommittedState {
    const { run } = this.#under()
    run.trial.apply()
    run.trial.dispose()
    this.#pending = undefined
    this.#initEvents = []
    this.#time = run.time
    this.#checkState?.dispose()
    this.#checkState = undefined
    const height = (this.#committed?.height ?? this.#chain.initialHeight - 1n) + 1n
    const committed = this.#adopt(this.#store.commit(height))
    return committed
  }

  /** Stops if the next block is not for this program. Asked after a commit. */
  checkUpgrade(): void {
    const ctx = this.#aside('endBlock')
    const epoch = currentEpoch(ctx)
    const height = this.#committed?.height ?? 0n
    ctx.state.dispose()
    this.#tellingHalt(() => {
      ctx.chain.upgrader?.consensusUpgrade(undefined, { epoch, lastHeight: height })
      checkHalt(this.#halt, { epoch, height })
    })
  }

  /** Would a transaction be taken into a block? */
  checkTx(raw: Uint8Array): CheckResult {
    this.#pending?.run.trial.revert()
    const { tree } = this.#store
    try {
      if (this.#parameters === undefined) throw consensusErrors.noCommittedBlocks()
      this.#checkState ??= new Overlay(tree.arena, tree)
      const ctx = this.#context('checkTx', this.#checkState)
      checkSize(ctx.consensusParameters, raw.length)
      const opened = this.#opener.openRemembering(raw)
      checkUpgrade(ctx)
      if (isSystemTransaction(opened.transaction)) throw errors.systemMethod()
      const { failure, gas, priority } = executeTransaction(
        this.#dispatcher,
        ctx,
        opened,
        raw.length,
      )
      return checkResult(failure, gas, priority)
    } catch (failure) {
      if (failure instanceof CodedError) return checkResult(failure, noGasAccountant, 0n)
      throw failure
    }
  }

  /** How much gas a transaction of somebody would use, whether it succeeds or not. */
  estimateGas(signer: PublicKey, transaction: Transaction): Gas {
    if (this.#parameters === undefined) throw consensusErrors.noCommittedBlocks()
    checkSize(this.#parameters, encode(Transaction, transaction).length)
    if (this.#committed === undefined) throw consensusErrors.noCommittedBlocks()
    const fee = { amount: quantity(U64_MAX), gas: U64_MAX }
    const dearest = { ...transaction, fee }
    const untrustedRawValue = encode(Transaction, dearest)
    const envelope = { ...zero(SignedTransaction), untrustedRawValue }
    const size = encode(SignedTransaction, envelope).length
    if (isSystemTransaction(dearest)) return 0n
    const opened = { transaction: dearest, signer }
    const ctx = this.#aside('simulate')
    // The state may be one whose nodes are elsewhere: then this is tried again and again.
    try {
      return executeTransaction(this.#dispatcher, ctx, opened, size).gas.used
    } finally {
      ctx.state.dispose()
    }
  }

  #under(): Pending {
    assert(this.#pending !== undefined, 'mux: no block is under way')
    return this.#pending
  }

  #adopt(root: Root): CommittedState {
    const { tree } = this.#store
    this.#committed = { height: root.version, state: tree, rootHash: root.hash }
    this.#parameters = read(tree, consensusKeys.parameters)
    return this.#committed
  }

  /** A context beside all blocks. */
  #aside(mode: Mode): Context {
    this.#pending?.run.trial.revert()
    const { tree } = this.#store
    return this.#context(mode, new Overlay(tree.arena, tree))
  }

  #context(mode: Mode, state: WorkingState, parameters = this.#parameters): Context {
    if (parameters === undefined) throw consensusErrors.noCommittedBlocks()
    const header = { time: this.#time, proposer: EMPTY_BYTES, lastCommit: [], misbehaviour: [] }
    return createContext({
      mode,
      chain: this.#chain,
      state,
      committed: this.#committed,
      block: createBlock(header),
      consensusParameters: parameters,
    })
  }

  #startRun(block: ProposedBlock): BlockRun {
    this.#drop()
    const { tree } = this.#store
    const trial = new Trial(tree.arena, tree, this.#openState?.(tree))
    assert(this.#parameters !== undefined, 'mux: a block before the chain has begun')
    const options = {
      chain: this.#chain,
      services: this.#services,
      dispatcher: this.#dispatcher,
      opener: this.#opener,
      tree,
      committed: this.#committed,
      consensusParameters: this.#parameters,
      initEvents: this.#initEvents,
      halt: this.#halt,
      watch: this.#watch,
    }
    const { hash } = block
    const run = new BlockRun(options, trial, block, hash.length === 0)
    this.#pending = { hash, run, executed: undefined, delivered: 0 }
    return run
  }

  /** Runs a block as a whole. */
  #execute(block: ProposedBlock, transactions: readonly Uint8Array[]): ExecutedProposal {
    const run = this.#startRun(block)
    this.#opener.announce(transactions)
    const beginEvents = this.#tellingHalt(() => run.begin())
    const txResults = transactions.map((raw) => run.deliver(raw))
    const endResult = run.end()
    const executed = { block, transactions, run, beginEvents, txResults, endResult }
    this.#pending = { hash: block.hash, run, executed, delivered: 0 }
    return executed
  }

  /** Runs what may have to stop the node, and tells the shell before it does. */
  #tellingHalt<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (error instanceof StopForUpgrade) this.#tellHalt(error)
      throw error
    }
  }

  #tellHalt(reason: StopForUpgrade): void {
    const tell = this.#onHalt
    this.#onHalt = undefined
    if (tell === undefined) return
    const ctx = this.#aside('endBlock')
    const epoch = currentEpoch(ctx)
    ctx.state.dispose()
    tell(haltedAt(this.#committed, { epoch, reason }))
  }

  /** Takes back whatever block was tried. */
  #drop(): void {
    this.#pending?.run.trial.revert()
    this.#pending?.run.trial.dispose()
    this.#pending = undefined
  }

  /**
   * A proposal that cannot be run is worth nothing, whatever the reason, and the reason is told.
   * COMPAT(oasis-core): also if it makes the program itself fail. A validator that ended then could
   * be ended by any proposer; it votes for nothing instead, and a block that was decided stops it.
   */
  #orNothing<T>(nothing: T, what: Omit<ProposalFailure, 'error'>, propose: () => T): T {
    try {
      return propose()
    } catch (error) {
      this.#drop()
      if (error instanceof UnavailableError || error instanceof StopForUpgrade) throw error
      this.#onProposalFailure?.({ ...what, error })
      return nothing
    }
  }
}

/** The folder of another network was copied here, or the genesis file is that of another one. */
function wrongChain(ours: string, theirs: string | undefined): UnavailableError {
  const what = `genesis ${ours}, state ${theirs ?? 'of nothing'}`
  return new UnavailableError(
    'application.wrongChain',
    `the state is not that of the chain of the genesis file: ${what}`,
  )
}

function checkResult(
  failure: CodedError | undefined,
  gas: { readonly limit: Gas; readonly used: Gas },
  priority: bigint,
): CheckResult {
  const { code = 0, module: codespace = '', message: log = '' } = failure ?? {}
  return { code, codespace, log, ...toldGas(gas), priority: failure ? 0n : priority }
}
