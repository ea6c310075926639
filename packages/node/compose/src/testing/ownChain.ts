/** A chain of which a test makes every block, with the calls of a node. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { zero } from '@wadi/cbor/codec'
import type { VrfState } from '@wadi/consensus/beacon'
import { Status } from '@wadi/consensus/control'
import { type ChainChoices, chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { ReadableState } from '@wadi/consensus-services/kernel/state'
import type { ValidatorUpdate } from '@wadi/contracts/application'
import type { Arena } from '@wadi/mkvs/arena'
import type { Tree } from '@wadi/mkvs/tree'
import type { ChainSource, StoredResponses, SubmittedFate } from '@wadi/node-api/chain-source'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { OpenTrees } from '@wadi/node-storage/open-trees'
import { decode } from '@wadi/protobuf/codec'
import { Block } from '@wadi/tendermint/types/block'
import { genesisOf } from '../engineGenesis.ts'
import type { NetworkGenesis } from '../networkGenesis.ts'
import { OasisApplication, type OasisApplicationOptions } from '../oasisApplication.ts'
import { runBlock } from './lockstep.ts'

const SETTLING_TURNS = 5

/** As much of a block as calls about what it did look at. */
function blockOf(height: bigint, transactions: readonly Uint8Array[]): Block {
  const empty = decode(Block, EMPTY_BYTES)
  return { ...empty, header: { ...empty.header, height }, transactions }
}

/** What need not be as in production. */
export type OwnChainChoices = ChainChoices &
  Partial<Pick<OasisApplicationOptions, 'signer' | 'logger'>>

/** See the top of this file. */
export class OwnChain {
  readonly #network: NetworkGenesis
  readonly #application: OasisApplication
  readonly #pool: { readonly raw: Uint8Array; readonly onFate: (fate: SubmittedFate) => void }[] =
    []
  /** What each block did. */
  readonly #blocks = new Map<bigint, Block>()
  readonly #responses = new Map<bigint, StoredResponses>()
  readonly api: NodeApi
  height = 0n
  isSynced = false
  /** Whose votes the last block changed. */
  updates: readonly ValidatorUpdate[] = []

  constructor(network: NetworkGenesis, choices: OwnChainChoices = {}) {
    const { document } = network
    this.#network = network
    this.#application = new OasisApplication({
      document,
      folder: 'node',
      files: new MemoryFiles(),
      signer: network.validators[0]?.consensus.signer,
      ...choices,
    })
    this.#application.initChain(genesisOf(document, chainTermsOf(document, choices)))
    const facts = { softwareVersion: '0', mode: 'validator', identity: zero(Status).identity }
    this.api = createNodeApi({ source: this.#source(), facts })
  }

  /** The state after the last block. */
  get state(): ReadableState | undefined {
    return this.#application.services.committed?.state
  }

  /** The state after a block. */
  stateAt(height: bigint, arena: Arena): Tree {
    return this.#application.stateAt(height, arena)
  }

  /** The round of the beacon's proofs that is under way. */
  get vrfRound(): VrfState | undefined {
    return this.#application.vrfRound
  }

  /** Makes a block of everything that waits. */
  async pass(): Promise<void> {
    this.height++
    const offered = this.#pool.splice(0)
    const transactions = offered.map(({ raw }) => raw)
    const ran = runBlock(this.#network, [this.#application], {
      height: this.height,
      transactions,
    })
    const { beginEvents: beginBlockEvents, results, end } = ran
    this.#responses.set(this.height, { beginBlockEvents, results, endBlock: end })
    this.#blocks.set(this.height, blockOf(this.height, ran.transactions))
    this.updates = end.validatorUpdates
    this.api.applied(this.height)
    for (const [index, { onFate }] of offered.entries())
      onFate({ kind: 'committed', height: this.height, result: results[index]! })
    await this.settle()
  }

  /** Everything happens that waits for no block. */
  async settle(): Promise<void> {
    for (let i = 0; i < SETTLING_TURNS; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  #source(): ChainSource {
    const { document, chainContext } = this.#network
    const chain = this
    const application = this.#application
    const states = new OpenTrees<bigint>((height, arena) => application.stateAt(height, arena))
    const none = () => undefined
    return {
      document,
      chainContext,
      get lastHeight() {
        return chain.height
      },
      blocks: {
        base: 1n,
        get height() {
          return chain.height
        },
        loadBlock: (height) => chain.#blocks.get(height),
        loadMeta: none,
        loadCommit: none,
        loadSeenCommit: none,
      },
      states: {
        loadValidators: none,
        loadConsensusParams: none,
        loadResponses: (height) => chain.#responses.get(height),
      },
      stateAt: (height) => states.at(height),
      renew: () => states.close(),
      live: {
        get isSynced() {
          return chain.isSynced
        },
        rounds: undefined,
        unconfirmed: () => [],
        addEvidence: none,
        estimateGas: (signer, transaction) => application.services.estimateGas(signer, transaction),
        checkTx: (raw, { onFate = none }) => {
          const response = application.checkTx(raw, 'new')
          if (response.code === 0) chain.#pool.push({ raw, onFate })
          return { response, notAdded: undefined }
        },
      },
    }
  }
}
