/** The consensus layer as an engine drives it, with its state in a folder. */

import { EMPTY_BYTES, equalBytes, parseUtf8 } from '@wadi/base/bytes'
import { CodedError, definePlainErrors } from '@wadi/base/errors'
import { createLogger, type Logger, SILENT } from '@wadi/base/log'
import type { VrfState } from '@wadi/consensus/beacon'
import { vrfState } from '@wadi/consensus/beacon/keys'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import {
  chainContextOf,
  cometChainId,
  type GenesisDocument,
  parseGenesis,
} from '@wadi/consensus/genesis/document'
import { Application as Services } from '@wadi/consensus-services/application'
import { type ChainChoices, chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { ProposalFailure } from '@wadi/consensus-services/application/proposal'
import { Snapshots } from '@wadi/consensus-services/application/snapshots'
import type { Chain } from '@wadi/consensus-services/kernel/context'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { type ReadableState, read, readExisting } from '@wadi/consensus-services/kernel/state'
import type { Upgrader } from '@wadi/consensus-services/kernel/upgrader'
import { services as allServices } from '@wadi/consensus-services/services'
import type {
  Application,
  ApplicationInfo,
  ApplyChunkResponse,
  BeginBlockRequest,
  BlockContext,
  CheckTxResponse,
  CommitResponse,
  EndBlockResponse,
  Event,
  InitChainRequest,
  InitChainResponse,
  OfferSnapshotResult,
  PrepareProposalRequest,
  Snapshot,
  TxResult,
} from '@wadi/contracts/application'
import { logEvents } from '@wadi/contracts/log-events'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Arena } from '@wadi/mkvs/arena'
import type { Tree } from '@wadi/mkvs/tree'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { NodeDurability } from '@wadi/node-storage/node-database'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import { COMET_APP_VERSION, PROTOCOL_VERSIONS, printVersion } from '@wadi/primitives/version'
import { blockOf, checkTxResponseOf, eventOf, txResultOf } from './oasisResults.ts'
import { watchRounds } from './roundWatch.ts'
import { TreeState } from './treeState.ts'
import { TreeUpkeep, type UpkeepOptions } from './treeUpkeep.ts'

/** What an engine of another network says. */
export const errors = definePlainErrors('oasisApplication', {
  otherGenesis: 'the engine begins another network',
  broken: 'something does not hold that always should',
})

type ServicesOptions = ConstructorParameters<typeof Services>[0]

/** What the application runs with. */
export interface OasisApplicationOptions
  extends ChainChoices,
    Partial<UpkeepOptions>,
    Pick<ServicesOptions, 'halt' | 'onHalt' | 'watch'> {
  readonly document: GenesisDocument
  /** Where its state is; it is made if there is none. */
  readonly folder: string
  /** The real disk unless told otherwise. */
  readonly files?: FileSystem
  /** Candidates need not be durable, unless told otherwise: their blocks bring them back. */
  readonly durability?: NodeDurability
  /** The node's consensus key. Who has none proposes nothing. */
  readonly signer?: Signer | undefined
  readonly services?: readonly Service[]
  /** Hears of transactions that may wait for a block, once each. */
  readonly onChecked?: ((transaction: Uint8Array) => void) | undefined
  /** After every so many blocks all that always holds is checked, which takes time. */
  readonly checkedEvery?: bigint | undefined
}

const FAILURES = {
  prepare: 'failed to prepare proposal',
  process: 'failed to process proposal',
} as const

/** Nobody else hears of it: there is a vote for nothing, or a proposal of nothing. */
function tellFailure(log: Logger, { step, height, error }: ProposalFailure): void {
  const isBlocks = error instanceof CodedError
  // Where the program is wrong, it takes more than a sentence to find out why.
  const { stack } = !isBlocks && error instanceof Error ? error : {}
  log.error(FAILURES[step], { height, why: isBlocks ? error.message : String(error), stack })
}

/** The consensus layer of a node. */
export class OasisApplication implements Application {
  readonly #options: OasisApplicationOptions
  readonly #chain: Omit<Chain, 'bus'>
  readonly #state: TreeState
  readonly #upkeep: TreeUpkeep
  readonly #log: Logger
  #services: Services
  #snapshots: Snapshots
  #hasBegun = false
  /** The hash of a block that was run before it was decided. */
  #executed: Uint8Array = EMPTY_BYTES

  constructor(options: OasisApplicationOptions) {
    const { document, folder, files = nodeFiles, durability = 'finalized' } = options
    const logger: Logger = options.logger ?? createLogger('application', SILENT)
    this.#options = options
    this.#log = logger
    this.#chain = chainTermsOf(document, options)
    this.#state = new TreeState({ folder, files, chain: this.#chain.context, durability })
    this.#upkeep = new TreeUpkeep(this.#state, document.height, { ...options, logger })
    ;[this.#services, this.#snapshots] = this.#open()
  }

  /** The rules themselves, for whoever asks them more than an engine does. */
  get services(): Services {
    return this.#services
  }

  /** By what signatures are bound to the network. */
  get chainContext(): string {
    return this.#chain.context
  }

  /** Who knows the upgrades to come. */
  get upgrader(): Upgrader | undefined {
    return this.#chain.upgrader
  }

  /** The round of the beacon's proofs that is under way; undefined if there is none. */
  get vrfRound(): VrfState | undefined {
    const { committed } = this.#services
    return committed && read(committed.state, vrfState)
  }

  /** The state after a block, as a tree of its own, in that memory; refused if it is not kept. */
  stateAt(height: bigint, arena?: Arena): Tree {
    return this.#state.openAt(height, arena)
  }

  info(): ApplicationInfo {
    const { committed } = this.#services
    return {
      height: committed?.height ?? 0n,
      appHash: committed?.rootHash ?? EMPTY_BYTES,
      appVersion: COMET_APP_VERSION,
      version: printVersion(PROTOCOL_VERSIONS.consensusProtocol),
    }
  }

  initChain(request: InitChainRequest): InitChainResponse {
    const { document } = this.#options
    this.#checkGenesis(request)
    if (this.#hasBegun) this.#beginAnew()
    this.#hasBegun = true
    const validators = request.validators.map(({ publicKey, power }) => {
      return { publicKey: PublicKey.check(publicKey), power }
    })
    const appHash = this.#services.initChain({ document, validators })
    // COMPAT(oasis-core): the engine looks at the app hash only if something else is answered, too.
    return { consensusParams: request.consensusParams, validators: [], appHash }
  }

  checkTx(transaction: Uint8Array, kind: 'new' | 'recheck'): CheckTxResponse {
    const response = checkTxResponseOf(this.#services.checkTx(transaction))
    if (response.code === 0 && kind === 'new') this.#options.onChecked?.(transaction)
    return response
  }

  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    const { signer } = this.#options
    if (signer === undefined) return []
    const { transactions, bytesMax } = request
    this.#executed = EMPTY_BYTES
    return this.#services.prepareProposal({ ...blockOf(request), transactions, bytesMax }, signer)
  }

  processProposal(request: BlockContext, transactions: readonly Uint8Array[]): boolean {
    const isGood = this.#services.processProposal(blockOf(request), transactions)
    this.#executed = isGood ? request.hash : EMPTY_BYTES
    return isGood
  }

  beginBlock(request: BeginBlockRequest): readonly Event[] {
    // What was run before has its results already: nobody opens its transactions again.
    const isExecuted = request.hash.length > 0 && equalBytes(request.hash, this.#executed)
    if (!isExecuted) this.#services.announce(request.transactions)
    return this.#services.beginBlock(blockOf(request)).map(eventOf)
  }

  deliverTx(transaction: Uint8Array): TxResult {
    return txResultOf(this.#services.deliverTx(transaction))
  }

  endBlock(): EndBlockResponse {
    const { events, validatorUpdates } = this.#services.endBlock()
    return {
      validatorUpdates,
      consensusParamUpdates: {
        block: undefined,
        evidence: undefined,
        pubKeyTypes: undefined,
        appVersion: COMET_APP_VERSION,
      },
      events: events.map(eventOf),
    }
  }

  commit(): CommitResponse {
    const { height, state, rootHash } = this.#services.commit()
    this.#executed = EMPTY_BYTES
    this.#checkInvariants(height, state)
    this.#upkeep.wake(readExisting(state, consensusKeys.parameters))
    // The block is committed here and not yet in the engine, which finds out when it begins anew.
    this.#services.checkUpgrade()
    return { appHash: rootHash, retainHeight: this.#upkeep.retainHeight }
  }

  listSnapshots(): readonly Snapshot[] {
    return this.#snapshots.list()
  }

  loadSnapshotChunk(height: bigint, format: number, chunk: number): Uint8Array {
    return this.#snapshots.loadChunk(height, format, chunk)
  }

  offerSnapshot(snapshot: Snapshot, appHash: Uint8Array): OfferSnapshotResult {
    // Who has a state already goes on from it.
    if (this.#services.committed !== undefined) return 'abort'
    return this.#snapshots.offer(snapshot, appHash)
  }

  applySnapshotChunk(index: number, bytes: Uint8Array, sender: string): ApplyChunkResponse {
    const none = { refetchChunks: [], rejectSenders: [] }
    return { ...none, ...this.#snapshots.applyChunk({ index, bytes, sender }) }
  }

  /** Ends whatever is under way, and lets the folder go. */
  close(): void {
    this.#upkeep.close()
    this.#state.close()
  }

  #open(): [Services, Snapshots] {
    const { services = allServices, halt, onHalt, watch, logger } = this.#options
    const opened = new Services({
      chain: this.#chain,
      services: logger === undefined ? services : watchRounds(services, logger),
      store: this.#state,
      ...(halt && { halt }),
      ...(onHalt && { onHalt }),
      ...(watch && { watch }),
      onProposalFailure: (failure) => tellFailure(this.#log, failure),
    })
    const adopt = () => {
      const { height } = opened.adoptState()
      const log_event = logEvents.stateSyncComplete
      this.#log.info('the state was taken from others', { height, log_event })
    }
    return [opened, new Snapshots(this.#state, adopt)]
  }

  /** A node that finds its state broken stops: others would be told wrong things. */
  #checkInvariants(height: bigint, state: ReadableState): void {
    const { services = allServices, checkedEvery } = this.#options
    if (checkedEvery === undefined || height % checkedEvery !== 0n) return
    for (const { name, violations } of services)
      for (const { invariant, details } of violations(state))
        throw errors.broken(`${name} after block ${height}: ${invariant}: ${details}`)
  }

  /** The engine was killed before the first block: what it has begun is forgotten. */
  #beginAnew(): void {
    this.#state.reset()
    ;[this.#services, this.#snapshots] = this.#open()
  }

  #checkGenesis({ appState, chainId, initialHeight }: InitChainRequest): void {
    const { context } = this.#chain
    if (chainId !== cometChainId(context)) throw errors.otherGenesis(`chain id ${chainId}`)
    if (initialHeight !== this.#chain.initialHeight)
      throw errors.otherGenesis(`initial height ${initialHeight}`)
    const other = chainContextOf(parseGenesis(parseUtf8(appState)))
    if (other !== context) throw errors.otherGenesis(`chain context ${other}`)
  }
}
