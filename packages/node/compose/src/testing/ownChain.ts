/** A chain of which a test makes every block, with the calls of a node. */

import { zero } from '@wadi/cbor/codec'
import type { VrfState } from '@wadi/consensus/beacon'
import { Status } from '@wadi/consensus/control'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { ValidatorUpdate } from '@wadi/contracts/application'
import type { ChainSource, SubmittedFate } from '@wadi/node-api/chain-source'
import { createNodeApi, type NodeApi } from '@wadi/node-api/node-api'
import { OpenStates } from '@wadi/node-api/open-states'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { genesisOf } from '../engineGenesis.ts'
import type { NetworkGenesis } from '../networkGenesis.ts'
import { OasisApplication } from '../oasisApplication.ts'
import { runBlock } from './lockstep.ts'

const SETTLING_TURNS = 5

/** See the top of this file. */
export class OwnChain {
  readonly #network: NetworkGenesis
  readonly #application: OasisApplication
  readonly #pool: { readonly raw: Uint8Array; readonly onFate: (fate: SubmittedFate) => void }[] =
    []
  readonly api: NodeApi
  height = 0n
  isSynced = false
  /** Whose votes the last block changed. */
  updates: readonly ValidatorUpdate[] = []

  constructor(network: NetworkGenesis) {
    const { document } = network
    this.#network = network
    this.#application = new OasisApplication({
      document,
      folder: 'node',
      files: new MemoryFiles(),
      signer: network.validators[0]?.consensus.signer,
    })
    this.#application.initChain(genesisOf(document, chainTermsOf(document)))
    const facts = { softwareVersion: '0', mode: 'validator', identity: zero(Status).identity }
    this.api = createNodeApi({ source: this.#source(), facts })
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
    const { results, end } = runBlock(this.#network, [this.#application], {
      height: this.height,
      transactions,
    })
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
    const states = new OpenStates((height, arena) => application.stateAt(height, arena))
    const none = () => undefined
    return {
      document,
      chainContext,
      get lastHeight() {
        return chain.height
      },
      blocks: {
        base: 1n,
        height: 0n,
        loadBlock: none,
        loadMeta: none,
        loadCommit: none,
        loadSeenCommit: none,
      },
      states: { loadValidators: none, loadConsensusParams: none, loadResponses: none },
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
          const response = application.checkTx(raw)
          if (response.code === 0) chain.#pool.push({ raw, onFate })
          return { response, notAdded: undefined }
        },
      },
    }
  }
}
